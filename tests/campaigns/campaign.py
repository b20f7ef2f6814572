"""A campaign: the service is killed again and again while callers write and a receiver listens."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from agreement.people import TEAM
from features.times import to_micros
from serving.channels.secrets import new_secret
from serving.store.database import Database
from tests.campaigns.auditing import Findings, audit, is_at_rest
from tests.campaigns.callers import Caller
from tests.campaigns.grounds import Kind, lend_store, open_channel, publish_easy_scorer, write_easy_terms
from tests.campaigns.memory import Memory
from tests.campaigns.moments import Moment, Plan, choose_plan
from tests.campaigns.processes import Processes
from tests.campaigns.receiver import Receiver

_N_CALLERS = 4
# A moment that does not come, because nothing is told any more, must not hold up the campaign.
_PATIENCE_SECONDS = 15.0
# A dead worker's lease lasts a minute; what it held is sent again after that.
_REST_SECONDS = 240.0


@dataclass(slots=True, kw_only=True)
class Toll:
    """What a campaign has done so far."""

    runs: int = 0
    seconds: float = 0.0
    start_seconds: float = 0.0
    kills: "Counter[str]" = field(default_factory=Counter)
    rests: list[Findings] = field(default_factory=list)

    @property
    def n_broken(self) -> int:
        """How many promises the audits found broken."""
        return sum(sum(findings.broken.values()) for findings in self.rests)


@dataclass(slots=True, kw_only=True)
class Campaign:
    """The parts of a campaign on one store."""

    processes: Processes
    receiver: Receiver
    database: Database
    callers: list[Caller]
    memory: Memory
    random: Random
    toll: Toll = field(default_factory=Toll)

    def run(self) -> None:
        """Start the service, let callers write, and kill it at a moment of its own."""
        began = time.monotonic()
        moment = Moment(choose_plan(self.random))
        victims = self._choose_victims()
        self._listen(moment)
        self.processes.start()
        with self._calling(moment, invents=True):
            came = moment.wait(_PATIENCE_SECONDS) if moment.plan.trigger == "start" else self._live(moment, began)
            self.processes.kill(victims)
            moment.is_over.set()
        self.toll.runs += 1
        self.toll.kills[_name_kill(moment.plan, came, victims)] += 1
        self.toll.seconds += time.monotonic() - began

    def rest(self) -> Findings:
        """Let the service finish everything undisturbed, kill it idle, and audit."""
        self._listen(None)
        self.processes.start()
        moment = Moment(Plan(trigger="start", count=2, delay_seconds=0.0, awaits_model=False))
        with self._calling(moment, invents=False):
            self.processes.await_page("/readyz")
        self._await_rest()
        self.processes.kill(self.processes.names)
        findings = audit(self.database, self.memory, self.receiver)
        self.toll.rests.append(findings)
        return findings

    def _live(self, moment: Moment, began: float) -> bool:
        self.processes.await_page("/readyz")
        self.toll.start_seconds += time.monotonic() - began
        return moment.wait(_PATIENCE_SECONDS)

    def _choose_victims(self) -> list[str]:
        names = list(self.processes.names)
        return self.random.choice([[name] for name in names] + ([names] if len(names) > 1 else []))

    def _listen(self, moment: Moment | None) -> None:
        self.receiver.on_receipt = (lambda: None) if moment is None else moment.receive
        self.receiver.on_reply = (lambda: None) if moment is None else lambda: _happen(moment, "reply")

    @contextmanager
    def _calling(self, moment: Moment, *, invents: bool) -> Iterator[None]:
        """Have callers write while the block runs; those that invent nothing end by themselves."""
        threads = [
            threading.Thread(target=self._call, args=(caller, moment, invents), daemon=True)
            for caller in self.callers
        ]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()

    def _call(self, caller: Caller, moment: Moment, invents: bool) -> None:
        while moment.plan.awaits_model and not moment.is_over.is_set() and not self._is_ready():
            moment.is_over.wait(0.05)
        caller.call(self.processes.port, moment.is_over, lambda: _happen(moment, "answer"), invents=invents)

    def _is_ready(self) -> bool:
        return self.processes.answers("/readyz")

    def _await_rest(self) -> None:
        deadline = time.monotonic() + _REST_SECONDS
        while time.monotonic() < deadline:
            with self.database.reading() as connection:
                if is_at_rest(connection, to_micros(datetime.now(UTC))):
                    return
            time.sleep(0.25)


@contextmanager
def campaigning(kind: Kind, folder: Path, seed: int, *, apart: bool = False) -> Iterator[Campaign]:
    """Prepare a campaign in a folder, and clear up after it."""
    random, memory = Random(seed), Memory()
    secret = new_secret(random.randbytes)
    publish_easy_scorer(folder)
    write_easy_terms(folder)
    receiver = Receiver(secret)
    with lend_store(kind, folder) as url:
        open_channel(url, TEAM.id, f"http://127.0.0.1:{receiver.port}/hook", secret)
        trusted = {"HOTLEAD_DATABASE_URL": url, "HOTLEAD_TRUSTED_TARGETS": f"127.0.0.1:{receiver.port}"}
        processes, database = Processes(folder, trusted, apart=apart), Database(url)
        try:
            yield Campaign(
                processes=processes,
                receiver=receiver,
                database=database,
                callers=[_hire(n, random.getrandbits(64), memory) for n in range(_N_CALLERS)],
                memory=memory,
                random=random,
            )
        finally:
            processes.kill(processes.names)
            database.close()
            receiver.close()


def carry_out(campaign: Campaign, runs: int, audit_every: int, on_run: Callable[[Toll], None]) -> Toll:
    """Run a campaign, with an audit every so often and one at its end."""
    campaign.rest()
    for number in range(1, runs + 1):
        campaign.run()
        on_run(campaign.toll)
        if number == runs or number % audit_every == 0:
            campaign.rest()
    return campaign.toll


def _hire(number: int, seed: int, memory: Memory) -> Caller:
    return Caller(f"caller-{number}", Random(seed), memory, lambda: datetime.now(UTC))


def _happen(moment: Moment, trigger: str) -> None:
    moment.happen(trigger)  # type: ignore[arg-type]


def _name_kill(plan: Plan, came: bool, victims: list[str]) -> str:
    when = {
        "start": "while starting",
        "answer": "after an answer",
        "receipt": "holding a webhook",
        "reply": "after a reply",
    }
    return f"{'+'.join(victims)} {when[plan.trigger] if came else 'when nothing came'}"
