"""The queue: a rep's first page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection
from starlette.responses import Response
from starlette.routing import Route

from agreement.calendar.periods import Period
from agreement.calendar.zones import compute_local_date
from agreement.people import TEAM, Person
from agreement.stages import Stage
from features.times import SECOND
from serving.api.cursors import read_cursor, write_cursor
from serving.api.parameters import read_choice, read_word
from serving.store.pages import Keys
from serving.store.queues import QueueFilter
from serving.usecases.appraising import Appraiser
from serving.usecases.queue_rows import QueuedLead, read_queued
from serving.usecases.queueing import MOST_COUNTED, QueueOrder, count_queue, find_emptiness, list_queue
from serving.usecases.standing import gather_people
from serving.web.acting import gather_page_offers
from serving.web.controls import draw_controls
from serving.web.marks import mark_lead
from serving.web.site import Site
from serving.web.sparks import draw_spark
from serving.web.visit import Visit

PAGE_SIZE = 50
ME, ALL = "me", "all"
BUCKETS: Mapping[str, Sequence[str]] = {"usual": ("hot", "warm"), "hot": ("hot",), "warm": ("warm",), "all": ()}
STAGES: Mapping[str, Sequence[str]] = {
    "marketing": (Stage.PROSPECT.value, Stage.LEAD.value, Stage.MQL.value),
    "sales": (Stage.SQL.value, Stage.OPPORTUNITY.value),
    "recycled": (Stage.RECYCLED.value,),
}
DUE = ("overdue", "today")
# Whoever turned hot so recently slides in; a page that is read again later shows them as any other.
_ARRIVES = 20 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for.

    Attributes
    ----------
    owner
        ``me``, ``all`` or the id of a person.
    owner_id
        Whose leads these are, None for everybody's.
    """

    owner: str
    owner_id: str | None
    bucket: str
    stage: str
    due: str
    order: QueueOrder
    words: str
    is_snoozed: bool
    after: Keys | None

    @property
    def is_mine(self) -> bool:
        """Tell whether these are the visitor's own leads."""
        return self.owner == ME

    @property
    def is_narrow(self) -> bool:
        """Tell whether other filters than those of the owner are set."""
        return bool(self.stage or self.due or self.words or self.is_snoozed or self.bucket != "usual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A lead with what the page makes of it."""

    lead: QueuedLead
    mark: str
    title: str
    owner: str | None
    spark: str
    arrives: bool


def build_queue_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the queue."""
    return [site.show("/", partial(_show, Appraiser()))]


def _show(appraiser: Appraiser, visit: Visit, connection: Connection) -> Response:
    query = {name: value for name, value in visit.request.query_params.items() if value}
    asked, people = _read_asked(visit, query), gather_people(connection, visit.terms)
    values = appraiser.take_values(connection, now=visit.now, terms=visit.terms)
    day_ends_at = find_day_end(visit.now, visit.zone)
    page = list_queue(
        connection,
        _choose(asked, visit.now, day_ends_at),
        asked.order,
        values=values,
        words=asked.words,
        most=PAGE_SIZE,
        after=asked.after,
    )
    queued = read_queued(connection, page.ids, values, visit.now)
    return visit.render(
        "queue.html",
        asked=asked,
        leads=[_lay_out(visit, lead, asked, people) for lead in queued],
        controls=draw_controls(visit, gather_page_offers(visit, connection, page.ids)),
        counts=count_queue(connection, owner_id=asked.owner_id, now=visit.now, day_ends_at=day_ends_at),
        most_counted=MOST_COUNTED,
        expected=_sum_up(queued),
        owners=_list_owners(people, visit.who.person_id),
        emptiness="" if queued else find_emptiness(connection, asked.owner_id),
        more=None if page.last is None else write_cursor("queue", query, page.last),
        is_cut=page.is_cut,
    )


def find_day_end(now: int, zone: str) -> int:
    """Find the end of the day that a calendar in a zone shows."""
    today = compute_local_date(now, zone)
    return Period(begins=today, ends=today + timedelta(days=1), zone=zone).ends_at


def _read_asked(visit: Visit, query: Mapping[str, str]) -> Asked:
    person_id = visit.who.person_id
    owner = read_word(query, "owner") or (ALL if person_id is None else ME)
    owner_id = person_id if owner == ME else owner
    return Asked(
        owner=ALL if owner_id is None else owner,
        owner_id=None if owner_id == ALL else owner_id,
        bucket=read_choice(query, "bucket", BUCKETS) or "usual",
        stage=read_choice(query, "stage", STAGES) or "",
        due=read_choice(query, "due", DUE) or "",
        order=QueueOrder(read_choice(query, "sort", list(QueueOrder)) or QueueOrder.DUE),
        words=(read_word(query, "q") or "").strip(),
        is_snoozed=read_choice(query, "show", ["snoozed"]) is not None,
        after=read_cursor("queue", query, (int, int, str)),
    )


def _choose(asked: Asked, now: int, day_ends_at: int) -> QueueFilter:
    due_from, due_before = {"overdue": (None, now + 1), "today": (now + 1, day_ends_at)}.get(
        asked.due, (None, None)
    )
    return QueueFilter(
        now=now,
        owner_id=asked.owner_id,
        buckets=BUCKETS[asked.bucket],
        stages=STAGES.get(asked.stage, ()),
        is_snoozed=asked.is_snoozed,
        due_from=due_from,
        due_before=due_before,
    )


def _lay_out(visit: Visit, lead: QueuedLead, asked: Asked, people: Mapping[str, Person]) -> Shown:
    is_own = lead.owner_id is not None and lead.owner_id == visit.who.person_id
    arrives = lead.hot_since is not None and 0 <= visit.now - lead.hot_since < _ARRIVES
    return Shown(
        lead=lead,
        mark=mark_lead(lead.id),
        title=lead.name or lead.id,
        owner=None if is_own or asked.owner_id else _name_owner(lead.owner_id, people),
        spark=draw_spark(lead.past),
        arrives=arrives,
    )


def _name_owner(owner_id: str | None, people: Mapping[str, Person]) -> str:
    person = people.get(owner_id or "")
    return (owner_id or "") if person is None else person.name or person.id


def _list_owners(people: Mapping[str, Person], person_id: str | None) -> list[tuple[str, str]]:
    """List the others who own leads, by name."""
    others = (person for person in people.values() if person.is_active and person.id not in (TEAM.id, person_id))
    return sorted(((person.id, person.name or person.id) for person in others), key=lambda each: each[1].casefold())


def _sum_up(queued: Sequence[QueuedLead]) -> float | None:
    """Return what the leads shown are worth, None where nobody can say of any."""
    known = [lead.appraisal.expected for lead in queued if lead.appraisal.expected is not None]
    return sum(known) if known else None
