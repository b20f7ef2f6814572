"""Hand-overs: every time a lead became sales', whose it was then, and when it was answered.

All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agreement.lives import Contact, Life, Step, list_hand_overs
from agreement.timers import Timer, has_reached, is_beyond_sql, leaves_sales

Start = tuple[str, int]
"""A lead, and when it was handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A lead in the hands of sales, from one hand-over to the next.

    Parameters
    ----------
    lead_id : str
        Whose hand-over.
    number : int
        1 for the lead's first.
    at : int
        When.
    next_at : int or None
        When the lead was handed over again.
    owner_id, bucket : str or None
        As its timers say; where it started none, the lead's owner now, and None.
    contacts : tuple of Contact
        From the hand-over on, before the next.
    answered_at : int or None
        The first contact, or the first stage beyond SQL, which no lead reaches without one.
    left_at : int or None
        When the lead first left sales without a sale.
    """

    lead_id: str
    number: int
    at: int
    next_at: int | None = None
    owner_id: str | None = None
    bucket: str | None = None
    contacts: tuple[Contact, ...] = ()
    answered_at: int | None = None
    left_at: int | None = None

    @property
    def is_reached(self) -> bool:
        """Return whether somebody spoke with the lead."""
        return any(map(has_reached, self.contacts))


def list_known_lives(lives: Iterable[Life], as_of: int) -> list[Life]:
    """List the lives that had begun by an instant, each with what had happened by then."""
    return [_cut(life, as_of) for life in lives if life.created_at <= as_of]


def list_moved_since(lives: Iterable[Life], since: int) -> list[Life]:
    """List the lives that began, or came to another stage, at an instant or later."""
    return [life for life in lives if life.created_at >= since or (life.steps and life.steps[-1].at >= since)]


def list_handed_over(lives: Iterable[Life], timers: Iterable[tuple[str, Timer]]) -> list[HandedOver]:
    """List every hand-over of some leads, each lead's in the order of time.

    Parameters
    ----------
    lives : Iterable of Life
        With what is known; later facts are not left out here.
    timers : Iterable of (str, Timer)
        Of these leads, with their ids: they say who owned a lead, and its bucket, when it was handed over.
    """
    starts: dict[Start, Timer] = {(lead_id, timer.started_at): timer for lead_id, timer in timers}
    return [handed for life in lives for handed in _list_of(life, starts)]


def _cut(life: Life, as_of: int) -> Life:
    steps, contacts = life.steps, life.contacts
    if (not steps or steps[-1].at <= as_of) and (not contacts or contacts[-1].at <= as_of):
        return life
    return replace(
        life,
        steps=tuple(step for step in steps if step.at <= as_of),
        contacts=tuple(contact for contact in contacts if contact.at <= as_of),
    )


def _list_of(life: Life, starts: Mapping[Start, Timer]) -> Iterator[HandedOver]:
    if not life.steps:
        return
    # Told twice of one instant, by a CRM and by us, it was handed over once.
    firsts: dict[int, Step] = {}
    for step in list_hand_overs(life.steps):
        firsts.setdefault(step.at, step)
    ends = [*firsts, None][1:]
    for number, (at, next_at) in enumerate(zip(firsts, ends, strict=True), start=1):
        contacts = _choose_contacts(life.contacts, at, next_at)
        steps = _list_after(life.steps, firsts[at], next_at)
        timer = starts.get((life.lead_id, at))
        yield HandedOver(
            lead_id=life.lead_id,
            number=number,
            at=at,
            next_at=next_at,
            owner_id=life.owner_id if timer is None else timer.owner_id,
            bucket=None if timer is None else timer.bucket,
            contacts=contacts,
            answered_at=_find_answer(steps, contacts),
            left_at=next((step.at for step in steps if leaves_sales(step)), None),
        )


def _choose_contacts(contacts: tuple[Contact, ...], at: int, next_at: int | None) -> tuple[Contact, ...]:
    # Most leads are handed over once, and contacted by nobody before.
    if not contacts or (next_at is None and contacts[0].at >= at):
        return contacts
    return tuple(c for c in contacts if c.at >= at and (next_at is None or c.at < next_at))


def _list_after(steps: Sequence[Step], first: Step, next_at: int | None) -> Sequence[Step]:
    """List the steps behind a hand-over: an MQL of its own instant led there, and does not take it back."""
    place = next(n for n, step in enumerate(steps, start=1) if step is first)
    later = steps[place:]
    return later if next_at is None else [step for step in later if step.at < next_at]


def _find_answer(steps: Sequence[Step], contacts: Sequence[Contact]) -> int | None:
    answers = [contact.at for contact in contacts[:1]]
    answers += [step.at for step in steps if is_beyond_sql(step.stage)][:1]
    return min(answers, default=None)
