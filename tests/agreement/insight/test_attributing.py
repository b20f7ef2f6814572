"""Attributing: shares of won revenue by channel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.episodes import DAY_MICROS
from agreement.insight.attributing import RULES, UNKNOWN, Crediting, attribute_revenue, resample_revenue
from agreement.insight.closings import Closing
from agreement.lives import Life, Touch
from agreement.paper.attribution_terms import Attribution, EventChannel
from agreement.stages import Stage

DAY = DAY_MICROS
AGREED = Attribution(events=(EventChannel(type="booth", channel="Fair  Helsinki"),))
channels = st.none() | st.sampled_from(["web", "Fair", " mail ", ""])
touches = st.lists(
    st.builds(Touch, at=st.integers(0, 4_000 * DAY), type=st.sampled_from(["booth", "visit"]), channel=channels),
    max_size=8,
)


def close(told=(), *, at=100 * DAY, euros=100.0, source=None):
    """A won deal with these touches."""
    ordered = tuple(sorted(told, key=lambda touch: touch.at))
    life = Life(lead_id="L", created_at=0, source=source, touches=ordered)
    return Closing(life=life, is_won=True, at=at, value=euros, reason=None, stage_before=Stage.SQL)


def visit(day, channel=None, kind="visit"):
    """A touch on a day."""
    return Touch(at=day * DAY, type=kind, channel=channel)


deals = st.builds(
    close,
    touches,
    at=st.integers(0, 4_000 * DAY),
    euros=st.floats(0, 1e9),
    source=st.none() | st.sampled_from(["web", "fair"]),
)


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        ("first_touch", {"web": 1.0}),
        ("last_touch", {"mail": 1.0}),
        ("time_decay", {"web": 0.25 / 1.75, "fair": 0.5 / 1.75, "mail": 1 / 1.75}),
    ],
)
def test_each_rule_credits_as_it_says(rule, shares):
    """The first has all, the last has all, or each half-life of age halves the weight."""
    closing = close([visit(86, "web"), visit(93, "fair"), visit(100, "mail")], at=100 * DAY + 1)
    assert Crediting(AGREED).credit(closing, rule) == pytest.approx(shares)


def test_another_half_life_weighs_otherwise():
    """With half the half-life, a touch of that age has a quarter of the weight."""
    closing = close([visit(93, "web"), visit(100, "mail")], at=101 * DAY)
    credited = Crediting(AGREED, half_life_micros=7 * DAY // 2).credit(closing, "time_decay")
    assert credited == pytest.approx({"web": 0.2, "mail": 0.8})


@pytest.mark.parametrize("rule", RULES)
def test_what_came_after_the_win_counts_for_nothing(rule):
    """Touches at the win or later do not count; without another the source has it all."""
    closing = close([visit(100, "mail"), visit(101, "mail")], source="Trade  Fair")
    assert Crediting(AGREED).credit(closing, rule) == {"trade fair": 1.0}


def test_a_touch_has_its_own_channel_then_its_types_then_the_source():
    """What a touch says itself prevails, then the agreement, then where the lead came from."""
    life, crediting = Life(lead_id="L", created_at=0, source="Web"), Crediting(AGREED)
    assert crediting.find_channel(visit(1, "Mail", "booth"), life) == "mail"
    assert crediting.find_channel(visit(1, " ", "booth"), life) == "fair helsinki"
    assert crediting.find_channel(visit(1), life) == "web"
    assert crediting.find_channel(visit(1), Life(lead_id="L", created_at=0)) == UNKNOWN


def test_a_lead_came_by_its_source_else_by_its_first_touch():
    """Only where no source was told, the first touch with a channel says where a lead came from."""
    seen = (visit(1), visit(2, kind="booth"), visit(3, "mail"))
    crediting = Crediting(AGREED)
    assert crediting.find_origin(Life(lead_id="L", created_at=0, touches=seen, source="web")) == "web"
    assert crediting.find_origin(Life(lead_id="L", created_at=0, touches=seen)) == "fair helsinki"
    assert crediting.find_origin(Life(lead_id="L", created_at=0)) == UNKNOWN


@given(st.lists(deals, max_size=6), st.sampled_from(RULES), st.integers(1, 4_000 * DAY))
def test_channels_have_together_what_was_won(closings, rule, half_life):
    """Under each rule, whatever was done and whatever the half-life, nothing of the revenue is lost or invented."""
    crediting = Crediting(AGREED, half_life_micros=half_life)
    shares = [crediting.credit(closing, rule) for closing in closings]
    assert all(share > 0 for parts in shares for share in parts.values())
    revenue = attribute_revenue(closings, shares)
    won = math.fsum(closing.euros for closing in closings)
    assert math.fsum(euros for deals in revenue.values() for euros in deals) == pytest.approx(won, rel=1e-12)


@given(touches.filter(bool))
def test_decay_is_between_the_first_and_the_last(told):
    """An endless half-life weighs all touches alike, a tiny one the last instant alone."""
    closing = close(told, at=5_000 * DAY)
    even = Crediting(AGREED, half_life_micros=10**30).credit(closing, "time_decay")
    channel = Crediting(AGREED).find_channel(closing.life.touches[0], closing.life)
    n_same = sum(Crediting(AGREED).find_channel(touch, closing.life) == channel for touch in told)
    assert even[channel] == pytest.approx(n_same / len(told))
    last = closing.life.touches[-1]
    at_last = {Crediting(AGREED).find_channel(touch, closing.life) for touch in told if touch.at == last.at}
    tiny = Crediting(AGREED, half_life_micros=1).credit(closing, "time_decay")
    assert sum(tiny[channel] for channel in at_last) >= 0.5


def test_the_interval_is_that_of_other_deals():
    """It is the same for the same generator, and as wide as sums of so many deals vary."""
    generator = np.random.default_rng(2)
    euros = generator.normal(100.0, 20.0, 2_500).tolist()
    (low, high) = resample_revenue({"web": euros}, np.random.default_rng(5))["web"]
    assert (low, high) == resample_revenue({"web": euros}, np.random.default_rng(5))["web"]
    half = 1.2815515655 * np.std(euros) * math.sqrt(2_500)
    assert low < math.fsum(euros) < high
    assert (high - low) / (2 * half) == pytest.approx(1, abs=0.12)


def test_without_deals_there_is_nothing_to_draw():
    """No deal and no channel make empty intervals."""
    assert resample_revenue({}, np.random.default_rng(1)) == {}
    assert resample_revenue({"web": []}, np.random.default_rng(1)) == {"web": (0.0, 0.0)}
