"""Guessing a recipe where there is none: from what columns are called, and from what stands in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from features.contract import FIRMOGRAPHICS
from features.text import normal_form
from training.importing.candidates import Candidates, Guess, UnknownColumn
from training.importing.columns import blank_missing, to_texts
from training.importing.guessing_outcomes import guess_outcome
from training.importing.ranges import looks_like_ranges
from training.importing.synonyms import PLACEHOLDERS
from training.importing.tables import Table
from training.recipes.recipe import ROW, AccountsRecipe, ColumnRules, EventsRecipe, LeadsRecipe, Recipe
from training.recipes.writing import format_recipe

_SAMPLE = 50_000
_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_WEBSITE = r"(?:https?://)?(?:[a-z0-9-]*[a-z][a-z0-9-]*\.)+[a-z]{2,}(?:/\S*)?"
_OVERLAP = 0.5
# Job titles are many; a list of occupations with a dozen entries is worth more as it stands.
_MANY_TITLES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessedRecipe:
    """A recipe, and the guesses it is made of."""

    recipe: Recipe
    guesses: tuple[Guess, ...] = field(default=())

    def to_toml(self) -> str:
        """Return the recipe as TOML to edit, each guess with its reason."""
        comments = {guess.key: f"{guess.confidence:.0%} sure: {guess.reason}" for guess in self.guesses}
        return format_recipe(self.recipe, comments)


def guess_recipe(leads: Table, accounts: Table | None = None, events: Table | None = None) -> GuessedRecipe:
    """Guess which column is what.

    Raises
    ------
    UnknownOutcome
        If no column tells which leads were won.
    UnknownColumn
        If the accounts have no identifier, or the events have no time and nobody they belong to.
    """
    missing = guess_missing(leads.frame)
    columns = _look_at(leads, missing)
    outcome, guesses = guess_outcome(columns, leads.file)
    section, more = _guess_leads(columns, missing)
    recipe = Recipe(leads=section, outcome=outcome)
    guessed = GuessedRecipe(recipe=recipe, guesses=(*guesses, *more))
    if accounts is not None:
        guessed = guess_accounts(guessed, leads, accounts)
    return guessed if events is None else guess_events(guessed, leads, events)


def _look_at(table: Table, missing: tuple[str, ...]) -> Candidates:
    return Candidates(blank_missing(table.frame.head(_SAMPLE), ColumnRules(missing=missing)))


def guess_missing(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the texts in a table that a form leaves behind where nobody chose anything."""
    found: set[str] = set()
    for name in frame.columns:
        if pd.api.types.is_string_dtype(frame[name].dtype):
            texts = frame[name].head(_SAMPLE).dropna().str.strip().unique()[:1_000]
            found |= {str(text) for text in texts if normal_form(str(text)) in PLACEHOLDERS}
    return tuple(sorted(found))


def _guess_leads(columns: Candidates, missing: tuple[str, ...]) -> tuple[LeadsRecipe, tuple[Guess, ...]]:
    created = columns.take("leads.created_at", "created_at", columns.is_known, alone=0.5)
    identifier = columns.take("leads.id", "id", columns.is_unique, alone=0.5) or _no_identifier()
    others = {
        "account": columns.take("leads.account", "account", columns.is_shared),
        "owner": columns.take("leads.owner", "owner", columns.is_shared),
        "value": columns.take("leads.value", "value", columns.is_number),
    }
    firmographics, ranges = _guess_firmographics(columns, "leads")
    order = None if created else columns.take("leads.order", "id", columns.is_counted)
    section = LeadsRecipe(
        id=(identifier.column,),
        created_at=created.column if created else None,
        order=order.column if order else None,
        missing=missing,
        firmographics={guess.key.rpartition(".")[2]: guess.column for guess in firmographics},
        ranges=ranges,
        **{role: guess.column if guess else None for role, guess in others.items()},  # type: ignore[arg-type]
    )
    guesses = (identifier, created, order, *others.values(), *firmographics)
    return section, tuple(guess for guess in guesses if guess is not None)


def _no_identifier() -> Guess:
    reason = "no column differs in every row, so the number of the row names the lead"
    return Guess(key="leads.id", column=ROW, confidence=0.3, reason=reason)


def _guess_firmographics(columns: Candidates, section: str) -> tuple[tuple[Guess, ...], dict[str, Any]]:
    ranges: dict[str, Any] = {}
    guesses: list[Guess] = []

    def is_amount(name: str) -> bool:
        return columns.is_number(name) or looks_like_ranges(columns.frame[name])

    fits: dict[str, tuple[Callable[[str], bool], float]] = {
        "email": (lambda name: columns.matches(name, _EMAIL), 0.8),
        "website": (lambda name: columns.matches(name, _WEBSITE), 0.6),
        "employees": (is_amount, 0.0),
        "revenue": (is_amount, 0.0),
        "role": (lambda name: columns.is_text(name) and bool(columns.frame[name].nunique() > _MANY_TITLES), 0.0),
    }
    for role in ("email", "website", *(name for name in FIRMOGRAPHICS if name not in ("email", "website"))):
        fit, alone = fits.get(role, (columns.is_text, 0.0))
        guess = columns.take(f"{section}.firmographics.{role}", role, fit, alone=alone)
        if guess is not None:
            guesses.append(guess)
            if looks_like_ranges(columns.frame[guess.column]):
                ranges[guess.column] = "middle"
    return tuple(guesses), ranges


def guess_accounts(guessed: GuessedRecipe, leads: Table, accounts: Table) -> GuessedRecipe:
    """Add the account table to a guessed recipe.

    Raises
    ------
    UnknownColumn
        If no column names the accounts, or the leads name none.
    """
    columns = _look_at(accounts, guess_missing(accounts.frame))
    recipe = guessed.recipe
    own = _find_overlap(columns, leads.frame, recipe.leads.account, "accounts.id")
    own = own or columns.take("accounts.id", "account", columns.is_unique, alone=0.4)
    if own is None or recipe.leads.account is None:
        place = accounts.file if own is None else leads.file
        raise UnknownColumn(
            f"no column of {place} names the account: say accounts.id and leads.account in a recipe"
        )
    firmographics, ranges = _guess_firmographics(columns, "accounts")
    section = AccountsRecipe(
        id=own.column,
        missing=guess_missing(accounts.frame),
        firmographics={guess.key.rpartition(".")[2]: guess.column for guess in firmographics},
        ranges=ranges,
    )
    return GuessedRecipe(recipe=replace(recipe, accounts=section), guesses=(*guessed.guesses, own, *firmographics))


def guess_events(guessed: GuessedRecipe, leads: Table, events: Table) -> GuessedRecipe:
    """Add an event log to a guessed recipe.

    Raises
    ------
    UnknownColumn
        If no column tells when an event occurred, or whose it is.
    """
    columns, recipe = _look_at(events, ()), guessed.recipe
    of_lead = None
    if len(recipe.leads.id) == 1:
        of_lead = _find_overlap(columns, leads.frame, recipe.leads.id[0], "events.lead")
    of_account = _find_overlap(columns, leads.frame, recipe.leads.account, "events.account")
    occurred = columns.take("events.occurred_at", "occurred_at", columns.is_known, alone=0.5)
    recorded = columns.take("events.recorded_at", "recorded_at", columns.is_known)
    if occurred is None or (of_lead is None and of_account is None):
        lacking = "when an event occurred" if occurred is None else "whose an event is"
        raise UnknownColumn(f"no column of {events.file} tells {lacking}: say it under [[events]] in a recipe")
    kind = columns.take("events.type", "type", columns.is_text)
    section = EventsRecipe(
        lead=(of_lead.column,) if of_lead else (),
        account=of_account.column if of_account else None,
        type=kind.column if kind else None,
        name=None if kind else "event",
        occurred_at=occurred.column,
        recorded_at=recorded.column if recorded else None,
        properties=tuple(name for name in columns.free if columns.is_number(name) and not columns.is_counted(name)),
    )
    found = [guess for guess in (of_lead, of_account, occurred, recorded, kind) if guess is not None]
    return GuessedRecipe(
        recipe=replace(recipe, events=(*recipe.events, section)), guesses=(*guessed.guesses, *found)
    )


def _find_overlap(columns: Candidates, frame: pd.DataFrame, column: str | None, key: str) -> Guess | None:
    """Find the column whose values are those of a column of the leads."""
    if column is None or column not in frame.columns:
        return None
    wanted = set(to_texts(frame[column]).dropna().str.strip())
    shares = [(_share_in(columns.frame[name], wanted), name == column, name) for name in columns.free]
    share, _, name = max(shares, default=(0.0, False, ""))
    if share < _OVERLAP:
        return None
    columns.free.remove(name)
    reason = f"{share:.0%} of its values are those of {column!r} of the leads"
    return Guess(key=key, column=name, confidence=round(share, 2), reason=reason)


def _share_in(values: "pd.Series[Any]", wanted: Sequence[str] | set[str]) -> float:
    unique = pd.Series(values.dropna().unique()[:5_000])
    return float(to_texts(unique).isin(list(wanted)).mean()) if len(unique) else 0.0
