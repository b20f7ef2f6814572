"""Guessing the outcome: the column that says who was won, the values that say so, and the date of it."""

from typing import Any

import pandas as pd

from features.text import normal_form
from training.importing.candidates import Candidates, Guess, UnknownColumn
from training.importing.columns import to_texts
from training.importing.synonyms import judge_answer, judge_outcome, score_name
from training.recipes.recipe import OutcomeRecipe

_MOST_VALUES = 50
_USUAL = 0.7


class UnknownOutcome(UnknownColumn):
    """No column tells which leads were won."""


def guess_outcome(columns: Candidates, file: str) -> tuple[OutcomeRecipe, tuple[Guess, ...]]:
    """Guess the outcome and take its columns out of the candidates.

    Raises
    ------
    UnknownOutcome
        If no column tells which leads were won; the message says how to name it.
    """
    scored = [(*_weigh(columns.frame[name], name), name) for name in columns.free if not columns.is_moment[name]]
    confidence, values, column = max(scored, default=(0.0, {}, ""), key=lambda judged: judged[0])
    if confidence == 0.0:
        return _guess_won_date(columns, file)
    columns.free.remove(column)
    outcome = OutcomeRecipe(column=column, won=_having(values, "won"), lost=_having(values, "lost"))
    guesses = [Guess(key="outcome.column", column=column, confidence=confidence, reason=_explain(values))]
    at = columns.take("outcome.at", "outcome_at", columns.is_moment.__getitem__)
    if at is None:
        return outcome, tuple(guesses)
    settled = OutcomeRecipe(column=column, won=outcome.won, lost=outcome.lost, at=at.column)
    return settled, (*guesses, at)


def _weigh(values: "pd.Series[Any]", name: str) -> tuple[float, dict[str, str | None]]:
    """Return how surely a column is the outcome, and what each of its values means."""
    texts = [str(text) for text in to_texts(values).dropna().unique()[: _MOST_VALUES + 1]]
    if not 1 < len(texts) <= _MOST_VALUES:
        return 0.0, {}
    by_name = score_name(name, "outcome")
    in_words = {text: judge_outcome(text) for text in texts}
    meanings = set(in_words.values()) - {None}
    if meanings == {"won", "lost"}:
        return round(0.6 + 0.39 * by_name, 2), in_words
    if meanings == {"won"} and by_name >= _USUAL:
        return round(0.3 + 0.4 * by_name, 2), in_words
    answers = {text: judge_answer(text) for text in texts}
    if len(texts) == 2 and set(answers.values()) == {"won", "lost"} and by_name >= _USUAL:
        return round(0.4 + 0.5 * by_name, 2), answers
    return 0.0, {}


def _having(values: dict[str, str | None], meaning: str) -> tuple[str, ...]:
    return tuple(sorted(text for text, means in values.items() if means == meaning))


def _explain(values: dict[str, str | None]) -> str:
    won, lost = _having(values, "won"), _having(values, "lost")
    rest = sorted((text for text, means in values.items() if means is None), key=normal_form)
    sentence = f"won: {', '.join(won)}; lost: {', '.join(lost) or 'nothing'}"
    return f"{sentence}; open: {', '.join(rest[:8])}" if rest else sentence


def _guess_won_date(columns: Candidates, file: str) -> tuple[OutcomeRecipe, tuple[Guess, ...]]:
    """Without an outcome, a date that only some leads have, called as the date of a win, will do."""

    def fits(name: str) -> bool:
        return columns.is_moment[name] and bool(0 < columns.frame[name].notna().mean() < 1)

    at = columns.take("outcome.at", "outcome_at", fits)
    if at is None:
        raise UnknownOutcome(
            f"no column of {file} tells which leads were won: name it in a recipe, "
            f'[outcome] column = "…" won = ["…"] lost = ["…"], and pass it with --recipe'
        )
    reason = f"only won leads seem to have {at.column!r}"
    return OutcomeRecipe(at=at.column), (
        Guess(key="outcome.at", column=at.column, confidence=min(at.confidence, 0.6), reason=reason),
    )
