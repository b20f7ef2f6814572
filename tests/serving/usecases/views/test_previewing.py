"""The preview of hot leads: from the ledger of a store."""

import json
from dataclasses import replace

import pytest

from agreement.people import Person
from agreement.terms import DEFAULT_TERMS
from models.buckets import Thresholds
from serving.usecases.told import ToldLead
from serving.usecases.views.previewing import preview_hot, read_ledger
from tests.serving.usecases.funnels import look, tell_stage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

TERMS = replace(DEFAULT_TERMS, people=(Person(id="anna", capacity_per_week=1.0),))


@pytest.fixture
def teller(database, tmp_path):
    """A teller of a lead that turns hot in the first of three weeks, of two in the last, and of a cold one."""
    teller = Teller(database, put_in_force(tmp_path))
    teller.tell_lead("cold", {"employees": 2})
    for week in ((), ("L/1",), (), ("L/2", "L/3")):
        for lead_id in week:
            teller.tell_lead(lead_id)
            teller.tell_downloads(lead_id, 12)
        teller.wait(7 if week != ("L/2", "L/3") else 6.9)
    return teller


def preview(teller, terms=TERMS, **more):
    """Preview the hot leads of a store."""
    with teller.database.reading() as connection:
        return preview_hot(connection, terms, teller.now, **more)


def test_turns_are_counted_by_the_ledger(teller):
    """At the threshold in force the leads that turned hot did so; a lead that was won before does not."""
    found = preview(teller)
    assert [list(week) for week in found.in_force.weeks] == [["L/1"], [], ["L/2", "L/3"]]
    assert found.in_force.threshold == teller.in_force.scorer.thresholds_.hot
    assert found.in_force.forecast.mean == 1
    assert found.in_force.forecast.low <= 1 <= found.in_force.forecast.high
    tell_stage(teller, "L/1", "customer", teller.now - 21 * 86_400_000_000)
    assert [len(week) for week in preview(teller).in_force.weeks] == [0, 0, 2]


def test_a_threshold_is_fitted_to_the_capacity(teller):
    """One hot lead a week is what anna answers; for nobody no threshold is fitted, and another can be previewed."""
    found = preview(teller)
    assert found.fitting.forecast.mean <= found.capacity.per_week == 1
    assert preview(teller, DEFAULT_TERMS).fitting is None
    none = preview(teller, thresholds=Thresholds(warm=0.1, hot=1.1))
    assert none.in_force.weeks == ((), (), ())
    assert len(preview(teller, weeks=1).in_force.weeks) == 1


def test_an_import_is_in_no_week(teller):
    """Leads that an import made hot are counted apart."""
    imported = ToldLead(id="L/9", attributes=json.dumps(KEEN), batch="spring")
    events = [replace(teller.make_event("L/9", ago=60 * n), batch="spring") for n in range(1, 13)]
    teller.tell(imported, *events)
    teller.wait(0.01)
    found = preview(teller)
    assert found.in_force.in_bulk == ("L/9",)
    assert [len(week) for week in found.in_force.weeks] == [1, 0, 2]


def test_the_last_score_before_says_how_a_lead_stood(teller):
    """A ledger of the last week begins with what each lead had been given before."""
    with teller.database.reading() as connection:
        ledger = read_ledger(connection, TERMS, teller.now, weeks=1)
        whole = read_ledger(connection, TERMS, teller.now, weeks=52)
    assert ledger.sightings["cold"][0].at < ledger.begins_at
    assert len(ledger.sightings["L/1"]) <= len(whole.sightings["L/1"])
    assert ledger.sightings["L/1"][-1] == whole.sightings["L/1"][-1]


def test_the_plan_shows_the_preview(teller):
    """Two rows, in force and fitting, and a row a week with the leads that turned hot in it."""
    figures = look(teller, "plan", TERMS, reps_plus="3")
    hot = figures.get_table("hot")
    assert [row.key for row in hot.rows] == ["in_force", "fits_capacity", "what_if_fits_capacity"]
    assert hot.rows[2].cells["capacity_per_week"] == 4
    assert hot.get_row("in_force").lead_ids == ("L/1", "L/2", "L/3")
    assert [row.lead_ids for row in figures.get_table("hot_weeks").rows] == [("L/1",), (), ("L/2", "L/3")]


def test_without_scores_nothing_is_previewed(database):
    """Where no model ever scored there is no threshold in force, and the plan says so."""
    teller = Teller(database, None)
    teller.tell_lead("L/1")
    found = preview(teller)
    assert (found.in_force, found.fitting) == (None, None)
    assert any("Nothing has been scored" in note for note in look(teller, "plan", TERMS).notes)
