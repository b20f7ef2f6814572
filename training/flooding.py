"""Flooding: no source may teach a model by sheer numbers, should it burst in and its leads end unlike others."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.history import History

SOURCE = "source"
_MOST_TIMES_USUAL = 8
_ALWAYS_ALLOWED = 50
# A burst that ends as others do teaches nothing wrong; beyond five standard errors it is another kind of lead.
_NEEDED_ERRORS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Floods:
    """What burst in.

    Attributes
    ----------
    is_left_out
        Shape (number of leads,): which are not learned from.
    sentences
        One a flood, for people.
    """

    is_left_out: NDArray[np.bool_]
    sentences: tuple[str, ...] = ()


def find_floods(history: History, *, seed: int) -> Floods:
    """Find the weeks in which one source brought far more leads than it usually does, with other outcomes.

    Of such a week as many leads are learned from as eight of the source's usual weeks have, at least 50, drawn at
    random. A usual week is the median of the source's other weeks. Outcomes are other where the shares of wins
    among decided leads differ by five standard errors of a pooled two-sample test of proportions.

    Parameters
    ----------
    history
        Dated, with a column ``source``; without either nothing is found.
    seed
        Of the draw.
    """
    leads = history.leads
    left_out = np.zeros(len(leads), dtype=bool)
    if SOURCE not in leads.columns or history.about.time_basis != "dated":
        return Floods(is_left_out=left_out)
    weeks = leads["created_at"].dt.tz_localize(None).dt.to_period("W-SUN")
    rng, sentences = np.random.default_rng(seed), []
    for source, rows in leads.groupby(SOURCE, sort=True, observed=True).indices.items():
        counts = weeks.iloc[rows].value_counts()
        for week, count in counts[counts > _ALWAYS_ALLOWED].items():
            usual = float(counts.drop(week).median()) if len(counts) > 1 else 0.0
            allowed = max(_ALWAYS_ALLOWED, math.ceil(_MOST_TIMES_USUAL * usual))
            flood = rows[(weeks.iloc[rows] == week).to_numpy()]
            if count > allowed and _ends_otherwise(leads["outcome"], flood):
                left_out[rng.permutation(flood)[allowed:]] = True
                sentences.append(_say(str(source), week, int(count), usual, allowed))
    return Floods(is_left_out=left_out, sentences=tuple(sentences))


def _ends_otherwise(outcomes: "pd.Series[str]", rows: NDArray[np.intp]) -> bool:
    """Tell whether leads are won more or less often than all others, by a pooled test of two proportions."""
    here = np.zeros(len(outcomes), dtype=bool)
    here[rows] = True
    won, decided = (outcomes == "won").to_numpy(), outcomes.isin(("won", "lost")).to_numpy()
    n_here, n_there = int((decided & here).sum()), int((decided & ~here).sum())
    if not n_here or not n_there:
        return bool(n_here)
    share_here, share_there = (won & here).sum() / n_here, (won & ~here).sum() / n_there
    pooled = (won & decided).sum() / (n_here + n_there)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_here + 1 / n_there))
    return bool(abs(share_here - share_there) > _NEEDED_ERRORS * error > 0)


def _say(source: str, week: pd.Period, count: int, usual: float, allowed: int) -> str:
    return (
        f"The source {source[:60]!r} brought {count:,} leads in the week of {week.start_time:%Y-%m-%d}, where "
        f"{usual:,.0f} are usual, and they end unlike others: {allowed:,} of them are learned from. "
        "Look whether they are real."
    )
