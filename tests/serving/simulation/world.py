"""A company in a box: the real use cases and the real worker over a real database, on a clock of our own."""

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, cast

from sqlalchemy import func, select, text

from agreement.terms import Terms
from features.times import SECOND
from serving.championing import ScorerInForce
from serving.channels.sending import Sender
from serving.store.database import Database
from serving.store.edge_tables import channels
from serving.store.people import insert_channel, save_person
from serving.store.tables import alerts, deliveries, digests, leads
from serving.usecases.committing import Done, Force, Request, commit_requests
from serving.usecases.histories import Histories
from serving.usecases.ingesting import Ingested
from serving.usecases.told import Answer, Command, Item, ToldEvent, ToldLead
from serving.working import Tools, Worker
from tests.serving.simulation.heat import VISIT
from tests.serving.simulation.receivers import Receivers, WorkerDied

HOUR = 3_600 * SECOND
# Nothing the product does takes so many rounds at one moment: a worker that is still busy runs in circles.
MOST_ROUNDS = 500
_SECRET = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="


class EndlessWork(RuntimeError):
    """The worker finds something to do for ever, and nothing comes of it."""


class World:
    """A store, a worker and a clock that somebody else moves.

    Parameters
    ----------
    url
        A migrated database.
    in_force
        The scorer to begin with.
    terms
        What was agreed.
    now
        Microseconds since 1970.
    receivers
        Who is sent messages.
    """

    def __init__(
        self, url: str, in_force: ScorerInForce, terms: Terms, *, now: int, receivers: Receivers | None = None
    ) -> None:
        self.database = Database(url)
        self.in_force, self.terms, self.now = in_force, terms, now
        self.receivers = receivers or Receivers()
        self._histories = Histories(in_force.scorer.feature_set)
        self._n_workers, self._random = 0, Random(0)
        self._keys = 0
        self.worker = self.hire_worker()

    def close(self) -> None:
        """Close the store."""
        self.database.close()

    def hire_worker(self) -> Worker:
        """Return a worker that knows nothing but the store."""
        self._n_workers += 1
        tools = Tools(
            database=self.database,
            take_force=lambda: self._take_force(most_events=0),
            clock=lambda: self.now,
            sender=cast(Sender, self.receivers),
            name=f"worker-{self._n_workers}",
            randomness=self._random,
        )
        return Worker(tools)

    def restart(self) -> None:
        """Drop the worker as a killed process would, and begin with another."""
        self.worker = self.hire_worker()

    def tell(self, *items: Item) -> list[Answer]:
        """Commit a request, and return what each of its items is answered."""
        return self.ingest(*items).answers[0]  # type: ignore[return-value]

    def ingest(self, *items: Item) -> Ingested:
        """Commit a request, and return what became of it."""
        request = Request(command=Command(items=items), write=lambda *_: (200, b"{}"))
        committed = commit_requests(self.database, [request], self._take_force())
        for result in committed.results:
            if not isinstance(result, Done):
                raise result
        return committed.ingested[0]

    def tell_lead(self, lead_id: str, owner: str | None = None, **more: Any) -> None:
        """Tell of a new lead."""
        told = {"attributes": json.dumps({"name": lead_id}), "created_at": self.now, **more}
        self.tell(ToldLead(id=lead_id, owner_id=owner, **told))

    def list_visits(self, lead_id: str, visits: int, *, age: int = SECOND, batch: str = "") -> list[ToldEvent]:
        """List visits that nobody has told us of yet, as old as asked."""
        return [
            ToldEvent(lead_id=lead_id, key=key, type=VISIT, occurred_at=self.now - age, batch=batch)
            for key in self.make_keys(visits)
        ]

    def make_keys(self, n: int) -> Iterator[bytes]:
        """Make keys that nobody has used."""
        for _ in range(n):
            self._keys += 1
            yield self._keys.to_bytes(16, "big")

    def add_person(self, person_id: str, *, urls: Sequence[str] = (), **told: Any) -> None:
        """Tell of a person, or what has changed about one, and where messages for them go."""
        with self.database.writing() as connection:
            save_person(connection, person_id, json.dumps({"id": person_id, **told}), self.now)
        self.add_channels(person_id, urls)

    def add_channels(self, person_id: str, names: Sequence[str]) -> None:
        """Add channels to which messages for somebody go."""
        with self.database.writing() as connection:
            for name in names:
                insert_channel(connection, self._describe_channel(person_id, name))

    def promote(self, in_force: ScorerInForce) -> None:
        """Put another scorer in force."""
        self.in_force, self._histories = in_force, Histories(in_force.scorer.feature_set)

    def work(self) -> int:
        """Let the worker do what is due at this moment, and send; return how many rounds that took.

        Raises
        ------
        EndlessWork
            If there is no end of it.
        """
        for rounds in range(1, MOST_ROUNDS):
            # A round that found nothing may have let digests go, which the next one tells.
            if not self._do_round() and not self._is_due():
                return rounds
        raise EndlessWork(f"{MOST_ROUNDS} rounds at one moment, and still something is due")

    def run_until(self, end: int) -> None:
        """Let time pass up to a moment, stopping wherever something becomes due."""
        end = max(end, self.now)
        while (due := self.find_next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            self.work()
        self.now = end
        self.work()

    def find_next_due(self) -> int | None:
        """Find the next moment after this one at which the worker will have something to do."""
        with self.database.reading() as connection:
            found = [
                connection.execute(query).scalar()
                for query in (
                    select(func.min(alerts.c.deliver_at)).where(
                        alerts.c.state == "waiting", alerts.c.form == "single"
                    ),
                    select(func.min(digests.c.due_at)).where(digests.c.state == "waiting"),
                    select(func.min(alerts.c.escalate_at)).where(alerts.c.acknowledged_at.is_(None)),
                    select(func.min(leads.c.look_at)).where(leads.c.is_open),
                )
            ]
            query = select(deliveries.c.next_at, deliveries.c.leased_until, channels.c.rests_until)
            query = query.join(channels, channels.c.id == deliveries.c.channel_id)
            sends = connection.execute(query.where(deliveries.c.state == "due")).all()
        found += [max(at for at in row if at is not None) for row in sends]
        return min((at for at in found if at is not None), default=None)

    def read(self, query: str, **values: Any) -> list[Any]:
        """Read rows of the store by SQL."""
        with self.database.reading() as connection:
            return list(connection.execute(text(query), values))

    def _do_round(self) -> int:
        try:
            done = self.worker.do_round()
            return done + self.worker.deliver(is_retry=False) + self.worker.deliver(is_retry=True)
        except WorkerDied:
            self.restart()
            return 1

    def _is_due(self) -> bool:
        due = self.find_next_due()
        return due is not None and due <= self.now

    def _take_force(self, most_events: int | None = None) -> Force:
        histories = self._histories
        if most_events is not None:
            histories = Histories(histories.feature_set, most_events=most_events)
        return Force(now=self.now, in_force=self.in_force, terms=self.terms, histories=histories)

    def _describe_channel(self, person_id: str, url: str) -> dict[str, Any]:
        return {
            "id": url,
            "person_id": person_id,
            "kind": "webhook",
            "url": f"https://{url}.example/hook",
            "secret": _SECRET,
            "is_active": True,
            "created_at": self.now,
            "failures": 0,
            "rests_until": None,
        }


def make_terms(**alert_rules: Any) -> Terms:
    """Make terms that differ from the usual ones in their alert rules."""
    return Terms.from_json(json.dumps({"name": "simulated", "alerts": alert_rules}))
