"""Promises: what marketing and sales promised, as rows: target, actual, trend, end, and how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serving.usecases.views.figures import Cell, FigureRow, Figures
from serving.web.charts.bars import share_of
from serving.web.charts.lines import Sparkline, draw_sparkline
from serving.web.visit import Visit

# A promise that is kept twice over fills its bar like one that is just kept.
_FULL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A row of the board.

    Attributes
    ----------
    row, trend
        Of the view's tables `commitments`, and of `trend`, the oldest first.
    name
        What is promised, without a told channel; `channel` is that.
    state
        kept, missed, on_course, behind, open or nothing: a name of the catalogue.
    ends
        Where it ends, in words; "" where nobody can say.
    bar
        Attained, its interval, in per cent of a full bar.
    """

    row: FigureRow
    name: str
    channel: str
    promise: str
    state: str
    ends: str
    bar: float
    low: float | None
    high: float | None
    spark: Sparkline
    trend_says: str

    @property
    def cells(self) -> Mapping[str, Cell]:
        """The figures of the row."""
        return self.row.cells


def list_promises(figures: Figures, visit: Visit) -> Mapping[str, Sequence[Promise]]:
    """List the promises of each side, in the order of the agreement."""
    rows = figures.get_table("commitments").rows
    listed = [_describe(row, figures, visit) for row in rows]
    return {side: [each for each in listed if each.cells["side"] == side] for side in ("marketing", "sales")}


def _describe(row: FigureRow, figures: Figures, visit: Visit) -> Promise:
    is_supply = row.cells["side"] == "marketing"
    its = figures.get_table("supply" if is_supply else "duties").get_row(row.key).cells
    trend = _list_trend(figures, row.key)
    name = f"board.quality.{its['quality']}" if is_supply else f"board.duty.{its['duty']}"
    attained, low, high = (_read(row.cells, f"attainment{end}") for end in ("", "_low", "_high"))
    return Promise(
        row=row,
        name=visit.words.say(name) + ("" if is_supply else f" · {_say_bucket(its['bucket'], visit)}"),
        channel=str(its.get("channel") or ""),
        promise=_say_promise(row.cells, its, visit),
        state=_judge_supply(row.cells, its) if is_supply else _judge_duty(row.cells, its),
        ends="" if figures.as_of >= figures.period.ends_at else _tell_end(its, visit, is_supply=is_supply),
        bar=share_of(attained, _FULL),
        low=None if low is None else share_of(low, _FULL),
        high=None if high is None else share_of(high, _FULL),
        spark=draw_sparkline([value for _, value in trend], target=1.0),
        trend_says=_tell_trend(trend, visit),
    )


def _say_bucket(bucket: Cell, visit: Visit) -> str:
    return visit.words.say(f"board.bucket.{bucket or 'none'}")


def _say_promise(cells: Mapping[str, Cell], its: Mapping[str, Cell], visit: Visit) -> str:
    """Say a promise as the view does; what the agreement in force lacks was promised by an earlier one."""
    return str(cells["promise"] or visit.words.say("board.promised_earlier"))


def _list_trend(figures: Figures, key: str) -> list[tuple[str, float | None]]:
    """List the spans of the trend, each with what was attained."""
    rows = figures.get_table("trend").rows
    spans = list(dict.fromkeys(str(row.cells["span"]) for row in rows))
    attained = {str(row.cells["span"]): _read(row.cells, "attainment") for row in rows if row.cells["what"] == key}
    return [(span, attained.get(span)) for span in spans]


def _tell_trend(trend: Sequence[tuple[str, float | None]], visit: Visit) -> str:
    told = (f"{span} {visit.format.percent(value)}" for span, value in trend)
    return visit.words.say("board.trend_says", n=len(trend), values=", ".join(told))


def _judge_supply(cells: Mapping[str, Cell], its: Mapping[str, Cell]) -> str:
    if cells["is_kept"] is not None:
        return "kept" if cells["is_kept"] else "missed"
    forecast, target = _read(its, "forecast"), _read(its, "target")
    if forecast is None or target is None:
        return "open"
    return "on_course" if forecast >= target else "behind"


def _judge_duty(cells: Mapping[str, Cell], its: Mapping[str, Cell]) -> str:
    if cells["is_kept"] is False:
        return "missed"
    if its["due"]:
        return "open"
    return "kept" if cells["is_kept"] else "nothing"


def _tell_end(its: Mapping[str, Cell], visit: Visit, *, is_supply: bool) -> str:
    return _tell_supply_end(its, visit) if is_supply else _tell_duty_end(its, visit)


def _tell_supply_end(its: Mapping[str, Cell], visit: Visit) -> str:
    expected, low, high = (_read(its, name) for name in ("forecast", "forecast_low", "forecast_high"))
    if expected is None:
        return ""
    write = visit.format.count
    return visit.words.say("board.ends_at", expected=write(expected), low=write(low), high=write(high))


def _tell_duty_end(its: Mapping[str, Cell], visit: Visit) -> str:
    if not its["due"]:
        return ""
    low, high = (visit.format.percent(_read(its, name)) for name in ("at_least", "at_most"))
    return visit.words.say("board.still_due", count=its["due"], low=low, high=high)


def _read(cells: Mapping[str, Cell], name: str) -> float | None:
    value = cells.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
