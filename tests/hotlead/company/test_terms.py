"""The demo company's agreement: it reads, it holds now, and it knows those who keep it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agreement.recycling import NO_ANSWER
from agreement.routing import assign_owner
from agreement.terms import Terms, read_terms
from hotlead.company import MANAGER, REPS, WON, CompanyHistory
from hotlead.company.calendars import get_hours
from hotlead.company.cases import REASON_CODES
from hotlead.company.team import MARKETER
from hotlead.company.terms import write_terms
from tests.hotlead.company.past import UNTIL

_DAY = 86_400_000_000


def read(folder: Path, at: datetime = UNTIL, leads: float = 6_000) -> Terms:
    """Write the agreement for a moment, and read it back."""
    text = write_terms(at, leads_a_year=leads, capacity_per_week=4, digest_wait="30 s")
    (folder / "agreement.toml").write_text(text, "utf-8")
    return read_terms(folder / "agreement.toml")


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (UNTIL, 2026),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), 2027),
        (datetime(2027, 1, 1, 12, tzinfo=UTC), 2027),
    ],
)
def test_the_goal_is_that_of_the_calendar_year(tmp_path: Path, at: datetime, year: int) -> None:
    """The year is that of the local day in Berlin."""
    goal = read(tmp_path, at).goal
    assert goal is not None
    assert (goal.begins.year, goal.begins.month, goal.ends.year) == (year, 1, year + 1)


def test_the_goal_lies_a_little_above_what_is_won_in_a_year(tmp_path: Path, history: CompanyHistory) -> None:
    """The months after the first two, in which nothing could be won yet, win a little less than the goal asks."""
    goal = read(tmp_path).goal
    assert goal is not None
    won = history.leads[history.leads["status"].isin(WON)]
    ripe = won[won["closed_at"] >= "2026-01-01"]["value"].sum() * 12 / 10
    assert 0.85 * goal.revenue < ripe < 1.0 * goal.revenue


def test_everybody_of_the_history_is_named(tmp_path: Path, history: CompanyHistory) -> None:
    """Owners, and whoever told of a stage, stand in the agreement, and all reasons too."""
    terms = read(tmp_path)
    people = {person.id for person in terms.people}
    assert {*history.handling.stages["by"], *history.handling.contacts["by"], MARKETER} <= people
    codes = {reason.code for reason in terms.reasons}
    assert {*REASON_CODES.values(), *history.handling.stages["reason"].dropna(), NO_ANSWER} <= codes


def test_reps_work_as_the_history_has_them_work(tmp_path: Path) -> None:
    """The hours of the agreement are those by which the history was invented, holidays too."""
    people = {person.id: person for person in read(tmp_path).people}
    begin = int(datetime(2025, 12, 20, tzinfo=UTC).timestamp()) * 1_000_000
    for rep in (*REPS, MANAGER):
        agreed = people[rep.email].working_hours
        assert agreed is not None
        assert agreed.working_time_between(begin, begin + 40 * _DAY) == get_hours(rep).working_time_between(
            begin, begin + 40 * _DAY
        )


@pytest.mark.parametrize(
    ("facts", "owner"),
    [
        ({"country": "Suomi"}, "liisa.koskimaki@veltarn.example"),
        ({"country": "germany", "product": "tarn studio"}, "katrin.eschenbach@veltarn.example"),
        ({"country": "Austria", "product": "Tarn Probe"}, "katrin.eschenbach@veltarn.example"),
        ({"country": "Spain"}, "matteo.fontebasso@veltarn.example"),
    ],
)
def test_leads_find_their_owner(tmp_path: Path, facts: dict[str, str], owner: str) -> None:
    """Routes go by country in any spelling, and by product in Germany."""
    terms = read(tmp_path)
    people = {person.id: person for person in terms.people}
    assert assign_owner(facts, routes=terms.routes, people=people, load={}).owner_id == owner


def test_the_criteria_disagree_with_the_truth(tmp_path: Path, history: CompanyHistory) -> None:
    """They ask for an industry where hardly anybody is won, and leave one out where many are."""
    handover = read(tmp_path).handover
    assert handover is not None
    known = history.leads.merge(history.accounts[["account_id", "industry"]], on="account_id")
    rate = known["status"].isin(WON).groupby(known["industry"]).mean()
    assert "Food and beverage" in handover.industries
    assert "Medical devices" not in handover.industries
    assert rate["Medical devices"] > 3 * rate["Food and beverage"]


def test_a_small_company_has_small_promises(tmp_path: Path) -> None:
    """The goal and marketing's promises grow with the company, and are never nothing."""
    small, usual = read(tmp_path, leads=60), read(tmp_path)
    assert small.goal is not None
    assert usual.goal is not None
    assert small.goal.revenue * 100 == usual.goal.revenue
    assert all(1 <= one.count <= two.count for one, two in zip(small.supply, usual.supply, strict=True))
