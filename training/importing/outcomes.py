"""Reading outcomes: which leads were won, lost or are open, and when that was settled."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.text import normal_form
from training.importing.columns import to_texts
from training.importing.moments import read_moments
from training.recipes.recipe import OutcomeRecipe

_WHOLE = re.compile(r"(-?[0-9]+)\.0+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How leads ended.

    Attributes
    ----------
    outcome
        Shape (n,), "won", "lost" or "open".
    at
        Shape (n,), when it was settled, at the end of the day where only the day is known; NaT if open.
    expires_at
        Shape (n,), when an open lead is lost by itself; NaT where it is not.
    is_unknown, is_unreadable
        Shape (n,), rows whose outcome is not listed, and rows whose date cannot be read.
    notes
        Sentences on how values were understood.
    """

    outcome: "pd.Series[str]"
    at: "pd.Series[pd.Timestamp]"
    expires_at: "pd.Series[pd.Timestamp]"
    is_unknown: NDArray[np.bool_]
    is_unreadable: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def value_key(text: str) -> str:
    """Return the form in which two spellings of an outcome are equal: ``1.0`` and ``1``, ``Won`` and ``won``."""
    key = normal_form(text)
    whole = _WHOLE.fullmatch(key)
    return whole.group(1) if whole else key


def read_outcomes(
    frame: pd.DataFrame, recipe: OutcomeRecipe, *, zone: ZoneInfo, day_first: bool | None = None
) -> Outcomes:
    """Read the outcomes of leads whose missing values were blanked; `recipe` names columns that are there."""
    at, is_unreadable, notes = _read_end(frame, recipe.at, zone, day_first)
    expires_at, is_odd, more = _read_end(frame, recipe.lost_after, zone, day_first)
    won = at.notna() if recipe.column is None else _is_among(frame[recipe.column], recipe.won)
    lost = pd.Series(False, index=frame.index)
    if recipe.column is not None:
        lost = _is_among(frame[recipe.column], recipe.lost)
    for column, values in recipe.lost_where.items():
        lost |= ~won & _is_among(frame[column], values)
    outcome = pd.Series(np.select([won, lost], ["won", "lost"], "open"), index=frame.index, dtype="str")
    is_open = (outcome == "open").to_numpy(dtype=bool)
    return Outcomes(
        outcome=outcome,
        at=at.mask(is_open),
        expires_at=expires_at.where(is_open),
        is_unknown=is_open & _is_unlisted(frame, recipe),
        is_unreadable=(is_unreadable & (~is_open | (recipe.column is None))) | is_odd,
        notes=(*notes, *more, *_warn_values(frame, recipe)),
    )


def _read_end(
    frame: pd.DataFrame, column: str | None, zone: ZoneInfo, day_first: bool | None
) -> tuple["pd.Series[pd.Timestamp]", NDArray[np.bool_], tuple[str, ...]]:
    """What is dated by the day alone was known when the day was over, no sooner."""
    if column is None:
        nothing = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        return nothing, np.zeros(len(frame), dtype=bool), ()
    moments = read_moments(frame[column], zone=zone, day_first=day_first)
    return moments.at("end"), moments.is_unreadable, tuple(f"{column}: {note}" for note in moments.notes)


def _keys(values: "pd.Series[Any]") -> "pd.Series[str]":
    texts = to_texts(values)
    return texts.map({text: value_key(text) for text in texts.dropna().unique()})


def _is_among(values: "pd.Series[Any]", wanted: tuple[str, ...]) -> "pd.Series[bool]":
    return _keys(values).isin([value_key(text) for text in wanted])


def _is_unlisted(frame: pd.DataFrame, recipe: OutcomeRecipe) -> NDArray[np.bool_]:
    """Where the recipe lists the open values, what is filled in and listed nowhere is a mistake."""
    if recipe.column is None or not recipe.open:
        return np.zeros(len(frame), dtype=bool)
    values = frame[recipe.column]
    return (values.notna() & ~_is_among(values, recipe.open)).to_numpy(dtype=bool)


def _warn_values(frame: pd.DataFrame, recipe: OutcomeRecipe) -> tuple[str, ...]:
    if recipe.column is None:
        return ()
    present = set(_keys(frame[recipe.column]).dropna())
    absent = [text for text in (*recipe.won, *recipe.lost) if value_key(text) not in present]
    if not absent:
        return ()
    return (f"no lead has the outcome {', '.join(map(repr, absent))} in {recipe.column!r}",)


def close_expired(leads: pd.DataFrame, expires_at: "pd.Series[Any]", until: datetime | None) -> pd.DataFrame:
    """Mark open leads as lost whose last day was over by `until`."""
    if until is None:
        return leads
    over = (expires_at <= until) & (leads["outcome"] == "open")
    return leads.assign(
        outcome=leads["outcome"].mask(over, "lost"), outcome_at=leads["outcome_at"].mask(over, expires_at)
    )
