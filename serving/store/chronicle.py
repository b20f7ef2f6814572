"""The chronicle: every lead's way as plain values, read in a few sweeps over the tables."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, select, true

from agreement.lives import Act, Contact, Life, Step, Touch
from agreement.prevailing import list_prevailing
from agreement.stages import Stage
from features.text import normal_form
from serving.store.leads import NOBODY_TOLD
from serving.store.tables import accounts, contacts, leads, stage_changes
from serving.store.touches import read_touches

_ATTRIBUTES = msgspec.json.Decoder(dict[str, Any])
# Who somebody is says nothing about a kind of lead, and has no place in a figure.
_PERSONAL = frozenset(("name", "first_name", "last_name", "email", "phone", "company", "website"))


def read_lives(
    connection: Connection, *, ids: Collection[str] | None = None, with_touches: bool = False
) -> list[Life]:
    """Read the lives of leads that we were told of, in the order of their ids.

    Parameters
    ----------
    ids
        Whose; None for everybody's.
    with_touches
        Whether what they did is read too: there is far more of it than of all the rest.
    """
    steps = _gather(connection, stage_changes, read_step, ids)
    made = _gather(connection, contacts, read_contact, ids)
    touches = read_touches(connection, ids) if with_touches else {}
    query = select(leads).where(leads.c.version != NOBODY_TOLD, _among(leads.c.id, ids)).order_by(leads.c.id)
    rows = connection.execute(query).all()
    of = None if ids is None else {row.account_id for row in rows if row.account_id is not None}
    companies = _read_accounts(connection, of)
    return [_read_life(row, companies.get(row.account_id or "", {}), steps, made, touches) for row in rows]


def _read_life(
    row: Row[Any],
    company: Mapping[str, str | float],
    steps: Mapping[str, list[Step]],
    made: Mapping[str, list[Contact]],
    touches: Mapping[str, list[Touch]],
) -> Life:
    facts = {**company, **_read_facts(row.attributes)}
    source = facts.get("source")
    known = complete_steps(steps.get(row.id, []), row.stage, row.stage_at)
    return Life(
        lead_id=row.id,
        created_at=row.received_at if row.created_at is None else row.created_at,
        owner_id=row.owner_id,
        source=None if source is None else str(source),
        facts=facts,
        steps=tuple(list_prevailing(known)),
        contacts=tuple(made.get(row.id, ())),
        touches=tuple(touches.get(row.id, ())),
        probability=row.probability,
        bucket=row.bucket,
    )


def complete_steps(steps: Sequence[Step], stage: str, stage_at: int) -> list[Step]:
    """Add the stage that once came with the lead itself, where no change of stage says the same."""
    if stage == Stage.LEAD or any(step.stage == stage for step in steps):
        return list(steps)
    return [*steps, Step(stage=Stage(stage), at=stage_at)]


def _gather(connection: Connection, table: Any, read: Any, ids: Collection[str] | None) -> dict[str, list[Any]]:
    query: Select[Any] = select(table).where(_among(table.c.lead_id, ids))
    gathered: dict[str, list[Any]] = {}
    for row in connection.execute(query.order_by(table.c.lead_id, table.c.occurred_at, table.c.key)):
        gathered.setdefault(row.lead_id, []).append(read(row))
    return gathered


def _among(column: ColumnElement[Any], ids: Collection[str] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(sorted(ids))


def read_step(row: Row[Any]) -> Step:
    """Read a step from its row."""
    return Step(
        stage=Stage(row.stage),
        at=row.occurred_at,
        act=None if row.act is None else Act(row.act),
        reason=row.reason,
        until=row.until,
        value=row.value,
        told_by=row.told_by,
    )


def read_contact(row: Row[Any]) -> Contact:
    """Read a contact from its row."""
    return Contact(at=row.occurred_at, kind=row.kind, outcome=row.outcome, told_by=row.told_by)


def _read_accounts(connection: Connection, ids: Collection[str] | None) -> dict[str, Mapping[str, str | float]]:
    query = select(accounts.c.id, accounts.c.attributes).where(_among(accounts.c.id, ids))
    return {row.id: _read_facts(row.attributes) for row in connection.execute(query)}


def _read_facts(attributes: str) -> dict[str, str | float]:
    return dict(_list_facts(_ATTRIBUTES.decode(attributes)))


def _list_facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str | float]]:
    for name, value in told.items():
        if name in _PERSONAL or isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            yield name, float(value)
        elif isinstance(value, str) and (text := normal_form(value)):
            yield name, text
