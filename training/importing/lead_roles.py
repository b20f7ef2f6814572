"""Reading the roles of leads: who they are, when they came, how they ended; rows where one cannot be read go."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from training.importing.columns import type_column
from training.importing.forgetting import CODE as FORGOTTEN
from training.importing.forgetting import IsForgotten, find_forgotten
from training.importing.joining import name_rows, to_keys
from training.importing.moments import read_moments
from training.importing.outcomes import read_outcomes
from training.importing.rejecting import RejectionLog
from training.importing.settling import names_rows, orders_rows
from training.importing.tables import Table
from training.recipes.reading import find_zone
from training.recipes.recipe import LeadsRecipe, Recipe

_LEAD_ID = "\0lead_id"
"""A header no file can have."""


def list_roles(recipe: Recipe) -> Mapping[str, str]:
    """Return column → role for the columns of the lead file that are no attributes."""
    leads, outcome = recipe.leads, recipe.outcome
    roles = dict.fromkeys(outcome.lost_where, "outcome")
    single = {
        "account": leads.account,
        "created_at": leads.created_at,
        "owner": leads.owner,
        "value": leads.value,
        "order": leads.order,
        "end of the offer": outcome.lost_after,
        "outcome_at": outcome.at,
        "outcome": outcome.column,
    }
    roles |= {column: role for role, column in single.items() if column is not None}
    return roles | dict.fromkeys(leads.id, "id")


def read_roles(
    table: Table, recipe: Recipe, log: RejectionLog, is_forgotten: IsForgotten | None = None
) -> tuple[Table, pd.DataFrame, list[str]]:
    """Read the columns with a role, rejecting the rows in which one cannot be read.

    Rows of somebody forgotten go first, before any of them could be shown as rejected.

    Returns
    -------
    table
        The rows that are left, n of them.
    roles
        Shape (n,), columns of `LEAD_COLUMNS`, and ``expires_at``: when an open lead is lost by itself.
    warnings
        Sentences on how times and values were understood.
    """
    table = table.with_frame(table.frame.assign(**{_LEAD_ID: _name_leads(table, recipe.leads)}))
    gone = find_forgotten(table.frame, table.frame[_LEAD_ID], is_forgotten)
    table = log.suppress(table, gone, FORGOTTEN)
    table = log.reject(table, table.frame[_LEAD_ID].isna().to_numpy(dtype=bool), "no_id")
    table = log.reject(table, table.frame[_LEAD_ID].duplicated().to_numpy(dtype=bool), "duplicate_id")
    zone = find_zone(recipe.time.zone)
    outcomes = read_outcomes(table.frame, recipe.outcome, zone=zone, day_first=recipe.time.day_first)
    roles = pd.DataFrame(
        {
            "lead_id": table.frame[_LEAD_ID],
            "account_id": _texts(table.frame, recipe.leads.account),
            "outcome": outcomes.outcome,
            "outcome_at": outcomes.at,
            "owner": _texts(table.frame, recipe.leads.owner),
            "expires_at": outcomes.expires_at,
        }
    )
    created, is_odd, notes = _read_created(table.frame, recipe)
    order, is_misplaced = _read_order(table, recipe)
    value, more = _read_value(table.frame, recipe.leads.value)
    roles = roles.assign(created_at=created, order=order, value=value)
    faults = {
        "unknown_outcome": outcomes.is_unknown,
        "unreadable_date": outcomes.is_unreadable | is_odd,
        "unreadable_order": is_misplaced,
    }
    table, kept = _reject_faults(table, faults, log)
    frame = table.frame.drop(columns=_LEAD_ID)
    roles = roles.iloc[kept].reset_index(drop=True)
    return table.with_frame(frame), roles, [*outcomes.notes, *notes, *more, *_warn_roles(roles)]


def _name_leads(table: Table, leads: LeadsRecipe) -> "pd.Series[str]":
    if names_rows(leads, table.frame.columns):
        return pd.Series(table.lines, index=table.frame.index).astype("str")
    return name_rows(table.frame, leads.id)


def _texts(frame: pd.DataFrame, column: str | None) -> "pd.Series[Any]":
    return pd.Series(None, index=frame.index, dtype="str") if column is None else to_keys(frame[column])


def _read_created(frame: pd.DataFrame, recipe: Recipe) -> tuple["pd.Series[Any]", Any, list[str]]:
    column = recipe.leads.created_at
    if column is None:
        nothing = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        return nothing, np.zeros(len(frame), dtype=bool), []
    zone = find_zone(recipe.time.zone)
    moments = read_moments(frame[column], zone=zone, day_first=recipe.time.day_first)
    return moments.at("start"), moments.is_unreadable, [f"{column}: {note}" for note in moments.notes]


def _read_order(table: Table, recipe: Recipe) -> tuple["pd.Series[Any]", Any]:
    """Read the order as numbers; a column of dates gives its microseconds."""
    frame, column = table.frame, recipe.leads.order
    nowhere = np.zeros(len(frame), dtype=bool)
    if column is None:
        return pd.Series(np.nan, index=frame.index), nowhere
    if orders_rows(recipe.leads, frame.columns):
        return pd.Series(table.lines.astype(np.float64), index=frame.index), nowhere
    numbers = type_column(frame[column], as_number=True).values
    if numbers.isna().all():
        zone = find_zone(recipe.time.zone)
        moments = read_moments(frame[column], zone=zone, day_first=recipe.time.day_first).values
        naive = moments.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        numbers = pd.Series(naive.astype(np.float64), index=frame.index).where(moments.notna())
    return numbers, numbers.isna().to_numpy(dtype=bool)


def _read_value(frame: pd.DataFrame, column: str | None) -> tuple["pd.Series[Any]", list[str]]:
    if column is None:
        return pd.Series(np.nan, index=frame.index), []
    typed = type_column(frame[column], as_number=True)
    return typed.values, [f"{column}: {typed.note}"] if typed.note else []


def _reject_faults(table: Table, faults: Mapping[str, Any], log: RejectionLog) -> tuple[Table, Any]:
    kept = np.arange(len(table))
    for code, is_bad in faults.items():
        here = is_bad[kept]
        table, kept = log.reject(table, here, code), kept[~here]
    return table, kept


def _warn_roles(roles: pd.DataFrame) -> list[str]:
    early = int((roles["outcome_at"] < roles["created_at"]).sum())
    warnings = [f"{early:,} leads were settled before they were created: check both dates"] if early else []
    dated = roles["created_at"].notna()
    undated = int((~dated).sum())
    if dated.any() and undated:
        warnings.append(f"{undated:,} leads have no date of creation")
    return warnings
