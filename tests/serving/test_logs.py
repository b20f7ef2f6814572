"""One entry, one line."""

import json
import logging
import sys

from serving.logs import OneLine

_HOSTILE = "a\n2026-11-21 ERROR admin\r\x1b[31m%s"


def _record(**fields: object) -> logging.LogRecord:
    record = logging.LogRecord("hotlead.x", logging.WARNING, "", 0, _HOSTILE, ("\u2028",), None)
    vars(record).update(fields)
    return record


def test_an_entry_is_one_line_of_json() -> None:
    """Line breaks and control characters in what is logged cannot forge a line, and come back when it is read."""
    line = OneLine().format(_record(version="2"))
    assert line.isascii()
    assert line.isprintable()
    told = json.loads(line)
    assert told["message"] == "a\n2026-11-21 ERROR admin\r\x1b[31m\u2028"
    assert (told["level"], told["logger"], told["version"]) == ("warning", "hotlead.x", "2")
    assert told["at"].endswith("Z")


def test_an_error_is_named_and_not_quoted() -> None:
    """Of an exception the log has the kind, since its text may hold what a caller sent."""
    try:
        raise ValueError("ada@example.com")
    except ValueError:
        line = OneLine().format(_record(exc_info=sys.exc_info()))
    assert json.loads(line)["error"] == "ValueError"
    assert "ada" not in line
