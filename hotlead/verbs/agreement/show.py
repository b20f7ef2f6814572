"""`hotlead agreement show`: the agreement in force, in plain words."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import open_agreeing

if TYPE_CHECKING:
    from agreement.paper.expiring import AgreementWarning
    from agreement.paper.signing import InForce


def show(
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show the agreement in force in plain words, who signed it, and what somebody should see to."""
    from serving.api.agreement import describe_in_force

    with open_agreeing(home) as agreeing:
        in_force, warnings, trouble = agreeing.take(), agreeing.list_warnings(), agreeing.trouble
    if as_json:
        told = [{"code": each.code, "sentence": each.sentence} for each in warnings]
        typer.echo(msgspec.json.encode({**describe_in_force(in_force), "warnings": told}).decode())
        return
    for line in list_lines(in_force, warnings, trouble):
        typer.echo(line)


def list_lines(
    in_force: "InForce", warnings: "Sequence[AgreementWarning]", trouble: str | None = None
) -> Iterator[str]:
    """List what people read of the agreement in force."""
    from agreement.paper.wording import list_sentences

    yield f"{in_force.terms.name} ({in_force.terms.version})"
    yield say_signature(in_force)
    yield ""
    yield from (f"  {sentence}" for sentence in list_sentences(in_force.terms))
    told = [warning.sentence for warning in warnings]
    if trouble is not None and trouble not in told:
        told.append(trouble)
    if told:
        yield ""
        yield from (f"See to this: {sentence}." for sentence in told)


def say_signature(in_force: "InForce") -> str:
    """Return the sentence that says who signed what is in force, and for which days."""
    signature = in_force.signature
    if signature is None:
        return "Nobody has signed it: it follows the file. Sign it: hotlead agreement sign"
    days = f"from {signature.begins} to before {signature.ends} ({signature.terms.zone})"
    return f"In force {days}. Signed by {', and '.join(signature.signed_by)}."
