"""Monitoring: whether the service can do its work, and which model does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from features.times import SECOND
from serving.championing import Championing, ScorerInForce
from serving.store.batches import open_batch
from serving.store.database import Database, UnusableStore
from serving.store.outbox import count_outbox, find_oldest_due
from serving.store.people import count_channels_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether leads can be scored and stored; `reason` is the first of the `troubles`, not all of which matter."""

    is_ready: bool
    model_version: str | None
    reason: str | None
    troubles: Sequence[str] = ()


def check_readiness(
    championing: Championing,
    database: Database,
    *,
    now: int,
    trouble_of_writer: str | None = None,
    trouble_of_terms: str | None = None,
    warnings: Sequence[str] = (),
) -> Readiness:
    """Check whether a model is in force and the store can be written.

    Where the last write failed, one is tried: without callers nobody else would find out that all is well again.
    What the agreement's signatures leave open is told, and keeps nothing from working.
    """
    in_force = championing.in_force
    trouble_of_store = find_trouble(database, now, writes=trouble_of_writer is not None)
    amiss = (championing.trouble, trouble_of_store, trouble_of_terms)
    troubles = [trouble for trouble in amiss if trouble is not None]
    return Readiness(
        is_ready=in_force is not None and trouble_of_store is None,
        model_version=None if in_force is None else in_force.champion.version,
        reason=troubles[0] if troubles else None,
        troubles=[*troubles, *warnings, *([] if trouble_of_store else _list_gaps(database))],
    )


def _list_gaps(database: Database) -> list[str]:
    """List what stops nothing, and yet keeps alerts from people."""
    with database.reading() as connection:
        has_channel = bool(count_channels_of(connection))
    return [] if has_channel else ["no channel is set up, so alerts stay in the list: run `hotlead channels add`"]


def find_trouble(database: Database, now: int, *, writes: bool) -> str | None:
    """Find what is wrong with the store, None where nothing is."""
    try:
        database.check()
        if writes:
            with database.writing() as connection:
                open_batch(connection, now)
    except UnusableStore as error:
        return str(error)
    except SQLAlchemyError as error:
        return f"the store cannot be {'written' if writes else 'read'} ({type(error).__name__})"
    return None


def measure_outbox(database: Database, now: int) -> tuple[Mapping[str, int], float]:
    """Measure how many deliveries there are by state, and the age in seconds of the oldest nobody has tried."""
    with database.reading() as connection:
        counts, oldest = count_outbox(connection), find_oldest_due(connection)
    return counts, 0.0 if oldest is None else max(0.0, (now - oldest) / SECOND)


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
