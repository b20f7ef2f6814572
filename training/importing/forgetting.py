"""Forgetting: what speaks of somebody whom we were told to forget is left out, counted, and shown nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.history import History
from training.importing.fingerprinting import compute_fingerprint

Name = tuple[str, str]
IsForgotten = Callable[[Sequence[Name]], Sequence[bool]]
"""Tells of names, ``("lead", id)`` or ``("email", address)``, which are of somebody forgotten."""

CODE = "forgotten"


def find_forgotten(
    frame: pd.DataFrame, lead_ids: "pd.Series[Any]", is_forgotten: IsForgotten | None
) -> NDArray[np.bool_]:
    """Return shape (n,): which rows speak of somebody forgotten, by their lead or by an address in any cell."""
    found = np.zeros(len(frame), dtype=bool)
    if is_forgotten is None or not len(frame):
        return found
    found |= _find(lead_ids, "lead", is_forgotten)
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name].dtype):
            found |= _find(frame[name], "email", is_forgotten)
    return found


def forget_again(history: History, is_forgotten: IsForgotten | None) -> tuple[History, int]:
    """Return a history without those who were forgotten since it was imported, and how many leads that were."""
    leads, events = history.leads, history.events
    gone = find_forgotten(leads, leads["lead_id"], is_forgotten)
    if not gone.any():
        return history, 0
    kept = leads[~gone].reset_index(drop=True)
    rest = events[~events["lead_id"].isin(leads.loc[gone, "lead_id"])].reset_index(drop=True)
    about = replace(history.about, fingerprint=compute_fingerprint(kept, rest))
    return replace(history, leads=kept, events=rest, about=about), int(gone.sum())


def _find(values: "pd.Series[Any]", kind: str, is_forgotten: IsForgotten) -> NDArray[np.bool_]:
    distinct = [text for text in values.dropna().unique() if isinstance(text, str)]
    asked = distinct if kind == "lead" else [text for text in distinct if "@" in text]
    told = is_forgotten([(kind, text) for text in asked])
    gone = [text for text, is_gone in zip(asked, told, strict=True) if is_gone]
    return values.isin(gone).to_numpy(dtype=bool)
