"""The company's last weeks: leads come, visit, turn hot and are worked on, on a clock of their own."""

import json
from random import Random
from typing import Any

from agreement.lives import Act
from agreement.stages import Stage
from features.times import DAY
from serving.usecases.told import Item, ToldAccount, ToldContact, ToldEvent, ToldLead, ToldStage
from tests.browser.cast import HOSTILE_NAMES, describe_attack, describe_somebody
from tests.serving.simulation.world import HOUR, World

WEEKS = 6
_LEADS = 84
_TICK = 12 * HOUR
_BETWEEN_VISITS = HOUR // 8
_REASONS = ("no_answer", "not_now", "no_budget", "competitor", "not_a_fit")
# Hours ago, and how many of the names come then.
_ATTACKS = (("overdue", 20, 3), ("fresh", 2, len(HOSTILE_NAMES)))
# Of hand-overs at one look: reached and taken, tried in vain, given up with a reason, left lying.
_TAKEN, _TRIED, _GIVEN_UP = 0.45, 0.65, 0.8


class Past:
    """What became of the leads until now, told to a world tick by tick."""

    def __init__(self, world: World, seed: int = 5) -> None:
        self._world, self._random = world, Random(seed)
        self._waiting = {f"L-{number:03}": number for number in range(1, _LEADS + 1)}
        self._keenness: dict[str, float] = {}

    def live(self, *, is_attacked: bool) -> None:
        """Live until the world's clock shows what it showed before."""
        now = self._world.now
        self._world.now = now - WEEKS * 7 * DAY
        self._tell_accounts()
        arrivals = self._draw_arrivals(now)
        for tick in range(self._world.now, now - _TICK, _TICK):
            self._world.run_until(tick)
            self._arrive([lead_id for lead_id in self._waiting if arrivals[lead_id] <= tick])
            self._act()
            self._sell()
        for word, hours, seen in _ATTACKS:
            self._world.run_until(now - hours * HOUR)
            names = list(HOSTILE_NAMES.items())[:seen]
            self._attack(word, names) if is_attacked else self._visit(word, len(names))
        self._world.run_until(now)

    def _draw_arrivals(self, now: int) -> dict[str, int]:
        span = now - self._world.now
        return {lead_id: now - int(self._random.uniform(0.02, 1) * span) for lead_id in self._waiting}

    def _tell_accounts(self) -> None:
        names = ("Norden Pumpen", "Officine Riva", "Satakunta Steel")
        self._world.tell(
            *(ToldAccount(id=f"A-{n}", attributes=json.dumps({"name": name})) for n, name in enumerate(names))
        )

    def _arrive(self, lead_ids: list[str]) -> None:
        for lead_id in lead_ids:
            number = self._waiting.pop(lead_id)
            told = describe_somebody(self._random, number)
            self._keenness[lead_id] = self._random.random() + 0.5 * (told["source"] == "partner")
            account = f"A-{number % 3}" if number % 2 else None
            self._tell_lead(lead_id, told, account_id=account)

    def _tell_lead(self, lead_id: str, told: dict[str, Any], **more: Any) -> None:
        at = self._world.now
        self._world.tell(ToldLead(id=lead_id, attributes=json.dumps(told), created_at=at, **more))

    def _act(self) -> None:
        acting = [lead_id for lead_id, keen in self._keenness.items() if self._random.random() < 0.14 * keen]
        items: list[Item] = [event for lead_id in acting for event in self._draw_events(lead_id)]
        if items:
            self._world.tell(*items)

    def _draw_events(self, lead_id: str) -> list[ToldEvent]:
        kinds = ["visit"] * self._random.randint(1, 3)
        if self._random.random() < 0.4 * self._keenness[lead_id]:
            kinds.append("demo_request")
        return self._list_events(lead_id, kinds)

    def _list_events(self, lead_id: str, kinds: list[str]) -> list[ToldEvent]:
        return [
            ToldEvent(
                lead_id=lead_id,
                key=key,
                type=kind,
                occurred_at=self._world.now - (number + 1) * 60_000_000,
                properties=json.dumps({"pages": self._random.randint(1, 8)} if kind == "visit" else {}),
            )
            for number, (kind, key) in enumerate(zip(kinds, self._world.make_keys(len(kinds)), strict=True))
        ]

    def _sell(self) -> None:
        for row in self._world.read(
            "SELECT id, stage FROM leads WHERE stage IN ('sql', 'opportunity') ORDER BY id"
        ):
            if self._random.random() < 0.5:
                self._work_on(row.id) if row.stage == Stage.SQL else self._close(row.id)

    def _work_on(self, lead_id: str) -> None:
        draw = self._random.random()
        if draw < _TAKEN:
            self._call(lead_id, "reached")
            self._tell_step(lead_id, Stage.SQL, act=Act.ACCEPTED)
            self._tell_step(lead_id, Stage.OPPORTUNITY, value=float(self._random.randint(8, 60) * 1_000))
        elif draw < _TRIED:
            self._call(lead_id, "no_answer")
        elif draw < _GIVEN_UP:
            self._give_up(lead_id, self._random.choice(_REASONS))

    def _give_up(self, lead_id: str, reason: str) -> None:
        stage = Stage.RECYCLED if reason in ("no_answer", "not_now") else Stage.LOST
        until = self._world.now + 60 * DAY if stage is Stage.RECYCLED else None
        self._tell_step(lead_id, stage, act=Act.REJECTED, reason=reason, until=until)

    def _close(self, lead_id: str) -> None:
        if self._random.random() < 0.25:
            won = self._random.random() < 0.6
            told: dict[str, Any] = {"value": 24_000.0} if won else {"reason": "competitor"}
            self._tell_step(lead_id, Stage.CUSTOMER if won else Stage.LOST, **told)

    def _call(self, lead_id: str, outcome: str) -> None:
        (key,) = self._world.make_keys(1)
        at = self._world.now
        call = ToldContact(lead_id=lead_id, key=key, kind="call", occurred_at=at, outcome=outcome, told_by="anna")
        self._world.tell(call)

    def _tell_step(self, lead_id: str, stage: Stage, **more: Any) -> None:
        (key,) = self._world.make_keys(1)
        at = self._world.now
        self._world.tell(ToldStage(lead_id=lead_id, key=key, stage=stage, occurred_at=at, told_by="anna", **more))

    def _attack(self, word: str, names: list[tuple[str, str]]) -> None:
        """Let some keen leads come whose words are attacks, and turn hot."""
        for number, (kind, name) in enumerate(names):
            self._turn_hot(f"{word}-{kind}", describe_attack(name, number))

    def _visit(self, word: str, count: int) -> None:
        """Let some keen leads come, one after the other, and turn hot."""
        for number in range(count):
            self._world.run_until(self._world.now + _BETWEEN_VISITS)
            told = describe_somebody(self._random, 900 + number)
            self._turn_hot(f"{word}-{number}", told | {"source": "partner", "industry": "public"})

    def _turn_hot(self, lead_id: str, told: dict[str, Any]) -> None:
        self._tell_lead(lead_id, told, owner_id="anna")
        visits = ["visit"] * self._random.randint(3, 5)
        self._world.tell(*self._list_events(lead_id, [*visits, "demo_request", "demo_request"]))
