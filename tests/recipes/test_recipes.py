from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from training.importing.pipeline import import_history
from training.recipes.reading import read_recipe
from training.recipes.recipe import find_recipe_file, list_bundled_recipes

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not beside the repository")


def bring_in(path, recipe, **options):
    """Import a file by a bundled recipe."""
    return import_history(path, recipe=read_recipe(find_recipe_file(recipe)), **options)


@pytest.mark.parametrize("name", list_bundled_recipes())
def test_every_bundled_recipe_can_be_read_and_says_what_it_is_for(name):
    """A recipe that comes with the product is valid and tells what it is about."""
    assert len(read_recipe(find_recipe_file(name)).about) > 20


@needs_data
def test_x_education_reproduces_the_public_benchmark():
    """A default LightGBM on the latest 30 % by Lead Number scores as published without the leaks: .426 and .877."""
    history = bring_in(DATA / "xeducation" / "leads.csv.gz", "xeducation").history
    assert (len(history.leads), history.about.time_basis) == (9240, "ordered")
    assert history.about.base_rate == pytest.approx(0.385, abs=0.001)
    assert not [suspect for suspect in history.about.suspects if not suspect.is_left_out]
    leads = history.leads.sort_values("order", ignore_index=True)
    features = leads[list(history.about.attributes)].copy()
    for name in features.select_dtypes("str"):
        features[name] = features[name].astype("category")
    won, cut = (leads["outcome"] == "won").astype(int), int(len(leads) * 0.7)
    model = lgb.LGBMClassifier(verbose=-1, random_state=0, n_jobs=1).fit(features[:cut], won[:cut])
    probability = np.asarray(model.predict_proba(features[cut:]))[:, 1]
    assert log_loss(won[cut:], probability) == pytest.approx(0.426, abs=0.005)
    assert roc_auc_score(won[cut:], probability) == pytest.approx(0.877, abs=0.005)


@needs_data
@pytest.mark.parametrize(
    ("file", "recipe", "rows", "rate"),
    [
        ("bank-full.csv.gz", "bank_marketing", 45_211, 0.1170),
        ("bank-additional-full.csv.gz", "bank_additional", 41_188, 0.1127),
    ],
)
def test_bank_comes_in_row_order_without_the_duration(file, recipe, rows, rate):
    """Every row is a lead, in order, and the length of the call is no attribute."""
    history = bring_in(DATA / "bank_marketing" / file, recipe).history
    assert len(history.leads) == rows
    assert history.about.base_rate == pytest.approx(rate, abs=1e-4)
    assert history.leads["order"].is_monotonic_increasing
    assert "duration" not in history.about.attributes
    assert history.leads["pdays"].isna().mean() > 0.5
    assert not history.about.suspects


@needs_data
def test_maven_joins_its_four_files():
    """Products and teams add their columns, spellings are mended, what comes with the close is no attribute."""
    result = bring_in(DATA / "maven_crm" / "sales_pipeline.csv.gz", "maven_crm")
    leads, about = result.history.leads, result.history.about
    assert leads["outcome"].value_counts().to_dict() == {"won": 4238, "lost": 2473, "open": 2089}
    assert about.base_rate == pytest.approx(0.632, abs=0.001)
    assert leads["sales_price"].notna().all()
    assert set(leads["product"]) & {"GTXPro", "GTX Pro"} == {"GTX Pro"}
    assert leads["regional_office"].notna().all()
    known_late = {"close_value", "close_date", "engage_date", "deal_stage", "sector", "revenue"}
    assert known_late.isdisjoint(about.attributes)
    assert result.report.files[0].kept == 8800


@pytest.fixture(scope="module")
def journey():
    """Return the imported Complete Journey."""
    if not DATA.is_dir():
        pytest.skip("the public data sets are not beside the repository")
    return bring_in(DATA / "completejourney" / "campaigns.parquet", "completejourney")


def test_journey_makes_a_lead_of_each_household_in_a_campaign(journey):
    """6,589 leads of which 792 redeem a coupon; who redeems after the horizon is rare."""
    leads, about = journey.history.leads, journey.history.about
    assert (len(leads), (leads["outcome"] == "won").sum()) == (6589, 792)
    days = (leads["outcome_at"] - leads["created_at"]).dt.days[leads["outcome"] == "won"]
    assert (days >= 0).all()
    assert (days >= about.horizon_days).sum() <= 4
    assert about.attributes[0] == "campaign_type"
    assert {"age", "income", "marital_status"} < set(about.attributes)
    assert about.has_accounts


def test_journey_counts_baskets_and_rejects_only_strangers(journey):
    """Rows of a basket are one purchase, and only purchases of households in no campaign are left out."""
    events, about = journey.history.events, journey.history.about
    assert dict(about.event_types)["redemption"] == 2102
    assert about.rejected.keys() == {"unknown_lead"}
    files = {file.file: file for file in journey.report.files}
    source = pd.read_parquet(
        DATA / "completejourney" / "transactions.parquet", columns=["household_id", "basket_id"]
    )
    invited = source[source["household_id"].astype(str).isin(journey.history.leads["account_id"])]
    assert files["transactions.parquet"].kept == len(invited)
    assert (events["type"] == "purchase").sum() == invited["basket_id"].nunique()
    assert len(journey.rejected) == 10_000


def test_journey_knows_nothing_of_the_day_a_campaign_starts(journey):
    """No redemption of a day counts as known before that day is over."""
    redemptions = journey.history.events.query("type == 'redemption'")
    assert (
        redemptions["recorded_at"] - redemptions["occurred_at"] == pd.Timedelta("1D") - pd.Timedelta("1us")
    ).all()
    assert (journey.history.leads["created_at"].dt.normalize() == journey.history.leads["created_at"]).all()


def write_rows(path, header, rows):
    """Write a CSV of a header and rows."""
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n")
    return path


STAGES = ["Customer", "Lead", "Opportunity", "Subscriber"]


HUBSPOT_LABELS = (
    "Record ID,Create Date,Contact owner,Lifecycle Stage,Lead Status,Became a Customer Date,Number of Employees,"
    "Original Source,Last Activity Date,Number of Pageviews,Email"
)
HUBSPOT_NAMES = (
    "hs_object_id,createdate,hubspot_owner_id,lifecyclestage,hs_lead_status,hs_lifecyclestage_customer_date,"
    "numemployees,hs_analytics_source,notes_last_updated,hs_analytics_num_page_views,email"
)
SALESFORCE_NAMES = "Id,CreatedDate,OwnerId,Status,ConvertedDate,IsConverted,LeadSource,Title,Rating"
SALESFORCE_LABELS = "Lead ID,Created Date,Lead Owner,Lead Status,Converted Date,Converted,Lead Source,Title,Rating"


@pytest.mark.parametrize("header", [HUBSPOT_LABELS.split(","), HUBSPOT_NAMES.split(",")])
def test_hubspot_export_comes_in_by_labels_and_by_internal_names(tmp_path, header):
    """Contacts are won as customers, lost when unqualified; what is counted on later is no attribute."""
    rows = [
        (
            str(number),
            f"2026-01-{1 + number % 28:02} 09:14",
            "Ann" if number % 2 else "Bo",
            STAGES[number % 4],
            "Unqualified" if number % 8 == 1 else "New",
            "2026-03-01 10:00" if number % 4 == 0 else "",
            "11-50" if number % 3 else "200+",
            "Organic Search" if number % 2 else "Paid",
            "2026-03-01",
            str(number),
            f"a{number}@firm{number % 9}.com",
        )
        for number in range(80)
    ]
    history = bring_in(write_rows(tmp_path / "contacts.csv", header, rows), "hubspot").history
    assert history.leads["outcome"].value_counts().to_dict() == {"open": 50, "won": 20, "lost": 10}
    assert set(history.about.attributes) == {"employees", "Original Source", "email"}
    assert set(history.leads["employees"]) == {30.5, 200.0}


@pytest.mark.parametrize("header", [SALESFORCE_NAMES.split(","), SALESFORCE_LABELS.split(",")])
def test_salesforce_export_comes_in_by_api_names_and_by_labels(tmp_path, header):
    """Leads are won when converted; whether they are converted, and how sales rate them, is no attribute."""
    status = ["Closed - Converted", "Closed - Not Converted", "Working - Contacted", "Open - Not Contacted"]
    rows = [
        (
            f"00Q{number:015}",
            f"2026-01-{1 + number % 28:02}T09:14:00.000Z",
            f"005{number % 3}",
            status[number % 4],
            "2026-03-01" if number % 4 == 0 else "",
            str(number % 4 == 0).lower(),
            "Web" if number % 2 else "Partner Referral",
            f"Head of {number % 30}",
            "Hot" if number % 4 == 0 else "--None--",
        )
        for number in range(80)
    ]
    history = bring_in(write_rows(tmp_path / "leads.csv", header, rows), "salesforce").history
    assert history.leads["outcome"].value_counts().to_dict() == {"open": 40, "won": 20, "lost": 20}
    assert set(history.about.attributes) == {"LeadSource", "role"}
