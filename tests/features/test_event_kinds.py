"""Event kinds: their names, their sentences, and the parameters they refuse."""

import math

import pytest

from features.event_kinds import (
    ActiveDays,
    ActiveLeads,
    DaysSince,
    DecayedCount,
    EventCount,
    FirstSeen,
    PropertySum,
    Trend,
    TypeShare,
)

HOUR = 1 / 24
NAN = math.nan


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        (EventCount("download", 7), 0.0, "No downloads in the last 7 days"),
        (EventCount("download", 7), 1.0, "1 download in the last 7 days"),
        (EventCount("download", 7), 3.0, "3 downloads in the last 7 days"),
        (EventCount("pricing_visit", 1), 2.0, "2 pricing visits in the last day"),
        (EventCount("email opened"), 2.0, "2 emails opened so far"),
        (EventCount(None, 30), 1.0, "1 event in the last 30 days"),
        (EventCount("inquiry", 30, "account"), 1_200.0, "1,200 inquiries in the company in the last 30 days"),
        (EventCount("inquiry", 30, "account"), NAN, "Company not known"),
        (ActiveDays(None, 30), 0.0, "Active on no days in the last 30 days"),
        (ActiveDays(None, 30), 1.0, "Active on 1 day in the last 30 days"),
        (ActiveDays("visit", None), 4.0, "Visits on 4 days so far"),
        (ActiveLeads(None, 30), 0.0, "Nobody of the company active in the last 30 days"),
        (ActiveLeads(None, 30), 1.0, "1 person of the company active in the last 30 days"),
        (ActiveLeads("visit", 7), 3.0, "3 people of the company with visits in the last 7 days"),
        (ActiveLeads(None, 30), NAN, "Company not known"),
        (DaysSince("download"), NAN, "No download yet"),
        (DaysSince("download", 30), NAN, "No download in the last 30 days"),
        (DaysSince("download"), HOUR / 60, "Last download 1 hour ago"),
        (DaysSince("download"), 5 * HOUR, "Last download 5 hours ago"),
        (DaysSince("download"), 1.0, "Last download 1 day ago"),
        (DaysSince(None), 12.4, "Last activity 12 days ago"),
        (FirstSeen("download"), NAN, "No download yet"),
        (FirstSeen(None, None, "account"), 40.0, "First activity in the company 40 days ago"),
        (DecayedCount("download"), 0.0, "No download activity lately"),
        (DecayedCount("download"), 2.44, "Download activity lately: 2.4"),
        (DecayedCount(None), 1.0, "Activity lately: 1.0"),
        (Trend("download", 14), 0.7, "More downloads than in the 14 days before"),
        (Trend("download", 14), -0.7, "Fewer downloads than in the 14 days before"),
        (Trend("download", 14), 0.0, "As many downloads as in the 14 days before"),
        (Trend(None, 1), -0.7, "Less activity than in the day before"),
        (Trend(None, 7), 0.0, "As much activity as in the 7 days before"),
        (TypeShare("download", 30), NAN, "No activity in the last 30 days"),
        (TypeShare("download", 30), 0.4, "Downloads: 40% of the activity in the last 30 days"),
        (TypeShare("download", 30), 0.0, "Downloads: 0% of the activity in the last 30 days"),
        (PropertySum("download", 7, quantity="pages"), 12.0, "Download pages: 12 in the last 7 days"),
        (PropertySum("order", None, quantity="amount"), 25_000_000.0, "Order amount: 25,000,000 so far"),
        (PropertySum(None, 7, quantity="minutes"), 1.25, "Minutes: 1.25 in the last 7 days"),
        (PropertySum(None, 7, quantity="minutes"), 0.0, "Minutes: 0 in the last 7 days"),
    ],
)
def test_sentences_read_right(feature, value, sentence):
    """A value reads as a person would say it: for none, for one, for several, and for what is missing."""
    assert feature.sentence(value) == sentence


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        (EventCount("Pricing visit", 7), "pricing_visit_count_7d"),
        (EventCount(None, None), "event_count"),
        (EventCount("visit", 7, "account"), "account_visit_count_7d"),
        (DecayedCount("visit", None, half_life=0.5), "visit_decayed_h0.5"),
        (PropertySum("visit", 7, quantity="Pages read"), "visit_sum_7d_pages_read"),
        (ActiveLeads(None, 30), "account_event_active_leads_30d"),
        (Trend("visit"), "visit_trend_14d"),
    ],
)
def test_names_tell_scope_type_kind_and_window(feature, name):
    """A name tells apart whatever two features can differ in."""
    assert feature.name == name


def test_families_gather_one_type_in_one_scope():
    """All that is said of a type in a scope is one family; activity of any type is another."""
    assert EventCount("visit", 7).family == DaysSince("visit").family != EventCount("visit", 7, "account").family
    assert EventCount(None, 7).family == Trend(None).family


@pytest.mark.parametrize("days", [0, -7, 1.5])
def test_windows_are_whole_days(days):
    """A window of no days, of fewer, or of parts of a day is refused."""
    with pytest.raises(ValueError, match="whole number of days"):
        EventCount("visit", days)


@pytest.mark.parametrize("half_life", [0.0, -1.0, math.inf, NAN])
def test_half_lives_are_positive(half_life):
    """A half-life that does not halve anything is refused."""
    with pytest.raises(ValueError, match="half-life"):
        DecayedCount("visit", half_life=half_life)


def test_kinds_refuse_to_lack_what_they_need():
    """A trend needs a window, a share a type, a sum a property."""
    with pytest.raises(ValueError, match="trend"):
        Trend("visit", None)
    with pytest.raises(ValueError, match="share"):
        TypeShare(None, 7)
    with pytest.raises(ValueError, match="sum"):
        PropertySum("visit", 7)
