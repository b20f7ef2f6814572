"""Events: known when they were recorded, of a lead that exists, one per order."""

import numpy as np
import pandas as pd

from features.engine import compute_features
from features.event_kinds import EventCount
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from tests.training.importing.exports import EVENTS, LEADS, RECIPE, WITH_EVENTS, bring_in, codes


def test_events_carry_two_times(tmp_path):
    """An event is known when it was recorded, a bare date when its day is over, nothing before it occurred."""
    result = bring_in(tmp_path, recipe=WITH_EVENTS, events=EVENTS)
    events = result.history.events
    assert [moment.isoformat() for moment in events["recorded_at"]] == [
        "2026-01-05T11:00:00+00:00",
        "2026-01-06T23:59:59.999999+00:00",
        "2026-01-09T10:00:00+00:00",
    ]
    assert events["pages"].tolist()[:2] == [3, 4]
    assert np.isnan(events["pages"].iloc[2])
    assert result.history.about.event_types == (("visit", 2), ("call", 1))
    assert result.history.about.quantities == ("pages",)


def test_events_of_nobody_or_of_no_time_are_rejected(tmp_path):
    """Each useless event is told with its line, its reason and its text."""
    result = bring_in(tmp_path, recipe=WITH_EVENTS, events=EVENTS)
    assert codes(result) == [
        (4, "no_lead_or_account"),
        (5, "unknown_lead"),
        (6, "no_type"),
        (7, "no_time"),
        (8, "unreadable_date"),
    ]
    assert result.rejected["raw"].iloc[4] == "b,call,whenever,,1"
    leads, events = result.report.files
    assert (events.read, events.kept, events.rejected) == (8, 3, 5)
    assert result.history.about.rows_read == leads.read + events.read


def test_rows_of_one_order_are_one_event(tmp_path):
    """Rows that share a key become one event; amounts are added up, and it is known when its last row is."""
    rows = (
        "A,1,2026-01-05T10:00Z,2",
        "A,1,2026-01-05T10:05Z,3",
        "A,2,2026-01-06T10:00Z,",
        "A,,2026-01-07T10:00Z,1",
    )
    text = "\n".join(["firm,basket,at,sum", *rows])
    section = {"account": "firm", "name": "order", "occurred_at": "at", "one_per": "basket", "properties": ["sum"]}
    result = bring_in(tmp_path, recipe={**RECIPE, "events": [section]}, events=text)
    events = result.history.events
    assert events["sum"].fillna(-1).tolist() == [5, -1, 1]
    assert events["recorded_at"].iloc[0] == pd.Timestamp("2026-01-05T10:05:00Z")
    assert result.report.files[1].kept == 4


def test_bare_date_of_the_same_day_is_not_yet_known(tmp_path):
    """A lead seen on a morning does not know what that day will bring, and knows it the next morning."""
    text = LEADS.replace("2026-01-01,won", "2026-01-06,won")
    history = bring_in(tmp_path, text, WITH_EVENTS, events=EVENTS).history
    leads = LeadTable.from_frame(history.leads, history.about.schema)
    log = EventLog.from_frame(history.events, leads)
    feature_set = FeatureSet(history.about.schema, (EventCount("visit", 30),))
    moments = pd.to_datetime(["2026-01-06T00:00Z", "2026-01-06T23:00Z", "2026-01-07T00:00Z"], utc=True)
    snapshots = SnapshotTable.from_frame(pd.DataFrame({"lead_id": "a", "as_of": moments}), leads)
    features = compute_features(leads, log, snapshots, feature_set=feature_set)
    assert features.column("visit_count_30d").tolist() == [1, 1, 2]
