"""The journeys of the leads, one day at a time: interest rises and fades, and people act on it."""

from dataclasses import replace

import numpy as np

from hotlead.company.activities import act
from hotlead.company.arrays import Flags, Floats
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.hazards import compute_loss_hazard, compute_win_hazard, count_active_colleagues
from hotlead.company.seasons import DAY, NEVER, draw_working, is_working_day
from hotlead.company.sessions import Sessions

# What is left the next day: behaviour fades with a half-life of one week, interest of three.
FADE = 0.905
_INTEREST_FADE = 0.97
_PROJECT_FADE = 0.95
_PROJECT_STARTS = 1 / 500
# After these days a project from before the first one has faded to 2 %.
_WARM_UP_DAYS = 80
_SHOCKS = 0.003


def live_through(
    rng: np.random.Generator, crowd: Crowd, pulse: Pulse, *, begin: int, days: int, origin: int
) -> tuple[Pulse, Sessions]:
    """Let the days pass from ``begin`` and return the state at their end and all sessions on the way."""
    parts = []
    for tick in range(begin, begin + days * DAY, DAY):
        pulse = decide(rng, crowd, pulse, tick, origin)
        sessions = act(rng, crowd, pulse, tick)
        pulse = feel(rng, crowd, pulse, sessions, tick)
        parts.append(sessions)
    return pulse, Sessions.join(parts)


def decide(rng: np.random.Generator, crowd: Crowd, pulse: Pulse, tick: int, origin: int) -> Pulse:
    """Close the leads whose deal is won or lost in the 24 hours from ``tick``."""
    win = compute_win_hazard(crowd, pulse, tick, origin)
    loss = compute_loss_hazard(crowd, pulse, tick)
    moments = draw_working(rng, tick, len(crowd))
    luck = rng.random(len(crowd))
    closes = (luck < win + loss) & is_working_day(moments) & is_open(crowd, pulse, tick)
    return replace(pulse, won=pulse.won | (closes & (luck < win)), closed=np.where(closes, moments, pulse.closed))


def feel(rng: np.random.Generator, crowd: Crowd, pulse: Pulse, sessions: Sessions, tick: int) -> Pulse:
    """Return the state after the day: old behaviour fades, new behaviour counts, interest moves."""
    leads = len(crowd)
    sums = {kind: sessions.sum_by_lead(kind, leads) for kind in ("pricing_visit", "demo_requested", "call_logged")}
    asked = sums["demo_requested"] + sessions.sum_by_lead("form_submitted", leads) > 0
    called = sums["call_logged"] > 0
    visits = np.bincount(sessions.lead, weights=sessions.count_visits(), minlength=leads)
    return replace(
        pulse,
        interest=_move_interest(rng, crowd, pulse, tick),
        project=_move_projects(rng, pulse.project),
        visits=FADE * pulse.visits + visits,
        pricing=FADE * pulse.pricing + sums["pricing_visit"],
        demos=FADE * pulse.demos + sums["demo_requested"],
        calls=FADE * pulse.calls + sums["call_logged"],
        waiting=(pulse.waiting & ~called) | asked,
        called=pulse.called | called,
        asked=pulse.asked | (sums["demo_requested"] > 0),
        subscribed=pulse.subscribed & (sessions.sum_by_lead("unsubscribed", leads) == 0),
    )


def warm_up(rng: np.random.Generator, pulse: Pulse) -> Pulse:
    """Return the state with projects under way, as if the firms had lived on before the first day."""
    project = pulse.project
    for _ in range(_WARM_UP_DAYS):
        project = _move_projects(rng, project)
    return replace(pulse, project=project)


def is_open(crowd: Crowd, pulse: Pulse, moment: int) -> Flags:
    """Tell for each lead whether it exists and is still open at the moment."""
    still_open: Flags = (crowd.created < moment) & (pulse.closed == NEVER)
    return still_open


def _move_interest(rng: np.random.Generator, crowd: Crowd, pulse: Pulse, tick: int) -> Floats:
    """Interest fades, is renewed by a project at the firm, by active colleagues and by chance."""
    shocked = rng.random(len(crowd)) < _SHOCKS
    gain = np.exp(0.3 * crowd.appetite) * (
        0.13 * pulse.project[crowd.group]
        + 0.02 * np.minimum(count_active_colleagues(crowd, pulse), 4)
        + shocked * rng.exponential(1.0, len(crowd))
    )
    moved = np.minimum(_INTEREST_FADE * pulse.interest + gain, 4.0)
    # Before a lead is created its first interest waits for it.
    return np.where(crowd.created < tick, moved, pulse.interest)


def _move_projects(rng: np.random.Generator, project: Floats) -> Floats:
    starts = rng.random(len(project)) < _PROJECT_STARTS
    return _PROJECT_FADE * project + starts * rng.exponential(1.6, len(project))
