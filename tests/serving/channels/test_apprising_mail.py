import datetime as dt
import socketserver
from collections.abc import Iterator
from email import message_from_string
from email.header import decode_header, make_header
from threading import Thread
from typing import Any

import pytest

from serving.channels.apprising import send_apprise
from serving.channels.message import Message


class MailServer(socketserver.StreamRequestHandler):
    """Takes mails as SMTP asks, and notes them."""

    mails: list[str] = []  # noqa: RUF012

    def handle(self) -> None:
        """Take one connection."""
        self._say("220 ready")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self._say("354 go on")
                self.mails.append(self._read_mail())
            self._say("221 bye" if command == b"QUIT" else "250 taken")

    def _read_mail(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A mail server on a port of its own."""
    monkeypatch.setattr(MailServer, "mails", [])
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_poisoned_name_goes_by_mail_and_adds_no_header(
    named: Any, mail_port: int, leading_to: Any, now: dt.datetime
) -> None:
    """A name with a line break and a header is told in the subject, as text; the mail is sent, not stuck."""
    url = f"mailto://from@example.com:{mail_port}?smtp=mail.example&to=rep@example.com&mode=insecure"
    outcome = send_apprise(
        named(name="Bob\r\nBcc: all@x.com", company="Ünï 👨\u200d👩\u200d👧"),
        url=url,
        now=now,
        trusted=frozenset({"mail.example"}),
        resolve=leading_to("127.0.0.1"),
    )
    (raw,) = MailServer.mails
    mail = message_from_string(raw)
    assert outcome.is_delivered
    assert mail["Bcc"] is None
    assert (
        str(make_header(decode_header(mail["Subject"]))) == "Hot lead: Bob Bcc: all@x.com, Ünï 👨\u200d👩\u200d👧"
    )
    assert "closes with a probability of 42 %." in mail.get_payload(decode=True).decode()


def test_a_mail_server_inside_needs_the_operators_word(
    message: Message, mail_port: int, leading_to: Any, now: dt.datetime
) -> None:
    """SMTP goes through the guard as well."""
    url = f"mailto://from@example.com:{mail_port}?smtp=mail.example&to=rep@example.com&mode=insecure"
    outcome = send_apprise(message, url=url, now=now, resolve=leading_to("127.0.0.1"))
    assert outcome.code == "refused_target"
    assert MailServer.mails == []
