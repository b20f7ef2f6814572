"""Queue rows: what a list shows of a few leads, in as many queries however many they are."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, func, select

from agreement.stages import Stage
from serving.store.columns import Micros
from serving.store.tables import accounts, bases, events, leads, scores, stage_changes

_TOLD = (
    leads.c.id,
    leads.c.attributes,
    accounts.c.attributes.label("company"),
    leads.c.owner_id,
    leads.c.stage,
    leads.c.score,
    leads.c.bucket,
    leads.c.probability,
    bases.c.withheld,
    scores.c.reasons,
    leads.c.episode_is_open,
    leads.c.entered_at,
    leads.c.snoozed_until,
)


def read_queue_rows(connection: Connection, ids: Collection[str], moments: Sequence[int]) -> dict[str, Row[Any]]:
    """Read leads by id: what was told, the latest score with its reasons, and the scores of earlier moments.

    Parameters
    ----------
    moments
        Microseconds since 1970; the score at the first is the column ``past_0``, None where there was none yet.
    """
    at = {f"at_{place}": moment for place, moment in enumerate(moments)}
    return {row.id: row for row in connection.execute(_choose_rows(len(moments)), {"ids": sorted(ids), **at})}


def find_last_events(connection: Connection, ids: Collection[str], now: int) -> dict[str, tuple[str, int]]:
    """Find what each lead did last: the type, and when."""
    last_at = func.max(events.c.occurred_at)
    found = select(events.c.lead_id, events.c.type, last_at.label("at"))
    found = found.where(events.c.lead_id.in_(sorted(ids)), events.c.occurred_at <= now)
    last: dict[str, tuple[str, int]] = {}
    for lead_id, kind, at in connection.execute(found.group_by(events.c.lead_id, events.c.type)):
        if lead_id not in last or (at, kind) > (last[lead_id][1], last[lead_id][0]):
            last[lead_id] = kind, at
    return last


def list_won_since(connection: Connection, since: int) -> list[str]:
    """List the ids of leads that were won after a moment, as somebody told or as they came."""
    is_told = (stage_changes.c.stage == Stage.CUSTOMER.value) & (stage_changes.c.occurred_at > since)
    came = (leads.c.stage == Stage.CUSTOMER.value) & (leads.c.stage_at > since)
    told = select(stage_changes.c.lead_id).where(is_told)
    return sorted(connection.execute(told.union(select(leads.c.id).where(came))).scalars())


# Putting it together takes longer than the databases take to answer it.
@cache
def _choose_rows(n_moments: int) -> Select[Any]:
    """Choose rows of the leads ``ids``, with the scores of the moments ``at_0``, ``at_1`` and so on."""
    past = [
        _find_score(bindparam(f"at_{place}", type_=Micros)).label(f"past_{place}") for place in range(n_moments)
    ]
    query: Select[Any] = select(*_TOLD, *past)
    query = query.outerjoin(accounts, accounts.c.id == leads.c.account_id)
    query = query.outerjoin(bases, bases.c.id == leads.c.basis_id)
    latest = (scores.c.lead_id == leads.c.id) & (scores.c.number == leads.c.score_number)
    return query.outerjoin(scores, latest).where(leads.c.id.in_(bindparam("ids", expanding=True)))


def _find_score(at: BindParameter[int]) -> Any:
    earlier = scores.alias()
    own = (earlier.c.lead_id == leads.c.id) & (earlier.c.as_of <= at)
    return select(earlier.c.score).where(own).order_by(earlier.c.number.desc()).limit(1).scalar_subquery()
