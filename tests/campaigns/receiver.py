"""The receiver: a CRM's end of the webhooks, which checks every signature and drops what it has already."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver:
    """Takes webhooks on a port of its own until it is closed.

    Parameters
    ----------
    secret
        What both sides know.
    """

    def __init__(self, secret: str) -> None:
        self._webhook, self._guard = Webhook(secret), threading.Lock()
        self.received: dict[str, bytes] = {}
        self.told: dict[str, list[str]] = {}
        self.n_repeats = 0
        self.unverified: list[str] = []
        self.changed: list[str] = []
        self.on_receipt: Callable[[], None] = _ignore
        self.on_reply: Callable[[], None] = _ignore
        self._server = _build_server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Check a webhook, keep it if it is new, and count it if it is not."""
        webhook_id = headers.get("webhook-id", "")
        try:
            payload: Any = self._webhook.verify(body, headers)
        except WebhookVerificationError as error:
            with self._guard:
                self.unverified.append(f"{webhook_id}: {error}")
            return
        with self._guard:
            if webhook_id in self.received:
                self.n_repeats += 1
                if self.received[webhook_id] != body:
                    self.changed.append(webhook_id)
                return
            self.received[webhook_id] = body
            if payload["type"] == "lead.became_hot":
                for lead in payload["data"]["leads"]:
                    self.told.setdefault(lead["id"], []).append(webhook_id)


def _build_server(receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            receiver.on_receipt()
            try:
                self.send_response(204)
                self.end_headers()
                self.wfile.flush()
            except OSError:
                # Who sent it was killed meanwhile.
                return
            receiver.on_reply()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Say nothing of connections that a kill has cut."""

    return Server(("127.0.0.1", 0), Handler)


def _ignore() -> None:
    return None
