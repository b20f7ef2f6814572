"""Admission: who may ask what; it stands before every route that is not for everybody."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api.bodies import CallerGone
from serving.api.callers import Told, check_loop, check_loopback, check_site, pick_headers
from serving.api.credentials import admit_key, check_query, check_scope, find_key, require_key
from serving.api.limiting import TooManyWrongKeys, WrongKeys
from serving.api.signed import admit_signer, hold_body, is_signed, read_signature
from serving.errors import Headers, describe_problem, send_problem
from serving.keyring import Keyring
from serving.store.database import Database
from serving.usecases.admitting import ANYBODY_HERE, Admitted, KnownKeys, check_scope_name


class Admission:
    """Admits callers by their keys or their signatures; a store that never had a key or a user admits this machine.

    Parameters
    ----------
    database
        Where the keys are.
    clock
        Returns the moment in microseconds; signatures are held against it.
    refresh_seconds
        The most seconds that a revoked key may still work.
    body_limit
        The most bytes of a signed body.
    registry
        Where wrong keys above the limits are counted.
    on_refusal
        Called with the code of each refusal.
    on_attack
        Called with a sentence when wrong keys begin to come too fast.
    timer
        Returns seconds that only rise, whatever happens to the clock.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        refresh_seconds: float = 2.0,
        body_limit: int = 2**20,
        registry: CollectorRegistry | None = None,
        on_refusal: Callable[[str], object] = lambda _: None,
        on_attack: Callable[[str], object] = lambda _: None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._body_limit, self._on_refusal = clock, body_limit, on_refusal
        self._keyring = Keyring(database, refresh_seconds=refresh_seconds, timer=timer)
        counter = Counter("hotlead_refused_keys", "Wrong keys above a limit.", registry=registry)
        self._wrong_keys = WrongKeys(timer=timer, on_limit=counter.inc, on_news=on_attack)

    def guard(self, scope: str, app: ASGIApp) -> ASGIApp:
        """Return an application that admits callers with this scope to another; the Admitted is ``state["key"]``.

        Raises
        ------
        UnknownScope
            If no key can have the scope.
        """
        check_scope_name(scope)
        return _Guarded(self, scope, app)

    def close(self) -> None:
        """End what reads the keys."""
        self._keyring.close()

    async def admit(self, scope: Scope, receive: Receive, wanted: str) -> Receive:
        """Admit a caller or raise; returns what reads the body, which a signature may have read before."""
        told = pick_headers(scope["headers"])
        check_loop(told)
        check_site(scope["method"], told)
        check_query(scope["query_string"])
        text, known, peer = find_key(told), await self._keyring.get(), _find_peer(scope)
        if known.is_open:
            check_loopback(told, peer)
        if text is None and is_signed(told):
            admitted, receive = await self._admit_push(told, known, scope, receive)
        elif text is None and known.is_open:
            admitted = ANYBODY_HERE
        else:
            admitted = self._admit_key(require_key(text), known, peer)
        check_scope(admitted, wanted)
        scope.setdefault("state", {})["key"] = admitted
        return receive

    async def refuse(self, send: Send, error: Exception) -> None:
        """Answer what was raised as a problem; what is our own mistake is raised again."""
        problem = describe_problem(error)
        if problem.status == 500:
            raise error
        self._on_refusal(problem.code)
        await send_problem(send, problem, _build_headers(problem.status, error))

    def _admit_key(self, text: bytes, known: KnownKeys, peer: str) -> Admitted:
        try:
            return admit_key(text, known)
        except PermissionError:
            self._wrong_keys.record(peer, text)
            raise

    async def _admit_push(
        self, told: Told, known: KnownKeys, scope: Scope, receive: Receive
    ) -> tuple[Admitted, Receive]:
        signature = read_signature(told, self._clock())
        body, again = await hold_body(scope, receive, self._body_limit)
        return await admit_signer(signature, body, known.signers), again


class _Guarded:
    """One application behind the admission; a class, as Starlette takes functions for something else."""

    def __init__(self, admission: Admission, wanted: str, app: ASGIApp) -> None:
        self._admission, self._wanted, self._app = admission, wanted, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            receive = await self._admission.admit(scope, receive, self._wanted)
        except CallerGone:
            return
        except Exception as error:
            await self._admission.refuse(send, error)
            return
        await self._app(scope, receive, send)


def _find_peer(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _build_headers(status: int, error: Exception) -> Headers:
    if isinstance(error, TooManyWrongKeys):
        return [(b"retry-after", b"%d" % error.retry_seconds)]
    return [(b"www-authenticate", b"Bearer")] if status == 401 else []
