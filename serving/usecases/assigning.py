"""Assigning: whoever needs an owner for a lead, for an alert or for a hand-over, gets one in this one way."""

from typing import Any

from agreement.people import TEAM
from agreement.routing import assign_owner
from features.text import normal_form
from serving.store.leads import LeadRecord
from serving.usecases.looking import merge_attributes
from serving.usecases.routing import ROUTED_BY
from serving.usecases.standing import Standing
from serving.usecases.turning import note


def give_owner(
    record: LeadRecord, account: str | None, standing: Standing, load: dict[str, int]
) -> list[dict[str, Any]]:
    """Give a lead an owner where it has none that we know; return what the journal keeps of it.

    Parameters
    ----------
    record
        Changed in place; the caller saves it.
    account
        The attributes of its account, if any.
    load
        Open hot leads by owner; it grows.
    """
    if record.owner_id is not None and record.owner_id in standing.people:
        return []
    told = merge_attributes(record.attributes, account)
    facts = {name: normal_form(str(told[name])) for name in ROUTED_BY if told.get(name) is not None}
    assigned = assign_owner(facts, routes=standing.terms.routes, people=standing.people, load=load)
    if assigned.owner_id != TEAM.id:
        record.owner_id = assigned.owner_id
        load[assigned.owner_id] = load.get(assigned.owner_id, 0) + 1
    return [note(record.id, standing.now, "assigned", owner=assigned.owner_id, sentence=assigned.sentence)]
