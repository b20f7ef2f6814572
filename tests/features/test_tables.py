"""The tables: frames and records read alike, with every lead, account and moment in its place."""

import math

import numpy as np
import pandas as pd
import pytest

from features.contract import Column, LeadSchema, SchemaMismatch
from features.engine import compute_features
from features.event_kinds import ActiveDays, EventCount
from features.feature_set import FeatureSet
from features.lead_kinds import LeadAge
from features.tables import UNKNOWN, AmbiguousLead, EventLog, LeadTable, SnapshotTable, UnknownLead
from features.times import DAY, MISSING_TIME, ZonelessTime

SCHEMA = LeadSchema((Column(name="amount", kind="number"), Column(name="note", kind="text")))
LEADS = pd.DataFrame(
    {
        "lead_id": ["a", "b", "c"],
        "account_id": ["acme", None, "globex"],
        "created_at": pd.to_datetime(["1970-01-02", None, "1970-01-03"], utc=True),
        "amount": [1.5, None, math.inf],
        "note": ["x", " ", None],
        "beyond": [1, 2, 3],
    }
)


def moments(*days):
    """Return aware timestamps, so many days after 1970 began; None is empty."""
    return pd.to_datetime([None if day is None else f"1970-01-{1 + day:02}" for day in days], utc=True)


def read_events(**columns):
    """Read events of the leads above."""
    return EventLog.from_frame(pd.DataFrame(columns), LeadTable.from_frame(LEADS, SCHEMA))


def test_leads_are_read_from_a_frame():
    """Ids, accounts, creation and clean attributes stand at the lead's position; further columns are passed by."""
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    assert leads.ids.tolist() == ["a", "b", "c"]
    assert leads.account.tolist() == [0, UNKNOWN, 1]
    assert list(leads.account_ids) == ["acme", "globex"]
    assert leads.created_at.tolist() == [DAY, MISSING_TIME, 2 * DAY]
    assert leads.attributes["note"].tolist() == ["x", None, None]
    np.testing.assert_array_equal(leads.attributes["amount"], [1.5, math.nan, math.nan])


def test_records_read_as_frames_do():
    """The same leads give the same table from mappings as from a frame."""
    records = [
        {"lead_id": "a", "account_id": "acme", "created_at": DAY, "amount": 1.5, "note": "x"},
        {"lead_id": "b", "note": " "},
        {"lead_id": "c", "account_id": "globex", "created_at": 2 * DAY, "amount": math.inf, "beyond": 3},
    ]
    ours, framed = LeadTable.from_records(records, SCHEMA), LeadTable.from_frame(LEADS, SCHEMA)
    for name in ("ids", "account", "created_at"):
        assert getattr(ours, name).tolist() == getattr(framed, name).tolist()
        assert getattr(ours, name).dtype == getattr(framed, name).dtype
    assert list(ours.account_ids) == list(framed.account_ids)
    for name in ("amount", "note"):
        np.testing.assert_array_equal(ours.attributes[name], framed.attributes[name])


def test_leads_need_no_account_and_no_creation():
    """Without these columns every lead stands alone, created nobody knows when."""
    leads = LeadTable.from_frame(LEADS[["lead_id", "amount", "note"]], SCHEMA)
    assert leads.account.tolist() == [UNKNOWN] * 3
    assert leads.created_at.tolist() == [MISSING_TIME] * 3
    assert len(leads.account_ids) == 0


def test_missing_columns_are_named():
    """A frame that lacks a column of the schema is refused with its name."""
    with pytest.raises(SchemaMismatch, match="note"):
        LeadTable.from_frame(LEADS.drop(columns="note"), SCHEMA)


def test_creation_needs_a_zone():
    """A creation without a zone is refused."""
    with pytest.raises(ZonelessTime, match="created_at"):
        LeadTable.from_frame(LEADS.assign(created_at=LEADS["created_at"].dt.tz_localize(None)), SCHEMA)


def test_events_find_their_lead_and_its_account():
    """A lead's event belongs to its account too; an account's event to no lead; a stranger's to nobody."""
    log = read_events(
        lead_id=["c", None, "stranger", "b"],
        account_id=[None, "acme", "nobody", None],
        type=["visit", "download", "visit", "visit"],
        occurred_at=moments(1, 2, 3, 4),
    )
    assert log.lead.tolist() == [2, UNKNOWN, UNKNOWN, 1]
    assert log.account.tolist() == [1, 0, UNKNOWN, UNKNOWN]
    assert [log.types[code] for code in log.type] == ["visit", "download", "visit", "visit"]
    assert log.recorded_at.tolist() == log.occurred_at.tolist() == [DAY, 2 * DAY, 3 * DAY, 4 * DAY]


def test_whole_number_ids_match_though_some_are_missing():
    """Ids that a missing one has turned into floats are still the same ids."""
    leads = LeadTable.from_frame(pd.DataFrame({"lead_id": [7, 8]}), LeadSchema(()))
    frame = pd.DataFrame({"lead_id": [8, None, 7], "type": "visit", "occurred_at": moments(1, 2, 3)})
    assert EventLog.from_frame(frame, leads).lead.tolist() == [1, UNKNOWN, 0]


def test_an_event_without_a_lead_is_not_that_of_a_lead_without_an_id():
    """Nothing is known of either, so they are not the same."""
    leads = LeadTable.from_frame(pd.DataFrame({"lead_id": [None, "b"]}), LeadSchema(()))
    frame = pd.DataFrame({"lead_id": [None, "b"], "type": "visit", "occurred_at": moments(1, 2)})
    assert EventLog.from_frame(frame, leads).lead.tolist() == [UNKNOWN, 1]


def test_events_without_a_time_or_a_type_are_told_apart():
    """Without a time an event is never seen, without a type it is of none, a missing record time is no delay."""
    frame = pd.DataFrame(
        {
            "lead_id": "a",
            "type": ["visit", None, "visit"],
            "occurred_at": moments(None, 1, 2),
            "recorded_at": moments(1, 1, None),
        }
    )
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    feature_set = FeatureSet(SCHEMA, (EventCount("visit"), EventCount()))
    snapshots = SnapshotTable.at(leads, 3 * DAY)
    log = EventLog.from_frame(frame, leads)
    assert compute_features(leads, log, snapshots, feature_set=feature_set).numbers[0].tolist() == [1.0, 2.0]


def test_event_properties_are_stacked_in_the_order_asked_for():
    """Each property is a row; what is absent, no number or not finite is missing; giants are clipped."""
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    frame = pd.DataFrame(
        {
            "lead_id": ["a", "a", "a", "a"],
            "type": "visit",
            "occurred_at": moments(1, 2, 3, 4),
            "pages": ["3", "many", None, "inf"],
            "amount": [1e300, -1e300, 2.0, 0.5],
        }
    )
    log = EventLog.from_frame(frame, leads, properties=("minutes", "pages", "amount"))
    assert log.property_names == ("minutes", "pages", "amount")
    expected = [[math.nan] * 4, [3.0, math.nan, math.nan, math.nan], [1e15, -1e15, 2.0, 0.5]]
    np.testing.assert_array_equal(log.properties, expected)


def test_no_events_are_an_empty_log():
    """An empty log has no events, and neither has an empty frame."""
    assert len(EventLog.empty()) == 0
    assert len(read_events(lead_id=[], type=[], occurred_at=moments())) == 0


def test_leads_with_one_id_are_refused_where_ids_are_looked_up():
    """Two leads of one id make it unknowable whose an event or a snapshot is; the message names the id."""
    leads = LeadTable.from_frame(pd.DataFrame({"lead_id": ["a", "a"]}), LeadSchema(()))
    with pytest.raises(AmbiguousLead, match="'a'"):
        SnapshotTable.from_frame(pd.DataFrame({"lead_id": ["a"], "as_of": moments(1)}), leads)


def test_snapshots_are_read_from_a_frame_and_back():
    """Snapshots keep their order, and may look at a lead more than once."""
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    frame = pd.DataFrame({"lead_id": ["c", "a", "c"], "as_of": moments(3, 2, 1)})
    snapshots = SnapshotTable.from_frame(frame, leads)
    assert snapshots.lead.tolist() == [2, 0, 2]
    assert snapshots.as_of.tolist() == [3 * DAY, 2 * DAY, DAY]
    back = snapshots.to_frame(leads)
    assert back["lead_id"].tolist() == frame["lead_id"].tolist()
    assert back["as_of"].tolist() == frame["as_of"].tolist()
    assert snapshots.take(np.array([True, False, True])).as_of.tolist() == [3 * DAY, DAY]


def test_snapshots_of_strangers_are_refused():
    """A snapshot of a lead that is not in the table cannot be computed."""
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    with pytest.raises(UnknownLead):
        SnapshotTable.from_frame(pd.DataFrame({"lead_id": ["z"], "as_of": moments(1)}), leads)


def test_snapshots_without_a_moment_lie_before_everything():
    """Where leads are undated, snapshots are too: nothing has happened yet, and no lead has an age."""
    leads = LeadTable.from_frame(LEADS, SCHEMA)
    snapshots = SnapshotTable.from_frame(pd.DataFrame({"lead_id": ["a"], "as_of": moments(None)}), leads)
    log = read_events(lead_id=["a"], type=["visit"], occurred_at=moments(1))
    feature_set = FeatureSet(SCHEMA, (EventCount(), EventCount("visit", 7), ActiveDays("visit", 7), LeadAge()))
    values = compute_features(leads, log, snapshots, feature_set=feature_set).numbers[0]
    np.testing.assert_array_equal(values, [0.0, 0.0, 0.0, math.nan])


def test_one_moment_looks_at_every_lead():
    """`at` gives one snapshot a lead, in their order."""
    snapshots = SnapshotTable.at(LeadTable.from_frame(LEADS, SCHEMA), 5 * DAY)
    assert snapshots.lead.tolist() == [0, 1, 2]
    assert snapshots.as_of.tolist() == [5 * DAY] * 3
