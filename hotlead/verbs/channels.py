"""`hotlead channels`: over what people and programs are told."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.standing import get_terms, read_clock, read_settings
from hotlead.store import open_filled_store, open_store

if TYPE_CHECKING:
    from serving.channels.outcome import Outcome

channels = typer.Typer(
    help="Add, list, test and remove the channels over which people and programs are told.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The channel's id, as `hotlead channels list` shows.")
]


class UnknownKind(ValueError):
    """There is no such kind of channel."""


@channels.command("add")
def add(
    url: Annotated[str, typer.Option("--url", help="An https address, or one of Apprise: slack://…, mailto://…")],
    owner: Annotated[str, typer.Option("--owner", help="Whom it reaches: a person's id, or team.")] = "team",
    kind: Annotated[str, typer.Option("--kind", help="webhook for programs, apprise for people.")] = "apprise",
    secret: Annotated[str | None, typer.Option("--secret", help="whsec_…, where the receiver has one.")] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Check a channel and add it; a webhook's secret is shown this once."""
    from serving.api.channels import describe
    from serving.channels.sending import KINDS, Sender
    from serving.usecases.reaching import add_channel, propose_channel

    if kind not in KINDS:
        raise UnknownKind(f"there is no kind of this name: use one of {', '.join(KINDS)}")
    new = propose_channel(person_id=owner, kind=kind, url=url, secret=secret, randomness=secrets.token_bytes)
    Sender(read_settings(home).trusted).check(new.as_channel())
    with open_store(home) as database, database.writing() as connection:
        known = add_channel(connection, new, get_terms(home), read_clock())
    made = None if secret is not None else new.secret
    if as_json:
        typer.echo(json.dumps({"channel": describe(known), "secret": made}, default=str))
        return
    typer.echo(made or known.id)
    shown = "The secret is shown this once. " if made else ""
    typer.echo(f"{shown}Added {known.id}: {known.description}. Try it: hotlead channels test {known.id}", err=True)


@channels.command("list")
def list_(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the channels in use; never an address or a secret."""
    from serving.api.channels import describe
    from serving.usecases.reaching import list_known_channels

    with open_filled_store(home) as database, database.reading() as connection:
        listed = list_known_channels(connection)
    if as_json:
        typer.echo(json.dumps([describe(known) for known in listed], default=str))
        return
    if not listed:
        typer.echo("There are no channels. Make one: hotlead channels add --url slack://… --owner team")
    for known in listed:
        rests = "rests after failures" if known.rests_until and known.rests_until > read_clock() else ""
        typer.echo(f"{known.id}  {known.owner_id:<20}  {known.description}  {rests}".rstrip())


@channels.command("test")
def send_test(channel_id: IdArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Send a real message that says that the channel works; exit code 1 if it does not arrive."""
    outcome = _send_test(channel_id, home)
    if as_json:
        told = {"delivered": outcome.is_delivered, "code": outcome.code, "status": outcome.status}
        typer.echo(json.dumps({**told, "seconds": round(outcome.seconds, 3), "detail": outcome.detail}))
    else:
        typer.echo(f"{outcome.code}: {outcome.detail} ({outcome.seconds:.1f} s)")
    if not outcome.is_delivered:
        raise typer.Exit(1)


@channels.command("remove")
def remove(channel_id: IdArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Take a channel out of use, with its address and secret; what it has not delivered is given up."""
    from serving.usecases.reaching import remove_channel

    with open_filled_store(home) as database, database.writing() as connection:
        given_up = remove_channel(connection, channel_id)
    if as_json:
        typer.echo(json.dumps({"status": "removed", "given_up": given_up}))
        return
    typer.echo(f"Removed {channel_id}; {given_up} message(s) given up.")


def _send_test(channel_id: str, home: Path) -> "Outcome":
    from features.times import to_datetime
    from serving.channels.sending import Sender
    from serving.usecases.reaching import compose_test, get_channel, read_channel, record_test

    now = read_clock()
    with open_filled_store(home) as database:
        with database.reading() as connection:
            row = get_channel(connection, channel_id)
            message = compose_test(connection, row, get_terms(home), now=now, randomness=secrets.token_bytes)
        outcome = Sender(read_settings(home).trusted).send(message, read_channel(row), to_datetime(now))
        with database.writing() as connection:
            record_test(connection, channel_id, outcome, now)
    return outcome
