"""Writing: what a form of set-up changes, in one transaction away from the loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from serving.usecases.committing import StoreUnavailable
from serving.web.visit import Visit

_T = TypeVar("_T")


async def write(visit: Visit, work: Callable[[Connection], _T]) -> _T:
    """Do something in one transaction.

    Raises
    ------
    StoreUnavailable
        If the database cannot be written.
    """

    def do() -> _T:
        try:
            with visit.service.database.writing() as connection:
                return work(connection)
        except (OperationalError, InterfaceError) as error:
            raise StoreUnavailable("the store cannot be written: try again in a few seconds") from error

    return await asyncio.to_thread(do)
