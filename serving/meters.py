"""Meters: what the service counts of itself, in Prometheus' text format."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from serving.championing import ScorerInForce

# From one lead on a good day to a thousand with reasons.
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

    def record_swap(self, in_force: ScorerInForce) -> None:
        """Record that a model was put in force."""
        self.swaps.inc()
        self.champion.clear()
        self.champion.labels(in_force.champion.version, in_force.champion.fingerprint).set(1)

    def render(self) -> bytes:
        """Return all counts as text."""
        return generate_latest(self.registry)
