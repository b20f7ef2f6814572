"""The demo company's past: everything its CRM holds at one moment."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pandas as pd

from hotlead.company.arrivals import draw_arrivals
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.entrance import gather_crowd
from hotlead.company.firms import draw_firms, write_down
from hotlead.company.handling import Handling, invent_handling
from hotlead.company.journeys import live_through, warm_up
from hotlead.company.outcomes import describe_outcomes
from hotlead.company.seasons import DAY, to_microseconds, to_timestamps
from hotlead.company.spending import draw_spending
from hotlead.company.telling import tell_events, tell_leads

LEADS_PER_FIRM = 2.4


class EmptyHistory(ValueError):
    """A history was asked for without months or without leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The truth behind a history, kept so that the days after it follow the same laws."""

    firms: pd.DataFrame
    leads: pd.DataFrame
    crowd: Crowd
    pulse: Pulse
    origin: int

    def describe_leads(self) -> pd.DataFrame:
        """Return what handling depends on: ``created``, ``owner``, ``source``, ``industry`` and ``appetite``."""
        industry = self.firms["industry"].to_numpy()[self.leads["firm"].to_numpy()]
        known = self.leads[["created", "owner", "source"]]
        return known.assign(industry=industry, appetite=self.crowd.appetite)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyHistory:
    """What the CRM of the demo company holds at ``until``.

    ``accounts``, ``leads`` and ``events`` are the export; ``handling`` says how leads were handled, ``spending``
    what marketing spent a month; ``world`` is the hidden truth and no part of it.
    """

    accounts: pd.DataFrame
    leads: pd.DataFrame
    events: pd.DataFrame
    handling: Handling
    spending: pd.DataFrame
    until: datetime
    seed: int
    world: World = field(repr=False)


def generate_history(*, until: datetime, months: int = 12, leads: int = 6000, seed: int = 7) -> CompanyHistory:
    """Return the demo company's history of ``months`` that ends at ``until``.

    Raises
    ------
    NaiveTime
        If ``until`` has no time zone.
    EmptyHistory
        If ``months`` or ``leads`` is less than one.
    """
    if months < 1 or leads < 1:
        raise EmptyHistory("A history needs at least one month and one lead.")
    rng = np.random.default_rng(seed)
    end = to_microseconds(until)
    begin = _find_origin(end, months)
    firms = draw_firms(rng, max(1, round(leads / LEADS_PER_FIRM)))
    arrivals = draw_arrivals(rng, firms, begin, end, leads)
    crowd, rest = gather_crowd(rng, arrivals, firms)
    pulse, sessions = live_through(
        rng, crowd, warm_up(rng, rest), begin=begin, days=(end - begin) // DAY, origin=begin
    )
    world = World(firms=firms, leads=arrivals, crowd=crowd, pulse=pulse, origin=begin)
    accounts, told = write_down(rng, firms), _tell_fates(rng, world)
    events = _export(tell_events(rng, arrivals, pulse, sessions, end=end), end)
    return CompanyHistory(
        accounts=accounts,
        leads=told,
        events=events,
        handling=invent_handling(told, world.describe_leads(), events, until=end, seed=seed),
        spending=draw_spending(begin=begin, end=end, leads_a_year=leads * 12 / months, seed=seed),
        until=until,
        seed=seed,
        world=world,
    )


def _find_origin(end: int, months: int) -> int:
    """Return the same time of day, ``months`` earlier, in microseconds."""
    back = pd.Timestamp(end, unit="us") - pd.DateOffset(months=months)
    return to_microseconds(back.tz_localize("UTC").to_pydatetime())


def _tell_fates(rng: np.random.Generator, world: World) -> pd.DataFrame:
    told = tell_leads(rng, world.leads)
    fates = describe_outcomes(rng, world.leads, world.crowd, world.pulse)
    return told.assign(**{column: fates[column] for column in fates.columns})


def _export(events: pd.DataFrame, end: int) -> pd.DataFrame:
    """Record at ``end`` what is still on its way then: an export syncs everything first."""
    latest = to_timestamps(np.array([end]))[0]
    on_its_way = events["recorded_at"] > latest
    return events.assign(recorded_at=events["recorded_at"].mask(on_its_way, latest))
