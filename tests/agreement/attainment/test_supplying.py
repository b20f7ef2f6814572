"""Supplying: what counts for marketing's promises, what is promised for a span of days, and where it ends."""

from datetime import date

import pytest

from agreement.attainment.hand_overs import HandedOver
from agreement.attainment.supplying import compute_target, judge_supply, list_arrivals
from agreement.calendar.periods import Period
from agreement.commitments import Supply
from agreement.goal import Goal
from agreement.lives import Life, Step
from agreement.stages import Stage
from tests.agreement.wall_clock import DAY

GOAL = Goal(revenue=1, begins=date(2027, 1, 1), ends=date(2028, 1, 1), own_sources=("Cold call",))


def make(lead_id, *stages, source=None):
    """Return a lead that reached a stage a day."""
    steps = tuple(Step(stage=Stage(stage), at=number * DAY) for number, stage in enumerate(stages, start=1))
    return Life(lead_id=lead_id, created_at=0, source=source, steps=steps)


@pytest.mark.parametrize(
    ("per", "text", "target"),
    [
        ("week", "2027-W10", 30),
        ("week", "2027-03-01/2027-03-02", 30 / 7),
        ("month", "2027-02", 30),
        ("month", "2027-02-01/2027-02-08", 30 * 7 / 28),
        ("month", "2027-01-31/2027-03-01", 30 + 30 / 31),
        ("month", "2027-01-01/2028-01-01", 360),
    ],
)
def test_a_part_of_a_week_or_month_counts_by_its_days(per, text, target):
    """A promise of so many a month asks more of a day in February than of one in January."""
    supply = Supply(quality="mql", count=30, per=per)
    assert compute_target(supply, Period.from_text(text)) == pytest.approx(target)


def test_a_lead_counts_when_it_first_reaches_a_stage_or_one_beyond():
    """Who skips a stage has reached it too, and who falls back and returns counts once."""
    lives = [make("straight", "mql"), make("skips", "lead", "sql"), make("twice", "mql", "lead", "mql"), make("no")]
    arrivals = list_arrivals(Supply(quality="mql", count=1), lives=lives, handed_over=[], goal=None)
    assert arrivals == [(DAY, "straight"), (DAY, "twice"), (2 * DAY, "skips")]


def test_only_leads_of_marketing_and_of_the_channel_count():
    """Sources that are sales' own do not count, in any case of letters; a channel counts its own leads alone."""
    lives = [make("ours", "mql", source="webinar"), make("theirs", "mql", source="cold CALL"), make("bare", "mql")]

    def find(channel):
        supply = Supply(quality="mql", count=1, channel=channel)
        return [lead_id for _, lead_id in list_arrivals(supply, lives=lives, handed_over=[], goal=GOAL)]

    assert find(None) == ["bare", "ours"]
    assert find("Webinar") == ["ours"]
    assert find("Fair") == []


def test_a_bucket_counts_leads_as_they_were_handed_over():
    """A lead that is handed over hot twice in a period counts once."""
    handed = [
        HandedOver(lead_id=lead_id, number=1, at=at, bucket=bucket)
        for lead_id, at, bucket in (("a", 5, "hot"), ("a", 6, "hot"), ("b", 7, "warm"), ("c", 8, "hot"))
    ]
    supply = Supply(quality="hot", count=9)
    arrivals = list_arrivals(supply, lives=[make("a"), make("b"), make("c")], handed_over=handed, goal=None)
    period = Period.from_text("1970-01-01/1970-01-08")
    assert judge_supply(supply, arrivals, period=period, as_of=7).lead_ids == ("a",)
    assert judge_supply(supply, arrivals, period=period, as_of=8).lead_ids == ("a", "c")


def test_a_promise_is_broken_only_when_its_period_is_over():
    """Half through, half is promised to date; at the end less than promised is broken, and as much is kept."""
    supply = Supply(quality="lead", count=4)
    period = Period.from_text("1970-01-01/1970-01-08")
    middle = period.ends_at // 2
    found = judge_supply(supply, [(0, "a"), (1, "b"), (2, "c")], period=period, as_of=middle)
    assert (found.target, found.target_to_date, found.attainment, found.attainment_to_date) == (4, 2, 0.75, 1.5)
    assert found.is_kept is None
    assert found.outlook is not None
    assert found.outlook.expected == 6
    assert found.outlook.low < 6 < found.outlook.high
    arrivals = [(at, str(at)) for at in range(4)]
    over = judge_supply(supply, arrivals[:3], period=period, as_of=period.ends_at)
    assert (over.is_kept, over.attainment) == (False, 0.75)
    assert judge_supply(supply, arrivals, period=period, as_of=middle).is_kept is True


def test_the_instant_that_ends_a_period_is_no_part_of_it():
    """Who comes at the last microsecond counts, and who comes one later does not."""
    supply = Supply(quality="lead", count=4)
    period = Period.from_text("1970-01-01/1970-01-08")
    arrivals = [(period.begins_at, "first"), (period.ends_at - 1, "last"), (period.ends_at, "next")]
    assert judge_supply(supply, arrivals, period=period, as_of=period.ends_at * 2).lead_ids == ("first", "last")
