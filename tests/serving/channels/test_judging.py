import datetime as dt
import ssl

import pytest
import requests

from serving.channels.guarding import RefusedTarget
from serving.channels.judging import judge_answer, name_failure
from serving.channels.posting import Answer, BadAnswer, SlowAnswer


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedTarget(), "refused_target"),
        (SlowAnswer("slow"), "too_slow"),
        (TimeoutError("none"), "timed_out"),
        (requests.ReadTimeout("none"), "timed_out"),
        (requests.ConnectTimeout("none"), "timed_out"),
        (ssl.SSLCertVerificationError("name"), "tls"),
        (requests.exceptions.SSLError("name"), "tls"),
        (BadAnswer("ssh"), "bad_answer"),
        (ConnectionResetError("reset"), "connection"),
        (requests.ConnectionError("reset"), "connection"),
    ],
)
def test_a_failure_has_a_name_and_tells_no_address(error: Exception, code: str) -> None:
    """What the network can do has a code of its own, and a line without the error's text."""
    name, detail = name_failure(error)
    assert name == code
    assert detail == str(RefusedTarget()) or str(error) not in detail.split()


def test_a_mistake_of_ours_is_no_failure_of_the_network() -> None:
    """An error that no receiver can cause goes on."""
    with pytest.raises(KeyError):
        name_failure(KeyError("x"))


@pytest.mark.parametrize("said", ["Sat, 00 Foo 2026", "0" * 30, "1 2", "-0", "NaN", "inf", "\x00", ""])
def test_a_senseless_wish_is_ignored(said: str, now: dt.datetime) -> None:
    """No text of a receiver breaks the judge, or makes a wait of it."""
    answer = Answer(status=429, headers={"retry-after": said})
    assert judge_answer(answer, 0.1, now).retry_after_seconds is None
