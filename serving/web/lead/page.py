"""The page of a lead: who it is, what to do, its timeline, why its score is what it is, and why it was alerted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from serving.api.leads import take_circumstances
from serving.usecases.browsing import UnknownLead
from serving.usecases.explaining import Explanation, explain_lead
from serving.usecases.following import follow_lead, read_place
from serving.usecases.neighbouring import list_neighbours
from serving.usecases.noticing import name_lead
from serving.usecases.owing import COMES_BY_ITSELF, PROMISES, list_owed
from serving.usecases.portraying import portray_lead, take_sight
from serving.usecases.standing import gather_people
from serving.web.acting import gather_page_offers
from serving.web.lead.attributes import find_role, list_attributes, read_told
from serving.web.lead.reasons import gather_changes, lay_waterfall
from serving.web.lead.story import tell_story
from serving.web.lead.timeline import RANGES, gather_timeline, read_range
from serving.web.site import Site
from serving.web.visit import Visit

MOST_HAPPENINGS = 50
_MOST_NEIGHBOURS = 8


def build_lead_routes(site: Site) -> Sequence[Route]:
    """Build the routes of a lead's page."""
    return [site.show("/leads/{id}", _show)]


def _show(visit: Visit, connection: Connection) -> Response:
    lead_id = visit.request.path_params["id"]
    explanation = _explain(visit, connection, lead_id)
    if explanation.verdict.code == "unknown_lead":
        return visit.render("lead/unknown.html", status=404, lead_id=lead_id, verdict=explanation.verdict)
    return visit.render("lead/page.html", **_gather(visit, connection, lead_id, explanation))


def _explain(visit: Visit, connection: Connection, lead_id: str) -> Explanation:
    try:
        return explain_lead(connection, lead_id, take_circumstances(visit.service, visit.now))
    except UnknownLead:
        raise UnknownLead(visit.words.say("lead.unknown.never")) from None


def _gather(visit: Visit, connection: Connection, lead_id: str, explanation: Explanation) -> dict[str, Any]:
    """Gather everything that the page shows, in a number of queries that no lead makes larger."""
    sight = take_sight(connection, lead_id, visit.terms)
    record, entry = sight.record, next(iter(sight.entries), None)
    lead = portray_lead(connection, lead_id, now=visit.now, terms=visit.terms)
    people = gather_people(connection, visit.terms)
    owed = list_owed(
        connection, record, terms=visit.terms, now=visit.now, people=people, present=explanation.present
    )
    timeline, span, recalled = gather_timeline(visit, connection, record, entry)
    before = read_place(visit.get("before"))
    told, company = read_told(lead["attributes"]), read_told((lead["account"] or {}).get("attributes"))
    story = follow_lead(connection, lead_id, most=MOST_HAPPENINGS, before=before)
    told_elsewhere = COMES_BY_ITSELF | PROMISES
    return {
        "live": name_lead(lead_id),
        "offer": gather_page_offers(visit, connection, [lead_id]).get(lead_id),
        "lead": lead,
        "record": record,
        "role": find_role({**company, **told}),
        "entry": entry,
        "owed": owed,
        "timeline": timeline,
        "span": span,
        "range": read_range(visit, record),
        "ranges": RANGES,
        "waterfall": None if entry is None else lay_waterfall(visit, entry, recalled),
        "changes": gather_changes(visit, connection, record, entry),
        "explanation": explanation,
        "present": [step for step in explanation.present if step.code not in told_elsewhere],
        "story": tell_story(visit, story, people),
        "is_first": before is None,
        "neighbours": list_neighbours(connection, lead_id, record.account_id, most=_MOST_NEIGHBOURS),
        "attributes": list_attributes(visit, told),
        "account_attributes": list_attributes(visit, company),
    }
