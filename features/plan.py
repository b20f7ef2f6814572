"""A feature set's event features as the flat arrays the kernel walks over."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.event_kinds import DecayedCount, EventFeature, Op, PropertySum, Scope
from features.feature_set import FeatureSet
from features.times import DAY

# The columns of a plan's rules.
OP, COLUMN, CODE, BAND, BAND_BEFORE, SLOT = range(6)
FOREVER: int = int(np.iinfo(np.int64).max)
_DISTINCT = (Op.ACTIVE_DAYS, Op.ACTIVE_LEADS)


class Plan(NamedTuple):
    """How the features of one scope are read out of a walk's cells, one cell a band and type code.

    The windows' lengths cut the past into bands; a window is its band and all narrower ones. Type codes count
    the types that features name; the next code stands for every other type, the one after it for any type.

    Attributes
    ----------
    edges
        Shape (n_bands,), microseconds, rising: how far back each band reaches.
    rules, n_counts
        Shape (k, 6), one row a feature: operation, where it stands among the numeric features, type code, the
        window's band, the band of twice the window for a trend, and a slot: where a sum stands among the faded
        counts and then the sums, or a count of distinct things among its like. Plain counts stand first.
    half_lives
        Shape (n_decays,), microseconds.
    quantities
        Shape (n_sums,), rows of the event properties.
    reach, is_days
        Shape (d,), of the features that count distinct days or people: their window in microseconds, and whether
        it is days they count.
    starts, touched
        An event of type code t touches ``touched[starts[t]:starts[t + 1]]`` of these, the widest window first.
    """

    edges: NDArray[np.int64]
    rules: NDArray[np.int64]
    n_counts: int
    half_lives: NDArray[np.float64]
    quantities: NDArray[np.int64]
    reach: NDArray[np.int64]
    is_days: NDArray[np.bool_]
    starts: NDArray[np.int64]
    touched: NDArray[np.int64]


@lru_cache(maxsize=64)
def build_plan(feature_set: FeatureSet, scope: Scope) -> Plan | None:
    """Lay out the event features of a scope; None where there are none."""
    features = sorted((feature for feature in feature_set.events if feature.scope == scope), key=lambda f: f.op)
    if not features:
        return None
    n_codes = len(feature_set.types) + 1
    code = [n_codes if f.type is None else feature_set.type_codes[f.type] for f in features]
    edges = sorted({edge for feature in features for edge in (_length(feature), _reach(feature))})
    band = [edges.index(_length(feature)) for feature in features]
    half_lives = sorted({f.half_life for f in features if isinstance(f, DecayedCount)})
    quantities = sorted({f.quantity for f in features if isinstance(f, PropertySum)})
    distinct = [position for position, feature in enumerate(features) if feature.op in _DISTINCT]
    starts, touched = _list_touched([band[f] for f in distinct], [code[f] for f in distinct], n_codes)
    names = [feature.name for feature in feature_set.numbers]
    rules = [
        (
            feature.op,
            names.index(feature.name),
            code[f],
            band[f],
            edges.index(_reach(feature)),
            distinct.index(f) if f in distinct else _find_slot(feature, half_lives, quantities),
        )
        for f, feature in enumerate(features)
    ]
    return Plan(
        edges=_int64(edges),
        rules=np.array(rules, np.int64),
        n_counts=sum(feature.op == Op.COUNT for feature in features),
        half_lives=np.array(half_lives, np.float64) * DAY,
        quantities=_int64(feature_set.quantities.index(quantity) for quantity in quantities),
        reach=_int64(_length(features[f]) for f in distinct),
        is_days=np.array([features[f].op == Op.ACTIVE_DAYS for f in distinct], np.bool_),
        starts=starts,
        touched=touched,
    )


def _int64(numbers: Iterable[int]) -> NDArray[np.int64]:
    return np.array([*numbers], np.int64)


def _length(feature: EventFeature) -> int:
    return FOREVER if feature.days is None else feature.days * DAY


def _reach(feature: EventFeature) -> int:
    """How far back a feature looks: a trend also reads the window before its own."""
    length = _length(feature)
    return 2 * length if feature.op == Op.TREND else length


def _find_slot(feature: EventFeature, half_lives: Sequence[float], quantities: Sequence[str]) -> int:
    if isinstance(feature, DecayedCount):
        return half_lives.index(feature.half_life)
    return len(half_lives) + quantities.index(feature.quantity) if isinstance(feature, PropertySum) else 0


def _list_touched(
    band: Sequence[int], code: Sequence[int], n_codes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    widest_first = sorted(range(len(band)), key=lambda d: -band[d])
    rows = [[d for d in widest_first if code[d] in (own, n_codes)] for own in range(n_codes)]
    return _int64(accumulate((len(row) for row in rows), initial=0)), _int64(d for row in rows for d in row)
