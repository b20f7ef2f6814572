"""Outcomes: what became of one attempt to send."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt to send.

    Neither final nor delivered means: try again, after `retry_after_seconds` where the receiver asked for it.
    `code` is for programs and never renamed; `detail` is one plain line without address, secret or personal data.
    """

    is_delivered: bool
    is_final: bool
    code: str
    status: int | None
    retry_after_seconds: float | None
    seconds: float
    detail: str


def deliver_outcome(seconds: float, status: int | None = None) -> Outcome:
    """Make the outcome of an attempt that the receiver took."""
    return Outcome(
        is_delivered=True,
        is_final=True,
        code="delivered",
        status=status,
        retry_after_seconds=None,
        seconds=seconds,
        detail="delivered",
    )


def fail_outcome(code: str, detail: str, seconds: float, *, is_final: bool = False) -> Outcome:
    """Make the outcome of an attempt that got no answer worth a status."""
    return Outcome(
        is_delivered=False,
        is_final=is_final,
        code=code,
        status=None,
        retry_after_seconds=None,
        seconds=seconds,
        detail=detail,
    )
