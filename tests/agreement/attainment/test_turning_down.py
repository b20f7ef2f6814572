"""Turning down: what counts as not taken, whose it was, and which criteria were wrong."""

from agreement.attainment.hand_overs import list_handed_over
from agreement.attainment.turning_down import NOT_TOLD, list_misfits, list_turned_down
from agreement.calendar.periods import Period
from agreement.lives import Act, Life, Step
from agreement.recycling import USUAL_REASONS
from agreement.stages import Stage
from agreement.timers import Duty, Timer

PERIOD = Period.from_text("1970-01-01/1970-01-08")


def make(lead_id, *steps, **facts):
    """Return a lead by (stage, act, reason), an hour each, handed over by the first."""
    made = tuple(
        Step(stage=Stage(stage), at=number * 3_600_000_000, act=act, reason=reason)
        for number, (stage, act, reason) in enumerate([("sql", Act.HANDED_OVER, None), *steps], start=1)
    )
    return Life(lead_id=lead_id, created_at=0, owner_id="now", facts=facts, steps=made)


def find(lives, timers=()):
    """Return what was turned down in the period."""
    return list_turned_down(lives, list_handed_over(lives, timers), USUAL_REASONS, PERIOD)


def test_rejections_and_ends_with_a_reason_count():
    """A rejection counts without a reason too; a loss counts with one, and only of a lead that sales had."""
    lives = [
        make("rejected", ("mql", Act.REJECTED, None)),
        make("lost", ("lost", None, "no_budget")),
        make("silent", ("lost", None, None)),
        make("twice", ("recycled", Act.REJECTED, "not_now"), ("lost", None, "no_need")),
        make("won", ("opportunity", None, None), ("customer", None, None)),
    ]
    found = [(each.lead_id, each.reason) for each in find(lives)]
    assert found == [("rejected", NOT_TOLD), ("lost", "no_budget"), ("twice", "not_now")]


def test_it_was_whose_the_hand_over_was():
    """The timers of the hand-over name owner and bucket; without any, the owner now stands for them."""
    lives = [make("a", ("lost", Act.REJECTED, "no_need"))]
    timer = Timer(
        duty=Duty.FEEDBACK,
        started_at=3_600_000_000,
        due_at=9 * 3_600_000_000,
        owner_id="then",
        bucket="hot",
        terms_version="v",
    )
    (found,) = find(lives, [("a", timer)])
    assert (found.owner_id, found.bucket) == ("then", "hot")
    (found,) = find(lives)
    assert (found.owner_id, found.bucket) == ("now", None)


def test_misfits_are_counted_of_all_that_were_decided():
    """Of two decided software leads one did not fit; who is undecided is in no count."""
    misfit = ("lost", Act.REJECTED, "not_a_fit")
    lives = [
        make("no", misfit, industry="software", employees=9.0, city="bonn"),
        make("yes", ("opportunity", None, None), industry="software", employees=9.0),
        make("open", industry="software", employees=9.0),
        make("big", misfit, industry="steel", employees=1_000.0),
    ]
    found = {
        (each.criterion, each.value): (each.rate.count, each.rate.of)
        for each in list_misfits(lives, find(lives), PERIOD)
    }
    assert found == {
        ("industry", "software"): (1, 2),
        ("industry", "steel"): (1, 1),
        ("size", "1 to 9"): (1, 2),
        ("size", "1,000 and more"): (1, 1),
        ("place", "bonn"): (1, 1),
        ("place", "unknown"): (1, 2),
        ("role", "unknown"): (2, 3),
    }
