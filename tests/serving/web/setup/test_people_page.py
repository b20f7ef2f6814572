"""People, channels and routing: told and taken out again on pages, by the checks of the API, and in the audit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agreement.people import Person
from agreement.routing import Route
from agreement.terms import DEFAULT_TERMS
from serving.store.database import Database
from serving.usecases.routing import try_routing
from serving.usecases.staffing import record_person
from tests.serving.usecases.tellers import NOW
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

_HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site with nobody in it yet."""
    with open_site(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def lead(site: Site) -> Browser:
    """A team lead, who may tell of people."""
    return open_browser(site, "lea", "lead")


def _read_audit(site: Site) -> list[tuple[str, str | None]]:
    return site.read("SELECT what, target FROM audit WHERE who = 'lea' AND what NOT LIKE 'session.%' ORDER BY id")


def test_a_person_is_added_changed_and_removed(site: Site, lead: Browser) -> None:
    """What is blank follows the agreement; each step is in the audit."""
    assert "Nobody owns leads yet" in lead.get("/setup/people").text
    told = {"id": "anna", "name": "Anna", "capacity_per_week": "4", "places": "Finland, Sweden", "is_active": "1"}
    assert lead.press("/setup/people", source="new", takes_leads="1", **told).status_code == 303
    assert site.read("SELECT body FROM people") == [
        (
            '{"capacity_per_week":4.0,"id":"anna","is_active":true,"name":"Anna",'
            '"places":["Finland","Sweden"],"takes_leads":true}',
        )
    ]
    page = lead.get("/setup/people/change?id=anna").text
    assert 'value="Finland, Sweden"' in page
    lead.press("/setup/people", source="told", id="anna", name="Anna B.")
    assert "Anna B." in lead.get("/setup/people").text
    assert "Away" in lead.get("/setup/people").text
    assert lead.press("/setup/people/remove", id="anna").headers["location"] == "/setup/people?done=removed"
    assert site.read("SELECT * FROM people") == []
    wanted = ["person.save", "person.save", "person.remove"]
    assert _read_audit(site) == [(what, "anna") for what in wanted]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("id", "  ", "give a text that is not blank"),
        ("id", "team", "stands for everybody"),
        ("zone", "Europe/Nowhere", "IANA name"),
        ("working_hours", "at noon", "write hours as in"),
        ("quiet_hours", "always", "write hours as in"),
        ("capacity_per_week", "-1", "cannot be negative"),
        ("capacity_per_week", "NaN", "JSON number"),
        ("capacity_per_week", "many", "JSON number"),
        ("holidays_of", "Nowhere", "name countries"),
    ],
)
def test_what_does_not_fit_is_said_beside_it(site: Site, lead: Browser, field: str, value: str, said: str) -> None:
    """The form comes back with what was typed, and nothing is stored."""
    answer = lead.press("/setup/people", **{"source": "new", "id": "bo", "name": "Bo", field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Bo"' in answer.text
    assert site.read("SELECT * FROM people") == []
    assert _read_audit(site) == []


def test_somebody_known_is_not_added_again(lead: Browser) -> None:
    """A new person's id is nobody else's."""
    lead.press("/setup/people", source="new", id="anna", name="Anna")
    answer = lead.press("/setup/people", source="new", id="anna", name="Another")
    assert (answer.status_code, "somebody has this id already" in answer.text) == (422, True)


def test_a_hostile_name_is_text(lead: Browser) -> None:
    """Names and ids are shown as text on each page that has them, and links to them work."""
    lead.press("/setup/people", source="new", id=_HOSTILE, name=_HOSTILE, is_active="1", takes_leads="1")
    for path in ("/setup/people", "/setup/people/new", "/setup/channels", "/setup/routing?ask=1"):
        page = lead.get(path)
        assert (page.status_code, "<script>alert" in page.text) == (200, False)
    assert lead.client.get("/setup/people/change", params={"id": _HOSTILE}).status_code == 200


def test_a_rep_may_not(site: Site) -> None:
    """Reps see none of it, and change nothing."""
    rep = open_browser(site, "rep", "rep")
    for path in ("/setup/people", "/setup/channels", "/setup/routing", "/setup/import", "/setup/agreement"):
        assert rep.get(path).status_code == 403
    assert rep.press("/setup/people", id="anna", source="new").status_code == 403
    assert site.read("SELECT * FROM people") == []


def test_a_webhook_is_added_and_its_secret_shown_once(site: Site, lead: Browser) -> None:
    """The secret is on the page that answers and on no other; the address is on none."""
    answer = lead.press("/setup/channels", owner_id="team", kind="webhook", url="https://hooks.example/secret-path")
    ((channel_id, secret),) = site.read("SELECT id, secret FROM channels")
    assert secret.startswith("whsec_")
    assert (secret in answer.text, secret in lead.get("/setup/channels").text) == (True, False)
    assert "secret-path" not in answer.text
    assert "webhook at hooks.example" in answer.text
    assert _read_audit(site) == [("channel.add", channel_id)]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"url": "https://bad.example/secret-path"}, "this address is refused"),
        ({"url": ""}, "url is required"),
        ({"owner_id": "nobody"}, "nobody has this id"),
        ({"kind": "pigeon"}, "use one of"),
        ({"kind": "apprise", "secret": "whsec_x"}, "leave the secret out"),
    ],
)
def test_a_channel_that_is_refused_is_not_kept(site: Site, lead: Browser, told: dict[str, str], said: str) -> None:
    """The reason is said plainly, the address is not sent back, and nothing is stored."""
    usual = {"owner_id": "team", "kind": "webhook", "url": "https://hooks.example/secret-path"}
    answer = lead.press("/setup/channels", **(usual | told))
    assert answer.status_code == 422
    assert said in answer.text
    assert "secret-path" not in answer.text
    assert site.read("SELECT * FROM channels") == []


def test_a_channel_is_tested_and_removed(site: Site, lead: Browser) -> None:
    """The outcome of a test is on the page; a removed channel keeps no address."""
    lead.press("/setup/channels", owner_id="team", kind="webhook", url="https://hooks.example/x")
    lead.press("/setup/channels", owner_id="team", kind="webhook", url="https://down.example/x")
    found = dict(site.read("SELECT url, id FROM channels"))
    works = lead.press("/setup/channels/test", id=found["https://hooks.example/x"])
    assert "The test message arrived" in works.text
    assert "The receiver answered 204" in works.text
    fails = lead.press("/setup/channels/test", id=found["https://down.example/x"])
    assert "did not arrive" in fails.text
    assert "nobody there" in fails.text
    assert lead.press("/setup/channels/remove", id=found["https://down.example/x"]).status_code == 303
    assert site.read("SELECT url FROM channels WHERE is_active") == [("https://hooks.example/x",)]
    assert lead.press("/setup/channels/test", id=found["https://down.example/x"]).status_code == 404
    assert [what for what, _ in _read_audit(site)] == [
        *["channel.add"] * 2,
        *["channel.test"] * 2,
        "channel.remove",
    ]


def test_a_channel_that_rests_says_so(site: Site, lead: Browser) -> None:
    """The circuit breaker's state is on the page."""
    lead.press("/setup/channels", owner_id="team", kind="webhook", url="https://hooks.example/x")
    with site.service.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE channels SET failures = 7, rests_until = {NOW + 3_600_000_000}")
    page = lead.get("/setup/channels").text
    assert "Rests" in page
    assert "7 failures in a row" in page


def test_routing_is_tried_without_a_trace(site: Site, lead: Browser) -> None:
    """The page says whose a lead would be, and why; nothing is stored."""
    lead.press(
        "/setup/people", source="new", id="anna", name="Anna", places="Finland", is_active="1", takes_leads="1"
    )
    page = lead.get("/setup/routing?ask=1&country=finland").text
    assert "It would go to" in page
    assert "No route: it fits their own field" in page
    assert site.read("SELECT count(*) FROM leads") == [(0,)]


def test_the_rules_and_the_load_decide(database: Database) -> None:
    """The first route that fits decides, then people's own fields; the sentence says so on both databases."""
    anna, bo = Person(id="anna", places=("Finland",)), Person(id="bo")
    route = Route(name="Machines", industries=("machinery",), owners=("bo",))
    terms = DEFAULT_TERMS.__class__(people=(anna, bo), routes=(route,))
    with database.writing() as connection:
        record_person(connection, "cleo", '{"id":"cleo","is_active":false}', terms, NOW)
        first, owner = try_routing(connection, {"industry": " MACHINERY ", "country": "Finland"}, terms)
        second, _ = try_routing(connection, {"country": "Finland"}, terms)
        third, _ = try_routing(connection, {}, terms)
    assert (first.owner_id, owner) == ("bo", bo)
    assert first.sentence.startswith("Route 'Machines': industry machinery")
    assert (second.owner_id, "own field" in second.sentence) == ("anna", True)
    assert third.owner_id in ("anna", "bo")
