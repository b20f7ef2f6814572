"""Building the lead table: identifiers, times, outcome and attributes from the raw file and its companions."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.attributes import Attributes, join_account_attributes, read_attributes
from training.columns import blank_missing, type_column
from training.joining import join_look_up, load_accounts, name_rows, rename_headers, to_keys
from training.moments import read_moments
from training.outcomes import read_outcomes
from training.recipe import AccountsRecipe, LeadsRecipe, Recipe
from training.recipe_reading import find_zone
from training.rejecting import RejectionLog
from training.settling import (
    list_named,
    list_named_leads,
    names_rows,
    orders_rows,
    require_excluded,
    settle_leads,
    settle_rules,
)
from training.tables import Table

_SHORT_OF_ACCOUNTS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSources:
    """Where leads come from: their file, the accounts' file, look-up files in `folder`, read by `read`."""

    leads: Table
    accounts: Table | None
    folder: Path
    read: Callable[[Path], Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTable:
    """Leads, typed.

    Attributes
    ----------
    roles
        Columns of `LEAD_COLUMNS`, and ``expires_at``: when an open lead is lost by itself.
    attributes
        What may become features, and what became of every column.
    n_accounts
        Rows of the account table that can be used.
    warnings
        Sentences about the file and the recipe.
    """

    roles: pd.DataFrame
    attributes: Attributes
    n_accounts: int = 0
    warnings: tuple[str, ...] = ()


def build_leads(
    sources: LeadSources, recipe: Recipe, log: RejectionLog, exclude: Collection[str] = ()
) -> LeadTable:
    """Build leads from their files; rows that cannot be used go to `log`.

    Raises
    ------
    RecipeMismatch
        If a column or a file that the recipe needs is not there.
    """
    table = _prepare(sources, recipe)
    recipe, absent = settle_leads(recipe, table)
    require_excluded(exclude, [table, *([sources.accounts] if sources.accounts else [])])
    table, roles, notes = _read_roles(table, recipe, log)
    attributes = read_attributes(
        table.frame, recipe.leads, file=table.file, roles=list_roles(recipe), exclude=exclude
    )
    warnings, n_accounts = [*table.warnings, *absent, *notes], 0
    if sources.accounts is not None and recipe.accounts is not None:
        table = _load_accounts(sources.accounts, recipe.accounts, log)
        attributes, more = _join_accounts(attributes, roles, table, recipe.accounts, exclude)
        warnings, n_accounts = [*warnings, *more], len(table)
    return LeadTable(roles=roles, attributes=attributes, n_accounts=n_accounts, warnings=tuple(warnings))


def _prepare(sources: LeadSources, recipe: Recipe) -> Table:
    rules = recipe.leads
    table = rename_headers(sources.leads, rules.aliases, list_named_leads(recipe))
    table = table.with_frame(blank_missing(table.frame, rules))
    for look_up in rules.join:
        table = join_look_up(table, look_up, rules, sources.folder, sources.read)
    return table


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


def _read_roles(table: Table, recipe: Recipe, log: RejectionLog) -> tuple[Table, pd.DataFrame, list[str]]:
    """Read the columns with a role, rejecting the rows in which one cannot be read."""
    table = table.with_frame(table.frame.assign(**{_LEAD_ID: _name_leads(table, recipe.leads)}))
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


_LEAD_ID = "\0lead_id"
"""A header no file can have."""


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


def _load_accounts(table: Table, rules: AccountsRecipe, log: RejectionLog) -> Table:
    table = rename_headers(table, rules.aliases, [rules.id, *list_named(rules), *rules.exclude])
    return load_accounts(table.with_frame(blank_missing(table.frame, rules)), rules.id, log)


def _join_accounts(
    attributes: Attributes, roles: pd.DataFrame, table: Table, rules: AccountsRecipe, exclude: Collection[str]
) -> tuple[Attributes, list[str]]:
    rules, absent = settle_rules(rules, table)
    of_account = read_attributes(table.frame, rules, file=table.file, roles={"account_id": "id"}, exclude=exclude)
    notes = tuple(replace(note, column=rules.id) if note.use == "id" else note for note in of_account.notes)
    of_account = replace(of_account, notes=notes)
    rows = pd.Index(table.frame["account_id"]).get_indexer(pd.Index(roles["account_id"]))
    unmatched = int(((rows < 0) & roles["account_id"].notna().to_numpy(dtype=bool)).sum())
    warnings = [*table.warnings, *absent]
    if unmatched > _SHORT_OF_ACCOUNTS * len(roles):
        warnings.append(f"{unmatched:,} leads name an account that {table.file} does not have")
    return join_account_attributes(attributes, of_account, rows), warnings
