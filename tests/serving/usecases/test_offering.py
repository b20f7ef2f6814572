"""Offering: what can be done about a lead follows from where it stands and from who asks."""

import pytest

from serving.store.database import Database
from serving.usecases.offering import NotOffered, NotYourLead, check_offer, gather_offers
from tests.serving.usecases.desk import ANNA, BO, Desk
from tests.serving.usecases.tellers import Teller


@pytest.mark.parametrize(
    ("stage", "held", "offered"),
    [
        ("lead", [], {"accept", "reject", "reached", "snooze"}),
        ("sql", [], {"accept", "reject", "return", "reached", "snooze"}),
        ("sql", ["accept"], {"reject", "return", "reached", "snooze"}),
        ("sql", ["snooze"], {"accept", "reject", "return", "reached", "snooze", "wake"}),
        ("sql", ["reject"], set()),
        ("opportunity", [], {"reject", "return", "reached", "snooze"}),
        ("customer", [], set()),
        ("recycled", [], {"reached", "snooze"}),
    ],
)
def test_only_what_makes_sense_is_offered(
    database: Database, stage: str, held: list[str], offered: set[str]
) -> None:
    """What can be done follows from the lead's stage and from what was done a moment ago."""
    desk = Desk(teller=Teller(database, None))
    desk.teller.tell_lead("L-1", owner_id="anna", stage=stage)
    for kind in held:
        desk.teller.now += 1
        desk.hold(kind)
    with database.reading() as connection:
        told = {"terms": desk.teller.terms, "now": desk.teller.now}
        mine = gather_offers(connection, ["L-1", "L-0"], visitor=ANNA, **told)
        others = gather_offers(connection, ["L-1"], visitor=BO, **told)["L-1"]
    usual = {"note", "contact", "no_answer", "left_message"}
    assert mine.keys() == {"L-1"}
    assert mine["L-1"].acts - usual == offered
    assert others.acts == {"note"}
    with pytest.raises(NotYourLead, match="anna"):
        check_offer(others, "accept", visitor=BO, people={})
    with pytest.raises(NotOffered, match="look again"):
        check_offer(mine["L-1"], "acknowledge", visitor=ANNA, people={})
