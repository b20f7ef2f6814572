"""How and when an alert goes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.alerting import AlertRules, ImpossibleAlertRules, Origin, choose_origin, plan_alert, plan_recheck
from agreement.calendar.hours import QuietHours, WorkingHours
from agreement.people import Person

HOUR = 3_600_000_000
ZONES = ["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
OFFICE = Person(
    id="anna",
    zone="Europe/Helsinki",
    working_hours=WorkingHours.from_text("Europe/Helsinki", "Mon-Fri 09:00-17:00"),
    quiet_hours=QuietHours.from_text("20:00-07:00", zone="Europe/Helsinki"),
)
ANYTIME = Person(id="ben", zone="Europe/Helsinki")
SPLIT_DAY = Person(
    id="dan",
    working_hours=WorkingHours.from_text("UTC", "Mon-Fri 12:30-13:00, Mon-Fri 15:00-16:00"),
    quiet_hours=QuietHours.from_text("12:00-13:00", zone="UTC"),
)
NIGHT_OWL = Person(id="cleo", quiet_hours=QuietHours.from_text("22:00-07:00", zone="UTC"))

zones = st.sampled_from(ZONES)
people = st.builds(
    Person,
    id=st.just("anna"),
    zone=zones,
    working_hours=st.none()
    | st.builds(
        WorkingHours.from_text, zones, st.sampled_from(["Mon-Fri 08:00-18:00", "always", "Sun 03:00-21:00"])
    ),
    quiet_hours=st.none()
    | st.builds(QuietHours.from_text, st.sampled_from(["22:00-07:00", "12:00-13:00"]), zone=zones),
)
instants = st.integers(57 * 365 * 24 * HOUR, 59 * 365 * 24 * HOUR)


def utc(*parts):
    """Return an instant in microseconds since 1970."""
    return (datetime(*parts, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def plan(now, person, *, origin=Origin.LIVE, batch="", sent_today=0, snoozed_until=None, rules=None):
    """Plan one alert by the usual rules."""
    return plan_alert(
        origin=origin,
        batch=batch,
        now=now,
        person=person,
        sent_today=sent_today,
        snoozed_until=snoozed_until,
        rules=rules or AlertRules(),
    )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(Origin), people, instants, st.integers(0, 40), st.none() | st.integers(-50, 200))
def test_an_alert_goes_when_nothing_speaks_against_it(origin, person, now, sent_today, snooze_hours):
    """It goes at or after now, out of the snooze and of quiet hours, in working hours, and stays there."""
    snoozed_until = None if snooze_hours is None else now + snooze_hours * HOUR
    planned = plan(now, person, origin=origin, batch="b", sent_today=sent_today, snoozed_until=snoozed_until)
    at = planned.deliver_at
    assert at >= max(now, snoozed_until or 0)
    assert not person.quiet_hours or not person.quiet_hours.is_quiet(at)
    assert not person.working_hours or person.working_hours.is_open(at)
    again = plan(at, person, snoozed_until=snoozed_until)
    assert (again.deliver_at, again.notes) == (at, ())


@given(st.sampled_from(Origin), people, instants, st.integers(0, 40))
def test_only_news_within_the_cap_goes_alone(origin, person, now, sent_today):
    """Bulk is a digest of its batch, what is above the cap one of the day, and all else is single."""
    planned = plan(now, person, origin=origin, batch="b7", sent_today=sent_today)
    is_bulk = origin in (Origin.IMPORT, Origin.PROMOTION)
    is_single = not is_bulk and sent_today < 20
    assert planned.form == ("single" if is_single else "digest")
    assert (planned.cause == "") == is_single
    assert (planned.cause == f"{origin}:b7") == is_bulk == ("bulk" in planned.notes)
    assert ("over_cap" in planned.notes) == planned.cause.startswith("cap:")


@settings(deadline=None)
@given(people, instants, st.integers(0, 30 * HOUR))
def test_the_digest_of_a_day_is_due_once(person, now, later):
    """Two alerts above the cap share their digest, and its time, where they are of one local day."""
    first, second = (plan(at, person, sent_today=99) for at in (now, now + later))
    if first.cause == second.cause:
        assert first.deliver_at == second.deliver_at
        assert first.deliver_at > now + later


@pytest.mark.parametrize(
    ("now", "person", "given", "due", "notes"),
    [
        # Tuesday the 12th of January 2027, ten in the morning in Helsinki.
        (utc(2027, 1, 12, 8), OFFICE, {}, utc(2027, 1, 12, 8), ()),
        (utc(2027, 1, 12, 15, 30), OFFICE, {}, utc(2027, 1, 13, 7), ("outside_working_hours",)),
        (utc(2027, 1, 12, 20), OFFICE, {}, utc(2027, 1, 13, 7), ("quiet_hours", "outside_working_hours")),
        (utc(2027, 1, 15, 20), OFFICE, {}, utc(2027, 1, 18, 7), ("quiet_hours", "outside_working_hours")),
        (utc(2027, 1, 12, 23), NIGHT_OWL, {}, utc(2027, 1, 13, 7), ("quiet_hours",)),
        (utc(2027, 1, 12, 11), SPLIT_DAY, {}, utc(2027, 1, 12, 15), ("outside_working_hours", "quiet_hours")),
        (utc(2027, 1, 12, 23), ANYTIME, {}, utc(2027, 1, 12, 23), ()),
        (utc(2027, 1, 12, 8), OFFICE, {"snoozed_until": utc(2027, 1, 12, 9)}, utc(2027, 1, 12, 9), ("snoozed",)),
        (utc(2027, 1, 12, 8), OFFICE, {"snoozed_until": utc(2027, 1, 12, 8)}, utc(2027, 1, 12, 8), ()),
        (utc(2027, 1, 12, 8), OFFICE, {"sent_today": 20}, utc(2027, 1, 13, 7), ("over_cap",)),
        (utc(2027, 1, 15, 8), OFFICE, {"sent_today": 20}, utc(2027, 1, 18, 7), ("over_cap",)),
        (utc(2027, 1, 12, 23), ANYTIME, {"sent_today": 20}, utc(2027, 1, 14, 7), ("over_cap",)),
        (utc(2027, 1, 12, 8), OFFICE, {"origin": Origin.IMPORT}, utc(2027, 1, 12, 8, 5), ("bulk",)),
        (utc(2027, 1, 12, 8), OFFICE, {"origin": Origin.SILENCE}, utc(2027, 1, 12, 8), ()),
    ],
)
def test_known_alerts_are_due_when_they_should(now, person, given, due, notes):
    """Evenings wait for the morning, Fridays for Monday, and the reasons are told in their order."""
    planned = plan(now, person, **given)
    assert (planned.deliver_at, planned.notes) == (due, notes)


def test_the_day_of_a_digest_is_the_owners():
    """At eleven in the evening UTC it is already tomorrow in Helsinki; bulk without a name is that day's too."""
    now = utc(2027, 1, 12, 23)
    assert plan(now, ANYTIME, sent_today=20).cause == "cap:2027-01-13"
    assert plan(now, ANYTIME, origin=Origin.IMPORT).cause == "import:2027-01-13"


def test_somebody_who_never_has_time_is_told_after_quiet_hours():
    """Where quiet hours cover all working hours, the plan still ends, out of the quiet hours."""
    quiet = QuietHours.from_text("08:00-18:00", zone="UTC")
    busy = Person(id="dan", working_hours=WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00"), quiet_hours=quiet)
    planned = plan(utc(2027, 1, 12, 10), busy)
    assert not quiet.is_quiet(planned.deliver_at)
    assert planned.notes == ("quiet_hours", "outside_working_hours")


def test_only_what_is_fresh_is_news():
    """What happened within a day is live; what is told of later came in bulk."""
    rules = AlertRules()
    assert choose_origin(happened_at=0, now=24 * HOUR, rules=rules) is Origin.LIVE
    assert choose_origin(happened_at=0, now=24 * HOUR + 1, rules=rules) is Origin.IMPORT


@pytest.mark.parametrize(
    ("is_hot", "is_open", "code"),
    [(True, True, None), (False, True, "cooled_down"), (True, False, "closed"), (False, False, "closed")],
)
def test_a_deferred_alert_is_dropped_where_it_is_no_news(is_hot, is_open, code):
    """A lead that is closed or no longer hot is not told of."""
    assert plan_recheck(is_hot=is_hot, is_open=is_open) == code


@pytest.mark.parametrize(
    "wrong", [{"cap_per_day": -1}, {"fresh_micros": -1}, {"digest_wait_micros": -1}, {"morning_minute": 1_440}]
)
def test_rules_that_no_alert_could_follow_are_refused(wrong):
    """Counts and durations are never negative, and a day has 1,440 minutes."""
    with pytest.raises(ImpossibleAlertRules, match=next(iter(wrong)).removesuffix("_micros")):
        AlertRules(**wrong)
