"""The administrator's verbs: channels, owners, replay, rescore and forget, on the store of a home."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from hotlead.verbs.channels import UnknownKind
from hotlead.verbs.forget import OneAtATime
from hotlead.verbs.replay import TwoMeanings
from serving.channels.guarding import RefusedTarget
from serving.store.rejections import insert_rejections
from serving.store.tables import leads
from serving.usecases.reaching import UnknownChannel, UnknownRecipient
from tests.hotlead.verbs.stores import ask_json, open_home, run_verb
from tests.serving.usecases.tellers import NOW, Teller, put_in_force


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take whatever comes."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """The host and port of a receiver that takes everything."""
    with HTTPServer(("127.0.0.1", 0), _Taking) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Teller]:
    """A teller to the store of the home."""
    for name in ("HOTLEAD_DATABASE_URL", "HOTLEAD_TRUSTED_TARGETS", "HOTLEAD_ERASURE_LOG"):
        monkeypatch.delenv(name, raising=False)
    opened = open_home(tmp_path / "home")
    yield opened
    opened.database.close()


@pytest.fixture
def home(teller: Teller, tmp_path: Path) -> Path:
    """The home with the store."""
    return tmp_path / "home"


def test_a_channel_is_added_tested_and_removed(home: Path, receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trusted receiver gets a real test message; the list shows neither its path nor its secret."""
    monkeypatch.setenv("HOTLEAD_TRUSTED_TARGETS", receiver)
    url = f"http://{receiver}/secret-path"
    added = ask_json(home, "channels", "add", "--kind", "webhook", "--url", url)
    assert added["secret"].startswith("whsec_")
    channel_id = added["channel"]["id"]
    said = run_verb(home, "channels", "list").stdout
    assert channel_id in said
    assert "secret-path" not in said
    tested = ask_json(home, "channels", "test", channel_id)
    assert (tested["delivered"], tested["status"]) == (True, 204)
    assert ask_json(home, "channels", "remove", channel_id) == {"status": "removed", "given_up": 0}
    assert ask_json(home, "channels", "list") == []
    with pytest.raises(UnknownChannel):
        run_verb(home, "channels", "test", channel_id)


def test_a_test_that_fails_ends_with_code_one(home: Path, receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script can tell whether the message arrived."""
    monkeypatch.setenv("HOTLEAD_TRUSTED_TARGETS", "127.0.0.1:9")
    added = ask_json(home, "channels", "add", "--kind", "webhook", "--url", "http://127.0.0.1:9/x")
    assert run_verb(home, "channels", "test", added["channel"]["id"]).exit_code == 1


def test_channels_that_cannot_be_are_refused(home: Path, receiver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address inside, a kind there is not, somebody nobody knows."""
    with pytest.raises(RefusedTarget):
        run_verb(home, "channels", "add", "--kind", "webhook", "--url", f"http://{receiver}/x")
    with pytest.raises(UnknownKind, match="apprise"):
        run_verb(home, "channels", "add", "--kind", "fax", "--url", "https://x.example")
    monkeypatch.setenv("HOTLEAD_TRUSTED_TARGETS", receiver)
    with pytest.raises(UnknownRecipient, match="team"):
        run_verb(home, "channels", "add", "--kind", "webhook", "--url", f"http://{receiver}/x", "--owner", "nobody")


def test_owners_are_listed(home: Path) -> None:
    """The people of the agreement and the team, with their hours."""
    (home / "agreement.toml").write_text('[[people]]\nid = "anna"\nname = "Anna"\nzone = "Europe/Helsinki"\n')
    assert [owner["id"] for owner in ask_json(home, "owners", "list")] == ["anna", "team"]
    assert "Europe/Helsinki" in run_verb(home, "owners", "list").stdout


def test_refused_items_are_sent_again(home: Path, teller: Teller) -> None:
    """A dry run only counts; a real one stores, and the model in force reads."""
    put_in_force(home)
    _refuse(teller, "PUT /v1/leads/L", '{"employees": 50}', "old_rule", NOW)
    _refuse(teller, "PUT /v1/leads/M", '{"employees": "fifty"}', "old_rule", NOW)
    _refuse(teller, "PUT /v1/leads/N", "{}", "other_rule", NOW)
    dry = ask_json(home, "replay", "--code", "old_rule", "--dry-run")
    assert dry == {"taken": {"readable": 1}, "refused": {"not_integer": 1}, "skipped": 0}
    assert _list_leads(teller) == []
    assert ask_json(home, "replay", "--code", "old_rule")["taken"] == {"accepted": 1}
    assert _list_leads(teller) == ["L"]
    said = run_verb(home, "replay", "--since", "2026-02-01").stdout
    assert said == "1 item(s) were taken in: 1 accepted\n1 item(s) are refused again: 1 not_integer\n"
    assert run_verb(home, "replay", "--since", "1d", "--code", "other_rule").stdout == (
        "There is nothing to send again.\n"
    )


def test_options_that_do_not_go_together_are_refused(home: Path) -> None:
    """A code is of refused items, a channel of messages."""
    for wrong in (["--deliveries", "--code", "x"], ["--channel", "x"]):
        with pytest.raises(TwoMeanings):
            run_verb(home, "replay", *wrong)
    assert ask_json(home, "replay", "--deliveries") == {"revived": 0}


def test_open_leads_are_marked_to_be_looked_at(home: Path, teller: Teller) -> None:
    """All of them, or those last scored a day ago or never; closed ones are left alone."""
    for number in range(3):
        teller.tell_lead(f"L{number}")
    teller.tell_lead("closed", stage="lost")
    with teller.database.writing() as connection:
        connection.execute(leads.update().values(look_at=None))
        connection.execute(leads.update().where(leads.c.id == "L0").values(scored_at=4_000_000_000_000_000))
    assert ask_json(home, "rescore") == {"marked": 2}
    assert "3 open leads" in run_verb(home, "rescore", "--all").stdout
    with teller.database.reading() as connection:
        marked = connection.execute(select(leads.c.id).where(leads.c.look_at.is_not(None))).scalars().all()
    assert sorted(marked) == ["L0", "L1", "L2"]


def test_a_person_is_forgotten_by_command(home: Path, teller: Teller) -> None:
    """By lead or by address; the log beside the home knows, and can be applied to an older store."""
    teller.tell_lead("L", {"email": "ada@example.org"})
    teller.tell_lead("M", {"email": "bob@example.org"})
    assert ask_json(home, "forget", "--lead", "L") == {
        "status": "forgotten",
        "leads": 1,
        "events": 0,
        "rejections": 0,
    }
    assert "1 leads" in run_verb(home, "forget", "--email", "BOB@example.org").stdout
    assert _list_leads(teller) == []
    older = open_home(home.with_name("older"))
    for lead_id in ("L", "N"):
        older.tell_lead(lead_id)
    log = home.with_name("home-forgotten.log")
    assert ask_json(home.with_name("older"), "forget", "--reapply", str(log))["leads"] == 1
    assert _list_leads(older) == ["N"]
    older.database.close()
    with pytest.raises(FileNotFoundError):
        run_verb(home, "forget", "--reapply", str(home / "no.log"))
    for wrong in ([], ["--lead", "L", "--email", "x"]):
        with pytest.raises(OneAtATime):
            run_verb(home, "forget", *wrong)


def _refuse(teller: Teller, kind: str, body: str, code: str, at: int) -> None:
    row = {"kind": kind, "body": body, "code": code, "at": at, "path": "", "digest": kind.encode()}
    with teller.database.writing() as connection:
        insert_rejections(connection, [row])


def _list_leads(teller: Teller) -> list[str]:
    with teller.database.reading() as connection:
        return list(connection.execute(select(leads.c.id).order_by(leads.c.id)).scalars())
