"""A week of a small company, made up from a seed: what leads do, what people do, and what breaks."""

import heapq
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from features.times import DAY, SECOND, to_micros
from serving.usecases.told import Acknowledgement, Snooze, ToldContact, ToldStage
from tests.serving.simulation.calendars import Someone
from tests.serving.simulation.heat import put_in_force
from tests.serving.simulation.receivers import Receivers, answer_gone, make_absent, make_flaky
from tests.serving.simulation.world import HOUR, World, make_terms

# The last Sunday of this week is the one on which Europe's clocks go forward.
BEGIN = to_micros(datetime(2026, 3, 23, tzinfo=UTC))
END = BEGIN + 7 * DAY
ABSENT = BEGIN + 2 * DAY + 8 * HOUR, BEGIN + 3 * DAY + 8 * HOUR
STEPS = {BEGIN + DAY + 11 * HOUR: -HOUR, BEGIN + 3 * DAY + 13 * HOUR: HOUR}
PROMOTED_AT = BEGIN + 2 * DAY + 12 * HOUR
CAP = 2
# A clock that goes forward makes whatever was due in between come late, by an hour at most.
LATE, SLACK = [at + step for at, step in STEPS.items() if step > 0], HOUR
_OFFICE = "Mon-Fri 09:00-17:00"

PEOPLE: Mapping[str, dict[str, Any]] = {
    "anna": {"zone": "Europe/Berlin", "quiet_hours": "20:00-08:00", "manager_id": "max", "places": ["DE"]},
    "ben": {"zone": "America/New_York", "working_hours": _OFFICE, "manager_id": "max"},
    "chika": {"zone": "Asia/Tokyo", "working_hours": _OFFICE, "quiet_hours": "12:00-13:00", "manager_id": "max"},
    "dev": {"zone": "Asia/Kolkata", "quiet_hours": "22:00-06:00"},
    "eve": {"zone": "Europe/Helsinki", "is_active": False, "manager_id": "max"},
    "max": {"zone": "Europe/Berlin", "working_hours": _OFFICE, "takes_leads": False},
}
CALENDARS: Mapping[str, Someone] = {
    "anna": {"zone": "Europe/Berlin", "quiet": (20, 8), "works": False},
    "ben": {"zone": "America/New_York", "quiet": None, "works": True},
    "chika": {"zone": "Asia/Tokyo", "quiet": (12, 13), "works": True},
    "dev": {"zone": "Asia/Kolkata", "quiet": (22, 6), "works": False},
    "max": {"zone": "Europe/Berlin", "quiet": None, "works": True},
    "team": {"zone": "UTC", "quiet": None, "works": False},
}
"""The same people's hours, said a second time for the check that knows nothing of the product's calendars."""
# Ben's receiver is away for a day, Dev's first is gone for good; Chika has none, so that the team's is used.
CHANNELS = {"anna": ("anna-1", "anna-2"), "ben": ("ben-1",), "dev": ("dev-1", "dev-2"), "max": ("max-1",)}
TEAM_CHANNEL = "team-1"
HEALTHY = ("anna-1", "dev-2", "max-1", TEAM_CHANNEL)
ALWAYS_DOWN = "dev-3"


@dataclass(slots=True)
class Week:
    """What happens at which moment, in the order of the company's own time.

    Parameters
    ----------
    world
        An empty store at the beginning of the week.
    seed
        What all else follows from.
    n_leads
        How many leads there are.
    """

    world: World
    seed: int
    n_leads: int
    random: Random = field(init=False)
    agenda: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def run(self) -> None:
        """Let the week pass, and then as much time as a delivery is tried."""
        self._hire()
        self._plan_leads()
        self._plan_people()
        for at, step in STEPS.items():
            self._plan(at, lambda step=step: self._turn_clock(step))
        self._plan(PROMOTED_AT, lambda: self.world.promote(put_in_force("2", hot_from=3)))
        while self.agenda:
            at, _, act = heapq.heappop(self.agenda)
            self.world.run_until(at)
            act()
        self._lose_all()
        self.world.run_until(END + 5 * DAY)

    def _lose_all(self) -> None:
        """Lose every lead: from now on only deliveries are left."""
        keys = self.world.make_keys(2 * self.n_leads)
        for row in self.world.read("SELECT id FROM leads ORDER BY id"):
            now, key = self.world.now, next(keys)
            self.world.tell(ToldStage(lead_id=row.id, key=key, stage="lost", occurred_at=now))

    def _hire(self) -> None:
        for person_id, told in PEOPLE.items():
            self.world.add_person(person_id, urls=CHANNELS.get(person_id, ()), **told)
        self.world.add_channels("dev", [ALWAYS_DOWN])
        self.world.add_channels("team", [TEAM_CHANNEL])

    def _plan_leads(self) -> None:
        owners = [*sorted(set(PEOPLE) - {"max"}), None]
        for number in range(self.n_leads):
            lead_id, born = f"lead-{number:03}", BEGIN + self.random.randrange(4 * DAY)
            owner = self.random.choice(owners)
            told = {"attributes": json.dumps({"name": lead_id, "country": self.random.choice(["DE", "US"])})}
            account = f"account-{number // 3}" if number % 2 else None
            self._plan(born, lambda i=lead_id, o=owner, a=account, t=told: self._tell_lead(i, o, a, t))
            for _ in range(self.random.randrange(1, 5)):
                self._plan_burst(lead_id, born + self.random.randrange(int(3 * DAY)))
        self._plan(BEGIN + DAY, lambda: self._import("fair"))

    def _plan_burst(self, lead_id: str, at: int) -> None:
        age = self.random.choice([SECOND, SECOND, SECOND, HOUR, 30 * HOUR])
        for _ in range(self.random.randrange(1, 5)):
            self._plan(at, lambda: self.world.tell(*self.world.list_visits(lead_id, 1, age=age)))
            at += self.random.randrange(SECOND, HOUR)

    def _plan_people(self) -> None:
        for _ in range(self.n_leads):
            self._plan(BEGIN + self.random.randrange(7 * DAY), self._act)
        for _ in range(3):
            self._plan(BEGIN + self.random.randrange(7 * DAY), self._kill_worker)
            self._plan(BEGIN + self.random.randrange(7 * DAY), self.world.restart)

    def _plan(self, at: int, act: Callable[[], Any]) -> None:
        heapq.heappush(self.agenda, (at, len(self.agenda) + self.random.randrange(2**40), act))

    def _turn_clock(self, step: int) -> None:
        self.world.now += step

    def _tell_lead(self, lead_id: str, owner: str | None, account: str | None, told: dict[str, Any]) -> None:
        self.world.tell_lead(lead_id, owner, account_id=account, **told)

    def _import(self, name: str) -> None:
        for number in range(self.n_leads // 4):
            lead_id = f"{name}-{number:03}"
            self.world.tell_lead(lead_id, self.random.choice(sorted(CHANNELS)), batch=name)
            self.world.tell(*self.world.list_visits(lead_id, 4, age=HOUR, batch=name))

    def _act(self) -> None:
        """Do one of the things that people do with an alert or a lead."""
        alerts = self.world.read("SELECT id, lead_id FROM alerts WHERE acknowledged_at IS NULL ORDER BY id")
        if not alerts:
            return
        alert, now = self.random.choice(alerts), self.world.now
        (key,) = self.world.make_keys(1)
        kind = self.random.choice(["acknowledge", "contact", "snooze", "snooze", "lose", "lose"])
        if kind == "acknowledge":
            self.world.tell(Acknowledgement(alert_id=alert.id, told_by="somebody"))
        elif kind == "contact":
            self.world.tell(ToldContact(lead_id=alert.lead_id, key=key, kind="call", occurred_at=now))
        elif kind == "snooze":
            self.world.tell(Snooze(lead_id=alert.lead_id, until=now + self.random.randrange(HOUR, DAY)))
        else:
            self.world.tell(ToldStage(lead_id=alert.lead_id, key=key, stage="lost", occurred_at=now))

    def _kill_worker(self) -> None:
        """Have the worker die in the middle of the next sending."""
        self.world.receivers.dies_next = True


def make_receivers(seed: int) -> Receivers:
    """Make receivers of every temper."""
    tempers = {
        "anna-2": make_flaky(f"{seed}", share=0.4),
        "ben-1": make_absent(*ABSENT),
        "dev-1": answer_gone,
        ALWAYS_DOWN: make_absent(BEGIN, END + 30 * DAY),
    }
    return Receivers(tempers)


def begin_week(url: str, *, seed: int) -> World:
    """Begin with an empty store on a Monday at midnight; four visits make a lead hot until the promotion."""
    in_force, terms = put_in_force("1", hot_from=4), make_terms(cap_per_day=CAP)
    return World(url, in_force, terms, now=BEGIN, receivers=make_receivers(seed))
