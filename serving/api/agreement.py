"""The agreement: which version is in force, all that were signed, and signing another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from agreement.paper.advising import list_advice
from agreement.paper.differing import list_differences
from agreement.paper.signing import BadSignature, InForce, Signature
from agreement.paper.term_tables import write_table
from agreement.terms import BadTerms, Terms
from features.times import to_datetime
from serving.api.attributes import BadField, read_name
from serving.api.cursors import read_cursor, write_cursor
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.api.parameters import read_limit
from serving.api.strict_json import join_path
from serving.usecases.signing import Proposal, browse_signatures, get_signature, propose, sign

MOST_SIGNERS = 10
_FIELDS = ("text", "begins", "ends", "signed_by", "dry_run")
_PLACE = "versions of the agreement"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """What somebody asks to be signed."""

    text: str
    begins: date | None
    ends: date | None
    signed_by: Sequence[str]
    is_rehearsal: bool


def show_agreement(asked: Asked) -> Answering:
    """Answer GET /v1/agreement: what is in force, where it comes from, and what somebody should see to."""
    agreeing = asked.service.agreeing
    told = describe_in_force(agreeing.take())
    warnings = [{"code": each.code, "sentence": each.sentence} for each in agreeing.list_warnings()]
    return lambda _: {**told, "warnings": warnings}


def list_versions(asked: Asked) -> Answering:
    """Answer GET /v1/agreement/versions: a page of signatures, the latest first."""
    limit, after = read_limit(asked.query), read_cursor(_PLACE, asked.query, (int,))
    number = None if after is None else after[0]
    in_force = asked.service.agreeing.take()

    def answer(connection: Connection) -> Mapping[str, Any]:
        signatures = browse_signatures(connection, most=limit + 1, before=number)
        items = [describe_signature(each, in_force) for each in signatures[:limit]]
        more = len(signatures) > limit
        return {"items": items, "next": write_cursor(_PLACE, asked.query, (items[-1]["number"],)) if more else None}

    return answer


def show_version(asked: Asked) -> Answering:
    """Answer GET /v1/agreement/versions/{version}: its latest signature with what was signed; 404 otherwise."""
    in_force = asked.service.agreeing.take()

    def answer(connection: Connection) -> Mapping[str, Any]:
        signature = get_signature(connection, asked.id)
        told = describe_signature(signature, in_force)
        return {**told, "terms": write_table(signature.terms), "text": signature.text}

    return answer


def post_agreement(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do POST /v1/agreement: sign the text of an agreement, or only say what signing it would change.

    Answers 201 where it was signed and 200 for a rehearsal; 422 ``bad_agreement`` where nobody could hold to it.
    """
    asking = read_asking(errand.body)
    agreeing = errand.service.agreeing
    proposal = _propose(asking, errand.now)
    # A version for days to come is compared with what would be in force then.
    before = agreeing.take(max(errand.now, proposal.days.begins_at))
    if not asking.is_rehearsal:
        _sign(errand, proposal, asking)
        agreeing.refresh()
    told = _describe_proposal(proposal, before.terms)
    status = "checked" if asking.is_rehearsal else "signed"
    return 200 if asking.is_rehearsal else 201, {"status": status, **told}


def describe_in_force(in_force: InForce) -> dict[str, Any]:
    """Describe what is in force as callers see it."""
    signature, terms = in_force.signature, in_force.terms
    return {
        "version": terms.version,
        "name": terms.name,
        "zone": terms.zone,
        "is_signed": in_force.is_signed,
        "has_run_out": in_force.has_run_out,
        "begins": None if signature is None else signature.begins,
        "ends": None if signature is None else signature.ends,
        "signed_at": None if signature is None else to_datetime(signature.signed_at),
        "signed_by": [] if signature is None else list(signature.signed_by),
        "terms": write_table(terms),
    }


def describe_signature(signature: Signature, in_force: InForce) -> dict[str, Any]:
    """Describe a signature as lists show it."""
    now = in_force.signature
    return {
        "number": signature.number,
        "version": signature.version,
        "name": signature.terms.name,
        "zone": signature.terms.zone,
        "begins": signature.begins,
        "ends": signature.ends,
        "signed_at": to_datetime(signature.signed_at),
        "signed_by": list(signature.signed_by),
        "is_in_force": now is not None and now.number == signature.number,
    }


def read_asking(body: Any) -> _Asking:
    """Read what somebody asks to be signed.

    Raises
    ------
    BadField
        With the field in the way.
    """
    told = read_object(body, _FIELDS)
    if "text" not in told:
        raise BadField("missing", "text is required", "/text")
    if type(told["text"]) is not str:
        raise BadField("not_text", "give a text in quotes", "/text")
    is_rehearsal = told.get("dry_run", False)
    if type(is_rehearsal) is not bool:
        raise BadField("not_boolean", "give true or false", "/dry_run")
    return _Asking(
        text=told["text"],
        begins=_read_date(told, "begins"),
        ends=_read_date(told, "ends"),
        signed_by=_read_signers(told.get("signed_by", [])),
        is_rehearsal=is_rehearsal,
    )


def _propose(asking: _Asking, now: int) -> Proposal:
    try:
        return propose(asking.text, begins=asking.begins, ends=asking.ends, now=now)
    except BadTerms as error:
        raise BadField("bad_agreement", str(error), "/text") from None
    except BadSignature as error:
        raise BadField("bad_agreement", str(error)) from None


def _sign(errand: Errand, proposal: Proposal, asking: _Asking) -> None:
    try:
        with errand.service.database.writing() as connection:
            sign(connection, proposal, signed_by=asking.signed_by, now=errand.now)
    except BadSignature as error:
        raise BadField("bad_agreement", str(error), "/signed_by") from None


def _describe_proposal(proposal: Proposal, before: Terms) -> dict[str, Any]:
    return {
        "version": proposal.terms.version,
        "name": proposal.terms.name,
        "zone": proposal.terms.zone,
        "begins": proposal.days.begins,
        "ends": proposal.days.ends,
        "instead_of": before.version,
        "differences": [
            {"path": each.path, "before": each.before, "after": each.after}
            for each in list_differences(before, proposal.terms)
        ],
        "advice": list(list_advice(proposal.terms)),
    }


def _read_date(told: Mapping[str, Any], name: str) -> date | None:
    value = told.get(name)
    if value is None:
        return None
    try:
        if type(value) is str and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadField("not_date", "give a date as in 2027-01-01", join_path("", name))


def _read_signers(value: Any) -> list[str]:
    if type(value) is not list:
        raise BadField("not_an_array", "give an array of names", "/signed_by")
    if len(value) > MOST_SIGNERS:
        raise BadField("too_long", f"give at most {MOST_SIGNERS} names", "/signed_by")
    names = []
    for place, name in enumerate(value):
        try:
            names.append(read_name(name))
        except BadField as error:
            raise BadField(error.code, str(error), f"/signed_by/{place}") from None
    return names
