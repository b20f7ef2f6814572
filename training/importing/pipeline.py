"""Importing: from a company's files to a history that can be trained on."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from features.contract import LeadSchema
from training.history import EVENT_COLUMNS, LEAD_COLUMNS, History
from training.importing.attributes import Attributes, derive_schema
from training.importing.describing import complete_events, describe_history, find_last_moment
from training.importing.event_tables import Known, build_events
from training.importing.forgetting import IsForgotten
from training.importing.guessing import GuessedRecipe, guess_accounts, guess_events, guess_recipe
from training.importing.joining import RecipeMismatch
from training.importing.lead_tables import LeadSources, LeadTable, build_leads
from training.importing.outcomes import close_expired
from training.importing.reading import read_table
from training.importing.rejecting import RejectionLog
from training.importing.report import FileNote, ImportReport, ImportResult
from training.importing.suspects import find_suspects
from training.importing.tables import Table
from training.recipes.recipe import EventsRecipe, Recipe

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of the work that is behind, in [0, 1]."""

_FEW_WON = 50
_YEARS_AHEAD = pd.Timedelta(days=3 * 365)


class UnusableLeads(ValueError):
    """No row of the lead file can be used."""


class _Import:
    """One import at work: its files, its log of rejected rows, and what is known so far."""

    def __init__(self, leads: Path, progress: Progress | None, is_forgotten: IsForgotten | None) -> None:
        self.folder, self.is_forgotten = leads.parent, is_forgotten
        self.log = RejectionLog()
        self.side_log = RejectionLog()
        self.files: list[FileNote] = []
        self.warnings: list[str] = []
        self._progress = progress

    def say(self, doing: str, share: float) -> None:
        """Report progress."""
        if self._progress is not None:
            self._progress(doing, share)

    def read(self, path: Path) -> Table:
        """Read a file whose rows are counted."""
        return read_table(path, self.log)

    def read_look_up(self, path: Path) -> Table:
        """Read a file that only adds columns; its broken rows are a remark, no rows of ours."""
        before = self.side_log.total()
        table = read_table(path, self.side_log)
        broken = self.side_log.total() - before
        if broken:
            self.warnings.append(f"{broken:,} rows of {path.name} cannot be read and were left out of the join")
        return table

    def note(self, table: Table, holds: str, kept: int) -> None:
        """Note a file that is done; every row was kept or rejected."""
        rejected = table.rows_read - kept
        self.files.append(
            FileNote(file=table.file, holds=holds, read=table.rows_read, kept=kept, rejected=rejected)
        )


def import_history(
    leads: Path,
    *,
    accounts: Path | None = None,
    events: Path | None = None,
    recipe: Recipe | None = None,
    exclude: Collection[str] = (),
    schema: LeadSchema | None = None,
    is_forgotten: IsForgotten | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a lead table, with accounts and events where there are any.

    Parameters
    ----------
    leads, accounts, events
        CSV or Parquet files; what the recipe names as a file lies beside the leads.
    recipe
        What the columns are; guessed where it is None.
    exclude
        Columns that must not become features, on top of the recipe's.
    schema
        The attributes of a model, for leads that are to be scored: they are taken as the model knows them, none
        is left out or suspect, and all leads are open.
    is_forgotten
        Tells who asked to be forgotten: their rows are counted and shown nowhere.
    progress
        Is told what is being done.

    Raises
    ------
    UnreadableTable, UnusableLeads, RecipeMismatch, UnknownOutcome
        If a file, a column or the outcome cannot be made out; each says what to do.
    """
    work = _Import(leads, progress, is_forgotten)
    work.say("Reading leads", 0.0)
    lead_rows = work.read(leads)
    guessed, account_rows, logs = _settle_sources(work, lead_rows, accounts, events, recipe)
    recipe = guessed.recipe
    work.say("Typing columns", 0.3)
    sources = LeadSources(leads=lead_rows, accounts=account_rows, folder=work.folder, read=work.read_look_up)
    table = build_leads(sources, recipe, work.log, exclude, schema, is_forgotten)
    _note_leads(work, table, lead_rows, account_rows)
    event_frame = _build_all_events(work, recipe, logs, table)
    work.say("Looking for columns that know the outcome", 0.8)
    history = _assemble(work, recipe, table, event_frame, schema)
    work.say("Done", 1.0)
    report = ImportReport(files=tuple(work.files), columns=table.attributes.notes)
    return ImportResult(
        history=history,
        lines=table.lines,
        rejected=work.log.to_frame(),
        guesses=guessed.guesses,
        report=report,
    )


Logs = Sequence[tuple[EventsRecipe, Table]]


def _settle_sources(
    work: _Import, leads: Table, accounts: Path | None, events: Path | None, recipe: Recipe | None
) -> tuple[GuessedRecipe, Table | None, Logs]:
    """Find and read every file, and guess what the recipe does not say."""
    account_path = accounts or _beside(work, recipe.accounts.file if recipe and recipe.accounts else None)
    account_rows = work.read(account_path) if account_path else None
    work.say("Reading events", 0.1)
    event_rows = work.read(events) if events else None
    if recipe is None:
        guessed = guess_recipe(leads, account_rows, event_rows)
    else:
        guessed = _complete(GuessedRecipe(recipe=recipe), leads, account_rows, event_rows)
    logs: list[tuple[EventsRecipe, Table]] = []
    for section in guessed.recipe.events:
        if section.file is not None:
            path = _beside(work, section.file)
            logs += [(section, work.read(path))] if path else []
        elif event_rows is not None:
            logs.append((section, event_rows))
        else:
            work.warnings.append("the recipe knows events, but no event file was given: pass it with --events")
    return guessed, account_rows, logs


def _beside(work: _Import, file: str | None) -> Path | None:
    if file is None:
        return None
    path = work.folder / file
    if not path.is_file():
        raise RecipeMismatch(f"the recipe names {file}, which is not in the folder of the leads")
    return path


def _complete(guessed: GuessedRecipe, leads: Table, accounts: Table | None, events: Table | None) -> GuessedRecipe:
    """Guess the sections that a recipe lacks for files that were handed in."""
    if accounts is not None and guessed.recipe.accounts is None:
        guessed = guess_accounts(guessed, leads, accounts)
    if events is not None and all(section.file is not None for section in guessed.recipe.events):
        guessed = guess_events(guessed, leads, events)
    return guessed


def _note_leads(work: _Import, table: LeadTable, leads: Table, accounts: Table | None) -> None:
    work.warnings += table.warnings
    work.note(leads, "leads", len(table.roles))
    if len(table.roles) == 0:
        counts = ", ".join(f"{code} {number:,}" for code, number in work.log.by_reason().items())
        raise UnusableLeads(f"{leads.file} has no usable lead ({counts or 'it has a header and no rows'})")
    if accounts is not None:
        work.note(accounts, "accounts", table.n_accounts)


def _build_all_events(work: _Import, recipe: Recipe, logs: Logs, table: LeadTable) -> pd.DataFrame:
    accounts = table.roles["account_id"].dropna().unique()
    known = Known(leads=table.roles["lead_id"], accounts=accounts, is_forgotten=work.is_forgotten)
    frames: list[pd.DataFrame] = []
    for position, (section, rows) in enumerate(logs):
        work.say(f"Reading {rows.file}", 0.4 + 0.3 * position / len(logs))
        before = work.log.total()
        events, warnings = build_events(
            rows, section, time=recipe.time, markers=recipe.leads, known=known, log=work.log
        )
        work.note(rows, "events", len(rows) - (work.log.total() - before))
        work.warnings += warnings
        frames.append(events)
    return _stack(frames)


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put event tables below each other; a property that one of them lacks is missing there."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return complete_events(pd.DataFrame({name: [] for name in EVENT_COLUMNS}))
    properties = list(dict.fromkeys(name for frame in filled for name in frame.columns))
    even = [frame.reindex(columns=properties) for frame in filled]
    floats = {name: "float64" for name in properties if name not in EVENT_COLUMNS}
    return complete_events(pd.concat([frame.astype(floats) for frame in even], ignore_index=True))


def _assemble(
    work: _Import, recipe: Recipe, table: LeadTable, events: pd.DataFrame, schema: LeadSchema | None
) -> History:
    roles = table.roles
    until = recipe.time.observed_until or find_last_moment(roles, events)
    roles = close_expired(roles.drop(columns="expires_at"), roles["expires_at"], until)
    attributes = table.attributes
    columns = {name: typed.values for name, typed in attributes.columns.items()}
    leads = pd.concat([roles[list(LEAD_COLUMNS)], pd.DataFrame(columns, index=roles.index)], axis=1)
    history = describe_history(
        leads,
        events,
        schema=schema or derive_schema(attributes.columns),
        time=replace(recipe.time, observed_until=until),
        rows_read=sum(file.read for file in work.files),
        rejected=work.log.by_reason(),
        suspects=() if schema else (*find_suspects(columns, roles["outcome"]), *attributes.left_out),
        recipe=recipe,
    )
    more = [] if schema else _warn_history(history)
    return history.with_about(warnings=(*work.warnings, *_warn_columns(attributes), *more))


def _warn_columns(attributes: Attributes) -> list[str]:
    return [f"{note.column}: {note.note}" for note in attributes.notes if note.name and note.note]


def _warn_history(history: History) -> list[str]:
    warnings: list[str] = []
    counts: dict[Any, int] = history.leads["outcome"].value_counts().to_dict()
    won = counts.get("won", 0)
    if won == 0:
        warnings.append("no lead is won: check outcome.won in the recipe, nothing can be learned from this")
    elif history.about.base_rate == 1.0:
        warnings.append("no lead is lost: say which are in the recipe, or give time.horizon_days")
    elif won < _FEW_WON:
        warnings.append(f"only {won:,} leads are won: a model of so few will be coarse")
    until, created = history.about.observed_until, history.leads["created_at"].dropna()
    if (
        until is not None
        and len(created)
        and until > created.sort_values().iloc[int(0.99 * len(created))] + _YEARS_AHEAD
    ):
        warnings.append(
            f"the last moment in the data is {until:%Y-%m-%d}, years after nearly all leads: "
            "a date may be wrong, or say time.observed_until"
        )
    if history.about.time_basis == "undated":
        warnings.append("leads have neither a date nor an order: a test on later leads is not possible")
    return warnings
