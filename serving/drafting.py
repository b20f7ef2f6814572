"""Drafting: the terms as ``agreement.toml`` in the home says them, read again whenever the file changes."""

import logging
from pathlib import Path

from agreement.terms import DEFAULT_TERMS, BadTerms, Terms, read_terms

logger = logging.getLogger("hotlead.agreement")

FILE = "agreement.toml"


class Draft:
    """Holds the terms of the file; one that cannot be read leaves those that are, and says so.

    Parameters
    ----------
    home
        The product's home folder.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._stamp: tuple[int, int] | None = None
        self._terms = DEFAULT_TERMS
        self.trouble: str | None = None

    @property
    def is_there(self) -> bool:
        """Return whether there was a file when it was last looked for."""
        return self._stamp is not None

    def get(self) -> Terms:
        """Get the terms of the file, the usual ones where there is none."""
        stamp = self._read_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self._take(stamp)
        return self._terms

    def read_text(self) -> str:
        """Read what the file says to the letter; empty where it cannot be read."""
        try:
            return self._path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size

    def _take(self, stamp: tuple[int, int] | None) -> None:
        try:
            self._terms = DEFAULT_TERMS if stamp is None else read_terms(self._path)
        except (BadTerms, OSError) as error:
            self.trouble = f"the agreement was not taken over: {error}"
            logger.error("%s", self.trouble)
            return
        self.trouble = None
