"""Comparing: what changed between two scores is told by family, never larger than the ledger can vouch for."""

from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks.scoring_model import AS_OF
from features.times import DAY, to_micros
from models.explanation import Reason
from serving.usecases.comparing import compare_entries, compare_reasons, say_day
from serving.usecases.looking import MOST_REASONS
from serving.usecases.turning import encode_reasons

NOW = to_micros(AS_OF.to_pydatetime())
_UTC = ZoneInfo("UTC")


def _reason(family: str, effect: float, sentence: str = "") -> Reason:
    return Reason(family=family, effect=effect, sentence=sentence or f"{family} now")


def _entry(score: int, log_odds: float, reasons: list[Reason], **more: Any) -> Any:
    told = {"as_of": NOW, "bucket": "warm", "model_version": "1", "fingerprint": "f", "terms_version": "t"}
    return SimpleNamespace(
        **{**told, "score": score, "log_odds": log_odds, "reasons": encode_reasons(reasons), **more}
    )


def _compare(after: Any, before: Any) -> dict[str, Any]:
    return compare_entries(after, before, now=NOW, zone=_UTC)


def test_the_sentence_names_what_did_most_of_it():
    """Points, the day, and the family that moved furthest in the direction of the score."""
    after = _entry(62, 0.5, [_reason("download", 0.9, "3 downloads in the last 7 days"), _reason("age", -0.8)])
    before = _entry(50, 0.1, [_reason("download", 0.1), _reason("age", 0.4)], as_of=NOW - 26 * DAY)
    told = _compare(after, before)
    assert told["sentence"] == "Up 12 points since 3 February: 3 downloads in the last 7 days."
    assert [(family["family"], round(family["difference"], 6)) for family in told["families"]] == [
        ("age", -1.2),
        ("download", 0.8),
    ]
    assert (told["points"], told["model_before"], told["terms_before"]) == (12, None, None)


def test_what_no_longer_counts_is_said_in_its_own_words():
    """A family that is gone is told by its sentence of before."""
    told = _compare(_entry(49, 0.1, []), _entry(50, 0.2, [_reason("visit", 0.3, "2 visits")], as_of=NOW - DAY))
    assert told["sentence"] == "Down 1 point since 28 February: 2 visits counted before."


def test_a_score_that_stood_still_blames_nobody():
    """Without a point of difference no family is named, though their changes are listed."""
    told = _compare(_entry(50, 0.11, [_reason("a", 0.2)]), _entry(50, 0.1, [_reason("a", 0.1)], as_of=NOW - DAY))
    assert told["sentence"] == "Unchanged at 50 since 28 February."
    assert len(told["families"]) == 1


def test_another_model_and_other_terms_are_said():
    """Where model or terms changed in between, the sentence says so."""
    before = _entry(50, 0.1, [], model_version="1", fingerprint="e", terms_version="s", as_of=NOW - DAY)
    told = _compare(_entry(60, 0.2, [], model_version="2"), before)
    assert "The model changed from version 1 to 2" in told["sentence"]
    assert "The terms changed from s to t" in told["sentence"]
    assert (told["model_before"], told["terms_before"]) == ("1", "s")


def test_a_family_pushed_off_a_full_list_is_not_taken_for_nothing():
    """Behind a full list it may have kept as much as the weakest told; its difference is the least that fits."""
    full = [_reason(f"family {number}", 1.0 + number) for number in range(MOST_REASONS)]
    (gone,) = [c for c in compare_reasons(full, [_reason("gone", -1.5)]) if c.family == "gone"]
    assert (gone.before, gone.after) == (-1.5, -1.0)
    assert not [c for c in compare_reasons(full, [_reason("small", 0.5)]) if c.family == "small"]
    (known,) = compare_reasons([], [_reason("gone", -1.5)])
    assert (known.before, known.after) == (-1.5, 0.0)


@pytest.mark.parametrize(
    ("ago", "zone", "said"),
    [
        (3_600_000_000, "UTC", "08:00"),
        (3_600_000_000, "Europe/Helsinki", "10:00"),
        (DAY, "UTC", "28 February"),
        (365 * DAY, "UTC", "1 March 2025"),
    ],
)
def test_a_day_is_said_as_people_do(ago, zone, said):
    """The time today, the day this year, the year where it is another; on the clock of the zone."""
    assert say_day(NOW - ago, NOW, ZoneInfo(zone)) == said
