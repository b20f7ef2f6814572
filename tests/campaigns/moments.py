"""Moments: when in its life a service is killed."""

import threading
from dataclasses import dataclass
from random import Random
from typing import Literal

Trigger = Literal["start", "answer", "receipt", "reply"]

# How the kills are spread: over the start, the life, the commits, the open webhooks, and the time between a
# webhook's answer and its record.
_SHARES: tuple[tuple[Trigger, int, int, float], ...] = (
    ("start", 5, 1, 3.0),
    ("answer", 35, 1, 1.5),
    ("answer", 20, 80, 0.02),
    ("receipt", 20, 10, 0.3),
    ("reply", 20, 15, 0.01),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Kill so many seconds after the n-th start, answer to a caller, receipt of a webhook, or reply to one."""

    trigger: Trigger
    count: int
    delay_seconds: float
    awaits_model: bool


def choose_plan(random: Random) -> Plan:
    """Choose when to kill; callers mostly wait for the model, and sometimes write before it is there."""
    trigger, _, most, longest = random.choices(_SHARES, [share[1] for share in _SHARES])[0]
    return Plan(
        trigger=trigger,
        count=random.randint(1, most),
        delay_seconds=random.random() * longest,
        awaits_model=random.random() < 0.8,
    )


class Moment:
    """Counts down to the kill; whoever holds a webhook open at that moment holds it until after the kill."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self._left, self._guard = plan, plan.count, threading.Lock()
        self.is_due, self.is_over = threading.Event(), threading.Event()
        self.happen("start")

    def happen(self, trigger: Trigger) -> bool:
        """Count something that happened, and return whether it is what the kill waited for."""
        if trigger != self.plan.trigger:
            return False
        with self._guard:
            self._left -= 1
            if self._left:
                return False
        self.is_due.set()
        return True

    def receive(self) -> None:
        """Count a webhook received, and hold the last one open."""
        if self.happen("receipt"):
            self.is_over.wait(self.plan.delay_seconds + 1.0)

    def wait(self, patience_seconds: float) -> bool:
        """Wait for the moment; return whether it came by itself."""
        came = self.is_due.wait(patience_seconds)
        self.is_over.wait(self.plan.delay_seconds if came else 0.0)
        return came
