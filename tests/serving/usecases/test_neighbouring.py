"""Neighbouring: the others of an account, the highest scores first, each with what it did last."""

import pytest

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.usecases.neighbouring import Neighbours, list_neighbours
from tests.serving.usecases.tellers import KEEN, NOW, Teller, put_in_force


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model in force."""
    return put_in_force(tmp_path_factory.mktemp("home"))


def ask(teller: Teller, lead_id: str, account_id: str | None, most: int = 5) -> Neighbours:
    """List the neighbours of a lead."""
    with teller.database.reading() as connection:
        return list_neighbours(connection, lead_id, account_id, most=most)


def test_others_of_the_account_are_listed(database: Database, in_force: ScorerInForce) -> None:
    """Neither the lead itself nor anybody of another account, and what each did last."""
    teller = Teller(database, in_force)
    for number in range(4):
        teller.tell_lead(f"L{number}", {**KEEN, "name": f"Person {number}", "role": "CTO"}, account_id="A")
    teller.tell_lead("X", account_id="B")
    teller.tell(teller.make_event("L1", ago=50), teller.make_event("L1", ago=9, kind="page_visit"))
    told = ask(teller, "L0", "A")
    assert {person.lead_id for person in told.people} == {"L1", "L2", "L3"}
    scores = [person.score or 0 for person in told.people]
    assert scores == sorted(scores, reverse=True)
    assert not told.has_more
    (active,) = (person for person in told.people if person.lead_id == "L1")
    assert (active.name, active.role, active.did, active.did_at) == (
        "Person 1",
        "CTO",
        "page_visit",
        NOW - 9_000_000,
    )
    assert {(person.did, person.did_at) for person in told.people if person is not active} == {(None, None)}


@pytest.mark.parametrize(("most", "n_shown", "has_more"), [(2, 2, True), (3, 3, False), (9, 3, False)])
def test_many_others_are_cut(
    database: Database, in_force: ScorerInForce, most: int, n_shown: int, has_more: bool
) -> None:
    """So many at most, and whether there are more; the lead itself takes nobody's place."""
    teller = Teller(database, in_force)
    for number in range(4):
        teller.tell_lead(f"L{number}", account_id="A")
    for number in range(4):
        told = ask(teller, f"L{number}", "A", most)
        assert (len(told.people), told.has_more) == (n_shown, has_more)


def test_a_lead_without_an_account_has_no_others(database: Database, in_force: ScorerInForce) -> None:
    """Leads without an account are not each other's neighbours."""
    teller = Teller(database, in_force)
    for lead_id in ("L", "M"):
        teller.tell_lead(lead_id)
    assert ask(teller, "L", None).people == ()
