"""Expiring: what the signatures of the agreement leave open, so that nobody finds out too late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agreement.calendar.zones import DAY_MICROS, compute_local_date
from agreement.paper.signing import Signature, choose_in_force
from agreement.terms import DEFAULT_TERMS, Terms

WARN_DAYS = (30, 7, 1)
"""So many days before the last signature ends, both sides hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementWarning:
    """Something about the signatures that somebody should see to.

    Attributes
    ----------
    code : str
        ends_soon, has_run_out, gap or file_differs.
    sentence : str
        What people read.
    cause : str
        What tells this warning from others of its code, so that the team hears of it once; "" where it does not.
    """

    code: str
    sentence: str
    cause: str = ""


def list_warnings(
    signatures: Sequence[Signature], now: int, drafted: Terms | None = None
) -> tuple[AgreementWarning, ...]:
    """Return what somebody should see to; nothing as long as nobody has signed.

    Parameters
    ----------
    signatures : Sequence of Signature
        All of them, in any order.
    now : int
        Microseconds since 1970.
    drafted : Terms or None
        What the file says, None where there is none.
    """
    if not signatures:
        return ()
    return (*_list_open_ends(signatures, now), *_list_differing(signatures, now, drafted))


def _list_open_ends(signatures: Sequence[Signature], now: int) -> Iterator[AgreementWarning]:
    if choose_in_force(signatures, now, DEFAULT_TERMS).has_run_out:
        yield _tell_run_out(signatures, now)
    at: int | None = _find_next_begin(signatures, now) if not _is_held(signatures, now) else now
    while at is not None:
        ends_at = _find_end(signatures, at)
        last = choose_in_force(signatures, ends_at - 1, DEFAULT_TERMS).signature
        assert last is not None
        at = _find_next_begin(signatures, ends_at)
        if at is not None:
            yield _tell_gap(last, ends_at, at)
        elif ends_at - now <= WARN_DAYS[0] * DAY_MICROS:
            yield _tell_end(last, ends_at, now)


def _tell_run_out(signatures: Sequence[Signature], now: int) -> AgreementWarning:
    last = choose_in_force(signatures, now, DEFAULT_TERMS).signature
    assert last is not None
    begins_at = _find_next_begin(signatures, now)
    until = "another is signed" if begins_at is None else f"{compute_local_date(begins_at, last.terms.zone)}"
    return AgreementWarning(
        code="has_run_out",
        sentence=f"The agreement {last.version} ended before {last.ends}, and stays in force until {until}",
        cause=f"agreement_ended:{last.version}:{last.ends}",
    )


def _tell_gap(last: Signature, ends_at: int, begins_at: int) -> AgreementWarning:
    ends, begins = (compute_local_date(at, last.terms.zone) for at in (ends_at, begins_at))
    return AgreementWarning(
        code="gap",
        sentence=f"Nothing is signed from {ends} to before {begins}: {last.version} stays in force",
        cause=f"agreement_gap:{last.version}:{ends}",
    )


def _tell_end(last: Signature, ends_at: int, now: int) -> AgreementWarning:
    ends = compute_local_date(ends_at, last.terms.zone)
    left = -((now - ends_at) // DAY_MICROS)
    threshold = min(days for days in WARN_DAYS if left <= days)
    days = "within a day" if left == 1 else f"in {left} days"
    return AgreementWarning(
        code="ends_soon",
        sentence=f"The agreement {last.version} ends {days}, before {ends}, and nothing is signed for afterwards",
        cause=f"agreement_ends:{last.version}:{ends}:{threshold}",
    )


def _list_differing(signatures: Sequence[Signature], now: int, drafted: Terms | None) -> Iterator[AgreementWarning]:
    counting = {signature.version for signature in signatures if signature.ends_at > now}
    counting.add(choose_in_force(signatures, now, DEFAULT_TERMS).terms.version)
    if drafted is not None and drafted.version not in counting:
        yield AgreementWarning(
            code="file_differs",
            sentence="The file says something else than what is signed, and does not count until it is signed",
        )


def _is_held(signatures: Sequence[Signature], at: int) -> bool:
    return any(signature.holds(at) for signature in signatures)


def _find_end(signatures: Sequence[Signature], at: int) -> int:
    """Find the first instant from one on that nothing holds."""
    while held := [signature.ends_at for signature in signatures if signature.holds(at)]:
        at = max(held)
    return at


def _find_next_begin(signatures: Sequence[Signature], at: int) -> int | None:
    return min((signature.begins_at for signature in signatures if signature.begins_at > at), default=None)
