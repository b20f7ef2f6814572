"""The log of erasures: a file beside the home that only grows, so that no backup brings back who was forgotten."""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

_SECRET_LINE = re.compile(r"secret ([0-9a-f]{64})")
_DIGEST_LINE = re.compile(r"([0-9a-f]{64}) \S{20,}")
# A heading, an empty line, or one that a crash cut off.
_OTHER_LINE = re.compile(r"#.*|[0-9a-f]{0,64}|[0-9a-f]{64} \S{0,19}")
_HEADING = "# Digests of whom this Hotlead was told to forget. Keep it, apart from the backups of the database."


class DamagedLog(ValueError):
    """A line of the log is none of ours."""


class UnwritableLog(OSError):
    """The log cannot be written, so an erasure could be undone by a backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What the log holds: the secret of the digests (None in a log that is empty), and the digests."""

    secret: bytes | None = field(default=None, repr=False)
    digests: frozenset[bytes] = frozenset()


class ErasureLog:
    """The log in one file.

    Parameters
    ----------
    path
        Where it lies; it is made with the first erasure, for its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Logged:
        """Read the log; nothing where there is none yet.

        Raises
        ------
        DamagedLog
            If a line cannot be read, except one that a crash cut off at the end.
        """
        try:
            text = self.path.read_text(encoding="ascii")
        except FileNotFoundError:
            return Logged()
        except UnicodeDecodeError:
            raise self._damaged() from None
        secret, digests = None, set()
        for line in text.split("\n"):
            if found := _SECRET_LINE.fullmatch(line):
                secret = bytes.fromhex(found[1])
            elif found := _DIGEST_LINE.fullmatch(line):
                digests.add(bytes.fromhex(found[1]))
            elif not _OTHER_LINE.fullmatch(line):
                raise self._damaged()
        if digests and secret is None:
            raise self._damaged()
        return Logged(secret=secret, digests=frozenset(digests))

    def append(self, secret: bytes, digests: Collection[bytes], at: str) -> None:
        """Append digests, durably, with the moment at which this was done.

        Raises
        ------
        UnwritableLog
            If that fails.
        """
        try:
            is_new = not self.path.exists() or self.path.stat().st_size == 0
            lines = [_HEADING, f"secret {secret.hex()}"] if is_new else []
            lines += [f"{digest.hex()} {at}" for digest in sorted(digests)]
            # A line that a crash cut off ends here.
            self._write("".join(f"{line}\n" for line in lines) if is_new else "\n" + "\n".join(lines) + "\n")
        except OSError as error:
            raise UnwritableLog(
                f"the log of erasures {self.path.name} cannot be written: set HOTLEAD_ERASURE_LOG to another path"
            ) from error

    def _write(self, text: str) -> None:
        number = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(number, "ab") as file:
            file.write(text.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def _damaged(self) -> DamagedLog:
        return DamagedLog(f"the log of erasures {self.path.name} is damaged: restore it before you start")
