"""One entry, one line."""

import logging

from serving.logs import OneLine


def test_an_entry_is_one_line() -> None:
    """Line breaks and control characters in what is logged cannot forge a line."""
    record = logging.LogRecord("x", logging.INFO, "", 0, "a\n2026-11-21 ERROR admin\r\x1b[31m%s", ("\u2028",), None)
    line = OneLine("%(message)s").format(record)
    assert line == "a\\n2026-11-21 ERROR admin\\r\\x1b[31m\\u2028"
