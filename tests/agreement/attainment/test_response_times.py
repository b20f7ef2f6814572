"""Response times: quantiles of waits of which some have not ended, in working time and on the plain clock."""

import pytest

from agreement.attainment.hand_overs import HandedOver
from agreement.attainment.response_times import (
    compute_first_waits,
    compute_waits,
    find_quantile,
    group_by_length,
    summarise_waits,
)
from agreement.calendar.hours import WorkingHours
from agreement.lives import Contact, Life, Step
from agreement.people import Person
from agreement.stages import Stage
from tests.agreement.wall_clock import DAY, HOUR, utc

FRIDAY = utc(2027, 6, 4, 16)
HOURS = WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00")


def hand_over(answered_at=None, owner_id="anna", left_at=None):
    """Return a hand-over on Friday at four in the afternoon."""
    return HandedOver(lead_id="a", number=1, at=FRIDAY, owner_id=owner_id, answered_at=answered_at, left_at=left_at)


def test_working_time_leaves_out_the_weekend():
    """From Friday at four to Monday at ten are two hours of work and sixty-six on the plain clock."""
    answered = utc(2027, 6, 7, 10)
    people = {"anna": Person(id="anna", working_hours=HOURS), "ben": Person(id="ben")}
    waits = compute_waits([hand_over(answered), hand_over(answered, "ben"), hand_over(answered, None)], people)
    assert [(wait.working, wait.plain) for wait in waits] == [
        (2 * HOUR, 66 * HOUR),
        (66 * HOUR, 66 * HOUR),
        (66 * HOUR, 66 * HOUR),
    ]


def test_who_was_not_contacted_waits_longer_than_any():
    """Of three the median is the longer of the two that ended, and nine tenths is not yet."""
    waits = compute_waits([hand_over(FRIDAY + 5), hand_over(FRIDAY + 9), hand_over(left_at=FRIDAY + 1)], {})
    found = summarise_waits(waits)
    assert (found.median_plain, found.p90_plain) == (9, None)
    assert (found.n_unanswered, found.n_left) == (1, 1)


@pytest.mark.parametrize(
    ("waits", "tenths", "expected"),
    [
        ([], 5, None),
        ([None], 5, None),
        ([7], 5, 7),
        ([7], 9, 7),
        ([3, 1], 5, 1),
        ([3, None], 5, 3),
        (list(range(1, 11)), 9, 9),
        (list(range(1, 12)), 9, 10),
        ([*range(1, 10), None], 9, 9),
    ],
)
def test_a_quantile_is_one_of_the_waits(waits, tenths, expected):
    """It is the value at the nearest rank, counted among all, ended or not."""
    assert find_quantile(waits, tenths) == expected


def test_every_wait_is_in_one_class():
    """The upper ends belong to their class; what is longer, and what has not ended, have classes of their own."""
    lengths = (0, HOUR, HOUR + 1, 40 * HOUR, 40 * HOUR + 1, None)
    waits = compute_waits([hand_over(None if n is None else FRIDAY + n) for n in lengths], {})
    sizes = {edge: len(ids) for edge, ids in group_by_length(waits).items()}
    assert sizes == {1: 2, 4: 1, 8: 0, 16: 0, 40: 1, 0: 1, None: 1}


def test_speed_to_lead_counts_from_the_first_touch_to_the_first_contact():
    """The clock starts when the lead first did anything or came to be, and only for its first hand-over."""
    life = Life(
        lead_id="a",
        created_at=FRIDAY - DAY,
        contacts=(Contact(at=FRIDAY - 3 * DAY, kind="call"), Contact(at=FRIDAY + HOUR, kind="call")),
        steps=(Step(stage=Stage.SQL, at=FRIDAY),),
    )
    touches = {"a": FRIDAY - 2 * DAY}
    again = HandedOver(lead_id="a", number=2, at=FRIDAY + DAY)
    (wait,) = compute_first_waits([hand_over(), again], {"a": life}, touches)
    assert wait.plain == 2 * DAY + HOUR
    (wait,) = compute_first_waits([hand_over()], {"a": life}, {})
    assert wait.plain == DAY + HOUR
