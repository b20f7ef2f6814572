"""Judging: what an answer, or the lack of one, means for the message that was sent."""

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from serving.channels.guarding import RefusedTarget
from serving.channels.outcome import Outcome, deliver_outcome
from serving.channels.posting import Answer, BadAnswer, SlowAnswer

MOST_RETRY_AFTER = 3_600.0
_SECONDS = re.compile(r"[0-9]{1,20}")
_ASK_LATER = frozenset({429, 503})
_FINAL: Mapping[int, str] = {
    410: "the receiver says that this address is gone",
    508: "the receiver is this service itself",
}


def judge_answer(answer: Answer, seconds: float, now: datetime) -> Outcome:
    """Judge a status: 2xx is delivered, 410 and our own 508 are final, all else is worth another try."""
    if 200 <= answer.status < 300:
        return deliver_outcome(seconds, answer.status)
    wait = _read_retry_after(answer.headers.get("retry-after", ""), now) if answer.status in _ASK_LATER else None
    return Outcome(
        is_delivered=False,
        is_final=answer.status in _FINAL,
        code=f"http_{answer.status}",
        status=answer.status,
        retry_after_seconds=wait,
        seconds=seconds,
        detail=_FINAL.get(answer.status, f"the receiver answered with status {answer.status}"),
    )


def name_failure(error: Exception) -> tuple[str, str]:
    """Name why there was no answer: a code, and a line that tells nothing of the address.

    Raises
    ------
    Exception
        The error itself, if it is none that a receiver or the network can cause.
    """
    match error:
        case RefusedTarget():
            return "refused_target", str(error)
        case SlowAnswer():
            return "too_slow", "the receiver began to answer and did not end in time"
        case TimeoutError() | requests.Timeout():
            return "timed_out", "the receiver did not answer in time"
        case ssl.SSLError() | requests.exceptions.SSLError():
            return "tls", "the receiver's certificate or its TLS could not be verified"
        case BadAnswer():
            return "bad_answer", "the receiver did not answer in HTTP/1.1 that we could read"
        case OSError():
            return "connection", "the receiver could not be reached, or the connection broke"
    raise error


def _read_retry_after(text: str, now: datetime) -> float | None:
    """Read how long a receiver wants to be left alone; what lies in the past or makes no sense is ignored."""
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(seconds, MOST_RETRY_AFTER) if seconds > 0 else None
