"""Lead kinds: values read out of columns, their sentences, and their names."""

import math

import pytest

from features.lead_kinds import (
    Attribute,
    Department,
    EmailKind,
    Feature,
    Given,
    LeadAge,
    RevenueBand,
    Seniority,
    SizeBand,
    is_missing,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("feature", "value", "expected"),
    [
        (Attribute("industry"), "Software", "Software"),
        (Attribute("industry"), None, None),
        (Attribute("employees", "number"), 240.0, 240.0),
        (SizeBand(), 240.0, "50–249"),
        (SizeBand(), NAN, None),
        (RevenueBand(), 3e6, "2–10 M"),
        (RevenueBand(), NAN, None),
        (Seniority(), "CEO", "chief"),
        (Seniority(), None, None),
        (Department(), "Head of Quality", "quality"),
        (Department(), None, None),
        (EmailKind(), "a@acme.de", "company"),
        (EmailKind(), None, None),
        (Given("website"), "acme.de", 1.0),
        (Given("website"), None, 0.0),
        (Given("revenue"), 0.0, 1.0),
        (Given("revenue"), NAN, 0.0),
    ],
)
def test_values_are_read_out_of_columns(feature, value, expected):
    """A kind reads its value out of a column's; what is missing stays missing."""
    assert feature.of(value) == expected


@pytest.mark.parametrize(
    ("feature", "value", "sentence"),
    [
        (Attribute("industry"), "Software", "Industry: Software"),
        (Attribute("lead_source"), None, "Lead source unknown"),
        (Attribute("employees", "number"), 240.0, "Employees: 240"),
        (Attribute("revenue", "number"), 25e6, "Revenue: 25,000,000"),
        (Attribute("revenue", "number"), 0.0, "Revenue: 0"),
        (Attribute("score", "number"), 1.0, "Score: 1"),
        (Attribute("score", "number"), 0.125, "Score: 0.125"),
        (Attribute("revenue", "number"), NAN, "Revenue unknown"),
        (SizeBand(), "50–249", "Company size: 50–249"),
        (SizeBand(), None, "Company size unknown"),
        (RevenueBand(), "2–10 M", "Company revenue: 2–10 M"),
        (Seniority(), "chief", "Seniority: chief"),
        (Seniority(), None, "Seniority unknown"),
        (Department(), "quality", "Department: quality"),
        (EmailKind(), "free mail", "E-mail address: free mail"),
        (Given("website"), 1.0, "Website given"),
        (Given("website"), 0.0, "Website not given"),
        (LeadAge(), 0.0, "Lead for less than a day"),
        (LeadAge(), 0.99, "Lead for less than a day"),
        (LeadAge(), 1.0, "Lead for 1 day"),
        (LeadAge(), 12.4, "Lead for 12 days"),
        (LeadAge(), NAN, "Age of the lead unknown"),
    ],
)
def test_sentences_read_right(feature, value, sentence):
    """A value reads as a person would say it: for none, for one, for several, and for what is missing."""
    assert feature.sentence(value) == sentence


@pytest.mark.parametrize(
    ("feature", "name", "family"),
    [
        (Attribute("Lead Source"), "Lead Source", "Lead Source"),
        (SizeBand(), "employees_band", "employees"),
        (Seniority("job title"), "job_title_seniority", "job title"),
        (Department("job title"), "job_title_department", "job title"),
        (Given("website"), "website_given", "website"),
        (LeadAge(), "lead_age_days", "lead age"),
    ],
)
def test_names_and_families_follow_the_column(feature, name, family):
    """All that is read out of one column is one family, each under a name of its own."""
    assert (feature.name, feature.family) == (name, family)
    assert isinstance(feature, Feature)


@pytest.mark.parametrize(("value", "missing"), [(None, True), (NAN, True), (0.0, False), ("", False), ("x", False)])
def test_missing_is_none_or_nan(value, missing):
    """Nothing and NaN are missing; zero is a value."""
    assert is_missing(value) is missing
