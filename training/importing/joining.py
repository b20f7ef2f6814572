"""Joining tables: headers under their recipe names, look-up files beside the leads, accounts onto leads."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from features.text import normal_form
from training.importing.columns import blank_missing, to_texts
from training.importing.rejecting import RejectionLog
from training.importing.tables import Table
from training.recipes.recipe import ColumnRules, LookUp

_BETWEEN = ":"


class RecipeMismatch(LookupError):
    """A recipe names a column or a file that is not there."""


def rename_headers(table: Table, aliases: Mapping[str, Sequence[str]], named: Iterable[str]) -> Table:
    """Bring headers to the names the recipe uses, whatever their case and the other names they go by."""
    present = {normal_form(str(name)): str(name) for name in table.frame.columns}
    renamed: dict[str, str] = {}
    for name in dict.fromkeys([*aliases, *named]):
        if name in table.frame.columns:
            continue
        spellings = map(normal_form, (name, *aliases.get(name, ())))
        found = next((present[spelling] for spelling in spellings if spelling in present), None)
        if found is not None and found not in renamed:
            renamed[found] = name
    return table.with_frame(table.frame.rename(columns=renamed))


def require_columns(table: Table, wanted: Iterable[tuple[str, str | None]]) -> None:
    """Check that columns are there, given as (key of the recipe, column).

    Raises
    ------
    RecipeMismatch
        If one is not; the message proposes the nearest header.
    """
    present = [str(name) for name in table.frame.columns]
    for key, column in wanted:
        if column is not None and column not in present:
            near = difflib.get_close_matches(column, present, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(present[:12])}"
            raise RecipeMismatch(f"{table.file} has no column {column!r} ({key}); {hint}")


def name_rows(frame: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[str]":
    """Return one name a row, made of several columns where need be; missing if any part is missing."""
    parts = [to_keys(frame[column]) for column in columns]
    if len(parts) == 1:
        return parts[0]
    escaped = [part.str.replace("%", "%25").str.replace(_BETWEEN, "%3A") for part in parts]
    name = escaped[0]
    for part in escaped[1:]:
        name = name + _BETWEEN + part
    return name


def to_keys(values: "pd.Series[Any]") -> "pd.Series[str]":
    """Return values as texts to match by; each distinct number is written only once, which is quick."""
    if pd.api.types.is_string_dtype(values.dtype):
        return values.astype("str")
    codes, unique = pd.factorize(values)
    texts = to_texts(pd.Series(unique))
    return texts.reindex(codes).set_axis(values.index).astype("str")


def join_look_up(
    table: Table, look_up: LookUp, rules: ColumnRules, folder: Path, read: Callable[[Path], Table]
) -> Table:
    """Add the columns of a look-up file to the leads; leads without a match keep missing values.

    Raises
    ------
    RecipeMismatch
        If the file, or a column to join on, is not there.
    """
    path = folder / look_up.file
    if not path.is_file():
        raise RecipeMismatch(f"the recipe joins {look_up.file}, which is not beside {table.file}")
    other = read(path)
    keys = [(f"join {look_up.file}", column) for column in look_up.on]
    require_columns(table, keys)
    require_columns(other, [*keys, *((f"join {look_up.file}", name) for name in look_up.columns)])
    require_columns(other, [("first_by", look_up.first_by)])
    frame = blank_missing(other.frame, rules)
    if look_up.first_by is not None:
        frame = frame.sort_values(look_up.first_by, kind="stable", na_position="last")
    return table.with_frame(_add_columns(table.frame, frame, look_up))


def _add_columns(left: pd.DataFrame, right: pd.DataFrame, look_up: LookUp) -> pd.DataFrame:
    names = look_up.columns or tuple(name for name in right.columns if name not in left.columns)
    key = name_rows(right, look_up.on)
    first = (key.notna() & ~key.duplicated()).to_numpy(dtype=bool)
    rows = pd.Index(key[first]).get_indexer(pd.Index(name_rows(left, look_up.on)))
    matched = right.loc[first, list(names)].reset_index(drop=True)
    added = matched.reindex(rows).set_axis(left.index)
    return pd.concat([left, added], axis=1)


def load_accounts(table: Table, account_id: str, log: RejectionLog) -> Table:
    """Return accounts with their name as the column ``account_id``, each once; the rest are rejected.

    Raises
    ------
    RecipeMismatch
        If the account table has no such column.
    """
    require_columns(table, [("accounts.id", account_id)])
    name = name_rows(table.frame, (account_id,))
    table = table.with_frame(table.frame.drop(columns=account_id).assign(account_id=name))
    table = log.reject(table, table.frame["account_id"].isna().to_numpy(dtype=bool), "no_id")
    return log.reject(table, table.frame["account_id"].duplicated().to_numpy(dtype=bool), "duplicate_id")
