"""Plots: figures of their own that show every number, name what they count, and print as clean SVG."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from training import plots
from training.evaluation import compute_gains, compute_reliability

RNG = np.random.default_rng(4)
PROBABILITIES = RNG.beta(1, 3, 600)
LABELS = (RNG.random(600) < PROBABILITIES).astype(float)
GAINS = compute_gains(LABELS, PROBABILITIES)
IMPORTANCE = pd.DataFrame({"feature": ["$x$ spent", "a <b> & c", "x_1^{2}"], "importance": [0.1, 0.3, 0.2]})
CURVES = {"fold 1": np.linspace(0.7, 0.4, 50), "fold 2": np.linspace(0.7, 0.5, 40)}


def draw_all():
    """Draw one figure of each kind."""
    return {
        "reliability": plots.plot_reliability(compute_reliability(LABELS, PROBABILITIES)),
        "gains": plots.plot_gains({"hotlead": GAINS, "$cores$": GAINS}),
        "lift": plots.plot_lift({"hotlead": GAINS}),
        "distribution": plots.plot_score_distribution(PROBABILITIES, LABELS, {"warm": 0.2, "$hot$": 0.5}),
        "learning": plots.plot_learning_curve(CURVES, 30),
        "importance": plots.plot_importance(IMPORTANCE),
    }


def read_texts(figure):
    """Render a figure and list the texts in it."""
    root = ET.fromstring(plots.render_svg(figure, "one"))
    return ["".join(node.itertext()) for node in root.iter("text")]


@pytest.mark.parametrize("name", draw_all())
def test_a_figure_has_a_title_labels_and_a_count(name):
    """Each figure says what it is, what its axes measure and how much it rests on."""
    figure = draw_all()[name]
    axes = figure.axes[0]
    assert isinstance(figure, Figure)
    assert axes.get_title(loc="left").strip()
    assert axes.get_xlabel()
    assert axes.get_ylabel() or name == "importance"
    assert any(re.search(r"\d+ (leads|folds|of \d+ features)", text) for text in read_texts(figure))


def test_drawing_touches_nothing_global():
    """No setting changes and no figure is registered with pyplot."""
    before = dict(mpl.rcParams), pyplot.get_fignums()
    for figure in draw_all().values():
        plots.render_svg(figure, "one")
    assert (dict(mpl.rcParams), pyplot.get_fignums()) == before


@pytest.mark.parametrize("name", draw_all())
def test_svg_is_well_formed_stands_alone_and_repeats_itself(name):
    """The element parses, points nowhere outside, prefixes its ids, and is the same bytes each time."""
    svg = plots.render_svg(draw_all()[name], "one")
    root = ET.fromstring(svg)
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert "://" not in svg
    assert "<script" not in svg
    assert len(set(ids)) == len(ids)
    assert all(value.startswith("one-") for value in ids)
    targets = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    assert targets
    assert targets <= set(ids)
    assert svg == plots.render_svg(draw_all()[name], "one")


def test_svg_takes_the_ink_of_the_page():
    """No fixed dark ink is left, so that a dark page stays legible."""
    svg = plots.render_svg(plots.plot_lift({"hotlead": GAINS}), "one")
    assert "var(--ink, #1f2933)" in svg
    assert not re.findall(r"(?<!, )#(?:1f2933|667380|dfe3e8)", svg)


def test_names_are_shown_as_they_are():
    """Dollars and markup in a name of the company's data are text, neither formula nor element."""
    drawn = draw_all()
    assert {"$x$ spent", "a <b> & c", "x_1^{2}"} <= set(read_texts(drawn["importance"]))
    assert "$cores$" in read_texts(drawn["gains"])
    assert "$hot$ ≥ 50 %" in read_texts(drawn["distribution"])


def test_a_name_in_any_script_can_be_drawn():
    """A glyph that matplotlib's font lacks raises no warning in the page and stays readable text."""
    table = pd.DataFrame({"feature": ["日本からの訪問"], "importance": [1.0]})
    assert "日本からの訪問" in read_texts(plots.plot_importance(table))


def test_reliability_shows_every_bin_with_its_interval():
    """The drawn points are the table's, and the axes hold the highest interval."""
    table = compute_reliability(LABELS, PROBABILITIES)
    axes = plots.plot_reliability(table).axes[0]
    points = next(line for line in axes.lines if line.get_marker() == "o")
    assert points.get_ydata() == pytest.approx(table["observed_rate"])
    ends = axes.collections[0].get_segments()
    assert [end[0][1] for end in ends] == pytest.approx(table["lower"])
    assert [end[1][1] for end in ends] == pytest.approx(table["upper"])
    assert axes.get_ylim()[1] >= min(1, table["upper"].max())


def test_gains_show_the_perfect_order():
    """The perfect order reaches all wins at the base rate."""
    axes = plots.plot_gains({"hotlead": GAINS}).axes[0]
    best = next(line for line in axes.lines if line.get_label() == "perfect order")
    assert best.get_xdata()[1] == pytest.approx(LABELS.mean())


def test_the_distribution_of_each_kind_adds_up_to_one():
    """Won and lost leads are drawn as shares of their own kind, so neither hides the other."""
    axes = plots.plot_score_distribution(PROBABILITIES, LABELS, {"hot": 0.5}).axes[0]
    shares = [patch.get_data().values.sum() for patch in axes.patches]
    assert shares == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize("labels", [np.zeros(5), np.ones(5)])
def test_rows_of_one_outcome_can_be_drawn(labels):
    """With a class absent the figures show what there is, without a warning."""
    p = np.linspace(0, 1, 5)
    gains = {"hotlead": compute_gains(labels, p)}
    for figure in (plots.plot_gains(gains), plots.plot_lift(gains), plots.plot_score_distribution(p, labels, {})):
        assert read_texts(figure)
    assert read_texts(plots.plot_reliability(compute_reliability(labels, p)))


def test_the_learning_curve_marks_the_chosen_round_on_the_mean():
    """Rounds count from 1, and the mean covers the rounds that all folds have."""
    axes = plots.plot_learning_curve(CURVES, 30).axes[0]
    mean = next(line for line in axes.lines if line.get_label() == "mean of the folds")
    mark = next(line for line in axes.lines if line.get_marker() == "o")
    expected = (CURVES["fold 1"][29] + CURVES["fold 2"][29]) / 2
    assert list(mean.get_xdata()) == list(range(1, 41))
    assert mark.get_xydata().tolist() == [[30, pytest.approx(expected)]]


def test_importance_is_sorted_cut_and_bounded():
    """The largest stand on top, the rest is left out and counted, intervals are drawn where known."""
    wide = pd.DataFrame({"feature": [f"f{i}" for i in range(30)], "importance": np.arange(30.0)})
    figure = plots.plot_importance(wide.assign(lower=wide["importance"] - 1, upper=wide["importance"] + 1), rows=5)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["f25", "f26", "f27", "f28", "f29"]
    assert "5 of 30 features; bars are 95 % intervals" in read_texts(figure)
    assert figure.axes[0].collections[0].get_segments()[4].tolist() == [[28, 4], [30, 4]]
