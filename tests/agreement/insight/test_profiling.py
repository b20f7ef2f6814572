"""Profiling: which leads are judged, and what they have in common."""

from datetime import date

import numpy as np

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.criteria import HandOver
from agreement.episodes import DAY_MICROS
from agreement.goal import Assumptions
from agreement.insight.profiling import compute_profile, judge_leads
from agreement.lives import Life, Step
from agreement.stages import Stage
from agreement.terms import Terms

DAY = DAY_MICROS
PERIOD = Period(begins=date(1970, 1, 1), ends=date(1971, 1, 1))


def live(lead_id, created, *steps, **facts):
    """A lead created on a day, with steps as (stage, day)."""
    made = tuple(Step(stage=Stage(stage), at=day * DAY, value=100.0) for stage, day in steps)
    return Life(lead_id=lead_id, created_at=created * DAY, steps=made, facts=facts)


def test_only_leads_whose_end_is_known_well_enough_are_judged():
    """Who had the horizon counts, open or not; who is younger counts only if closed by then."""
    lives = [
        live("old and open", 10),
        live("old and won", 10, ("customer", 30)),
        live("at the horizon", 110),
        live("young and open", 111),
        live("young and lost", 150, ("lost", 190)),
        live("young, lost tomorrow", 150, ("lost", 201)),
        live("not here yet", 201),
        live("before the period", -1, ("lost", 3)),
    ]
    judged = judge_leads(lives, PERIOD, 200 * DAY, horizon_days=90)
    assert [life.lead_id for life in judged.lives] == [
        *("old and open", "old and won", "at the horizon", "young and lost"),
    ]
    assert [None if end is None else end.is_won for end in judged.closings] == [None, True, None, False]
    assert (judged.n_young, judged.n_left_out) == (1, 2)


def test_the_profile_finds_what_was_put_in():
    """What buys and what does not is found, surest first, beside what the agreement asks for."""
    generator = np.random.default_rng(5)
    lives = []
    for number in range(3_000):
        industry = str(generator.choice(["machinery", "medical devices", "retail", "banking"]))
        share = {"machinery": 0.02, "medical devices": 0.25}.get(industry, 0.1)
        steps = [("customer", 20)] if generator.random() < share else []
        facts = {"industry": industry, "letter": str(generator.choice(list("abc")))}
        lives.append(live(f"{number:05d}", 5, *steps, **facts))
    terms = Terms(handover=HandOver(industries=("Machinery",)), assumed=Assumptions(horizon_days=30))
    profile = compute_profile(lives, PERIOD, 300 * DAY, terms)
    assert [kind.traits[0].says for kind in profile.best] == ["medical devices"]
    assert profile.worst[0].traits[0].says == "machinery"
    assert "a" not in {kind.traits[0].says for kind in (*profile.best, *profile.worst)}
    assert [figures.finding for figures in profile.criteria] == ["worse", "left out"]
    assert profile.base == Rate(count=sum(bool(life.steps) for life in lives), of=3_000)
    # Four industries and three letters; machinery is asked for, and tried already.
    assert (profile.n_traits, profile.n_pairs) == (7, 12)
    (best,) = profile.best
    assert 20 < best.value_per_lead < 30


def test_a_company_without_leads_has_no_profile():
    """Nothing is found, and nothing breaks, also with criteria."""
    profile = compute_profile([], PERIOD, 300 * DAY, Terms(handover=HandOver(industries=("x",), min_employees=3)))
    assert (profile.best, profile.worst, profile.pairs) == ([], [], [])
    assert {figures.finding for figures in profile.criteria} == {"too few"}
    assert profile.base == Rate(count=0, of=0)


def test_a_won_lead_counts_only_as_known():
    """As of a day before the win, an old lead is open and not won."""
    lives = [live("a", 5, ("customer", 250))]
    assert compute_profile(lives, PERIOD, 240 * DAY, Terms()).base == Rate(count=0, of=1)
    assert compute_profile(lives, PERIOD, 260 * DAY, Terms()).base == Rate(count=1, of=1)
