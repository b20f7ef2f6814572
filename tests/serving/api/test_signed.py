"""Signed pushes: Standard Webhooks inwards, held against the library that defines them."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from serving.api.signed import hold_body
from serving.usecases.admitting import NewKey
from tests.serving.doors import NOW, Door, check_problem, show

_BODY = b'[{"type": "visit", "lead_id": "L-1"}]'
_SECONDS = NOW // 1_000_000
_SLOW_FIXTURE = [HealthCheck.function_scoped_fixture]
Headers = list[tuple[bytes, bytes]]


def sign(secret: str, *, body: bytes = _BODY, webhook_id: str = "msg_1", seconds: int = _SECONDS) -> Headers:
    """Sign as a sender does."""
    moment = datetime.fromtimestamp(seconds, UTC)
    signature = Webhook(secret).sign(webhook_id, moment, body.decode())
    return [
        (b"webhook-id", webhook_id.encode()),
        (b"webhook-timestamp", b"%d" % seconds),
        (b"webhook-signature", signature.encode()),
    ]


def replace(headers: Headers, name: bytes, value: bytes) -> Headers:
    """Replace one header."""
    return [(told, value if told == name else old) for told, old in headers]


@pytest.fixture
def sender(door: Door) -> NewKey:
    """A sender with the scope ingest."""
    return door.add("ingest", signs=True)


def test_a_signed_push_is_let_in_with_its_body(door: Door, sender: NewKey) -> None:
    """Its name and the very bytes it sent, in however many parts, reach the application behind."""
    for parts in ([_BODY], [_BODY[:5], b"", _BODY[5:]], [bytes([byte]) for byte in _BODY]):
        answer = door.ask(*sign(sender.text), method="POST", parts=parts)
        assert answer.status == 200
        assert _BODY.decode().replace('"', '\\"') in answer.body.decode()


def test_an_empty_push_can_be_signed(door: Door, sender: NewKey) -> None:
    """A body of no bytes is signed like any other."""
    assert door.ask(*sign(sender.text, body=b""), method="POST").status == 200


def test_every_active_secret_is_tried(door: Door, sender: NewKey) -> None:
    """Two senders are told apart by their secrets alone; one that was revoked is nobody."""
    other = door.add("ingest", signs=True, name="Form")
    assert b'"CRM"' in door.ask(*sign(sender.text), method="POST", parts=[_BODY]).body
    assert b'"Form"' in door.ask(*sign(other.text), method="POST", parts=[_BODY]).body
    door.revoke(other)
    door.seconds += 2
    check_problem(door.ask(*sign(other.text), method="POST", parts=[_BODY]), 401, "wrong_signature")


@given(bit=st.integers(0, len(_BODY) * 8 - 1))
@settings(max_examples=30, deadline=None, suppress_health_check=_SLOW_FIXTURE)
def test_no_flipped_bit_keeps_the_signature(door: Door, sender: NewKey, bit: int) -> None:
    """A body with one bit changed is nobody's."""
    flipped = bytearray(_BODY)
    flipped[bit // 8] ^= 1 << bit % 8
    answer = door.ask(*sign(sender.text), method="POST", parts=[bytes(flipped)])
    check_problem(answer, 401, "wrong_signature")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"webhook-id", b"msg_2"),
        (b"webhook-timestamp", b"%d" % (_SECONDS + 1)),
        (b"webhook-timestamp", b"0%d" % _SECONDS),
        (b"webhook-timestamp", b"soon"),
        (b"webhook-timestamp", b"-1"),
        (b"webhook-timestamp", b"1e9"),
        (b"webhook-timestamp", b""),
        (b"webhook-timestamp", b"9" * 5_000),
        (b"webhook-signature", b""),
        (b"webhook-signature", b"v1,"),
        (b"webhook-signature", b"v1,AAAA"),
        (b"webhook-signature", b"v1,\xc3\xa9"),
        (b"webhook-signature", b"v1"),
        (b"webhook-signature", b"v1,a,b , ,"),
    ],
)
def test_other_headers_are_nobodys(door: Door, sender: NewKey, name: bytes, value: bytes) -> None:
    """What was not signed as it stands, or is no signature, is 401."""
    headers = replace(sign(sender.text), name, value)
    check_problem(door.ask(*headers, method="POST", parts=[_BODY]), 401, "wrong_signature")


@pytest.mark.parametrize(("off", "status"), [(0, 200), (300, 200), (-300, 200), (301, 401), (-301, 401)])
def test_a_signature_holds_five_minutes(door: Door, sender: NewKey, off: int, status: int) -> None:
    """A moment up to 300 seconds off will do, 301 will not, before or after."""
    answer = door.ask(*sign(sender.text, seconds=_SECONDS + off), method="POST", parts=[_BODY])
    assert answer.status == status
    if status == 401:
        check_problem(answer, 401, "stale_signature")


@pytest.mark.parametrize("left_out", range(3))
def test_all_three_headers_are_needed(door: Door, sender: NewKey, left_out: int) -> None:
    """A push without one of the headers, or with one of them twice, is 401, and its body is not read."""
    headers = sign(sender.text)
    twice = [*headers, headers[left_out]]
    del headers[left_out]
    for told in (headers, twice):
        check_problem(door.ask(*told, method="POST", parts=[_BODY]), 401, "wrong_signature")
    assert door.reads == 0


@pytest.mark.parametrize("webhook_id", ["msg.1", "", "a b", "é", "x" * 201, "a/b", "a\n"])
def test_an_id_that_could_be_read_otherwise_is_refused(door: Door, sender: NewKey, webhook_id: str) -> None:
    """An id with a dot or other strange letters is 400 even where the signature fits."""
    headers = sign(sender.text, webhook_id=webhook_id)
    check_problem(door.ask(*headers, method="POST", parts=[_BODY]), 400, "bad_webhook_id")


def test_one_valid_signature_of_several_is_enough(door: Door, sender: NewKey) -> None:
    """While a sender changes its secret it signs with both; other versions are passed over, not taken for v1."""
    good = sign(sender.text)[2][1]
    listed = b"v1,AAAA v1a,%s v2, %s" % (good[3:], good)
    headers = replace(sign(sender.text), b"webhook-signature", listed)
    assert door.ask(*headers, method="POST", parts=[_BODY]).status == 200
    headers = replace(headers, b"webhook-signature", b"v1a," + good[3:])
    check_problem(door.ask(*headers, method="POST", parts=[_BODY]), 401, "wrong_signature")


def test_a_replay_is_left_to_the_ingestion(door: Door, sender: NewKey) -> None:
    """The same push is let in twice; whoever stores it answers that it is known."""
    for _ in range(2):
        assert door.ask(*sign(sender.text), method="POST", parts=[_BODY]).status == 200


def test_a_signed_push_has_its_scopes_only(door: Door, sender: NewKey) -> None:
    """A secret for ingest opens nothing else."""
    answer = door.ask(*sign(sender.text), method="POST", parts=[_BODY], wanted="admin")
    check_problem(answer, 403, "missing_scope")


def test_a_shown_key_counts_before_a_signature(door: Door, sender: NewKey) -> None:
    """With Authorization the signature is not looked at, nor is a signing secret a key."""
    check_problem(door.ask(*sign(sender.text), show("x"), method="POST", parts=[_BODY]), 401, "wrong_key")
    check_problem(door.ask(show(sender.text), method="POST", parts=[_BODY]), 401, "wrong_key")


def test_without_keys_no_signature_is_anybodys(door: Door) -> None:
    """An open store knows no secret, so a push that claims a signature is not taken at its word."""
    headers = sign("whsec_" + "A" * 43 + "=")
    check_problem(door.ask(*headers, method="POST", parts=[_BODY]), 401, "wrong_signature")


def test_never_more_than_the_limit_is_read(door: Door, sender: NewKey) -> None:
    """A body that is declared too long is not begun; one that grows too long is not ended."""
    declared = [*sign(sender.text), (b"content-length", b"1001")]
    check_problem(door.ask(*declared, method="POST", parts=[b"x" * 1_001]), 413, "body_too_large")
    assert door.reads == 0
    check_problem(door.ask(*sign(sender.text), method="POST", parts=[b"x" * 100] * 50), 413, "body_too_large")
    assert door.reads == 11


def test_a_long_body_is_checked_like_a_short_one(sqlite_url: str) -> None:
    """What is hashed beside the loop is admitted and refused by the same rule."""
    from serving.store.database import Database

    database = Database(sqlite_url)
    door, body = Door(database, body_limit=2**20), b"x" * 2**20
    sender = door.add("ingest", signs=True)
    assert door.ask(*sign(sender.text, body=body), method="POST", parts=[body]).status == 200
    answer = door.ask(*sign(sender.text, body=body), method="POST", parts=[body[:-1] + b"y"])
    check_problem(answer, 401, "wrong_signature")
    door.admission.close()
    database.close()


def test_a_caller_that_hung_up_gets_no_answer(door: Door, sender: NewKey) -> None:
    """Half a body and a broken connection end in silence, not in an error."""
    assert door.ask(*sign(sender.text), method="POST", parts=[]).status == 0


def test_after_the_body_the_connection_is_heard_again() -> None:
    """Whoever reads on past the held body learns what happens on the connection, such as its end."""

    async def read() -> list[str]:
        messages = [{"type": "http.request", "body": b"x"}, {"type": "http.disconnect"}]

        async def receive() -> dict[str, object]:
            return messages.pop(0)

        _, again = await hold_body({"headers": []}, receive, 10)
        return [(await again())["type"], (await again())["type"]]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]
