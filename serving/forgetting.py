"""Forgetting: an erasure in the store and in the log of erasures, and the two brought together at a start."""

import logging
from collections.abc import Callable

from features.times import to_datetime
from serving.erasure_log import ErasureLog, Logged, UnwritableLog
from serving.store.database import Database
from serving.store.forgotten import find_secret, list_digests
from serving.usecases.erasing import Erased, Wanted, erase, erase_again

logger = logging.getLogger("hotlead.erasures")


def forget(
    database: Database, log: ErasureLog, wanted: Wanted, now: int, *, randomness: Callable[[int], bytes]
) -> Erased:
    """Forget somebody, in the store and in the log; where either fails, neither the store nor anybody is changed.

    Raises
    ------
    NobodyNamed, UnwritableLog, DamagedLog
        As their names say.
    """
    secret = log.read().secret
    with database.writing() as connection:
        erased = erase(connection, wanted, now, randomness=randomness, secret=secret)
        # Before the commit: what the log holds too much is erased at the next start.
        log.append(erased.secret, erased.digests, _write_moment(now))
    return erased


def bring_together(database: Database, log: ErasureLog, now: int) -> int:
    """Erase whom a restored backup brought back, and tell the log what it lacks; return how many leads were erased.

    Raises
    ------
    ForeignDigests
        If the log belongs to another store.
    DamagedLog
        If it cannot be read.
    """
    logged = log.read()
    with database.reading() as connection:
        secret, known = find_secret(connection), list_digests(connection)
    n_leads = 0
    if logged.digests - known.keys() or (logged.secret is not None and secret != logged.secret):
        n_leads = apply_log(database, logged, now)
        logger.warning("the log of erasures was applied to an older store: %d leads erased again", n_leads)
    missing = known.keys() - logged.digests
    if missing and secret is not None:
        _tell_log(log, secret, missing, now)
    return n_leads


def apply_log(database: Database, logged: Logged, now: int) -> int:
    """Erase whom a log names and the store does not know as forgotten; return how many leads were erased.

    Raises
    ------
    ForeignDigests
        If the log belongs to another store.
    """
    if logged.secret is None:
        return 0
    with database.writing() as connection:
        return erase_again(connection, logged.secret, logged.digests, now)


def _tell_log(log: ErasureLog, secret: bytes, missing: set[bytes], now: int) -> None:
    try:
        log.append(secret, missing, _write_moment(now))
    except UnwritableLog as error:
        # The store knows them all the same; only a backup older than they are does not.
        logger.error("%s", error)


def _write_moment(now: int) -> str:
    return to_datetime(now).strftime("%Y-%m-%dT%H:%M:%SZ")
