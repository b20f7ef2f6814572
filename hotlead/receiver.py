"""A small receiver of webhooks on loopback, as a company would write one: it believes what is rightly signed."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message with a right signature, and when it was there, in seconds of `time.perf_counter`."""

    id: str
    at: float
    payload: Any

    @property
    def kind(self) -> str:
        """Return what it tells: ``lead.became_hot``, ``lead.digest`` and so on."""
        return str(self.payload["type"])

    @property
    def lead_ids(self) -> list[str]:
        """Return the leads it tells of."""
        return [lead["id"] for lead in self.payload["data"]["leads"]]


class Receiver:
    """Keeps what it is sent, each message once, from entering the block until its end."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _build_handler(self._take))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._changed = threading.Condition()
        self._webhook: Webhook | None = None
        self._known: dict[str, Received] = {}
        self.n_refused = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def target(self) -> str:
        """Return the ``host:port`` that a service must trust to send here."""
        return f"127.0.0.1:{self._server.server_port}"

    def trust(self, secret: str) -> None:
        """Take messages that are signed with this secret; before that, none is taken."""
        self._webhook = Webhook(secret)

    def list_received(self) -> list[Received]:
        """List what came, in the order in which it came."""
        with self._changed:
            return list(self._known.values())

    def wait_for(self, is_wanted: Callable[[Received], bool], seconds: float) -> Received | None:
        """Wait for a message, and return it; None where it does not come in time."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(is_wanted, self._known.values())), seconds)
            return next(filter(is_wanted, self._known.values()), None)

    def _take(self, body: bytes, headers: dict[str, str]) -> bool:
        at = time.perf_counter()
        with self._changed:
            try:
                if self._webhook is None:
                    raise WebhookVerificationError("no secret is trusted yet")
                payload = self._webhook.verify(body, headers)
            except (WebhookVerificationError, ValueError):
                self.n_refused += 1
                return False
            # At least once: a message that comes again is the one we have.
            message_id = headers["webhook-id"]
            self._known.setdefault(message_id, Received(id=message_id, at=at, payload=payload))
            self._changed.notify_all()
            return True


def _build_handler(take: Callable[[bytes, dict[str, str]], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_taken = take(body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(204 if is_taken else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing: the demo says what comes."""

    return Handler
