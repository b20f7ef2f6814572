"""The agreement: what is in force, what was signed, and another version looked at from all sides before it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response
from starlette.routing import Route

from agreement.paper.advising import list_advice
from agreement.paper.differing import list_differences
from agreement.paper.mistakes import Mistake
from agreement.paper.signing import BadSignature, check_signers
from agreement.paper.wording import list_sentences
from agreement.terms import DEFAULT_TERMS, BadTerms, Terms
from serving.usecases.auditing import record_audit
from serving.usecases.rights import Right
from serving.usecases.signing import Proposal, browse_signatures, get_signature, propose, sign
from serving.usecases.views.previewing import preview_hot
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write

_PAGE = 20
_MOST_SIGNERS = 4


class BadDay(ValueError):
    """What was typed for a day is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """What a form holds: the text, the days and the names as they were typed."""

    text: str
    begins: str
    ends: str
    names: tuple[str, ...]
    instead_of: str


def build_agreement_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the agreement."""
    return [
        site.show("/setup/agreement", _show, right=Right.AGREE),
        site.show("/setup/agreement/version", _show_version, right=Right.AGREE),
        site.show("/setup/agreement/new", _show_new, right=Right.AGREE),
        site.act("/setup/agreement/edit", _edit, right=Right.AGREE),
        site.act("/setup/agreement/check", partial(_check, site), right=Right.AGREE),
        site.act("/setup/agreement/sign", partial(_sign, site), right=Right.AGREE),
    ]


def _show(visit: Visit, connection: Connection) -> Response:
    agreeing = visit.service.agreeing
    in_force = agreeing.take()
    told = visit.get("before")
    before = int(told) if told.isascii() and told.isdigit() and len(told) < 18 else None
    versions = browse_signatures(connection, most=_PAGE + 1, before=before)
    return visit.render(
        "setup/agreement.html",
        in_force=in_force,
        sentences=list_sentences(in_force.terms),
        warnings=agreeing.list_warnings(),
        versions=versions[:_PAGE],
        following=versions[_PAGE - 1].number if len(versions) > _PAGE else None,
        signed=visit.get("signed")[:200],
    )


def _show_version(visit: Visit, connection: Connection) -> Response:
    signature = get_signature(connection, visit.get("version"))
    in_force = visit.service.agreeing.take()
    return visit.render(
        "setup/agreement_version.html",
        signature=signature,
        sentences=list_sentences(signature.terms),
        differences=list_differences(signature.terms, in_force.terms),
        in_force=in_force,
    )


def _show_new(visit: Visit, _: Connection) -> Response:
    signature = visit.service.agreeing.take().signature
    text = signature.text if signature is not None else visit.service.agreeing.read_draft()
    asking = _Asking(text=text, begins="", ends="", names=("", ""), instead_of="")
    return visit.render("setup/agreement_new.html", asking=asking, mistakes=(), wrong="")


async def _edit(visit: Visit, form: FormData) -> Response:
    asking = await _read_asking(form, is_lenient=True)
    return visit.render("setup/agreement_new.html", asking=asking, mistakes=(), wrong="")


async def _check(site: Site, visit: Visit, form: FormData) -> Response:
    try:
        asking = await _read_asking(form)
        proposal = _propose(asking, visit.now)
    except (BadTerms, BadSignature, BadDay) as error:
        return _refuse(visit, await _read_asking(form, is_lenient=True), error)
    return await site.read(visit, lambda v, connection: _lay_open(v, connection, asking, proposal))


async def _sign(site: Site, visit: Visit, form: FormData) -> Response:
    try:
        asking = await _read_asking(form)
        proposal = _propose(asking, visit.now)
    except (BadTerms, BadSignature, BadDay) as error:
        return _refuse(visit, await _read_asking(form, is_lenient=True), error)
    try:
        check_signers(asking.names)
    except BadSignature as error:
        wrong = str(error)
        return await site.read(visit, lambda v, c: _lay_open(v, c, asking, proposal, wrong=wrong))
    if _find_before(visit, proposal).version != asking.instead_of:
        # Somebody else has signed meanwhile: what was read is no longer what would change.
        wrong = visit.words.say("agreement.changed")
        return await site.read(visit, lambda v, c: _lay_open(v, c, asking, proposal, wrong=wrong))
    await write(visit, lambda connection: _put_in_force(connection, visit, proposal, asking.names))
    visit.service.agreeing.refresh()
    return visit.go(visit.link("/setup/agreement", signed=proposal.terms.version))


def _put_in_force(connection: Connection, visit: Visit, proposal: Proposal, names: Sequence[str]) -> None:
    signature = sign(connection, proposal, signed_by=names, now=visit.now)
    days = {"begins": proposal.days.begins.isoformat(), "ends": proposal.days.ends.isoformat()}
    told = {**days, "number": signature.number}
    record_audit(
        connection, at=visit.now, who=visit.who.id, what="agreement.sign", target=signature.version, **told
    )


def _lay_open(
    visit: Visit, connection: Connection, asking: _Asking, proposal: Proposal, *, wrong: str = ""
) -> Response:
    """Show what signing would change, before anything is kept."""
    before = _find_before(visit, proposal)
    return visit.render(
        "setup/agreement_check.html",
        status=422 if wrong else 200,
        asking=asking,
        proposal=proposal,
        before=before,
        differences=list_differences(before, proposal.terms),
        advice=list_advice(proposal.terms),
        sentences=list_sentences(proposal.terms),
        preview=preview_hot(connection, proposal.terms, visit.now),
        wrong=wrong,
    )


def _refuse(visit: Visit, asking: _Asking, error: Exception) -> Response:
    mistakes = error.mistakes if isinstance(error, BadTerms) else ()
    lines = asking.text.splitlines()
    told = [(mistake, _find_line(mistake, lines)) for mistake in mistakes]
    wrong = "" if told else str(error)
    values: dict[str, Any] = {"asking": asking, "mistakes": told, "wrong": wrong}
    return visit.render("setup/agreement_new.html", status=422, **values)


def _find_line(mistake: Mistake, lines: Sequence[str]) -> str:
    line = mistake.line
    return lines[line - 1].strip() if line is not None and 0 < line <= len(lines) else ""


def _find_before(visit: Visit, proposal: Proposal) -> Terms:
    """Find what the proposal would take the place of; an unsigned file is what is about to be signed itself."""
    in_force = visit.service.agreeing.take(max(visit.now, proposal.days.begins_at))
    return in_force.terms if in_force.is_signed else DEFAULT_TERMS


def _propose(asking: _Asking, now: int) -> Proposal:
    return propose(asking.text, begins=_read_day(asking.begins), ends=_read_day(asking.ends), now=now)


async def _read_asking(form: FormData, *, is_lenient: bool = False) -> _Asking:
    """Read a form; a file that was chosen counts before the text beside it.

    Raises
    ------
    BadTerms
        If the file is not UTF-8 and nobody is lenient.
    """
    text = str(form.get("text", ""))
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        await file.seek(0)
        text = _decode(await file.read(), is_lenient=is_lenient)
    names = tuple(str(name).strip() for name in form.getlist("name"))[:_MOST_SIGNERS]
    return _Asking(
        # Browsers end the lines of a text area as Windows does; the text is kept to the letter otherwise.
        text=text.replace("\r\n", "\n"),
        begins=str(form.get("begins", "")).strip(),
        ends=str(form.get("ends", "")).strip(),
        names=names or ("", ""),
        instead_of=str(form.get("instead_of", "")),
    )


def _decode(body: bytes, *, is_lenient: bool) -> str:
    try:
        return body.decode("utf-8-sig", "replace" if is_lenient else "strict")
    except UnicodeDecodeError:
        raise BadTerms("the file is not UTF-8: save it as UTF-8, and choose it again") from None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadDay("give a day as in 2027-01-01") from None
