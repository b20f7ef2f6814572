"""`hotlead agreement init`: a first agreement from a few answers."""

import inspect
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import read_clock
from hotlead.verbs.agreement.check import tell_advice
from hotlead.verbs.agreement.interviewing import interview
from hotlead.verbs.agreement.questions import QUESTIONS, Question

_LOCAL_CLOCK = Path("/etc/localtime")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AgreementExists(FileExistsError):
    """There is an agreement already, and nobody said that it may go."""


class NobodyToAsk(RuntimeError):
    """Answers are missing, and nobody sits at a terminal."""


def init(
    home: HomeOption = DEFAULT_HOME,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what no option says is as usual.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over the agreement that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    **told: str | list[str] | None,
) -> None:
    """Write a first agreement from a few answers, each explained and checked at once, or from options.

    What is written is a file with a word on every part: read it, change it, check it, sign it.
    """
    from serving.drafting import FILE

    path = home / FILE
    if path.exists() and not force:
        raise AgreementExists(f"{path} is there already: --force writes over it")
    text = draft(told, asks=not yes, on_stderr=as_json)
    _save(path, text)
    _tell(path, text, as_json=as_json)


def draft(told: dict[str, Any], *, asks: bool, on_stderr: bool) -> str:
    """Draft an agreement from options by field, and from what people answer where one is missing.

    Raises
    ------
    NobodyToAsk
        If one is missing, and nobody is there.
    BadAnswer
        If one cannot be read.
    BadTerms
        If the answers cannot be held to together.
    """
    from agreement.paper.drafting import draft_agreement
    from agreement.terms import parse_terms

    given = {
        field: ",".join(text) if isinstance(text, list) else text
        for field, text in told.items()
        if text not in (None, [])
    }
    asks = asks and len(given) < len(QUESTIONS)
    if asks and not is_anybody_there():
        raise NobodyToAsk("nobody is there to be asked: say --yes to take what is usual")
    zone = find_local_zone()
    today = (_EPOCH + timedelta(microseconds=read_clock())).astimezone(ZoneInfo(zone)).date()
    text = draft_agreement(interview(given, today=today, local_zone=zone, asks=asks, on_stderr=on_stderr))
    parse_terms(text)
    return text


def is_anybody_there() -> bool:
    """Tell whether somebody sits at a terminal."""
    return sys.stdin.isatty()


def find_local_zone() -> str:
    """Return the IANA name of this machine's time zone, UTC where nobody can tell."""
    from agreement.calendar.zones import UnknownZone, get_zone

    name = os.environ.get("TZ") or str(_LOCAL_CLOCK.resolve()).partition("zoneinfo/")[2].removeprefix("Etc/")
    try:
        return get_zone(name).key
    except UnknownZone:
        return "UTC"


def _save(path: Path, text: str) -> None:
    """Save a file as a whole, for a service may read it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.new")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _tell(path: Path, text: str, *, as_json: bool) -> None:
    from agreement.paper.advising import list_advice
    from agreement.terms import parse_terms

    terms = parse_terms(text)
    advice = list_advice(terms)
    if as_json:
        answer = {"file": str(path), "name": terms.name, "version": terms.version, "advice": advice}
        typer.echo(msgspec.json.encode(answer).decode())
        return
    typer.echo(f"\nWritten to {path}: read it, change what you like, and let both sides sign it.")
    tell_advice(advice)
    typer.echo("\nNext: hotlead agreement check, then hotlead agreement sign")


def _make_parameter(question: Question) -> inspect.Parameter:
    kind: Any = list[str] | None if question.is_list else str | None
    says = f"{question.asks}. {question.because}{' Again for more.' if question.is_list else ''}"
    option = typer.Option(question.option, help=says, show_default=False)
    return inspect.Parameter(
        question.field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option]
    )


def _add_options() -> None:
    """Let the verb have an option for each question, so that there is one list of them."""
    own = [each for each in inspect.signature(init).parameters.values() if each.name != "told"]
    asked = [_make_parameter(question) for question in QUESTIONS]
    order = [own[0].replace(kind=inspect.Parameter.KEYWORD_ONLY), *asked]
    order += [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own[1:]]
    named: Any = init
    named.__signature__ = inspect.Signature(order, return_annotation=None)
    named.__annotations__ = {each.name: each.annotation for each in order} | {"return": None}


_add_options()
