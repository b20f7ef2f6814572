"""Attaining: the view of whether marketing and sales keep their word."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from agreement.attainment.attaining import Attainment, Facts, Scope, compute_attainment
from agreement.attainment.contact_activity import compute_reached
from agreement.attainment.duties import LeadTimer
from agreement.attainment.hand_overs import list_moved_since
from agreement.attainment.promise_trend import list_spans
from agreement.attainment.turning_down import is_turned_down, pair_steps
from agreement.commitments import BUCKET_NAMES
from agreement.counting.rates import Rate
from agreement.funnel.conversions import compute_period_conversion
from agreement.funnel.passages import Passages
from agreement.lives import Life, list_hand_overs
from agreement.stages import Stage
from serving.store.events import read_first_moments
from serving.store.timers import list_timers, read_timers
from serving.usecases.standing import gather_people
from serving.usecases.views.attainment_tables import list_tables
from serving.usecases.views.figures import BadOption, Cell, FigureRow, Figures, FigureTable, spread_rate
from serving.usecases.views.funnelling import row_conversion

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question

OPTIONS: Mapping[str, str] = {
    "owner": "Only hand-overs to this person.",
    "bucket": "Only leads that were handed over cold, warm or hot.",
}
_SPANS = ((Stage.MQL, Stage.SQL), (Stage.SQL, Stage.CUSTOMER), (Stage.MQL, Stage.CUSTOMER))
# SQLite takes about 32,000 parameters a statement.
_IDS_AT_ONCE = 10_000


def look_at_attainment(question: "Question") -> Figures:
    """Compute whether both sides kept their word.

    Raises
    ------
    BadOption
        If the bucket is none.
    """
    scope = _read_scope(question.options)
    facts = gather_facts(question)
    attainment = compute_attainment(
        facts, terms=question.terms, period=question.period, as_of=question.now, scope=scope
    )
    return Figures(
        view="attainment",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals=_sum(attainment),
        tables=[
            *list_tables(attainment, terms=question.terms, people=facts.people, scope=scope),
            FigureTable(name="conversions", title="What became of them", rows=list(_list_conversions(question))),
        ],
        notes=list(_list_notes(attainment, question, scope)),
    )


def gather_facts(question: "Question") -> Facts:
    """Gather what attainment is computed from."""
    begins_at, ends_at = question.period.begins_at, question.period.ends_at
    handed = [
        life.lead_id
        for life in question.lives
        if any(begins_at <= step.at < ends_at for step in list_hand_overs(life.steps))
    ]
    return Facts(
        lives=question.lives,
        timers=_gather_timers(question),
        first_touches=read_first_moments(question.connection, handed),
        people=gather_people(question.connection, question.terms),
    )


def _list_conversions(question: "Question") -> Iterator[FigureRow]:
    """List what became of the leads of the period, as the funnel counts them."""
    period, now = question.period, question.now
    passages = Passages.from_lives(list_moved_since(question.lives, period.begins_at), as_of=now)
    days = question.terms.assumed.horizon_days
    for begin, end in _SPANS:
        yield row_conversion(
            compute_period_conversion(passages, period, begin=begin, end=end, as_of=now, horizon_days=days)
        )


def _gather_timers(question: "Question") -> list[LeadTimer]:
    """Gather the timers of the period and its trend, and all of leads that were turned down: they name owners."""
    period = question.period
    spans = [period, *list_spans(period, question.now)]
    begins_at, ends_at = min(span.begins_at for span in spans), max(span.ends_at for span in spans)
    listed = list_timers(question.connection, begins_at=begins_at, ends_at=ends_at)
    first, last = period.begins_at, period.ends_at
    ids = [life.lead_id for life in question.lives if _is_turned_down_within(life, first, last)]
    for start in range(0, len(ids), _IDS_AT_ONCE):
        found = read_timers(question.connection, ids[start : start + _IDS_AT_ONCE])
        listed += [(lead_id, timer) for lead_id, timers in found.items() for timer in timers]
    unique = {(lead_id, timer.started_at, timer.duty): (lead_id, timer) for lead_id, timer in listed}
    return list(unique.values())


def _is_turned_down_within(life: Life, begins_at: int, ends_at: int) -> bool:
    return any(is_turned_down(before, step) for before, step in pair_steps(life, begins_at, ends_at))


def _read_scope(options: Mapping[str, str]) -> Scope:
    bucket = options.get("bucket")
    if bucket not in (None, *BUCKET_NAMES):
        raise BadOption(f"bucket: use one of {', '.join(BUCKET_NAMES)}")
    return Scope(owner_id=options.get("owner"), bucket=bucket)


def _sum(attainment: Attainment) -> dict[str, Cell]:
    tallies = attainment.duties.values()
    met, breached = (sum(len(getattr(t, name)) for t in tallies) for name in ("met", "breached"))
    supplied = attainment.supplied
    reached = compute_reached(attainment.handed_over)
    return {
        "promises_of_marketing": len(supplied),
        "promises_of_marketing_kept": sum(each.is_kept is True for each in supplied),
        **spread_rate("duties_of_sales_kept", Rate(count=met, of=met + breached)),
        "hand_overs": len(attainment.handed_over),
        **spread_rate("reached", reached),
        "turned_down": len(attainment.turned_down),
        "turned_down_about_fit": sum(each.is_about_fit for each in attainment.turned_down),
    }


def _list_notes(attainment: Attainment, question: "Question", scope: Scope) -> Iterator[str]:
    if attainment.terms_versions:
        yield _tell_versions(attainment.terms_versions, question.terms.version)
    unbound = sum(each.bucket is None for each in attainment.handed_over)
    if unbound:
        yield f"{unbound:,} hand-overs of the period count for no bucket: nothing was owed to them within a time."
    if question.now < question.period.ends_at:
        yield "The period is not over: a promise that can still be kept is neither kept nor broken."
    if scope != Scope():
        yield "Owner and bucket choose hand-overs; what marketing promised and leads that rest are everybody's."
    yield "Working time is counted by the hours that people have now."


def _tell_versions(versions: Sequence[str], current: str) -> str:
    if list(versions) == [current]:
        return "All duties of the period are judged under the agreement in force."
    return f"Each duty is judged under the agreement by which it began: {', '.join(versions)}."
