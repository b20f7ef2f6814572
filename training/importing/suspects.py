"""Suspects: columns that seem to know the outcome, by their names and by what they tell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.history import Severity, Suspect
from training.importing.suspect_names import NameRule, find_name_rule
from training.importing.suspect_statistics import ColumnStatistics, compute_column_statistics

# Where the thresholds come from: on the public sets, honest columns explain up to 0.18 by themselves (time on
# the website 0.17, employment in the economy 0.18), leaks 0.28 to 0.81; and honest values that nearly always
# win cover 1.5 % of leads, while leaks have 10 % to 60 % of leads in such values.
TELLING = 0.25
DAMNING = 0.5
TOWERING = 1.5
ONE_SIDED_SHARE = 0.08
TELLING_MISSING = 0.15
ENOUGH_DECIDED = 100
ENOUGH_OPEN = 30
# On Maven CRM a third of the open deals have an account, and every decided one; honest columns differ by a tenth.
LATE_SHARE = 0.5
_TELLS_SOMETHING = 0.002


def find_suspects(attributes: Mapping[str, "pd.Series[Any]"], outcome: "pd.Series[str]") -> tuple[Suspect, ...]:
    """Find columns that may have been written after the outcome, the worst first.

    Parameters
    ----------
    attributes
        Name → column of shape (n,), float64 or texts with missing values.
    outcome
        Shape (n,), "won", "lost" or "open".
    """
    decided = outcome.isin(["won", "lost"]).to_numpy(dtype=bool)
    won = (outcome[decided] == "won").to_numpy(dtype=bool)
    statistics: dict[str, ColumnStatistics] = {}
    if decided.sum() >= ENOUGH_DECIDED and 0 < won.sum() < decided.sum():
        statistics = {name: compute_column_statistics(col[decided], won) for name, col in attributes.items()}
    honest = max([0.0, *(known.gain for known in statistics.values() if known.gain < TELLING)])
    found = [
        _judge(name, statistics.get(name), honest, _say_filled_late(name, values, decided))
        for name, values in attributes.items()
    ]
    rank = {"high": 0, "medium": 1, "low": 2}
    return tuple(sorted((suspect for suspect in found if suspect), key=lambda suspect: rank[suspect.severity]))


def _judge(name: str, statistics: ColumnStatistics | None, honest: float, filled_late: str) -> Suspect | None:
    evidence = [("filled_in_late", filled_late)] if filled_late else []
    if statistics is not None:
        evidence += _weigh(statistics, honest)
    rule = find_name_rule(name)
    if rule is None and not evidence:
        return None
    kind = evidence[0][0] if evidence else rule.kind if rule else ""
    sentences = ([rule.sentence] if rule else []) + [sentence for _, sentence in evidence]
    return Suspect(
        column=name,
        kind=kind,
        evidence="; ".join(sentences),
        severity=_grade(rule, [kind for kind, _ in evidence], statistics),
    )


def _grade(rule: NameRule | None, kinds: list[str], statistics: ColumnStatistics | None) -> Severity:
    if kinds and (rule or len(kinds) > 1 or "explains_outcome" in kinds):
        return "high"
    if kinds or statistics is None or statistics.gain >= _TELLS_SOMETHING:
        return "medium"
    return "low"


def _weigh(statistics: ColumnStatistics, honest: float) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    gain, towers = statistics.gain, statistics.gain >= TOWERING * honest
    if gain >= DAMNING or (gain >= TELLING and towers):
        found.append(
            (
                "explains_outcome",
                f"alone it explains {gain:.0%} of the outcome, the best of the others {honest:.0%}",
            )
        )
    if statistics.one_sided_share >= ONE_SIDED_SHARE:
        found.append(("one_sided_values", _say_one_sided(statistics)))
    if statistics.gain_of_missing >= TELLING_MISSING:
        missing, filled = statistics.missing_rates
        found.append(
            (
                "missing_follows_outcome",
                f"{filled:.0%} are won where it is filled in, {missing:.0%} where it is not",
            )
        )
    return found


def _say_one_sided(statistics: ColumnStatistics) -> str:
    return (
        f"{statistics.one_sided_share:.0%} of leads have a value that goes with one outcome only, such as "
        f"{statistics.one_sided_value[:40]!r} with {statistics.one_sided_rate:.1%} won"
    )


def _say_filled_late(name: str, values: "pd.Series[Any]", decided: NDArray[np.bool_]) -> str:
    """A column that open leads lack and decided leads have is filled in with the outcome."""
    filled = values.notna().to_numpy(dtype=bool)
    is_open = ~decided
    if is_open.sum() < ENOUGH_OPEN or decided.sum() < ENOUGH_OPEN:
        return ""
    of_open, of_decided = filled[is_open].mean(), filled[decided].mean()
    if of_open > LATE_SHARE * of_decided or of_decided < 0.2:
        return ""
    return f"{of_decided:.0%} of decided leads have it, but {of_open:.0%} of open ones"
