"""The days after the history: open leads go on under the same laws, new leads come in."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from hotlead.company.arrivals import draw_arrivals
from hotlead.company.entrance import gather_crowd
from hotlead.company.firms import draw_firms, write_down
from hotlead.company.handling import Handling, invent_handling
from hotlead.company.history import LEADS_PER_FIRM, CompanyHistory, World
from hotlead.company.journeys import live_through, warm_up
from hotlead.company.outcomes import describe_outcomes
from hotlead.company.seasons import DAY, to_microseconds, to_timestamps
from hotlead.company.spending import draw_spending
from hotlead.company.telling import tell_events, tell_leads


class NoDays(ValueError):
    """Live days were asked for, but not a single day."""


class StartsTooEarly(ValueError):
    """The live days were asked to start before the history ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDays:
    """What comes in after a history.

    ``accounts`` and ``leads`` are new and as they were created (open, no outcome); ``events`` come in the
    order of ``recorded_at``, ``closings`` in the order of ``closed_at``, both of old and new leads. ``handling``
    and ``spending`` speak of the whole time, as the CRM holds them at the end of these days.
    """

    accounts: pd.DataFrame
    leads: pd.DataFrame
    events: pd.DataFrame
    closings: pd.DataFrame
    handling: Handling
    spending: pd.DataFrame


def generate_live(
    *,
    history: CompanyHistory,
    start: datetime,
    days: int = 14,
    new_leads: int | None = None,
    seed: int | None = None,
) -> LiveDays:
    """Return the ``days`` from ``start``; the world stands still between the end of the history and ``start``.

    ``new_leads`` follows the rate of the history unless given; ``seed`` is the history's unless given.

    Raises
    ------
    NoDays
        If ``days`` is less than one.
    StartsTooEarly
        If ``start`` lies before the end of the history.
    NaiveTime
        If ``start`` has no time zone.
    """
    if days < 1:
        raise NoDays("Ask for at least one live day.")
    begin = to_microseconds(start)
    if begin < to_microseconds(history.until):
        raise StartsTooEarly(f"The history ends at {history.until.isoformat()}: start the live days then or later.")
    # The second number keeps these draws apart from those of the history with the same seed.
    rng = np.random.default_rng([history.seed if seed is None else seed, 1])
    newcomers = _count_newcomers(history, days) if new_leads is None else new_leads
    world = _receive(rng, history.world, begin, begin + days * DAY, newcomers)
    return _live(rng, history, world, begin, days)


def _live(rng: np.random.Generator, history: CompanyHistory, world: World, begin: int, days: int) -> LiveDays:
    crowd, origin = world.crowd, world.origin
    pulse, sessions = live_through(rng, crowd, world.pulse, begin=begin, days=days, origin=origin)
    first = len(history.events) + 1
    events = tell_events(rng, world.leads, pulse, sessions, end=begin + days * DAY, first=first)
    fates = describe_outcomes(rng, world.leads, crowd, pulse)
    closings = fates[fates["closed_at"] >= to_timestamps(np.array([begin]))[0]]
    closings = closings.sort_values("closed_at", kind="stable", ignore_index=True)
    accounts = write_down(rng, world.firms.iloc[len(history.world.firms) :].reset_index(drop=True))
    newcomers = tell_leads(rng, world.leads.iloc[len(history.world.leads) :].reset_index(drop=True))
    return LiveDays(
        accounts=accounts,
        leads=newcomers,
        events=events.sort_values("recorded_at", kind="stable", ignore_index=True),
        closings=closings,
        handling=_continue_handling(history, world, newcomers, events, closings, begin + days * DAY),
        spending=_continue_spending(history, begin + days * DAY),
    )


def _continue_handling(
    history: CompanyHistory,
    world: World,
    newcomers: pd.DataFrame,
    events: pd.DataFrame,
    closings: pd.DataFrame,
    end: int,
) -> Handling:
    leads = close_leads(pd.concat([history.leads, newcomers], ignore_index=True), closings)
    done = pd.concat([history.events, events], ignore_index=True)
    return invent_handling(leads, world.describe_leads(), done, until=end, seed=history.seed)


def _continue_spending(history: CompanyHistory, end: int) -> pd.DataFrame:
    origin = history.world.origin
    rate = len(history.leads) * 365 * DAY / (to_microseconds(history.until) - origin)
    return draw_spending(begin=origin, end=end, leads_a_year=rate, seed=history.seed)


def close_leads(leads: pd.DataFrame, closings: pd.DataFrame) -> pd.DataFrame:
    """Return the leads with the outcomes of those that have closed since."""
    columns = [name for name in closings.columns if name != "lead_id"]
    closed = leads.set_index("lead_id")
    closed.loc[closings["lead_id"], columns] = closings.set_index("lead_id")[columns]
    return closed.reset_index()[leads.columns]


def _count_newcomers(history: CompanyHistory, days: int) -> int:
    past = (to_microseconds(history.until) - history.world.origin) / DAY
    return round(len(history.leads) * days / past)


def _receive(rng: np.random.Generator, world: World, begin: int, end: int, newcomers: int) -> World:
    """Return the world with new leads that are created in ``[begin, end)``, some of them at known firms."""
    if newcomers == 0:
        return world
    known = len(world.firms)
    new_firms = draw_firms(rng, round(newcomers / LEADS_PER_FIRM), first=known + 1)
    firms = pd.concat([world.firms, new_firms], ignore_index=True)
    leads = draw_arrivals(rng, firms, begin, end, newcomers, first=len(world.leads) + 1)
    groups = len(world.pulse.project)
    crowd, rest = gather_crowd(rng, leads, firms, known_firms=known, groups=groups)
    return World(
        firms=firms,
        leads=pd.concat([world.leads, leads], ignore_index=True),
        crowd=world.crowd.joined_by(crowd),
        pulse=world.pulse.joined_by(warm_up(rng, rest)),
        origin=world.origin,
    )
