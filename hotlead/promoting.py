"""Promoting for a server: each order is a verb in a process of its own, which may end badly without harm."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from serving.promoting import FailedOrder, Order, Outcome, RefusedOrder

_PATIENCE_SECONDS = 1_800.0
_LONGEST_LINE = 600


class VerbForeman:
    """Carries out orders by `hotlead` verbs on one home.

    Parameters
    ----------
    home
        Its folder.
    patience
        Seconds until an order is given up.
    """

    def __init__(self, home: Path, *, patience: float = _PATIENCE_SECONDS) -> None:
        self._home, self._patience = home, patience

    def carry_out(self, order: Order) -> Outcome:
        """Run the verb, and read what it says."""
        done = self._run(_build_arguments(order))
        answer = _read_answer(done.stdout)
        if "refused" in answer:
            raise RefusedOrder(_cut(str(answer["refused"])))
        if done.returncode:
            raise FailedOrder(_find_reason(done.stderr))
        return Outcome(version=str(answer.get("champion", "")), said=_cut(str(answer.get("decision", ""))))

    def _run(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "hotlead.main", *arguments, "--home", str(self._home), "--json"]
        try:
            return subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=self._patience,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FailedOrder(f"it was given up after {self._patience / 60:.0f} minutes") from error
        except OSError as error:
            raise FailedOrder(f"the command could not be started ({type(error).__name__})") from error


def _build_arguments(order: Order) -> list[str]:
    """Build a verb's arguments; what people wrote stands behind an equals sign, so that it is never an option."""
    said = [f"--by={order.by}", f"--why={order.why}"]
    if order.deed == "look":
        return ["lineup"]
    if order.deed == "roll_back":
        return ["rollback", *said]
    if order.deed == "thresholds":
        warm = [] if order.warm is None else [f"--warm={order.warm!r}"]
        return ["thresholds", f"--hot={order.hot!r}", *warm, *said]
    return ["promote", order.version, *(["--force"] if order.is_forced else []), *said]


def _read_answer(said: str) -> dict[str, Any]:
    """Read the last line that is a JSON object; libraries may have written others."""
    for line in reversed(said.splitlines()):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict):
            return answer
    return {}


def _find_reason(said: str) -> str:
    """Find the one line that a verb ends with, or the last line of what broke."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    ours = [line.removeprefix("hotlead: ") for line in lines if line.startswith("hotlead: ")]
    return _cut((ours or lines or ["it ended without a word"])[-1])


def _cut(said: str) -> str:
    return said if len(said) <= _LONGEST_LINE else f"{said[:_LONGEST_LINE]}…"
