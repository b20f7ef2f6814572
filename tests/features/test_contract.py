"""The contract: one way to clean a value, whether it comes alone, in a record or in a column."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import (
    FIRMOGRAPHICS,
    Column,
    LeadSchema,
    SchemaMismatch,
    clean_column,
    clean_records,
    clean_value,
)

AMOUNT = Column(name="amount", kind="number", low=-10, high=1e6)
NOTE = Column(name="note", kind="text")
raw_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(("12", " 12.5 ", "1e3", "nan", "inf", "1_000", "0x10", "１２", "", "True")),
    st.just(pd.NA),
    st.just(pd.NaT),
)


def same(left, right):
    """Tell whether two values are equal, NaN with NaN."""
    return left == right or (left != left and right != right)


@settings(max_examples=200, deadline=None)
@given(st.lists(raw_values, max_size=8), st.sampled_from((AMOUNT, NOTE)))
def test_columns_and_records_equal_single_values(values, column):
    """A column, as a list or a series, and a batch of records clean each value as it is cleaned alone."""
    alone = [clean_value(value, column) for value in values]
    records = clean_records([{column.name: value} for value in values], [column], is_number=column.is_number)
    for cleaned in (
        clean_column(values, column),
        clean_column(pd.Series(values, dtype=object), column),
        *records.values(),
    ):
        assert len(cleaned) == len(alone)
        assert all(map(same, cleaned.tolist(), alone))
        assert cleaned.dtype == (np.float64 if column.is_number else object)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_numeric_series_equal_single_values(values):
    """A series of floats cleans each as it is cleaned alone."""
    cleaned = clean_column(pd.Series(values, dtype="float64"), AMOUNT)
    assert all(map(same, cleaned.tolist(), [clean_value(value, AMOUNT) for value in values]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1, None, 3], dtype="Int64"), [1.0, math.nan, 3.0]),
        (pd.Series([True, False]), [1.0, 0.0]),
        (pd.Series(["7", "x"], dtype="category"), [7.0, math.nan]),
        (pd.Series(pd.to_datetime(["2026-01-01"])), [math.nan]),
    ],
)
def test_series_of_any_dtype_become_numbers(values, expected):
    """Nullable, boolean, categorical and even date columns give numbers or nothing, never an error."""
    assert all(map(same, clean_column(values, AMOUNT).tolist(), expected))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5.0),
        (-50, -10.0),
        (1e9, 1e6),
        (math.inf, math.nan),
        (-math.inf, math.nan),
        ("7.5", 7.5),
        ("about 7", math.nan),
        ([1], math.nan),
        ({"a": 1}, math.nan),
        (10**400, math.nan),
        (Decimal("1.5"), 1.5),
    ],
)
def test_numbers_are_finite_and_within_their_range(value, expected):
    """What is no finite number is missing; a number beyond the range is taken as the range's end."""
    assert same(clean_value(value, AMOUNT), expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Acme ", "Acme"),
        ("   ", None),
        (None, None),
        (math.nan, None),
        (np.float32("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (7, "7"),
        (7.0, "7"),
        (np.float64(7.0), "7"),
        (7.5, "7.5"),
        (math.inf, "inf"),
        (True, "True"),
    ],
)
def test_texts_are_trimmed_or_missing(value, expected):
    """Blank text and every kind of nothing are missing, and a code is one text as a number and as a float."""
    assert clean_value(value, NOTE) == expected


def test_schemas_are_derived_by_name_and_dtype():
    """Known names bring their own kind and range, others follow the dtype, reserved names are no columns."""
    frame = pd.DataFrame(
        {
            "lead_id": ["a"],
            "created_at": ["2026-01-01"],
            "employees": [7],
            "industry": [7372],
            "visits": [3],
            "is_customer": [True],
            "note": ["hello"],
        }
    )
    schema = LeadSchema.from_frame(frame)
    assert schema.by_name["employees"] == FIRMOGRAPHICS["employees"]
    assert schema.by_name["industry"] == FIRMOGRAPHICS["industry"]
    assert [(c.name, c.kind) for c in schema.columns[2:]] == [
        ("visits", "number"),
        ("is_customer", "number"),
        ("note", "text"),
    ]


def test_a_known_number_that_holds_text_is_text():
    """A head count told as bands of text is read as text."""
    schema = LeadSchema.from_frame(pd.DataFrame({"employees": ["1-10", "11-50"]}))
    assert schema.columns == (Column(name="employees", kind="text"),)


def test_columns_named_twice_are_refused():
    """A schema names each column once."""
    with pytest.raises(SchemaMismatch, match="note"):
        LeadSchema((NOTE, NOTE))


@pytest.mark.parametrize("name", ["lead_id", "account_id", "created_at", "as_of", "events"])
def test_reserved_names_are_refused(name):
    """What the tables need for themselves is no attribute."""
    with pytest.raises(SchemaMismatch, match=name):
        LeadSchema((Column(name=name, kind="text"),))


columns = st.builds(
    Column,
    name=st.text(min_size=1).filter(
        lambda name: name not in ("lead_id", "account_id", "created_at", "as_of", "events")
    ),
    kind=st.sampled_from(("number", "integer", "text")),
    low=st.floats(-1e9, 0),
    high=st.floats(1, 1e9),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(columns, max_size=5, unique_by=lambda column: column.name))
def test_schemas_come_back_from_json(drawn):
    """A schema written as plain data reads back equal."""
    schema = LeadSchema(tuple(drawn))
    assert LeadSchema.from_json(schema.to_json()) == schema
