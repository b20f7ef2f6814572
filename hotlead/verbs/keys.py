"""`hotlead keys`: who may ask the service, and what for."""

import json
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.store import has_store, open_store

if TYPE_CHECKING:
    from serving.store.keys import StoredKey
    from serving.usecases.admitting import NewKey

keys = typer.Typer(
    help="Make, list and revoke the keys of those who may ask. Without keys and users, this machine may.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@keys.command("add")
def add(
    name: Annotated[str, typer.Option("--name", help="Who will use it, such as CRM.")],
    scope: Annotated[list[str], typer.Option("--scope", help="ingest, score, read or admin; again for more.")],
    signs: Annotated[
        bool, typer.Option("--signs", help="A secret to sign pushes with (Standard Webhooks).")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Make a key and show it, this once."""
    from serving.usecases.admitting import add_key
    from serving.usecases.auditing import record_audit

    with open_store(home) as database, database.writing() as connection:
        at, randomness = _read_clock(), secrets.SystemRandom()
        new = add_key(connection, name=name, scopes=scope, at=at, randomness=randomness, signs=signs)
        may = sorted(new.stored.scopes)
        record_audit(connection, at=at, who="", what="key.add", target=new.stored.id, scopes=may)
    if as_json:
        typer.echo(json.dumps({**_describe(new.stored), "secret" if signs else "key": new.text}))
        return
    typer.echo(new.text)
    typer.echo(_say_use(new), err=True)


@keys.command("list")
def list_(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the keys, revoked ones too, by their ids."""
    found = _list_keys(home)
    if as_json:
        typer.echo(json.dumps([_describe(key) for key in found]))
        return
    if not found:
        typer.echo("There are no keys. Make one: hotlead keys add --name CRM --scope ingest")
    for key in found:
        typer.echo(_say_key(key))


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `hotlead keys list` shows it.")],
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key; a running server refuses it within two seconds. Its row stays."""
    from serving.usecases.admitting import UnknownKey, revoke_key
    from serving.usecases.auditing import record_audit

    if not has_store(home):
        raise UnknownKey("there are no keys to revoke")
    with open_store(home) as database, database.writing() as connection:
        at = _read_clock()
        revoked = revoke_key(connection, key_id, at=at)
        record_audit(connection, at=at, who="", what="key.revoke", target=revoked.id)
    if as_json:
        typer.echo(json.dumps(_describe(revoked)))
        return
    typer.echo(f"Revoked {revoked.id} ({revoked.name}).")


def has_active_key(home: Path) -> bool:
    """Tell whether the store of a home has a key that has not been revoked; makes no store."""
    return any(key.revoked_at is None for key in _list_keys(home))


def _list_keys(home: Path) -> "list[StoredKey]":
    from serving.store.keys import list_keys

    if not has_store(home):
        return []
    with open_store(home) as database, database.reading() as connection:
        return list_keys(connection)


def _read_clock() -> int:
    return time.time_ns() // 1_000


def _describe(key: "StoredKey") -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "signs": key.signing_secret is not None,
        "scopes": sorted(key.scopes),
        "created_at": _write_moment(key.created_at),
        "revoked_at": None if key.revoked_at is None else _write_moment(key.revoked_at),
    }


def _say_key(key: "StoredKey") -> str:
    state = "active" if key.revoked_at is None else f"revoked {_write_moment(key.revoked_at)}"
    kind = "signs" if key.signing_secret is not None else "shows"
    scopes = ",".join(sorted(key.scopes))
    return f"{key.id}  {kind}  {scopes:<17}  made {_write_moment(key.created_at)}  {state:<28}  {key.name}"


def _say_use(new: "NewKey") -> str:
    if new.stored.signing_secret is not None:
        return f"Shown once. {new.stored.name} signs with it, as Standard Webhooks says. Id: {new.stored.id}"
    return f"Shown once. {new.stored.name} sends it as: Authorization: Bearer hl_… Id: {new.stored.id}"


def _write_moment(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
