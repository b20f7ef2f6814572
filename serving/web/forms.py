"""Forms: what browsers send, read within limits, and refused where it is not what a page of ours sends."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_MOST_FIELDS = 500
_HALF = re.compile("[\ud800-\udfff]")
_LONGEST_LENGTH = 12


class StaleForm(PermissionError):
    """The form does not come from a page of this visit."""


class FormTooLarge(ValueError):
    """The form is larger than it may be, or does not say how large it is."""


class BadForm(ValueError):
    """The form is none that a page of ours sends."""


def check_length(request: Request, most_bytes: int) -> None:
    """Check that a form says how long it is, and is not too long.

    Raises
    ------
    FormTooLarge
        If it is, or does not.
    """
    told = request.headers.get("content-length", "")
    is_number = told.isascii() and told.isdigit() and len(told) <= _LONGEST_LENGTH
    if not is_number or int(told) > most_bytes:
        raise FormTooLarge(f"a form of this page has up to {most_bytes:,} bytes and says how many")


@asynccontextmanager
async def read_form(request: Request, most_bytes: int) -> AsyncIterator[FormData]:
    """Read a form until the block ends; its files are gone then.

    Raises
    ------
    BadForm
        If it cannot be read, or holds what no text field can.
    """
    try:
        form = await request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=most_bytes)
    except ClientDisconnect:
        raise
    except (HTTPException, ValueError) as error:
        # A strange boundary, charset or escape raises one of many errors in the parser.
        raise BadForm("this is no form of ours: load the page again, and do it once more") from error
    try:
        for name, value in form.multi_items():
            check_text(name)
            if isinstance(value, str):
                check_text(value)
        yield form
    finally:
        await form.close()


def check_text(text: str) -> None:
    """Check that a text can be kept by every store.

    Raises
    ------
    BadForm
        If it holds a zero character, or half of one.
    """
    if "\x00" in text or _HALF.search(text):
        raise BadForm("a text holds a character that nothing can be written with: type it again")
