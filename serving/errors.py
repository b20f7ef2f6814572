"""Errors: the one table from exceptions to problem+json, with a stable code for each."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.types import Send

from serving.api import addresses, attributes, bodies, callers, credentials, limiting, signed, strict_json
from serving.api.schemas import ProblemBody
from serving.championing import NoScorer
from serving.erasure_log import DamagedLog, UnwritableLog
from serving.gathering import Overloaded
from serving.importing.jobs import UnknownImport
from serving.keyring import UnreadableKeys
from serving.store.database import UnusableStore
from serving.usecases.browsing import UnknownLead
from serving.usecases.committing import KeyReused, StoreUnavailable
from serving.usecases.linking import UnknownLink
from serving.usecases.overseeing import UnknownAlert
from serving.usecases.reaching import UnknownChannel
from serving.usecases.signing import UnknownVersion
from serving.usecases.staffing import UnknownOwner
from serving.usecases.views.figures import BadOption, UnknownTable

Headers = list[tuple[bytes, bytes]]

_RULES: Mapping[type[Exception], tuple[int, str]] = {
    strict_json.InvalidJson: (400, "invalid_json"),
    strict_json.DuplicateKey: (400, "duplicate_key"),
    strict_json.TooDeep: (400, "too_deep"),
    strict_json.TooManyKeys: (422, "too_many_keys"),
    strict_json.BadUnicode: (422, "bad_unicode"),
    strict_json.NotFinite: (422, "not_finite"),
    bodies.AmbiguousLength: (400, "ambiguous_length"),
    bodies.DamagedBody: (400, "damaged_body"),
    bodies.BodyTooLarge: (413, "body_too_large"),
    bodies.UnsupportedMediaType: (415, "unsupported_media_type"),
    bodies.UnsupportedEncoding: (415, "unsupported_encoding"),
    credentials.NoKey: (401, "no_key"),
    credentials.WrongKey: (401, "wrong_key"),
    credentials.TwoKeys: (400, "two_keys"),
    credentials.KeyInQuery: (400, "key_in_query"),
    credentials.MissingScope: (403, "missing_scope"),
    limiting.TooManyWrongKeys: (429, "too_many_wrong_keys"),
    callers.CrossSite: (403, "cross_site"),
    callers.WrongHost: (421, "wrong_host"),
    callers.Loop: (508, "loop"),
    signed.WrongSignature: (401, "wrong_signature"),
    signed.StaleSignature: (401, "stale_signature"),
    signed.BadWebhookId: (400, "bad_webhook_id"),
    UnreadableKeys: (503, "unreadable_keys"),
    NoScorer: (503, "no_champion"),
    addresses.BadIdempotencyKey: (400, "bad_idempotency_key"),
    KeyReused: (422, "key_reused"),
    Overloaded: (503, "overloaded"),
    StoreUnavailable: (503, "store_unavailable"),
    UnusableStore: (503, "store_unavailable"),
    UnknownLead: (404, "unknown_lead"),
    UnknownAlert: (404, "unknown_alert"),
    UnknownLink: (404, "unknown_link"),
    UnknownOwner: (404, "unknown_owner"),
    UnwritableLog: (503, "erasure_log_unwritable"),
    DamagedLog: (503, "erasure_log_unwritable"),
    UnknownChannel: (404, "unknown_channel"),
    UnknownTable: (404, "unknown_table"),
    UnknownVersion: (404, "unknown_version"),
    UnknownImport: (404, "unknown_route"),
    BadOption: (422, "bad_parameter"),
}
_OF_STATUS = {404: "unknown_route", 405: "wrong_method"}
_JSON = (b"content-type", b"application/problem+json")
_ENCODER = msgspec.json.Encoder()

TITLES: Mapping[str, str] = {
    "not_http": "The request is not HTTP",
    "header_too_large": "The request's header is too large",
    "invalid_json": "The body is not JSON",
    "duplicate_key": "An object names a key twice",
    "too_deep": "The body nests too deep",
    "too_many_keys": "An object has too many keys",
    "bad_unicode": "A text is not valid Unicode",
    "not_finite": "A number is too large",
    "ambiguous_length": "The length of the body is told twice",
    "damaged_body": "The compressed body is damaged",
    "body_too_large": "The body is too large",
    "unsupported_media_type": "The body must be JSON in UTF-8",
    "unsupported_encoding": "The body may be plain or gzip",
    "no_key": "A key is needed",
    "wrong_key": "The key opens nothing",
    "two_keys": "Two keys were shown",
    "key_in_query": "A key stands in the address",
    "missing_scope": "The key is not for this",
    "too_many_wrong_keys": "Wrong keys come too fast",
    "cross_site": "A page of another site asks",
    "wrong_host": "This host is not served without a key",
    "loop": "A message of ours came back to us",
    "wrong_signature": "The signature is nobody's",
    "stale_signature": "The signature is too old or too new",
    "bad_webhook_id": "The webhook-id is malformed",
    "unreadable_keys": "The keys cannot be read",
    "no_champion": "No model is in force",
    "unknown_route": "There is nothing at this address",
    "wrong_method": "This address does not answer to this method",
    "internal_error": "Something broke on our side",
    "missing": "A required field is missing",
    "empty": "A field is blank",
    "too_long": "A text is too long",
    "bad_name": "A name holds control characters",
    "not_text": "A field takes a text",
    "not_number": "A field takes a number",
    "not_integer": "A field takes a whole number",
    "out_of_range": "A value lies outside of its range",
    "not_time": "A field takes an RFC 3339 time",
    "not_email": "A field takes an e-mail address",
    "not_an_object": "A JSON object is expected here",
    "not_an_array": "A JSON array is expected here",
    "duplicate_id": "An array names a lead twice",
    "too_many_leads": "Too many leads at once",
    "bad_idempotency_key": "The Idempotency-Key cannot be kept",
    "key_reused": "The Idempotency-Key belongs to another request",
    "overloaded": "More is sent than can be stored in time",
    "store_unavailable": "The store cannot be written just now",
    "different_id": "The body names another id than the address",
    "in_the_future": "A time lies too far in the future",
    "unknown_stage": "There is no such stage",
    "unknown_kind": "There is no such kind",
    "unknown_reason": "Nobody agreed on this reason",
    "too_many_events": "Too many events at once",
    "too_many_facts": "Too many facts at once",
    "unknown_act": "There is no such act",
    "lead_never_came": "Events waited for a lead that never came",
    "bad_parameter": "A query parameter does not fit",
    "unknown_parameter": "There is no such query parameter",
    "unknown_lead": "There is no such lead",
    "unknown_alert": "There is no such alert",
    "unknown_link": "The link opens nothing",
    "unknown_owner": "Nobody has this id",
    "erasure_log_unwritable": "The log of erasures cannot be kept",
    "unknown_channel": "There is no such channel",
    "unknown_table": "There are no such figures",
    "unknown_version": "Nobody has signed this version",
    "unknown_field": "There is no such field",
    "unknown_zone": "There is no such time zone",
    "unknown_holidays": "Nobody knows the public holidays of this country or region",
    "bad_hours": "Hours cannot be read",
    "bad_month": "A month cannot be read",
    "bad_agreement": "Nobody could hold to the agreement as it is written",
    "not_date": "A field takes a date",
    "bad_owner": "A person is not as the agreement allows",
    "bad_channel": "The channel's address or secret is refused",
    "reserved_id": "The id stands for something else",
    "not_boolean": "A field takes true or false",
}
"""What each code means, for people; codes are never renamed."""


def describe_problem(error: Exception) -> ProblemBody:
    """Describe an error as a problem; what is not in the table is our own mistake and tells nothing."""
    if isinstance(error, attributes.BadField):
        return _describe(422, error.code, str(error), error.path)
    if isinstance(error, HTTPException):
        code = _OF_STATUS.get(error.status_code, "bad_request")
        return _describe(error.status_code, code, TITLES.get(code, HTTPStatus(error.status_code).phrase))
    for kind, (status, code) in _RULES.items():
        if isinstance(error, kind):
            return _describe(status, code, str(error), getattr(error, "path", ""))
    return _describe(500, "internal_error", "the error was logged; try again, or tell the operator")


def encode_problem(problem: ProblemBody) -> bytes:
    """Encode a problem as JSON."""
    return _ENCODER.encode(problem)


async def send_problem(send: Send, problem: ProblemBody, headers: Headers | None = None) -> None:
    """Answer a request with a problem."""
    body = encode_problem(problem)
    own: Headers = [_JSON, (b"content-length", b"%d" % len(body)), *(headers or [])]
    if problem.status == 503:
        own.append((b"retry-after", b"5"))
    if problem.code == "ambiguous_length":
        own.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": problem.status, "headers": own})
    await send({"type": "http.response.body", "body": body})


def _describe(status: int, code: str, detail: str, path: str = "") -> ProblemBody:
    return ProblemBody(
        type=f"/docs#{code}",
        title=TITLES.get(code, HTTPStatus(status).phrase),
        status=status,
        code=code,
        detail=detail,
        path=path,
    )
