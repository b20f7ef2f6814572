"""Raw leads: frames as people hold them become the engine's tables, or one sentence on what is wrong."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from features.catalogue import derive_catalogue
from features.contract import Column, LeadSchema, SchemaMismatch
from features.engine import compute_features
from features.times import micros_of
from models.raw_leads import read_raw_leads

SCHEMA = LeadSchema(
    (
        Column(name="industry", kind="text"),
        Column(name="employees", kind="integer", low=0),
        Column(name="score", kind="number"),
    )
)
FEATURES = derive_catalogue(schema=SCHEMA, event_types=("visit",), quantities=("pages",), has_accounts=True)
TIMELESS = derive_catalogue(schema=SCHEMA, is_dated=False)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
VISIT = {"type": "visit", "occurred_at": "2026-02-27T09:00:00Z", "properties": {"pages": 4}}


def compute(frame, **given):
    """Compute the features of a frame of raw leads."""
    return compute_features(
        *read_raw_leads(pd.DataFrame(frame), FEATURES, **given), feature_set=FEATURES
    ).to_frame()


def test_a_missing_column_is_missing_for_every_lead():
    """Columns that the features read and the frame lacks are unknown, not an error."""
    leads, events, snapshots = read_raw_leads(pd.DataFrame({"industry": ["food", None]}), TIMELESS)
    assert leads.attributes["industry"].tolist() == ["food", None]
    assert np.isnan(leads.attributes["employees"]).all()
    assert (len(events), len(snapshots)) == (0, 2)


@pytest.mark.parametrize("values", [[3, 40], [3.0, 40.0], ["3", "40"], pd.array([3, 40], "Int64")])
def test_numbers_come_as_integers_floats_or_texts(values):
    """However a number is held, it is the same number."""
    leads, _, _ = read_raw_leads(pd.DataFrame({"employees": values}), TIMELESS)
    assert leads.attributes["employees"].tolist() == [3.0, 40.0]


@pytest.mark.parametrize(
    "events",
    [json.dumps([VISIT]), [VISIT], (VISIT,), np.array([VISIT], dtype=object)],
    ids=["json", "list", "tuple", "array"],
)
def test_events_come_as_json_or_as_lists(events):
    """JSON texts, lists, and the arrays that Parquet makes of them are the same events."""
    features = compute({"events": pd.Series([events, None], dtype=object)}, as_of=NOW)
    assert features["visit_count_7d"].tolist() == [1.0, 0.0]
    assert features["event_sum_30d_pages"].tolist()[0] == 4.0


def test_an_event_log_is_read_instead_of_the_column():
    """Events that are handed in as a table win over those in the frame."""
    log = pd.DataFrame(
        {"lead_id": ["a", "a"], "type": ["visit"] * 2, "occurred_at": [NOW - pd.Timedelta("1h")] * 2}
    )
    features = compute({"lead_id": ["a"], "events": [[VISIT]]}, as_of=NOW, events=log)
    assert features["visit_count_7d"].tolist() == [2.0]


def test_colleagues_share_an_account():
    """What a colleague in the same frame did is seen on the account."""
    frame = {"lead_id": ["a", "b"], "account_id": ["x", "x"], "events": [[VISIT], []]}
    features = compute(frame, as_of=NOW)
    assert features["account_visit_count_7d"].tolist() == [1.0, 1.0]
    assert features["visit_count_7d"].tolist() == [1.0, 0.0]


def test_what_was_recorded_later_is_not_known_yet():
    """An event counts once it was recorded; without a word on that, when it occurred."""
    late = {**VISIT, "recorded_at": "2026-03-02T09:00:00Z"}
    unsaid = {**VISIT, "recorded_at": None}
    features = compute({"events": [[late], [unsaid]]}, as_of=NOW)
    assert features["visit_count_7d"].tolist() == [0.0, 1.0]


def test_a_rows_own_moment_wins():
    """`as_of` for all rows counts where a row names none."""
    frame = pd.DataFrame({"as_of": ["2026-01-01T00:00:00+01:00", None]})
    _, _, snapshots = read_raw_leads(frame, FEATURES, as_of=NOW)
    expected = pd.Series(pd.to_datetime(["2025-12-31T23:00:00Z", "2026-03-01T09:00:00Z"])).dt.as_unit("us")
    assert (snapshots.as_of == micros_of(expected)).all()


def test_times_may_be_timestamps_with_any_unit():
    """Native times with a zone are taken as they are."""
    frame = pd.DataFrame({"created_at": pd.to_datetime(["2026-02-19T09:00:00Z"]).as_unit("ns"), "as_of": [NOW]})
    assert compute(frame)["lead_age_days"].tolist() == [10.0]


def test_rows_without_a_name_are_told_apart():
    """Leads without an identifier are scored one by one, whatever the frame's index."""
    frame = pd.DataFrame({"lead_id": [None, "a", None], "industry": ["x", "y", "z"]}, index=[5, 5, 5])
    leads, _, snapshots = read_raw_leads(frame, TIMELESS)
    assert leads.ids.tolist() == ["row 0", "a", "row 2"]
    assert snapshots.lead.tolist() == [0, 1, 2]


def test_no_rows_give_no_rows():
    """An empty frame is no error."""
    assert len(compute({"industry": []}, as_of=NOW)) == 0


def test_the_callers_frame_is_left_alone():
    """Reading adds columns to a copy."""
    frame = pd.DataFrame({"created_at": ["2026-02-01T00:00:00Z"], "events": [json.dumps([VISIT])]})
    before = frame.copy(deep=True)
    read_raw_leads(frame, FEATURES, as_of=NOW)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("frame", "given", "said"),
    [
        ({"industry": ["food"]}, {}, "depend on the moment: give an as_of"),
        ({"industry": ["food"]}, {"as_of": datetime(2026, 3, 1)}, "as_of needs an offset"),  # noqa: DTZ001
        ({"as_of": ["2026-03-01T09:00:00"]}, {}, "as_of needs times with an offset"),
        ({"as_of": ["soon+01:00"]}, {}, "as_of holds what is no time"),
        ({"created_at": ["2026-03-01"]}, {"as_of": NOW}, "created_at needs times with an offset"),
        ({"lead_id": ["a", "a"]}, {"as_of": NOW}, "two rows have the same lead_id"),
        ({"events": ["[{"]}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": ['{"type": "visit"}']}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": ['["visit"]']}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": ["7"]}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": [[{"type": "visit"}]]}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": [[{**VISIT, "properties": [1]}]]}, {"as_of": NOW}, "events is a JSON list"),
        ({"events": [[{**VISIT, "occurred_at": "2026-02-01"}]]}, {"as_of": NOW}, "occurred_at needs times with"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(frame, given, said):
    """Each fault ends in one plain sentence, before anything is scored."""
    with pytest.raises(SchemaMismatch, match=said) as caught:
        read_raw_leads(pd.DataFrame(frame), FEATURES, **given)
    assert "\n" not in str(caught.value)
