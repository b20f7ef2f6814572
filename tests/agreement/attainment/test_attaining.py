"""Attaining: what is shown of both sides' word, and what holds of it whatever happened."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.attainment.attaining import Facts, Scope, compute_attainment
from agreement.calendar.periods import Period
from agreement.commitments import Feedback, Response, Supply
from agreement.lives import Act, Contact, Life, Step
from agreement.people import Person
from agreement.stages import Stage
from agreement.terms import Terms
from agreement.timers import Duty, follow_timers, start_timers
from tests.agreement.wall_clock import DAY, HOUR

WEEK = Period.from_text("2027-W23")
START = WEEK.begins_at
ANNA, BEN = Person(id="anna"), Person(id="ben")
PEOPLE = {"anna": ANNA, "ben": BEN}
TERMS = Terms(
    supply=(Supply(quality="mql", count=2), Supply(quality="hot", count=4, per="month")),
    response=(Response(bucket="hot", first_contact_micros=4 * HOUR, attempts=2),),
    feedback=Feedback(within_micros=24 * HOUR),
)


def live(lead_id, handed_at, *, contacts=(), ends=(), owner=ANNA, bucket="hot", source=None):
    """Return a lead that was handed over, and its timers; hours count from the begin of the week."""
    at = START + int(handed_at * HOUR)
    steps = (
        Step(stage=Stage.MQL, at=at - HOUR, act=Act.QUALIFIED),
        Step(stage=Stage.SQL, at=at, act=Act.HANDED_OVER),
        *(Step(stage=Stage(stage), at=at + int(hours * HOUR), reason=reason) for stage, hours, reason in ends),
    )
    life = Life(
        lead_id=lead_id,
        created_at=at - DAY,
        owner_id=owner.id,
        source=source,
        facts={"industry": "software", "employees": 20.0},
        steps=steps,
        contacts=tuple(Contact(at=at + int(hours * HOUR), kind="call") for hours in contacts),
    )
    timers = start_timers(at=at, person=owner, bucket=bucket, terms=TERMS)
    followed = follow_timers(timers, steps=life.steps, contacts=life.contacts)
    return life, [(lead_id, timer) for timer in followed]


def attain(*lived, now=WEEK.ends_at, period=WEEK, scope=None, terms=TERMS):
    """Return attainment by some leads of `live`."""
    facts = Facts(
        lives=[life for life, _ in lived],
        timers=[each for _, timers in lived for each in timers],
        first_touches={},
        people=PEOPLE,
    )
    return compute_attainment(facts, terms=terms, period=period, as_of=now, scope=scope)


def test_both_sides_are_measured_by_what_they_promised():
    """Marketing brought two of two MQLs; sales was in time once, late once, and has nothing to keep once."""
    lived = (
        live("kept", 1, contacts=(1, 5), ends=(("opportunity", 9, None),)),
        live("late", 2, contacts=(6,), owner=BEN),
        live("gone", 3, ends=(("lost", 1, "duplicate"),)),
    )
    found = attain(*lived)
    assert [(each.actual, each.is_kept) for each in found.supplied] == [(3, True), (3, True)]
    first = found.duties[Duty.FIRST_CONTACT, "hot"]
    assert (first.met, first.breached, first.void, first.due) == (("kept",), ("late",), ("gone",), ())
    assert first.rate.value == 0.5
    assert first.is_kept is False
    assert found.by_owner["ben", Duty.FIRST_CONTACT].breached == ("late",)
    assert [wait.plain for wait in found.waits] == [HOUR, 6 * HOUR, None]
    assert found.terms_versions == [TERMS.version]


def test_a_timer_belongs_to_the_period_in_which_it_falls_due():
    """What was handed over on Sunday and is due at the instant of midnight counts for the week that begins then."""
    sunday = live("sunday", 7 * 24 - 4)
    assert Duty.FIRST_CONTACT not in {duty for duty, _ in attain(sunday).duties}
    later = Period.from_text("2027-W24")
    found = attain(sunday, period=later, now=later.ends_at)
    assert found.duties[Duty.FIRST_CONTACT, "hot"].breached == ("sunday",)


def test_what_happens_later_is_not_known():
    """At an earlier instant a lead of tomorrow is not there, and a duty that is kept later is still due."""
    lived = (live("today", 1, contacts=(3,)), live("tomorrow", 24))
    found = attain(*lived, now=START + 2 * HOUR)
    assert [each.actual for each in found.supplied] == [1, 1]
    assert found.duties[Duty.FIRST_CONTACT, "hot"].due == ("today",)
    assert [wait.plain for wait in found.waits] == [None]


def test_a_scope_chooses_hand_overs_and_leaves_supply_whole():
    """Of one owner only their duties, waits and rejections are shown; marketing's promise is everybody's."""
    lived = (live("hers", 1, ends=(("lost", 2, "no_need"),)), live("his", 2, owner=BEN))
    found = attain(*lived, scope=Scope(owner_id="ben"))
    assert {key for key, _ in found.by_owner} == {"ben"}
    assert [each.lead_id for each in found.handed_over] == ["his"]
    assert not found.turned_down
    assert found.supplied[0].lead_ids == ("hers", "his")
    assert not attain(*lived, scope=Scope(bucket="cold")).handed_over


def test_a_hand_over_without_timers_counts_for_no_bucket():
    """Where nothing was promised for a lead, its owner now is named, and no bucket."""
    life, _ = live("plain", 1)
    found = attain((life, []))
    assert [(each.owner_id, each.bucket) for each in found.handed_over] == [("anna", None)]
    assert [each.actual for each in found.supplied] == [1, 0]


def test_the_trend_ends_with_the_period_or_with_today():
    """Eight weeks for a week, six months for a month, and each duty counts in one of them."""
    lived = (live("old", -7 * 24, contacts=(9,)), live("new", 1, contacts=(1,)))
    weeks = attain(*lived).trend
    assert [span.period.to_text() for span in weeks[-2:]] == ["2027-W22", "2027-W23"]
    assert len(weeks) == 8
    assert [span.by_duty[Duty.FIRST_CONTACT].rate.count for span in weeks[-2:]] == [0, 1]
    months = attain(*lived, period=Period.from_text("2027-06"), now=START).trend
    assert [span.period.to_text() for span in months] == [f"2027-{month:02d}" for month in range(1, 7)]


@pytest.mark.parametrize("terms", [Terms(), TERMS])
def test_nothing_is_divided_where_nothing_happened(terms):
    """An empty company has no shares, no quantiles, and promises still to be kept."""
    found = attain(terms=terms, now=START - DAY)
    assert not found.duties
    assert all(each.attainment == 0 and each.attainment_to_date is None for each in found.supplied)
    assert all(each.is_kept is None and each.outlook is None for each in found.supplied)
    assert all(span.kept.rate.value is None and span.kept.is_kept is None for span in found.trend)


_HOURS = st.integers(min_value=0, max_value=400)
_ENDS = st.sampled_from(
    ((), (("lost", 5, "no_need"),), (("recycled", 60, "no_answer"),), (("opportunity", 30, None),))
)
_LEADS = st.lists(st.tuples(_HOURS, st.lists(_HOURS, max_size=3), _ENDS, st.sampled_from((ANNA, BEN))), max_size=8)


@settings(max_examples=60, deadline=None)
@given(leads=_LEADS, moments=st.tuples(_HOURS, _HOURS))
def test_every_timer_is_counted_once_and_what_is_met_stays_met(leads, moments):
    """Met, breached, due and void are all there is, and later looks turn neither of the first two into others."""
    lived = [
        live(f"L{number}", at, contacts=sorted(contacts), ends=ends, owner=owner)
        for number, (at, contacts, ends, owner) in enumerate(leads)
    ]
    early, late = (START + hours * HOUR for hours in sorted(moments))
    before, after = (attain(*lived, now=now) for now in (early, late))
    for found, now in ((before, early), (after, late)):
        due = [
            timer
            for _, timers in lived
            for _, timer in timers
            if timer.started_at <= now and WEEK.begins_at <= timer.due_at < WEEK.ends_at
        ]
        for tallies in (found.duties, found.by_owner):
            assert sum(each.n_timers for each in tallies.values()) == len(due)
        assert all(0 <= each.rate.count <= each.rate.of <= each.n_timers for each in found.duties.values())
    for key, each in before.duties.items():
        assert set(each.met) <= set(after.duties[key].met)
        assert set(each.breached) <= set(after.duties[key].breached)
    for earlier, later in zip(before.supplied, after.supplied, strict=True):
        assert set(earlier.lead_ids) <= set(later.lead_ids)


@settings(max_examples=30, deadline=None)
@given(leads=_LEADS, hours=_HOURS)
def test_facts_of_the_future_change_nothing(leads, hours):
    """Lives cut off at an instant give what whole lives give as of that instant."""
    now = START + hours * HOUR
    lived = [
        live(f"L{number}", at, contacts=sorted(contacts), ends=ends, owner=owner)
        for number, (at, contacts, ends, owner) in enumerate(leads)
    ]
    cut = [
        (
            replace(
                life,
                steps=tuple(step for step in life.steps if step.at <= now),
                contacts=tuple(contact for contact in life.contacts if contact.at <= now),
            ),
            timers,
        )
        for life, timers in lived
        if life.created_at <= now
    ]
    assert attain(*lived, now=now) == attain(*cut, now=now)
