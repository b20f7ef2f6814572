"""Meters: what the service counts of itself, in Prometheus' text format."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from features.times import SECOND
from serving.championing import ScorerInForce
from serving.channels.sending import Outcome
from serving.usecases.delivering import Leased
from serving.usecases.ingesting import Ingested

# From one lead on a good day to a thousand with reasons.
_ALERT_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Meters:
    """Counters with a registry of their own, so that two apps in one process count apart."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "hotlead_requests", "Answers by route and status.", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "hotlead_request_seconds",
            "Time from request to answer, by route.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.refused = Counter(
            "hotlead_refused_requests", "Requests refused, by code.", ("code",), registry=self.registry
        )
        self.guesses = Counter("hotlead_refused_sign_ins", "Sign-ins above a limit.", registry=self.registry)
        self.leads = Counter("hotlead_scored_leads", "Leads scored.", registry=self.registry)
        self.warned = Counter(
            "hotlead_warned_leads", "Leads answered with a warning, such as unknown fields.", registry=self.registry
        )
        self.refusals = Counter(
            "hotlead_refused_champions", "Models that failed their proof.", registry=self.registry
        )
        self.swaps = Counter("hotlead_champion_swaps", "Models put in force.", registry=self.registry)
        self.champion = Gauge(
            "hotlead_champion", "The model in force.", ("version", "fingerprint"), registry=self.registry
        )

        self._add_live_meters()

    def _add_live_meters(self) -> None:
        def count(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"hotlead_{name}", text, labels, registry=self.registry)

        def time(name: str, text: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(f"hotlead_{name}_seconds", text, buckets=tuple(buckets), registry=self.registry)

        self.batches = count("batches", "Transactions committed by the writer.")
        self.facts = count("stored_events", "Events stored, each once.")
        self.looks = count("rescored_leads", "Leads scored because of what was told.")
        self.alerts = count("alerts", "Alerts told in the transaction of their score.")
        self.deliveries = count("delivery_attempts", "Attempts to send, by what became of them.", "code", "state")
        self.waits = time("event_to_score", "From an event's arrival to its durable score.", _SECONDS)
        self.alert_waits = time("score_to_alert", "From a message's score to its delivery.", _ALERT_SECONDS)
        self.queue = Gauge("hotlead_queue_items", "Items that wait for a commit.", registry=self.registry)
        self.outbox = Gauge("hotlead_outbox_deliveries", "Deliveries by state.", ("state",), registry=self.registry)
        self.outbox_age = Gauge(
            "hotlead_outbox_oldest_seconds", "Age of the oldest first attempt that waits.", registry=self.registry
        )

    def record_batch(self, ingested: Ingested, n_requests: int, waited: float) -> None:
        """Record a committed transaction, and how long the request that waited longest did."""
        self.batches.inc()
        self.facts.inc(ingested.n_events)
        self.looks.inc(ingested.n_scored)
        self.alerts.inc(ingested.n_told)
        if n_requests:
            self.waits.observe(waited)

    def record_state(self, n_waiting: int, outbox: Mapping[str, int], oldest_seconds: float) -> None:
        """Record how much waits now."""
        self.queue.set(n_waiting)
        for state in ("due", "delivered", "dead"):
            self.outbox.labels(state).set(outbox.get(state, 0))
        self.outbox_age.set(oldest_seconds)

    def record_outcome(self, leased: Leased, outcome: Outcome, state: str, now: int) -> None:
        """Record an attempt to send."""
        self.deliveries.labels(outcome.code, state).inc()
        if outcome.is_delivered and leased.attempts == 0:
            self.alert_waits.observe((now - leased.created_at) / SECOND)

    def count_attempts(self) -> tuple[int, int]:
        """Count the attempts to send that succeeded, and those that failed."""
        samples = [sample for metric in self.deliveries.collect() for sample in metric.samples]
        counted = [(s.labels["code"], int(s.value)) for s in samples if s.name.endswith("_total")]
        sent = sum(count for code, count in counted if code == "delivered")
        return sent, sum(count for _, count in counted) - sent

    def record_swap(self, in_force: ScorerInForce) -> None:
        """Record that a model was put in force."""
        self.swaps.inc()
        self.champion.clear()
        self.champion.labels(in_force.champion.version, in_force.champion.fingerprint).set(1)

    def render(self) -> bytes:
        """Return all counts as text."""
        return generate_latest(self.registry)
