"""What makes a lead close: its behaviour, its colleagues, and who it is."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hotlead.company import WON, CompanyHistory
from tests.hotlead.company.past import UNTIL

BEHAVIOUR = ("page_visit", "pricing_visit", "demo_requested", "download", "email_clicked", "webinar_attended")


def compute_snapshots(history: CompanyHistory) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Count behaviour in the 14 days before weekly moments; the label is a win in the 30 days after."""
    rows = [count_behaviour(history, UNTIL - timedelta(weeks=week)) for week in range(6, 45)]
    table = pd.concat(rows)
    return table[[*BEHAVIOUR, "colleagues"]], table["won_soon"], table["as_of"]


def count_behaviour(history: CompanyHistory, as_of: datetime) -> pd.DataFrame:
    """Count what each open lead and its colleagues had done in the 14 days before one moment."""
    leads, events = history.leads, history.events
    there = leads[(leads["created_at"] < as_of) & ~(leads["closed_at"] < as_of)].set_index("lead_id")
    recent = events[(events["recorded_at"] < as_of) & (events["occurred_at"] >= as_of - timedelta(days=14))]
    counts = pd.crosstab(recent["lead_id"], recent["type"]).reindex(there.index, columns=list(BEHAVIOUR)).fillna(0)
    active = recent["lead_id"].drop_duplicates().map(leads.set_index("lead_id")["account_id"]).value_counts()
    counts["colleagues"] = there["account_id"].map(active).fillna(0)
    counts["won_soon"] = there["status"].isin(WON) & (there["closed_at"] < as_of + timedelta(days=30))
    return np.log1p(counts.drop(columns="won_soon")).assign(won_soon=counts["won_soon"], as_of=as_of)


def score_later_weeks(features: pd.DataFrame, labels: pd.Series, as_of: pd.Series) -> float:
    """Fit on the earlier weeks and return the AUC on the later ones."""
    early = (as_of < UNTIL - timedelta(weeks=18)).to_numpy()
    late = (as_of > UNTIL - timedelta(weeks=14)).to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features[early], labels[early])
    return float(roc_auc_score(labels[late], model.predict_proba(features[late])[:, 1]))


def test_recent_behaviour_tells_who_will_be_won(history: CompanyHistory) -> None:
    """Behaviour of the last 14 days has signal and leaves noise; given to other leads it has none."""
    features, labels, as_of = compute_snapshots(history)
    assert 0.78 < score_later_weeks(features, labels, as_of) < 0.92
    shuffled = features.sample(frac=1, random_state=0).set_axis(features.index)
    assert 0.44 < score_later_weeks(shuffled, labels, as_of) < 0.56


def test_colleagues_act_together(history: CompanyHistory) -> None:
    """A lead is won more often while others of its firm are active than while it is alone."""
    features, labels, _ = compute_snapshots(history)
    quiet = features["page_visit"] == 0
    assert (
        labels[quiet & (features["colleagues"] >= np.log1p(2))].mean()
        > 1.5 * labels[quiet & (features["colleagues"] == 0)].mean()
    )


def test_who_a_lead_is_matters_too(history: CompanyHistory) -> None:
    """Referrals are won more often than outbound leads, and students hardly ever."""
    rate = history.leads["status"].isin(WON).groupby(history.leads["source"]).mean()
    assert rate["referral"] > 2 * rate["outbound"]
    students = history.leads["role"].str.contains("stud|intern|harjoittelija", case=False, na=False)
    assert history.leads.loc[students, "status"].isin(WON).mean() < 0.03
