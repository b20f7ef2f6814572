"""Judging: champion, challenger and drift as far as a home and a store know of them."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.times import DAY
from models.champion import find_champion
from models.findings import FINDINGS
from models.lineup import KnownVersion, Lineup, read_model_facts, write_lineup
from serving.usecases.drifting import FEWEST_LEADS, measure_drift
from serving.usecases.judging import compare_months, find_horizon, gather_rivals
from tests.serving.usecases.funnels import tell_stage
from tests.serving.usecases.tellers import KEEN, Teller, put_in_force

WHEN = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def in_force(tmp_path):
    """A model in force in a home."""
    return put_in_force(tmp_path)


def know(number, *aliases, facts=None):
    """Make a version as the registry knows it."""
    return KnownVersion(number=number, run_id="run", registered_at=WHEN, aliases=aliases, facts=facts)


def test_without_a_model_there_is_nobody(tmp_path):
    """An empty home has neither champion nor challenger, and that is no trouble."""
    rivals = gather_rivals(tmp_path, None)
    assert (rivals.champion, rivals.challenger, rivals.trouble) == (None, None, None)


def test_a_champion_alone_is_known_by_its_files(tmp_path, in_force):
    """Without a line-up its artifact still tells its thresholds; an artifact without findings has none."""
    rivals = gather_rivals(tmp_path, in_force)
    assert rivals.champion.facts.hot == in_force.scorer.thresholds_.hot
    assert rivals.champion.findings is None
    assert rivals.champion.withheld is None
    assert rivals.challenger is None


def test_the_challenger_is_who_the_registry_calls_so(tmp_path, in_force):
    """A version whose files are gone is there without facts; the champion is never its own challenger."""
    facts = read_model_facts(find_champion(tmp_path).folder(tmp_path))
    write_lineup(Lineup(looked_at=WHEN, versions=(know("2", "challenger"), know("1", facts=facts))), tmp_path)
    rivals = gather_rivals(tmp_path, in_force)
    assert (rivals.champion.registered_at, rivals.challenger.number, rivals.challenger.facts) == (WHEN, "2", None)
    assert rivals.find("2").aliases == ("challenger",)
    write_lineup(Lineup(looked_at=WHEN, versions=(know("1", "challenger", facts=facts),)), tmp_path)
    assert gather_rivals(tmp_path, in_force).challenger is None


def test_another_registrys_version_of_the_same_number_is_not_the_champion(tmp_path, in_force):
    """What the line-up says of other files is not told of these."""
    facts = replace(read_model_facts(find_champion(tmp_path).folder(tmp_path)), fingerprint="0" * 64)
    write_lineup(Lineup(looked_at=WHEN, versions=(know("1", facts=facts),)), tmp_path)
    assert gather_rivals(tmp_path, in_force).champion.registered_at is None


def test_a_damaged_lineup_is_told(tmp_path, in_force):
    """The champion is shown all the same."""
    (tmp_path / "lineup").mkdir()
    (tmp_path / "lineup" / "versions.json").write_text("{")
    rivals = gather_rivals(tmp_path, in_force)
    assert "look at the registry again" in rivals.trouble
    assert rivals.champion is not None


def test_damaged_findings_are_none(tmp_path, in_force):
    """A line-up whose findings cannot be read shows the version without them."""
    facts = replace(read_model_facts(find_champion(tmp_path).folder(tmp_path)), fingerprint="a" * 64)
    write_lineup(Lineup(looked_at=WHEN, versions=(know("2", "challenger", facts=facts),)), tmp_path)
    (tmp_path / "lineup" / f"{'a' * 12}.json").write_text(FINDINGS)
    assert gather_rivals(tmp_path, in_force).challenger.findings is None


def test_a_withheld_probability_is_told_with_its_reason(tmp_path):
    """The reason is that of the training."""
    rivals = gather_rivals(tmp_path, put_in_force(tmp_path, withheld="off by far"))
    assert rivals.champion.withheld == "off by far"


@pytest.mark.parametrize(("days", "found"), [(30, 30), (0, None), (None, None), ("30", None)])
def test_the_horizon_is_days_or_nothing(in_force, days, found):
    """What training noted otherwise is no horizon."""
    in_force.scorer.about_ = {"horizon_days": days}
    assert find_horizon(in_force) == found
    assert find_horizon(None) is None


def test_months_compare_what_was_said_with_what_came(database, in_force):
    """A lead that was won within the horizon of its first score counts as seen; what is not over does not count."""
    teller = Teller(database, in_force)
    for lead_id in ("won", "open"):
        teller.tell_lead(lead_id)
    began = teller.now
    teller.wait(20)
    tell_stage(teller, "won", "customer", teller.now)
    with database.reading() as connection:
        early = compare_months(connection, horizon_days=30, now=began + 30 * DAY - 1, zone="UTC")
        late = compare_months(connection, horizon_days=30, now=began + 31 * DAY, zone="UTC")
    assert early == []
    assert [(month.seen.count, month.seen.of) for month in late] == [(1, 2)]
    assert 0 < late[0].predicted < 1


def test_drift_needs_leads_enough(database, in_force):
    """Below the least number nothing is measured; above it every family has an index, the farthest first."""
    teller = Teller(database, in_force)
    teller.tell_lead("one")
    with database.reading() as connection:
        few = measure_drift(connection, in_force, now=teller.now)
    assert (few.leads, few.score, list(few.families)) == (1, None, [])
    for number in range(FEWEST_LEADS + 5):
        teller.tell_lead(f"lead-{number}", {**KEEN, "employees": 100 * number}, created_at=teller.now - DAY)
    with database.reading() as connection:
        drift = measure_drift(connection, in_force, now=teller.now, most=FEWEST_LEADS)
    assert (drift.leads, drift.sampled) == (FEWEST_LEADS + 6, FEWEST_LEADS)
    assert drift.score >= 0
    assert [each.index for each in drift.families] == sorted((each.index for each in drift.families), reverse=True)
    assert json.dumps([each.name for each in drift.families])
