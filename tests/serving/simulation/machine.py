"""A machine that does what people, programs and time may do, and compares the store with the model."""

import atexit
import json
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from features.times import DAY, SECOND, to_micros
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from serving.usecases.told import Acknowledgement, Item, Snooze, ToldContact, ToldLead, ToldStage
from tests.serving.simulation.expectation import Expectation, Row
from tests.serving.simulation.heat import put_in_force
from tests.serving.simulation.world import HOUR, World, make_terms

_BEGIN = to_micros(datetime(2026, 5, 4, 10, tzinfo=UTC))
_CAP = 2
_PEOPLE: dict[str, dict[str, Any]] = {
    "anna": {"zone": "Europe/Berlin", "quiet": (22, 7), "works": False, "manager": "max"},
    "ben": {"zone": "America/New_York", "quiet": None, "works": True, "manager": "max"},
    "max": {"zone": "Asia/Kolkata", "quiet": None, "works": False, "manager": None},
}
_LEADS = ("L1", "L2", "L3", "L4", "L5")

leads, owners = st.sampled_from(_LEADS), st.sampled_from(sorted(_PEOPLE))
ages = st.sampled_from([SECOND, 5 * HOUR, 23 * HOUR, 30 * HOUR, 60 * HOUR])
whiles = st.sampled_from([HOUR // 3, HOUR, 5 * HOUR, 14 * HOUR, 26 * HOUR, 2 * DAY, 8 * DAY])
quiets = st.sampled_from([None, (22, 7), (12, 14), (0, 8), (17, 23)])

SUITE = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


class AgreementMachine(RuleBasedStateMachine):
    """Leads, people and a worker, beside the model of what was promised."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp())
        shutil.copy(_lay_out_once(), self._folder / "hotlead.db")
        terms = make_terms(cap_per_day=_CAP)
        self.world = World(sqlite_url(self._folder), put_in_force("4", hot_from=4), terms, now=_BEGIN)
        self.expected = Expectation(now=_BEGIN, hot_from=4, cap=_CAP)

    def teardown(self) -> None:
        """Throw the store away."""
        self.world.close()
        shutil.rmtree(self._folder)

    @initialize(owned_by=st.tuples(*[owners] * len(_LEADS)), visits=st.permutations(range(1, len(_LEADS) + 1)))
    def begin(self, owned_by: tuple[str, ...], visits: list[int]) -> None:
        """Tell of people and leads, one of them as hot as can be, one as cold."""
        for person_id, person in _PEOPLE.items():
            self._tell_person(person_id, person)
        for lead_id, owner, n_visits in zip(_LEADS, owned_by, visits, strict=True):
            self._tell(self._describe_lead(lead_id, owner))
            self.expected.add_lead(lead_id, owner)
            self.visit(lead_id, n_visits, SECOND, "")

    @rule(lead=leads, visits=st.integers(1, 5), age=ages, batch=st.sampled_from(["", "", "fair"]))
    def visit(self, lead: str, visits: int, age: int, batch: str) -> None:
        """A lead visits."""
        events = self.world.list_visits(lead, visits, age=age, batch=batch)
        self._tell(*events)
        self.expected.visit(lead, [event.occurred_at for event in events], batch)

    @rule(lead=leads, visits=st.integers(3, 6))
    def warm_up(self, lead: str, visits: int) -> None:
        """A lead shows interest just now."""
        self.visit(lead, visits, SECOND, "")

    @rule(for_long=st.sampled_from([HOUR // 3, HOUR, 5 * HOUR, 9 * HOUR]))
    def let_hours_pass(self, for_long: int) -> None:
        """Hours pass, and the worker does what they made due."""
        self._let_pass(for_long)
        self.work()

    @rule(for_long=whiles, is_awake=st.booleans())
    def let_days_pass(self, for_long: int, is_awake: bool) -> None:
        """Days pass; a worker that is not awake comes late for whatever was due."""
        self._let_pass(for_long)
        if is_awake:
            self.work()

    @rule()
    def work(self) -> None:
        """The worker does what is due."""
        self.world.work()
        self.expected.work()

    @precondition(lambda self: self.expected.alerts)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        """Somebody takes care of an alert."""
        name = data.draw(st.sampled_from(sorted(self.expected.alerts)))
        found = self.world.read("SELECT id FROM alerts WHERE lead_id = :l AND episode = :e", l=name[0], e=name[1])
        self._tell(Acknowledgement(alert_id=found[0].id, told_by="somebody"))
        self.expected.answer(self.expected.alerts[name])

    @rule(lead=leads, for_long=st.none() | whiles)
    def snooze(self, lead: str, for_long: int | None) -> None:
        """Somebody wants to hear nothing of a lead for a while, or again."""
        until = None if for_long is None else self.world.now + for_long
        self._tell(Snooze(lead_id=lead, until=until))
        self.expected.leads[lead]["snooze"] = until

    @rule(lead=leads)
    def contact(self, lead: str) -> None:
        """Somebody calls a lead."""
        (key,) = self.world.make_keys(1)
        self._tell(ToldContact(lead_id=lead, key=key, kind="call", occurred_at=self.world.now))
        self.expected.contact(lead)

    @rule(lead=leads)
    def move(self, lead: str) -> None:
        """A lead is lost, or comes back."""
        closed = not self.expected.leads[lead]["closed"]
        # A stage that is no news is not looked at: of one moment the greater name wins.
        self._let_pass(SECOND)
        (key,) = self.world.make_keys(1)
        stage = "lost" if closed else "sql"
        self._tell(ToldStage(lead_id=lead, key=key, stage=stage, occurred_at=self.world.now))
        self.expected.move(lead, closed=closed)

    @rule(lead=leads, owner=owners)
    def give(self, lead: str, owner: str) -> None:
        """A lead gets another owner; whoever was to be told of an alert still is."""
        self._tell(self._describe_lead(lead, owner))
        self.expected.leads[lead]["owner"] = owner

    @rule(person=owners, quiet=quiets)
    def change_hours(self, person: str, quiet: tuple[int, int] | None) -> None:
        """Somebody changes their quiet hours."""
        self._tell_person(person, self.expected.people[person] | {"quiet": quiet})

    @rule(for_long=st.sampled_from([6 * DAY, 7 * DAY, 8 * DAY]))
    def let_weeks_pass(self, for_long: int) -> None:
        """Longer than a window and a hold passes, then about a cool-down, with a look in between."""
        self.let_days_pass(8 * DAY, is_awake=True)
        self.let_days_pass(for_long, is_awake=True)

    @rule(hot_from=st.sampled_from([2, 3, 4, 5]))
    def promote(self, hot_from: int) -> None:
        """Another threshold comes into force, or one that was in force before."""
        self.world.promote(put_in_force(str(hot_from), hot_from=hot_from))
        self.expected.hot_from = hot_from

    @rule()
    def restart(self) -> None:
        """The worker dies, and another takes its place."""
        self.world.restart()

    @invariant()
    def check_episodes(self) -> None:
        """Every lead's episode is the one that was to be expected."""
        rows = self.world.read("SELECT id, episode, episode_is_open, below_since, left_at, owner_id FROM leads")
        found = {r[0]: (r[1], bool(r[2]), r[3], r[4], r[5]) for r in rows}
        assert found == {name: _show_lead(lead) for name, lead in self.expected.leads.items()}

    @invariant()
    def check_alerts(self) -> None:
        """Every alert has the form, the time and the fate that were to be expected."""
        rows = self.world.read("SELECT a.*, d.cause FROM alerts a LEFT JOIN digests d ON d.id = a.digest_id")
        found = {(row.lead_id, row.episode): _show_row(row) for row in rows}
        assert found == {name: _show_alert(alert) for name, alert in self.expected.alerts.items()}

    @invariant()
    def check_digests(self) -> None:
        """Every digest goes when it was to be expected."""
        rows = self.world.read("SELECT recipient_id, cause, due_at, state FROM digests")
        found = {(row.recipient_id, row.cause): (row.due_at, row.state) for row in rows}
        assert found == {key: (row["due"], row["state"]) for key, row in self.expected.digests.items()}

    @invariant()
    def check_messages(self) -> None:
        """Everybody was told what was to be expected, when it was, and nothing else."""
        rows = self.world.read("SELECT kind, recipient_id, created_at, body FROM messages")
        assert sorted((*row[:3], _list_leads(row.body)) for row in rows) == sorted(self.expected.messages)

    def _tell(self, *items: Item) -> None:
        self.world.tell(*items)
        self.expected.get_basis()

    def _tell_person(self, person_id: str, person: Row) -> None:
        self.expected.people[person_id] = dict(person)
        quiet, told = person["quiet"], {"zone": person["zone"], "manager_id": person["manager"]}
        told["quiet_hours"] = f"{quiet[0]:02}:00-{quiet[1]:02}:00" if quiet else ""
        told["working_hours"] = "Mon-Fri 09:00-17:00" if person["works"] else ""
        self.world.add_person(person_id, **{key: value for key, value in told.items() if value is not None})

    def _describe_lead(self, lead_id: str, owner: str) -> ToldLead:
        return ToldLead(id=lead_id, attributes="{}", created_at=_BEGIN, owner_id=owner)

    def _let_pass(self, for_long: int) -> None:
        self.world.now += for_long
        self.expected.now = self.world.now


def _show_lead(lead: Row) -> tuple[Any, ...]:
    episode = lead["episode"]
    return episode["number"], episode["open"], episode["low_since"], episode["left"], lead["owner"]


def _show_alert(alert: Row) -> Row:
    fate = {"due": alert["due"], "state": alert["state"], "told": alert["told"], "level": alert["level"]}
    where = {"recipient": alert["recipient"], "form": alert["form"], "cause": alert.get("digest", (0, None))[1]}
    escalate = alert["escalate"] and (alert["escalate"][0], alert["escalate"][2])
    return {**where, **fate, "answered": alert["answered"], "escalate": escalate}


def _show_row(row: Any) -> Row:
    fate = {"due": row.deliver_at, "state": row.state, "told": row.told_at, "level": row.level}
    escalate = None if row.escalate_at is None else (row.escalate_at, row.escalate_to)
    where = {"recipient": row.recipient_id, "form": row.form, "cause": row.cause}
    return {**where, **fate, "answered": row.acknowledged_at is not None, "escalate": escalate}


def _list_leads(body: str) -> tuple[str, ...]:
    return tuple(sorted(line["lead_id"] for line in json.loads(body)["lines"]))


@cache
def _lay_out_once() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(sqlite_url(folder))
    migrate(database)
    database.close()
    return folder / "hotlead.db"
