"""Signing: which version of the agreement is in force when. Instants are microseconds since 1970 in UTC."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agreement.calendar.periods import Period
from agreement.calendar.zones import compute_local_date
from agreement.terms import Terms

LEAST_SIGNERS = 2
"""An agreement has two sides."""

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)
_MOST_CHARACTERS = 100


class BadSignature(ValueError):
    """Nobody could hold to what is signed like this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Terms that both sides signed for some days; it is never changed and never taken back.

    Parameters
    ----------
    number : int
        Of the signature: a later one prevails over the days that both hold.
    terms : Terms
        What was signed.
    text : str
        The file as it was signed.
    begins_at, ends_at : int
        In force from the first instant to before the second.
    signed_at : int
        When it was signed.
    signed_by : tuple of str
        Who signed.
    """

    number: int
    terms: Terms
    text: str
    begins_at: int
    ends_at: int
    signed_at: int
    signed_by: tuple[str, ...]

    @property
    def version(self) -> str:
        """Return the version of the terms."""
        return self.terms.version

    @property
    def begins(self) -> date:
        """Return the first day, in the terms' zone."""
        return compute_local_date(self.begins_at, self.terms.zone)

    @property
    def ends(self) -> date:
        """Return the day after the last, in the terms' zone."""
        return compute_local_date(self.ends_at, self.terms.zone)

    def holds(self, at: int) -> bool:
        """Return whether an instant is one of those for which it was signed."""
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """What is in force at an instant.

    Attributes
    ----------
    terms : Terms
        What counts.
    signature : Signature or None
        Where it comes from; None where nobody has signed anything for this instant or an earlier one.
    has_run_out : bool
        Whether the signature's days are over, and it stays in force because no other holds the instant.
    """

    terms: Terms
    signature: Signature | None = None
    has_run_out: bool = False

    @property
    def is_signed(self) -> bool:
        """Return whether somebody signed it, for this instant or an earlier one."""
        return self.signature is not None


def choose_in_force(signatures: Sequence[Signature], at: int, otherwise: Terms) -> InForce:
    """Return what is in force at an instant.

    The latest signature that holds the instant; where none does, the one that ended last; before the first
    begins, the terms that nobody has signed.

    Parameters
    ----------
    signatures : Sequence of Signature
        All of them, in any order.
    at : int
        The instant.
    otherwise : Terms
        Those of the file.
    """
    holding = [signature for signature in signatures if signature.holds(at)]
    if holding:
        latest = max(holding, key=lambda signature: signature.number)
        return InForce(terms=latest.terms, signature=latest)
    ended = [signature for signature in signatures if signature.ends_at <= at]
    if not ended:
        return InForce(terms=otherwise)
    last = max(ended, key=lambda signature: (signature.ends_at, signature.number))
    return InForce(terms=last.terms, signature=last, has_run_out=True)


def choose_days(terms: Terms, *, begins: date | None, ends: date | None, now: int) -> Period:
    """Return the days for which terms are signed: from today until the goal's end, unless others are named.

    Raises
    ------
    BadSignature
        If nobody said when it ends, if it ends before it begins, is over already, or names days beyond reason.
    """
    begins = compute_local_date(now, terms.zone) if begins is None else begins
    ends = ends or (terms.goal.ends if terms.goal else None)
    if ends is None:
        raise BadSignature("say until when it is in force: the terms have no goal whose end could be taken")
    if not begins < ends:
        raise BadSignature(f"it begins before it ends, which is the day after the last: not {begins} and {ends}")
    if begins < _FIRST_DAY or ends > _LAST_DAY:
        raise BadSignature(f"name days from {_FIRST_DAY} to {_LAST_DAY}")
    days = Period(begins=begins, ends=ends, zone=terms.zone)
    if days.ends_at <= now:
        raise BadSignature(f"the days until {ends} are over: sign for days to come")
    return days


def check_name(terms: Terms) -> None:
    """Check that the name of terms, which stands before every version of them, can be written anywhere.

    Raises
    ------
    BadSignature
        If it is long, or holds what cannot be printed.
    """
    if len(terms.name) > _MOST_CHARACTERS or not terms.name.isprintable():
        raise BadSignature(f"name: use at most {_MOST_CHARACTERS} characters that can be printed")


def check_signers(signed_by: Sequence[str]) -> tuple[str, ...]:
    """Return who signs, each once and without blanks around.

    Raises
    ------
    BadSignature
        If there are not two of them, or a name is long or cannot be printed.
    """
    names = tuple(dict.fromkeys(" ".join(name.split()) for name in signed_by if name.strip()))
    if len(names) < LEAST_SIGNERS:
        raise BadSignature("an agreement has two sides: name both team leads")
    if not all(len(name) <= _MOST_CHARACTERS and name.isprintable() for name in names):
        raise BadSignature(
            f"names of those who sign: use at most {_MOST_CHARACTERS} characters that can be printed"
        )
    return names
