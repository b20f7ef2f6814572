"""Acting: what people do on pages is durable and answered at once, can be undone, and is told exactly once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from agreement.terms import DEFAULT_TERMS
from features.times import to_datetime, to_micros
from serving.api.attributes import BadField
from serving.championing import ScorerInForce
from serving.usecases.erasing import Wanted, erase
from serving.usecases.told import ToldStage
from serving.web.act_forms import read_day
from tests.serving.usecases.tellers import NOW
from tests.serving.web.browsers import Browser, Site, open_browser, open_site

_PATH = "/leads/L-1"


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, in_force: ScorerInForce) -> Iterator[Site]:
    """A site with a lead of Anna's, handed over, and one of Bo's."""
    with open_site(sqlite_url, tmp_path, in_force) as opened:
        opened.tell_lead("L-1", owner_id="anna", stage="sql", name="Ada")
        opened.tell_lead("L-2", owner_id="bo", stage="sql", name="Bea")
        yield opened


@pytest.fixture
def anna(site: Site) -> Browser:
    """Anna, a rep who owns leads."""
    return open_browser(site, "a.user", "rep", "anna")


def test_an_act_is_held_then_told_once_when_it_was_done(site: Site, anna: Browser) -> None:
    """An act is in the store at once, a fact after ten seconds, and then of the moment at which it was done."""
    made_at = site.clock[0]
    answer = anna.press(f"{_PATH}/reached", next="/?bucket=hot")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?bucket=hot")
    site.wait(9.9)
    assert site.read("SELECT * FROM contacts") == []
    assert len(site.read("SELECT * FROM held_acts")) == 1
    site.wait(0.2)
    site.wait(60)
    assert site.read("SELECT lead_id, kind, outcome, told_by, occurred_at FROM contacts") == [
        ("L-1", "call", "reached", "anna", made_at)
    ]
    assert site.read("SELECT * FROM held_acts") == []


def test_an_act_is_undone(site: Site, anna: Browser) -> None:
    """Undo takes an act back for good, and the log keeps both."""
    anna.press(f"{_PATH}/accept")
    (undo,) = anna.list_undos()
    assert anna.press(f"/undo/{undo}", next="/").status_code == 303
    site.wait(60)
    assert site.read("SELECT * FROM stage_changes WHERE act = 'accepted'") == []
    said = site.read("SELECT who, what, target FROM audit WHERE what LIKE 'lead.%' ORDER BY id")
    assert said == [("a.user", "lead.accept", "L-1"), ("a.user", "lead.undo", "L-1")]


def test_it_is_said_when_it_is_too_late(site: Site, anna: Browser) -> None:
    """After an act was passed on, Undo says that it cannot be undone, with and without our script."""
    anna.press(f"{_PATH}/accept")
    (undo,) = anna.list_undos()
    site.wait(11)
    for part in (False, True):
        answer = anna.press(f"/undo/{undo}", part=part)
        assert answer.status_code == 409
        assert "cannot be undone any more" in answer.text
        assert 'id="messages"' in answer.text
    assert site.read("SELECT count(*) FROM stage_changes WHERE act = 'accepted'") == [(1,)]


def test_nobody_undoes_what_somebody_else_did(site: Site, anna: Browser) -> None:
    """A colleague cannot undo an act, an admin can."""
    anna.press(f"{_PATH}/accept")
    (undo,) = anna.list_undos()
    lead = open_browser(site, "lead", "lead")
    assert lead.list_undos() == []
    assert lead.press(f"/undo/{undo}").status_code == 403
    assert open_browser(site, "boss", "admin").press(f"/undo/{undo}").status_code == 303


def test_a_button_pressed_twice_does_its_act_once(site: Site, anna: Browser) -> None:
    """Two presses on a page that was seen once are one act; a page that was loaded again does another."""
    for seen in ("1", "1", "2"):
        assert anna.press(f"{_PATH}/no_answer", seen=seen).status_code == 303
    assert anna.press(f"{_PATH}/accept", seen="1").status_code == 303
    assert anna.press(f"{_PATH}/accept", seen="1").status_code == 303
    site.wait(11)
    assert site.read("SELECT count(*) FROM contacts") == [(2,)]
    assert site.read("SELECT count(*) FROM stage_changes WHERE act = 'accepted'") == [(1,)]
    assert anna.press(f"{_PATH}/no_answer", seen="1").status_code == 303
    site.wait(11)
    assert site.read("SELECT count(*) FROM contacts") == [(2,)]


def test_a_lead_is_rejected_until_a_day(site: Site, anna: Browser) -> None:
    """A rejection has its reason, wakes on the chosen day at the begin of work, and is shown in its form."""
    page = anna.get(f"{_PATH}/reject?next=/")
    assert "Reject Ada" in page.text
    assert 'value="not_now" class="wakes"' in page.text
    assert anna.press(f"{_PATH}/reject", reason="not_now", until="2026-12-01", note="Ask again").status_code == 303
    site.wait(11)
    told = site.read("SELECT stage, reason, until, note FROM stage_changes WHERE act = 'rejected'")
    assert told == [("recycled", "not_now", to_micros(datetime(2026, 12, 1, 8, tzinfo=UTC)), "Ask again")]


def test_a_date_counts_only_where_a_lead_wakes(site: Site, anna: Browser) -> None:
    """What is left in the date of a reason that ends a lead is not read."""
    assert anna.press(f"{_PATH}/reject", reason="no_need", until="yesterday").status_code == 303
    site.wait(11)
    assert site.read("SELECT stage, until FROM stage_changes WHERE act = 'rejected'") == [("lost", None)]


@pytest.mark.parametrize(
    ("kind", "told", "says"),
    [
        ("reject", {}, "reason"),
        ("reject", {"reason": "because"}, "use one of"),
        ("reject", {"reason": "not_now", "until": "1999-01-01"}, "after today"),
        ("reject", {"reason": "not_now", "until": "31.12.2026"}, "choose a day"),
        ("reject", {"reason": "not_now", "until": "9999-12-31"}, "within five years"),
        ("reject", {"reason": "not_now", "note": "x" * 2_001}, "2,000"),
        ("snooze", {"until": ""}, "choose a day"),
        ("note", {"text": " \r\n "}, "text is required"),
        ("contact", {"kind": "pigeon"}, "kind"),
    ],
)
def test_a_mistake_is_said_in_the_form(
    site: Site, anna: Browser, kind: str, told: dict[str, str], says: str
) -> None:
    """What a form lacks is said in it, beside what was filled in, and nothing is held."""
    answer = anna.press(f"{_PATH}/{kind}", part=True, next="/x", **told)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'id="act"' in answer.text
    assert 'name="next" value="/x"' in answer.text
    assert site.read("SELECT * FROM held_acts") == []


def test_a_note_is_no_contact(site: Site, anna: Browser) -> None:
    """A note is kept with who wrote it."""
    assert anna.press(f"{_PATH}/note", text="  Asks for <b>forty</b> seats ").status_code == 303
    site.wait(11)
    assert site.read("SELECT lead_id, text, told_by FROM notes") == [("L-1", "Asks for <b>forty</b> seats", "anna")]
    assert site.read("SELECT * FROM contacts") == []


def test_a_lead_sleeps_and_wakes(site: Site, anna: Browser) -> None:
    """A snooze lasts until the begin of work on the chosen day, and can be ended."""
    assert anna.press(f"{_PATH}/snooze?until=tomorrow").status_code == 303
    site.wait(11)
    ((until,),) = site.read("SELECT snoozed_until FROM leads WHERE id = 'L-1'")
    assert to_datetime(until).hour == 8
    assert 0 < until - NOW <= 48 * 3_600_000_000
    assert anna.press(f"{_PATH}/wake").status_code == 303
    site.wait(11)
    assert site.read("SELECT snoozed_until FROM leads WHERE id = 'L-1'") == [(None,)]


def test_other_contacts_are_told_with_what_came_of_them(site: Site, anna: Browser) -> None:
    """A meeting is told as one."""
    assert anna.press(f"{_PATH}/contact", kind="meeting", outcome="reached", note="Went well").status_code == 303
    site.wait(11)
    assert site.read("SELECT kind, outcome, note FROM contacts") == [("meeting", "reached", "Went well")]


def test_people_work_on_their_own_leads(site: Site, anna: Browser) -> None:
    """A rep acts on their own leads, may note about all, and a team lead acts on all; scientists on none."""
    refused = anna.press("/leads/L-2/accept")
    assert refused.status_code == 403
    assert "this lead is bo&#39;s" in refused.text
    assert anna.press("/leads/L-2/note", text="They called me").status_code == 303
    assert open_browser(site, "lead", "lead").press("/leads/L-2/accept").status_code == 303
    assert open_browser(site, "sam", "scientist").press("/leads/L-2/accept").status_code == 403


def test_what_makes_no_sense_any_more_is_refused(site: Site, anna: Browser) -> None:
    """Where a lead was lost meanwhile, an act of a page that was loaded before says so."""
    stage = ToldStage(lead_id="L-1", key=b"x" * 16, stage="lost", occurred_at=site.clock[0])
    site.tell(stage)
    answer = anna.press(f"{_PATH}/accept", part=True)
    assert answer.status_code == 409
    assert "stands at lost" in answer.text


def test_what_happens_meanwhile_prevails(site: Site, anna: Browser) -> None:
    """An act counts from when it was done: what happened after that, and before it was passed on, is later."""
    anna.press(f"{_PATH}/accept")
    site.wait(5)
    site.tell(ToldStage(lead_id="L-1", key=b"x" * 16, stage="opportunity", occurred_at=site.clock[0]))
    site.wait(11)
    assert site.read("SELECT stage FROM leads WHERE id = 'L-1'") == [("opportunity",)]
    assert len(site.read("SELECT * FROM stage_changes WHERE act = 'accepted'")) == 1


def test_a_forgotten_lead_takes_its_acts_along(site: Site, anna: Browser) -> None:
    """Of a lead that is forgotten within the ten seconds no act is left, nor told."""
    anna.press(f"{_PATH}/note", text="personal")
    with site.service.database.writing() as connection:
        erase(connection, Wanted(lead_id="L-1"), site.clock[0], randomness=lambda n: b"s" * n)
    assert site.read("SELECT * FROM held_acts") == []
    site.wait(11)
    assert site.read("SELECT * FROM notes") == []
    assert anna.press(f"{_PATH}/note", text="again").status_code == 404


@pytest.mark.parametrize("lead_id", ["a/b", "a b", "ä?&#%", '"><script>alert(1)</script>', "x" * 200])
def test_an_id_may_hold_any_sign(site: Site, anna: Browser, lead_id: str) -> None:
    """Forms and acts find a lead whatever its id is made of, and a name cannot break out of the page."""
    site.tell_lead(lead_id, owner_id="anna", name='"><script>alert(1)</script>' * 20)
    path = f"/leads/{quote(lead_id, safe='')}"
    page = anna.get(f"{path}/note?next=/")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert anna.press(f"{path}/note", text="hello").status_code == 303
    assert "<script>alert" not in anna.get("/account").text
    site.wait(11)
    assert site.read("SELECT lead_id FROM notes") == [(lead_id,)]


def test_nobody_is_sent_elsewhere(site: Site, anna: Browser) -> None:
    """An act goes back to a page of ours, wherever a form says."""
    answer = anna.press(f"{_PATH}/reached", next="//evil.example/")
    assert answer.headers["location"] == "/"
    page = anna.get(f"{_PATH}/reject?next=//evil.example/").text
    assert 'name="next" value="/"' in page
    assert 'href="//evil' not in page


def test_a_looking_page_changes_nothing(site: Site, anna: Browser) -> None:
    """Loading forms and asking for acts by GET does nothing."""
    for kind in ("reject", "note", "snooze", "contact", "return"):
        assert anna.get(f"{_PATH}/{kind}").status_code == 200
    for kind in ("accept", "reached", "wake"):
        assert anna.get(f"{_PATH}/{kind}").status_code == 405
    assert site.read("SELECT * FROM held_acts") == []


def test_the_keys_are_listed(anna: Browser) -> None:
    """The page of keys is there without a script."""
    assert "<kbd>j</kbd>" in anna.get("/keys").text


def test_a_day_begins_when_work_does() -> None:
    """A chosen day is the moment at which somebody works, in the visitor's zone, else eight in the morning."""
    told = {"now": NOW, "zone": "Europe/Helsinki", "hours": None}
    assert read_day("2026-12-01", **told).isoformat() == "2026-12-01T08:00:00+02:00"
    terms = DEFAULT_TERMS.from_json(json.dumps({"name": "x", "working_hours": "Mon-Fri 09:30-17:00"}))
    hours = terms.find_working_hours("Europe/Helsinki")
    assert read_day("2026-12-05", now=NOW, zone="Europe/Helsinki", hours=hours) == datetime(
        2026, 12, 7, 7, 30, tzinfo=UTC
    )
    week = read_day("week", **told)
    assert (week.weekday(), 0 < to_micros(week) - NOW <= 7 * 86_400_000_000) == (0, True)
    with pytest.raises(BadField, match="after today"):
        read_day(to_datetime(NOW).date().isoformat(), **told)
