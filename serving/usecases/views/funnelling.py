"""Funnelling: the view of the funnel: who reached which stage, who went on, and who stands where."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from agreement.counting.rates import Rate
from agreement.funnel.conversions import Conversion
from agreement.funnel.funnel import Funnel, GroupStage, StageFigures, compute_funnel
from agreement.funnel.waking import Waking
from agreement.funnel.won_values import AverageValue
from agreement.stages import Stage
from serving.usecases.views.figures import Cell, FigureRow, Figures, FigureTable, spread_rate

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question

_NOTHING = Rate(count=0, of=0)


def look_at_funnel(question: "Question") -> Figures:
    """Return the figures of the funnel."""
    assumed = question.terms.assumed
    funnel = compute_funnel(
        question.lives,
        question.period,
        as_of=question.now,
        horizon_days=assumed.horizon_days,
        assumed_value=assumed.average_won_value,
    )
    return Figures(
        view="funnel",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals={**spread_value(funnel.average_value), "horizon_days": assumed.horizon_days},
        tables=_lay_out(funnel),
        notes=list(_list_notes(funnel, assumed.horizon_days)),
    )


def spread_value(average: AverageValue, name: str = "average_won_value") -> dict[str, Cell]:
    """Return an average won value as cells: euros, of how many deals, their interval, and where they come from."""
    return {
        name: average.euros,
        f"{name}_n": average.n,
        f"{name}_low": average.low,
        f"{name}_high": average.high,
        f"{name}_origin": average.origin,
    }


def _lay_out(funnel: Funnel) -> Sequence[FigureTable]:
    steps = [stage.conversion for stage in funnel.stages if stage.conversion is not None]
    return (
        FigureTable(name="stages", title="Stages", rows=[_row_stage(stage) for stage in funnel.stages]),
        FigureTable(
            name="conversions",
            title="Conversions",
            rows=[row_conversion(each) for each in (*steps, *funnel.spans)],
        ),
        FigureTable(name="standing", title="Where leads stand now", rows=[_row_standing(s) for s in funnel.stages]),
        FigureTable(name="left", title="Recycled and lost", rows=list(_row_exits(funnel.stages))),
        FigureTable(name="recycled", title="What became of the recycled", rows=[*map(_row_waking, funnel.wakings)]),
        FigureTable(name="sources", title="By source", rows=[_row_group("source", g) for g in funnel.by_source]),
        FigureTable(name="owners", title="By owner", rows=[_row_group("owner", g) for g in funnel.by_owner]),
    )


def _row_stage(stage: StageFigures) -> FigureRow:
    cells: Mapping[str, Cell] = {
        "reached": len(stage.reached),
        **_spread_conversion(stage.conversion),
        "standing": len(stage.standing),
        "euros": stage.euros,
        "recycled": len(stage.recycled),
        "lost": len(stage.lost),
    }
    return FigureRow(key=stage.stage, cells=cells, lead_ids=stage.reached)


def row_conversion(conversion: Conversion) -> FigureRow:
    """Return a conversion between two stages as a row."""
    key = f"{conversion.begin}:{conversion.end}"
    return FigureRow(key=key, cells=_spread_conversion(conversion, "rate"), lead_ids=conversion.lead_ids)


def _spread_conversion(conversion: Conversion | None, name: str = "to_next") -> dict[str, Cell]:
    """Return a conversion as cells; customers have none, and the same columns."""
    if conversion is None:
        return {**spread_rate(name, _NOTHING), "immature": None, "median_days": None, "slow_days": None}
    return {
        **spread_rate(name, conversion.rate),
        "immature": conversion.immature,
        "median_days": conversion.median_days,
        "slow_days": conversion.slow_days,
    }


def _row_standing(stage: StageFigures) -> FigureRow:
    cells: Mapping[str, Cell] = {
        "standing": len(stage.standing),
        "euros": stage.euros,
        "unvalued": stage.unvalued,
    }
    return FigureRow(key=stage.stage, cells=cells, lead_ids=stage.standing)


def _row_exits(stages: Iterable[StageFigures]) -> Iterable[FigureRow]:
    for stage in stages:
        for way_out, lead_ids in ((Stage.RECYCLED, stage.recycled), (Stage.LOST, stage.lost)):
            cells: Mapping[str, Cell] = {"stage": stage.stage, "to": way_out, "count": len(lead_ids)}
            yield FigureRow(key=f"{stage.stage}:{way_out}", cells=cells, lead_ids=lead_ids)


def _row_waking(waking: Waking) -> FigureRow:
    cells: Mapping[str, Cell] = {
        "recycled": len(waking.lead_ids),
        **spread_rate("woken", waking.woken),
        "immature": waking.immature,
        **spread_rate("to_sql", waking.to_sql),
        **spread_rate("to_customer", waking.to_customer),
    }
    return FigureRow(key=waking.stage or "all", cells=cells, lead_ids=waking.lead_ids)


def _row_group(kind: str, group: GroupStage) -> FigureRow:
    cells: Mapping[str, Cell] = {
        kind: group.group,
        "stage": group.stage,
        "reached": len(group.reached),
        **_spread_conversion(group.conversion),
    }
    return FigureRow(key=f"{group.group}:{group.stage}", cells=cells, lead_ids=group.reached)


def _list_notes(funnel: Funnel, horizon_days: int) -> Iterable[str]:
    yield (
        f"Rates and days are of leads that have had {horizon_days} days since they reached the first stage, and "
        "count what they reached within them; the others are immature and in no rate."
    )
    unvalued = sum(stage.unvalued for stage in funnel.stages)
    if unvalued and funnel.average_value.euros is None:
        yield "Euros are missing where leads have no value of their own: no deal was won with one, none is assumed."
    elif unvalued:
        yield f"Of the leads that stand somewhere, {unvalued} have no value and count with the average won value."
