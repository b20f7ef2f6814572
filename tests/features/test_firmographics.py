"""Firmographics: bands with exact edges, and the kind of an e-mail address."""

import math

import pytest

from features.firmographics import email_kind, revenue_band, size_band


@pytest.mark.parametrize(
    ("employees", "band"),
    [
        (math.nan, None),
        (0, "none"),
        (1, "1–9"),
        (9, "1–9"),
        (9.5, "1–9"),
        (10, "10–49"),
        (49, "10–49"),
        (50, "50–249"),
        (249, "50–249"),
        (250, "250–999"),
        (999, "250–999"),
        (1_000, "1,000–4,999"),
        (4_999, "1,000–4,999"),
        (5_000, "5,000 or more"),
        (1e8, "5,000 or more"),
    ],
)
def test_sizes_fall_into_the_band_that_holds_them(employees, band):
    """A band holds its lower edge and ends below the next one."""
    assert size_band(employees) == band


@pytest.mark.parametrize(
    ("revenue", "band"),
    [
        (math.nan, None),
        (0, "under 2 M"),
        (1_999_999.99, "under 2 M"),
        (2e6, "2–10 M"),
        (10e6, "10–50 M"),
        (50e6, "50–250 M"),
        (250e6, "250 M–1 bn"),
        (999_999_999, "250 M–1 bn"),
        (1e9, "1 bn or more"),
    ],
)
def test_revenues_fall_into_the_band_that_holds_them(revenue, band):
    """A band holds its lower edge and ends below the next one."""
    assert revenue_band(revenue) == band


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        (None, None),
        ("", None),
        ("nobody", None),
        ("two@at@signs.com", None),
        ("no-dot@localhost", None),
        ("empty@", None),
        ("empty@.com", None),
        ("a@b..com", None),
        ("anna@gmail.com", "free mail"),
        ("Anna@GMAIL.com", "free mail"),
        ("b@yahoo.co.uk", "free mail"),
        ("c@mail.acme.com", "company"),
        ("c@gmail.acme.com", "company"),
        ("d@acme.de", "company"),
        ("d@acme.de.", "company"),
        ("e@mit.edu", "education"),
        ("e@cs.ox.ac.uk", "education"),
        ("f@nasa.gov", "government"),
        ("f@service.gov.uk", "government"),
        ("g@libero.it", "free mail"),
        ("h@luukku.com", "free mail"),
    ],
)
def test_addresses_tell_whose_they_are(email, kind):
    """The domain tells free mail, education, government and companies apart; what is no address tells nothing."""
    assert email_kind(email) == kind
