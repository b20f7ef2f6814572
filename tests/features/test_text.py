"""Text: one normal form, names for features, and nouns, numbers and sentences as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.text import amount_of, count_of, identifier, normal_form, plural, sentence_case, words


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("  Ａｃｍｅ   GmbH ", "acme gmbh"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("e\u0301clair", "éclair"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tab\tand\nline", "tab and line"),
        ("ﬁn", "fin"),
        ("", ""),
    ],
)
def test_spellings_of_one_value_share_a_form(text, form):
    """Invisible characters, compatibility forms, case and white space make no difference."""
    assert normal_form(text) == form


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_the_normal_form_is_its_own(text):
    """The normal form of a normal form is itself, for any text."""
    once = normal_form(text)
    assert normal_form(once) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [("Pricing page", "pricing_page"), ("e-mail opened!", "e_mail_opened"), ("Größe", "grösse"), ("??", "unnamed")],
)
def test_identifiers_are_lower_case_words(text, name):
    """A feature's name is made of lower-case word characters."""
    assert identifier(text) == name


@pytest.mark.parametrize(
    ("name", "said"), [("pricing_visit", "pricing visit"), ("E-Mail  Opened", "e mail opened")]
)
def test_names_are_said_as_words(name, said):
    """Underscores and hyphens are blanks to people."""
    assert words(name) == said


@pytest.mark.parametrize(
    ("noun", "several"),
    [
        ("visit", "visits"),
        ("page visit", "page visits"),
        ("inquiry", "inquiries"),
        ("reply", "replies"),
        ("survey", "surveys"),
        ("press", "presses"),
        ("box", "boxes"),
        ("search", "searches"),
        ("email opened", "emails opened"),
        ("feed", "feeds"),
    ],
)
def test_plurals_are_english(noun, several):
    """The noun takes the plural, and what happened to it stays."""
    assert plural(noun) == several


@pytest.mark.parametrize(
    ("number", "counted"),
    [(0, "no visits"), (1, "1 visit"), (2, "2 visits"), (1_234.0, "1,234 visits")],
)
def test_counted_nouns_agree_with_their_number(number, counted):
    """None, one and several each have their own form."""
    assert count_of(number, "visit") == counted


@pytest.mark.parametrize(
    ("number", "amount"),
    [
        (0.0, "0"),
        (25e6, "25,000,000"),
        (1e13, "10,000,000,000,000"),
        (1_234.5, "1,234"),
        (999.96, "1,000"),
        (99.96, "100"),
        (12.345, "12.3"),
        (0.04, "0.04"),
        (-3.0, "-3"),
    ],
)
def test_amounts_are_written_for_people(number, amount):
    """Whole and large numbers have no decimals and no exponents."""
    assert amount_of(number) == amount


@pytest.mark.parametrize(("text", "sentence"), [("no visits", "No visits"), ("3 visits", "3 visits"), ("", "")])
def test_sentences_begin_with_a_large_letter(text, sentence):
    """Only the first letter changes."""
    assert sentence_case(text) == sentence
