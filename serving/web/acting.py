"""Acting: what people do about a lead on any page; each act is durable and answered at once, and can be undone."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from serving.api.attributes import BadField
from serving.api.fields import digest_of
from serving.usecases.browsing import UnknownLead
from serving.usecases.holding import (
    HOLD_FOR,
    KINDS,
    HeldAct,
    NotYours,
    TooLate,
    hold_act,
    undo_act,
)
from serving.usecases.offering import NotOffered, NotYourLead, Offer, check_offer, gather_offers, get_people
from serving.usecases.rights import Right
from serving.web.act_forms import Told, name_actor, read_act
from serving.web.site import Site
from serving.web.visit import Visit, read_own_path
from serving.web.writing import write

FORMS = ("reject", "return", "snooze", "note", "contact")
"""The acts that ask for more than a press of a button."""

_FIELDS = ("reason", "until", "kind", "outcome", "text", "note")
_STATUS: Mapping[type[Exception], int] = {
    BadField: 422,
    NotOffered: 409,
    NotYourLead: 403,
    TooLate: 409,
    NotYours: 403,
}
_MISTAKES = tuple(_STATUS)


def build_act_routes(site: Site) -> Sequence[Route]:
    """Build the routes of acts: one a kind, and a page for those that ask for more."""
    return [
        *(site.act(f"/leads/{{lead_id}}/{kind}", partial(_act, site, kind)) for kind in KINDS),
        *(site.show(f"/leads/{{lead_id}}/{kind}", partial(_show_form, kind), right=Right.WORK) for kind in FORMS),
        site.act("/undo/{held_id}", partial(_undo, site)),
        site.show("/keys", _show_keys),
    ]


def gather_page_offers(visit: Visit, connection: Connection, lead_ids: Sequence[str]) -> Mapping[str, Offer]:
    """Gather what the visitor can do about the leads of a page, in a few queries however many they are."""
    return gather_offers(connection, lead_ids, visitor=visit.who, terms=visit.terms, now=visit.now)


async def _act(site: Site, kind: str, visit: Visit, form: FormData) -> Response:
    """Hold an act, and go back to the page it was done on."""
    lead_id = visit.request.path_params["lead_id"]
    told = {**visit.request.query_params, **{name: value for name, value in form.items() if isinstance(value, str)}}
    try:
        await write(visit, lambda connection: _hold(connection, visit, kind, lead_id, told))
    except _MISTAKES as error:
        return await _refuse(site, visit, kind, told, error)
    return visit.go(told.get("next", "/"))


def _hold(connection: Connection, visit: Visit, kind: str, lead_id: str, told: Told) -> None:
    offer = _get_offer(visit, connection, lead_id)
    held_id = name_held(visit, kind, lead_id, told.get("seen", ""))
    if any(act.id == held_id for act in offer.held):
        return
    check_offer(offer, kind, visitor=visit.who, people=get_people(connection, visit.terms))
    item = read_act(visit, kind, offer, told, held_id)
    made_at = visit.now
    hold_act(
        connection,
        HeldAct(
            id=held_id,
            user_id=visit.who.id,
            lead_id=lead_id,
            kind=kind,
            item=item,
            made_at=made_at,
            due_at=made_at + HOLD_FOR,
        ),
    )


def name_held(visit: Visit, kind: str, lead_id: str, seen: str) -> str:
    """Return the id of an act: the same for a button that is pressed twice on a page that was seen once."""
    moment = seen if seen.isascii() and seen.isdigit() and len(seen) < 20 else str(visit.now)
    return digest_of("page", visit.who.id, name_actor(visit), kind, lead_id, moment).hex()


async def _undo(site: Site, visit: Visit, form: FormData) -> Response:
    held_id = visit.request.path_params["held_id"]
    try:
        await write(visit, lambda connection: undo_act(connection, held_id, by=visit.who, at=visit.now))
    except _MISTAKES as error:
        return _say(visit, error)
    return visit.go(str(form.get("next", "/")))


def _show_form(kind: str, visit: Visit, connection: Connection) -> Response:
    offer = _get_offer(visit, connection, visit.request.path_params["lead_id"])
    try:
        check_offer(offer, kind, visitor=visit.who, people=get_people(connection, visit.terms))
    except _MISTAKES as error:
        return _say(visit, error)
    return _render_form(visit, offer, kind, {"next": visit.get("next", "/")}, wrong="", status=200)


def _show_keys(visit: Visit, _: Connection) -> Response:
    return visit.render("keys.html")


async def _refuse(site: Site, visit: Visit, kind: str, told: Told, error: Exception) -> Response:
    """Say what stands in the way: in the form where it can be mended there, else by itself."""
    if not isinstance(error, BadField) or kind not in FORMS:
        return _say(visit, error)
    lead_id = visit.request.path_params["lead_id"]

    def render(shown: Visit, connection: Connection) -> Response:
        offer = _get_offer(shown, connection, lead_id)
        return _render_form(shown, offer, kind, told, wrong=str(error), status=422)

    return await site.read(visit, render)


def _render_form(visit: Visit, offer: Offer, kind: str, told: Told, *, wrong: str, status: int) -> Response:
    told = {**dict.fromkeys(_FIELDS, ""), **told, "next": read_own_path(told.get("next", "/"))}
    return visit.render("act.html", status=status, offer=offer, kind=kind, told=told, wrong=wrong)


def _say(visit: Visit, error: Exception) -> Response:
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return visit.render("refusal.html", status=status, code=status, said=str(error))


def _get_offer(visit: Visit, connection: Connection, lead_id: str) -> Offer:
    offer = gather_page_offers(visit, connection, [lead_id]).get(lead_id)
    if offer is None:
        raise UnknownLead("there is no lead of this id: it may have been forgotten")
    return offer
