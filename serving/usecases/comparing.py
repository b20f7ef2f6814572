"""Comparing: what changed between two scores of a lead, family by family, and in one sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from features.times import to_datetime
from models.explanation import Reason, name_family
from serving.usecases.looking import MOST_REASONS
from serving.usecases.turning import decode_reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyChange:
    """How far one family of features moved the log-odds before and after.

    The ledger keeps the strongest families only. One that is missing on a side is taken to have moved it as far as
    it may have without being told there, so that its difference is never larger than it was.
    """

    family: str
    before: float
    after: float
    sentence_before: str | None
    sentence_after: str | None

    @property
    def difference(self) -> float:
        """Return what the family adds to the later score, in log-odds."""
        return self.after - self.before

    def to_text(self) -> str:
        """Return what is so now, or what no longer is."""
        return self.sentence_after or f"{self.sentence_before} counted before"


def compare_entries(after: Row[Any], before: Row[Any], *, now: int, zone: ZoneInfo) -> dict[str, Any]:
    """Compare two ledger entries of a lead, joined with their bases.

    Parameters
    ----------
    now, zone
        For whom the sentence names the day.
    """
    changes = compare_reasons(decode_reasons(after.reasons), decode_reasons(before.reasons))
    return {
        "sentence": say_change(after, before, changes, now=now, zone=zone),
        "since": to_datetime(before.as_of),
        "points": after.score - before.score,
        "bucket_before": before.bucket,
        "model_before": _find_other(before.model_version, after.model_version),
        "terms_before": _find_other(before.terms_version, after.terms_version),
        "families": [_describe(change) for change in changes],
    }


def compare_reasons(after: Sequence[Reason], before: Sequence[Reason]) -> list[FamilyChange]:
    """Compare reasons by family, what differs most first; families that did not move are left out."""
    now, then = _by_family(after), _by_family(before)
    most_untold = _bound_untold(after), _bound_untold(before)
    changes = [_compare(family, now.get(family), then.get(family), most_untold) for family in {**now, **then}]
    moved = [change for change in changes if change.difference]
    return sorted(moved, key=lambda change: (-abs(change.difference), change.family))


def say_change(
    after: Row[Any], before: Row[Any], changes: Sequence[FamilyChange], *, now: int, zone: ZoneInfo
) -> str:
    """Say what changed and what did most of it: ``Up 12 points since 3 March: 3 downloads in the last 7 days.``"""
    points, since = after.score - before.score, say_day(before.as_of, now, zone)
    said = f"Unchanged at {after.score} since {since}"
    if points:
        plural = "" if abs(points) == 1 else "s"
        said = f"{'Up' if points > 0 else 'Down'} {abs(points)} point{plural} since {since}"
    is_up = after.log_odds > before.log_odds
    behind = [change for change in changes if points and (change.difference > 0) == is_up]
    said += f": {behind[0].to_text()}." if behind else "."
    return said + _say_bases(after, before)


def say_day(at: int, now: int, zone: ZoneInfo) -> str:
    """Say a day as people do: the time today, the day this year, else the day with its year."""
    moment, today = to_datetime(at).astimezone(zone), to_datetime(now).astimezone(zone)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    day = f"{moment.day} {moment:%B}"
    return day if moment.year == today.year else f"{day} {moment.year}"


def _say_bases(after: Row[Any], before: Row[Any]) -> str:
    said = ""
    if _is_other_model(after, before):
        said += (
            f" The model changed from version {before.model_version} to {after.model_version} in between, "
            "so not all of this is the lead's doing."
        )
    if before.terms_version != after.terms_version:
        said += f" The terms changed from {before.terms_version} to {after.terms_version} in between."
    return said


def _is_other_model(after: Row[Any], before: Row[Any]) -> bool:
    return (before.model_version, before.fingerprint) != (after.model_version, after.fingerprint)


def _find_other(before: str, after: str) -> str | None:
    return None if before == after else before


def _by_family(reasons: Sequence[Reason]) -> Mapping[str, Reason]:
    return {reason.family: reason for reason in reasons}


def _bound_untold(reasons: Sequence[Reason]) -> float:
    """Return how far a family may have moved a score without being among its reasons."""
    return min(abs(reason.effect) for reason in reasons) if len(reasons) >= MOST_REASONS else 0.0


def _compare(
    family: str, after: Reason | None, before: Reason | None, most_untold: tuple[float, float]
) -> FamilyChange:
    known = [reason.effect for reason in (after, before) if reason is not None]
    untold = [math.copysign(min(abs(known[0]), most), known[0]) for most in most_untold]
    return FamilyChange(
        family=family,
        before=untold[1] if before is None else before.effect,
        after=untold[0] if after is None else after.effect,
        sentence_before=None if before is None else before.sentence,
        sentence_after=None if after is None else after.sentence,
    )


def _describe(change: FamilyChange) -> dict[str, Any]:
    return {
        "family": change.family,
        "name": name_family(change.family),
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "text": change.to_text(),
    }
