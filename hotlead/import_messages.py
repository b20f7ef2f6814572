"""What a person reads when an import is done: rows, columns, suspects, warnings, and what to do next."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from training.history import HistoryAbout, Suspect
    from training.importing.attributes import ColumnNote
    from training.importing.candidates import Guess
    from training.importing.report import ImportResult

_STYLES = {"high": "bold red", "medium": "yellow", "low": "dim"}
_FEW = 12


def render_guesses(guesses: "Sequence[Guess]") -> Table:
    """Render what was guessed about the columns, for a person to agree to."""
    table = Table(title="No recipe was given: these are guesses", title_justify="left", box=None, pad_edge=False)
    for heading in ("what", "column", "sure", "why"):
        table.add_column(heading, overflow="fold")
    for guess in guesses:
        table.add_row(guess.key, Text(guess.column), f"{guess.confidence:.0%}", Text(guess.reason))
    return table


def render_import(result: "ImportResult") -> Group:
    """Render an import: what was read, what became of the columns, and what is suspicious."""
    about = result.history.about
    parts: list[RenderableType] = [_render_rows(result), Text(_say_rates(about)), Text("")]
    parts.append(_render_columns(result.report.columns))
    suspects = [suspect for suspect in about.suspects if not suspect.is_left_out]
    if suspects:
        parts += [Text(""), _render_suspects(suspects)]
    if about.warnings:
        parts += [Text(""), *(Text(f"! {warning}", style="yellow") for warning in _shorten(about.warnings))]
    return Group(*parts)


def _shorten(warnings: Sequence[str]) -> Iterator[str]:
    yield from warnings[:_FEW]
    if len(warnings) > _FEW:
        yield f"{len(warnings) - _FEW} more warnings: see history.json"


def _render_rows(result: "ImportResult") -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("file")
    table.add_column("holds")
    for heading in ("read", "kept", "rejected"):
        table.add_column(heading, justify="right")
    for file in result.report.files:
        table.add_row(Text(file.file), file.holds, f"{file.read:,}", f"{file.kept:,}", f"{file.rejected:,}")
    for code, number in result.history.about.rejected.items():
        table.add_row(Text(f"  {_reason(code)}", style="yellow"), "", "", "", f"{number:,}")
    return table


def _reason(code: str) -> str:
    from training.importing.rejecting import REASONS

    return f"{code}: {REASONS[code]}"


def _say_base_rate(rate: float, horizon_days: int | None) -> str:
    if horizon_days is None:
        return f"{rate:.1%} of decided leads are won"
    return f"{rate:.1%} are won within {horizon_days} days of coming in"


def _say_rates(about: "HistoryAbout") -> str:
    rate = "no lead is decided" if about.base_rate is None else _say_base_rate(about.base_rate, about.horizon_days)
    span = f", created {about.span[0]:%Y-%m-%d} to {about.span[1]:%Y-%m-%d}" if about.span else ""
    types = ", ".join(f"{name} {number:,}" for name, number in about.event_types[:6])
    more = f", and {len(about.event_types) - 6} more types" if len(about.event_types) > 6 else ""
    events = f"\nEvents: {types}{more}" if types else ""
    return f"\nLeads are {about.time_basis}{span}; {rate}.{events}"


def _render_columns(columns: "Sequence[ColumnNote]") -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("column", "is", "named", "filled", "note"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "filled" else "left")
    for column in sorted(columns, key=lambda column: column.use in ("excluded", "left out")):
        named = column.name if column.name != column.column else ""
        style = "dim" if column.use in ("excluded", "left out") else ""
        cells = (column.column, column.use, named, f"{column.filled:.0%}", column.note)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _render_suspects(suspects: "Sequence[Suspect]") -> Table:
    title = "These columns may know the outcome; leave one out with --exclude COLUMN"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("column", "doubt", "why"):
        table.add_column(heading, overflow="fold")
    for suspect in suspects:
        table.add_row(
            Text(suspect.column), Text(suspect.severity, style=_STYLES[suspect.severity]), Text(suspect.evidence)
        )
    return table


def suggest_excluding(suspects: "Iterable[Suspect]") -> str:
    """Return the options that leave out the worst suspects, empty if there are none."""
    worst = [suspect.column for suspect in suspects if suspect.severity == "high" and not suspect.is_left_out]
    return " ".join(f"--exclude '{column}'" for column in worst)
