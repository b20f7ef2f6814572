"""The view of the plan: a goal, a store and what would be different, laid out as rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreement.calendar.zones import compute_local_date
from agreement.commitments import Supply
from agreement.goal import Assumptions, Goal
from agreement.people import Person
from agreement.terms import DEFAULT_TERMS, Terms
from serving.usecases.views.figures import BadOption
from tests.serving.api.desks import list_problems, open_desk
from tests.serving.usecases.funnels import look, tell_funnel
from tests.serving.usecases.tellers import NOW, Teller

TODAY = compute_local_date(NOW, "UTC")
# Ten weeks from midnight on, of which the tellers' clock has seen some hours.
GOAL = Goal(revenue=100_000, begins=TODAY, ends=TODAY + timedelta(weeks=10))
TERMS = Terms(
    goal=GOAL,
    assumed=Assumptions(least_measured=2, visit_to_lead=0.05),
    supply=(Supply(quality="mql", count=3), Supply(quality="hot", count=2)),
    people=(Person(id="anna", capacity_per_week=5), Person(id="ben")),
)


@pytest.fixture
def teller(database):
    """A teller of a year in which every other lead went on to the next stage, and two signed."""
    teller = Teller(database, None)
    tell_funnel(teller, "fair", (16, 8, 4, 2, 1))
    tell_funnel(teller, "web", (16, 8, 4, 2, 1))
    return teller


def get_cells(figures, table, key):
    """Return a row's cells."""
    return figures.get_table(table).get_row(key).cells


def test_the_plan_goes_from_the_goal_backwards(teller):
    """Ten deals of 10,000 euros need twice as many at each stage before, and 20 visits a lead."""
    figures = look(teller, "plan", TERMS)
    totals = [row.cells["total"] for row in figures.get_table("needs").rows]
    assert totals == pytest.approx([10, 20, 40, 80, 160, 3_200])
    weeks_left = figures.totals["weeks_left"]
    assert 9 < weeks_left <= 10
    mql = get_cells(figures, "needs", "marketing:mql")
    assert mql["per_week"] == pytest.approx(80 / weeks_left)
    assert mql["total_low"] < 80 < mql["total_high"]
    assert (mql["standing"], mql["days_to_win"], mql["days_to_win_n"]) == (8, 30, 2)
    assert mql["by"] == (GOAL.ends - timedelta(days=30)).isoformat()
    assert mql["is_late"] is False
    assert (figures.totals["revenue"], figures.totals["won"], figures.totals["left"]) == (100_000, 0, 100_000)


def test_channels_promises_and_people_stand_beside_the_need(teller):
    """Each channel brings half; three MQLs a week are too few; one person of two told what she can answer."""
    figures = look(teller, "plan", TERMS)
    fair = get_cells(figures, "channels", "fair")
    assert (fair["share"], fair["leads_needed"], fair["own_rates"]) == (0.5, pytest.approx(80), 4)
    mql, hot = figures.get_table("supply").rows
    assert mql.cells["gap_per_week"] == pytest.approx(mql.cells["needed_per_week"] - 3)
    assert hot.cells["needed_per_week"] is None
    usual = get_cells(figures, "capacity", "usual")
    assert (usual["takers"], usual["untold"], usual["capacity_per_week"]) == (2, 1, 5)
    rate = get_cells(figures, "rates", "marketing:lead:mql")
    assert (rate["rate"], rate["origin"], rate["measured_of"]) == (0.5, "measured", 32)
    assert len(figures.get_table("rates").get_row("marketing:lead:mql").lead_ids) == 16


def test_a_change_stands_beside_the_usual_plan(teller):
    """With half as many points again closing, and two people more, each table says both."""
    figures = look(teller, "plan", TERMS, close_rate_plus="25", value_plus="100", reps_plus="2")
    customer, offers = (get_cells(figures, "needs", f"marketing:{what}") for what in ("customer", "opportunity"))
    assert (customer["total"], customer["what_if_total"]) == pytest.approx((10, 5))
    assert (offers["total"], offers["what_if_total"]) == pytest.approx((20, 5 / 0.75))
    assert get_cells(figures, "rates", "marketing:opportunity:customer")["what_if_rate"] == 0.75
    assert get_cells(figures, "sides", "marketing")["what_if_average_won_value"] == 20_000
    assert get_cells(figures, "capacity", "what_if")["capacity_per_week"] == 15
    for table in figures.tables:
        assert len({tuple(row.cells) for row in table.rows}) <= 1


@pytest.mark.parametrize(
    ("name", "told"), [("close_rate_plus", "lots"), ("value_plus", "-100"), ("reps_plus", "nan")]
)
def test_a_change_that_is_no_such_number_is_refused(teller, name, told):
    """The refusal names the parameter and its range."""
    with pytest.raises(BadOption, match=f"{name}: use a number from -"):
        look(teller, "plan", TERMS, **{name: told})


def test_what_is_missing_is_said_instead_of_guessed(database):
    """Without history and assumptions the plan names what it lacks; without a goal there is none."""
    teller = Teller(database, None)
    figures = look(teller, "plan", replace(TERMS, assumed=Assumptions()))
    assert [row.cells["total"] for row in figures.get_table("needs").rows] == [None] * 6
    assert any("average won value" in note for note in figures.notes)
    assert any("Visits are not counted" in note for note in figures.notes)
    without = look(teller, "plan", DEFAULT_TERMS)
    assert [table.name for table in without.tables] == ["hot", "hot_weeks"]
    assert any("names no goal" in note for note in without.notes)


def test_a_part_of_the_goal_may_be_sales_own(teller):
    """Where the web is sales' own, each side has a plan; where no source is, a note says who gets the credit."""
    half = replace(GOAL, marketing_share=0.5, own_sources=("web",))
    figures = look(teller, "plan", replace(TERMS, goal=half, assumed=Assumptions(least_measured=1)))
    assert [get_cells(figures, "needs", f"{side}:customer")["total"] for side in ("marketing", "sales")] == [5, 5]
    assert [row.key for row in figures.get_table("channels").rows] == ["fair"]
    unnamed = look(teller, "plan", replace(TERMS, goal=replace(half, own_sources=())))
    assert any("no own_sources" in note for note in unnamed.notes)


def test_the_api_plans_and_refuses(teller, tmp_path):
    """The plan under a change comes as JSON, its first table as CSV; a wrong number is a problem."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        status, told = desk.ask("GET", "/v1/plan?reps_plus=2")
        assert (status, set(told["tables"])) == (200, {"hot", "hot_weeks"})
        assert desk.client.get("/v1/plan?format=csv").text.startswith("key,")
        problem = list_problems(desk.ask("GET", "/v1/plan?value_plus=-1000"))
        assert problem[:2] == (422, "bad_parameter")
        assert list_problems(desk.ask("GET", "/v1/plan?charm_plus=1"))[1] == "unknown_parameter"
