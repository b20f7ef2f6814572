import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.importing.columns import blank_missing, to_texts, type_column
from training.importing.ranges import looks_like_ranges, read_ranges
from training.recipes.recipe import ColumnRules


def column(values):
    """Return a column of texts."""
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1", "2.5", "-3e2", None], [1, 2.5, -300, np.nan]),
        (["1,000", "2,500.5", "3"], [1000, 2500.5, 3]),
        (["1,5", "2,25", "3"], [1.5, 2.25, 3]),
        (["1.234,5", "1.000"], [1234.5, 1000]),
        (["$1,200.00", "$3.50"], [1200, 3.5]),
        (["12 %", "3%"], [12, 3]),
        (["true", "False"], [1, 0]),
    ],
)
def test_numbers_are_read_as_people_write_them(texts, numbers):
    """Plain, grouped, decimal-comma, currency, percent and true/false columns are numbers."""
    typed = type_column(column(texts))
    assert typed.kind == "number"
    np.testing.assert_array_equal(typed.values, numbers)


@pytest.mark.parametrize(
    "texts", [["1", "x"], ["01", "12"], ["١٢"], ["1e999"], ["1_000"], ["nan"], ["0x1f"], ["yes", "no"]]
)
def test_what_is_not_wholly_numeric_is_text(texts):
    """One value that is no finite number, or codes with leading zeros, make a column text."""
    assert type_column(column(texts)).kind == "text"


def test_nearly_numeric_column_says_what_is_in_the_way():
    """A note names the few values that keep a column from being a number."""
    typed = type_column(column(["1"] * 99 + ["n.a."]))
    assert (typed.kind, "'n.a.'" in typed.note) == ("text", True)


def test_declared_number_loses_only_what_is_none():
    """A column declared a number keeps its numbers; the rest is missing and counted."""
    typed = type_column(column(["12", "12abc", None]), as_number=True)
    assert typed.values.isna().tolist() == [False, True, True]
    assert typed.note.startswith("1 values such as '12abc'")


def test_codes_can_be_declared_text():
    """A number that is a code stays as it is written."""
    assert type_column(column(["7", "8"]), as_text=True).values.tolist() == ["7", "8"]
    assert type_column(pd.Series([7.0, np.nan]), as_text=True).values.iloc[0] == "7"


def test_infinite_numbers_are_missing():
    """Infinity from a Parquet file is missing."""
    assert type_column(pd.Series([1.0, np.inf, -np.inf])).values.isna().tolist() == [False, True, True]


def test_missing_markers_are_general_or_of_a_column():
    """The usual markers, the recipe's and a column's own are blanked; a column may keep the usual ones."""
    frame = pd.DataFrame({"a": column([" Select ", "NA", "x"]), "b": column(["-1", "NA", ""]), "c": [-1.0, 5, 6]})
    rules = ColumnRules(missing=("Select",), missing_in={"b": ("-1",), "c": ("-1",)})
    blank = blank_missing(frame, rules)
    assert blank["a"].isna().tolist() == [True, True, False]
    assert blank["b"].isna().tolist() == [True, False, True]
    assert blank["c"].isna().tolist() == [True, False, False]


def test_spellings_are_mended():
    """A wrong spelling is replaced by the right one, before anything else looks at it."""
    rules = ColumnRules(spellings={"a": {"GTXPro": "GTX Pro"}})
    assert blank_missing(pd.DataFrame({"a": column([" GTXPro"])}), rules)["a"].tolist() == ["GTX Pro"]


@pytest.mark.parametrize(
    ("text", "low", "middle", "high"),
    [
        ("50-100", 50, 75, 100),
        ("35-49K", 35_000, 42_000, 49_000),
        ("1,001 - 5,000", 1_001, 3_000.5, 5_000),
        ("10,000+", 10_000, 10_000, 10_000),
        ("Under 15K", 0, 7_500, 15_000),
        ("<10", 0, 5, 10),
        ("1-10 employees", 1, 5.5, 10),
        ("7", 7, 7, 7),
        ("many", np.nan, np.nan, np.nan),
    ],
)
def test_ranges_stand_for_a_number(text, low, middle, high):
    """A range gives its low end, its middle or its high end, as the rule says."""
    read = [read_ranges(column([text]), rule).values.iloc[0] for rule in ("low", "middle", "high")]
    np.testing.assert_array_equal(read, [low, middle, high])


def test_ranges_are_told_from_dates_and_names():
    """Most values must be ranges; dates and names are none."""
    assert looks_like_ranges(column(["1-10", "11-50", "51+"]))
    assert not looks_like_ranges(column(["2016-10-11", "2016-11-12"]))
    assert not looks_like_ranges(column(["a", "b"]))


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.none() | st.text(max_size=6), max_size=10))
def test_any_texts_have_a_kind(values):
    """Typing never fails, keeps the length, and a number column holds finite numbers only."""
    typed = type_column(blank_missing(pd.DataFrame({"a": column(values)}), ColumnRules())["a"])
    assert len(typed.values) == len(values)
    if typed.kind == "number":
        assert np.isfinite(typed.values.dropna()).all()


@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=8))
def test_whole_numbers_match_whatever_type_they_come_in(numbers):
    """An identifier is the same text whether a file holds it as text, whole number or float."""
    texts = [str(number) for number in numbers]
    assert to_texts(pd.Series(numbers)).tolist() == texts
    assert to_texts(pd.Series(numbers, dtype="float64")).tolist() == texts
