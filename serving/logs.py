"""Logs: one line an entry, whatever it says, and no line about a request's content."""

import logging
from typing import Any


class OneLine(logging.Formatter):
    """Formats an entry as one line; line breaks and other control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = super().format(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


def build_log_config(level: str = "INFO") -> dict[str, Any]:
    """Build the configuration for our loggers and uvicorn's; its access log, which shows addresses, stays off."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": OneLine, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "hotlead": {"handlers": ["stderr"], "level": level, "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": level, "propagate": False},
            "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
