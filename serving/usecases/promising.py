"""Promising: the timers of hand-overs, derived from all that is known of a lead, in whatever order it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agreement.lives import Contact, Step, list_hand_overs
from agreement.people import TEAM, Person
from agreement.timers import Timer, follow_timers, start_timers
from features.times import DAY
from serving.store.chronicle import read_contact
from serving.store.facts import read_contacts
from serving.store.leads import LeadRecord
from serving.store.scores import list_buckets
from serving.store.timers import delete_timers, mark_timers_told, read_timers, save_timers
from serving.usecases.applying import Desk
from serving.usecases.looking_back import find_past_buckets
from serving.usecases.qualifying import find_bucket
from serving.usecases.signing import find_terms_at
from serving.usecases.standing import Standing

# What history brings is no news: nobody is told of a promise that was broken longer ago than this.
_OLD_NEWS = DAY


@dataclass(slots=True, kw_only=True)
class _Book:
    """What is written about timers: how they stand, which began late, and hand-overs that never were."""

    changed: list[tuple[str, Timer]] = field(default_factory=list)
    late: list[tuple[str, int, str]] = field(default_factory=list)
    gone: list[tuple[str, int]] = field(default_factory=list)


def follow_promises(desk: Desk) -> None:
    """Start the timers of hand-overs that have none, and follow all others, of leads with new steps or contacts.

    A timer that runs keeps its end, its owner and its version of the agreement. Those of a hand-over that, by what
    became known since, never was one are taken back.
    """
    ids = sorted(lead_id for lead_id in desk.followed if lead_id in desk.steps)
    if not ids:
        return
    running = read_timers(desk.connection, ids)
    given = {lead_id: list_hand_overs(desk.steps[lead_id]) for lead_id in ids}
    concerned = [lead_id for lead_id in ids if running.get(lead_id) or given[lead_id]]
    if not concerned:
        return
    contacts = _gather_contacts(desk, concerned)
    fresh, is_old = _start_missing(desk, given, running), desk.standing.now - _OLD_NEWS
    book = _Book()
    for lead_id in concerned:
        known = running.get(lead_id, [])
        starts = {step.at for step in given[lead_id]}
        book.gone += [(lead_id, at) for at in sorted({timer.started_at for timer in known} - starts)]
        timers = [*(timer for timer in known if timer.started_at in starts), *fresh[lead_id]]
        followed = _follow(timers, desk.steps[lead_id], contacts.get(lead_id, []))
        book.changed += [(lead_id, timer) for timer in followed if timer not in known]
        book.late += [name_timer(lead_id, timer) for timer in fresh[lead_id] if timer.due_at < is_old]
    _write(desk, book)


def name_timer(lead_id: str, timer: Timer) -> tuple[str, int, str]:
    """Return what tells a timer from all others."""
    return lead_id, timer.started_at, timer.duty.value


def _write(desk: Desk, book: _Book) -> None:
    delete_timers(desk.connection, book.gone)
    save_timers(desk.connection, book.changed)
    mark_timers_told(desk.connection, book.late, desk.standing.now)


def _gather_contacts(desk: Desk, lead_ids: Sequence[str]) -> dict[str, list[Contact]]:
    gathered: dict[str, list[Contact]] = {}
    for row in read_contacts(desk.connection, lead_ids):
        gathered.setdefault(row.lead_id, []).append(read_contact(row))
    return gathered


def _follow(timers: Sequence[Timer], steps: Sequence[Step], contacts: Sequence[Contact]) -> list[Timer]:
    by_start: dict[int, list[Timer]] = {}
    for timer in timers:
        by_start.setdefault(timer.started_at, []).append(timer)
    return [t for own in by_start.values() for t in follow_timers(own, steps=steps, contacts=contacts)]


def _start_missing(
    desk: Desk, given: Mapping[str, Sequence[Step]], running: Mapping[str, Sequence[Timer]]
) -> dict[str, list[Timer]]:
    """Start the timers of hand-overs without any, each under the version of the agreement of its instant."""
    have = {lead_id: {timer.started_at for timer in timers} for lead_id, timers in running.items()}
    missing = {
        lead_id: sorted({step.at for step in steps} - have.get(lead_id, set())) for lead_id, steps in given.items()
    }
    asked = [lead_id for lead_id, starts in missing.items() if starts and _was_looked_at(desk, lead_id, starts[0])]
    ledgers = list_buckets(desk.connection, asked) if asked else {}
    past = _look_back(desk, {lead_id: missing[lead_id] for lead_id in asked}, ledgers)
    return {
        lead_id: [timer for at in starts for timer in _start(desk, lead_id, at, ledgers.get(lead_id, []), past)]
        for lead_id, starts in missing.items()
    }


def _look_back(
    desk: Desk, missing: Mapping[str, Sequence[int]], ledgers: Mapping[str, Sequence[tuple[int, str]]]
) -> Mapping[tuple[str, int], str]:
    """Score leads as of hand-overs that lie before their first score: history is told by somebody new to us."""
    unknown = {
        lead_id: [at for at in starts if not any(as_of <= at for as_of, _ in ledgers.get(lead_id, []))]
        for lead_id, starts in missing.items()
    }
    asked = {lead_id: starts for lead_id, starts in unknown.items() if starts}
    return find_past_buckets(desk.connection, desk.leads, asked, desk.standing, desk.reading)


def _was_looked_at(desk: Desk, lead_id: str, after: int) -> bool:
    """Tell whether a lead was looked at after an instant, so that its bucket may have been another then."""
    scored_at = desk.leads[lead_id].scored_at
    return scored_at is not None and scored_at > after


def _start(
    desk: Desk,
    lead_id: str,
    at: int,
    ledger: Sequence[tuple[int, str]],
    past: Mapping[tuple[str, int], str],
) -> tuple[Timer, ...]:
    record, standing = desk.leads[lead_id], desk.standing
    terms = find_terms_at(desk.connection, at, standing.terms)
    bucket = past.get((lead_id, at)) or _find_bucket_at(record, at, ledger)
    return start_timers(at=at, person=_find_person(record, standing), bucket=bucket, terms=terms)


def _find_bucket_at(record: LeadRecord, at: int, ledger: Sequence[tuple[int, str]]) -> str | None:
    """Find a lead's bucket at an instant; where nobody had scored it yet, the one that is known now."""
    if record.episode_is_open and record.entered_at is not None and record.entered_at <= at:
        return "hot"
    before = [bucket for as_of, bucket in ledger if as_of <= at]
    return before[-1] if before else find_bucket(record)


def _find_person(record: LeadRecord, standing: Standing) -> Person:
    return standing.people.get(record.owner_id or "", TEAM)
