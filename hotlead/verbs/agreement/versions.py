"""`hotlead agreement versions`: everything that was signed."""

from typing import Annotated

import msgspec
import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import open_agreeing
from hotlead.store import has_store, open_store

_NONE = "Nobody has signed an agreement yet: hotlead agreement sign"


def versions(
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List everything that was signed, the latest first; a star marks what is in force."""
    from serving.api.agreement import describe_signature
    from serving.usecases.signing import read_signatures

    if not has_store(home):
        typer.echo("[]" if as_json else _NONE)
        return
    with open_store(home) as database, database.reading() as connection:
        signatures = read_signatures(connection)[::-1]
    with open_agreeing(home) as agreeing:
        listed = [describe_signature(each, agreeing.take()) for each in signatures]
    if as_json:
        typer.echo(msgspec.json.encode(listed).decode())
        return
    for each in listed:
        mark = "*" if each["is_in_force"] else " "
        typer.echo(f"{mark} {each['version']}  {each['begins']} to before {each['ends']}  {_sign_off(each)}")
    if not listed:
        typer.echo(_NONE)


def _sign_off(told: dict[str, object]) -> str:
    names, at = told["signed_by"], told["signed_at"]
    assert isinstance(names, list)
    return f"signed {at:%Y-%m-%d %H:%M} UTC by {', and '.join(names)}"
