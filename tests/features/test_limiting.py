"""Limiting: a robot that clicks all day counts as one keen person."""

import dataclasses

import numpy as np
import pytest

from features.catalogue import MOST_PER_DAY, derive_catalogue
from features.contract import SchemaMismatch
from features.event_kinds import EventCount, PropertySum
from features.feature_set import FeatureSet
from features.limiting import limit_events
from tests.features.oracle import DAY, PlainEvent
from tests.features.worlds import NOON, SCHEMA, World, compute, lead_without_columns

VISITS = FeatureSet(SCHEMA, (EventCount("visit", 7), EventCount(None, 7), PropertySum(quantity="pages")))
LIMITED = dataclasses.replace(VISITS, most_per_day=MOST_PER_DAY)


def visit(at, *, recorded_at=None, pages=1.0):
    return PlainEvent(0, None, "visit", at, at if recorded_at is None else recorded_at, {"pages": pages})


def world_of(events, as_of=NOON + DAY):
    return World([lead_without_columns()], events, [(0, as_of)])


def test_ten_thousand_page_views_of_a_day_count_like_a_few():
    """A form or a robot that tells of 10,000 visits on one day counts no more than the limit."""
    flood = world_of([visit(NOON + n) for n in range(10_000)])
    assert compute(flood, VISITS).numbers[0, 0] == 10_000
    assert compute(flood, LIMITED).numbers[0].tolist() == [MOST_PER_DAY] * 3


def test_each_day_and_each_type_has_its_own_limit():
    """What is too many on one day takes nothing from another day, or from another type."""
    days = [visit(NOON - day * DAY + n) for day in range(3) for n in range(60)]
    forms = [dataclasses.replace(event, type="form") for event in days[:5]]
    assert compute(world_of([*days, *forms]), LIMITED).numbers[0, :2].tolist() == [150, 155]


def test_what_becomes_known_later_takes_no_place():
    """Of too many, those that were known first count, so that a later record changes no earlier row."""
    early = [visit(NOON + n, pages=1.0) for n in range(MOST_PER_DAY)]
    late = [visit(NOON - 9 + n, recorded_at=NOON + 2 * DAY, pages=100.0) for n in range(5)]
    both = compute(world_of([*late, *early], as_of=NOON + 3 * DAY), LIMITED).numbers
    assert both.tolist() == compute(world_of(early, as_of=NOON + 3 * DAY), LIMITED).numbers.tolist()


def test_few_events_are_passed_on_as_they_are():
    """Without too many there is no copy."""
    log = world_of([visit(NOON + n) for n in range(MOST_PER_DAY)]).event_log()
    assert limit_events(log, MOST_PER_DAY) is log
    assert limit_events(log, None) is log
    assert len(limit_events(log, 1)) == 1


def test_the_limit_is_part_of_the_set_and_of_new_catalogues_only():
    """A stored set without a limit stays as it was, to the fingerprint; a new one is stored with its own."""
    assert FeatureSet.from_json(VISITS.to_json()) == VISITS
    assert "most_per_day" not in VISITS.to_json()
    assert FeatureSet.from_json(LIMITED.to_json()).most_per_day == MOST_PER_DAY
    assert LIMITED.fingerprint != VISITS.fingerprint
    assert LIMITED.keep(["visit_count_7d"]).most_per_day == MOST_PER_DAY
    assert derive_catalogue(event_types=("visit",)).most_per_day == MOST_PER_DAY


def test_a_limit_below_one_is_refused():
    """No event a day would be no feature."""
    with pytest.raises(SchemaMismatch, match="at least 1"):
        dataclasses.replace(VISITS, most_per_day=0)


def test_events_of_nobody_are_limited_too():
    """A log whose events have neither lead nor account is limited without an error."""
    log = world_of([dataclasses.replace(visit(NOON + n), lead=None) for n in range(9)]).event_log()
    assert len(limit_events(log, 4)) == 4
    assert np.all(limit_events(log, 4).occurred_at < NOON + 4)
