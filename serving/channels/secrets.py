"""Secrets: the shared keys with which webhooks are signed, as Standard Webhooks writes them."""

import base64
import binascii
from collections.abc import Callable

PREFIX = "whsec_"
_LENGTHS = range(24, 65)
_NEW_LENGTH = 32


class BadSecret(ValueError):
    """A secret that is not `whsec_` and the base64 of 24 to 64 bytes."""


def new_secret(randomness: Callable[[int], bytes]) -> str:
    """Make a secret of 32 bytes from a source of random bytes, such as `secrets.token_bytes`."""
    return PREFIX + base64.b64encode(randomness(_NEW_LENGTH)).decode()


def check_secret(text: str) -> None:
    """Check the form of a secret.

    Raises
    ------
    BadSecret
        If it does not begin with `whsec_`, is no base64, or holds less than 24 or more than 64 bytes.
    """
    try:
        key = base64.b64decode(text.removeprefix(PREFIX).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if not text.startswith(PREFIX) or len(key) not in _LENGTHS:
        raise BadSecret("a secret is whsec_ followed by the base64 of 24 to 64 bytes: make a new one")
