"""Turning columns into attributes: renamed, typed, joined with those of the account, unfit ones left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from features.contract import FIRMOGRAPHICS, RESERVED, Column, LeadSchema
from training.history import LEAD_COLUMNS, Suspect
from training.importing.columns import TypedColumn, to_texts, type_column
from training.importing.leaving_out import find_unfit
from training.importing.ranges import read_ranges
from training.importing.suspect_names import find_name_rule
from training.recipes.recipe import ColumnRules

_TAKEN = frozenset({*LEAD_COLUMNS, *RESERVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNote:
    """What became of one column of a file.

    Attributes
    ----------
    column, file
        The column and the file it came from.
    use
        Its role such as "id" or "outcome", "number" or "text" for an attribute, "excluded" or "left out".
    name
        The name it has in the history, empty where it is not there.
    filled
        Share of rows that have a value, in [0, 1].
    note
        A sentence, may be empty.
    """

    column: str
    file: str
    use: str
    name: str = ""
    filled: float = 1.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """Attributes by the names they have in the history, and what became of every column."""

    columns: Mapping[str, TypedColumn]
    notes: tuple[ColumnNote, ...]
    left_out: tuple[Suspect, ...] = ()


def read_attributes(
    frame: pd.DataFrame,
    rules: ColumnRules,
    *,
    file: str,
    roles: Mapping[str, str],
    exclude: Collection[str] = (),
    schema: LeadSchema | None = None,
) -> Attributes:
    """Type the columns of one table that are attributes.

    Parameters
    ----------
    frame
        The table with missing values blanked.
    rules
        The table's part of the recipe.
    file
        The file's name.
    roles
        Column → role; a column with a role is no attribute.
    exclude
        Further columns to exclude.
    schema
        The attributes of a model: these and no others are taken, of the kind they have there.
    """
    reasons = {**dict.fromkeys(exclude, "excluded on request"), **rules.exclude}
    columns: dict[str, TypedColumn] = {}
    notes: list[ColumnNote] = []
    left_out: list[Suspect] = []
    for source in map(str, frame.columns):
        use = roles.get(source) or ("excluded" if source in reasons else "")
        if use:
            notes.append(_note(frame, source, file, use=use, note=reasons.get(source, "")))
            continue
        name = _name(source, rules, columns)
        if schema is not None and name not in schema.by_name:
            notes.append(_note(frame, source, file, use="not used"))
            continue
        typed = _type(frame[source], source, name, rules, schema)
        is_kept = schema is not None or source in rules.keep
        unfit = None if is_kept else find_unfit(name, frame[source], typed)
        if unfit is None:
            columns[name] = typed
            notes.append(_note(frame, source, file, use=typed.kind, name=name, note=typed.note))
        else:
            left_out.append(_with_name_rule(replace(unfit, column=source)))
            notes.append(_note(frame, source, file, use="left out", note=unfit.evidence))
    return Attributes(columns=columns, notes=tuple(notes), left_out=tuple(left_out))


def _note(frame: pd.DataFrame, column: str, file: str, **known: Any) -> ColumnNote:
    filled = float(frame[column].notna().mean()) if len(frame) else 0.0
    return ColumnNote(column=column, file=file, filled=filled, **known)


def _with_name_rule(suspect: Suspect) -> Suspect:
    rule = find_name_rule(suspect.column)
    return replace(suspect, evidence=f"{suspect.evidence}; {rule.sentence}") if rule else suspect


def _name(source: str, rules: ColumnRules, used: Collection[str]) -> str:
    """Return the canonical name of a column, or its own, altered where the history needs that for itself."""
    canonical = {column: name for name, column in rules.firmographics.items()}
    if source in canonical:
        return canonical[source]
    name, taken = source, {*_TAKEN, *used, *rules.firmographics}
    while name in taken:
        name = f"{name} (column)"
    return name


def _type(
    values: "pd.Series[Any]", source: str, name: str, rules: ColumnRules, schema: LeadSchema | None
) -> TypedColumn:
    if source in rules.ranges:
        typed = read_ranges(values, rules.ranges[source])
    else:
        known = schema.by_name[name] if schema else _find_declared(source, name, rules)
        as_text = source in rules.texts or (known is not None and not known.is_number)
        typed = type_column(values, as_text=as_text, as_number=known is not None and known.is_number)
    factor = rules.scales.get(source)
    return typed if factor is None or typed.kind != "number" else replace(typed, values=typed.values * factor)


def _find_declared(source: str, name: str, rules: ColumnRules) -> Column | None:
    return FIRMOGRAPHICS.get(name) if source in rules.firmographics.values() else None


def join_account_attributes(own: Attributes, of_account: Attributes, rows: Any) -> Attributes:
    """Add the accounts' attributes to the leads; a lead's own value wins, the account's fills what is missing.

    Parameters
    ----------
    own
        Attributes of n leads.
    of_account
        Attributes of the accounts.
    rows
        Shape (n,), position of each lead's account, -1 where it has none.
    """
    columns = dict(own.columns)
    for name, typed in of_account.columns.items():
        spread = replace(typed, values=_spread(typed.values, rows))
        columns[name] = _fill(columns[name], spread) if name in columns else spread
    return Attributes(
        columns=columns,
        notes=(*own.notes, *of_account.notes),
        left_out=(*own.left_out, *of_account.left_out),
    )


def _spread(values: "pd.Series[Any]", rows: Any) -> "pd.Series[Any]":
    return values.reset_index(drop=True).reindex(rows).reset_index(drop=True)


def _fill(own: TypedColumn, other: TypedColumn) -> TypedColumn:
    if own.kind == "empty":
        return other
    if own.kind == other.kind:
        return replace(own, values=own.values.fillna(other.values))
    texts = to_texts(own.values).fillna(to_texts(other.values))
    return replace(own, values=texts, kind="text", note="numbers in one file and texts in the other: taken as text")


def derive_schema(columns: Mapping[str, TypedColumn]) -> LeadSchema:
    """Return the schema of typed attributes: firmographics as the contract has them, the rest by kind."""
    return LeadSchema(tuple(_derive(name, typed) for name, typed in columns.items()))


def _derive(name: str, typed: TypedColumn) -> Column:
    known = FIRMOGRAPHICS.get(name)
    is_number = typed.kind == "number"
    if known is not None and known.is_number == is_number:
        return known
    return Column(name=name, kind="number" if is_number else "text")


def complete_attributes(attributes: Attributes, schema: LeadSchema, index: pd.Index) -> Attributes:
    """Return the attributes of a schema in its order; those that no file had are missing throughout."""
    nothing = TypedColumn(values=pd.Series(float("nan"), index=index), kind="empty")
    columns = {name: attributes.columns.get(name, nothing) for name in schema.by_name}
    return replace(attributes, columns=columns)
