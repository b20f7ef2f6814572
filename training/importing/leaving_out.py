"""Leaving columns out of the schema that cannot be features: empty, constant, identifiers, free text, dates."""

import re
from typing import Any

import pandas as pd

from features.contract import FIRMOGRAPHICS
from features.text import identifier
from training.history import Suspect
from training.importing.columns import TypedColumn
from training.importing.moments import looks_like_moments

_ENOUGH_ROWS = 20
_MOSTLY_DISTINCT = 0.5
_LONG_TEXT = 60
_MANY_WORDS = 8
_ID_NAME = re.compile(
    r"(^|_)(id|ids|uuid|guid|key|number|nr|no|nummer|num|code|phone|telephone|telefon|mobile|fax|puhelin|"
    r"telefono|téléphone)($|_)|[a-z](id|uuid)$"
)
_PERSONAL_NAME = re.compile(
    r"(^|_)(first_?name|last_?name|full_?name|surname|vorname|nachname|prénom|prenom|nom_de_famille|apellidos?|"
    r"cognome|etunimi|sukunimi|phone|telephone|telefon|mobile|phone_number|fax|street|street_address|"
    r"linkedin\w*|facebook\w*|twitter\w*)($|_)|^(firstname|lastname|fullname)$"
)


def find_unfit(name: str, raw: "pd.Series[Any]", typed: TypedColumn) -> Suspect | None:
    """Return why a column cannot be a feature, or None if nothing speaks against it.

    Parameters
    ----------
    name
        The column's name in the file.
    raw
        The values as they were read, missing ones blanked.
    typed
        The same values with their kind.
    """
    values = typed.values.dropna()
    if typed.kind == "empty" or values.empty:
        return _left_out(name, "empty", "no row has a value")
    if values.nunique() == 1 and len(values) == len(typed.values):
        return _left_out(name, "constant", f"every row says {values.iloc[0]!s:.40}")
    if looks_like_moments(raw):
        return _left_out(name, "date", "it holds dates, and a date as such is no feature")
    if name in FIRMOGRAPHICS:
        return None
    if _PERSONAL_NAME.search(identifier(name)):
        return _left_out(name, "personal", "its name speaks of a person's name, number or address")
    return _find_unshared(name, typed, values)


def _find_unshared(name: str, typed: TypedColumn, values: "pd.Series[Any]") -> Suspect | None:
    if len(values) < _ENOUGH_ROWS:
        return None
    distinct = values.nunique() / len(values)
    if typed.kind == "number":
        is_whole = bool((values % 1 == 0).all())
        if is_whole and distinct > 0.99 and (_ID_NAME.search(identifier(name)) or _is_counted_up(values)):
            return _left_out(name, "identifier", f"whole numbers, {distinct:.0%} of them distinct")
        return None
    if distinct > _MOSTLY_DISTINCT:
        return _left_out(name, "identifier", f"{distinct:.0%} of its texts are distinct, so no two leads share one")
    if values.str.len().mean() > _LONG_TEXT or values.str.count(" ").mean() >= _MANY_WORDS:
        return _left_out(name, "free_text", f"long texts such as {values.iloc[0][:40]!r}")
    return None


def _is_counted_up(values: "pd.Series[Any]") -> bool:
    """Tell whether numbers rise or fall by small steps row by row, as a counter does."""
    steps = values.diff().dropna()
    return bool((steps > 0).all() or (steps < 0).all()) and float(steps.abs().median()) <= 100


def _left_out(name: str, kind: str, evidence: str) -> Suspect:
    return Suspect(column=name, kind=kind, evidence=evidence, severity="low", is_left_out=True)
