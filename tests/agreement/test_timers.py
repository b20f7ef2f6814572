"""Timers: when the duties of a hand-over are due, and what becomes of them by what is told of the lead."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.calendar.hours import WorkingHours
from agreement.commitments import Feedback, Response
from agreement.lives import Act, Contact, Step
from agreement.people import Person
from agreement.stages import Stage
from agreement.terms import Terms
from agreement.timers import Duty, Timer, add_working_time, find_response, follow_timers, start_timers
from tests.agreement.wall_clock import DAY, HOUR, MINUTE, utc

START = utc(2027, 6, 7, 9)
TERMS = Terms(
    response=(
        Response(bucket="hot", first_contact_micros=4 * HOUR, attempts=3, attempts_within_micros=40 * HOUR),
        Response(bucket="warm", first_contact_micros=8 * HOUR),
    ),
    feedback=Feedback(within_micros=16 * HOUR),
)
ANNA = Person(id="anna")


def step(stage, hours, reason=None, act=None):
    """Return a step so many hours after the hand-over."""
    return Step(stage=Stage(stage), at=START + int(hours * HOUR), reason=reason, act=act)


def call(hours, outcome=None):
    """Return a call so many hours after the hand-over."""
    return Contact(at=START + int(hours * HOUR), kind="call", outcome=outcome)


def follow(*facts, bucket="hot"):
    """Return the timers of a hand-over at `START` by duty, by steps and contacts in the order given."""
    timers = start_timers(at=START, person=ANNA, bucket=bucket, terms=TERMS)
    handed_over = step("sql", 0, act=Act.HANDED_OVER)
    steps = [handed_over, *(fact for fact in facts if isinstance(fact, Step))]
    contacts = [fact for fact in facts if isinstance(fact, Contact)]
    return {timer.duty: timer for timer in follow_timers(timers, steps=steps, contacts=contacts)}


def judge(timer, hours):
    """Return how a timer stands so many hours after the hand-over."""
    return timer.judge(START + int(hours * HOUR))


def test_a_hand_over_starts_what_was_promised_for_its_bucket():
    """Each duty has its own time from the hand-over; who owes it and by which terms is fixed then."""
    timers = start_timers(at=START, person=ANNA, bucket="hot", terms=TERMS)
    assert [(timer.duty, timer.due_at - START, timer.wanted) for timer in timers] == [
        (Duty.FIRST_CONTACT, 4 * HOUR, 1),
        (Duty.ATTEMPTS, 40 * HOUR, 3),
        (Duty.FEEDBACK, 16 * HOUR, 0),
    ]
    fixed = {(timer.owner_id, timer.bucket, timer.terms_version, timer.started_at) for timer in timers}
    assert fixed == {("anna", "hot", TERMS.version, START)}


@pytest.mark.parametrize(
    ("bucket", "duties"),
    [("warm", [Duty.FIRST_CONTACT, Duty.FEEDBACK]), ("cold", [Duty.FEEDBACK]), (None, [Duty.FEEDBACK])],
)
def test_nothing_is_owed_that_nobody_promised(bucket, duties):
    """One attempt is the first contact; a bucket that the agreement does not name owes an answer only."""
    timers = start_timers(at=START, person=ANNA, bucket=bucket, terms=TERMS)
    assert [timer.duty for timer in timers] == duties
    assert start_timers(at=START, person=ANNA, bucket=bucket, terms=Terms()) == ()


def test_a_response_is_found_by_its_bucket():
    """Leads that nobody has scored have none."""
    assert find_response("warm", TERMS.response) is TERMS.response[1]
    assert find_response("cold", TERMS.response) is find_response(None, TERMS.response) is None


def test_nothing_follows_from_no_timers():
    """A hand-over that started no clock has none to follow."""
    assert follow_timers((), steps=[step("lost", 1)], contacts=[call(1)]) == ()


@pytest.mark.parametrize(
    ("facts", "at", "keeping"),
    [
        ([], 3.9, "due"),
        ([], 4, "breached"),
        ([call(2)], 1, "due"),
        ([call(2)], 2, "met"),
        ([call(2)], 99, "met"),
        ([call(4)], 99, "met"),
        ([call(5)], 4.5, "breached"),
        ([call(5)], 99, "breached"),
        ([call(-1)], 99, "breached"),
        ([call(0)], 99, "met"),
        ([step("opportunity", 3)], 99, "met"),
        ([step("customer", 3)], 99, "met"),
        ([step("lost", 3, "no_budget")], 2, "due"),
        ([step("lost", 3, "no_budget")], 3, "void"),
        ([step("lost", 3, "no_budget")], 99, "void"),
        ([step("lost", 3)], 99, "void"),
        ([step("mql", 3, "missing_information")], 99, "void"),
        ([step("recycled", 3, "not_now")], 99, "void"),
        ([step("lost", 5, "no_budget")], 99, "breached"),
        ([step("recycled", 3, "no_answer")], 3.5, "due"),
        ([step("recycled", 3, "no_answer")], 99, "breached"),
        ([step("recycled", 1, "no_answer"), call(2)], 99, "breached"),
        ([call(2), step("recycled", 3, "no_answer")], 99, "met"),
        ([call(3), step("lost", 3, "no_budget")], 99, "met"),
        ([step("mql", 2), step("sql", 3), call(3.5)], 99, "void"),
        ([step("sql", 3, act=Act.HANDED_OVER), call(3.5)], 99, "breached"),
    ],
)
def test_a_first_contact_is_kept_late_or_void(facts, at, keeping):
    """Met by any attempt or by an offer; nothing is left to do for a lead that was turned down in time."""
    assert judge(follow(*facts)[Duty.FIRST_CONTACT], at) == keeping


@pytest.mark.parametrize(
    ("facts", "keeping", "hours"),
    [
        ([call(1), call(2)], "breached", None),
        ([call(1), call(2), call(30)], "met", 30),
        ([call(1), call(2), call(41)], "breached", 41),
        ([call(1), call(2, "reached")], "met", 2),
        ([call(1), call(2, " Connected ")], "met", 2),
        ([call(1, "voicemail"), call(2, "voicemail")], "breached", None),
        ([call(1), step("opportunity", 9)], "met", 9),
        ([call(1), call(2), step("recycled", 3, "no_answer")], "breached", None),
        ([call(1), call(2), call(3), step("recycled", 3, "no_answer")], "met", 3),
        ([call(1), step("lost", 3, "competitor")], "void", None),
        ([call(1, "meeting"), step("lost", 3, "competitor")], "met", 1),
    ],
)
def test_attempts_are_made_until_somebody_answers(facts, keeping, hours):
    """Enough of them, one that reached the lead, or an offer; given up before is not kept."""
    timer = follow(*facts)[Duty.ATTEMPTS]
    assert judge(timer, 999) == keeping
    assert timer.met_at == (None if hours is None else START + hours * HOUR)


@pytest.mark.parametrize(
    ("facts", "keeping", "hours"),
    [
        ([], "breached", None),
        ([call(1, "reached")], "breached", None),
        ([step("sql", 5, act=Act.ACCEPTED)], "met", 5),
        ([step("sql", 5)], "breached", None),
        ([step("opportunity", 5)], "met", 5),
        ([step("lost", 5)], "breached", None),
        ([step("lost", 5), step("lost", 9, "no_need")], "met", 9),
        ([step("lost", 5, "no_need")], "met", 5),
        ([step("recycled", 5, "no_answer")], "met", 5),
        ([step("mql", 17, "missing_information", Act.RETURNED)], "breached", 17),
    ],
)
def test_marketing_hears_a_decision_and_why(facts, keeping, hours):
    """Accepted, further on, or left with a reason; a call is no decision, and a loss alone tells nothing."""
    timer = follow(*facts)[Duty.FEEDBACK]
    assert judge(timer, 999) == keeping
    assert timer.met_at == (None if hours is None else START + hours * HOUR)


def test_the_stages_told_at_the_instant_of_the_hand_over_led_there():
    """A CRM that knows days only tells of MQL and SQL at once: the MQL has not taken the lead back."""
    same = [step("mql", 0), step("lead", 0)]
    timers = start_timers(at=START, person=ANNA, bucket="hot", terms=TERMS)
    followed = follow_timers(timers, steps=[step("sql", 0), *same], contacts=[call(1)])
    assert [timer.met_at for timer in followed] == [START + HOUR, None, None]
    assert [timer.ended_at for timer in followed] == [None, None, None]


def test_the_next_hand_over_ends_the_counting():
    """What is done after it is done for the next, and is no answer to the first."""
    again = step("sql", 10, act=Act.HANDED_OVER)
    first = follow(call(1), again, call(11), call(12), step("sql", 13, act=Act.ACCEPTED))
    assert judge(first[Duty.FIRST_CONTACT], 99) == "met"
    assert (first[Duty.ATTEMPTS].met_at, first[Duty.FEEDBACK].met_at) == (None, None)
    second = start_timers(at=again.at, person=ANNA, bucket="hot", terms=TERMS)
    followed = follow_timers(second, steps=[step("sql", 0), again], contacts=[call(1), call(11)])
    assert [timer.met_at for timer in followed] == [START + 11 * HOUR, None, None]


BERLIN = Person(
    id="berta",
    zone="Europe/Berlin",
    working_hours=WorkingHours.from_text("Europe/Berlin", "Mon-Fri 09:00-17:00", frozenset([date(2027, 3, 29)])),
)
NIGHTS = Person(
    id="nils",
    zone="Europe/Berlin",
    working_hours=WorkingHours.from_text("Europe/Berlin", "Sun 00:00-06:00"),
)


@pytest.mark.parametrize(
    ("person", "starts", "hours", "due"),
    [
        (ANNA, utc(2027, 3, 26, 14), 4, utc(2027, 3, 26, 18)),
        # Friday 15:00 in Berlin: two hours, the weekend with its clock change, Easter Monday, two hours on Tuesday.
        (BERLIN, utc(2027, 3, 26, 14), 4, utc(2027, 3, 30, 9)),
        (BERLIN, utc(2027, 3, 27, 12), 4, utc(2027, 3, 30, 11)),
        (BERLIN, utc(2027, 6, 7, 7), 8, utc(2027, 6, 7, 15)),
        # The night of the spring has five hours only, that of the autumn seven.
        (NIGHTS, utc(2027, 3, 27, 23), 5, utc(2027, 3, 28, 4)),
        (NIGHTS, utc(2027, 10, 30, 22), 7, utc(2027, 10, 31, 5)),
    ],
)
def test_duties_are_due_in_the_working_time_of_who_owes_them(person, starts, hours, due):
    """Nights, weekends, holidays and hours that a clock leaves out do not count; without hours all time does."""
    terms = Terms(response=(Response(bucket="hot", first_contact_micros=hours * HOUR),))
    (timer,) = start_timers(at=starts, person=person, bucket="hot", terms=terms)
    assert timer.due_at == due == add_working_time(starts, hours * HOUR, person)


facts = st.one_of(
    st.builds(
        Step,
        stage=st.sampled_from(Stage),
        at=st.integers(-2, 30).map(lambda n: START + n * 2 * HOUR),
        act=st.none() | st.sampled_from(Act),
        reason=st.none() | st.sampled_from(["no_answer", "no_budget"]),
    ),
    st.builds(
        Contact,
        at=st.integers(-2, 30).map(lambda n: START + n * 2 * HOUR + MINUTE),
        kind=st.just("call"),
        outcome=st.none() | st.sampled_from(["reached", "voicemail"]),
    ),
)
stories = st.lists(facts, max_size=8, unique_by=lambda fact: (fact.at, type(fact)))


@settings(max_examples=200, deadline=None)
@given(stories.flatmap(lambda story: st.tuples(st.just(story), st.permutations(story))), st.integers(0, 8))
def test_the_order_in_which_facts_become_known_does_not_matter(pair, known):
    """Followed once with all, or early with some and again with all, in any order, they come out the same."""
    story, shuffled = pair
    whole = tuple(follow(*story).values())
    early = tuple(follow(*shuffled[:known]).values())
    steps = [step("sql", 0, act=Act.HANDED_OVER), *(fact for fact in shuffled if isinstance(fact, Step))]
    contacts = [fact for fact in shuffled if isinstance(fact, Contact)]
    assert follow_timers(early, steps=steps, contacts=contacts) == whole
    assert follow_timers(whole, steps=steps, contacts=contacts) == whole


@settings(max_examples=200, deadline=None)
@given(stories)
def test_what_follows_changes_nothing_that_was_fixed(story):
    """Following says when a duty was done or fell away, never both, never before it began; the rest stays."""
    for timer in follow(*story).values():
        fresh = replace(timer, met_at=None, ended_at=None)
        assert fresh in start_timers(at=START, person=ANNA, bucket="hot", terms=TERMS)
        known = [at for at in (timer.met_at, timer.ended_at) if at is not None]
        assert len(known) <= 1
        assert all(at >= START for at in known)


@given(
    st.integers(START - DAY, START + 3 * DAY),
    st.none() | st.integers(START, START + 3 * DAY),
    st.none() | st.integers(START, START + 3 * DAY),
)
def test_a_judgement_of_the_past_never_changes_and_every_timer_ends(now, met_at, ended_at):
    """A timer is due until it is met, void or breached, and never after its due time; then it stays as it is."""
    timer = Timer(
        duty=Duty.FEEDBACK,
        started_at=START,
        due_at=START + DAY,
        owner_id=None,
        bucket=None,
        terms_version="v",
        met_at=met_at,
        ended_at=None if met_at is not None else ended_at,
    )
    keeping = timer.judge(now)
    assert (keeping == "due") <= (now < timer.due_at)
    if keeping != "due":
        assert timer.judge(now + DAY) == keeping
