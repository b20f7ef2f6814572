"""Contents: what won deals had met, beside lost ones."""

from agreement.counting.rates import Rate
from agreement.insight.closings import Closing
from agreement.insight.contents import compute_contents
from agreement.lives import Life, Touch
from agreement.stages import Stage


def close(number, *contents, is_won=True, at=50):
    """A closed deal whose lead met contents at instant 10."""
    touches = tuple(Touch(at=10, type="download", content=content) for content in contents)
    return Closing(
        life=Life(lead_id=f"{number:03d}", created_at=0, touches=touches),
        is_won=is_won,
        at=at,
        value=None,
        reason=None,
        stage_before=Stage.SQL,
    )


def test_shares_of_won_and_lost_stand_beside_each_other():
    """A content is counted once a deal, and the surest lift comes first."""
    won = [close(n, *(["guide", "guide"] if n < 30 else ["prices"])) for n in range(40)]
    lost = [close(n, *(["guide"] if n < 110 else ["prices"]), is_won=False) for n in range(100, 200)]
    guide, prices = compute_contents([*won, *lost])
    assert (guide.content, guide.won, guide.lost) == ("guide", Rate(count=30, of=40), Rate(count=10, of=100))
    assert (guide.n, round(guide.lift.value, 6), len(guide.lead_ids)) == (40, 7.5, 40)
    assert prices.lift.high < 1


def test_what_few_met_is_left_out():
    """Below the least number of deals nothing is said, at it something is."""
    closings = [close(n, "guide") for n in range(4)]
    assert compute_contents(closings, least=5) == []
    (figures,) = compute_contents(closings, least=4)
    assert figures.lift is None


def test_only_what_came_before_the_end_was_met():
    """A download at the instant of the end, or something without content, is none."""
    assert compute_contents([close(1, "guide", at=10), close(2, None)], least=1) == []


def test_no_deals_met_nothing():
    """Without deals there is no content."""
    assert compute_contents([]) == []
