"""`hotlead owners`: who can own leads and be told of them."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import get_terms
from hotlead.store import open_filled_store

if TYPE_CHECKING:
    from serving.usecases.staffing import Known

owners = typer.Typer(
    help="Look at the people of the agreement and of the CRM. The CRM tells of them with PUT /v1/owners.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@owners.callback()
def _group() -> None:
    """Keep `list` a word of its own while it is the only one."""


@owners.command("list")
def list_(
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List everybody who can be told, with their hours and the number of their channels."""
    from serving.api.owners import describe_owner
    from serving.usecases.staffing import list_known

    with open_filled_store(home) as database, database.reading() as connection:
        known = list_known(connection, get_terms(home))
    if as_json:
        typer.echo(json.dumps([describe_owner(each) for each in known], default=str))
        return
    for each in known:
        typer.echo(_say(each))


def _say(known: "Known") -> str:
    person = known.person
    hours = known.working_hours or "any hour"
    state = "" if person.is_active else "  away"
    channels = "no channel" if not known.n_channels else f"{known.n_channels} channel(s)"
    return (
        f"{person.id:<20}  {person.name:<24}  {person.zone:<20}  {hours:<22}  {channels:<12}  {known.source}{state}"
    )
