import base64
import random
import secrets

import pytest

from serving.channels.secrets import BadSecret, check_secret, new_secret


def test_a_new_secret_has_the_form_that_is_asked_for() -> None:
    """A new secret passes the check, and another draw gives another one."""
    check_secret(new_secret(secrets.token_bytes))
    assert new_secret(random.Random(1).randbytes) == new_secret(random.Random(1).randbytes)
    assert new_secret(random.Random(1).randbytes) != new_secret(random.Random(2).randbytes)


@pytest.mark.parametrize("length", [24, 64])
def test_a_secret_of_24_to_64_bytes_is_fit(length: int) -> None:
    """Both ends of the range pass."""
    check_secret("whsec_" + base64.b64encode(b"k" * length).decode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        base64.b64encode(b"k" * 32).decode(),
        "WHSEC_" + base64.b64encode(b"k" * 32).decode(),
        "whsec_" + base64.b64encode(b"k" * 32).decode() + "\n",
        "whsec_" + "é" * 40,
        "whsec_" + "-_" * 20,
        "whsec_whsec_" + base64.b64encode(b"k" * 32).decode(),
    ],
)
def test_another_form_is_refused_without_being_shown(text: str) -> None:
    """Short, long, unmarked and garbled secrets are refused, and the error does not quote them."""
    with pytest.raises(BadSecret) as refused:
        check_secret(text)
    assert text.removeprefix("whsec_") == "" or text not in str(refused.value)
