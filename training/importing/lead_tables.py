"""Building the lead table: identifiers, times, outcome and attributes from the raw file and its companions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.contract import LeadSchema
from training.importing.attributes import Attributes, complete_attributes, join_account_attributes, read_attributes
from training.importing.columns import blank_missing
from training.importing.forgetting import IsForgotten
from training.importing.joining import join_look_up, load_accounts, rename_headers
from training.importing.lead_roles import list_roles, read_roles
from training.importing.rejecting import RejectionLog
from training.importing.settling import (
    list_named,
    list_named_leads,
    require_excluded,
    settle_leads,
    settle_rules,
)
from training.importing.tables import Table
from training.recipes.recipe import AccountsRecipe, Recipe

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
    lines
        Shape (n,), the line of the lead file each lead starts on.
    attributes
        What may become features, and what became of every column.
    n_accounts
        Rows of the account table that can be used.
    warnings
        Sentences about the file and the recipe.
    """

    roles: pd.DataFrame
    lines: NDArray[np.int64]
    attributes: Attributes
    n_accounts: int = 0
    warnings: tuple[str, ...] = ()


def build_leads(
    sources: LeadSources,
    recipe: Recipe,
    log: RejectionLog,
    exclude: Collection[str] = (),
    schema: LeadSchema | None = None,
    is_forgotten: IsForgotten | None = None,
) -> LeadTable:
    """Build leads from their files; rows that cannot be used go to `log`.

    With the `schema` of a model the leads have its attributes, and no outcome is looked for.

    Raises
    ------
    RecipeMismatch
        If a column or a file that the recipe needs is not there.
    """
    table = _prepare(sources, recipe)
    roles_known = list_roles(recipe)
    recipe, absent = settle_leads(recipe, table, needs_outcome=schema is None)
    require_excluded(exclude, [table, *([sources.accounts] if sources.accounts else [])])
    table, roles, notes = read_roles(table, recipe, log, is_forgotten)
    attributes = read_attributes(
        table.frame, recipe.leads, file=table.file, roles=roles_known, exclude=exclude, schema=schema
    )
    warnings, n_accounts, lines = [*table.warnings, *absent, *notes], 0, table.lines
    if sources.accounts is not None and recipe.accounts is not None:
        table = _load_accounts(sources.accounts, recipe.accounts, log)
        attributes, more = _join_accounts(attributes, roles, table, recipe.accounts, exclude, schema)
        warnings, n_accounts = [*warnings, *more], len(table)
    if schema is not None:
        attributes = complete_attributes(attributes, schema, roles.index)
    return LeadTable(
        roles=roles, lines=lines, attributes=attributes, n_accounts=n_accounts, warnings=tuple(warnings)
    )


def _prepare(sources: LeadSources, recipe: Recipe) -> Table:
    rules = recipe.leads
    table = rename_headers(sources.leads, rules.aliases, list_named_leads(recipe))
    table = table.with_frame(blank_missing(table.frame, rules))
    for look_up in rules.join:
        table = join_look_up(table, look_up, rules, sources.folder, sources.read)
    return table


def _load_accounts(table: Table, rules: AccountsRecipe, log: RejectionLog) -> Table:
    table = rename_headers(table, rules.aliases, [rules.id, *list_named(rules), *rules.exclude])
    return load_accounts(table.with_frame(blank_missing(table.frame, rules)), rules.id, log)


def _join_accounts(
    attributes: Attributes,
    roles: pd.DataFrame,
    table: Table,
    rules: AccountsRecipe,
    exclude: Collection[str],
    schema: LeadSchema | None,
) -> tuple[Attributes, list[str]]:
    rules, absent = settle_rules(rules, table)
    of_account = read_attributes(
        table.frame, rules, file=table.file, roles={"account_id": "id"}, exclude=exclude, schema=schema
    )
    notes = tuple(replace(note, column=rules.id) if note.use == "id" else note for note in of_account.notes)
    of_account = replace(of_account, notes=notes)
    rows = pd.Index(table.frame["account_id"]).get_indexer(pd.Index(roles["account_id"]))
    unmatched = int(((rows < 0) & roles["account_id"].notna().to_numpy(dtype=bool)).sum())
    warnings = [*table.warnings, *absent]
    if unmatched > _SHORT_OF_ACCOUNTS * len(roles):
        warnings.append(f"{unmatched:,} leads name an account that {table.file} does not have")
    return join_account_attributes(attributes, of_account, rows), warnings
