"""A store whose acts are held and released at moments of a test's choosing."""

from dataclasses import dataclass
from typing import Any

from features.times import SECOND
from serving.releasing import release_held
from serving.usecases.holding import HOLD_FOR, HeldAct, hold_act, undo_act
from serving.usecases.rights import Role, Visitor
from serving.usecases.standing import take_standing
from serving.usecases.told import Acknowledgement, Snooze, ToldContact, ToldNote, ToldStage
from tests.serving.usecases.tellers import Teller

ANNA = Visitor(id="anna", name="Anna", role=Role.REP, person_id="anna")
BO = Visitor(id="bo", name="Bo", role=Role.REP, person_id="bo")
BOSS = Visitor(id="boss", name="Boss", role=Role.ADMIN)


@dataclass(kw_only=True)
class Desk:
    """A store whose acts are held and released at moments of the test's choosing."""

    teller: Teller
    n_acts: int = 0

    def hold(self, kind: str = "note", *, lead_id: str = "L-1", by: Visitor = ANNA) -> str:
        """Hold an act, and return its id."""
        self.n_acts += 1
        name, now = f"act-{self.n_acts}", self.teller.now
        items: dict[str, Any] = {
            "note": ToldNote(lead_id=lead_id, key=self.make_key(), text=name, occurred_at=now, told_by=by.id),
            "reached": ToldContact(lead_id=lead_id, key=self.make_key(), kind="call", occurred_at=now),
            "accept": ToldStage(
                lead_id=lead_id, key=self.make_key(), stage="sql", act="accepted", occurred_at=now, told_by=by.id
            ),
            "reject": ToldStage(
                lead_id=lead_id,
                key=self.make_key(),
                stage="lost",
                act="rejected",
                reason="no_need",
                occurred_at=now,
            ),
            "snooze": Snooze(lead_id=lead_id, until=now + 3_600 * SECOND, told_by=by.id),
            "acknowledge": Acknowledgement(alert_id="none", told_by=by.id),
        }
        act = HeldAct(
            id=name,
            user_id=by.id,
            lead_id=lead_id,
            kind=kind,
            item=items[kind],
            made_at=now,
            due_at=now + HOLD_FOR,
        )
        with self.teller.database.writing() as connection:
            hold_act(connection, act)
        return name

    def make_key(self) -> bytes:
        """Make the key of the latest act."""
        return self.n_acts.to_bytes(16, "big")

    def undo(self, name: str, by: Visitor = ANNA) -> None:
        """Undo an act."""
        with self.teller.database.writing() as connection:
            undo_act(connection, name, by=by, at=self.teller.now)

    def release(self) -> int:
        """Apply what is due, as a worker that knows nothing but the store."""
        return release_held(self.do_in_turn, None)

    def do_in_turn(self, work: Any) -> int:
        """Do some work in a transaction of its own."""
        with self.teller.database.writing() as connection:
            standing = take_standing(connection, now=self.teller.now, in_force=None, terms=self.teller.terms)
            return int(work(connection, standing))

    def read(self, query: str) -> list[Any]:
        """Read rows of the store."""
        with self.teller.database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
