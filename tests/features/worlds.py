"""Small random worlds for the tests of the engine, as records and as the tables that the engine reads."""

import math
import random
from dataclasses import dataclass

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from features.contract import Column, LeadSchema
from features.engine import FeatureTable, compute_features
from features.event_kinds import (
    ActiveDays,
    ActiveLeads,
    DaysSince,
    DecayedCount,
    EventCount,
    FirstSeen,
    PropertySum,
    Trend,
    TypeShare,
)
from features.feature_set import FeatureSet
from features.lead_kinds import (
    Attribute,
    Department,
    EmailKind,
    Given,
    LeadAge,
    RevenueBand,
    Seniority,
    SizeBand,
)
from features.tables import UNKNOWN, EventLog, LeadTable, SnapshotTable
from features.times import MISSING_TIME
from tests.features.oracle import DAY, PlainEvent, PlainLead

NOON = 20_500 * DAY + DAY // 2
YEAR_ONE, YEAR_9999 = -62_135_596_800_000_000, 253_402_300_799_999_999
TYPES = ("visit", "download", "form", "nobody names this")
ACCOUNTS = ("acme", "globex")
QUANTITIES = ("pages", "minutes")
SCHEMA = LeadSchema(
    (
        Column(name="employees", kind="integer", low=0, high=1e8),
        Column(name="revenue", kind="number", low=0, high=1e13),
        Column(name="role", kind="text"),
        Column(name="email", kind="text"),
        Column(name="source", kind="text"),
    )
)


@dataclass(frozen=True)
class World:
    """Leads, events and snapshots (lead, as_of)."""

    leads: list[PlainLead]
    events: list[PlainEvent]
    snapshots: list[tuple[int, int]]

    def lead_table(self) -> LeadTable:
        """Return the leads as the engine reads them."""
        created = [MISSING_TIME if lead.created_at is None else lead.created_at for lead in self.leads]
        codes = [UNKNOWN if lead.account is None else ACCOUNTS.index(lead.account) for lead in self.leads]
        columns = {
            column.name: np.array(
                [lead.columns[column.name] for lead in self.leads], np.float64 if column.is_number else object
            )
            for column in SCHEMA.columns
        }
        return LeadTable(
            ids=np.arange(len(self.leads)).astype(object),
            account=np.array(codes, np.int32),
            account_ids=pd.Index(ACCOUNTS),
            created_at=np.array(created, np.int64),
            attributes=columns,
        )

    def event_log(self) -> EventLog:
        """Return the events as the engine reads them."""
        return EventLog(
            lead=np.array([UNKNOWN if e.lead is None else e.lead for e in self.events], np.int32),
            account=np.array([self._account(e) for e in self.events], np.int32),
            type=np.array([TYPES.index(e.type) for e in self.events], np.int32),
            types=TYPES,
            occurred_at=np.array([e.occurred_at for e in self.events], np.int64),
            recorded_at=np.array([e.recorded_at for e in self.events], np.int64),
            properties=np.array(
                [[e.properties.get(name, math.nan) for e in self.events] for name in QUANTITIES], np.float64
            ).reshape(len(QUANTITIES), len(self.events)),
            property_names=QUANTITIES,
        )

    def snapshot_table(self) -> SnapshotTable:
        """Return the snapshots as the engine reads them."""
        return SnapshotTable(
            lead=np.array([lead for lead, _ in self.snapshots], np.int32),
            as_of=np.array([as_of for _, as_of in self.snapshots], np.int64),
        )

    def _account(self, event: PlainEvent) -> int:
        account = event.account
        if account is None and event.lead is not None:
            account = self.leads[event.lead].account
        return UNKNOWN if account is None else ACCOUNTS.index(account)


# Few distinct moments, so that events fall together, on edges of windows, and one microsecond beside them.
moments = st.one_of(
    st.builds(
        lambda days, micros: NOON - days * DAY + micros,
        st.sampled_from((0, 1, 2, 7, 14, 28, 30, 60, 90, 400)),
        st.integers(-1, 1),
    ),
    st.integers(NOON - 100 * DAY, NOON),
    st.sampled_from((0, YEAR_ONE, YEAR_9999)),
)
# Multiples of 1/8 below 2**40 add up without rounding, in whatever order.
amounts = st.one_of(st.just(math.nan), st.integers(-(2**40), 2**40).map(lambda eighths: eighths / 8))
texts = st.one_of(st.none(), st.sampled_from(("Head of Quality", "CEO", "anna@gmail.com", "x@uni.edu", "web")))


@st.composite
def plain_leads(draw):
    """Draw a lead: with or without account, creation and columns."""
    return PlainLead(
        account=draw(st.sampled_from((None, *ACCOUNTS))),
        created_at=draw(st.one_of(st.none(), moments)),
        columns={
            "employees": draw(st.sampled_from((math.nan, 0.0, 9.0, 10.0, 250.0, 1e8))),
            "revenue": draw(st.sampled_from((math.nan, 0.0, 2e6, 1e9))),
            "role": draw(texts),
            "email": draw(texts),
            "source": draw(texts),
        },
    )


@st.composite
def plain_events(draw, n_leads):
    """Draw an event of a lead, of an account alone or of neither, recorded at once, late or too early."""
    occurred = draw(moments)
    delay = draw(st.sampled_from((0, 0, 0, -5, 1, 1000, DAY, 7 * DAY, 50 * DAY, 4000 * DAY)))
    return PlainEvent(
        lead=draw(st.sampled_from((None, *range(n_leads)))),
        account=draw(st.sampled_from((None, None, *ACCOUNTS))),
        type=draw(st.sampled_from(TYPES)),
        occurred_at=occurred,
        recorded_at=occurred + delay,
        properties={name: draw(amounts) for name in QUANTITIES if draw(st.booleans())},
    )


@st.composite
def worlds(draw):
    """Draw a world of a few leads, a few dozen events and a few snapshots."""
    leads = draw(st.lists(plain_leads(), min_size=1, max_size=4))
    events = draw(st.lists(plain_events(len(leads)), max_size=40))
    told = [e.occurred_at for e in events] + [e.recorded_at for e in events]
    at = st.one_of(moments, st.sampled_from(told)) if told else moments
    snapshots = draw(st.lists(st.tuples(st.integers(0, len(leads) - 1), at), min_size=1, max_size=8))
    return World(leads, events, snapshots)


_types = st.sampled_from((None, *TYPES[:3]))
_days = st.sampled_from((None, 1, 7, 14, 30, 90))
_scopes = st.sampled_from(("lead", "account"))
event_features = st.one_of(
    *(
        st.builds(kind, _types, _days, _scopes)
        for kind in (EventCount, ActiveDays, ActiveLeads, DaysSince, FirstSeen)
    ),
    st.builds(DecayedCount, _types, _days, _scopes, half_life=st.sampled_from((0.5, 14.0))),
    st.builds(Trend, _types, st.sampled_from((1, 7, 14)), _scopes),
    st.builds(TypeShare, st.sampled_from(TYPES[:3]), _days, _scopes),
    st.builds(PropertySum, _types, _days, _scopes, quantity=st.sampled_from(QUANTITIES)),
)
lead_features = st.sampled_from(
    (
        Attribute("employees", "number"),
        Attribute("source"),
        SizeBand(),
        RevenueBand(),
        Seniority(),
        Department(),
        EmailKind(),
        Given("email"),
        Given("revenue"),
        LeadAge(),
    )
)


_WINDOWS = (None, 1, 7, 30)
EVERY_FEATURE = FeatureSet(
    SCHEMA,
    tuple(
        feature
        for scope in ("lead", "account")
        for type_ in (None, "visit", "form")
        for feature in (
            *(
                kind(type_, days, scope)
                for kind in (EventCount, ActiveDays, ActiveLeads, DaysSince, FirstSeen)
                for days in _WINDOWS
            ),
            *(
                DecayedCount(type_, days, scope, half_life=half_life)
                for days in (None, 7)
                for half_life in (0.5, 14.0)
            ),
            *(Trend(type_, days, scope) for days in (1, 7, 14)),
            *(TypeShare(type_, days, scope) for days in _WINDOWS if type_),
            *(PropertySum(type_, days, scope, quantity=name) for days in _WINDOWS for name in QUANTITIES),
        )
    ),
)
"""Every kind over events, in every scope, for a named type and for any, in several windows."""


def make_dense_world(seed: int, n_leads: int = 4, n_events: int = 80, n_snapshots: int = 12) -> World:
    """Make a world in which much falls together: events on edges of windows, at the same instant, recorded late."""
    rng = random.Random(seed)
    edges = [NOON - days * DAY + rng.choice((-1, 0, 0, 1)) for days in (0, 1, 2, 7, 8, 14, 28, 30, 37)]
    edges += [rng.randrange(NOON - 60 * DAY, NOON) for _ in range(10)]
    leads = [
        PlainLead(
            account=rng.choice((None, "acme", "acme", "globex")),
            created_at=rng.choice((None, *edges)),
            columns=dict.fromkeys(("role", "email", "source")) | {"employees": math.nan, "revenue": math.nan},
        )
        for _ in range(n_leads)
    ]
    events = [
        PlainEvent(
            lead=rng.choice((None, *range(n_leads), *range(n_leads))),
            account=rng.choice((None, None, None, *ACCOUNTS)),
            type=rng.choice(TYPES),
            occurred_at=(occurred := rng.choice(edges)),
            recorded_at=occurred + rng.choice((0, 0, 0, -5, 1, 1000, DAY, 7 * DAY)),
            properties={name: rng.randrange(-1000, 1000) / 8 for name in QUANTITIES if rng.random() < 0.7},
        )
        for _ in range(n_events)
    ]
    told = [NOON, NOON - 7 * DAY, *(event.recorded_at for event in events)]
    return World(leads, events, [(rng.randrange(n_leads), rng.choice(told)) for _ in range(n_snapshots)])


any_features = st.one_of(event_features, lead_features)


@st.composite
def feature_sets(draw, features=any_features):
    """Draw a feature set over `SCHEMA`, of features with distinct names."""
    drawn = draw(st.lists(features, min_size=1, max_size=25, unique_by=lambda feature: feature.name))
    return FeatureSet(SCHEMA, tuple(drawn))


def lead_without_columns(account: str | None = None) -> PlainLead:
    """Return a lead of which nothing is known."""
    return PlainLead(
        account=account,
        columns=dict.fromkeys(("role", "email", "source")) | {"employees": math.nan, "revenue": math.nan},
    )


def compute(world: World, feature_set: FeatureSet) -> FeatureTable:
    """Compute the features of a world."""
    return compute_features(world.lead_table(), world.event_log(), world.snapshot_table(), feature_set=feature_set)


def bits(table: FeatureTable) -> tuple:
    """Return a table as what two tables must share to be equal to the bit."""
    return table.numbers.view(np.int64).tolist(), [column.tolist() for column in table.texts]
