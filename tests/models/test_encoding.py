"""Encoding: numbers as they are, a column a frequent text, one for all others and one for none."""

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import Column, LeadSchema
from features.engine import FeatureTable
from features.feature_set import FeatureSet
from features.lead_kinds import Attribute
from models.encoding import MAX_LEVELS, Encoding, Vocabulary
from tests.models.examples import make_table

SET = FeatureSet(
    LeadSchema(
        (Column(name="size", kind="number"), Column(name="source", kind="text"), Column(name="city", kind="text"))
    ),
    (Attribute("source"), Attribute("size", "number"), Attribute("city")),
)


def table_of(sizes, sources, cities):
    """Return a table of the set above."""
    texts = tuple(np.array(column, dtype=object) for column in (sources, cities))
    return FeatureTable(feature_set=SET, numbers=np.array(sizes, dtype=float).reshape(-1, 1), texts=texts)


def test_frequent_texts_get_a_column_each():
    """The most frequent levels seen often enough have a column; ties stand in the order of the alphabet."""
    texts = np.array(
        ["web"] * 20 + ["fair"] * 30 + ["Web "] * 5 + ["rare"] * 9 + ["b"] * 10 + ["a"] * 10 + [None] * 50
    )
    assert Vocabulary.learn(texts, max_levels=40, min_rows=10).levels == ("fair", "web", "a", "b")
    assert Vocabulary.learn(texts, max_levels=1, min_rows=10).levels == ("fair",)


def test_rows_are_encoded_number_first():
    """Numbers stand first as they are; each text has a one in exactly one of its columns."""
    encoding = Encoding.learn(table_of([1, 2, 3], ["web", "web", None], ["Rome", "Oslo", "Rome"]), min_rows=2)
    assert encoding.column_names == (
        "size",
        "source=web",
        "source other",
        "source missing",
        "city=rome",
        "city other",
        "city missing",
    )
    matrix = encoding.encode(table_of([np.nan, 7.5], ["WEB", "unseen"], [None, "Turku"]))
    np.testing.assert_array_equal(matrix, [[np.nan, 1, 0, 0, 0, 0, 1], [7.5, 0, 1, 0, 0, 1, 0]])
    assert matrix.flags.c_contiguous
    assert matrix.dtype == np.float64


def test_columns_know_the_feature_they_encode():
    """`sources` leads each column back to its feature's position in the set."""
    encoding = Encoding.learn(table_of([1, 2], ["web", "web"], ["Rome", "Oslo"]), min_rows=2)
    assert encoding.sources.tolist() == [1, 0, 0, 0, 2, 2]
    assert encoding.width == len(encoding.sources) == len(encoding.column_names)


texts = st.lists(
    st.one_of(st.none(), st.sampled_from(("web", "Web", "fair", "partner", "", "ﬁ"))), min_size=1, max_size=200
)


@settings(max_examples=50, deadline=None)
@given(texts, texts)
def test_many_rows_are_encoded_as_one_alone(learned, seen):
    """A long column, looked up by its distinct values, gets the codes that each text gets alone."""
    vocabulary = Vocabulary.learn(np.array(learned, dtype=object), max_levels=3, min_rows=2)
    column = np.array(seen, dtype=object)
    assert vocabulary.encode(column).tolist() == [vocabulary.code(text) for text in seen]
    assert (vocabulary.encode(column) < vocabulary.width).all()


@pytest.mark.parametrize("n", [3, 300])
def test_each_text_marks_one_column(n):
    """However many rows there are, each text feature has one mark a row."""
    table = make_table(300)
    encoding = Encoding.learn(table)
    matrix = encoding.encode(table.take(np.arange(n)))
    n_numbers = len(table.feature_set.numbers)
    assert (matrix[:, n_numbers:].sum(axis=1) == len(table.texts)).all()
    np.testing.assert_array_equal(matrix[:, :n_numbers], table.numbers[:n])


def test_a_hundred_thousand_levels_stay_small():
    """A column of nearly all different texts becomes a few columns, in a moment."""
    sources = [f"campaign {i}" for i in range(100_000)] + ["web"] * 500
    table = table_of(np.zeros(100_500), sources, [None] * 100_500)
    begin = time.perf_counter()
    encoding = Encoding.learn(table)
    matrix = encoding.encode(table)
    assert time.perf_counter() - begin < 20
    assert encoding.vocabularies[0].levels == ("web",)
    assert matrix.shape[1] == 1 + 3 + 2
    repeated = table_of(np.zeros(100_000), [f"campaign {i % 5_000}" for i in range(100_000)], [None] * 100_000)
    assert len(Encoding.learn(repeated).vocabularies[0].levels) == MAX_LEVELS


def test_encodings_come_back_from_json():
    """Vocabularies written as JSON read back to the same encoding."""
    encoding = Encoding.learn(make_table())
    stored = json.loads(json.dumps(encoding.to_json()))
    assert Encoding.from_json(encoding.feature_set, stored) == encoding
