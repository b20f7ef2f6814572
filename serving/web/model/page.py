"""The page of the model: champion and challenger side by side, and what their tests and the store say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from agreement.counting.predictions import MonthOfPredictions
from agreement.funnel.previewing import Ledger
from models.drift import SLIGHT, STRONG
from models.findings import Driver, Measured
from serving.championing import ScorerInForce
from serving.store.audit import list_audit
from serving.usecases.drifting import Drift, measure_drift
from serving.usecases.judging import Judged, Rivals, compare_months, find_horizon, gather_rivals
from serving.web.model.curves import (
    draw_both_gains,
    draw_both_reliabilities,
    draw_months,
    draw_spread,
)
from serving.web.model.remembering import Remembered
from serving.web.model.thresholds import STEP, Bench, read_bench, round_percent
from serving.web.visit import Visit

_MOST_DRIVERS = 12
_MOST_FAMILIES = 8
_MOST_DEEDS = 8

Watched = tuple[Sequence[MonthOfPredictions], Drift]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRow:
    """A family's share of all that moves scores, by the champion and by the challenger; None where it has none."""

    name: str
    shares: Sequence[float | None]


class ModelPage:
    """Shows the page; what takes long of it is remembered for some minutes."""

    def __init__(self) -> None:
        self._watched: Remembered[Watched] = Remembered()
        self._ledgers: Remembered[Ledger] = Remembered()

    def show(self, visit: Visit, connection: Connection) -> Response:
        """Show the page."""
        in_force = visit.service.championing.in_force
        rivals = gather_rivals(visit.service.settings.home, in_force)
        drivers = compare_drivers(rivals)
        told = {
            "rivals": rivals,
            "trouble": visit.service.championing.trouble or rivals.trouble,
            "can_order": visit.service.promotions.is_possible,
            "work": visit.service.promotions.latest,
            "models": [(role, judged) for role, judged in _list_roles(rivals) if judged is not None],
            "reliability": draw_both_reliabilities(visit, rivals),
            "gains": draw_both_gains(visit, rivals),
            "drivers": drivers,
            "largest": max((share or 0.0 for row in drivers for share in row.shares), default=1.0),
            "measured": _list_measured(rivals),
            "deeds": list_audit(connection, most=_MOST_DEEDS, what="model"),
            "bench": None,
            "spread": None,
            **self._watch(visit, connection, in_force),
        }
        if in_force is not None and rivals.champion is not None:
            told |= self.show_bench(visit, connection, in_force, rivals.champion, visit.get("hot"))
        return visit.render("model/page.html", **told)

    def show_bench(
        self, visit: Visit, connection: Connection, in_force: ScorerInForce, champion: Judged, told: str
    ) -> dict[str, Any]:
        """Gather what the part on thresholds shows, at the one that was told in per cent."""
        bench = read_bench(visit, connection, in_force, champion, told, self._ledgers)
        tried = None if bench.tried is None else bench.tried.hot
        return {
            "bench": bench,
            "spread": draw_spread(visit, champion, bench.open_now, tried),
            "step": STEP,
            "at": round_percent(bench.shown.hot),
            "stands": tell_load(bench),
        }

    def _watch(self, visit: Visit, connection: Connection, in_force: ScorerInForce | None) -> Mapping[str, Any]:
        if in_force is None:
            return {"months": None, "drift": None, "families": (), "limits": (SLIGHT, STRONG), "horizon": None}
        horizon = find_horizon(in_force)
        months, drift = self._watched.get(
            in_force.champion, visit.now, lambda: _watch(visit, connection, in_force, horizon)
        )
        return {
            "months": draw_months(visit, months),
            "drift": drift,
            "families": drift.families[:_MOST_FAMILIES],
            "limits": (SLIGHT, STRONG),
            "horizon": horizon,
        }


def tell_load(bench: Bench) -> str:
    """Tell how a week's hot leads stand to what people can answer; nothing where no week was counted."""
    week, capacity = bench.shown.per_week, bench.capacity.per_week
    if capacity is None:
        return "unknown"
    if week is None:
        return ""
    if week.high <= capacity:
        return "within"
    return "beyond" if week.mean > capacity else "perhaps"


def compare_drivers(rivals: Rivals) -> list[DriverRow]:
    """Compare what moves the scores of both models, each family by its part of all, the champion's first."""
    told = [judged.findings.drivers if judged and judged.findings else () for _, judged in _list_roles(rivals)]
    shares = [_share_out(drivers) for drivers in told]
    names = sorted({name for each in shares for name in each}, key=lambda n: [-each.get(n, 0.0) for each in shares])
    return [DriverRow(name=name, shares=[each.get(name) for each in shares]) for name in names[:_MOST_DRIVERS]]


def _watch(visit: Visit, connection: Connection, in_force: ScorerInForce, horizon: int | None) -> Watched:
    drift = measure_drift(connection, in_force, now=visit.now)
    if horizon is None:
        return [], drift
    return compare_months(connection, horizon_days=horizon, now=visit.now, zone=visit.terms.zone), drift


def _list_roles(rivals: Rivals) -> list[tuple[str, Judged | None]]:
    return [("champion", rivals.champion), ("challenger", rivals.challenger)]


def _share_out(drivers: Sequence[Driver]) -> dict[str, float]:
    total = sum(driver.importance for driver in drivers)
    return {driver.name: driver.importance / total for driver in drivers} if total else {}


def _list_measured(rivals: Rivals) -> list[tuple[str, str, Measured]]:
    """List the rows of the table of figures: each model, and beneath it the baselines of its own test."""
    return [
        (role, judged.number, row)
        for role, judged in _list_roles(rivals)
        if judged is not None and judged.findings is not None
        for row in judged.findings.measured
    ]
