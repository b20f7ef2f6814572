"""`hotlead serve`: answer over HTTP; beyond this machine only where keys tell callers apart."""

import ipaddress
import socket
from pathlib import Path
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.verbs.keys import has_active_key
from hotlead.verbs.users import has_user

_BACKLOG = 2_048


class BeyondLoopback(ValueError):
    """The address would be open to others, and there is no key to tell them apart."""


class AddressTaken(ValueError):
    """The address cannot be listened on."""


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; beyond loopback with keys or users.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="Port; 0 picks a free one.")] = 8000,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Answer scores over HTTP; a promoted model is picked up by itself. Other machines need a key."""
    check_reach(host, home)
    listening = listen(host, port)
    from hotlead.promoting import VerbForeman
    from serving.server import run_server
    from serving.settings import Settings

    where = f"[{host}]" if ":" in host else host
    typer.echo(f"Serving on http://{where}:{listening.getsockname()[1]}/docs (stop with Ctrl+C)", err=True)
    with listening:
        run_server(Settings(home=home), [listening], foreman=VerbForeman(home))


def check_reach(host: str, home: Path) -> None:
    """Check that only this machine can reach an address, or that keys or users tell others apart.

    Raises
    ------
    BeyondLoopback
        If others can and there is none, or it is no address.
    """
    if not (is_loopback(host) or has_active_key(home) or has_user(home)):
        raise BeyondLoopback(
            "others must be told apart: add a user with `hotlead users add`, a key with `hotlead keys add`,"
            " or use --host 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address.

    Raises
    ------
    BeyondLoopback
        If it is no address.
    """
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError) as error:
        raise BeyondLoopback(f"{host!r} is no address: use --host 127.0.0.1") from error
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Raises
    ------
    AddressTaken
        If it is in use or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and an answer in two packets waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        why = (error.strerror or str(error)).lower()
        raise AddressTaken(f"cannot listen on {host}:{port} ({why}): choose another --port") from error
    return listening
