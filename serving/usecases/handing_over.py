"""Handing over: what becomes of a lead that meets the criteria, at once or when facts in bulk have settled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from agreement.alerting import Origin
from agreement.criteria import HandOver, Verdict
from agreement.lives import Act, Step
from agreement.prevailing import AUTOMATIC
from agreement.stages import Stage
from serving.store.agenda import IS_OPEN
from serving.store.leads import LeadRecord
from serving.store.tables import leads
from serving.usecases.acting import Plan, carry_out
from serving.usecases.announcing import tell_new_owners
from serving.usecases.applying import Desk
from serving.usecases.qualifying import Behaviour, judge_leads, list_behaviours, list_renewed, reaches
from serving.usecases.staging import take_steps
from serving.usecases.standing import Standing
from serving.usecases.turning import Why

BEFORE_SALES = AUTOMATIC[Act.HANDED_OVER]
_STARTS = frozenset({Stage.PROSPECT, Stage.LEAD})
_IN_BULK = frozenset({Origin.IMPORT, Origin.PROMOTION})
_OF_SALES = frozenset({Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER})
_GIVEN_BACK = frozenset({Act.REJECTED, Act.RETURNED})


@dataclass(slots=True, kw_only=True)
class _Round:
    """Leads that are checked together: what they did, who wakes, and what becomes of them."""

    desk: Desk
    criteria: HandOver
    behaviours: Mapping[str, Behaviour]
    plan: Plan = field(default_factory=Plan)
    woken: set[str] = field(default_factory=set)

    def wake(self, lead_id: str) -> None:
        """Let a lead wake."""
        self.woken.add(lead_id)
        self.plan.acts[lead_id] = [(Act.WOKEN, Stage.LEAD)]


def hand_over(desk: Desk, whys: Mapping[str, Why]) -> None:
    """Check leads that were just looked at, and let those that meet the criteria take their next step.

    What came in bulk waits: the CRM may tell the true stage a moment later. A lead that sleeps wakes where it does
    something new just now.
    """
    criteria = desk.standing.terms.handover
    records = [] if criteria is None else [desk.leads[lead_id] for lead_id in sorted(whys)]
    for record in records:
        if not record.is_open or record.stage in _OF_SALES:
            record.hand_over_at = None
    asked = [r for r in records if r.is_open and (r.stage in BEFORE_SALES or r.stage == Stage.RECYCLED)]
    if criteria is None or not asked:
        return
    round_ = _begin(desk, asked, criteria)
    _wake_renewed(round_, [r for r in asked if whys[r.id].origin == Origin.LIVE])
    waits = {record.id for record in asked if _has_to_wait(record, whys[record.id], desk.standing.now)}
    _check(round_, [r for r in asked if r.stage in BEFORE_SALES or r.id in round_.woken], waits)
    carry_out(round_.desk, round_.plan)
    tell_new_owners(desk, _list_handed_over(round_.plan), whys)


def hand_over_woken(desk: Desk, woken: Collection[str]) -> None:
    """Wake leads, and check at once whether they meet the criteria."""
    records, criteria = [desk.leads[lead_id] for lead_id in sorted(woken)], desk.standing.terms.handover
    round_ = _begin(desk, records, criteria or HandOver(is_automatic=False))
    for record in records:
        round_.wake(record.id)
    if criteria is not None:
        _check(round_, records, set())
    carry_out(round_.desk, round_.plan)
    tell_new_owners(desk, _list_handed_over(round_.plan), {})


def choose_due(standing: Standing) -> Any:
    """Return the query for leads that facts in bulk have made ready, and that have waited long enough."""
    return select(leads).where(IS_OPEN, leads.c.hand_over_at <= standing.now).order_by(leads.c.hand_over_at)


def check_due(desk: Desk, lead_ids: Iterable[str]) -> None:
    """Check leads whose wait is over."""
    for lead_id in lead_ids:
        desk.leads[lead_id].hand_over_at = None
    hand_over(desk, {lead_id: Why(origin=Origin.SILENCE) for lead_id in lead_ids})


def _list_handed_over(plan: Plan) -> list[str]:
    return [lead_id for lead_id, acts in plan.acts.items() if (Act.HANDED_OVER, Stage.SQL) in acts]


def _begin(desk: Desk, records: Sequence[LeadRecord], criteria: HandOver) -> _Round:
    behaviours = list_behaviours(desk.connection, records, criteria, desk.standing.now)
    return _Round(desk=desk, criteria=criteria, behaviours=behaviours)


def _wake_renewed(round_: _Round, records: Iterable[LeadRecord]) -> None:
    least, desk = round_.desk.standing.terms.recycling.wakes_at_bucket, round_.desk
    since = {record.id: record.stage_at for record in records if record.stage == Stage.RECYCLED}
    if not least or not since:
        return
    for lead_id in list_renewed(desk.connection, since, desk.leads, round_.behaviours, least):
        round_.wake(lead_id)


def _check(round_: _Round, records: Sequence[LeadRecord], waits: Collection[str]) -> None:
    desk, criteria = round_.desk, round_.criteria
    warm = [r for r in records if _may_qualify(round_.behaviours[r.id], criteria)]
    verdicts = judge_leads(desk.connection, warm, round_.behaviours, criteria) if warm else {}
    qualified = [record for record in warm if verdicts[record.id].is_qualified]
    barred = _list_barred(round_, qualified)
    waiting = {record.id for record in qualified if record.id in waits} - barred
    for record in records:
        # Each further fact in bulk is a reason to wait for the next.
        later = desk.standing.now + desk.standing.terms.alerts.digest_wait_micros
        record.hand_over_at = later if record.id in waiting else None
    for record in qualified:
        if record.id not in barred | waiting:
            _decide(round_, record, verdicts[record.id])


def _has_to_wait(record: LeadRecord, why: Why, now: int) -> bool:
    """Tell whether facts in bulk are behind a look, or were shortly before one that nobody asked for."""
    is_under_way = record.hand_over_at is not None and record.hand_over_at > now
    return why.origin in _IN_BULK or (why.origin == Origin.SILENCE and is_under_way)


def _may_qualify(behaviour: Behaviour, criteria: HandOver) -> bool:
    return bool(behaviour.signals) or reaches(behaviour.bucket, criteria.bucket)


def _list_barred(round_: _Round, records: Sequence[LeadRecord]) -> set[str]:
    """List leads that sales gave back, and that have done nothing new since."""
    desk = round_.desk
    unread = [record.id for record in records if record.id not in desk.steps]
    if unread:
        take_steps(desk, unread)
    given_back = {record.id: _find_given_back(desk.steps[record.id]) for record in records}
    since = {lead_id: at for lead_id, at in given_back.items() if at is not None and lead_id not in round_.woken}
    if not since:
        return set()
    least = round_.criteria.bucket
    return since.keys() - list_renewed(desk.connection, since, desk.leads, round_.behaviours, least)


def _find_given_back(steps: Sequence[Step]) -> int | None:
    """Find when sales last gave a lead back to marketing, unless it has woken since."""
    found, before = None, Stage.LEAD
    for step in steps:
        is_back = step.act in _GIVEN_BACK or before in _OF_SALES
        if step.stage in BEFORE_SALES and is_back:
            found = step.at
        elif step.act == Act.WOKEN or step.stage not in BEFORE_SALES:
            found = None
        before = step.stage
    return found


def _decide(round_: _Round, record: LeadRecord, verdict: Verdict) -> None:
    acts = round_.plan.acts.setdefault(record.id, [])
    if verdict.is_ready and round_.criteria.is_automatic:
        acts.append((Act.HANDED_OVER, Stage.SQL))
        return
    if record.stage in _STARTS or acts:
        acts.append((Act.QUALIFIED, Stage.MQL))
    if verdict.is_ready:
        round_.plan.said.append((record.id, "ready", {}))
    else:
        round_.plan.said.append((record.id, "missing_information", {"missing": list(verdict.missing)}))
