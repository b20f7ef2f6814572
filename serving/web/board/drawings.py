"""Drawings: the board's charts, from figures of the views: response times, and the forecast against the goal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from agreement.calendar.zones import compute_local_date
from agreement.episodes import HOUR_MICROS
from serving.usecases.views.figures import Cell, FigureRow, Figures
from serving.web.charts import distribution
from serving.web.charts import lines as curves
from serving.web.charts.axes import Mark, Table
from serving.web.charts.bars import Column, ColumnChart
from serving.web.charts.distribution import Class, Quantile, draw_distribution
from serving.web.charts.lines import Fan, Line, LineChart, draw_lines, lay_across
from serving.web.charts.scales import LinearScale, list_time_ticks
from serving.web.visit import Visit

_MOST_DATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Response times, drawn: the chart, what it shows in a sentence, and its table."""

    chart: ColumnChart
    says: str
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The way to the goal, drawn."""

    chart: LineChart
    says: str
    table: Table


def draw_waits(figures: Figures, visit: Visit, *, height: float = distribution.HEIGHT) -> Waits:
    """Draw how long leads waited for a first contact, with the median, the 90th percentile and what is promised."""
    rows = figures.get_table("response_distribution").rows
    classes = [_class_of(row, visit) for row in rows]
    summary = figures.get_table("response_times").get_row("all").cells
    marked = [
        Quantile(value=hours, text=_say_hours(f"board.waits.{name}", hours, visit))
        for name in ("median", "p90")
        if (hours := _read(summary[f"{name}_working_hours"])) is not None
    ]
    marked += [
        Quantile(
            value=response.first_contact_micros / HOUR_MICROS,
            text=_say_hours(
                f"board.waits.limit_{response.bucket}", response.first_contact_micros / HOUR_MICROS, visit
            ),
            look="limit",
        )
        for response in figures.terms.response
    ]
    write = visit.format.count
    return Waits(
        chart=draw_distribution(classes, marked, say=lambda value: write(value), height=height),
        says=_tell_waits(summary, visit),
        table=Table(
            head=[visit.words.say(f"board.waits.{name}") for name in ("within", "leads", "share")],
            rows=[
                (each.column.name, each.column.says, _write_share(row, visit))
                for each, row in zip(classes, rows, strict=True)
            ],
        ),
    )


def _class_of(row: FigureRow, visit: Visit) -> Class:
    up_to, count = _read(row.cells["up_to_hours"]), _read(row.cells["share_count"]) or 0.0
    name = {"longer": "board.waits.longer", "not yet": "board.waits.not_yet"}.get(row.key)
    says = visit.words.say(name) if name else _say_hours("board.waits.up_to", up_to or 0.0, visit)
    look = "fs" if row.key == "not yet" else "f1"
    return Class(column=Column(name=says, value=count, says=visit.format.count(count), look=look), up_to=up_to)


def _tell_waits(cells: Mapping[str, Cell], visit: Visit) -> str:
    told = {
        name: _say_hours("board.waits.hours", hours, visit)
        if (hours := _read(cells[f"{name}_working_hours"])) is not None
        else visit.words.say("board.waits.not_yet")
        for name in ("median", "p90")
    }
    return visit.words.say("board.waits.says", count=cells["n"], not_yet=cells["not_yet"], **told)


def _say_hours(key: str, hours: float, visit: Visit) -> str:
    return visit.words.say(key, hours=visit.format.count(hours, digits=1 if hours % 1 and hours < 10 else 0))


def _write_share(row: FigureRow, visit: Visit) -> str:
    low, high = (_read(row.cells[f"share_{end}"]) for end in ("low", "high"))
    write = visit.format.percent
    return f"{write(_read(row.cells['share']))} ({write(low)} – {write(high)})"


def draw_course(figures: Figures, visit: Visit, *, height: float = curves.HEIGHT) -> Course:
    """Draw what was won week by week, the forecast of the end with its interval, and the pace of the goal."""
    period, rows, totals = figures.period, figures.get_table("course").rows, figures.totals
    first, end = period.begins.toordinal(), period.ends.toordinal()
    won = [(float(first), 0.0), *((float(_read_day(row)), _read(row.cells["won_so_far"]) or 0.0) for row in rows)]
    expected, low, high, goal = (_read(totals[name]) for name in ("expected", "low", "high", "goal"))
    short, say = visit.format.short_euros, visit.words.say
    lines = [Line(name=say("board.course.won"), points=won, is_step=True, says=short(won[-1][1]))]
    fans = []
    is_open = compute_local_date(figures.as_of, period.zone) < period.ends
    if is_open and expected is not None and low is not None and high is not None:
        ahead = [won[-1], (float(end), expected)]
        lines.append(Line(name=say("board.course.expected"), points=ahead, look="s2 dashed", says=short(expected)))
        fans.append(Fan(name=say("board.course.interval"), low=[won[-1], (end, low)], high=[won[-1], (end, high)]))
    if goal is not None:
        pace = [(float(first), 0.0), (float(end), goal)]
        lines.append(
            Line(
                name=say("board.course.goal"),
                points=pace,
                look="target",
                says=say("board.course.goal_of", euros=short(goal)),
            )
        )
    across = lay_across(first, end)
    ticks = list_time_ticks(period.begins_at, period.ends_at, zone=period.zone, most=_MOST_DATES)
    marks = [_mark(compute_local_date(tick.at, period.zone), tick.unit, across, visit) for tick in ticks]
    return Course(
        chart=draw_lines(lines, across=across, marks=marks, say=short, fans=fans, height=height),
        says=say(
            "board.course.says",
            won=visit.format.euros(won[-1][1]),
            expected=visit.format.euros(expected),
            low=visit.format.euros(low),
            high=visit.format.euros(high),
            goal=visit.format.euros(goal),
        ),
        table=_table_course(figures, visit),
    )


def _table_course(figures: Figures, visit: Visit) -> Table:
    euros, count = visit.format.euros, visit.format.count
    rows = [
        (
            format_date(date.fromisoformat(row.key), "d MMM y", locale=visit.words.locale),
            count(_read(row.cells["deals"])),
            euros(_read(row.cells["euros"])),
            euros(_read(row.cells["won_so_far"])),
        )
        for row in figures.get_table("course").rows
    ]
    return Table(
        head=[visit.words.say(f"board.course.{name}") for name in ("week", "deals", "euros", "so_far")], rows=rows
    )


def _mark(day: date, unit: str, across: LinearScale, visit: Visit) -> Mark:
    shown = {"month": "MMM", "year": "y"}.get(unit, "d MMM")
    place = across.place(day.toordinal())
    return Mark(place=round(place, 2), text=format_date(day, shown, locale=visit.words.locale))


def _read_day(row: FigureRow) -> int:
    return date.fromisoformat(str(row.cells["until"])).toordinal()


def _read(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
