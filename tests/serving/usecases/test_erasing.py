"""Erasing: nobody who was forgotten stands anywhere in the store, or comes back under the same id or address."""

import json
import threading
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from serving.championing import ScorerInForce
from serving.channels.message import Message
from serving.store.audit import erase_from_audit
from serving.store.database import Database
from serving.store.edge_tables import forgotten, keys, secrets
from serving.store.holds import insert_held
from serving.store.rejections import insert_rejections
from serving.store.tables import accounts, alerts, attempts, events, leads, messages, waiting_leads
from serving.store.web_tables import audit, held_acts, sessions, sign_in_links, users
from serving.usecases.auditing import list_entries, record_audit
from serving.usecases.erasing import ForeignDigests, NobodyNamed, erase_again
from serving.usecases.exporting import EXPORTS
from serving.usecases.recognising import compute_digests, name_rejected, normalise_address
from serving.usecases.told import Rejected, Snooze, ToldContact, ToldStage
from tests.serving.usecases.lives import (
    ADA,
    SECRET,
    count,
    dump,
    forget,
    insert_digest,
    live_a_life,
)
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force


@pytest.fixture(scope="module")
def easily_hot(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("model"))


@pytest.fixture
def teller(database: Database, easily_hot: ScorerInForce) -> Teller:
    """A teller with a model in force."""
    return Teller(database, easily_hot)


def test_nothing_of_a_forgotten_lead_stands_in_any_table(teller: Teller) -> None:
    """After a whole life neither id, nor name, nor address is found in any row of any table."""
    live_a_life(teller)
    before = dump(teller.database)
    assert count(teller.database, alerts) == count(teller.database, messages) == 1
    assert all(word in before for word in ("L-ada", "Lovelace", "Ada@Example.org", "Ada will call"))
    erased = forget(teller, lead_id="L-ada")
    assert (erased.n_leads, erased.n_events, erased.n_rejections, len(erased.digests)) == (1, 12, 1, 2)
    after = dump(teller.database).lower()
    assert not [word for word in ("ada", "lovelace", "example.org") if word in after]
    assert count(teller.database, attempts) == 0


def test_others_are_left_alone_and_looked_at_again(teller: Teller) -> None:
    """A colleague keeps everything, and the account moves, since it is one lead poorer."""
    live_a_life(teller)
    teller.tell_lead("L-bob", {**KEEN, "email": "bob@example.org"}, account_id="acme")
    teller.tell_downloads("L-bob", 3)
    teller.wait(1)
    forget(teller, lead_id="L-ada")
    assert (count(teller.database, leads), count(teller.database, events)) == (1, 3)
    with teller.database.reading() as connection:
        assert connection.execute(select(accounts.c.moved_at)).scalar_one() == teller.now
    assert teller.look() == 1


def test_the_same_lead_told_again_is_dropped_and_counted(teller: Teller) -> None:
    """By id, address, events, stages, contacts, snoozes and refused items: nothing of it is stored."""
    live_a_life(teller)
    forget(teller, lead_id="L-ada")
    before = dump(teller.database, ("forgotten", "batches"))
    told = teller.tell(
        teller.make_event("L-ada", ago=1),
        ToldContact(lead_id="L-ada", key=b"d" * 16, kind="call", occurred_at=teller.now),
        ToldStage(lead_id="L-ada", key=b"t" * 16, stage="mql", occurred_at=teller.now),
        Snooze(lead_id="L-ada", until=None),
        Rejected(kind="PUT /v1/leads/L-ada", code="x", path="", detail="", body='{"name": 3}'),
        Rejected(kind="PUT /v1/leads/new", code="x", path="", detail="", body='{"email": " ADA@example.ORG"}'),
    )
    told_again = teller.tell_lead("L-ada", {"name": "Ada"})
    statuses = [answers[0].status for answers in (*told.answers, *told_again.answers)]
    assert statuses == ["forgotten"] * 7
    assert (told.n_events, told.n_scored, told_again.n_scored) == (0, 0, 0)
    assert dump(teller.database, ("forgotten", "batches")) == before
    with teller.database.reading() as connection:
        assert connection.execute(select(func.sum(forgotten.c.refused))).scalar_one() == 7


def test_the_same_address_under_another_id_is_dropped_with_what_came_before(teller: Teller) -> None:
    """A new id that brings the address is forgotten itself, with the events that waited for it and later ones."""
    live_a_life(teller)
    forget(teller, lead_id="L-ada")
    teller.tell_downloads("L-2", 3)
    assert count(teller.database, waiting_leads) == 1
    assert teller.tell_lead("L-2", {"email": "ada@example.org "}).answers[0][0].status == "forgotten"
    assert (count(teller.database, events), count(teller.database, waiting_leads)) == (0, 0)
    assert teller.tell_downloads("L-2", 1).answers[0][0].status == "forgotten"


def test_a_known_lead_that_gets_the_address_loses_that_push_alone(teller: Teller) -> None:
    """A slip in the CRM must not delete somebody else: the lead stays as it was."""
    live_a_life(teller)
    teller.tell_lead("L-bob", {"email": "bob@example.org"})
    forget(teller, lead_id="L-ada")
    assert teller.tell_lead("L-bob", {"email": "ada@example.org"}).answers[0][0].status == "forgotten"
    assert "bob@example.org" in dump(teller.database)
    teller.wait(1)
    assert (
        teller.tell_lead("L-bob", {"email": "bob@example.org", "employees": 7}).answers[0][0].status == "accepted"
    )


def test_an_address_stands_for_all_its_leads(teller: Teller) -> None:
    """Everybody with the address goes, in any spelling, and a longer address that holds it stays."""
    for number, address in enumerate(
        ("ada@example.org", "ADA@example.org ", "xada@example.org", "ÁDA@example.org")
    ):
        teller.tell_lead(f"L{number}", {"email": address})
    assert forget(teller, address="Ada@EXAMPLE.org").n_leads == 2
    assert forget(teller, address="áda@example.org").n_leads == 1
    with teller.database.reading() as connection:
        assert list(connection.execute(select(leads.c.id)).scalars()) == ["L2"]


def test_whoever_never_came_can_be_forgotten(teller: Teller) -> None:
    """The digest keeps them out; doing it twice changes nothing; naming nobody is a mistake."""
    for _ in range(2):
        assert forget(teller, lead_id="nobody").n_leads == 0
    assert count(teller.database, forgotten) == 1
    assert teller.tell_lead("nobody").answers[0][0].status == "forgotten"
    with pytest.raises(NobodyNamed):
        forget(teller)


def test_a_digest_message_keeps_the_others(teller: Teller) -> None:
    """The line of the forgotten lead goes from what was told together; a message that is left empty goes too."""
    for lead_id in ("L-ada", "L-bob"):
        teller.tell_lead(lead_id, ADA if lead_id == "L-ada" else KEEN)
    with teller.database.writing() as connection:
        for digest_id, lead_ids in (("d1", ["L-ada", "L-bob"]), ("d2", ["L-ada"])):
            insert_digest(connection, digest_id, lead_ids)
    forget(teller, lead_id="L-ada")
    with teller.database.reading() as connection:
        (row,) = connection.execute(select(messages)).all()
    left = msgspec.json.decode(row.body, type=Message)
    assert (row.id, [line.lead_id for line in left.lines]) == ("d1", ["L-bob"])


def test_a_refused_item_with_the_address_goes(teller: Teller) -> None:
    """Refused items are found by the path, by the lead they name, and by the address anywhere in them."""
    teller.tell_lead("L/ada", ADA)
    bodies = {
        "PUT /v1/leads/L%2Fada": {"x": 1},
        "POST /v1/events": {"lead_id": "L/ada"},
        "PUT /v1/leads/other": {"contacts": [{"mail": "ADA@example.org"}]},
        "PUT /v1/leads/L": {"note": "ada"},
    }
    with teller.database.writing() as connection:
        rows = [
            {"kind": kind, "body": json.dumps(body), "digest": kind.encode(), "code": "x", "path": "", "at": NOW}
            for kind, body in bodies.items()
        ]
        insert_rejections(connection, rows)
    assert forget(teller, lead_id="L/ada").n_rejections == 3


def test_an_older_copy_of_the_store_forgets_again(teller: Teller) -> None:
    """Digests alone are enough to find whom a backup brought back, and those who never came as leads."""
    live_a_life(teller)
    teller.tell_lead("L-bob", KEEN)
    teller.tell_downloads("L-late", 2)
    digests = compute_digests(SECRET, [("lead", "L-ada"), ("lead", "L-late")])
    with teller.database.writing() as connection:
        assert erase_again(connection, SECRET, digests, NOW) == 2
        assert erase_again(connection, SECRET, digests, NOW) == 0
    with teller.database.reading() as connection:
        assert list(connection.execute(select(leads.c.id)).scalars()) == ["L-bob"]
    assert count(teller.database, events) == 0
    with teller.database.writing() as connection, pytest.raises(ForeignDigests):
        erase_again(connection, b"another" * 5, digests, NOW)


def test_a_store_that_forgot_nobody_keeps_no_secret(teller: Teller) -> None:
    """Telling costs one look as long as nobody is forgotten, and leaves nothing behind."""
    teller.tell_lead("L")
    assert count(teller.database, secrets) == 0


def test_whoever_is_told_of_while_forgotten_does_not_stay(teller: Teller) -> None:
    """A push that runs beside the erasure is either erased with the lead or dropped."""
    others = [
        Teller(Database(teller.database.engine.url.render_as_string(hide_password=False)), teller.in_force)
        for _ in range(3)
    ]
    began = threading.Barrier(len(others) + 1)
    statuses: list[str] = []

    def push(other: Teller) -> None:
        began.wait(10)
        for number in range(20):
            told = other.tell_lead("L-ada", {**ADA, "employees": number})
            statuses.append(told.answers[0][0].status)

    threads = [threading.Thread(target=push, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    began.wait(10)
    forget(teller, lead_id="L-ada", address="ada@example.org")
    for thread in threads:
        thread.join(60)
    for other in others:
        other.database.close()
    assert len(statuses) == 60
    assert teller.tell_lead("L-ada", ADA).answers[0][0].status == "forgotten"
    assert count(teller.database, leads) == 0


@given(st.text())
def test_spelling_an_address_twice_changes_nothing(address: str) -> None:
    """Normalising is stable, and blind to blanks around and to the case of ASCII letters."""
    once = normalise_address(address)
    assert normalise_address(once) == once or not address.isascii()
    assert normalise_address(f"  {address}\t") == once


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_any_refused_body_can_be_searched(body: Any) -> None:
    """Whatever was refused, it names texts and nothing else."""
    assert all(isinstance(name, str) for _, name in name_rejected("POST /v1/events", json.dumps(body)))


def test_the_audit_keeps_that_something_was_done_and_not_to_whom(teller: Teller) -> None:
    """A forgotten lead goes from targets and details; a user of the same name, and other leads, stay."""
    live_a_life(teller)
    with teller.database.writing() as connection:
        for what, target, details in (
            ("lead.accept", "L-ada", {}),
            ("lead.undo", None, {"lead": "L-ada"}),
            ("lead.note", "L-ada-2", {"beside": ["L-bob"]}),
            ("user.add", "L-ada", {"role": "rep"}),
        ):
            record_audit(connection, at=NOW, who="L-ada", what=what, target=target, **details)
        insert_held(connection, make_held("h1", "L-ada"))
        insert_held(connection, make_held("h2", "L-ada-2"))
    forget(teller, lead_id="L-ada")
    with teller.database.reading() as connection:
        told = [(entry.what, entry.target, entry.details) for entry in list_entries(connection, most=9).entries]
    assert told == [
        ("user.add", "L-ada", {"role": "rep"}),
        ("lead.note", "L-ada-2", {"beside": ["L-bob"]}),
        ("lead.undo", None, {}),
        ("lead.accept", None, {}),
    ]
    with teller.database.reading() as connection:
        assert connection.execute(select(held_acts.c.lead_id)).scalars().all() == ["L-ada-2"]


@pytest.mark.parametrize("lead_id", ["%", "_", 'a"b', "a\\b", "é/ü", "1"])
def test_an_odd_id_is_forgotten_in_the_audit_and_no_other_is(database: Database, lead_id: str) -> None:
    """Signs that mean something to databases or JSON stand for themselves."""
    with database.writing() as connection:
        for each in (lead_id, "another", "11"):
            record_audit(connection, at=NOW, who="ada", what="lead.note", target=each, beside=[each])
        erase_from_audit(connection, [lead_id])
        told = {entry.target: entry.details for entry in list_entries(connection, most=9).entries}
    assert told == {None: {}, "another": {"beside": ["another"]}, "11": {"beside": ["11"]}}


def test_no_export_knows_users_sessions_or_secrets() -> None:
    """What is exported is of leads; columns of users, keys and cookies are in none of it."""
    private = {users, sessions, sign_in_links, audit, held_acts, keys, secrets}
    for export in EXPORTS.values():
        assert private.isdisjoint(export.build().get_final_froms())


def make_held(held_id: str, lead_id: str) -> dict[str, Any]:
    """Make the row of an act that can still be undone."""
    told = {"id": held_id, "user_id": "bob", "lead_id": lead_id, "kind": "accept", "item": "{}"}
    return {**told, "made_at": NOW, "due_at": NOW + 10}
