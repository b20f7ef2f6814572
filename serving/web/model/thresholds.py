"""Thresholds: one is tried on the page of the model, as a slider or a number, before anybody saves it."""

import math
from dataclasses import dataclass

from sqlalchemy import Connection

from agreement.funnel.previewing import Ledger
from agreement.funnel.taking import TakingCapacity, compute_capacity
from serving.championing import ScorerInForce
from serving.store.open_scores import list_open_probabilities
from serving.usecases.judging import Judged
from serving.usecases.standing import gather_people
from serving.usecases.trying_thresholds import ThresholdTrial, try_threshold
from serving.usecases.views.previewing import USUAL_WEEKS, read_ledger
from serving.web.model.remembering import Remembered
from serving.web.visit import Visit

# In per cent, as people think of it.
STEP = 0.1
_LEAST, _MOST = 0.1, 99.9


class BadThreshold(ValueError):
    """What was told is no threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the part of the page shows on which thresholds are tried.

    Attributes
    ----------
    in_force, tried
        What the threshold in force does, and the one that is tried; None where none is.
    open_now
        Probabilities of the open leads.
    most
        The end of the slider, in per cent.
    """

    in_force: ThresholdTrial
    tried: ThresholdTrial | None
    capacity: TakingCapacity
    open_now: list[float]
    wrong: str
    most: float

    @property
    def shown(self) -> ThresholdTrial:
        """Return the trial that the slider stands at."""
        return self.tried or self.in_force


def read_bench(
    visit: Visit,
    connection: Connection,
    scorer: ScorerInForce,
    judged: Judged,
    told: str,
    ledgers: Remembered[Ledger],
) -> Bench:
    """Read what the threshold in force does, and the one that somebody told in per cent, where they told one.

    Parameters
    ----------
    ledgers
        Remembers the scores of the latest weeks: a slider asks about the same ones many times.
    """
    wrong, hot = "", None
    try:
        hot = read_percent(visit, told) if told else None
    except BadThreshold as error:
        wrong = str(error)
    ledger = ledgers.get(
        (scorer.champion, visit.terms.version),
        visit.now,
        lambda: read_ledger(connection, visit.terms, visit.now, weeks=USUAL_WEEKS),
    )
    open_now = list_open_probabilities(connection, scorer.champion.fingerprint)
    known = scorer.scorer.thresholds_.hot
    in_force = try_threshold(ledger, open_now, judged.findings, visit.terms, known)
    # Rounded to the slider's step, the threshold in force is no other one.
    is_other = hot is not None and abs(100 * hot - round_percent(known)) > STEP / 2
    return Bench(
        in_force=in_force,
        tried=try_threshold(ledger, open_now, judged.findings, visit.terms, hot) if hot and is_other else None,
        capacity=compute_capacity(gather_people(connection, visit.terms).values()),
        open_now=open_now,
        wrong=wrong,
        most=_find_end(open_now, known, judged),
    )


def read_percent(visit: Visit, told: str) -> float:
    """Read a threshold told in per cent, and return it as a probability.

    Raises
    ------
    BadThreshold
        If it is no number, or none between the ends of the scale.
    """
    try:
        percent = float(told.strip().removesuffix("%").strip().replace(",", "."))
    except ValueError:
        percent = math.nan
    if not _LEAST <= percent <= _MOST:
        raise BadThreshold(visit.words.say("model.bad_threshold"))
    return round(percent, 1) / 100


def round_percent(probability: float) -> float:
    """Return a probability in per cent, as the slider shows it."""
    return round(min(max(100 * probability, _LEAST), _MOST), 1)


def _find_end(open_now: list[float], known: float, judged: Judged) -> float:
    """Find where the slider ends: above nobody is, so that its length serves where leads are."""
    rehearsed = [point.threshold for point in judged.findings.turning_points] if judged.findings else []
    return min(_MOST, float(math.ceil(100 * max([known, *open_now, *rehearsed])) + 1))
