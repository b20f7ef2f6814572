"""Reminding: the team hears that the agreement ends, once at each threshold."""

from datetime import date

import msgspec
from sqlalchemy import select

from agreement.calendar.periods import Period
from agreement.terms import Terms
from serving.store.database import Database
from serving.store.tables import messages
from serving.usecases.reminding import list_reminders, remind_team
from serving.usecases.signing import Proposal, sign
from tests.serving.usecases.tellers import Teller
from tests.serving.usecases.test_warning import add_channel, stand

DAY = 86_400_000_000
YEAR = Period(begins=date(2027, 1, 1), ends=date(2028, 1, 1))
LEADS = ("Anna Lee, marketing", "Otto Berg, sales")


def live_through(teller: Teller, *, begins: int, ends: int) -> list[str]:
    """Let days pass, an hour at a time; return the causes of which the team was told, in their order."""
    told = []
    for hour in range(begins // 3_600_000_000, ends // 3_600_000_000):
        teller.now = hour * 3_600_000_000
        with teller.database.writing() as connection:
            if reminders := list_reminders(connection, teller.now):
                assert remind_team(connection, stand(teller, connection)) == len(reminders)
                told += [reminder.cause for reminder in reminders]
    return told


def test_the_team_hears_of_the_end_thirty_seven_and_one_day_before_and_after_it(database: Database) -> None:
    """Every threshold is told once, and so is the end; nothing is told as long as nobody has signed."""
    teller, terms = Teller(database, None), Terms(name="spring")
    add_channel(database, "one")
    assert live_through(teller, begins=YEAR.begins_at, ends=YEAR.begins_at + DAY) == []
    with database.writing() as connection:
        proposal = Proposal(terms=terms, text="", days=YEAR)
        sign(connection, proposal, signed_by=LEADS, now=YEAR.begins_at)
    told = live_through(teller, begins=YEAR.ends_at - 33 * DAY, ends=YEAR.ends_at + 2 * DAY)
    about = f"{terms.version}:2028-01-01"
    assert told == [f"agreement_ends:{about}:{days}" for days in (30, 7, 1)] + [f"agreement_ended:{about}"]
    with database.reading() as connection:
        bodies = list(connection.execute(select(messages.c.body)).scalars())
    assert len(bodies) == 4
    assert all(terms.version in msgspec.json.decode(body)["sentence"] for body in bodies)
