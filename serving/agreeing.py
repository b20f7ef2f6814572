"""Agreeing: the terms in force, by what was signed in the store; the file as long as nobody has signed."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from agreement.paper.expiring import AgreementWarning, list_warnings
from agreement.paper.signing import InForce, Signature, choose_in_force
from agreement.terms import Terms
from serving.drafting import FILE, Draft
from serving.store.database import Database
from serving.usecases.signing import read_signatures

__all__ = ["FILE", "Agreeing"]

logger = logging.getLogger("hotlead.agreement")

LOOK_EVERY_SECONDS = 1.0


class Agreeing:
    """Holds what is in force; a store that does not answer, or a file that cannot be read, changes nothing.

    Parameters
    ----------
    home
        The product's home folder, where the file is.
    database
        The store, where signatures are; None for the file alone.
    clock
        Returns the moment in microseconds.
    timer
        Returns seconds that only grow.
    look_every
        Seconds after which the store is asked again whether somebody has signed.
    """

    def __init__(
        self,
        home: Path,
        database: Database | None = None,
        *,
        clock: Callable[[], int],
        timer: Callable[[], float] = monotonic,
        look_every: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._draft, self._database = Draft(home), database
        self._clock, self._timer, self._look_every = clock, timer, look_every
        self._looking, self._guard = threading.Lock(), threading.Lock()
        self._looked_at: float | None = None
        self._signatures: tuple[Signature, ...] = ()
        self._said: tuple[str, bool] | None = None

    def get(self) -> Terms:
        """Get the terms in force."""
        return self.take().terms

    def take(self, at: int | None = None) -> InForce:
        """Take what is in force, now or at an instant, and where it comes from."""
        self._look_in_time()
        with self._guard:
            taken = choose_in_force(self._signatures, self._clock() if at is None else at, self._draft.get())
            if at is None:
                self._say(taken)
        return taken

    def refresh(self) -> None:
        """Look into the store now."""
        if self._database is not None:
            with self._looking:
                self._look(self._database)

    def read_draft(self) -> str:
        """Read the text of the file in the home; empty where there is none, or none in UTF-8."""
        return self._draft.read_text()

    def list_warnings(self) -> tuple[AgreementWarning, ...]:
        """List what somebody should see to."""
        self._look_in_time()
        with self._guard:
            drafted = self._draft.get()
            is_drafted = self._draft.is_there and self._draft.trouble is None
        return list_warnings(self._signatures, self._clock(), drafted if is_drafted else None)

    @property
    def trouble(self) -> str | None:
        """Return what is wrong with what is in force, None where nothing is."""
        taken = self.take()
        if taken.has_run_out:
            return next(warning.sentence for warning in self.list_warnings() if warning.code == "has_run_out")
        return None if taken.is_signed else self._draft.trouble

    def _look_in_time(self) -> None:
        """Look where it is time; who comes while another looks goes on with what is known, save the first time."""
        if self._database is None:
            return
        known = self._looked_at
        if known is not None and self._timer() - known < self._look_every:
            return
        if self._looking.acquire(blocking=known is None):
            try:
                self._look(self._database)
            finally:
                self._looking.release()

    def _look(self, database: Database) -> None:
        try:
            with database.reading() as connection:
                self._signatures = read_signatures(connection)
        except SQLAlchemyError as error:
            logger.warning("the store cannot tell what was signed (%s)", type(error).__name__)
            if self._looked_at is None:
                # Nothing is known at all: whoever asks next looks again.
                return
        self._looked_at = self._timer()

    def _say(self, taken: InForce) -> None:
        """Log what is in force when it is another, or when its days are over."""
        said = taken.terms.version, taken.has_run_out
        if said != self._said:
            self._said = said
            kind = "signed" if taken.is_signed else "not signed"
            logger.info("terms %s are in force (%s)", taken.terms.version, kind)
            if taken.has_run_out:
                logger.warning("terms %s have run out, and stay in force until others are signed", said[0])
