"""Histories: the same in any order told, and never another than the store's."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.contract import LeadSchema
from features.event_kinds import EventCount, PropertySum
from features.feature_set import FeatureSet
from serving.store.database import Database
from serving.usecases.histories import Happening, Histories, Reading
from tests.serving.usecases.tellers import Teller, put_in_force

SET = FeatureSet(LeadSchema(()), (EventCount("visit", 7), PropertySum("visit", 7, quantity="pages")))
_happening = st.tuples(
    st.binary(min_size=16, max_size=16),
    st.sampled_from(["visit", "call"]),
    st.integers(0, 3),
    st.sampled_from([None, '{"pages":2}', '{"pages":0.1}', '{"pages":"x"}', '{"pages":true}', '{"pages":1e300}']),
)


@given(st.lists(_happening, max_size=12, unique_by=lambda h: h[0]), st.randoms(use_true_random=False))
def test_the_order_told_does_not_matter(happenings, shuffled):
    """Any order, and any cut into two batches, ends in the same arrays."""
    histories = Histories(SET)
    whole = histories.build(happenings)
    other = list(happenings)
    shuffled.shuffle(other)
    cut = shuffled.randint(0, len(other))
    joined = histories.build(other[:cut]).joined_by(histories.build(other[cut:]))
    for name in ("type", "occurred_at", "tie", "amounts"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(joined, name))


def test_amounts_are_clipped_and_only_numbers_count():
    """An amount beyond every sum is clipped; texts and truth values are no amounts."""
    told: list[Happening] = [
        (bytes([n]) * 16, "visit", n, text) for n, text in enumerate(('{"pages":1e300}', '{"pages":"9"}', None))
    ]
    np.testing.assert_array_equal(Histories(SET).build(told).amounts, [[1e15, np.nan, np.nan]])


def test_a_history_is_found_under_its_batch_alone():
    """What was remembered as of another batch is not the history."""
    histories = Histories(SET)
    history = histories.build([])
    histories.keep({"L": (3, history)})
    assert histories.find("L", 3) is history
    assert histories.find("L", 4) is None


def test_the_longest_unasked_is_forgotten():
    """Beyond the limit the history asked for longest ago goes first."""
    histories = Histories(SET, most_events=4)
    one = histories.build([(b"k" * 16, "visit", 1, None)])
    histories.keep({"A": (1, one)})
    histories.keep({"B": (1, one)})
    histories.find("A", 1)
    histories.keep({"C": (1, one)})
    assert [histories.find(lead_id, 1) is not None for lead_id in "ABC"] == [True, False, True]


@pytest.fixture
def teller(database: Database, tmp_path: Path) -> Teller:
    """A teller with a model in force."""
    return Teller(database, put_in_force(tmp_path))


def test_what_is_remembered_is_what_the_store_has(teller: Teller) -> None:
    """After many batches the remembered history equals the one read anew."""
    teller.tell_lead("L")
    for ago in (50, 10, 90, 10):
        teller.tell(teller.make_event("L", ago=ago), teller.make_event("L", ago=ago, kind="visit", pages=0.1))
    assert teller._histories is not None
    with teller.database.reading() as connection:
        read = teller._histories.read(connection, ["L"])["L"]
    seq = teller.tell_lead("M").leads and _read_seq(teller)
    kept = teller._histories.find("L", seq)
    assert kept is not None
    for name in ("type", "occurred_at", "tie", "amounts"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(read, name))


def test_a_view_that_is_not_kept_leaves_no_trace(teller: Teller) -> None:
    """What a transaction learnt is forgotten with it, as its batch number is given again."""
    teller.tell_lead("L")
    histories = Histories(teller.in_force.scorer.feature_set)  # type: ignore[union-attr]
    reading = Reading.of(histories)
    with teller.database.reading() as connection:
        reading.get(connection, {"L": 1})
    assert histories.find("L", 1) is None
    reading.keep()
    assert histories.find("L", 1) is not None


def _read_seq(teller: Teller) -> int:
    from serving.store.leads import read_leads

    with teller.database.reading() as connection:
        return read_leads(connection, {"L"})["L"].facts_seq
