"""Signing: the routes of the agreement itself: which version is in force, all that were signed, and another."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from serving.api.agreement import MOST_SIGNERS
from serving.api.descriptions.desk_bodies import Next
from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import NAME, PAGE, maybe, put_id
from serving.api.descriptions.viewing import TAG
from serving.api.schemas import Moment

VERSION = put_id("version", "the version, as every figure names it", "nordic-1f2e3d4c5b6a")
_BROUGHT: Codes = unite(WITH_QUERY, WITH_STORE)
_CODES = (
    *("bad_agreement", "unknown_field", "not_text", "not_date", "not_boolean", "not_an_array", "too_long"),
    *("empty", "bad_name"),
)
_DATE = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_TERMS = Meta(description="every term, by the keys of agreement.toml")
_SIGNED_BY = ["Anna Lee, marketing", "Otto Berg, sales"]
_FILE = 'name = "nordic"\n\n[[response]]\nbucket = "hot"\nfirst_contact = "4 h"\n'
_EXAMPLE = {"text": _FILE, "ends": "2100-01-01", "signed_by": _SIGNED_BY}


class AgreementWarningBody(Struct, kw_only=True):
    """Something that somebody should see to."""

    code: Literal["ends_soon", "has_run_out", "gap", "file_differs"]
    sentence: str


class AgreementBody(Struct, kw_only=True):
    """What is in force."""

    version: str
    name: str
    zone: str
    is_signed: Annotated[bool, Meta(description="false where the file counts, because nobody has signed")]
    has_run_out: Annotated[bool, Meta(description="its days are over, and nothing else was signed")]
    begins: Annotated[date, Meta(description="the first day")] | None
    ends: Annotated[date, Meta(description="the day after the last")] | None
    signed_at: Moment | None
    signed_by: list[str]
    terms: Annotated[dict[str, Any], _TERMS]
    warnings: list[AgreementWarningBody]


class SignatureBody(Struct, kw_only=True):
    """Terms that both sides signed for some days."""

    number: Annotated[int, Meta(description="a later one prevails over the days that both hold")]
    version: str
    name: str
    zone: str
    begins: date
    ends: Annotated[date, Meta(description="the day after the last")]
    signed_at: Moment
    signed_by: list[str]
    is_in_force: bool


class SignaturePageBody(Struct, kw_only=True):
    """A page of signatures."""

    items: list[SignatureBody]
    next: Next | None


class VersionBody(SignatureBody, kw_only=True):
    """The latest signature of a version, with what was signed."""

    terms: Annotated[dict[str, Any], _TERMS]
    text: Annotated[str, Meta(description="the file, as it was signed")]


class DifferenceBody(Struct, kw_only=True):
    """One field that is not the same; null where there was, or is, nothing."""

    path: Annotated[str, Meta(description="as in response[hot].first_contact")]
    before: Any
    after: Any


class SigningBody(Struct, kw_only=True):
    """What was signed, or would be."""

    status: Literal["signed", "checked"]
    version: str
    name: str
    zone: str
    begins: date
    ends: Annotated[date, Meta(description="the day after the last")]
    instead_of: Annotated[str, Meta(description="the version that was in force, or would be, on the first day")]
    differences: list[DifferenceBody]
    advice: Annotated[list[str], Meta(description="what somebody may have overlooked; none of it is a mistake")]


BODIES = (AgreementBody, SignaturePageBody, VersionBody, SigningBody)


def list_schemas() -> dict[str, Any]:
    """List the schemas of what is to be signed."""
    signers = {"type": ["array", "null"], "items": NAME, "maxItems": MOST_SIGNERS}
    told = {
        "text": {"type": "string", "description": "An agreement.toml, as text."},
        "begins": maybe(_DATE, "The first day in the agreement's zone; today if left out."),
        "ends": maybe(_DATE, "The day after the last; the end of the goal if left out."),
        "signed_by": {**signers, "description": "Both team leads."},
        "dry_run": {"type": ["boolean", "null"], "description": "Only say what would change."},
    }
    facts = {"type": "object", "required": ["text"], "properties": told, "additionalProperties": False}
    return {"AgreementFacts": facts}


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [*_list_look_ups(), _describe_signing()]


def _list_look_ups() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/agreement",
            id="show_agreement",
            tag=TAG,
            scope="read",
            summary="Show the agreement in force",
            description="As long as nobody has signed, it is what the file on the server says.",
            answers={200: Answer(description="What is in force", schema=refer("AgreementBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="GET",
            path="/v1/agreement/versions",
            id="list_agreement_versions",
            tag=TAG,
            scope="read",
            summary="List what was signed",
            description="The latest signature first. Nothing that was signed is ever changed or taken back.",
            parameters=PAGE,
            answers={200: Answer(description="A page of signatures", schema=refer("SignaturePageBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="GET",
            path="/v1/agreement/versions/{version}",
            id="show_agreement_version",
            tag=TAG,
            scope="read",
            summary="Show a version that was signed",
            description="Its latest signature, with the terms and the text of the file.",
            parameters=(VERSION,),
            answers={200: Answer(description="The version", schema=refer("VersionBody"))},
            problems=unite(_BROUGHT, {404: ("unknown_version",)}),
        ),
    ]


def _describe_signing() -> Operation:
    return Operation(
        method="POST",
        path="/v1/agreement",
        id="sign_agreement",
        tag=TAG,
        scope="admin",
        summary="Sign an agreement",
        description=(
            "Puts the text in force from a day until before another. Where days were signed before, the later "
            "signature prevails; what was handed over keeps the version and the times under which it was."
        ),
        body=Body(
            schema=refer("AgreementFacts"),
            examples={
                "check": {"summary": "Say what would change", "value": {**_EXAMPLE, "dry_run": True}},
                "sign": {"summary": "Sign", "value": _EXAMPLE},
            },
        ),
        answers={
            200: Answer(description="What would change", schema=refer("SigningBody")),
            201: Answer(description="Signed, and in force from its first day on", schema=refer("SigningBody")),
        },
        problems=unite(_BROUGHT, {422: _CODES}),
    )
