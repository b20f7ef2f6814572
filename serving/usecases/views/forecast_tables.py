"""The forecast as rows of the view `forecast`: in total, by kinds of leads, the gap, and past forecasts."""

from collections.abc import Iterable, Iterator, Sequence

from agreement.calendar.periods import Period
from agreement.calendar.zones import compute_local_date
from agreement.forecast.forecast_gap import Gap
from agreement.forecast.outlooks import LEVELS, PastForecast
from agreement.forecast.period_forecast import PeriodForecast, SideForecast, sum_euros
from agreement.forecast.pipeline import PipelineShare, divide_by_stage, divide_pipeline
from agreement.forecast.tracks import Tracks
from agreement.lives import Life
from serving.usecases.views.figures import Cell, FigureRow, FigureTable, spread_rate

NOBODY, NO_BUCKET = "nobody", "no bucket"
ARRIVALS = "not come yet"


def list_tables(forecast: PeriodForecast, tracks: Tracks, period: Period) -> Sequence[FigureTable]:
    """List the tables of the view."""

    def divide(name: str, title: str, shares: Iterable[PipelineShare]) -> FigureTable:
        return FigureTable(name=name, title=title, rows=[*map(_row_share, shares), _row_arrivals(forecast)])

    outlook = forecast.outlook
    by_bucket = divide_pipeline(outlook, tracks, _name_bucket)
    by_owner = divide_pipeline(outlook, tracks, _name_owner)
    return (
        FigureTable(name="total", title="Revenue of the period", rows=list(_list_total(forecast))),
        divide("by_stage", "Pipeline by stage", divide_by_stage(outlook, tracks)),
        divide("by_bucket", "Pipeline by bucket", by_bucket),
        divide("by_owner", "Pipeline by owner", by_owner),
        FigureTable(name="gap", title="What closes the gap", rows=list(_list_gap(forecast.gap))),
        FigureTable(
            name="course", title="Won week by week", rows=list(_list_course(forecast, period, tracks.as_of))
        ),
        FigureTable(
            name="past",
            title="Past forecasts and what came true",
            rows=[_row_past(each, period.zone) for each in forecast.past],
        ),
    )


def spread_total(forecast: PeriodForecast) -> dict[str, Cell]:
    """Return the forecast of the whole period as cells."""
    outlook = forecast.outlook
    low, high = (outlook.find_wins(level) for level in LEVELS)
    return {
        "goal": forecast.goal,
        "won_so_far": forecast.won_euros,
        "deals_so_far": len(forecast.won),
        "expected": forecast.expected,
        "low": forecast.find_revenue(LEVELS[0]),
        "median": forecast.find_revenue(0.5),
        "high": forecast.find_revenue(LEVELS[1]),
        "deals_expected": len(forecast.won) + outlook.wins,
        "deals_low": len(forecast.won) + low,
        "deals_high": len(forecast.won) + high,
        "chance_of_goal": forecast.chance,
    }


def _list_total(forecast: PeriodForecast) -> Iterator[FigureRow]:
    won_ids = tuple(closing.life.lead_id for closing in forecast.won)
    total = spread_total(forecast)
    yield FigureRow(key="all", cells=total, lead_ids=won_ids)
    for side in forecast.sides:
        its_ids = tuple(closing.life.lead_id for closing in side.won)
        yield FigureRow(key=side.side, cells=dict.fromkeys(total) | _spread_side(side), lead_ids=its_ids)


def _spread_side(side: SideForecast) -> dict[str, Cell]:
    """Return what is known of one side; its own interval was never measured."""
    so_far = sum_euros(side.won)
    return {
        "goal": side.goal,
        "won_so_far": so_far,
        "deals_so_far": len(side.won),
        "expected": None if side.euros is None else so_far + side.euros,
        "deals_expected": len(side.won) + side.wins,
    }


def _row_share(share: PipelineShare) -> FigureRow:
    cells: dict[str, Cell] = {
        "open": len(share.lead_ids),
        "valued": share.valued,
        "value": share.euros,
        "deals_expected": share.wins,
        "expected": share.expected,
    }
    return FigureRow(key=share.name, cells=cells, lead_ids=share.lead_ids)


def _row_arrivals(forecast: PeriodForecast) -> FigureRow:
    outlook = forecast.outlook
    wins, average = outlook.prospects.arrivals, outlook.prospects.values.average.euros
    expected = wins * average if average is not None else None
    cells: dict[str, Cell] = {"open": 0, "valued": 0, "value": None, "deals_expected": wins, "expected": expected}
    return FigureRow(key=ARRIVALS, cells=cells)


def _list_gap(gap: Gap | None) -> Iterator[FigureRow]:
    if gap is None:
        return
    rate = spread_rate("sql_wins", gap.sql_wins)
    yield FigureRow(
        key="deals",
        cells={
            "gap": gap.euros,
            "more": gap.wins,
            "more_low": None,
            "more_high": None,
            "each_brings": gap.average_value,
        }
        | dict.fromkeys(rate)
        | {"origin": None},
    )
    brings = None if gap.share is None or gap.average_value is None else gap.share * gap.average_value
    yield FigureRow(
        key="sqls",
        cells={"gap": gap.euros, "more": gap.sqls, "more_low": gap.least_sqls, "more_high": gap.most_sqls}
        | {"each_brings": brings}
        | rate
        | {"origin": gap.origin},
    )


def _list_course(forecast: PeriodForecast, period: Period, as_of: int) -> Iterator[FigureRow]:
    """List what each week of the period has brought so far, and all of them together until then."""
    won = sorted(forecast.won, key=lambda closing: closing.at)
    number, so_far = 0, 0.0
    for week in period.list_weeks():
        if week.begins_at > as_of:
            return
        first, ends_at = number, week.ends_at
        while number < len(won) and won[number].at < ends_at:
            number += 1
        its = won[first:number]
        so_far += sum_euros(its)
        cells: dict[str, Cell] = {
            "until": compute_local_date(min(ends_at, as_of), period.zone).isoformat(),
            "deals": len(its),
            "euros": sum_euros(its),
            "won_so_far": so_far,
        }
        yield FigureRow(
            key=week.begins.isoformat(), cells=cells, lead_ids=tuple(closing.life.lead_id for closing in its)
        )


def _row_past(past: PastForecast, zone: str) -> FigureRow:
    outlook = past.outlook
    low, high = (outlook.find_revenue(level) for level in LEVELS)
    wins_low, wins_high = (outlook.find_wins(level) for level in LEVELS)
    return FigureRow(
        key=compute_local_date(outlook.at, zone).isoformat(),
        cells={
            "weeks": outlook.window.ends - outlook.window.begins,
            "expected": outlook.revenue,
            "low": low,
            "high": high,
            "came": past.euros,
            "held": past.holds,
            "deals_expected": outlook.wins,
            "deals_low": wins_low,
            "deals_high": wins_high,
            "deals_came": len(past.won),
            "scored": outlook.scored,
        },
        lead_ids=past.won,
    )


def _name_bucket(life: Life) -> str:
    return life.bucket or NO_BUCKET


def _name_owner(life: Life) -> str:
    return life.owner_id or NOBODY
