"""A feature set: the features of a model in their order, with the contract they read."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Self

from features import event_kinds, lead_kinds
from features.contract import LeadSchema, SchemaMismatch
from features.event_kinds import EventFeature, PropertySum
from features.lead_kinds import Feature, LeadAge

_KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        lead_kinds.Attribute,
        lead_kinds.SizeBand,
        lead_kinds.RevenueBand,
        lead_kinds.Seniority,
        lead_kinds.Department,
        lead_kinds.EmailKind,
        lead_kinds.Given,
        lead_kinds.LeadAge,
        event_kinds.EventCount,
        event_kinds.ActiveDays,
        event_kinds.ActiveLeads,
        event_kinds.DaysSince,
        event_kinds.FirstSeen,
        event_kinds.DecayedCount,
        event_kinds.Trend,
        event_kinds.TypeShare,
        event_kinds.PropertySum,
    )
}


class UnknownFeatureKind(SchemaMismatch):
    """A stored feature set names a kind that this version of the code does not have."""


@dataclass(frozen=True)
class FeatureSet:
    """Features in order, over a lead schema.

    Attributes
    ----------
    schema, features
        The columns that may be read, and what is computed.
    most_per_day
        Events of one type that count for a lead on one day, 1 or more; None for all.

    Raises
    ------
    SchemaMismatch
        If two features share a name, one reads a column that the schema lacks, or no event may count.
    """

    schema: LeadSchema
    features: tuple[Feature, ...]
    most_per_day: int | None = None

    def __post_init__(self) -> None:
        if self.most_per_day is not None and self.most_per_day < 1:
            raise SchemaMismatch("most_per_day: let at least 1 event a day count")
        twice = sorted({name for name in self.names if self.names.count(name) > 1})
        if twice:
            raise SchemaMismatch(f"features named twice: {', '.join(twice)}")
        read = {feature.column for feature in self.features if hasattr(feature, "column")}
        if unknown := sorted(read - set(self.schema.by_name)):
            raise SchemaMismatch(f"features read columns the schema lacks: {', '.join(unknown)}")

    def __hash__(self) -> int:
        # Plans are looked up by feature set in every call; hashing a hundred features takes longer than the rest.
        return int(self.fingerprint[:15], 16)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def numbers(self) -> tuple[Feature, ...]:
        """Return the numeric features in order."""
        return tuple(feature for feature in self.features if feature.dtype == "number")

    @cached_property
    def texts(self) -> tuple[Feature, ...]:
        """Return the text features in order."""
        return tuple(feature for feature in self.features if feature.dtype == "text")

    @cached_property
    def number_positions(self) -> Mapping[str, int]:
        """Return where each numeric feature stands among them, by name."""
        return {feature.name: position for position, feature in enumerate(self.numbers)}

    @cached_property
    def text_positions(self) -> Mapping[str, int]:
        """Return where each text feature stands among them, by name."""
        return {feature.name: position for position, feature in enumerate(self.texts)}

    @cached_property
    def column_numbers(self) -> tuple[list[int], list[Feature]]:
        """Return the numeric features that read a column, and where each stands among the numeric ones."""
        features = [feature for feature in self.numbers if not isinstance(feature, EventFeature | LeadAge)]
        return [self.number_positions[feature.name] for feature in features], features

    @cached_property
    def events(self) -> tuple[EventFeature, ...]:
        """Return the features that read events, in order."""
        return tuple(feature for feature in self.features if isinstance(feature, EventFeature))

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Return the event types that some feature names, sorted."""
        return tuple(sorted({feature.type for feature in self.events if feature.type is not None}))

    @cached_property
    def type_codes(self) -> Mapping[str, int]:
        """Return the position of each of `types`."""
        return {name: code for code, name in enumerate(self.types)}

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Return the event properties that some feature adds up, sorted."""
        return tuple(sorted({f.quantity for f in self.events if isinstance(f, PropertySum)}))

    @property
    def needs_as_of(self) -> bool:
        """Tell whether any feature depends on the moment of looking."""
        return bool(self.events) or any(isinstance(feature, LeadAge) for feature in self.features)

    @cached_property
    def fingerprint(self) -> str:
        """Return a SHA-256 over names, kinds and parameters, equal only for equal sets."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def keep(self, names: Iterable[str]) -> Self:
        """Return the set with only the named features, in their order here."""
        kept = set(names)
        return replace(self, features=tuple(f for f in self.features if f.name in kept))

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        features = [{"kind": type(feature).__name__, **asdict(feature)} for feature in self.features]  # type: ignore[call-overload]
        limit = {} if self.most_per_day is None else {"most_per_day": self.most_per_day}
        return {"schema": self.schema.to_json(), "features": features, **limit}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote.

        Raises
        ------
        UnknownFeatureKind
            If a feature's kind or one of its parameters is not known here.
        """
        features = tuple(_read_feature(feature) for feature in stored["features"])
        return cls(LeadSchema.from_json(stored["schema"]), features, stored.get("most_per_day"))


def _read_feature(stored: Mapping[str, Any]) -> Feature:
    parameters = {name: value for name, value in stored.items() if name != "kind"}
    try:
        feature: Feature = _KINDS[stored["kind"]](**parameters)
    except (KeyError, TypeError) as error:
        raise UnknownFeatureKind(
            f"the stored features need a kind this version lacks: {stored.get('kind')!r}"
        ) from error
    return feature


def list_kinds() -> Sequence[str]:
    """List the names of all feature kinds."""
    return tuple(_KINDS)
