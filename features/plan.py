"""A feature set's event features as the flat arrays the kernel walks over."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.event_kinds import EventFeature, Op, PropertySum, Scope
from features.feature_set import FeatureSet
from features.times import DAY

FOREVER: int = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with an event of each type, for the features of one scope.

    The features that an event of type code t touches stand at ``touched[starts[t]:starts[t + 1]]``, the
    longest window first; the last type code stands for every type that no feature names.

    Attributes
    ----------
    columns
        Shape (k,), where each feature stands among the numeric features.
    op, own, quantity
        Shape (k,): operation, type code (-1 any), row of the property (-1 none).
    length, reach, half_life
        Shape (k,), microseconds: the window, how far back the feature looks, what the decay halves in.
    """

    columns: NDArray[np.int64]
    op: NDArray[np.int8]
    own: NDArray[np.int32]
    quantity: NDArray[np.int32]
    length: NDArray[np.int64]
    reach: NDArray[np.int64]
    half_life: NDArray[np.float64]
    starts: NDArray[np.int32]
    touched: NDArray[np.int32]


@lru_cache(maxsize=64)
def build_plan(feature_set: FeatureSet, scope: Scope) -> Plan | None:
    """Lay out the event features of a scope; None where there are none."""
    features = [feature for feature in feature_set.events if feature.scope == scope]
    if not features:
        return None
    own = np.array([-1 if f.type is None else feature_set.types.index(f.type) for f in features], np.int32)
    length = np.array([_length(feature) for feature in features], np.int64)
    starts, touched = _lay_out(features, own, length, n_types=len(feature_set.types) + 1)
    names = [feature.name for feature in feature_set.numbers]
    return Plan(
        columns=np.array([names.index(feature.name) for feature in features], np.int64),
        op=np.array([feature.op for feature in features], np.int8),
        own=own,
        quantity=np.array([_quantity(feature, feature_set) for feature in features], np.int32),
        length=length,
        reach=np.array([_reach(feature) for feature in features], np.int64),
        half_life=np.array([getattr(feature, "half_life", 1.0) * DAY for feature in features]),
        starts=starts,
        touched=touched,
    )


def _length(feature: EventFeature) -> int:
    return FOREVER if feature.days is None else feature.days * DAY


def _reach(feature: EventFeature) -> int:
    """How far back a feature looks: a trend also reads the window before its own."""
    length = _length(feature)
    return 2 * length if feature.op == Op.TREND else length


def _quantity(feature: EventFeature, feature_set: FeatureSet) -> int:
    return feature_set.quantities.index(feature.quantity) if isinstance(feature, PropertySum) else -1


def _lay_out(
    features: Sequence[EventFeature], own: NDArray[Any], length: NDArray[Any], n_types: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    reach = np.array([_reach(feature) for feature in features])
    rows = [
        [i for i in np.argsort(-reach, kind="stable") if own[i] in (-1, code) or features[i].op == Op.SHARE]
        for code in range(n_types)
    ]
    starts = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int32)
    return starts, np.array([i for row in rows for i in row], dtype=np.int32)
