"""Leads with known ends to forecast: the demo company, and the public CRM of Maven Analytics where it is there."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from agreement.lives import Life, Step
from agreement.stages import Stage
from hotlead.company import CompanyHistory, generate_history

MAVEN = Path(__file__).parents[2] / "shared" / "data" / "maven_crm" / "sales_pipeline.csv.gz"
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
MAVEN_UNTIL = datetime(2018, 1, 1, tzinfo=UTC)


def invent_company(*, seed: int, months: int = 18, leads: int = 9_000) -> list[Life]:
    """Return the demo company's leads at `UNTIL`, with the stages and values that its CRM holds."""
    return tell_lives(generate_company(seed=seed, months=months, leads=leads))


def generate_company(*, seed: int, months: int = 18, leads: int = 9_000) -> CompanyHistory:
    """Generate the demo company's history that ends at `UNTIL`."""
    return generate_history(until=UNTIL, months=months, leads=leads, seed=seed)


def tell_lives(history: CompanyHistory) -> list[Life]:
    """Return the leads of a company with the stages and values that its CRM holds."""
    steps: dict[str, list[Step]] = {}
    told = history.handling.stages
    for lead_id, stage, at, value in zip(
        told["lead_id"], told["stage"], to_instants(told["occurred_at"]), told["value"], strict=True
    ):
        step = Step(stage=Stage(stage), at=int(at), value=None if np.isnan(value) else float(value))
        steps.setdefault(lead_id, []).append(step)
    return [
        Life(lead_id=lead_id, created_at=int(at), source=source, steps=tuple(steps.get(lead_id, ())))
        for lead_id, at, source in zip(
            history.leads["lead_id"],
            to_instants(history.leads["created_at"]),
            history.leads["source"],
            strict=True,
        )
    ]


def forget_stages(lives: list[Life]) -> list[Life]:
    """Return leads of which only the beginning and the end are told, as many a CRM exports them."""
    kept = (Stage.CUSTOMER, Stage.LOST)
    return [
        Life(
            lead_id=life.lead_id,
            created_at=life.created_at,
            source=life.source,
            steps=tuple(step for step in life.steps if step.stage in kept),
        )
        for life in lives
    ]


def read_maven(path: Path = MAVEN) -> list[Life]:
    """Read the opportunities of Maven's pipeline; those that were never engaged have no date and are left out."""
    table = pd.read_csv(path, parse_dates=["engage_date", "close_date"])
    return list(_list_opportunities(table[table["engage_date"].notna()]))


def _list_opportunities(table: pd.DataFrame) -> Iterator[Life]:
    ends: Mapping[str, Stage] = {"Won": Stage.CUSTOMER, "Lost": Stage.LOST}
    columns = ("opportunity_id", "deal_stage", "close_value")
    engaged, closed = (to_instants(table[name]) for name in ("engage_date", "close_date"))
    for lead_id, told, value, begins_at, ends_at in zip(
        *(table[name] for name in columns), engaged, closed, strict=True
    ):
        steps = [Step(stage=Stage.OPPORTUNITY, at=int(begins_at))]
        if told in ends:
            won = float(value) if told == "Won" else None
            steps.append(Step(stage=ends[told], at=int(ends_at), value=won))
        yield Life(lead_id=str(lead_id), created_at=int(begins_at), steps=tuple(steps))


def to_instants(moments: "pd.Series[pd.Timestamp]") -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return moments as microseconds since 1970 in UTC."""
    stamps = pd.to_datetime(moments, utc=True)
    return np.asarray(stamps.to_numpy(dtype="datetime64[us]").astype(np.int64))
