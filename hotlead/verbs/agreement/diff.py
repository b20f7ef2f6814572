"""`hotlead agreement diff`: what one version of the agreement says otherwise than another."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import get_terms
from hotlead.store import open_filled_store
from hotlead.verbs.agreement.sign import read_draft

if TYPE_CHECKING:
    from agreement.terms import Terms

_WHICH = "A version that was signed, or a file of TOML."


def diff(
    a: Annotated[str | None, typer.Argument(help=f"{_WHICH} What is in force if left out.")] = None,
    b: Annotated[str | None, typer.Argument(help=f"{_WHICH} agreement.toml in the home if left out.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show every field in which B differs from A: the file from what is in force, unless others are named."""
    from agreement.paper.differing import list_differences
    from agreement.terms import parse_terms

    before = get_terms(home) if a is None else _find_terms(a, home)
    after = parse_terms(read_draft(None, home)) if b is None else _find_terms(b, home)
    differences = list_differences(before, after)
    if as_json:
        told = [{"path": each.path, "before": each.before, "after": each.after} for each in differences]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"{before.version} → {after.version}")
    for difference in differences:
        typer.echo(f"  {difference.to_text()}")
    if not differences:
        typer.echo("They say the same.")


def _find_terms(named: str, home: Path) -> "Terms":
    from agreement.terms import parse_terms
    from serving.usecases.signing import get_signature

    if Path(named).is_file():
        return parse_terms(read_draft(Path(named), home))
    with open_filled_store(home) as database, database.reading() as connection:
        return get_signature(connection, named).terms
