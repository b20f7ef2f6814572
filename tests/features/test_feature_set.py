"""Feature sets: stored and read back equal, and refused where a kind, a name or a column is not known."""

import copy
import json
import pickle

import pytest
from hypothesis import given, settings

from features.contract import SchemaMismatch
from features.event_kinds import EventCount, PropertySum
from features.feature_set import FeatureSet, UnknownFeatureKind, list_kinds
from features.lead_kinds import Attribute, LeadAge, Seniority, SizeBand
from tests.features.worlds import SCHEMA, feature_sets

SET = FeatureSet(
    SCHEMA,
    (
        Attribute("employees", "number"),
        SizeBand(),
        EventCount("visit", 7),
        EventCount("form", 7, "account"),
        PropertySum(None, 30, quantity="pages"),
        LeadAge(),
        Seniority(),
    ),
)


@settings(max_examples=100, deadline=None)
@given(feature_sets())
def test_sets_come_back_from_json(feature_set):
    """A set written as JSON reads back equal, with the same fingerprint and the same hash."""
    back = FeatureSet.from_json(json.loads(json.dumps(feature_set.to_json())))
    assert back == feature_set
    assert back.fingerprint == feature_set.fingerprint
    assert hash(back) == hash(feature_set)


@settings(max_examples=50, deadline=None)
@given(feature_sets(), feature_sets())
def test_fingerprints_are_equal_only_for_equal_sets(one, other):
    """Two sets share a fingerprint where they are equal, and nowhere else."""
    assert (one.fingerprint == other.fingerprint) == (one == other)


def test_the_order_of_features_is_part_of_a_set():
    """The same features in another order are another set, since a matrix follows the order."""
    turned = FeatureSet(SCHEMA, SET.features[::-1])
    assert turned != SET
    assert turned.fingerprint != SET.fingerprint


def test_copies_are_the_same_set():
    """Copied or sent to another process, a set stays equal and keeps its hash."""
    for other in (copy.deepcopy(SET), pickle.loads(pickle.dumps(SET))):
        assert other == SET
        assert hash(other) == hash(SET)


def test_unknown_kinds_are_refused():
    """A stored kind that this code does not have, or one of its parameters, is refused by name."""
    with pytest.raises(UnknownFeatureKind, match="MoonPhase"):
        FeatureSet.from_json({"schema": SCHEMA.to_json(), "features": [{"kind": "MoonPhase"}]})
    with pytest.raises(UnknownFeatureKind, match="EventCount"):
        FeatureSet.from_json({"schema": SCHEMA.to_json(), "features": [{"kind": "EventCount", "weeks": 1}]})
    with pytest.raises(UnknownFeatureKind):
        FeatureSet.from_json({"schema": SCHEMA.to_json(), "features": [{"type": "visit"}]})


def test_every_kind_can_be_stored():
    """The list of kinds holds each kind that a set of every kind names."""
    assert {feature["kind"] for feature in SET.to_json()["features"]} <= set(list_kinds())
    assert len(list_kinds()) == len(set(list_kinds()))


def test_features_named_twice_are_refused():
    """Two features of one name could not be told apart in a frame."""
    with pytest.raises(SchemaMismatch, match="visit_count_7d"):
        FeatureSet(SCHEMA, (EventCount("visit", 7), EventCount("Visit", 7)))


def test_features_of_unknown_columns_are_refused():
    """A feature reads only columns of the schema."""
    with pytest.raises(SchemaMismatch, match="moon"):
        FeatureSet(SCHEMA, (Attribute("moon"),))


def test_sets_list_what_they_read():
    """Names, numbers, texts, event types and quantities come in a fixed order."""
    assert SET.names == tuple(feature.name for feature in SET.features)
    assert [feature.name for feature in SET.texts] == ["employees_band", "role_seniority"]
    assert [feature.name for feature in SET.numbers] == [
        "employees",
        "visit_count_7d",
        "account_form_count_7d",
        "event_sum_30d_pages",
        "lead_age_days",
    ]
    assert SET.types == ("form", "visit")
    assert SET.quantities == ("pages",)


def test_sets_know_whether_the_moment_matters():
    """Attributes are the same at any moment; events and ages are not."""
    assert SET.needs_as_of
    assert SET.keep(["lead_age_days"]).needs_as_of
    assert not SET.keep(["employees", "role_seniority"]).needs_as_of


def test_keeping_some_features_keeps_their_order():
    """`keep` leaves the named features in the order of the set, whatever the order of the names."""
    assert SET.keep(["lead_age_days", "employees"]).names == ("employees", "lead_age_days")
