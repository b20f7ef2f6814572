"""Flooding: five thousand invented wins of one source teach a model little, and promote nothing by themselves."""

import numpy as np
import pandas as pd
import pytest

from features.contract import Column, LeadSchema
from training.flooding import find_floods
from training.history import History, HistoryAbout
from training.snapshots import build_training_rows

START = pd.Timestamp("2026-01-05", tz="UTC")


def make_leads(n, source, *, week=None, won=0.1, seed=0):
    """Make decided leads of a source, spread over 30 weeks or all in one."""
    rng = np.random.default_rng(seed)
    days = rng.uniform(0, 210, n) if week is None else 7 * week + rng.uniform(0, 7, n)
    created = START + pd.to_timedelta(days, unit="D").round("us")
    return pd.DataFrame(
        {
            "lead_id": [f"{source}-{seed}-{number}" for number in range(n)],
            "account_id": pd.Series([None] * n, dtype="str"),
            "created_at": created.astype("datetime64[us, UTC]"),
            "outcome": np.where(rng.random(n) < won, "won", "lost"),
            "outcome_at": (created + pd.Timedelta(days=5)).astype("datetime64[us, UTC]"),
            "owner": pd.Series([None] * n, dtype="str"),
            "value": np.nan,
            "order": np.nan,
            "source": source,
            "employees": rng.lognormal(4, 1, n).round(),
        }
    )


def make_history(*frames):
    leads = pd.concat(frames, ignore_index=True)
    schema = LeadSchema(
        (Column(name="source", kind="text"), Column(name="employees", kind="integer", low=0, high=1e8))
    )
    events = pd.DataFrame(
        {name: pd.Series([], dtype="str") for name in ("lead_id", "account_id", "type")}
        | {name: pd.Series([], dtype="datetime64[us, UTC]") for name in ("occurred_at", "recorded_at")}
    )
    until = (START + pd.Timedelta(days=300)).to_pydatetime()
    about = HistoryAbout(
        time_basis="dated",
        schema=schema,
        horizon_days=30,
        observed_until=until,
        span=(leads["created_at"].min().to_pydatetime(), leads["created_at"].max().to_pydatetime()),
        fingerprint="f",
    )
    return History(leads=leads, events=events, about=about)


USUAL = (make_leads(900, "web"), make_leads(300, "fair", seed=1), make_leads(300, "mail", seed=2))


def test_invented_wins_of_one_source_are_capped():
    """Of 5,000 wins in a week, as many count as eight usual weeks of the source; all others stay."""
    flood = make_leads(5_000, "mail", week=20, won=1.0, seed=3)
    history = make_history(*USUAL, flood)
    found = find_floods(history, seed=0)
    assert len(found.sentences) == 1
    assert "'mail' brought 5,0" in found.sentences[0]
    kept = ~found.is_left_out[-5_000:]
    assert 50 <= kept.sum() <= 8 * 15
    assert not found.is_left_out[(history.leads["source"] != "mail").to_numpy()].any()
    rows = build_training_rows(history, horizon_days=30, seed=0)
    assert rows.labels.mean() < 0.2
    assert rows.floods == found.sentences


def test_the_cap_is_drawn_by_the_seed():
    """The same seed leaves out the same leads, another seed others."""
    history = make_history(*USUAL, make_leads(1_000, "mail", week=20, won=1.0, seed=3))
    first, again, other = (find_floods(history, seed=seed).is_left_out for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert first.sum() == other.sum()


@pytest.mark.parametrize(
    "frames",
    [
        USUAL,
        # A migration: everything on one day, and it ends as ever.
        (*USUAL, make_leads(3_000, "web", week=10, seed=4)),
        # A fair: a source that always comes in bursts.
        (*USUAL, *(make_leads(200, "booth", week=week, won=0.3, seed=week) for week in (3, 9, 15, 21))),
    ],
)
def test_ordinary_bursts_are_learned_from(frames):
    """Bursts that end as others do, or are usual for their source, are no floods."""
    assert not find_floods(make_history(*frames), seed=0).is_left_out.any()


def test_a_history_without_sources_has_no_floods():
    """Nothing is found where nobody says which source a lead has."""
    history = make_history(*USUAL, make_leads(5_000, "mail", week=20, won=1.0, seed=3))
    bare = History(leads=history.leads.drop(columns="source"), events=history.events, about=history.about)
    assert find_floods(bare, seed=0).sentences == ()
