"""What the signatures of the agreement leave open."""

import pytest

from agreement.paper.expiring import WARN_DAYS, list_warnings
from agreement.terms import Terms
from tests.agreement.paper.test_signing import DAY, make_signature

START = 20_000 * DAY


def tell(signed: list[tuple[float, float]], now: float, drafted: Terms | None = None) -> list[tuple[str, str]]:
    """List codes and causes, without the version, of signatures by days after a start."""
    signatures = [
        make_signature(n, START + int(begins * DAY), START + int(ends * DAY), "same")
        for n, (begins, ends) in enumerate(signed, start=1)
    ]
    told = list_warnings(signatures, START + int(now * DAY), drafted)
    return [(each.code, each.cause.replace(Terms(name="same").version, "v")) for each in told]


@pytest.mark.parametrize(
    ("left", "threshold"), [(31, None), (30, 30), (7.01, 30), (7, 7), (1.01, 7), (1, 1), (0.01, 1)]
)
def test_the_end_is_told_at_each_threshold(left: float, threshold: int | None) -> None:
    """Thirty, seven and one day before it, and each under a cause of its own."""
    assert threshold is None or threshold in WARN_DAYS
    expected = [] if threshold is None else [("ends_soon", f"agreement_ends:v:2025-01-02:{threshold}")]
    assert tell([(0, 90)], 90 - left) == expected


def test_nothing_is_told_where_another_follows() -> None:
    """What ends is followed at once, or within what was signed over it; the last end counts."""
    assert tell([(0, 90), (90, 300)], 89) == []
    assert tell([(0, 90), (50, 300)], 89) == []
    assert tell([(0, 300), (10, 90)], 89) == []
    assert tell([(0, 90), (90, 100)], 89) == [("ends_soon", "agreement_ends:v:2025-01-12:30")]


def test_a_gap_is_told_as_one() -> None:
    """Days between two signatures that nobody signed for are told, each gap once, before it comes and within it."""
    gap = ("gap", "agreement_gap:v:2025-01-02")
    assert tell([(0, 90), (95, 300)], 1) == [gap]
    assert tell([(0, 90), (95, 300), (310, 900)], 1) == [gap, ("gap", "agreement_gap:v:2025-07-31")]
    ended = ("has_run_out", "agreement_ended:v:2025-01-02")
    assert tell([(0, 90), (95, 300)], 92) == [ended]
    assert tell([(0, 90)], 90) == [ended]


def test_before_the_first_begins_nothing_has_run_out() -> None:
    """An agreement signed for later leaves the file in force, which is no trouble."""
    assert tell([(10, 90)], 1) == []


def test_a_file_that_nobody_signed_is_told() -> None:
    """A file counts as signed if it is in force or will be; one that ran out long ago does not."""
    assert tell([(0, 90)], 1, Terms(name="same")) == []
    assert tell([(0, 90)], 1, Terms(name="other")) == [("file_differs", "")]
    later = [make_signature(1, START, START + 90 * DAY), make_signature(2, START + 90 * DAY, START + 300 * DAY)]
    assert list_warnings(later, START, later[1].terms) == ()
    assert [each.code for each in list_warnings(later, START + 100 * DAY, later[0].terms)] == ["file_differs"]


def test_nobody_is_warned_of_what_nobody_signed() -> None:
    """Without a signature the file counts, and nothing can run out."""
    assert list_warnings([], START, Terms(name="other")) == ()


def test_sentences_name_the_version_and_the_day() -> None:
    """People read which agreement ends when."""
    signature = make_signature(1, START, START + 90 * DAY)
    for now, said in (
        (START + 85 * DAY, "in 5 days"),
        (START + 89 * DAY, "within a day"),
        (START + 91 * DAY, "ended"),
    ):
        (told,) = list_warnings([signature], now)
        assert said in told.sentence
        assert "2025-01-02" in told.sentence
        assert signature.version in told.sentence
