"""The worker: a process that works without serving; the only other place in this room that asks the clock."""

import asyncio
import contextlib
import logging
import logging.config
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from features.times import SECOND, to_micros
from serving.championing import Championing
from serving.channels.sending import Sender
from serving.logs import build_log_config
from serving.meters import Meters
from serving.service import Service
from serving.settings import Settings
from serving.store.outbox import find_oldest_due

logger = logging.getLogger("hotlead.worker")

_SAY_EVERY_SECONDS = 60.0


def read_clock() -> int:
    """Return the moment, in microseconds since 1970 in UTC."""
    return to_micros(datetime.now(UTC))


def run_worker(settings: Settings) -> None:
    """Work until told to stop by SIGTERM or SIGINT; what is under way is finished first.

    Raises
    ------
    NewerDatabase, ForeignDatabase
        If the store is of a newer Hotlead, or of something else.
    """
    logging.config.dictConfig(build_log_config())
    asyncio.run(_work_until_told(settings))


async def _work_until_told(settings: Settings) -> None:
    stopping = asyncio.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, stopping.set)
    await work(settings, stopping)


async def work(
    settings: Settings,
    stopping: asyncio.Event,
    *,
    clock: Callable[[], int] = read_clock,
    sender: Sender | None = None,
    say_every: float = _SAY_EVERY_SECONDS,
) -> None:
    """Work until an event is set.

    Parameters
    ----------
    settings
        What an operator may change; ``works`` speaks of servers and is not asked.
    stopping
        Set by whoever ends the work.
    clock, sender
        Replaced in tests.
    say_every
        Seconds between two lines in the log about how the work goes.
    """
    meters = Meters()
    championing = Championing(settings.home, on_refusal=meters.refusals.inc, on_swap=meters.record_swap)
    service = Service(settings, championing, clock=clock, meters=meters, sender=sender)
    try:
        await asyncio.to_thread(service.prepare)
        service.worker.start()
        logger.info("the worker has started")
        try:
            await _attend(service, meters, stopping, say_every)
        finally:
            await asyncio.to_thread(service.worker.stop)
            logger.info("the worker has stopped")
    finally:
        service.database.close()


async def _attend(service: Service, meters: Meters, stopping: asyncio.Event, say_every: float) -> None:
    watch = asyncio.create_task(service.championing.watch(service.settings.look_every_seconds))
    say = asyncio.create_task(_say_state(service, meters, say_every))
    await stopping.wait()
    for task in (watch, say):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _say_state(service: Service, meters: Meters, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            logger.info("%s", await asyncio.to_thread(_describe_state, service, meters))
        except (SQLAlchemyError, OSError) as error:
            logger.error("the store does not answer: %s", type(error).__name__)


def _describe_state(service: Service, meters: Meters) -> str:
    in_force, now = service.championing.in_force, service.clock()
    with service.database.reading() as connection:
        oldest = find_oldest_due(connection)
    waits = 0.0 if oldest is None else (now - oldest) / SECOND
    model = "no model" if in_force is None else f"model version {in_force.champion.version}"
    sent, failed = meters.count_attempts()
    return (
        f"{model} in force; {sent} sent and {failed} failed since the start; the oldest message waits {waits:.0f} s"
    )
