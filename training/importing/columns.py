"""Typing columns: what is missing, what is a number, what is a range, what is a text; always whole columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.recipes.recipe import ColumnRules

Kind = Literal["number", "text", "empty"]

USUAL_MISSING = ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "<NA>", "#N/A", "NaT")
"""Texts that mean "not filled in" wherever a recipe does not say otherwise; they are compared as they stand."""

_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_COMMA_GROUPS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_DECIMAL_COMMA = r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+"
_DOT_GROUPS = r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+"
_UNITS = r"^[€$£¥]\s*|\s*[€$£¥%]$"
_NEARLY = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedColumn:
    """A column with one kind: float64 with NaN, or `str` with missing; and a sentence where there is one to say."""

    values: "pd.Series[Any]"
    kind: Kind
    note: str = ""


def blank_missing(frame: pd.DataFrame, rules: ColumnRules) -> pd.DataFrame:
    """Trim texts, apply the recipe's spellings, and make every marker of "not filled in" a missing value."""
    return pd.DataFrame(
        {name: _blank(frame[name], name, rules) for name in frame.columns}, index=frame.index, copy=False
    )


def _blank(values: "pd.Series[Any]", name: str, rules: ColumnRules) -> "pd.Series[Any]":
    markers = {*rules.missing_in.get(name, USUAL_MISSING), *rules.missing}
    if not pd.api.types.is_string_dtype(values.dtype):
        return _blank_numbers(values, markers)
    texts = values.str.strip()
    spellings = rules.spellings.get(name)
    if spellings:
        texts = texts.replace(dict(spellings))
    return texts.where(~texts.isin({*markers, ""}))


def _blank_numbers(values: "pd.Series[Any]", markers: Iterable[str]) -> "pd.Series[Any]":
    numbers = [number for number in (_as_number(marker) for marker in markers) if not np.isnan(number)]
    if not numbers or not pd.api.types.is_numeric_dtype(values.dtype):
        return values
    return values.where(~values.isin(numbers))


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def type_column(values: "pd.Series[Any]", *, as_text: bool = False, as_number: bool = False) -> TypedColumn:
    """Decide what a column is, after its missing values were blanked.

    Parameters
    ----------
    values
        Shape (n,), texts or the native types of a Parquet file.
    as_text
        Codes stay texts although they look like numbers.
    as_number
        What is no number becomes missing, and is counted in the note.
    """
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        return _type_numeric(values, as_text=as_text)
    known = values.dropna()
    if known.empty:
        return TypedColumn(values=pd.Series(np.nan, index=values.index), kind="empty")
    texts = known.astype("str")
    if as_text or (not as_number and _has_leading_zeros(texts)):
        return TypedColumn(values=values.astype("str"), kind="text")
    if texts.str.lower().isin(["true", "false"]).all():
        return number_column(values, texts.index, np.where(texts.str.lower() == "true", 1.0, 0.0))
    numbers, note = read_numbers(texts)
    if as_number:
        return number_column(values, texts.index, numbers, count_unread(texts, numbers))
    if not np.isnan(numbers).any():
        return number_column(values, texts.index, numbers, note)
    return TypedColumn(values=values.astype("str"), kind="text", note=_say_nearly(texts, numbers))


def _type_numeric(values: "pd.Series[Any]", *, as_text: bool) -> TypedColumn:
    if as_text:
        return TypedColumn(values=to_texts(values), kind="text")
    numbers = values.astype("float64").replace([np.inf, -np.inf], np.nan)
    return TypedColumn(values=numbers, kind="number" if numbers.notna().any() else "empty")


def number_column(
    values: "pd.Series[Any]", rows: pd.Index, numbers: NDArray[np.float64], note: str = ""
) -> TypedColumn:
    """Return `numbers` at `rows` as a column as long as `values`, NaN elsewhere."""
    full = pd.Series(np.nan, index=values.index)
    full[rows] = numbers
    return TypedColumn(values=full, kind="number" if full.notna().any() else "empty", note=note)


def _has_leading_zeros(texts: "pd.Series[str]") -> bool:
    """Tell whether these are codes, such as postal codes: a number is not written 01234."""
    return bool(texts.str.fullmatch(r"0[0-9]+").any())


def read_numbers(texts: "pd.Series[str]") -> tuple[NDArray[np.float64], str]:
    """Read texts as numbers, NaN where one is none; commas and dots are decided from the whole column.

    Returns
    -------
    numbers
        Shape (n,), finite or NaN.
    note
        How commas were understood, empty where there were none.
    """
    codes, distinct = pd.factorize(texts)
    numbers, note = _read_distinct_numbers(pd.Series(distinct, dtype="str"))
    return numbers[codes], note


def _read_distinct_numbers(texts: "pd.Series[str]") -> tuple[NDArray[np.float64], str]:
    if texts.str.fullmatch(_PLAIN).all():
        return _finite(texts), ""
    bare = texts.str.replace(_UNITS, "", regex=True)
    styles = (
        (rf"{_PLAIN}", bare, ""),
        (rf"{_PLAIN}|{_COMMA_GROUPS}", bare.str.replace(",", ""), "commas were read as groups of thousands"),
        (
            rf"[+-]?[0-9]+|{_DECIMAL_COMMA}|{_DOT_GROUPS}",
            bare.str.replace(".", "").str.replace(",", "."),
            "commas were read as decimal commas",
        ),
    )
    shares = [float(bare.str.fullmatch(pattern).mean()) for pattern, _, _ in styles]
    pattern, cleaned, note = styles[int(np.argmax(shares))]
    return _finite(cleaned.where(bare.str.fullmatch(pattern))), note


def _finite(texts: "pd.Series[str]") -> NDArray[np.float64]:
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def count_unread(texts: "pd.Series[str]", numbers: NDArray[np.float64]) -> str:
    """Return a sentence on the texts that could not be read as numbers, empty if all could."""
    unread = np.isnan(numbers)
    if not unread.any():
        return ""
    return f"{unread.sum():,} values such as {texts[unread].iloc[0][:40]!r} are no numbers and count as missing"


def _say_nearly(texts: "pd.Series[str]", numbers: NDArray[np.float64]) -> str:
    unread = np.isnan(numbers)
    if unread.mean() > 1 - _NEARLY:
        return ""
    examples = ", ".join(repr(text[:40]) for text in texts[unread].unique()[:3])
    return f"would be a number but for {examples}: list them under missing_in"


def to_texts(values: "pd.Series[Any]") -> "pd.Series[str]":
    """Return values as people write them: whole numbers without a decimal point, missing stays missing."""
    if pd.api.types.is_string_dtype(values.dtype):
        return values.astype("str")
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("str").str.lower()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.astype("str")
    if pd.api.types.is_float_dtype(values.dtype):
        return values.astype("str").str.replace(r"\.0$", "", regex=True).where(values.notna())
    return values.astype("str")
