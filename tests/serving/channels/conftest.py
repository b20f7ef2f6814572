"""Messages, receivers on real sockets, and an authority that vouches for them."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving.channels.message import LeadLine, Message

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
_LINE = LeadLine(
    lead_id="L-1",
    name="Ada Lovelace",
    company="Analytical Engines",
    role="Head of Research",
    probability=0.42,
    score=93,
    bucket="hot",
    reasons=("3 downloads in the last 7 days", "asked for a price yesterday"),
    link="https://hotlead.example/leads/L-1",
    action="Call today",
    until=dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC),
    model_version="7",
    account_id="A-1",
)
Behaviour = Callable[[socket.socket], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a receiver got."""

    line: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Listens on a port of its own, notes each request whole, and then behaves as it was told."""

    def __init__(self, behave: Behaviour, context: ssl.SSLContext | None, *, is_silent: bool) -> None:
        self.requests: list[Request] = []
        self.n_connections = 0
        self._behave, self._context, self._is_silent = behave, context, is_silent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        # To close alone would leave the waiting thread one more connection to take.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.n_connections += 1
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), ExitStack() as stack:
            stack.callback(connection.close)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
            if not self._is_silent:
                self.requests.append(_read_request(connection))
            self._behave(connection)


def _read_request(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536) or _end()
    head, _, body = received.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536) or _end()
    return Request(line=line, headers=headers, body=body)


def _end() -> bytes:
    raise ConnectionError("the request ended early")


@pytest.fixture
def line() -> LeadLine:
    """What a message says of one lead."""
    return _LINE


@pytest.fixture
def message() -> Message:
    """The message of one lead that turned hot."""
    return Message(
        id="msg_1-hot",
        kind="lead.became_hot",
        at=NOW,
        zone="Europe/Helsinki",
        recipient_id="u-1",
        recipient="Grace",
        lines=(_LINE,),
    )


@pytest.fixture
def named(message: Message) -> Callable[..., Message]:
    """Return what gives the lead of a message another name, company or else."""
    return lambda **changes: replace(message, lines=(replace(_LINE, **changes),))


@pytest.fixture
def answering() -> Callable[..., Behaviour]:
    """Return what makes the behaviour of answering with a status and headers at once."""

    def make(status: int = 204, body: bytes = b"", **headers: str) -> Behaviour:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        head = f"HTTP/1.1 {status} Said\r\n{fields}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return lambda connection: connection.sendall(head.encode() + body)

    return make


@pytest.fixture
def receive() -> Iterator[Callable[..., Receiver]]:
    """Return what starts a receiver; all stop when the test ends."""
    with ExitStack() as stack:

        def start(behave: Behaviour, context: ssl.SSLContext | None = None, *, is_silent: bool = False) -> Receiver:
            receiver = Receiver(behave, context, is_silent=is_silent)
            stack.callback(receiver.stop)
            return receiver

        yield start


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    """An authority of certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


class Authority:
    """Vouches for names, with keys that live as long as the tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self._certificate = self._sign(self._name, self._key.public_key(), None)
        self._root = folder / "root.pem"
        self._root.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def trust(self) -> ssl.SSLContext:
        """Make what a client needs to believe this authority."""
        return ssl.create_default_context(cafile=str(self._root))

    def serve_as(self, name: str) -> ssl.SSLContext:
        """Make what a server needs to be taken for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([]), key.public_key(), name)
        path = self._folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, subject: x509.Name, key: Any, host: str | None) -> x509.Certificate:
        start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start.replace(year=2100))
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if host is None:
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            names = x509.SubjectAlternativeName([_name_host(host)])
            builder = builder.add_extension(names, critical=True)
        return builder.sign(self._key, hashes.SHA256())


def _name_host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@pytest.fixture
def leading_to() -> Callable[..., Callable[..., list[Any]]]:
    """Return what makes a resolver by which every name leads to the given addresses."""

    def make(*addresses: str, port: int | None = None) -> Callable[..., list[Any]]:
        def resolve(_host: str, asked: int, **_named: Any) -> list[Any]:
            return [_to_entry(address, port or asked) for address in addresses]

        return resolve

    return make


def _to_entry(address: str, port: int) -> Any:
    if ":" in address:
        bare, _, scope = address.partition("%")
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (bare, port, 0, int(bool(scope)))
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


@pytest.fixture
def now() -> dt.datetime:
    """The time at which messages go."""
    return NOW
