"""The reference: ranks among the leads learned from, doubt about strangers, thresholds where none are agreed."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.engine import FeatureTable
from models.encoding import Encoding
from models.reference import Reference
from tests.models.examples import FEATURE_SET, make_table

TABLE = make_table(300)
ENCODING = Encoding.learn(TABLE)


def learn(probability):
    """Learn a reference with these probabilities, repeated to one a row."""
    return Reference.learn(TABLE, ENCODING, np.resize(np.asarray(probability, dtype=float), len(TABLE)))


def test_ranks_say_how_many_of_a_hundred_lie_below():
    """Among evenly spread probabilities the rank is the percentile."""
    reference = learn(np.linspace(0, 1, 300))
    assert reference.rank(np.array([0.0, 0.1, 0.255, 0.5, 0.99, 1.0])).tolist() == [0, 10, 26, 50, 99, 100]


def test_ranks_beyond_the_reference_are_its_ends():
    """What is less likely than every reference lead ranks 0, what is likelier ranks 100."""
    reference = learn(np.linspace(0.2, 0.4, 300))
    assert reference.rank(np.array([0.0, 0.1999, 0.4001, 1.0])).tolist() == [0, 0, 100, 100]


def test_leads_that_all_tie_rank_in_the_middle():
    """A scorer that tells no leads apart ranks every one of them in the middle."""
    assert learn([0.3]).rank(np.array([0.3])).tolist() == [50]


probabilities = st.lists(st.one_of(st.sampled_from((0.1, 0.2, 0.3)), st.floats(0, 1)), min_size=1, max_size=40)


@settings(max_examples=100, deadline=None)
@given(probabilities, probabilities)
def test_likelier_leads_never_rank_lower(learned, seen):
    """Ranks lie in [0, 100] and rise with the probability, however many leads tie."""
    ranks = learn(learned).rank(np.sort(seen))
    assert (np.diff(ranks) >= 0).all()
    assert ((ranks >= 0) & (ranks <= 100)).all()


def test_strangers_are_doubted():
    """A lead of which nothing is known is unfamiliar; the leads learned from are not, but for one in a hundred."""
    n = 5
    stranger = FeatureTable(
        feature_set=FEATURE_SET,
        numbers=np.full((n, len(FEATURE_SET.numbers)), np.nan),
        texts=tuple(np.full(n, None, dtype=object) for _ in FEATURE_SET.texts),
    )
    reference = learn([0.5])
    assert reference.is_unfamiliar(ENCODING.encode(stranger), ENCODING).all()
    assert reference.is_unfamiliar(ENCODING.encode(TABLE), ENCODING).mean() <= 0.01


def test_default_thresholds_make_one_lead_in_ten_hot():
    """Where no agreement says better, a tenth is hot and a fifth warm."""
    probability = np.linspace(0, 1, 300)
    thresholds = learn(probability).default_thresholds()
    assert (probability >= thresholds.hot).mean() == pytest.approx(0.1, abs=0.02)
    assert (probability >= thresholds.warm).mean() == pytest.approx(0.3, abs=0.02)


def test_distributions_are_those_of_the_rows():
    """Deciles, missing shares and level shares are what the rows hold."""
    reference = learn([0.5])
    position = [feature.name for feature in FEATURE_SET.numbers].index("employees")
    column = TABLE.column("employees")
    assert reference.missing_shares[position] == np.isnan(column).mean()
    assert reference.quantiles[position][5] == np.nanmedian(column)
    assert len(reference.quantiles) == len(FEATURE_SET.numbers)
    for shares, vocabulary in zip(reference.level_shares, ENCODING.vocabularies, strict=True):
        assert len(shares) == vocabulary.width
        assert sum(shares) == pytest.approx(1.0)


def test_columns_that_are_always_missing_have_no_deciles():
    """A column without a value is described by its missing share alone."""
    empty = FeatureTable(feature_set=FEATURE_SET, numbers=np.full_like(TABLE.numbers, np.nan), texts=TABLE.texts)
    reference = Reference.learn(empty, ENCODING, np.full(len(empty), 0.5))
    assert set(map(tuple, reference.quantiles)) == {()}
    assert set(reference.missing_shares) == {1.0}


def test_references_come_back_from_json():
    """A reference written as JSON reads back to the bit."""
    reference = learn(np.random.default_rng(0).random(300))
    back = Reference.from_json(json.loads(json.dumps(reference.to_json())))
    assert back.to_json() == reference.to_json()
    assert back.ranks.tobytes() == reference.ranks.tobytes()
