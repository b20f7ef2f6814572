"""Traits: what leads can have in common."""

from hypothesis import given
from hypothesis import strategies as st

from agreement.insight.traits import CLASSES, list_traits
from agreement.lives import Life

facts = st.dictionaries(
    st.sampled_from(["industry", "employees", "value"]), st.sampled_from(["a", "b"]) | st.integers(0, 9).map(float)
)


def know(*told):
    """Leads of which these facts are known."""
    return [Life(lead_id=f"{n:03d}", created_at=0, facts=facts) for n, facts in enumerate(told)]


def test_texts_are_traits_and_numbers_are_cut_at_quantiles():
    """Each text is one, a hundred numbers are four classes of twenty-five that say their bounds."""
    lives = know(*({"industry": "a" if n % 2 else "b", "employees": float(n + 1)} for n in range(100)))
    traits = list_traits(lives, least=10, most=99)
    assert [(trait.attribute, trait.says, len(places)) for trait, places in traits.items()] == [
        ("employees", "up to 25", 25),
        ("employees", "above 25, up to 50", 25),
        ("employees", "above 50, up to 75", 25),
        ("employees", "above 75", 25),
        ("industry", "a", 50),
        ("industry", "b", 50),
    ]


def test_what_all_have_or_few_have_tells_nobody_apart():
    """Rare traits, traits of everybody, one number for all, and what a deal is worth are left out."""
    lives = know(*({"country": "fi", "size": 3.0, "value": float(n), "city": f"c{n}"} for n in range(30)))
    assert list_traits(lives, least=2, most=99) == {}


def test_the_most_frequent_are_kept():
    """Where there are too many, the rarer ones go."""
    lives = know(*({"industry": "a" if n < 9 else "b"} for n in range(14)))
    assert [trait.says for trait in list_traits(lives, least=1, most=1)] == ["a"]


@given(st.lists(facts, max_size=30))
def test_classes_divide_all_numbers(told):
    """Each number is in one class, within its bounds, and there are at most four classes."""
    lives = know(*told)
    traits = list_traits(lives, least=1, most=99)
    for trait, places in traits.items():
        if trait.above is not None or trait.up_to is not None:
            numbers = [lives[at].facts[trait.attribute] for at in places]
            assert all(trait.above is None or number > trait.above for number in numbers)
            assert all(trait.up_to is None or number <= trait.up_to for number in numbers)
    classes = [places for trait, places in traits.items() if (trait.above, trait.up_to) != (None, None)]
    placed = [(at, trait.attribute) for trait, places in traits.items() for at in places]
    assert len(placed) == len(set(placed))
    assert len(classes) <= CLASSES * 2
