"""Columns: how the figures of any view are written: a share with its interval and its n, euros as euros."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from serving.usecases.views.figures import Cell, Figures, FigureTable
from serving.web.visit import Visit
from serving.web.words import Words

_EUROS = frozenset(
    [
        "euros",
        "goal",
        "won_so_far",
        "expected",
        "low",
        "median",
        "high",
        "value",
        "gap",
        "each_brings",
        "came",
        "euros_won",
        "average_won_value",
        "reachable_euros",
        "revenue",
        "revenue_first_touch",
        "revenue_last_touch",
        "revenue_time_decay",
        "cost",
        "cost_per_lead",
        "cost_per_mql",
        "cost_per_customer",
        "value_per_lead",
        "what_if_average_won_value",
        "what_if_reachable_euros",
    ]
)
_EUROS_OF = {("plan", "totals"): {"won", "left"}, ("plan", "sides"): {"won", "left"}}
_SHARES = frozenset(
    [
        "attainment",
        "attainment_to_date",
        "at_least",
        "at_most",
        "chance_of_goal",
        "rate",
        "share",
        "to_mql",
        "to_customer",
        "common_miss",
        "told_ratio",
        "threshold",
        "win_rate_of_others",
        "what_if_rate",
    ]
)
_FINE = frozenset(["romi", "lift", "p_value"])
_PARTS = ("count", "of", "low", "high", "n", "origin")
# Where one of these comes first, it says what a row is about.
_NAMING = frozenset(["owner", "duty", "span", "source", "stage", "criterion", "attribute", "quality"])
# Rows whose keys begin with words of ours; a name that people told may follow as the third.
_OUR_ROWS = frozenset(
    [
        *(("attainment", table) for table in ("commitments", "conversions", "duties", "response_times")),
        *(("funnel", table) for table in ("stages", "conversions", "standing", "left", "recycled")),
        *(("plan", table) for table in ("needs", "sides", "rates")),
        *(("forecast", table) for table in ("total", "by_stage")),
    ]
)

_WHAT_IF = "what_if_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as it is shown: several cells of the view where they speak of one figure."""

    name: str
    parts: tuple[str, ...]
    is_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table of a view as it is shown."""

    table: FigureTable
    columns: Sequence[Column]
    has_keys: bool


def lay_out(table: FigureTable) -> Sheet:
    """Lay out a table: its columns, each figure with its interval and its n."""
    cells = dict(table.rows[0].cells) if table.rows else {}
    if "name" in cells and "owner" in cells:
        del cells["owner"]
    return Sheet(
        table=table,
        columns=[
            Column(name=name, parts=parts, is_text=any(isinstance(row.cells[name], str) for row in table.rows))
            for name, parts in gather_parts(cells).items()
        ],
        has_keys=next(iter(cells), "") not in _NAMING or "means" in cells,
    )


def gather_parts(names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Gather names by the figure that they speak of: ``kept`` has ``kept_of``, ``kept_low`` and so on."""
    listed = list(names)
    parts = {name: tuple(part for part in _PARTS if f"{name}_{part}" in listed) for name in listed}
    inner = {f"{name}_{part}" for name, its in parts.items() for part in its}
    return {name: its for name, its in parts.items() if name not in inner}


def name_column(name: str, words: Words) -> str:
    """Return what people call a column; one that a view made of what people told keeps its name."""
    if name.startswith(_WHAT_IF):
        return words.say("board.what_if", name=name_column(name.removeprefix(_WHAT_IF), words))
    key = f"board.columns.{name}"
    return words.say(key) if key in words else name


def name_row(view: str, table: str, key: str, words: Words) -> str:
    """Return what people call a row: the parts of its key, each in words where they are ours."""
    if (view, table) not in _OUR_ROWS:
        return key
    return " · ".join(_name_part(part, words) for part in key.split(":", 2))


def _name_part(part: str, words: Words) -> str:
    known = (f"board.rows.{part}", f"board.stage.{part}")
    return next((words.say(each) for each in known if each in words), part)


def write_figure(figures: Figures, table: str, name: str, cells: Mapping[str, Cell], visit: Visit) -> str:
    """Write a figure with its n and its interval."""
    said = write_cell(figures.view, table, name, cells[name], visit, is_share=f"{name}_of" in cells)
    asides = " ".join(_list_asides(figures.view, table, name, cells, visit))
    return f"{said} · {asides}" if asides else said


def write_cell(view: str, table: str, name: str, cell: Cell, visit: Visit, *, is_share: bool = False) -> str:
    """Write one cell by what its column means."""
    write = visit.format
    if isinstance(cell, bool):
        return visit.words.say("board.yes" if cell else "board.no")
    if cell is None or isinstance(cell, str):
        return cell or write.count(None)
    if is_share or name in _SHARES:
        return write.percent(cell)
    if name in _EUROS or name in _EUROS_OF.get((view, table), ()):
        return write.euros(cell)
    if name in _FINE:
        return write.count(cell, digits=2)
    return write.count(cell, digits=0 if float(cell).is_integer() else 1)


def _list_asides(view: str, table: str, name: str, cells: Mapping[str, Cell], visit: Visit) -> Iterable[str]:
    """List what stands behind a figure: how many of how many, its interval, where it comes from."""
    told, is_share = {part: cells.get(f"{name}_{part}") for part in _PARTS}, f"{name}_of" in cells
    if told["of"]:
        yield visit.words.say(
            "board.of", count=visit.format.count(_number(told["count"])), of=visit.format.count(_number(told["of"]))
        )
    if told["n"] is not None:
        yield visit.words.say("board.n", n=visit.format.count(_number(told["n"])))
    if told["low"] is not None and told["high"] is not None:
        low, high = (write_cell(view, table, name, told[end], visit, is_share=is_share) for end in ("low", "high"))
        yield visit.words.say("board.interval", low=low, high=high)
    if told["origin"] is not None:
        yield visit.words.say("board.origin", origin=told["origin"])


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
