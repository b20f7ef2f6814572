"""`hotlead agreement check`: what an agreement says, what is wrong with it, and what it probably does not mean."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.verbs.agreement.sign import read_draft

if TYPE_CHECKING:
    from agreement.paper.mistakes import Mistake
    from agreement.terms import Terms


class NoAgreement(FileNotFoundError):
    """There is no file of this name."""


def check(
    file: Annotated[Path | None, typer.Argument(help="The agreement; without it, the home's.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Check an agreement: say what it says, and advise; or tell all mistakes with their lines, and exit with 2."""
    from agreement.terms import BadTerms, parse_terms
    from serving.drafting import FILE

    path = home / FILE if file is None else file
    try:
        terms = parse_terms(read_draft(path, home))
    except FileNotFoundError:
        raise NoAgreement(f"there is no {path}: write one with hotlead agreement init") from None
    except BadTerms as error:
        _tell_mistakes(path, error.mistakes, as_json=as_json)
        raise typer.Exit(2) from None
    _tell_terms(path, terms, as_json=as_json)


def _tell_mistakes(path: Path, mistakes: "Sequence[Mistake]", *, as_json: bool) -> None:
    if as_json:
        told = [{"line": each.line, "sentence": each.sentence} for each in mistakes]
        _write({"file": str(path), "ok": False, "mistakes": told})
        return
    for mistake in mistakes:
        typer.echo(mistake.to_text(path.name), err=True)


def _tell_terms(path: Path, terms: "Terms", *, as_json: bool) -> None:
    from agreement.paper.advising import list_advice
    from agreement.paper.wording import list_sentences

    sentences, advice = list_sentences(terms), list_advice(terms)
    if as_json:
        says = {"name": terms.name, "version": terms.version, "says": sentences, "advice": advice}
        _write({"file": str(path), "ok": True, "mistakes": [], **says})
        return
    typer.echo(f"{path.name} can be signed: {terms.name} ({terms.version})\n")
    for sentence in sentences:
        typer.echo(f"  {sentence}")
    tell_advice(advice)


def tell_advice(advice: Sequence[str]) -> None:
    """Tell what somebody may have overlooked, nothing where there is none."""
    if advice:
        typer.echo("\nIt is allowed, and was it meant?")
    for sentence in advice:
        typer.echo(f"  {sentence}.")


def _write(answer: dict[str, Any]) -> None:
    typer.echo(msgspec.json.encode(answer).decode())
