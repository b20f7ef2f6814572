"""What marketing and sales owe each other."""

import math

import pytest

from agreement.commitments import Feedback, ImpossibleCommitment, Response, Supply
from tests.agreement.wall_clock import HOUR


@pytest.mark.parametrize(
    ("quality", "plain"),
    [("hot", "hot"), ("mql", "mql"), (" MQL", "mql"), ("Warm", "warm"), ("prospect", "prospect")],
)
def test_marketing_promises_leads_of_a_stage_or_a_bucket(quality, plain):
    """Case and blanks do not matter, and the name is kept as it is called everywhere."""
    supply = Supply(quality=quality, count=5)
    assert (supply.quality, supply.per, supply.channel) == (plain, "week", None)


@pytest.mark.parametrize("quality", ["", "lost", "recycled", "lukewarm"])
def test_nobody_promises_leads_that_do_not_come_nearer(quality):
    """Lost leads are no supply; the error names the choices."""
    with pytest.raises(ImpossibleCommitment, match=r"^quality: use one of prospect, .*customer, cold, warm, hot$"):
        Supply(quality=quality, count=5)


@pytest.mark.parametrize("count", [0, -1, math.nan, math.inf])
def test_marketing_promises_some_leads(count):
    """None, or endlessly many, are no promise."""
    with pytest.raises(ImpossibleCommitment, match=r"^count: "):
        Supply(quality="hot", count=count)


def test_marketing_promises_by_week_or_month():
    """Other times are not counted."""
    assert Supply(quality="hot", count=1, per="month").per == "month"
    with pytest.raises(ImpossibleCommitment, match=r"^per: use one of week, month$"):
        Supply(quality="hot", count=1, per="quarter")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bucket": "tepid"}, "^bucket: use one of cold, warm, hot$"),
        ({"attempts": 0}, "^attempts: "),
        ({"first_contact_micros": 0}, "^first_contact and attempts_within: promise more than no time$"),
        ({"attempts_within_micros": 0}, "^first_contact and attempts_within: promise more than no time$"),
        ({"attempts": 2, "attempts_within_micros": HOUR}, "^first_contact and attempts_within: the first is no"),
    ],
)
def test_sales_promises_what_can_be_kept(wrong, says):
    """Each wrong value is named with the key."""
    with pytest.raises(ImpossibleCommitment, match=says):
        Response(**{"bucket": "hot", "first_contact_micros": 4 * HOUR, **wrong})


def test_a_single_attempt_is_the_first_contact():
    """Who promises one attempt within 60 hours need not say within what time there are several."""
    response = Response(bucket="cold", first_contact_micros=60 * HOUR)
    assert response.attempts == 1
    assert response.attempts_within_micros < response.first_contact_micros


def test_feedback_takes_some_time():
    """An answer within no time is none that can be given."""
    assert Feedback(within_micros=1).within_micros == 1
    with pytest.raises(ImpossibleCommitment, match=r"^within: "):
        Feedback(within_micros=0)
