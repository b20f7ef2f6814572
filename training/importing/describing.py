"""Describing a history: from clean tables to what is known about them as a whole."""

from dataclasses import fields
from datetime import datetime
from typing import Any

import pandas as pd

from features.contract import LeadSchema
from training.history import EVENT_COLUMNS, History, HistoryAbout, TimeBasis
from training.importing.fingerprinting import compute_fingerprint
from training.recipes.recipe import TimeRecipe

UTC_MICROS = "datetime64[us, UTC]"
_LEAD_TYPES = {
    "lead_id": "str",
    "account_id": "str",
    "created_at": UTC_MICROS,
    "outcome": "str",
    "outcome_at": UTC_MICROS,
    "owner": "str",
    "value": "float64",
    "order": "float64",
}
_EVENT_TYPES = {
    "lead_id": "str",
    "account_id": "str",
    "type": "str",
    "occurred_at": UTC_MICROS,
    "recorded_at": UTC_MICROS,
}


def complete_leads(leads: pd.DataFrame) -> pd.DataFrame:
    """Return leads with every column of `LEAD_COLUMNS` in its type and place; what is absent is missing."""
    return _complete(leads, _LEAD_TYPES)


def complete_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with every column of `EVENT_COLUMNS` in its type and place; what is absent is missing."""
    return _complete(events, _EVENT_TYPES)


def _complete(frame: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    columns: dict[str, pd.Series[Any]] = {}
    for name, dtype in types.items():
        known = frame[name] if name in frame.columns else pd.Series(None, index=frame.index, dtype="object")
        columns[name] = known.astype(dtype)  # type: ignore[call-overload]
    rest = {str(name): frame[name] for name in frame.columns if name not in types}
    return pd.DataFrame({**columns, **rest}, index=frame.index).reset_index(drop=True)


def describe_history(
    leads: pd.DataFrame,
    events: pd.DataFrame,
    *,
    schema: LeadSchema,
    time: TimeRecipe | None = None,
    **known: Any,
) -> History:
    """Return a history with its time basis, event types, base rate, span and fingerprint worked out.

    Parameters
    ----------
    leads
        At least `lead_id` and `outcome` of `LEAD_COLUMNS`, and the attributes of `schema`.
    events
        At least `type` and `occurred_at` of `EVENT_COLUMNS` and numeric properties; may be empty.
    schema
        The attributes that may become features.
    time
        Horizon, snapshots and the last moment the data know of.
    known
        Further fields of `HistoryAbout` as they are.
    """
    time = time or TimeRecipe()
    leads, events = complete_leads(leads), complete_events(events)
    observed_until = time.observed_until or find_last_moment(leads, events)
    about = HistoryAbout(
        schema=schema,
        time_basis=_find_time_basis(leads),
        event_types=tuple((str(name), int(n)) for name, n in events["type"].value_counts(sort=True).items()),
        quantities=tuple(str(name) for name in events.columns if name not in EVENT_COLUMNS),
        has_accounts=_has_accounts(leads, events),
        horizon_days=time.horizon_days,
        snapshots=time.snapshots,
        base_rate=_compute_base_rate(leads, time.horizon_days, observed_until),
        span=_find_span(leads["created_at"]),
        observed_until=observed_until,
        fingerprint=compute_fingerprint(leads, events),
        **_check_known(known),
    )
    return History(leads=leads, events=events, about=about)


def _check_known(known: dict[str, Any]) -> dict[str, Any]:
    unknown = set(known) - {field.name for field in fields(HistoryAbout)}
    if unknown:
        raise TypeError(f"HistoryAbout has no field {', '.join(sorted(unknown))}")
    return known


def _find_time_basis(leads: pd.DataFrame) -> TimeBasis:
    if leads["created_at"].notna().any():
        return "dated"
    return "ordered" if leads["order"].notna().any() else "undated"


def _has_accounts(leads: pd.DataFrame, events: pd.DataFrame) -> bool:
    if len(events) and events["lead_id"].isna().all():
        return True
    return bool(leads["account_id"].value_counts().gt(1).any())


def find_last_moment(leads: pd.DataFrame, events: pd.DataFrame) -> datetime | None:
    """Return the latest of all times in the tables, None where there is none."""
    latest = [leads["created_at"].max(), leads["outcome_at"].max(), events["recorded_at"].max()]
    known = [moment for moment in latest if not pd.isna(moment)]
    return max(known).to_pydatetime() if known else None


def _find_span(created_at: "pd.Series[Any]") -> tuple[datetime, datetime] | None:
    if created_at.isna().all():
        return None
    return created_at.min().to_pydatetime(), created_at.max().to_pydatetime()


def _compute_base_rate(leads: pd.DataFrame, horizon_days: int | None, until: datetime | None) -> float | None:
    """Compute the share of won leads.

    With a horizon, of the leads whose horizon is over, those won within it: in younger leads the wins are
    known before the losses are. Without one, of the leads that are won or lost.
    """
    is_won = leads["outcome"] == "won"
    counts = leads["outcome"].isin(["won", "lost"])
    if horizon_days is not None and until is not None:
        end = leads["created_at"] + pd.Timedelta(days=horizon_days)
        if (end <= until).any():
            counts, is_won = end <= until, is_won & ~(leads["outcome_at"] > end)
    return float(is_won[counts].mean()) if counts.any() else None
