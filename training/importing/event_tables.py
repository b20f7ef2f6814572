"""Building the event table: who, what, when it happened and when it was known."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.importing.columns import blank_missing, type_column
from training.importing.forgetting import CODE as FORGOTTEN
from training.importing.forgetting import IsForgotten, find_forgotten
from training.importing.joining import name_rows, require_columns, to_keys
from training.importing.moments import read_moments
from training.importing.rejecting import RejectionLog
from training.importing.tables import Table
from training.recipes.reading import find_zone
from training.recipes.recipe import ColumnRules, EventsRecipe, TimeRecipe

_MANY_TYPES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The leads and accounts there are; an event of nobody else is ever seen."""

    leads: Collection[str]
    accounts: Collection[str]
    is_forgotten: IsForgotten | None = None


def build_events(
    table: Table, recipe: EventsRecipe, *, time: TimeRecipe, markers: ColumnRules, known: Known, log: RejectionLog
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Build events from one file; rows that cannot be used go to `log`.

    Returns
    -------
    events
        Columns of `EVENT_COLUMNS`, then the properties as float64.
    warnings
        Sentences about the file.

    Raises
    ------
    RecipeMismatch
        If a column of the recipe is not there.
    """
    require_columns(table, _list_needed(recipe))
    used = list(dict.fromkeys(column for _, column in _list_needed(recipe) if column is not None))
    table = table.with_frame(blank_missing(table.frame[used], ColumnRules(missing=markers.missing)))
    table = _forget(table, recipe, known, log)
    events, faults, warnings = _read_columns(table, recipe, time)
    faults["unknown_lead"] = _is_unknown(events, known)
    kept = np.arange(len(table))
    rest = table
    for code, is_bad in faults.items():
        here = is_bad[kept]
        rest, kept = log.reject(rest, here, code), kept[~here]
    events = events.iloc[kept].reset_index(drop=True)
    if recipe.one_per:
        events = _merge_rows(events, rest.frame, recipe)
    return events, (*table.warnings, *warnings, *_warn_types(events, recipe))


def _forget(table: Table, recipe: EventsRecipe, known: Known, log: RejectionLog) -> Table:
    """Leave out what somebody forgotten did, before any of it could be shown as rejected."""
    if not recipe.lead:
        return table
    return log.suppress(
        table, find_forgotten(table.frame, name_rows(table.frame, recipe.lead), known.is_forgotten), FORGOTTEN
    )


def _list_needed(recipe: EventsRecipe) -> list[tuple[str, str | None]]:
    return [
        *(("events.lead", column) for column in recipe.lead),
        ("events.account", recipe.account),
        ("events.type", recipe.type),
        ("events.occurred_at", recipe.occurred_at),
        ("events.recorded_at", recipe.recorded_at),
        *(("events.properties", column) for column in recipe.properties),
        *(("events.one_per", column) for column in recipe.one_per),
    ]


def _read_columns(
    table: Table, recipe: EventsRecipe, time: TimeRecipe
) -> tuple[pd.DataFrame, dict[str, NDArray[np.bool_]], list[str]]:
    frame, nothing = table.frame, pd.Series(None, index=table.frame.index, dtype="str")
    occurred, recorded, is_odd, warnings = _read_times(frame, recipe, time)
    events = pd.DataFrame(
        {
            "lead_id": name_rows(frame, recipe.lead) if recipe.lead else nothing,
            "account_id": to_keys(frame[recipe.account]) if recipe.account else nothing,
            "type": to_keys(frame[recipe.type]) if recipe.type else _repeat(recipe.name or "", frame.index),
            "occurred_at": occurred,
            "recorded_at": recorded,
        }
    )
    for column in recipe.properties:
        typed = type_column(frame[column], as_number=True)
        events[column] = typed.values
        warnings += [f"{column}: {typed.note}"] if typed.note else []
    faults = {
        "no_lead_or_account": (events["lead_id"].isna() & events["account_id"].isna()).to_numpy(dtype=bool),
        "no_type": events["type"].isna().to_numpy(dtype=bool),
        "unreadable_date": is_odd,
        "no_time": occurred.isna().to_numpy(dtype=bool),
    }
    return events, faults, warnings


def _repeat(text: str, index: pd.Index) -> "pd.Series[str]":
    return pd.Series(text, index=index, dtype="str")


def _read_times(
    frame: pd.DataFrame, recipe: EventsRecipe, time: TimeRecipe
) -> tuple["pd.Series[Any]", "pd.Series[Any]", NDArray[np.bool_], list[str]]:
    """Read when events occurred and when they were known.

    Where only the day is known, the event occurred when the day began as far as windows go, but nobody
    could know of it before the day was over. Nothing is known before it occurred.
    """
    zone = find_zone(time.zone)
    occurred = read_moments(frame[recipe.occurred_at], zone=zone, day_first=time.day_first)
    earliest = occurred.at("end")
    warnings = [f"{recipe.occurred_at}: {note}" for note in occurred.notes]
    if occurred.is_date_only.any():
        warnings.append(f"{recipe.occurred_at} has bare dates: such an event counts as known when its day is over")
    if recipe.recorded_at is None:
        return occurred.values, earliest, occurred.is_unreadable, warnings
    recorded = read_moments(frame[recipe.recorded_at], zone=zone, day_first=time.day_first)
    known_at = recorded.at("end").fillna(earliest)
    too_early = int((known_at < occurred.values).sum())
    if too_early:
        warnings.append(
            f"{too_early:,} events were recorded before they occurred: they count as known when they occurred"
        )
    known_at = known_at.where(known_at >= occurred.values, occurred.values)
    return occurred.values, known_at, occurred.is_unreadable | recorded.is_unreadable, warnings


def _is_unknown(events: pd.DataFrame, known: Known) -> NDArray[np.bool_]:
    seen = events["lead_id"].isin(known.leads) | events["account_id"].isin(known.accounts)
    return ~seen.to_numpy(dtype=bool)


def _merge_rows(events: pd.DataFrame, source: pd.DataFrame, recipe: EventsRecipe) -> pd.DataFrame:
    """Make rows that share a key one event: properties are added up, and it is known when its last row is."""
    key = name_rows(source, recipe.one_per).reset_index(drop=True)
    who = [name for name in ("lead_id", "account_id", "type") if events[name].notna().any()]
    is_merged = key.notna().to_numpy(dtype=bool)
    merged = events[is_merged].assign(key=key[is_merged])
    grouped = merged.groupby(["key", *who], sort=False, dropna=False)
    times = grouped.agg(occurred_at=("occurred_at", "min"), recorded_at=("recorded_at", "max"))
    sums = grouped[list(recipe.properties)].sum(min_count=1) if recipe.properties else times[[]]
    together = pd.concat([times, sums], axis=1).reset_index().drop(columns="key")
    return pd.concat([together, events[~is_merged]], ignore_index=True).reindex(columns=events.columns)


def _warn_types(events: pd.DataFrame, recipe: EventsRecipe) -> list[str]:
    n_types = events["type"].nunique()
    if n_types <= _MANY_TYPES:
        return []
    return [f"{recipe.type} has {n_types:,} different values: is it the type of the event?"]
