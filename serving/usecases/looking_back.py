"""Looking back: leads as they would have been scored at an instant of the past, by all that is known of it now."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from serving.store.accounts import read_accounts
from serving.store.leads import LeadRecord, list_members
from serving.usecases.histories import History, Reading
from serving.usecases.looking import Look, Seen, lay_out, look
from serving.usecases.standing import Standing


def look_at_records(
    connection: Connection,
    records: Sequence[LeadRecord],
    as_of: Sequence[int],
    standing: Standing,
    reading: Reading,
) -> Look:
    """Look at leads, each at its own moment; the caller has at least one, each once, and a scorer in force."""
    assert standing.in_force is not None
    return look(*_gather(connection, records, as_of, reading), standing.in_force.scorer)


def lay_out_records(
    connection: Connection,
    records: Sequence[LeadRecord],
    as_of: Sequence[int],
    feature_set: FeatureSet,
    reading: Reading,
) -> tuple[LeadTable, EventLog, SnapshotTable]:
    """Lay out leads as the engine's tables, each at its own moment; the caller has at least one, each once."""
    return lay_out(*_gather(connection, records, as_of, reading), feature_set)


def find_past_buckets(
    connection: Connection,
    leads: Mapping[str, LeadRecord],
    asked: Mapping[str, Sequence[int]],
    standing: Standing,
    reading: Reading | None,
) -> dict[tuple[str, int], str]:
    """Find the buckets that leads had at past instants, by their ids and instants; none without a scorer.

    The scorer is that of today, and so are the attributes: nobody knows what they were. Events count that had
    occurred by then, whenever we were told of them.
    """
    found: dict[tuple[str, int], str] = {}
    rounds = max(map(len, asked.values()), default=0)
    if standing.in_force is None or reading is None:
        return found
    for number in range(rounds):
        ids = sorted(lead_id for lead_id, instants in asked.items() if len(instants) > number)
        as_of = [asked[lead_id][number] for lead_id in ids]
        looked = look_at_records(connection, [leads[lead_id] for lead_id in ids], as_of, standing, reading)
        found |= {(ids[row], at): looked.scores.bucket_name(row) for row, at in enumerate(as_of)}
    return found


def _see(record: LeadRecord, as_of: int, account_attributes: str | None) -> Seen:
    """Return a record as it is scored."""
    return Seen(
        lead_id=record.id,
        account_id=record.account_id,
        created_at=record.created_at,
        as_of=as_of,
        attributes=record.attributes,
        account_attributes=account_attributes,
    )


def _gather(
    connection: Connection, records: Sequence[LeadRecord], as_of: Sequence[int], reading: Reading
) -> tuple[list[Seen], dict[str, list[str]], dict[str, History]]:
    """Gather what `look` takes of leads: themselves, the leads of their accounts, and the events of all of them."""
    account_ids = {record.account_id for record in records if record.account_id is not None}
    accounts = read_accounts(connection, account_ids) if account_ids else {}
    members = list_members(connection, account_ids)
    seqs = {lead_id: seq for listed in members.values() for lead_id, seq in listed}
    seqs.update({record.id: record.facts_seq for record in records})
    seen = [
        _see(record, moment, accounts[record.account_id].attributes if record.account_id else None)
        for record, moment in zip(records, as_of, strict=True)
    ]
    names = {account_id: [lead_id for lead_id, _ in listed] for account_id, listed in members.items()}
    return seen, names, reading.get(connection, seqs)
