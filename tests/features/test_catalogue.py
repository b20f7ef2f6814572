"""The catalogue: features derived from columns and event types, all of which the engine can compute."""

import numpy as np
import pytest

from features.catalogue import WINDOWS, derive_catalogue
from features.contract import FIRMOGRAPHICS, Column, LeadSchema
from features.engine import compute_features
from features.event_kinds import EventFeature
from features.lead_kinds import Attribute, Given
from features.tables import EventLog, LeadTable, SnapshotTable

SCHEMA = LeadSchema(
    (*FIRMOGRAPHICS.values(), Column(name="source", kind="text"), Column(name="visits", kind="number"))
)


def test_names_that_nobody_shares_are_only_given_or_not():
    """Addresses, web sites and company names are not learned by heart."""
    catalogue = derive_catalogue(schema=SCHEMA)
    columns = {f.column for f in catalogue.features if isinstance(f, Attribute)}
    assert columns == {"employees", "revenue", "industry", "country", "city", "source", "visits"}
    assert {f.column for f in catalogue.features if isinstance(f, Given)} == {"email", "website", "company"}


def test_readings_follow_the_kind_of_the_column():
    """A head count told as text has no bands."""
    textual = derive_catalogue(schema=LeadSchema((Column(name="employees", kind="text"),)))
    assert textual.names == ("employees",)
    assert derive_catalogue(schema=LeadSchema((FIRMOGRAPHICS["employees"],))).names == (
        "employees",
        "employees_band",
    )


def test_without_events_nothing_reads_them():
    """Columns alone give no event features, and no age."""
    assert not derive_catalogue(schema=SCHEMA).needs_as_of
    assert derive_catalogue().names == ()


@pytest.mark.parametrize("has_accounts", [True, False])
def test_every_type_is_counted_in_every_window(has_accounts):
    """Each event type has a count in each window, in each scope there is."""
    catalogue = derive_catalogue(event_types=("visit", "form"), has_accounts=has_accounts)
    scopes = ("", "account_") if has_accounts else ("",)
    for scope in scopes:
        assert {f"{scope}{type_}_count_{days}d" for type_ in ("visit", "form", "event") for days in WINDOWS} <= set(
            catalogue.names
        )
    assert any(name.startswith("account_") for name in catalogue.names) == has_accounts
    assert ("lead_age_days" in catalogue.names) is True


def test_undated_leads_have_no_age():
    """Where nobody knows when leads were created, their age is no feature."""
    assert "lead_age_days" not in derive_catalogue(event_types=("visit",), is_dated=False).names


def test_the_engine_computes_all_of_it():
    """Of a lead about which nothing is known, every feature is a zero or missing, and says so in a sentence."""
    catalogue = derive_catalogue(
        schema=SCHEMA, event_types=("visit", "form"), quantities=("pages",), has_accounts=True
    )
    leads = LeadTable.from_records([{"lead_id": "a"}], SCHEMA)
    table = compute_features(leads, EventLog.empty(), SnapshotTable.at(leads, 0), feature_set=catalogue)
    for feature in catalogue.features:
        value = table.value(0, feature.name)
        assert value is None or np.isnan(value) or value == 0
        assert feature.sentence(value)
        assert not isinstance(feature, EventFeature) or feature.scope == "lead" or np.isnan(value)
