"""Monitoring: whether the service can do its work, and which model does it."""

from dataclasses import dataclass
from typing import Any

from serving.championing import Championing, ScorerInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether scores can be given; `reason` says why not, or what is amiss although they can."""

    is_ready: bool
    model_version: str | None
    reason: str | None


def check_readiness(championing: Championing) -> Readiness:
    """Check whether a model is in force."""
    in_force = championing.in_force
    return Readiness(
        is_ready=in_force is not None,
        model_version=None if in_force is None else in_force.champion.version,
        reason=championing.trouble,
    )


def describe_model(in_force: ScorerInForce) -> dict[str, Any]:
    """Describe the model in force; what its training did not note is None."""
    scorer, about = in_force.scorer, in_force.scorer.about_
    feature_set = scorer.feature_set
    return {
        "version": in_force.champion.version,
        "fingerprint": in_force.champion.fingerprint,
        "trained_at": about.get("trained_at"),
        "horizon_days": about.get("horizon_days"),
        "base_rate": about.get("base_rate"),
        "metrics": about.get("test"),
        "publishes_probability": scorer.withheld is None,
        "probability_withheld": scorer.withheld,
        "thresholds": scorer.thresholds_.to_json(),
        "calibrator": scorer.calibrator_.to_json(),
        "attributes": [{"name": column.name, "kind": column.kind} for column in feature_set.schema.columns],
        "event_types": list(feature_set.types),
        "event_properties": list(feature_set.quantities),
        "features": [
            {"name": feature.name, "dtype": feature.dtype, "family": feature.family}
            for feature in feature_set.features
        ],
        "about": dict(about),
    }
