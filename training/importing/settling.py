"""Settling a recipe on the files at hand: what it needs must be there, what it merely knows of may be absent."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from training.importing.joining import RecipeMismatch, require_columns
from training.importing.tables import Table
from training.recipes.recipe import ROW, ColumnRules, LeadsRecipe, OutcomeRecipe, Recipe

Rules = TypeVar("Rules", bound=ColumnRules)


def settle_leads(recipe: Recipe, table: Table, *, needs_outcome: bool = True) -> tuple[Recipe, tuple[str, ...]]:
    """Return the recipe without the optional columns that the lead table lacks, and sentences about them.

    Without a need for the outcome, as for leads that are to be scored, every lead is open.

    Raises
    ------
    RecipeMismatch
        If a column that cannot be done without is not there.
    """
    present = frozenset(map(str, table.frame.columns))
    if not needs_outcome:
        recipe = replace(recipe, outcome=OutcomeRecipe())
    leads, outcome = recipe.leads, recipe.outcome
    require_columns(table, _list_needed(leads, outcome, present))
    optional = (leads.account, leads.owner, leads.value, outcome.at, *outcome.lost_where, *list_named(leads))
    absent = sorted({column for column in optional if column is not None and column not in present})
    settled = replace(
        recipe,
        leads=replace(
            leads,
            account=_only(leads.account, present),
            owner=_only(leads.owner, present),
            value=_only(leads.value, present),
            firmographics={name: col for name, col in leads.firmographics.items() if col in present},
        ),
        outcome=replace(
            outcome,
            at=_only(outcome.at, present),
            lost_where={name: values for name, values in outcome.lost_where.items() if name in present},
        ),
    )
    return settled, _say_absent(absent, table)


def _list_needed(
    leads: LeadsRecipe, outcome: OutcomeRecipe, present: Collection[str]
) -> list[tuple[str, str | None]]:
    needed: list[tuple[str, str | None]] = []
    if not names_rows(leads, present):
        needed += [("leads.id", column) for column in leads.id]
    if leads.order != ROW or ROW in present:
        needed.append(("leads.order", leads.order))
    needed.append(("leads.created_at", leads.created_at))
    needed.append(("outcome.lost_after", outcome.lost_after))
    last = ("outcome.at", outcome.at) if outcome.column is None else ("outcome.column", outcome.column)
    return [*needed, last]


def list_named_leads(recipe: Recipe) -> Iterable[str]:
    """Yield every column of the lead file that the recipe speaks of."""
    leads, outcome = recipe.leads, recipe.outcome
    single = (leads.account, leads.created_at, leads.owner, leads.value, outcome.column, outcome.at)
    yield from (column for column in (*single, outcome.lost_after) if column is not None)
    yield from (column for column in (*leads.id, leads.order) if column not in (None, ROW))
    yield from (*outcome.lost_where, *list_named(leads), *leads.exclude)


def names_rows(leads: LeadsRecipe, present: Collection[str]) -> bool:
    """Tell whether a lead is named by the number of its row, for want of an identifier."""
    return leads.id == (ROW,) and ROW not in present


def orders_rows(leads: LeadsRecipe, present: Collection[str]) -> bool:
    """Tell whether the rows stand in the order of time."""
    return leads.order == ROW and ROW not in present


def list_named(rules: ColumnRules) -> Iterable[str]:
    """Yield columns the rules speak of; exclusions are left out, since exports differ in them."""
    yield from rules.firmographics.values()
    yield from (*rules.keep, *rules.texts, *rules.ranges, *rules.scales, *rules.spellings, *rules.missing_in)


def _only(column: str | None, present: Collection[str]) -> str | None:
    return column if column in present else None


def _say_absent(absent: list[str], table: Table) -> tuple[str, ...]:
    if not absent:
        return ()
    return (f"{table.file} lacks columns that the recipe knows: {', '.join(absent)}",)


def settle_rules(rules: Rules, table: Table) -> tuple[Rules, tuple[str, ...]]:
    """Return rules without firmographics that the table lacks, and sentences about what is absent."""
    present = frozenset(map(str, table.frame.columns))
    absent = sorted({column for column in list_named(rules) if column not in present})
    kept = {name: column for name, column in rules.firmographics.items() if column in present}
    return replace(rules, firmographics=kept), _say_absent(absent, table)


def require_excluded(exclude: Collection[str], tables: Iterable[Table]) -> None:
    """Check that columns which a person wants excluded exist, since a misspelt one would stay in unseen.

    Raises
    ------
    RecipeMismatch
        If no table has such a column.
    """
    present = {str(name) for table in tables for name in table.frame.columns}
    unknown = [column for column in exclude if column not in present]
    if unknown:
        raise RecipeMismatch(
            f"there is no column {unknown[0]!r} to exclude; there are: {', '.join(sorted(present))}"
        )
