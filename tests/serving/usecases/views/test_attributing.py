"""The view of attribution: from the store to channels and contents, with the leads behind each row."""

import csv
import json
from io import StringIO

import pytest

from agreement.insight.spending import Spending
from agreement.terms import DEFAULT_TERMS, read_terms
from features.times import to_datetime
from serving.store.spending import save_spending
from serving.usecases.told import ToldEvent, ToldLead
from serving.usecases.views.figures import BadOption
from tests.serving.api.desks import list_problems, open_desk
from tests.serving.usecases.funnels import ago, look, make_stage
from tests.serving.usecases.tellers import NOW, Teller


def tell_event(lead_id, days, kind, **properties):
    """Make an event of some days ago."""
    return ToldEvent(
        lead_id=lead_id,
        key=f"{lead_id}{days}{kind}".encode()[:16].ljust(16),
        type=kind,
        occurred_at=ago(days),
        properties=json.dumps(properties) if properties else None,
    )


@pytest.fixture
def teller(database):
    """A teller of a deal that a fair began and a mail ended, one without touches, and twelve with a download."""
    teller = Teller(database, None)
    teller.tell(
        ToldLead(id="a", attributes='{"source": "Web"}', created_at=ago(60)),
        tell_event("a", 44, "booth"),
        tell_event("a", 37, "visit", utm_source="Mail "),
        tell_event("a", 20, "visit", channel="late"),
        make_stage("a", "customer", ago(30), 900.0),
        ToldLead(id="b", attributes='{"source": "web", "value": 100}', created_at=ago(50)),
        make_stage("b", "customer", ago(10)),
        ToldLead(id="c", attributes="{}", created_at=ago(40)),
        tell_event("c", 39, "visit", channel="mail"),
    )
    for number in range(12):
        lead_id, end = f"r-{number:02d}", "customer" if number < 6 else "lost"
        title = "Guide" if number < 5 or number > 10 else "Prices"
        teller.tell(
            ToldLead(id=lead_id, attributes='{"source": "web"}', created_at=ago(30)),
            tell_event(lead_id, 20, "download", title=title, channel="web"),
            make_stage(lead_id, end, ago(5)),
        )
    month = f"{to_datetime(ago(45)):%Y-%m}"
    with database.writing() as connection:
        save_spending(connection, Spending(channel="mail", month=month, euros=50.0), NOW)
    return teller


@pytest.fixture
def terms(tmp_path):
    """An agreement in which booths are fairs."""
    path = tmp_path / "agreement.toml"
    path.write_text('[[attribution.events]]\ntype = "booth"\nchannel = "Fair"\n')
    return read_terms(path)


def test_revenue_is_credited_under_each_rule(teller, terms):
    """The booth is a fair by the agreement, the mail says itself what it is, and what came too late has nothing."""
    figures = look(teller, "attribution", terms)
    fair, mail, web = (figures.get_table("channels").get_row(key).cells for key in ("fair", "mail", "web"))
    assert [row.key for row in figures.get_table("channels").rows] == ["mail", "fair", "web"]
    assert (fair["revenue_first_touch"], mail["revenue_last_touch"], web["revenue_first_touch"]) == (900, 900, 100)
    assert fair["revenue_time_decay"] == pytest.approx(300)
    assert mail["revenue"] == mail["revenue_time_decay"] == pytest.approx(600)
    assert figures.totals["revenue"] == pytest.approx(1000)
    assert (figures.totals["won"], figures.totals["won_without_value"]) == (8, 6)
    assert mail["revenue_low"] <= mail["revenue"] <= mail["revenue_high"]
    assert (web["leads"], web["customers"], mail["leads"], mail["customers"]) == (14, 8, 1, 0)


def test_costs_and_returns_stand_beside_revenue(teller, terms):
    """What was spent in the period is set against what it brought, where there is any."""
    channels = look(teller, "attribution", terms).get_table("channels")
    mail, web = (channels.get_row(key).cells for key in ("mail", "web"))
    assert (mail["cost"], mail["cost_per_lead"], mail["cost_per_customer"]) == (50.0, 50.0, None)
    assert mail["romi"] == pytest.approx(11.0)
    assert web["romi"] is web["cost_per_lead"] is None


def test_content_stands_with_its_lift(teller, terms):
    """What at least ten closed deals met is compared; below that it is said from when on."""
    contents = look(teller, "attribution", terms).get_table("content")
    assert contents.rows == []
    for number in range(20, 34):
        lead_id = f"r-{number}"
        teller.tell(
            ToldLead(id=lead_id, attributes="{}", created_at=ago(30)),
            tell_event(lead_id, 20, "download", title="Guide"),
            make_stage(lead_id, "customer" if number < 30 else "lost", ago(5)),
        )
    (row,) = look(teller, "attribution", terms).get_table("content").rows
    assert (row.key, row.cells["n"]) == ("download: Guide", 20)
    assert (row.cells["won_share_count"], row.cells["won_share_of"]) == (15, 18)
    assert (row.cells["lost_share_count"], row.cells["lost_share_of"]) == (5, 10)
    assert row.cells["lift"] == pytest.approx(15 / 18 * 2)
    assert row.cells["lift_low"] < row.cells["lift"] < row.cells["lift_high"]
    assert len(row.lead_ids) == 20


def test_the_rule_and_the_half_life_can_be_asked_for(teller, terms):
    """Another rule, another revenue; what is none is refused in a plain line."""
    first = look(teller, "attribution", terms, rule="first_touch")
    assert first.get_table("channels").get_row("fair").cells["revenue"] == 900
    week = look(teller, "attribution", terms, half_life="3 d")
    weight = 2 ** (-7 / 3)
    fair = week.get_table("channels").get_row("fair").cells
    assert fair["revenue"] == pytest.approx(900 * weight / (1 + weight))
    assert week.totals["half_life"] == "3 d"
    for options in ({"rule": "linear"}, {"half_life": "0 d"}, {"half_life": "long"}):
        with pytest.raises(BadOption, match=next(iter(options))):
            look(teller, "attribution", terms, **options)


def test_every_row_opens_the_leads_behind_it(teller, terms):
    """A channel's leads are those that it has a share in, and those that it brought."""
    channels = look(teller, "attribution", terms).get_table("channels")
    assert channels.get_row("fair").lead_ids == ["a"]
    assert set(channels.get_row("mail").lead_ids) == {"a", "c"}
    assert len({tuple(row.cells) for row in channels.rows}) == 1


def test_an_empty_store_has_no_channels(database):
    """Without leads there are no rows, and nothing is divided."""
    figures = look(Teller(database, None), "attribution", DEFAULT_TERMS)
    assert [list(table.rows) for table in figures.tables] == [[], []]
    assert (figures.totals["revenue"], figures.totals["romi"]) == (0, None)


def test_it_is_answered_as_json_and_csv(teller, tmp_path):
    """The API tells the same figures, as JSON, as a spreadsheet, and as the leads behind a row."""
    url = teller.database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as desk:
        status, told = desk.ask("GET", "/v1/attribution?rule=last_touch")
        assert (status, told["totals"]["rule"]) == (200, "last_touch")
        rows = {row["key"]: row for row in told["tables"]["channels"]["rows"]}
        assert rows["mail"]["revenue"] == 900
        sheet = desk.client.get("/v1/attribution?format=csv&rule=last_touch")
        lines = {line["key"]: line for line in csv.DictReader(StringIO(sheet.text))}
        assert float(lines["mail"]["revenue"]) == 900
        leads = desk.ask("GET", "/v1/attribution?table=channels&row=mail")[1]["lead_ids"]
        assert set(leads) == {"a", "c"}
        assert list_problems(desk.ask("GET", "/v1/attribution?rule=best"))[:2] == (422, "bad_parameter")


def test_the_same_question_has_the_same_answer(teller, terms):
    """Intervals are drawn, and drawn alike each time."""
    again = [look(teller, "attribution", terms).to_json() for _ in range(2)]
    assert again[0] == again[1]
