"""Warning: the team hears of a cause once, over every channel it has."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from serving.channels.message import Message, build_payload, render_text, render_title
from serving.store.database import Database
from serving.store.people import insert_channel
from serving.store.tables import deliveries, messages
from serving.usecases.standing import Standing, take_standing
from serving.usecases.warning import list_untold, warn_team
from tests.serving.usecases.tellers import NOW, Teller

SENTENCE = "Three keys are refused more often than they are let in"


def add_channel(database: Database, name: str, person_id: str = "team") -> None:
    """Add a channel of somebody."""
    row = {
        "id": name,
        "person_id": person_id,
        "kind": "webhook",
        "url": "https://crm.example/",
        "secret": "whsec_x",
    }
    with database.writing() as connection:
        insert_channel(
            connection, {**row, "is_active": True, "created_at": NOW, "failures": 0, "rests_until": None}
        )


def stand(teller: Teller, connection: Connection) -> Standing:
    """Take what stands at the teller's moment."""
    return take_standing(connection, now=teller.now, in_force=None, terms=teller.terms)


def warn(teller: Teller, cause: str) -> bool:
    """Warn the team in a transaction of its own."""
    with teller.database.writing() as connection:
        return warn_team(connection, stand(teller, connection), cause, SENTENCE)


def list_sent(database: Database) -> Sequence[tuple[str, str]]:
    """List the causes of what is in the outbox, with the channels."""
    found = select(messages.c.body, deliveries.c.channel_id).join(
        deliveries, deliveries.c.message_id == messages.c.id
    )
    with database.reading() as connection:
        return sorted((msgspec.json.decode(row.body)["cause"], row.channel_id) for row in connection.execute(found))


def test_a_cause_is_told_once(database: Database) -> None:
    """However often it is found again, one message goes to each channel of the team, and to nobody else's."""
    teller = Teller(database, None)
    for name, person_id in (("one", "team"), ("two", "team"), ("other", "anna")):
        add_channel(database, name, person_id)
    assert [warn(teller, "limit:7") for _ in range(3)] == [True, False, False]
    add_channel(database, "late")
    assert not warn(teller, "limit:7")
    assert list_sent(database) == [("limit:7", "one"), ("limit:7", "two")]
    assert warn(teller, "limit:8")
    assert len(list_sent(database)) == 5


def test_without_a_channel_nothing_is_kept(database: Database) -> None:
    """A team that cannot be reached is told once it has a channel."""
    teller = Teller(database, None)
    assert not warn(teller, "limit:7")
    add_channel(database, "one")
    with database.reading() as connection:
        assert list_untold(connection, ["limit:7"]) == ["limit:7"]
    assert warn(teller, "limit:7")


def test_people_and_programs_read_the_sentence(database: Database) -> None:
    """The message has the sentence as its text, a title of our own, and its type and cause for programs."""
    teller = Teller(database, None)
    add_channel(database, "one")
    warn(teller, "limit:7")
    with database.reading() as connection:
        body = connection.execute(select(messages.c.body)).scalar_one()
    message = msgspec.json.decode(body, type=Message)
    told: dict[str, Any] = build_payload(message)
    assert (render_title(message), render_text(message)) == ("Hotlead: please see to this", SENTENCE)
    assert told["type"] == "hotlead.notice"
    assert (told["data"]["cause"], told["data"]["sentence"]) == ("limit:7", SENTENCE)
    assert told["data"]["leads"] == []
