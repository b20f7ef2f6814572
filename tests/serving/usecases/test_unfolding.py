"""Unfolding: the steps of a score add up to it, by the model that gave it or by what was kept of it."""

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.champion import Champion
from models.explanation import Reason
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.leads import read_leads
from serving.store.timelines import list_entries
from serving.usecases import unfolding
from serving.usecases.histories import Histories
from serving.usecases.looking import MOST_REASONS
from serving.usecases.unfolding import MOST_STEPS, Unfolding, recollect, stack_reasons, to_share, unfold_score
from tests.serving.usecases.tellers import Teller, put_in_force

_EFFECTS = st.floats(-3, 3, allow_nan=False)


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model in force."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(database: Database, in_force: ScorerInForce) -> Teller:
    """A teller of two leads of one account, who did something."""
    teller = Teller(database, in_force)
    teller.tell_account("A", {"employees": 9_000})
    for lead_id in ("L", "M"):
        teller.tell_lead(lead_id, account_id="A")
        teller.tell_downloads(lead_id, 5)
    return teller


def unfold(
    teller: Teller, in_force: ScorerInForce | None, histories: Histories | None = None
) -> tuple[Any, Unfolding]:
    """Unfold the latest score."""
    with teller.database.reading() as connection:
        entry = list_entries(connection, "L", most=1)[0]
        record = read_leads(connection, {"L"})["L"]
        return entry, unfold_score(entry, recollect(connection, record, entry, in_force, histories))


def check_sum(told: Unfolding) -> None:
    """Check that every step begins where the one before ended, and that odds multiply out."""
    before = to_share(told.start)
    for step in told.steps:
        assert step.before == before
        odds = step.before / (1 - step.before) * math.exp(step.effect)
        assert step.after == pytest.approx(odds / (1 + odds), rel=1e-6)
        before = step.after
    assert before == to_share(told.end)


def test_a_score_is_unfolded_whole_to_the_bit(teller: Teller, in_force: ScorerInForce) -> None:
    """By the model in force, every part is there, and the last step ends at the ledger's probability."""
    entry, told = unfold(teller, in_force)
    assert told.is_whole
    assert told.end == entry.log_odds
    assert told.steps[-1].after == entry.probability
    assert told.start != entry.log_odds
    check_sum(told)


def test_facts_that_came_later_do_not_change_a_score(teller: Teller, in_force: ScorerInForce) -> None:
    """What a colleague did after the score is left out, so that it still comes to the same bits."""
    entry, before = unfold(teller, in_force)
    teller.tell(*(teller.make_event("M", ago=40) for _ in range(3)))
    again, after = unfold(teller, in_force)
    assert (again.number, after) == (entry.number, before)


def test_what_is_remembered_says_the_same_as_the_store(teller: Teller, in_force: ScorerInForce) -> None:
    """By remembered events a score is unfolded into the same steps; what came since sends it back to the store."""
    histories = Histories(in_force.scorer.feature_set)
    assert unfold(teller, in_force, histories) == unfold(teller, in_force)
    teller.tell(*(teller.make_event("M", ago=40) for _ in range(3)))
    remembered, read = unfold(teller, in_force, histories), unfold(teller, in_force)
    assert remembered == read
    assert read[1].is_whole


def test_the_kept_reasons_are_those_of_the_whole(teller: Teller, in_force: ScorerInForce) -> None:
    """The ledger's reasons are the strongest steps of the whole, in their words and to their bits."""
    entry, told = unfold(teller, in_force)
    kept = json.loads(entry.reasons)
    strongest = [
        (step.reason.family, step.reason.sentence, step.reason.effect) for step in told.steps if step.reason
    ]
    assert strongest[: len(kept)] == [tuple(reason) for reason in kept]
    assert len(kept) <= MOST_REASONS


@pytest.mark.parametrize("case", ["another model", "no model", "too many events", "other log-odds"])
def test_without_its_model_or_facts_a_score_is_told_by_what_was_kept(
    teller: Teller, in_force: ScorerInForce, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it is not whole, begins with all that has no reason, and adds up all the same."""
    asked: ScorerInForce | None = in_force
    if case == "another model":
        asked = replace(in_force, champion=Champion(version="9", fingerprint="other"))
    elif case == "no model":
        asked = None
    elif case == "too many events":
        monkeypatch.setattr(unfolding, "_MOST_EVENTS", 5)
    else:
        monkeypatch.setattr(type(in_force.scorer), "predict_log_odds", lambda *_: [0.25])
    entry, told = unfold(teller, asked)
    assert not told.is_whole
    assert told.end == entry.log_odds
    assert len([step for step in told.steps if step.reason]) == len(json.loads(entry.reasons))
    check_sum(told)


@given(start=_EFFECTS, effects=st.lists(_EFFECTS, max_size=30), rest=st.floats(-0.1, 0.1))
@settings(max_examples=100)
def test_any_reasons_add_up(start: float, effects: list[float], rest: float) -> None:
    """Whatever the parts are, few steps lead from the start to the end without a gap, the strongest first."""
    reasons = [Reason(sentence=f"s{n}", family=f"f{n}", effect=effect) for n, effect in enumerate(effects)]
    end = start + math.fsum(effects) + rest
    told = stack_reasons(start, reasons, end, is_whole=True)
    assert len(told.steps) <= MOST_STEPS + 1
    strengths = [abs(step.effect) for step in told.steps if step.reason]
    assert strengths == sorted(strengths, reverse=True)
    assert math.fsum(step.effect for step in told.steps) == pytest.approx(end - start, abs=1e-8)
    if told.steps:
        assert told.steps[-1].after == to_share(end)
        check_sum(told)
