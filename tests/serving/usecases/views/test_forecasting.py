"""The view of the forecast: from the store to rows, JSON and CSV, with or without a model."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO

import pytest

from agreement.calendar.zones import compute_local_date
from agreement.goal import Goal
from agreement.terms import Terms
from features.times import to_datetime, to_micros
from serving.store.tables import bases, scores
from serving.usecases.told import ToldLead
from serving.usecases.views.figures import BadOption
from serving.usecases.views.viewing import VIEWS
from tests.serving.api.desks import open_desk
from tests.serving.usecases.funnels import ago, look, make_stage
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force

TODAY = to_datetime(NOW).date()
GOAL = Goal(
    revenue=90_000,
    begins=TODAY - timedelta(days=30),
    ends=TODAY + timedelta(days=35),
    marketing_share=0.5,
    own_sources=("calls",),
)
TERMS = Terms(goal=GOAL)


def tell_year(teller):
    """Tell a year of leads, two a week: SQLs after a week, every third won after four, others lost or open."""
    items = []
    for number in range(104):
        born, lead_id = 3.5 * number + 1, f"L{number:03d}"
        told = json.dumps({**KEEN, "source": "calls" if number % 4 == 0 else "web"})
        items.append(ToldLead(id=lead_id, attributes=told, created_at=ago(born), owner_id=f"rep{number % 2}"))
        if born > 7:
            items.append(make_stage(lead_id, "sql", ago(born - 7), 2_000.0 if number % 2 else None))
        if born > 28 + number % 5 and number % 3 < 2:
            won = number % 3 == 0
            at = ago(born - 28 - number % 5)
            items.append(make_stage(lead_id, "customer" if won else "lost", at, 3_000.0 if won else None))
    teller.tell(*items)


@pytest.fixture
def teller(database):
    """A teller of a year of leads, without a model."""
    teller = Teller(database, None)
    tell_year(teller)
    return teller


@pytest.fixture(scope="module")
def in_force(tmp_path_factory):
    """A model that says within what time it expects a win."""
    in_force = put_in_force(tmp_path_factory.mktemp("home"))
    in_force.scorer.about_ = {**in_force.scorer.about_, "horizon_days": 60}
    return in_force


def test_nobody_looks_too_far_ahead(teller):
    """Who comes in many years is guessed, and would be drawn for minutes: such a period is refused."""
    far = Terms(goal=Goal(revenue=90_000, begins=TODAY, ends=TODAY + timedelta(days=5 * 366)))
    with pytest.raises(BadOption, match="at most 5 years ahead"):
        look(teller, "forecast", far)


def test_the_forecast_is_computed_from_the_store(teller):
    """Won so far, what is expected with its interval, and the chance of the goal."""
    totals = look(teller, "forecast", TERMS).totals
    assert totals["won_so_far"] == 3_000 * totals["deals_so_far"] > 0
    assert totals["won_so_far"] < totals["low"] < totals["expected"] < totals["high"]
    assert totals["low"] <= totals["median"] <= totals["high"]
    assert 0 <= totals["chance_of_goal"] < 0.5
    assert totals["goal"] == 90_000
    assert totals["open_scored"] == 0


def test_tables_say_the_same_from_every_side(teller):
    """Stages, buckets and owners add up to the expectation; rows open their leads; columns are the same."""
    figures = look(teller, "forecast", TERMS)
    rest = figures.totals["expected"] - figures.totals["won_so_far"]
    for name in ("by_stage", "by_bucket", "by_owner"):
        rows = figures.get_table(name).rows
        assert sum(row.cells["expected"] for row in rows) == pytest.approx(rest)
        assert sum(len(row.lead_ids) for row in rows) == figures.totals["open"]
        assert all(row.cells["open"] == len(row.lead_ids) for row in rows)
    sql = figures.get_table("by_stage").get_row("sql").cells
    assert sql["valued"] > 0
    assert sql["value"] > sql["expected"] > 0
    total = figures.get_table("total")
    sides = [total.get_row(side).cells for side in ("marketing", "sales")]
    assert sum(side["expected"] for side in sides) == pytest.approx(figures.totals["expected"])
    assert [side["goal"] for side in sides] == [45_000, 45_000]
    for table in figures.tables:
        assert len({tuple(row.cells) for row in table.rows}) == 1


def test_the_gap_says_what_closes_it(teller):
    """So many deals at the average value, and so many SQLs at the share that is won in time."""
    figures = look(teller, "forecast", TERMS)
    deals, sqls = (figures.get_table("gap").get_row(key).cells for key in ("deals", "sqls"))
    assert deals["gap"] == pytest.approx(90_000 - figures.totals["expected"])
    assert (deals["more"] - 1) * deals["each_brings"] < deals["gap"] <= deals["more"] * deals["each_brings"]
    assert sqls["origin"] == "measured"
    assert sqls["more_low"] < sqls["more"] < sqls["more_high"]
    assert look(teller, "forecast", Terms()).get_table("gap").rows == []


def test_the_course_of_the_period_ends_at_what_was_won_so_far(teller):
    """Week by week the deals add up, each with its leads, from the first day of the period until today."""
    figures = look(teller, "forecast", TERMS)
    rows = figures.get_table("course").rows
    assert rows[0].key == GOAL.begins.isoformat()
    assert rows[-1].cells["won_so_far"] == figures.totals["won_so_far"]
    assert rows[-1].cells["until"] <= compute_local_date(NOW, "UTC").isoformat()
    so_far = 0.0
    for row in rows:
        so_far += row.cells["euros"]
        assert (row.cells["won_so_far"], row.cells["deals"]) == (so_far, len(row.lead_ids))
    assert sum(len(row.lead_ids) for row in rows) == figures.totals["deals_so_far"]


def test_past_forecasts_stand_beside_what_came(teller):
    """Each row holds or not as its own numbers say; the totals count them; the option says how many."""
    figures = look(teller, "forecast", TERMS)
    rows = figures.get_table("past").rows
    assert len(rows) == figures.totals["past_held_of"] == 8
    for row in rows:
        assert row.cells["held"] == (row.cells["low"] <= row.cells["came"] <= row.cells["high"])
        assert row.cells["came"] == 3_000 * len(row.lead_ids)
    assert figures.totals["past_held_count"] == sum(row.cells["held"] for row in rows)
    assert len(look(teller, "forecast", TERMS, cut_offs="3").get_table("past").rows) == 3
    assert look(teller, "forecast", TERMS, cut_offs="0").totals["past_held"] is None
    for wrong in ("53", "-1", "x", "nan"):
        with pytest.raises(BadOption, match="cut_offs"):
            look(teller, "forecast", TERMS, cut_offs=wrong)


def test_the_same_question_has_the_same_answer(teller):
    """Draws are seeded."""
    assert look(teller, "forecast", TERMS).to_json() == look(teller, "forecast", TERMS).to_json()


def test_a_models_probabilities_are_used_now_and_as_they_were_then(database, in_force):
    """Open leads count with their scores; a past forecast takes those of its moment from the ledger."""
    teller = Teller(database, in_force)
    tell_year(teller)
    scored = look(teller, "forecast", TERMS)
    assert scored.totals["open_scored"] == scored.totals["open"] > 0
    assert "within 60 days" in scored.notes[0]
    assert all(row.cells["scored"] == 0 for row in scored.get_table("past").rows)
    with database.writing() as connection:
        basis_id = connection.execute(bases.select()).first().id
        entry = {"seq": 1, "basis_id": basis_id, "origin": "import", "log_odds": 0.0, "score": 1, "bucket": "cold"}
        more = {"low_confidence": False, "reasons": "[]", "probability": 0.3, "number": 0}
        connection.execute(scores.insert().values(lead_id="L050", as_of=ago(175), **entry, **more))
    rows = look(teller, "forecast", TERMS, cut_offs="52").get_table("past").rows
    assert {row.cells["scored"] for row in rows} == {0, 1}


def test_probabilities_that_are_withheld_are_not_used(database, tmp_path):
    """Chances are measured then, and the notes say why."""
    in_force = put_in_force(tmp_path, withheld="they missed their bound")
    in_force.scorer.about_ = {**in_force.scorer.about_, "horizon_days": 60}
    teller = Teller(database, in_force)
    tell_year(teller)
    figures = look(teller, "forecast", TERMS)
    assert figures.totals["open_scored"] == 0
    assert "they missed their bound" in figures.notes[0]
    blind = look(Teller(database, None), "forecast", TERMS)
    assert {**figures.totals} == {**blind.totals}


def test_an_empty_store_has_a_forecast_too(database):
    """Nothing was won, nothing is expected, and euros are missing rather than none."""
    figures = look(Teller(database, None), "forecast", TERMS)
    assert (figures.totals["deals_expected"], figures.totals["past_held"]) == (0, None)
    assert figures.get_table("past").rows == []


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ("2026-01-01", "2026-01-01/2026-04-01"),
        ("2024-02-29", "2024-01-01/2024-04-01"),
        ("2026-08-31", "2026-07-01/2026-10-01"),
        ("2026-12-31", "2026-10-01/2027-01-01"),
    ],
)
def test_without_a_goal_the_quarter_is_forecast(day, quarter):
    """A period that lies behind would have nothing to forecast; with a goal it is the goal's."""
    now = to_micros(datetime.fromisoformat(f"{day}T12:00+00:00"))
    assert VIEWS["forecast"].choose_period(now, Terms()).to_text() == quarter
    assert VIEWS["forecast"].choose_period(now, TERMS).begins == GOAL.begins


def test_the_api_answers_as_json_and_csv(teller, tmp_path):
    """One address gives all tables, one of them for a spreadsheet, or the leads behind a row."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        status, told = desk.ask("GET", "/v1/forecast?cut_offs=2")
        assert (status, told["tables"]["total"]["rows"][0]["key"]) == (200, "all")
        assert len(told["tables"]["past"]["rows"]) == 2
        answer = desk.client.get("/v1/forecast?format=csv&table=by_stage")
        assert "sql" in [row["key"] for row in csv.DictReader(StringIO(answer.text))]
        _, opened = desk.ask("GET", "/v1/forecast?table=by_stage&row=sql")
        assert "L001" not in opened["lead_ids"]
        assert len(opened["lead_ids"]) > 10
        status, problem = desk.ask("GET", "/v1/forecast?cut_offs=many")
        assert (status, problem["code"]) == (422, "bad_parameter")
