"""Traits: what leads can have in common, read from what is known of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agreement.lives import Life

CLASSES = 4
"""Into so many classes of about equal size numbers are cut."""

# What a deal is worth is known because somebody works on it, so it says nothing of whom to look for.
_NO_TRAITS = frozenset({"value"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Trait:
    """An attribute and its value in words; `above` and `up_to` bound it where it is a class of numbers."""

    attribute: str
    says: str
    above: float | None = None
    up_to: float | None = None


def list_traits(lives: Sequence[Life], *, least: int, most: int) -> dict[Trait, list[int]]:
    """List the traits that at least `least` leads have, with the places of these leads, in order.

    A text is a trait as it is; numbers are cut at their quantiles. A trait that every lead has tells nobody apart
    and is left out, as is what is rarer than the `most` most frequent.
    """
    found: dict[Trait, list[int]] = {}
    for name in sorted({name for life in lives for name in life.facts} - _NO_TRAITS):
        texts: dict[str, list[int]] = {}
        numbers: dict[int, float] = {}
        for at, life in enumerate(lives):
            fact = life.facts.get(name)
            if isinstance(fact, str):
                texts.setdefault(fact, []).append(at)
            elif fact is not None:
                numbers[at] = fact
        found |= {
            Trait(attribute=name, says=text): places for text, places in texts.items() if len(places) >= least
        }
        found |= _cut(name, numbers)
    fit = {trait: places for trait, places in found.items() if least <= len(places) < len(lives)}
    kept = Counter({trait: len(places) for trait, places in sorted(fit.items(), key=_name_trait)}).most_common(most)
    return {trait: fit[trait] for trait, _ in sorted(kept, key=_name_trait)}


def _name_trait(named: tuple[Trait, object]) -> tuple[str, float, str]:
    trait = named[0]
    return trait.attribute, -np.inf if trait.above is None else trait.above, trait.says


def _cut(name: str, numbers: Mapping[int, float]) -> dict[Trait, list[int]]:
    """Cut numbers at values that are there, so that each class names numbers that leads have."""
    if not numbers:
        return {}
    values = np.fromiter(numbers.values(), dtype=np.float64)
    shares = np.arange(1, CLASSES) / CLASSES
    limits = [edge for edge in np.unique(np.quantile(values, shares, method="inverted_cdf")) if edge < values.max()]
    classes = np.searchsorted(limits, values, side="left")
    places: dict[int, list[int]] = {}
    for at, number in zip(numbers, classes.tolist(), strict=True):
        places.setdefault(number, []).append(at)
    return {_name_class(name, number, limits): some for number, some in places.items()}


def _name_class(name: str, number: int, limits: Sequence[float]) -> Trait:
    above = float(limits[number - 1]) if number else None
    up_to = float(limits[number]) if number < len(limits) else None
    said = [f"above {_say(above)}"] if above is not None else []
    said += [f"up to {_say(up_to)}"] if up_to is not None else []
    return Trait(attribute=name, says=", ".join(said) or "any number", above=above, up_to=up_to)


def _say(number: float) -> str:
    return f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.4g}"
