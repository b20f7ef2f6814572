"""`hotlead users`: who signs in to the pages, and what each may do there."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.store import has_store, open_store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from serving.usecases.enrolling import Enrolled

users = typer.Typer(
    help="Add, list, change and end the users of the pages. A store without users and keys answers this machine.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
UserArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the user signs in by, such as anna.")]
_LOCAL = "http://127.0.0.1:8000"


@users.command("add")
def add(
    user_id: UserArgument,
    role: Annotated[str, typer.Option("--role", help="rep, lead, scientist or admin.")],
    name: Annotated[str, typer.Option("--name", help='How people call them, such as "Anna A."')] = "",
    person: Annotated[str, typer.Option("--person", help="Whom of the owners of leads this is.")] = "",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Add a user, and print the link that signs them in once, within a day."""
    from serving.usecases.enrolling import add_user, make_link

    with open_store(home) as database, database.writing() as connection:
        at = _read_clock()
        add_user(
            connection, user_id=user_id, name=name or user_id, role=role, person_id=person or None, at=at, by=""
        )
        token = make_link(connection, user_id, at=at, by="")
        told = _describe(_get(connection, user_id, at))
    _tell_link(told, token, as_json=as_json)


@users.command("list")
def list_(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """List the users, those whose access has ended too."""
    found = _list_users(home)
    if as_json:
        typer.echo(json.dumps([_describe(user) for user in found]))
        return
    if not found:
        typer.echo("There are no users. Add one: hotlead users add NAME --role admin")
    for user in found:
        typer.echo(_say(user))


@users.command("link")
def link(user_id: UserArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Print a link that signs a user in once, within a day; links made before end."""
    from serving.usecases.enrolling import make_link

    with open_store(home) as database, database.writing() as connection:
        at = _read_clock()
        token = make_link(connection, user_id, at=at, by="")
        told = _describe(_get(connection, user_id, at))
    _tell_link(told, token, as_json=as_json)


@users.command("change")
def change(
    user_id: UserArgument,
    role: Annotated[str | None, typer.Option("--role", help="rep, lead, scientist or admin.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="How people call them.")] = None,
    person: Annotated[str | None, typer.Option("--person", help='An owner of leads; "" for none.')] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Change a user's name, role or person; another role ends their sessions."""
    from serving.usecases.enrolling import change_user, get_user

    with open_store(home) as database, database.writing() as connection:
        at, before = _read_clock(), get_user(connection, user_id)
        change_user(
            connection,
            user_id=user_id,
            name=before.name if name is None else name,
            role=before.role if role is None else role,
            person_id=before.person_id if person is None else person or None,
            at=at,
            by="",
        )
        changed = _get(connection, user_id, at)
    typer.echo(json.dumps(_describe(changed)) if as_json else _say(changed))


@users.command("end")
def end(user_id: UserArgument, home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Take a user's access away, at once and in every browser."""
    from serving.usecases.enrolling import end_user

    with open_store(home) as database, database.writing() as connection:
        at = _read_clock()
        end_user(connection, user_id, at=at, by="")
        ended = _get(connection, user_id, at)
    typer.echo(json.dumps(_describe(ended)) if as_json else f"Ended the access of {user_id}.")


def has_user(home: Path) -> bool:
    """Tell whether the store of a home has a user whose access has not ended; makes no store."""
    return any(user.ended_at is None for user in _list_users(home))


def _list_users(home: Path) -> "list[Enrolled]":
    from serving.usecases.enrolling import list_enrolled

    if not has_store(home):
        return []
    with open_store(home) as database, database.reading() as connection:
        return list_enrolled(connection, _read_clock())


def _get(connection: "Connection", user_id: str, at: int) -> "Enrolled":
    from serving.usecases.enrolling import list_enrolled

    return next(user for user in list_enrolled(connection, at) if user.visitor.id == user_id)


def _tell_link(told: dict[str, Any], token: str, *, as_json: bool) -> None:
    address = os.environ.get("HOTLEAD_PUBLIC_URL", "").rstrip("/") or _LOCAL
    shown = f"{address}/sign-in/{token}"
    if as_json:
        typer.echo(json.dumps({**told, "link": shown}))
        return
    typer.echo(shown)
    typer.echo(f"Signs {told['id']} in once, within a day. Hand it over as you would a key.", err=True)


def _describe(user: "Enrolled") -> dict[str, Any]:
    return {
        "id": user.visitor.id,
        "name": user.visitor.name,
        "role": str(user.visitor.role),
        "person": user.visitor.person_id,
        "has_password": user.has_password,
        "has_link": user.has_link,
        "sessions": user.n_sessions,
        "created_at": _write_moment(user.created_at),
        "ended_at": None if user.ended_at is None else _write_moment(user.ended_at),
    }


def _say(user: "Enrolled") -> str:
    visitor = user.visitor
    state = _say_state(user)
    return f"{visitor.id:<24}  {visitor.role:<9}  {visitor.person_id or '-':<16}  {state:<28}  {visitor.name}"


def _say_state(user: "Enrolled") -> str:
    if user.ended_at is not None:
        return f"ended {_write_moment(user.ended_at)}"
    if user.has_password:
        return f"signed in {user.n_sessions} times" if user.n_sessions else "has a password"
    return "has a link" if user.has_link else "has no way in: make a link"


def _read_clock() -> int:
    return time.time_ns() // 1_000


def _write_moment(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
