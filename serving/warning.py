"""Warning: what this process meets and the team should know goes into the outbox, from a thread of its own."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from features.times import to_datetime
from serving.store.database import Database, UnusableStore
from serving.usecases.committing import Force
from serving.usecases.standing import take_standing
from serving.usecases.warning import warn_team

logger = logging.getLogger("hotlead.warning")


class Warner:
    """Tells the team, once an hour a kind, whoever else serves the same store; nobody's request waits for it.

    Parameters
    ----------
    database
        Whose outbox takes the message.
    take_force
        Takes what is in force now.
    on_told
        Called when a message is to go out.
    """

    def __init__(
        self, database: Database, take_force: Callable[[], Force], *, on_told: Callable[[], object]
    ) -> None:
        self._database, self._take_force, self._on_told = database, take_force, on_told
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hotlead-warn")
        self._guard = threading.Lock()
        self._latest: dict[str, str] = {}

    def warn_of_attack(self, sentence: str, *, on: str = "keys") -> None:
        """Tell that somebody tries keys, or passwords: the first such sentence of an hour."""
        cause = f"wrong_{on}:{to_datetime(self._take_force().now):%Y-%m-%dT%H}"
        with self._guard:
            if cause == self._latest.get(on):
                return
            self._latest[on] = cause
        self._thread.submit(self._warn, cause, f"Somebody tries {on} of this service: {sentence}.")

    def stop(self) -> None:
        """Finish what is under way."""
        self._thread.shutdown()

    def _warn(self, cause: str, sentence: str) -> None:
        force = self._take_force()
        try:
            with self._database.writing() as connection:
                standing = take_standing(
                    connection, now=force.now, in_force=force.in_force, terms=force.terms, address=force.address
                )
                is_told = warn_team(connection, standing, cause, sentence)
        except (SQLAlchemyError, UnusableStore) as error:
            logger.error("the team was not warned: %s", type(error).__name__)
            return
        if is_told:
            self._on_told()
