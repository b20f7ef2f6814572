"""Sessions: what a lead does in one sitting, and how a sitting unfolds into events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags, Floats, Integers, Words
from hotlead.company.seasons import HOUR, to_timestamps

SECOND = 1_000_000
# In the order in which they follow each other within a session.
EVENT_TYPES = (
    "email_opened",
    "email_clicked",
    "page_visit",
    "pricing_visit",
    "download",
    "webinar_attended",
    "form_submitted",
    "demo_requested",
    "call_logged",
    "unsubscribed",
)
COLUMN = {name: place for place, name in enumerate(EVENT_TYPES)}
# median and spread of the duration in seconds (log-normal), for the types that last.
_DURATIONS = {
    "page_visit": (45, 1.0),
    "pricing_visit": (75, 0.9),
    "webinar_attended": (2_100, 0.4),
    "call_logged": (260, 0.8),
}
_UNTRACKED = 0.07


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """``k`` sittings: whose (row of the crowd), when it starts, how many events of each type (k by types)."""

    lead: Integers
    start: Integers
    counts: Integers

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self.lead)

    @classmethod
    def blank(cls, lead: Integers, start: Integers) -> Self:
        """Return sessions in which nothing happens yet."""
        return cls(lead=lead, start=start, counts=np.zeros((len(lead), len(EVENT_TYPES)), dtype=np.int64))

    @classmethod
    def join(cls, parts: "Sequence[Sessions]") -> Self:
        """Return all parts one after the other."""
        return cls(
            lead=np.concatenate([part.lead for part in parts]),
            start=np.concatenate([part.start for part in parts]),
            counts=np.concatenate([part.counts for part in parts]),
        )

    def keep(self, rows: Flags) -> "Sessions":
        """Return only the marked sessions."""
        return Sessions(lead=self.lead[rows], start=self.start[rows], counts=self.counts[rows])

    def add(self, event_type: str, amount: Integers | Flags) -> None:
        """Let this many more events of one type happen in each session."""
        self.counts[:, COLUMN[event_type]] += amount

    def sum_by_lead(self, event_type: str, leads: int) -> Floats:
        """Return how many events of one type each lead of the crowd has in these sessions."""
        amounts = self.counts[:, COLUMN[event_type]].astype(np.float64)
        return np.bincount(self.lead, weights=amounts, minlength=leads).astype(np.float64)

    def count_visits(self) -> Integers:
        """Return 1 for each session on the site or in a webinar, 0 for mere mail and calls."""
        pages, webinars = (self.counts[:, COLUMN[name]] for name in ("page_visit", "webinar_attended"))
        return np.where(pages + webinars > 0, 1, 0).astype(np.int64)


def unfold(rng: np.random.Generator, sessions: Sessions) -> pd.DataFrame:
    """Return one row per event, in the order of ``occurred``.

    Returns
    -------
    DataFrame
        ``lead`` (row of the crowd), ``type``, ``occurred`` and ``recorded`` (microseconds),
        ``duration_seconds``, ``pages`` and ``questions``: NaN where unknown or not applicable.
    """
    cells = np.repeat(np.arange(sessions.counts.size), sessions.counts.ravel())
    session, kind = np.divmod(cells, len(EVENT_TYPES))
    types = np.array(EVENT_TYPES)[kind]
    duration = _draw_durations(rng, types)
    occurred = _lay_out(rng, sessions.start, session, types, duration)
    events = pd.DataFrame({"lead": sessions.lead[session], "type": types, "occurred": occurred})
    events["recorded"] = occurred + _draw_lags(rng, types)
    untracked = rng.random(len(sessions))[session] < _UNTRACKED
    events["duration_seconds"] = np.where(untracked & (types != "call_logged"), np.nan, duration)
    events["pages"] = np.where(untracked, np.nan, _draw_pages(rng, types))
    questions = rng.poisson(0.4, len(events)).astype(float)
    events["questions"] = np.where(types == "webinar_attended", questions, np.nan)
    return events.sort_values(["occurred", "lead"], kind="stable", ignore_index=True)


def name_moments(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events with their two times as timestamps, ``occurred_at`` and ``recorded_at``."""
    named = events.drop(columns=["occurred", "recorded"])
    named.insert(2, "occurred_at", to_timestamps(events["occurred"].to_numpy()))
    named.insert(3, "recorded_at", to_timestamps(events["recorded"].to_numpy()))
    return named


def _draw_durations(rng: np.random.Generator, types: Words) -> Floats:
    noise = rng.standard_normal(len(types))
    duration = np.full(len(types), np.nan)
    for name, (median, spread) in _DURATIONS.items():
        rows = types == name
        duration[rows] = np.round(median * np.exp(spread * noise[rows]))
    return duration


def _draw_pages(rng: np.random.Generator, types: Words) -> Floats:
    """Return the pages read per visit or download; 0 is a visitor who left at once, NaN does not apply."""
    read = rng.poisson(np.where(types == "download", 6.0, 1.6)).astype(float)
    return np.where(np.isin(types, ("page_visit", "pricing_visit", "download")), read, np.nan)


def _lay_out(
    rng: np.random.Generator, start: Integers, session: Integers, types: Words, duration: Floats
) -> Integers:
    """Return when each event occurs: the first as its session starts, each next one after the one before."""
    stay = np.where(types == "webinar_attended", 5.0, np.nan_to_num(np.minimum(duration, 900), nan=8.0))
    steps = ((stay + rng.uniform(1, 20, len(types))) * SECOND).astype(np.int64)
    reached = np.cumsum(steps) - steps
    first = np.searchsorted(session, session)
    occurred: Integers = start[session] + reached - reached[first]
    return occurred


def _draw_lags(rng: np.random.Generator, types: Words) -> Integers:
    """Return the microseconds until an event is recorded: often none, mostly seconds, now and then hours."""
    size = len(types)
    seconds = np.where(rng.random(size) < 0.4, 0.0, rng.exponential(2.0, size))
    slow = np.isin(types, ("webinar_attended", "call_logged"))
    seconds = np.where(slow, rng.exponential(2_400, size), seconds)
    synced = rng.random(size) < 0.03
    hours = np.where(synced, np.exp(rng.normal(1.2, 0.6, size)), 0.0)
    lags: Integers = (seconds * SECOND + hours * HOUR).astype(np.int64)
    return lags
