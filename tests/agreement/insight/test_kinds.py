"""Kinds of leads, compared with all others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.counting.rates import Rate
from agreement.insight.closings import Closing
from agreement.insight.kinds import Comparison
from agreement.insight.traits import list_traits
from agreement.lives import Life
from agreement.stages import Stage


def invent(n, share_of, names, seed=1):
    """Leads with random facts, won with the share that their facts give; each win is worth 10."""
    generator = np.random.default_rng(seed)
    lives, closings = [], []
    for number in range(n):
        facts = {name: str(generator.choice(values)) for name, values in names.items()}
        life = Life(lead_id=f"{number:05d}", created_at=0, facts=facts)
        is_won = bool(generator.random() < share_of(facts))
        lives.append(life)
        closings.append(close(life) if is_won else None)
    return lives, closings


def close(life):
    """A win."""
    return Closing(life=life, is_won=True, at=1, value=10.0, reason=None, stage_before=Stage.SQL)


def compare(lives, closings, least=20):
    """A comparison by all traits of these leads."""
    return Comparison(lives, closings, list_traits(lives, least=least, most=100))


NAMES = {"industry": ["machinery", "software", "retail"], "role": ["cto", "buyer"], "country": ["fi", "de", "us"]}


def test_a_trait_is_compared_with_all_other_leads():
    """Wins, others, euros and leads are those that counting gives."""
    lives, closings = invent(900, lambda facts: 0.3 if facts["industry"] == "retail" else 0.1, NAMES)
    kinds = {kind.traits[0].says: kind for kind in compare(lives, closings).compare_traits()}
    retail = [at for at, life in enumerate(lives) if life.facts["industry"] == "retail"]
    n_won = sum(closings[at] is not None for at in retail)
    kind = kinds["retail"]
    assert kind.wins == Rate(count=n_won, of=len(retail))
    assert kind.others.count == sum(end is not None for end in closings) - n_won
    assert kind.lead_ids == [lives[at].lead_id for at in retail]
    assert kind.value_per_lead == pytest.approx(10 * n_won / len(retail))
    assert kind.is_better
    assert not kind.is_worse
    assert kinds["machinery"].is_worse or kinds["software"].is_worse
    assert not kinds["cto"].is_found


def test_where_nothing_differs_little_is_found():
    """Over many companies without any pattern, a discovery is as seldom as the guard promises."""
    found = []
    for seed in range(60):
        lives, closings = invent(300, lambda _: 0.2, NAMES, seed)
        comparison = compare(lives, closings)
        found.append(any(kind.is_found for kind in comparison.compare_traits()))
        found.append(bool(comparison.compare_pairs(least=20)[0]))
    assert sum(found) / len(found) < 0.15


def test_a_pair_says_only_what_its_traits_do_not():
    """Two traits that each help make no pair; a pair that helps beyond both is found, and it alone."""
    alone = invent(4_000, lambda facts: 0.3 if facts["industry"] == "retail" else 0.1, NAMES)
    assert compare(*alone).compare_pairs(least=20)[0] == []
    both = invent(
        4_000, lambda facts: 0.5 if (facts["industry"], facts["role"]) == ("retail", "cto") else 0.1, NAMES
    )
    kinds, n_tried = compare(*both).compare_pairs(least=20)
    assert {frozenset(trait.says for trait in kind.traits) for kind in kinds if kind.is_better} == {
        frozenset({"retail", "cto"})
    }
    assert n_tried == 3 * 2 + 3 * 3 + 2 * 3


def test_nobody_is_compared_with_nobody():
    """Without leads, or without traits, nothing is found and nothing breaks."""
    assert compare([], []).compare_traits() == []
    assert compare([], []).compare_pairs(least=1) == ([], 0)
    assert compare([], []).base == Rate(count=0, of=0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 10**6), st.floats(0, 1))
def test_a_kind_and_its_others_are_all_leads(n, seed, share):
    """Whatever the leads are, wins and others add up to the base, and lead ids to the wins' whole."""
    lives, closings = invent(n, lambda _: share, NAMES, seed)
    comparison = compare(lives, closings, least=1)
    for kind in [*comparison.compare_traits(), *comparison.compare_pairs(least=1)[0]]:
        assert kind.wins.count + kind.others.count == comparison.base.count
        assert kind.wins.of + kind.others.of == comparison.base.of
        assert len(kind.lead_ids) == kind.wins.of
        assert 0 <= kind.p_value <= 1
