"""Logs: one JSON object a line, whatever it says, and no line about a request's content."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

_PLAIN = frozenset((*vars(logging.LogRecord("", 0, "", 0, "", (), None)), "message", "asctime", "color_message"))


class OneLine(logging.Formatter):
    """Formats an entry as one line of JSON, in ASCII: no line break and no escape sequence passes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: when, how grave, who speaks, what, and the fields given as `extra`."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info and record.exc_info[0] is not None:
            # The message of an error may hold what a caller sent, its kind may not.
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told, default=str)


def build_log_config(level: str = "INFO") -> dict[str, Any]:
    """Build the configuration for our loggers and uvicorn's; its access log, which shows addresses, stays off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": OneLine}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "hotlead": {"handlers": ["stderr"], "level": level, "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": level, "propagate": False},
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
