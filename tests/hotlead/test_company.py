"""The demo company: a past that is the same each time, hangs together, and can be learned from."""

from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hotlead.company import (
    LOST,
    OPEN,
    WON,
    CompanyHistory,
    LiveDays,
    generate_history,
    generate_live,
    write_company,
)
from hotlead.company.history import EmptyHistory
from hotlead.company.live import NoDays, StartsTooEarly
from hotlead.company.people import FREE_MAIL
from hotlead.company.seasons import DAY, HOUR, NaiveTime, find_webinar, to_microseconds, to_timestamps
from hotlead.company.sessions import EVENT_TYPES, Sessions, unfold

UNTIL = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
WEBINAR = 28 * DAY + 13 * HOUR
BEHAVIOUR = ("page_visit", "pricing_visit", "demo_requested", "download", "email_clicked", "webinar_attended")


@cache
def tell_history(seed: int = 7) -> CompanyHistory:
    """Generate the full history once per seed."""
    return generate_history(until=UNTIL, seed=seed)


@cache
def tell_live() -> LiveDays:
    """Generate the fortnight after the history once."""
    return generate_live(history=tell_history(), start=UNTIL)


@pytest.fixture
def history() -> CompanyHistory:
    """A year of 6,000 leads."""
    return tell_history()


@pytest.fixture
def live() -> LiveDays:
    """The fortnight after that year."""
    return tell_live()


def test_the_same_arguments_give_the_same_bytes() -> None:
    """Two runs with equal arguments agree in every cell, in the past and in the live days."""
    first, second = (generate_history(until=UNTIL, leads=300, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.accounts, second.accounts, check_exact=True)
    pd.testing.assert_frame_equal(first.leads, second.leads, check_exact=True)
    pd.testing.assert_frame_equal(first.events, second.events, check_exact=True)
    lives = [generate_live(history=each, start=UNTIL) for each in (first, second, first)]
    for other in lives[1:]:
        pd.testing.assert_frame_equal(lives[0].events, other.events, check_exact=True)
        pd.testing.assert_frame_equal(lives[0].closings, other.closings, check_exact=True)


def test_another_seed_gives_another_company() -> None:
    """The seed decides what happens."""
    first, second = (generate_history(until=UNTIL, leads=50, seed=seed) for seed in (1, 2))
    assert not first.leads["created_at"].equals(second.leads["created_at"])


def test_a_shifted_end_in_another_zone_is_the_same_moment() -> None:
    """Only the moment counts, not the zone in which it is written."""
    helsinki = UNTIL.astimezone(timezone(timedelta(hours=2)))
    pd.testing.assert_frame_equal(
        generate_history(until=UNTIL, leads=50).events, generate_history(until=helsinki, leads=50).events
    )


def test_every_reference_points_to_a_row(history: CompanyHistory) -> None:
    """Identifiers are unique, and no lead or event hangs in the air."""
    assert history.accounts["account_id"].is_unique
    assert history.leads["lead_id"].is_unique
    assert history.events["event_id"].is_unique
    assert history.leads["account_id"].dropna().isin(history.accounts["account_id"]).all()
    assert history.events["lead_id"].isin(history.leads["lead_id"]).all()
    assert len(history.leads) == 6000


def test_times_are_aware_and_exact_to_the_microsecond(history: CompanyHistory) -> None:
    """All time columns are UTC at microsecond resolution and lie within the year."""
    moments = pd.concat(
        [history.leads[["created_at", "closed_at"]], history.events[["occurred_at", "recorded_at"]]]
    )
    assert set(map(str, moments.dtypes)) == {"datetime64[us, UTC]"}
    assert (moments.min() >= pd.Timestamp(UNTIL) - pd.DateOffset(months=12)).all()
    assert (moments.max() <= pd.Timestamp(UNTIL)).all()


def test_no_event_lies_outside_the_life_of_its_lead(history: CompanyHistory) -> None:
    """Events start with the lead and stop before its outcome, so none can betray it."""
    life = history.events.merge(history.leads[["lead_id", "created_at", "closed_at"]], on="lead_id")
    assert (life["occurred_at"] >= life["created_at"]).all()
    assert (life["occurred_at"] < life["closed_at"])[life["closed_at"].notna()].all()


def test_events_are_recorded_as_they_occur_or_later(history: CompanyHistory) -> None:
    """Most events are recorded within seconds, some hours later, none before they occur."""
    lag = history.events["recorded_at"] - history.events["occurred_at"]
    assert (lag >= pd.Timedelta(0)).all()
    assert (lag == pd.Timedelta(0)).mean() > 0.2
    assert 0.01 < (lag > pd.Timedelta(hours=1)).mean() < 0.10


def test_events_come_in_bursts(history: CompanyHistory) -> None:
    """Most events of a lead follow the one before within minutes, although days lie between sessions."""
    gaps = history.events.groupby("lead_id")["occurred_at"].diff().dropna()
    assert (gaps < pd.Timedelta(minutes=20)).mean() > 0.5
    assert (gaps > pd.Timedelta(days=1)).mean() > 0.1


@pytest.mark.parametrize("seed", [7, 11])
def test_outcomes_lie_in_plausible_bounds(seed: int) -> None:
    """About one lead in ten is won, in 10 to 60 days, and part of the leads is still open."""
    leads = tell_history(seed).leads
    won, lost, still_open = (leads["status"].isin(names) for names in (WON, LOST, OPEN))
    assert (won | lost | still_open).all()
    assert 0.08 <= won.mean() <= 0.12
    assert 0.08 <= won.sum() / (won | lost).sum() <= 0.14
    assert 0.1 < still_open.mean() < 0.3
    assert leads["closed_at"].isna().equals(still_open)
    days = (leads["closed_at"] - leads["created_at"])[won] / pd.Timedelta(days=1)
    assert 20 < days.median() < 50
    assert days.between(10, 60).mean() > 0.6
    assert days.min() > 1


def test_the_volume_is_that_of_a_small_sales_team(history: CompanyHistory) -> None:
    """Six thousand leads leave roughly a hundred and twenty thousand events of all types."""
    assert 100_000 < len(history.events) < 150_000
    assert set(history.events["type"]) == set(EVENT_TYPES)
    assert history.leads["owner"].nunique() == 6


def test_late_columns_leak_the_outcome(history: CompanyHistory) -> None:
    """A lost reason stands only on lost leads and a sent contract nearly only on won ones."""
    leads = history.leads
    assert leads.loc[leads["lost_reason"].notna(), "status"].isin(LOST).all()
    assert leads.loc[leads["contract_sent"] == "yes", "status"].isin(WON).mean() > 0.8
    assert leads.loc[leads["status"].isin(WON), "value"].gt(0).all()


def test_unknown_is_missing_and_zero_is_known(history: CompanyHistory) -> None:
    """Gaps are NaN; the zeros that remain are true zeros."""
    accounts, events = history.accounts, history.events
    shares = accounts[["industry", "city", "employees", "revenue", "website"]].isna().mean()
    assert shares.between(0.03, 0.35).all()
    assert accounts["employees"].dropna().ge(1).all()
    assert 0 < (accounts["revenue"] == 0).mean() < 0.05
    visits, calls = (events[events["type"] == name] for name in ("page_visit", "call_logged"))
    assert 0.02 < visits["pages"].isna().mean() < 0.2
    assert (visits["pages"] == 0).mean() > 0.05
    assert calls["pages"].isna().all()
    assert calls["duration_seconds"].notna().all()


def test_a_few_accounts_are_dirty(history: CompanyHistory) -> None:
    """Countries come in several spellings and some sizes are placeholders, as in any CRM."""
    assert {"Germany", "Deutschland", "DE"} <= set(history.accounts["country"])
    assert 1 <= (history.accounts["employees"] == 99_999).sum() < 50


def test_mail_addresses_are_invented(history: CompanyHistory) -> None:
    """Every address ends in a reserved domain, or in a free-mail domain behind the lead's number."""
    people = history.leads[["lead_id", "email"]].dropna()
    parts = people["email"].str.lower().str.split("@", expand=True)
    mailbox, domain = parts[0], parts[1]
    free = domain.isin(FREE_MAIL)
    assert (domain.str.endswith(".example") | free).all()
    assert 0.05 < free.mean() < 0.25
    assert all(number.lower() in box for number, box in zip(people["lead_id"][free], mailbox[free], strict=True))


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


def test_live_events_follow_the_start_in_the_order_of_recording(history: CompanyHistory, live: LiveDays) -> None:
    """Live events occur within the asked days, come in replay order, and carry new numbers."""
    assert live.events["occurred_at"].between(UNTIL, UNTIL + timedelta(days=14), inclusive="left").all()
    assert live.events["recorded_at"].is_monotonic_increasing
    assert not live.events["event_id"].isin(history.events["event_id"]).any()
    assert list(live.events.columns) == list(history.events.columns)


def test_live_events_touch_open_and_new_leads_only(history: CompanyHistory, live: LiveDays) -> None:
    """Closed leads stay silent; open ones go on, and new ones, which are known as created, join in."""
    still_open = history.leads.loc[history.leads["status"].isin(OPEN), "lead_id"]
    of_old = live.events["lead_id"].isin(still_open)
    assert (of_old | live.events["lead_id"].isin(live.leads["lead_id"])).all()
    assert of_old.mean() > 0.5
    assert live.leads["status"].eq(OPEN[0]).all()
    assert live.leads["closed_at"].isna().all()
    assert list(live.leads.columns) == list(history.leads.columns)
    accounts = pd.concat([history.accounts, live.accounts])["account_id"]
    assert accounts.is_unique
    assert live.leads["account_id"].dropna().isin(accounts).all()


def test_live_leads_close_and_then_fall_silent(live: LiveDays) -> None:
    """Some leads are won or lost in the live days, and no event occurs after that."""
    assert live.closings["status"].isin(WON).any()
    assert live.closings["status"].isin(LOST).any()
    assert live.closings["closed_at"].between(UNTIL, UNTIL + timedelta(days=14)).all()
    life = live.events.merge(live.closings[["lead_id", "closed_at"]], on="lead_id")
    assert (life["occurred_at"] < life["closed_at"]).all()


def test_some_cold_leads_turn_hot_in_the_live_days(history: CompanyHistory, live: LiveDays) -> None:
    """Several open leads that had left no trace for two weeks come back and look at prices or ask for a demo."""
    recent = history.events[history.events["occurred_at"] >= UNTIL - timedelta(days=14)]
    keen = live.events[live.events["type"].isin(["pricing_visit", "demo_requested"])]
    counts = keen["lead_id"][keen["lead_id"].isin(history.leads["lead_id"])].value_counts()
    woken = counts[(counts >= 2) & ~counts.index.isin(recent["lead_id"])]
    assert len(woken) >= 3


def test_live_days_may_start_later_and_without_new_leads(history: CompanyHistory) -> None:
    """The world stands still until the start, and new leads can be left out."""
    start = UNTIL + timedelta(days=40)
    later = generate_live(history=history, start=start, days=2, new_leads=0)
    assert len(later.leads) == len(later.accounts) == 0
    assert later.events["occurred_at"].min() >= start


def test_generating_live_days_leaves_the_history_alone() -> None:
    """The history's hidden state is the same before and after."""
    history = generate_history(until=UNTIL, leads=80)
    before = history.world.pulse.interest.copy(), history.leads.copy()
    generate_live(history=history, start=UNTIL)
    np.testing.assert_array_equal(before[0], history.world.pulse.interest)
    pd.testing.assert_frame_equal(before[1], history.leads)


def test_files_look_like_a_crm_export(tmp_path: Path) -> None:
    """Three files come out, with empty fields for the unknown, whole numbers and times in UTC."""
    history = generate_history(until=UNTIL, leads=200)
    paths = write_company(tmp_path / "export", history)
    assert [path.name for path in paths] == ["accounts.csv", "leads.csv", "events.csv.gz"]
    accounts, leads, events = (pd.read_csv(path) for path in paths)
    pd.testing.assert_series_equal(accounts["employees"], history.accounts["employees"])
    pd.testing.assert_series_equal(leads["lost_reason"].isna(), history.leads["lost_reason"].isna())
    occurred = pd.to_datetime(events["occurred_at"], utc=True)
    assert (occurred.to_numpy() == history.events["occurred_at"].to_numpy()).all()
    assert not paths[0].read_text(encoding="utf-8").count(".0,")


def test_the_same_history_writes_the_same_bytes(tmp_path: Path) -> None:
    """Files of one history are equal byte for byte, the packed one too."""
    history = generate_history(until=UNTIL, leads=60)
    first, second = (write_company(tmp_path / name, history) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    time_in_gzip_header = first[2].read_bytes()[4:8]
    assert time_in_gzip_header == bytes(4)


@pytest.mark.parametrize(("months", "leads"), [(0, 10), (12, 0)])
def test_an_empty_history_is_refused(months: int, leads: int) -> None:
    """A history needs a month and a lead."""
    with pytest.raises(EmptyHistory):
        generate_history(until=UNTIL, months=months, leads=leads)


def test_a_time_without_a_zone_is_refused() -> None:
    """A naive end is an error, not a guess."""
    with pytest.raises(NaiveTime, match="time zone"):
        generate_history(until=UNTIL.replace(tzinfo=None), leads=10)


def test_live_days_before_the_end_of_the_history_are_refused(history: CompanyHistory) -> None:
    """The future cannot start in the past, nor last no day at all."""
    with pytest.raises(StartsTooEarly):
        generate_live(history=history, start=UNTIL - timedelta(seconds=1))
    with pytest.raises(NoDays):
        generate_live(history=history, start=UNTIL, days=0)


@pytest.mark.parametrize(("leads", "months"), [(1, 1), (7, 3)])
def test_tiny_companies_live_too(leads: int, months: int) -> None:
    """Even one lead in one month gives tables, and days after them."""
    history = generate_history(until=UNTIL, months=months, leads=leads)
    assert len(history.leads) == leads
    assert len(generate_live(history=history, start=UNTIL, days=1, new_leads=1).leads) == 1


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
@settings(max_examples=50, deadline=None)
def test_moments_survive_the_way_there_and_back(moment: datetime) -> None:
    """A moment turned into microseconds and back is the same moment."""
    assert to_timestamps(np.array([to_microseconds(moment)]))[0] == moment.astimezone(UTC)


@given(st.integers(min_value=0, max_value=2**53))
@example(WEBINAR)
@settings(max_examples=50, deadline=None)
def test_each_four_weeks_hold_one_webinar(begin: int) -> None:
    """Whatever the time of day at which days are cut, no webinar is lost or held twice."""
    found = [find_webinar(begin + i * DAY) for i in range(28)]
    assert sum(moment is not None for moment in found) == 1


@given(st.lists(st.lists(st.integers(0, 3), min_size=10, max_size=10), min_size=1, max_size=8), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_sessions_unfold_into_all_their_events(counts: list[list[int]], seed: int) -> None:
    """Each counted event appears once, not before its session starts nor after it is recorded."""
    size = len(counts)
    sessions = Sessions(lead=np.arange(size), start=np.arange(size) * 10**9, counts=np.array(counts))
    events = unfold(np.random.default_rng(seed), sessions)
    assert len(events) == np.sum(counts)
    assert (events["occurred"] >= events["lead"] * 10**9).all()
    assert (events["recorded"] >= events["occurred"]).all()
    assert events["occurred"].is_monotonic_increasing
