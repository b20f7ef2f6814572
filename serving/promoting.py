"""Promoting: orders to change the model in force, done one at a time by whoever was given the means to.

What trains and keeps models is no part of the service: `hotlead serve` hands in a foreman, and without one a page
can only say which command to run. Each order and what came of it is in the audit log.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from serving.store.database import Database
from serving.usecases.auditing import record_audit

logger = logging.getLogger("hotlead.promoting")

Deed = Literal["promote", "roll_back", "thresholds", "look"]
State = Literal["running", "done", "refused", "failed"]


class NoForeman(LookupError):
    """Nobody gave the service the means to change the model in force."""


class OrderUnderWay(RuntimeError):
    """Another order is being carried out."""


class RefusedOrder(ValueError):
    """A gate stands in the way; it can be overruled by who says why."""


class FailedOrder(RuntimeError):
    """The order could not be carried out, with the reason in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done.

    Attributes
    ----------
    version
        Which to promote; empty for other deeds.
    warm, hot
        The thresholds to set; None for other deeds.
    is_forced
        Whether the gate is overruled.
    by, why
        Who asks, in words for the record, and what for.
    """

    deed: Deed
    version: str = ""
    warm: float | None = None
    hot: float | None = None
    is_forced: bool = False
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An order and how it stands; `said` is what came of it, `version` the champion after it."""

    order: Order
    began_at: int
    state: State = "running"
    said: str = ""
    version: str = ""
    ended_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an order did: the champion's version, empty where that did not change, and a sentence."""

    version: str = ""
    said: str = ""


class Foreman(Protocol):
    """Carries out orders; it may take minutes, and answers when it is done."""

    def carry_out(self, order: Order) -> Outcome:
        """Carry out an order.

        Raises
        ------
        RefusedOrder
            If a gate refused it.
        FailedOrder
            If anything else went wrong.
        """


class Promotions:
    """The orders of one service.

    Parameters
    ----------
    database
        Whose audit log keeps them.
    foreman
        Who carries them out; None where there is nobody.
    """

    def __init__(self, database: Database, foreman: Foreman | None, *, clock: Callable[[], int]) -> None:
        self._database, self._foreman, self._clock = database, foreman, clock
        self._guard = threading.Lock()
        self._work: Work | None = None

    @property
    def is_possible(self) -> bool:
        """Tell whether orders can be given here."""
        return self._foreman is not None

    @property
    def latest(self) -> Work | None:
        """Return the latest order since this service started, None where there was none."""
        return self._work

    def give(self, order: Order, who: str) -> Work:
        """Give an order; it is carried out while the caller goes on.

        Parameters
        ----------
        who
            The user's id, for the audit log.

        Raises
        ------
        NoForeman, OrderUnderWay
            If it cannot be taken.
        """
        foreman = self._foreman
        if foreman is None:
            raise NoForeman("models are put in force by `hotlead promote` on the machine of this service")
        with self._guard:
            if self._work is not None and self._work.state == "running":
                raise OrderUnderWay("another order is being carried out: wait until it is done")
            before, self._work = self._work, Work(order=order, began_at=self._clock())
        try:
            self._record(order, who, "asked", "")
        except BaseException:
            # What is not in the log is not done.
            self._work = before
            raise
        work = self._work
        threading.Thread(target=self._run, args=(foreman, work, who), daemon=True, name="hotlead-promote").start()
        return work

    def _run(self, foreman: Foreman, work: Work, who: str) -> None:
        ended = _carry_out(foreman, work)
        try:
            self._record(work.order, who, ended.state, ended.said, champion=ended.version)
        except Exception:  # what was done is done, and is to be told even where the log cannot be written
            logger.exception("the outcome of an order could not be recorded")
        self._work = replace(ended, ended_at=self._clock())

    def _record(self, order: Order, who: str, state: str, said: str, **more: str) -> None:
        details = {"state": state, "why": order.why, "forced": order.is_forced, "said": said, **more}
        if order.deed == "thresholds":
            details |= {"warm": order.warm, "hot": order.hot}
        with self._database.writing() as connection:
            record_audit(
                connection,
                at=self._clock(),
                who=who,
                what=f"model.{order.deed}",
                target=order.version or None,
                **details,
            )


def _carry_out(foreman: Foreman, work: Work) -> Work:
    try:
        outcome = foreman.carry_out(work.order)
    except RefusedOrder as error:
        return replace(work, state="refused", said=str(error))
    except FailedOrder as error:
        return replace(work, state="failed", said=str(error))
    except Exception as error:  # an order must end, or none could follow it
        logger.exception("an order broke")
        return replace(work, state="failed", said=f"it broke ({type(error).__name__}): the log says more")
    return replace(work, state="done", said=outcome.said, version=outcome.version)
