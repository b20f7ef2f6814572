"""Snapshots: which moments of a lead are looked at, what they are labelled, and which are left out."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.contract import LeadSchema
from features.times import DAY, MISSING_TIME, micros_of, to_micros
from training.importing.describing import describe_history
from training.recipes.recipe import TimeRecipe
from training.snapshots import MAX_AGE_DAYS, TooLittleHistory, build_training_rows, derive_horizon

START = pd.Timestamp("2026-01-01T00:00:00Z")
UNTIL = datetime(2026, 12, 31, tzinfo=UTC)
MICRO = pd.Timedelta(microseconds=1)
NOTHING = pd.Timedelta(0)


def day(number, extra=NOTHING):
    """Return a moment some days after the start."""
    return START + pd.Timedelta(days=number) + extra


def write_down(rows, *, snapshots="created", until=UNTIL, horizon_days=None):
    """Write a history down from (created_at, outcome, outcome_at)."""
    frame = pd.DataFrame(rows, columns=["created_at", "outcome", "outcome_at"])
    frame["lead_id"] = [f"lead-{number}" for number in range(len(frame))]
    for column in ("created_at", "outcome_at"):
        frame[column] = pd.to_datetime(frame[column], utc=True).dt.as_unit("us")
    rule = TimeRecipe(observed_until=until, snapshots=snapshots, horizon_days=horizon_days)
    return describe_history(frame, pd.DataFrame(columns=["type"]), schema=LeadSchema(()), time=rule)


def look(rows, *, horizon_days=10, seed=0, **rule):
    """Build training rows from leads that are written down by hand."""
    return build_training_rows(write_down(rows, **rule), horizon_days=horizon_days, seed=seed)


def labels_by_lead(rows):
    """Return the label of each lead that has one row."""
    return dict(zip(rows.snapshots.lead.tolist(), rows.labels.tolist(), strict=True))


BOTH = [(day(0), "won", day(1)), (day(0), "lost", day(1))]


def test_horizon_is_half_open_to_the_microsecond():
    """A win counts from the moment itself up to, and not at, the end of the horizon."""
    ends = [day(5), day(15, -MICRO), day(15)]
    rows = look([(day(5), "won", end) for end in ends])
    assert labels_by_lead(rows) == {0: 1.0, 1: 1.0, 2: 0.0}


def test_a_lead_decided_when_it_was_created_is_looked_at_and_one_decided_before_is_not():
    """The last look is at the moment of the decision itself, never a microsecond after it."""
    rows = look([(day(5), "lost", day(5)), (day(5), "won", day(5)), (day(5), "won", day(5, -MICRO))])
    assert labels_by_lead(rows) == {0: 0.0, 1: 1.0}


@pytest.mark.parametrize("outcome", ["won", "lost", "open"])
def test_censoring_asks_only_whether_the_horizon_is_over(outcome):
    """A snapshot whose horizon ends with the data has a label, one that is a microsecond later has none."""
    last = UNTIL - pd.Timedelta(days=10)
    end = None if outcome == "open" else last + pd.Timedelta(days=1)
    rows = look([*BOTH, (last, outcome, end), (last + MICRO, outcome, end)])
    assert sorted(labels_by_lead(rows)) == [0, 1, 2]
    assert rows.n_censored == 1


def test_open_leads_are_negative_once_their_horizon_is_over():
    """A lead that nobody has closed was not won within its horizon."""
    assert labels_by_lead(look([*BOTH, (day(3), "open", None)]))[2] == 0.0


def test_a_win_on_an_unknown_day_is_left_out_and_said():
    """Whether it came within the horizon cannot be known, so it is neither won nor lost."""
    rows = look([*BOTH, (day(3), "won", None)])
    assert sorted(labels_by_lead(rows)) == [0, 1]
    assert rows.n_censored == 0
    assert rows.notes == ("1 won leads were left out because nobody wrote down when: the true rate is higher",)


def test_a_loss_on_an_unknown_day_is_looked_at_once():
    """It was surely open when it was created; nothing says that it still was a week later."""
    losses = [(day(n), "lost", day(n + 20)) for n in range(40)]
    rows = look([(day(0), "won", day(30)), *losses, (day(3), "lost", None)], snapshots="weekly")
    counts = np.bincount(rows.snapshots.lead)
    assert counts[-1] == 1
    assert counts[:-1].min() >= 3
    assert rows.notes == ()


def test_where_losses_have_no_date_every_lead_is_looked_at_once():
    """Else a lead's having waited a week would say that it was won."""
    rows = look([(day(0), "won", day(9)), (day(1), "lost", None), (day(2), "open", None)], snapshots="weekly")
    assert rows.snapshots.lead.tolist() == [0, 1, 2]
    assert "looked at once" in rows.notes[0]


@st.composite
def written_leads(draw):
    """Draw leads with any outcome, dated in any order, or not dated."""
    moments = st.integers(0, 400 * 24).map(lambda hour: START + pd.Timedelta(hours=hour))
    lead = st.tuples(moments, st.sampled_from(["won", "lost", "open"]), st.none() | moments)
    leads = draw(st.lists(lead, min_size=2, max_size=30))
    return [(created, outcome, None if outcome == "open" else end) for created, outcome, end in leads]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written_leads(), st.sampled_from(["created", "weekly"]), st.integers(1, 120), st.integers(0, 5))
def test_every_row_keeps_the_promises_of_a_snapshot(leads, rule, horizon, seed):
    """Rows come in time order, before the decision, inside the data, and know the label only afterwards."""
    history = write_down([(day(0), "won", day(0)), (day(0), "lost", day(1)), *leads], snapshots=rule)
    rows = build_training_rows(history, horizon_days=horizon, seed=seed)
    lead, as_of = rows.snapshots.lead, rows.snapshots.as_of
    created = micros_of(history.leads["created_at"])[lead]
    ended = micros_of(history.leads["outcome_at"])[lead]
    won = (history.leads["outcome"] == "won").to_numpy()[lead]
    assert (np.diff(as_of) >= 0).all()
    assert (rows.order == as_of).all()
    assert (rows.known_at == as_of + horizon * DAY).all()
    assert rows.known_at.max() <= to_micros(UNTIL)
    assert (created <= as_of).all()
    assert (as_of - created < MAX_AGE_DAYS * DAY + 1).all()
    assert ((ended == MISSING_TIME) | (as_of <= ended)).all()
    assert not (won & (ended == MISSING_TIME)).any()
    assert (rows.labels == (won & (ended < as_of + horizon * DAY))).all()
    assert len(np.unique(np.column_stack([lead, as_of]), axis=0)) == len(rows)


def test_weekly_looks_are_a_week_apart_and_begin_within_the_first():
    """A lead is looked at when it is created, at a moment of its first week, and then every seven days."""
    rows = look([(day(0), "lost", day(100)), (day(0), "won", day(100))], snapshots="weekly", horizon_days=20)
    for lead in (0, 1):
        gaps = np.diff(rows.snapshots.as_of[rows.snapshots.lead == lead])
        assert 0 < gaps[0] < 7 * DAY
        assert (gaps[1:] == 7 * DAY).all()
        assert len(gaps) in (14, 15)


def test_moments_of_the_week_are_drawn_by_the_seed():
    """The same seed looks at the same moments, another seed at others."""
    leads = [(day(0), "lost", day(50)), (day(0), "won", day(50))]
    first, again, other = (look(leads, snapshots="weekly", seed=seed).snapshots.as_of for seed in (1, 1, 2))
    assert (first == again).all()
    assert first.tolist() != other.tolist()


def test_the_ordered_history_keeps_its_own_order_and_its_ties():
    """Rows follow `order`, leads that share a place share it here too, and those without a place are left out."""
    leads = write_down([(None, outcome, None) for outcome in ("won", "lost", "open", "won", "lost")]).leads
    leads = leads.assign(order=[3.0, 1.0, 2.0, 1.0, np.nan])
    history = describe_history(leads, pd.DataFrame(columns=["type"]), schema=LeadSchema(()))
    rows = build_training_rows(history, horizon_days=30, seed=0)
    assert rows.snapshots.lead.tolist() == [1, 3, 0]
    assert rows.order.tolist() == rows.known_at.tolist() == [1.0, 1.0, 3.0]
    assert rows.labels.tolist() == [0.0, 1.0, 1.0]
    assert rows.horizon_days is None


def test_the_undated_history_is_shuffled_by_the_seed(make_history):
    """Where rows carry no time, their place in the file must not stand for one."""
    history = make_history(n=60, basis="undated")
    first, again, other = (build_training_rows(history, horizon_days=None, seed=seed) for seed in (1, 1, 2))
    assert first.snapshots.lead.tolist() == again.snapshots.lead.tolist() != other.snapshots.lead.tolist()
    assert sorted(first.snapshots.lead.tolist()) == list(range(60))
    assert (first.snapshots.as_of == 0).all()


def test_the_recipes_horizon_counts_where_none_is_asked_for():
    """An explicit horizon wins over the recipe's, and the recipe's over one that is derived."""
    history = write_down([*BOTH, (day(2), "won", day(40))], horizon_days=45)
    assert build_training_rows(history, horizon_days=None, seed=0).horizon_days == 45
    assert build_training_rows(history, horizon_days=5, seed=0).horizon_days == 5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(30, 1_500))
def test_the_derived_horizon_holds_most_wins_within_a_quarter_of_the_span(days, span):
    """It covers nine wins in ten unless that is more than a quarter of what the data span."""
    until = (START + pd.Timedelta(days=span)).to_pydatetime()
    horizon = derive_horizon(write_down([(day(0), "won", day(n)) for n in days], until=until))
    assert horizon == 7 or horizon <= span / 4
    covered = np.mean([n <= horizon for n in days])
    assert (
        covered >= 0.9
        or horizon == 365
        or min(h for h in (14, 30, 60, 90, 120, 180, 365) if h > horizon) > span / 4
    )


@pytest.mark.parametrize(
    ("leads", "horizon", "said"),
    [
        ([(day(0), "won", None), (day(1), "lost", day(2))], None, "no won lead has a date"),
        ([(day(0), "won", None), (day(1), "lost", day(2))], 10, "1 rows 0 are won .* 1 won leads were left out"),
        ([(day(0), "won", day(1))], 10, "1 rows 1 are won"),
        (
            [(day(360), "won", day(361)), (day(360), "lost", day(361))],
            10,
            "0 rows 0 are won .2 more are too recent",
        ),
    ],
)
def test_too_little_history_is_said_in_one_line(leads, horizon, said):
    """Whoever has nothing to learn from reads what is missing, without a line break."""
    with pytest.raises(TooLittleHistory, match=said) as caught:
        look(leads, horizon_days=horizon)
    assert "\n" not in str(caught.value)
