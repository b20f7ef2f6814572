"""Interviewing: questions asked one after another, each explained and its answer checked at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import typer

from agreement.paper.drafting import Answers
from hotlead.verbs.agreement.answers import BadAnswer, Told
from hotlead.verbs.agreement.questions import QUESTIONS, Question


def interview(given: Mapping[str, str], *, today: date, local_zone: str, asks: bool, on_stderr: bool) -> Answers:
    """Return answers: those that were given, and of the others what people say, or the usual ones.

    Parameters
    ----------
    given
        Texts by field.
    today, local_zone
        What the usual answers follow from.
    asks
        Whether somebody is there who can be asked.
    on_stderr
        Whether questions stay out of the output.

    Raises
    ------
    BadAnswer
        If an answer that was given cannot be read; it names the option.
    """
    told: dict[str, Any] = {"today": today, "local_zone": local_zone}
    for question in QUESTIONS:
        if question.field in given or not asks:
            told[question.field] = _take(question, given.get(question.field), told)
        else:
            told[question.field] = _ask(question, told, on_stderr=on_stderr)
    return Answers(**{question.field: told[question.field] for question in QUESTIONS})


def _take(question: Question, text: str | None, told: Told) -> Any:
    try:
        return question.read((question.usual(told) if text is None else text).strip(), told)
    except ValueError as error:
        raise BadAnswer(f"{question.option}: {error}") from error


def _ask(question: Question, told: Told, *, on_stderr: bool) -> Any:
    def read(text: Any) -> Any:
        try:
            return question.read(str(text).strip(), told)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error

    typer.echo(f"\n{question.because}", err=on_stderr)
    return typer.prompt(question.asks, default=question.usual(told), value_proc=read, err=on_stderr)
