"""Receivers of every temper, instead of a network: what they answer follows from a seed, never from luck."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from features.times import to_micros
from serving.channels.message import Message
from serving.channels.outcome import Outcome, deliver_outcome, fail_outcome
from serving.channels.sending import Channel

Temper = Callable[[int], Outcome]
"""What a receiver answers at a moment, in microseconds."""


class WorkerDied(RuntimeError):
    """The process ends between sending and recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One attempt as the receiver saw it."""

    at: int
    channel_id: str
    message: Message
    code: str


class Receivers:
    """Stands where the product's sender does, and remembers what arrived.

    Parameters
    ----------
    tempers
        By channel; channels without one take everything.
    """

    def __init__(self, tempers: Mapping[str, Temper] | None = None) -> None:
        self.tempers = dict(tempers or {})
        self.sendings: list[Sending] = []
        self.dies_next = False
        self._guard = Lock()

    def send(self, message: Message, channel: Channel, now: datetime) -> Outcome:
        """Answer an attempt; a worker that is to die does so when its message has arrived."""
        at = to_micros(now)
        outcome = self.tempers.get(channel.id, answer_well)(at)
        with self._guard:
            self.sendings.append(Sending(at=at, channel_id=channel.id, message=message, code=outcome.code))
            dies, self.dies_next = self.dies_next, False
        if dies:
            raise WorkerDied
        return outcome

    def list_first(self) -> list[Sending]:
        """List the first attempt of each message at each channel, in the order of time."""
        first: dict[tuple[str, str], Sending] = {}
        for sending in sorted(self.sendings, key=lambda one: one.at):
            first.setdefault((sending.message.id, sending.channel_id), sending)
        return list(first.values())


def compute_chance(name: str) -> float:
    """Compute a number in [0, 1) that follows from a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big") / 2**48


def answer_well(at: int) -> Outcome:
    """Take everything."""
    return deliver_outcome(0.1, 204)


def answer_gone(at: int) -> Outcome:
    """Say that the address is gone for good."""
    return _refuse(410, is_final=True)


def make_flaky(name: str, *, share: float) -> Temper:
    """Make a receiver that fails at a share of all moments, by a time-out or a 500."""

    def answer(at: int) -> Outcome:
        chance = compute_chance(f"{name} {at}")
        if chance >= share:
            return answer_well(at)
        return fail_outcome("timed_out", "no answer", 10.0) if chance < share / 2 else _refuse(500)

    return answer


def make_absent(begin: int, end: int) -> Temper:
    """Make a receiver that is down for a while."""
    return lambda at: _refuse(503) if begin <= at < end else answer_well(at)


def _refuse(status: int, *, is_final: bool = False) -> Outcome:
    return Outcome(
        is_delivered=False,
        is_final=is_final,
        code=f"http_{status}",
        status=status,
        retry_after_seconds=None,
        seconds=0.2,
        detail="refused",
    )
