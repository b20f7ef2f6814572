"""`hotlead agreement sign`: put a version of the agreement in force for some days."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import open_agreeing, read_clock
from hotlead.store import open_store

if TYPE_CHECKING:
    from agreement.paper.signing import Signature
    from agreement.terms import Terms
    from serving.usecases.signing import Proposal


class NotConfirmed(ValueError):
    """Nobody said yes."""


def sign(
    by: Annotated[list[str], typer.Option("--by", help='Who signs, for each side: "Anna Lee, marketing".')],
    file: Annotated[Path | None, typer.Argument(help="The file; agreement.toml in the home if left out.")] = None,
    begins: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; today if left out.")
    ] = None,
    ends: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="The day after the last; the goal's end if left out."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what changes, ask, and put the agreement in force; running servers see it within a second.

    A signature is never taken back: sign again for the same days, and the later one prevails.
    """
    from agreement.paper.signing import check_signers

    check_signers(by)
    proposal, before = _prepare(file, home, begins, ends)
    if not as_json:
        _show(proposal, before, home)
    if not yes:
        _ask()
    signature = _sign(proposal, by, home)
    if as_json:
        typer.echo(msgspec.json.encode(_describe(signature)).decode())
        return
    days = f"from {signature.begins} to before {signature.ends}"
    typer.echo(f"Signed: {signature.version} is in force {days} ({signature.terms.zone}).")


def read_draft(file: Path | None, home: Path) -> str:
    """Read the text of a file of an agreement, the home's where none is named.

    Raises
    ------
    BadTerms
        If it is not UTF-8.
    OSError
        If it cannot be opened.
    """
    from agreement.paper.term_tables import call_plainly
    from serving.drafting import FILE

    path = home / FILE if file is None else file
    # The text is kept to the letter, also where its lines end as on Windows.
    return call_plainly(path.name, path.read_bytes().decode, "utf-8")


def _prepare(
    file: Path | None, home: Path, begins: datetime | None, ends: datetime | None
) -> "tuple[Proposal, Terms]":
    from agreement.terms import DEFAULT_TERMS
    from serving.usecases.signing import propose

    now = read_clock()
    proposal = propose(read_draft(file, home), begins=_read_day(begins), ends=_read_day(ends), now=now)
    with open_agreeing(home) as agreeing:
        in_force = agreeing.take(max(now, proposal.days.begins_at))
    # An unsigned file is what is about to be signed: compared with itself it would hide what it says.
    return proposal, in_force.terms if in_force.is_signed else DEFAULT_TERMS


def _show(proposal: "Proposal", before: "Terms", home: Path) -> None:
    from agreement.paper.advising import list_advice
    from agreement.paper.differing import list_differences
    from hotlead.verbs.agreement.preview import list_preview

    typer.echo(f"{proposal.terms.version}, from {proposal.days.begins} to before {proposal.days.ends}")
    differences = list_differences(before, proposal.terms)
    typer.echo(f"Other than in {before.version}:" if differences else f"It says the same as {before.version}.")
    for difference in differences:
        typer.echo(f"  {difference.to_text()}")
    for sentence in list_preview(proposal.terms, home):
        typer.echo(sentence)
    for advice in list_advice(proposal.terms):
        typer.echo(f"Consider: {advice}")


def _ask() -> None:
    if not sys.stdin.isatty():
        raise NotConfirmed("nobody is there to be asked: sign with --yes")
    typer.confirm("Sign it?", default=False, abort=True)


def _sign(proposal: "Proposal", by: list[str], home: Path) -> "Signature":
    from serving.usecases.signing import sign as put_in_force

    with open_store(home) as database, database.writing() as connection:
        return put_in_force(connection, proposal, signed_by=by, now=read_clock())


def _read_day(told: datetime | None) -> date | None:
    return None if told is None else told.replace(tzinfo=UTC).date()


def _describe(signature: "Signature") -> dict[str, object]:
    return {
        "number": signature.number,
        "version": signature.version,
        "begins": signature.begins,
        "ends": signature.ends,
        "signed_by": list(signature.signed_by),
    }
