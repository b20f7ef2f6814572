"""Reading ranges such as ``50-100`` as numbers, so that their order is not lost."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.importing.columns import TypedColumn, count_unread, number_column, to_texts
from training.recipes.recipe import RangeRule

_AMOUNT = r"([0-9][0-9.,]*)\s*([kKmM]?)"
_BEFORE = r"(?:under|up to|below|less than|<=?)"
_OPEN = r"(\+|or more|and more|and over)"
_RANGE = rf"{_BEFORE}?\s*{_AMOUNT}\s*(?:(?:-|–|to|bis)\s*{_AMOUNT}|{_OPEN}?)(?:\s*[A-Za-z ]{{0,20}})"
_BELOW = rf"\s*{_BEFORE}\s*[0-9].*"
_SCALES: Mapping[str, float] = {"": 1.0, "k": 1e3, "m": 1e6}
_NEARLY = 0.95


def read_ranges(values: "pd.Series[Any]", rule: RangeRule) -> TypedColumn:
    """Read ranges such as ``50-100``, ``35-49K``, ``10,000+`` or ``Under 15K`` as one number each.

    An open range stands for the end it names; what is no range and no number becomes missing.
    """
    known = values.dropna()
    texts = to_texts(known)
    unique = pd.Series(texts.unique(), dtype="str")
    numbers = dict(zip(unique, _read_unique_ranges(unique, rule), strict=True))
    read = texts.map(numbers).to_numpy(dtype=np.float64)
    return number_column(values, texts.index, read, count_unread(texts, read))


def _read_unique_ranges(texts: "pd.Series[str]", rule: RangeRule) -> NDArray[np.float64]:
    lowered = texts.str.lower().str.strip()
    parts = lowered.str.extract(f"^{_RANGE}$")
    high_scale = parts[3].fillna("").where(parts[2].notna(), parts[1].fillna(""))
    low_scale = parts[1].fillna("").where(parts[1].fillna("") != "", high_scale)
    low = _plain_numbers(parts[0]) * low_scale.map(_SCALES).to_numpy(dtype=np.float64)
    high = _plain_numbers(parts[2]) * high_scale.map(_SCALES).to_numpy(dtype=np.float64)
    high = np.where(np.isnan(high), low, high)
    low = np.where(lowered.str.fullmatch(_BELOW), 0.0 * low, low)
    return {"low": low, "high": high, "middle": (low + high) / 2}[rule]


def _plain_numbers(texts: "pd.Series[str]") -> NDArray[np.float64]:
    numbers = pd.to_numeric(texts.str.replace(r"[.,](?=[0-9]{3}(?:\D|$))", "", regex=True), errors="coerce")
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def looks_like_ranges(values: "pd.Series[Any]") -> bool:
    """Tell whether most distinct texts are ranges, so that their order would be lost as mere texts."""
    if not pd.api.types.is_string_dtype(values.dtype):
        return False
    unique = pd.Series(values.dropna().unique()[:200], dtype="str")
    if len(unique) < 2:
        return False
    is_range = unique.str.fullmatch(r"[^0-9]*[0-9][0-9.,]*\s*[kKmM]?\s*(?:-|–|to)\s*[0-9][0-9.,]*.*")
    numbers = _read_unique_ranges(unique, "middle")
    return bool(is_range.sum() >= 2 and (~np.isnan(numbers)).mean() >= _NEARLY)
