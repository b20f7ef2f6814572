"""What leads and their owners do on a day: browsing, reading mail, attending webinars, being called."""

import numpy as np

from hotlead.company.arrays import Flags, Floats
from hotlead.company.crowd import Crowd, Pulse
from hotlead.company.seasons import (
    DAY,
    HOUR,
    compute_weekday_factor,
    draw_browsing,
    draw_working,
    find_webinar,
    is_working_day,
)
from hotlead.company.sessions import Sessions


def act(rng: np.random.Generator, crowd: Crowd, pulse: Pulse, tick: int) -> Sessions:
    """Return the sessions of the 24 hours from ``tick``; none starts after its lead has closed."""
    here = (crowd.created < tick) & (pulse.closed >= tick)
    sessions = Sessions.join(
        [
            _enter(crowd, tick),
            _browse(rng, pulse, here, tick),
            _read_mail(rng, pulse, here & pulse.subscribed & crowd.has_email, tick),
            _attend(rng, pulse, here, tick),
            _answer(rng, crowd, pulse, here, tick),
        ]
    )
    return sessions.keep(sessions.start < pulse.closed[sessions.lead])


def _enter(crowd: Crowd, tick: int) -> Sessions:
    new = np.flatnonzero((crowd.created >= tick) & (crowd.created < tick + DAY))
    return Sessions(lead=new, start=crowd.created[new], counts=crowd.entry[new])


def _browse(rng: np.random.Generator, pulse: Pulse, here: Flags, tick: int) -> Sessions:
    lead = np.repeat(np.arange(len(here)), rng.poisson(here * (0.008 + 0.14 * pulse.interest)))
    start = draw_browsing(rng, tick, len(lead))
    awake = rng.random(len(lead)) < compute_weekday_factor(start)
    sessions = Sessions.blank(lead[awake], start[awake])
    _look_round(rng, sessions, pulse.interest[sessions.lead])
    return sessions


def _look_round(rng: np.random.Generator, sessions: Sessions, interest: Floats) -> None:
    size = len(sessions)
    sessions.add("page_visit", 1 + rng.poisson(0.6 + 0.3 * interest))
    sessions.add(
        "pricing_visit", (rng.random(size) < _share(-2.4 + 0.75 * interest)) * (1 + rng.poisson(0.3, size))
    )
    sessions.add("download", rng.random(size) < _share(-2.2 + 0.3 * interest))
    sessions.add("form_submitted", rng.random(size) < _share(-3.6 + 0.3 * interest))
    sessions.add("demo_requested", rng.random(size) < _share(-4.6 + 0.8 * interest))


def _read_mail(rng: np.random.Generator, pulse: Pulse, reached: Flags, tick: int) -> Sessions:
    lead = np.flatnonzero(rng.random(len(reached)) < reached * (0.025 + 0.02 * pulse.interest))
    sessions = Sessions.blank(lead, draw_browsing(rng, tick, len(lead)))
    clicked = rng.random(len(lead)) < _share(-1.9 + 0.5 * pulse.interest[lead])
    sessions.add("email_opened", np.ones(len(lead), dtype=np.int64))
    sessions.add("email_clicked", clicked)
    sessions.add("page_visit", clicked * (1 + rng.poisson(0.8, len(lead))))
    sessions.add("unsubscribed", ~clicked & (rng.random(len(lead)) < 0.02))
    return sessions


def _attend(rng: np.random.Generator, pulse: Pulse, here: Flags, tick: int) -> Sessions:
    webinar = find_webinar(tick)
    share = 0.0 if webinar is None else 0.015 + 0.035 * pulse.interest
    lead = np.flatnonzero(rng.random(len(here)) < here * share)
    sessions = Sessions.blank(lead, (webinar or tick) + rng.integers(HOUR // 6, size=len(lead)))
    sessions.add("webinar_attended", np.ones(len(lead), dtype=np.int64))
    return sessions


def _answer(rng: np.random.Generator, crowd: Crowd, pulse: Pulse, here: Flags, tick: int) -> Sessions:
    """The owner calls who waits for an answer, and now and then an older lead."""
    chance = np.where(pulse.waiting, crowd.daily_call, 0.006)
    lead = np.flatnonzero(rng.random(len(here)) < here * chance)
    start = draw_working(rng, tick, len(lead))
    at_work = is_working_day(start)
    sessions = Sessions.blank(lead[at_work], start[at_work])
    sessions.add("call_logged", np.ones(len(sessions), dtype=np.int64))
    return sessions


def _share(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))
