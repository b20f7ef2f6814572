"""Replaying: whatever was told, in whatever batches, every score comes out of the facts of then, to the bit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.edge_tables import forgotten
from serving.store.past import EntryFilter
from serving.store.tables import events, lead_versions, leads, scores
from serving.usecases.histories import Histories
from serving.usecases.looking import Look, Seen, look
from serving.usecases.replaying import Replay, replay_scores
from serving.usecases.told import ToldAccount, ToldEvent, ToldLead, ToldStage
from tests.serving.usecases.tellers import KEEN, NOW, Teller, clear, put_in_force

ALL = EntryFilter()
_LEADS, _ACCOUNTS = ("a", "b", "c", "d"), (None, "x", "y")
_ATTRIBUTES: tuple[dict[str, Any], ...] = (KEEN, {"employees": 12}, {"mark_0": "blue", "number_3": 7.25}, {})
_KINDS = ("download", "visit", "pricing visit", "nothing anybody counts")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two models."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def models(home: Path) -> tuple[ScorerInForce, ScorerInForce]:
    """Two models, both on disk."""
    return put_in_force(home, "1"), put_in_force(home, "2", rounds=15)


@pytest.fixture
def teller(database: Database, models: tuple[ScorerInForce, ScorerInForce]) -> Teller:
    """A teller with the first model in force."""
    return Teller(database, models[0])


_told = st.one_of(
    st.tuples(st.just("lead"), st.sampled_from(_LEADS), st.sampled_from(_ACCOUNTS), st.sampled_from(_ATTRIBUTES)),
    st.tuples(st.just("account"), st.sampled_from(("x", "y")), st.sampled_from(_ATTRIBUTES)),
    st.tuples(
        st.just("event"),
        st.sampled_from(_LEADS),
        st.sampled_from(_KINDS),
        # Few moments, so that events of colleagues tie and the order of a sum could show.
        st.sampled_from((1, 60, 60 * 60, 86_400 * 6, 86_400 * 29)),
        st.sampled_from((0.1, 0.2, 0.3, 1e9, 7.0)),
        st.integers(0, 40),
    ),
    st.tuples(st.just("stage"), st.sampled_from(_LEADS), st.sampled_from(("lost", "mql", "opportunity"))),
)
_batches = st.lists(st.tuples(st.sampled_from((0.0, 0.01, 1.5, 9.0)), st.lists(_told, max_size=7)), max_size=9)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=_batches, promoted_at=st.integers(0, 9), at_once=st.sampled_from((1, 3, 300)))
def test_random_facts_replay_to_the_bit(database, models, home, batches, promoted_at, at_once):
    """Random facts in random batches, with silence and a promotion between them: every entry comes out the same."""
    clear(database)
    teller = Teller(database, models[0])
    for number, (days, told) in enumerate(batches):
        teller.wait(days)
        if number == promoted_at:
            teller.in_force = models[1]
        teller.tell(*(_make_item(teller, *what) for what in told))
        teller.look()
    replay = replay_scores(database, home, ALL, at_once=at_once)
    assert replay.first_difference is None
    assert (replay.n_equal, replay.n_without_model, replay.n_forgotten) == (replay.n_entries, 0, 0)
    assert replay.n_entries == len(_read_entries(database))


def _make_item(teller: Teller, what: str, its_id: str, *more: Any) -> Any:
    if what == "lead":
        return ToldLead(id=its_id, account_id=more[0], attributes=json.dumps(more[1]), created_at=NOW - 10**12)
    if what == "account":
        return ToldAccount(id=its_id, attributes=json.dumps(more[0]))
    if what == "stage":
        return ToldStage(lead_id=its_id, key=more[0].encode(), stage=more[0], occurred_at=teller.now)
    kind, ago, pages, key = more
    return ToldEvent(
        lead_id=its_id,
        key=key.to_bytes(16, "little"),
        type=kind,
        occurred_at=teller.now - ago * 1_000_000,
        properties=json.dumps({"pages": pages}),
    )


def test_what_is_told_later_changes_no_earlier_entry(teller, home):
    """New attributes, another account, a colleague's past and events of long ago: the entries before them stand."""
    teller.tell_lead("L", account_id="x")
    teller.tell_downloads("L", 3)
    for later in (
        lambda: teller.tell_lead("L", {"employees": 3}, account_id="y"),
        lambda: teller.tell_account("x", {"employees": 77, "industry": "Energy"}),
        lambda: teller.tell(teller.make_event("L", ago=5 * 86_400, pages=40)),
        lambda: teller.tell_lead("colleague", account_id="x"),
        lambda: teller.tell_downloads("colleague", 5),
        lambda: teller.tell_lead("L", KEEN, account_id="x"),
    ):
        teller.wait(0.1)
        later()
        replay = replay_scores(teller.database, home, ALL)
        assert replay.first_difference is None
    assert len(_read_entries(teller.database)) == 7
    assert replay.n_equal == replay.n_entries


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("log_odds", lambda stands: stands + 1e-9),
        ("probability", lambda stands: float(np.nextafter(stands, 1))),
        ("score", lambda stands: stands + 1),
        ("bucket", lambda stands: "warm" if stands == "cold" else "cold"),
        ("low_confidence", lambda stands: not stands),
        ("reasons", lambda _: "[]"),
    ],
)
def test_a_difference_in_any_field_is_found(teller, home, field, change):
    """The first entry that comes out otherwise is named, with what stands and what came out."""
    for lead_id in ("a", "b", "c"):
        teller.tell_lead(lead_id)
    value = change(_read_entries(teller.database)[0]._mapping[field])
    tampered = update(scores).where(scores.c.lead_id != "a")
    with teller.database.writing() as connection:
        connection.execute(tampered.values({field: value}))
    replay = replay_scores(teller.database, home, ALL)
    assert (replay.n_equal, replay.n_different) == (1, 2)
    assert replay.first_difference is not None
    assert (replay.first_difference.lead_id, replay.first_difference.number) == ("b", 1)
    assert list(replay.first_difference.fields) == [field]
    assert replay.first_difference.fields[field][0] == value
    assert replay.to_json()["first_difference"]["fields"][field][0] == value


def test_a_model_that_is_gone_is_counted_and_not_guessed_at(database, tmp_path):
    """Entries of a model that is gone from the disk, or not as it was, are passed over; others are replayed."""
    teller = Teller(database, put_in_force(tmp_path, "1"))
    teller.tell_lead("a")
    teller.in_force = put_in_force(tmp_path, "2", rounds=15)
    teller.tell_lead("b")
    damaged = teller.in_force.champion.folder(tmp_path) / "scorer.json"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    replay = replay_scores(database, tmp_path, ALL)
    assert (replay.n_entries, replay.n_equal, replay.n_without_model) == (2, 1, 1)
    assert replay.missing_models == {"2"}


def test_leads_whose_facts_are_gone_are_counted(teller, home):
    """A ledger entry without the lead's versions cannot be replayed, and stops nobody else's."""
    teller.tell_lead("a")
    teller.tell_lead("b")
    with teller.database.writing() as connection:
        connection.execute(lead_versions.delete().where(lead_versions.c.lead_id == "a"))
    replay = replay_scores(teller.database, home, ALL)
    assert (replay.n_entries, replay.n_equal, replay.n_forgotten) == (2, 1, 1)


def test_a_forgotten_colleague_is_no_false_alarm(teller, home):
    """Scores that came of a colleague's events may differ once somebody was forgotten; later ones may not."""
    teller.tell_lead("a", account_id="x")
    teller.tell_lead("b", account_id="x")
    teller.wait(0.1)
    teller.tell_downloads("b", 9)
    assert teller.look() == 1
    with teller.database.writing() as connection:
        connection.execute(events.delete().where(events.c.lead_id == "b"))
    assert replay_scores(teller.database, home, EntryFilter(lead_id="a")).n_different == 1
    with teller.database.writing() as connection:
        connection.execute(forgotten.insert(), {"digest": b"b", "at": teller.now, "refused": 0})
    replay = replay_scores(teller.database, home, EntryFilter(lead_id="a"))
    assert (replay.n_equal, replay.n_unsure, replay.n_different) == (1, 1, 0)
    teller.wait(1)
    teller.tell_lead("a", {"employees": 5}, account_id="x")
    with teller.database.writing() as connection:
        connection.execute(update(scores).values(score=0))
    assert replay_scores(teller.database, home, EntryFilter(lead_id="a")).n_different == 1


def test_a_batch_may_tell_a_lead_of_two_accounts(teller, home):
    """Told twice in one batch, each time of another account, it ends in the last, and both scores replay."""
    mixed = [ToldLead(id="a", attributes=json.dumps(KEEN), account_id=name) for name in ("x", "y")]
    teller.tell(*mixed)
    assert replay_scores(teller.database, home, ALL).n_equal == 1
    with teller.database.reading() as connection:
        assert connection.execute(leads.select()).one().account_id == "y"


def test_some_of_the_ledger_can_be_chosen(teller, home):
    """By lead, by moment, and no more than so many; progress ends at the number there is."""
    for days, lead_id in ((0, "a"), (1, "b"), (1, "c")):
        teller.wait(days)
        teller.tell_lead(lead_id)
    seen: list[tuple[int, int]] = []

    def count(chosen: EntryFilter, **more: Any) -> int:
        seen.clear()
        replay: Replay = replay_scores(
            teller.database, home, chosen, on_progress=lambda *told: seen.append(told), **more
        )
        return replay.n_equal

    assert count(EntryFilter(lead_id="b")) == 1
    assert count(EntryFilter(since=teller.now)) == 1
    assert count(EntryFilter(since=teller.now - 1), most=5) == 1
    assert count(ALL, most=2) == 2
    assert count(ALL, at_once=1) == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert count(EntryFilter(lead_id="nobody")) == 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_look_does_not_depend_on_who_else_is_looked_at(models, data):
    """Alone, with colleagues, with strangers, in any order: a lead gets the same bits, reasons and next look."""
    n_leads = data.draw(st.integers(2, 9))
    names = [f"lead-{number}" for number in range(n_leads)]
    account_of = {name: data.draw(st.sampled_from(_ACCOUNTS)) for name in names}
    scorer = models[0].scorer
    histories = Histories(scorer.feature_set)
    event = st.tuples(
        st.binary(min_size=16, max_size=16),
        st.sampled_from(_KINDS),
        st.sampled_from((NOW - 1, NOW - 60_000_000, NOW - 7 * 86_400_000_000)),
        st.sampled_from((None, '{"pages": 0.1}', '{"pages": 0.2}', '{"pages": 1e9}')),
    )
    # A lead has each key once.
    listed = st.lists(event, max_size=6, unique_by=lambda drawn: drawn[0])
    told = {name: histories.build(sorted(data.draw(listed))) for name in names}
    members = {account_id: [name for name in names if account_of[name] == account_id] for account_id in ("x", "y")}
    seen = {name: _see(name, account_of[name], data.draw(st.sampled_from(_ATTRIBUTES))) for name in names}
    together = data.draw(st.permutations(names))
    whole = look([seen[name] for name in together], members, told, scorer)
    for row, name in enumerate(together):
        alone = look([seen[name]], members, told, scorer)
        assert _tell(alone, 0) == _tell(whole, row)


def _see(name: str, account_id: str | None, attributes: dict[str, Any]) -> Seen:
    return Seen(
        lead_id=name,
        account_id=account_id,
        created_at=NOW - 10**12,
        as_of=NOW,
        attributes=json.dumps(attributes),
        account_attributes=None if account_id is None else '{"industry": "Energy"}',
    )


def _tell(looked: Look, row: int) -> tuple[Any, ...]:
    told = looked.scores
    numbers = (told.log_odds[row], told.probability[row], told.score[row], told.bucket[row])
    return (*numbers, told.low_confidence[row], told.reasons[row], looked.look_at[row])


def _read_entries(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(scores.select().order_by(scores.c.lead_id, scores.c.number)))
