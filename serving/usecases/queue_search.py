"""Searching a queue: leads by what their name or company holds, or by the beginning of their id."""

from collections.abc import Sequence

from sqlalchemy import Connection

from serving.store.queues import QueueFilter, list_ids_from, list_written
from serving.usecases.looking import merge_attributes
from serving.usecases.telling import find_company, find_name

# Names stand in what was told, which no index knows: the likeliest so many are looked through.
MOST_SEARCHED = 3_000
_MOST_FOUND = 500
_LONGEST = 200


def find_matches(
    connection: Connection, chosen: QueueFilter, words: str, buckets: Sequence[str | None]
) -> tuple[list[str], bool]:
    """Find leads of a queue by words; return their ids, and whether there were more leads than were looked through.

    Every word has to be in the name or in the company, whatever its case.
    """
    words = words[:_LONGEST]
    found = dict.fromkeys(list_ids_from(connection, chosen, words, most=_MOST_FOUND))
    wanted = words.casefold().split()
    n_left = MOST_SEARCHED
    for bucket in buckets:
        rows = list_written(connection, chosen, bucket, most=n_left)
        n_left -= len(rows)
        found.update(dict.fromkeys(row.id for row in rows if _holds(row.attributes, row.company, wanted)))
        if not n_left:
            break
    return list(found)[:_MOST_FOUND], not n_left or len(found) > _MOST_FOUND


def _holds(attributes: str, company: str | None, wanted: Sequence[str]) -> bool:
    told = merge_attributes(attributes, company)
    text = f"{find_name(told)}\n{find_company(told)}".casefold()
    return all(word in text for word in wanted)
