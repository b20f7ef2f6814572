"""Charts of the model: places within the drawing, nobody lost, and steps that hold all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.findings import ReliabilityBin
from serving.web.charts.densities import count_in_bins, draw_densities
from serving.web.charts.gains import draw_gains, draw_lift
from serving.web.charts.lines import HEIGHT
from serving.web.charts.reliability import draw_reliability

EDGES = [0.001, 0.01, 0.1, 0.5, 0.98]
shares = st.floats(0, 1)


def say(share):
    """Write a share."""
    return f"{share:.0%}"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(shares, shares, shares, shares), min_size=1, max_size=10))
def test_intervals_lie_within_the_drawing(told):
    """Each whisker's lower end lies at or below its upper one, and both inside."""
    bins = [
        ReliabilityBin(predicted=p, seen=sorted(rest)[1], lower=min(rest), upper=max(rest), count=3)
        for p, *rest in told
    ]
    chart = draw_reliability([("a", "s1", bins)], perfect="p", say=say)
    assert len(chart.whiskers) == len(bins)
    for each in chart.whiskers:
        assert 0 <= each.high <= each.y <= each.low <= HEIGHT
        assert 0 <= each.x <= 100
    assert len(chart.lines.drawn) == 2


@settings(max_examples=40, deadline=None)
@given(st.lists(shares, max_size=50))
def test_every_probability_is_in_one_bin(probabilities):
    """What lies outside counts in the outermost bins."""
    counts = count_in_bins(probabilities, EDGES)
    assert sum(counts) == len(probabilities)
    inside = [p for p in probabilities if 0.01 <= p < 0.1]
    assert counts[1] == len(inside)


def test_densities_show_crowds_and_thresholds():
    """A crowd of nobody is left out; thresholds are flags in the order told, each a line of text lower."""
    crowds = [("test", "s1", [5, 4, 1, 0]), ("open", "s3", [0, 0, 0, 0])]
    drawn = draw_densities(EDGES, crowds, [("warm", "target", 0.05), ("hot", "flag-hot", 0.3)], say=say)
    assert [line.name for line in drawn.lines.drawn] == ["test"]
    assert [(flag.text, flag.level) for flag in drawn.flags] == [("warm", 0), ("hot", 1)]
    assert drawn.flags[0].place < drawn.flags[1].place
    nobody = draw_densities(EDGES, [("test", "s1", [0, 0, 0, 0])], [], say=say)
    assert nobody.lines.drawn == []


def test_gains_begin_at_nothing_and_lift_at_one_per_cent():
    """The line of chance comes first; a lift is the share of wins over the share of leads."""
    captured = [place / 100 for place in range(101)]
    gains = draw_gains([("a", "s1", captured)], by_chance="chance", say=say)
    assert [line.name for line in gains.drawn] == ["chance", "a"]
    lift = draw_lift([("a", "s1", captured)], by_chance="chance", say=say, say_lift=str)
    heights = {float(point.split()[1]) for point in lift.drawn[1].path[1:].split("L")}
    assert len(heights) == 1
