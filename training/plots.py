"""Draw what evaluation computed: each function takes finished numbers and returns a Figure of its own.

Figures are made without pyplot, so nothing global is touched and threads may draw side by side. Colours are
those of Okabe and Ito (2008), which stay apart for every kind of colour vision; line styles differ as well.
"""

import re
import warnings
from collections.abc import Mapping
from io import StringIO
from itertools import cycle
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
INK, MUTED, GRID = "#1f2933", "#667380", "#dfe3e8"
STYLES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (PURPLE, ":"), (VERMILLION, (0, (6, 1, 1, 1))))


def plot_reliability(table: pd.DataFrame, title: str = "Reliability") -> Figure:
    """Draw `compute_reliability`: observed win rate against predicted probability, with 95 % intervals."""
    n = f"{int(table['count'].sum()):,} leads in {len(table)} bins of equal size; bars are 95 % Wilson intervals"
    figure, axes = _build_figure(title, n, "Predicted probability (%)", "Leads that won (%)", width=5.6, height=5.4)
    x, y = table["mean_predicted"].to_numpy(), table["observed_rate"].to_numpy()
    bars = np.clip([y - table["lower"], table["upper"] - y], 0, None)
    top = min(1.0, 1.08 * max(float(table["upper"].max()), float(x.max()), 0.05))
    axes.plot([0, top], [0, top], color=MUTED, linestyle="--", linewidth=1, label="perfectly calibrated")
    axes.errorbar(x, y, yerr=bars, color=BLUE, marker="o", markersize=5, capsize=3, linewidth=1.4, label="observed")
    axes.set(xlim=(0, top), ylim=(0, top), aspect="equal")
    _use_percent(axes.xaxis, axes.yaxis)
    _add_legend(axes, "upper left")
    return figure


def plot_gains(tables: Mapping[str, pd.DataFrame], title: str = "Wins reached by calling the best first") -> Figure:
    """Draw `compute_gains` of each named model between a random and a perfect order."""
    n, won = _count(tables)
    labels = "Leads called, best first (%)", "Wins reached (%)"
    figure, axes = _build_figure(title, f"{n:,} leads, {won:,} won", *labels)
    if won:
        axes.plot(
            [0, won / n, 1], [0, 1, 1], color=MUTED, linewidth=1, linestyle=(0, (1, 2)), label="perfect order"
        )
    _draw_models(axes, tables, "captured")
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle="--", label="random order")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    _use_percent(axes.xaxis, axes.yaxis)
    _add_legend(axes, "lower right")
    return figure


def plot_lift(tables: Mapping[str, pd.DataFrame], title: str = "Lift over the average lead") -> Figure:
    """Draw the lift column of `compute_gains` of each named model; 1 is the average lead."""
    n, won = _count(tables)
    labels = "Leads called, best first (%)", "Win rate (times the average)"
    figure, axes = _build_figure(title, f"{n:,} leads, {won:,} won", *labels)
    _draw_models(axes, tables, "lift")
    axes.axhline(1, color=MUTED, linewidth=1, linestyle="--", label="random order")
    axes.set(xlim=(0, 1))
    axes.set_ylim(bottom=0)
    _use_percent(axes.xaxis)
    axes.yaxis.set_major_formatter(FuncFormatter(_name_multiple))
    _add_legend(axes, "upper right")
    return figure


def plot_score_distribution(
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike,
    thresholds: Mapping[str, float],
    title: str = "Where won and lost leads lie",
) -> Figure:
    """Draw how the probabilities of won and of lost leads are spread, and the named thresholds."""
    p, won = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.float64) == 1
    subtitle = f"{len(p):,} leads: {won.sum():,} won, {(~won).sum():,} lost; each kind adds up to 100 %"
    figure, axes = _build_figure(title, subtitle, "Predicted probability (%)", "Share of its kind (%)")
    edges = np.linspace(0, 1, 41)
    for rows, name, colour, line in ((~won, "lost", SKY, "-"), (won, "won", VERMILLION, "--")):
        share = np.histogram(p[rows], edges)[0] / max(int(rows.sum()), 1)
        axes.stairs(share, edges, fill=True, color=colour, alpha=0.28)
        axes.stairs(share, edges, color=colour, linewidth=1.6, linestyle=line, label=name)
    axes.set(xlim=(0, 1))
    axes.set_ylim(0, 1.14 * axes.get_ylim()[1])
    _draw_thresholds(axes, thresholds)
    _use_percent(axes.xaxis, axes.yaxis)
    _add_legend(figure, "outside lower center", columns=2)
    return figure


def plot_learning_curve(
    curves: Mapping[str, npt.ArrayLike], chosen: int, title: str = "How many trees to keep"
) -> Figure:
    """Draw log loss after each round for every fold, their mean, and the `chosen` number of rounds (from 1)."""
    folds = {name: np.asarray(curve, dtype=np.float64) for name, curve in curves.items()}
    shared = min(len(curve) for curve in folds.values())
    mean = np.mean([curve[:shared] for curve in folds.values()], axis=0)
    subtitle = f"{len(folds)} folds, each fitted on the past and measured on the rows that follow"
    figure, axes = _build_figure(title, subtitle, "Boosting rounds (trees)", "Log loss (nats)")
    for (name, curve), (colour, line) in zip(folds.items(), cycle(STYLES[1:]), strict=False):
        axes.plot(np.arange(1, len(curve) + 1), curve, color=colour, linestyle=line, linewidth=1.1, label=name)
    axes.plot(np.arange(1, shared + 1), mean, color=BLUE, linewidth=2.4, label="mean of the folds")
    axes.axvline(chosen, color=MUTED, linewidth=1, linestyle="--")
    if 1 <= chosen <= shared:
        axes.plot([chosen], [mean[chosen - 1]], color=BLUE, marker="o", markersize=7)
    side = -1 if chosen > 0.75 * max(len(curve) for curve in folds.values()) else 1
    axes.annotate(f"chosen: {chosen:,}", (chosen, 1), (5 * side, -4), axes.get_xaxis_transform(), "offset points",
                  va="top", ha="left" if side > 0 else "right", color=INK, fontsize=9)  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _add_legend(figure, "outside lower center", columns=min(len(folds) + 1, 6))
    return figure


def plot_importance(
    table: pd.DataFrame,
    title: str = "What the score rests on",
    unit: str = "Mean absolute contribution (log-odds)",
    rows: int = 20,
) -> Figure:
    """Draw the `rows` largest of a table of `feature`, `importance` and, where known, `lower` and `upper`."""
    top = table.sort_values("importance", ascending=False, kind="stable").head(rows)[::-1]
    subtitle = f"{len(top)} of {len(table)} features" + ("; bars are 95 % intervals" if "lower" in top else "")
    figure, axes = _build_figure(title, subtitle, unit, "", height=1.5 + 0.27 * max(len(top), 3))
    place, value = np.arange(len(top)), top["importance"].to_numpy()
    axes.barh(place, value, color=BLUE, height=0.66)
    if {"lower", "upper"} <= set(top):
        bars = np.clip([value - top["lower"], top["upper"] - value], 0, None)
        axes.errorbar(value, place, xerr=bars, fmt="none", ecolor=INK, capsize=2.5, linewidth=1.1)
    names = [name if len(name) <= 46 else name[:45] + "…" for name in top["feature"].astype(str)]
    # A feature may be called "$ spent": dollars are no formula here.
    axes.set_yticks(place, names, parse_math=False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(visible=False, axis="y")
    return figure


def render_svg(figure: Figure, name: str) -> str:
    """Return the figure as an `<svg>` element to put into a page, the same bytes each time.

    Text stays text, ink and grid take the page's `--ink`, `--muted` and `--grid`, ids start with `name`, and
    nothing in it points to another address.
    """
    buffer, plain = StringIO(), {"Date": None, "Creator": None, "Format": None, "Type": None}
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        # The browser draws the text: a glyph that matplotlib's own font lacks is no fault.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata=plain, transparent=True)
    svg = buffer.getvalue()[buffer.getvalue().index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|\sxmlns(:\w+)?=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\bid=\"", f'id="{name}-', svg.replace("xlink:href", "href"))
    svg = re.sub(r"(url\(#|href=\"#)", rf"\1{name}-", svg)
    for colour, variable in ((INK, "ink"), (MUTED, "muted"), (GRID, "grid")):
        svg = svg.replace(colour, f"var(--{variable}, {colour})")
    return svg


def _build_figure(
    title: str, subtitle: str, x: str, y: str, width: float = 7.2, height: float = 4.4
) -> tuple[Figure, Any]:
    margins = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    figure = Figure(figsize=(width, height), dpi=110, layout=margins, facecolor="white")
    axes = figure.add_subplot()
    axes.set_title(f"{title}\n", loc="left", color=INK, fontsize=13, fontweight="bold", parse_math=False)
    axes.annotate(subtitle, (0, 1), (0, 7), "axes fraction", "offset points", color=MUTED, fontsize=9)
    axes.set_xlabel(x, color=INK, fontsize=10, labelpad=6)
    axes.set_ylabel(y, color=INK, fontsize=10, labelpad=6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GRID)
    axes.tick_params(colors=MUTED, labelsize=9, length=3)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    return figure, axes


def _draw_models(axes: Any, tables: Mapping[str, pd.DataFrame], column: str) -> None:
    for (name, table), (colour, line) in zip(tables.items(), cycle(STYLES), strict=False):
        width = 2.2 if colour == BLUE else 1.6
        axes.plot(table["share"], table[column], color=colour, linestyle=line, linewidth=width, label=name)


def _draw_thresholds(axes: Any, thresholds: Mapping[str, float]) -> None:
    for name, value in thresholds.items():
        axes.axvline(value, color=INK, linewidth=1.1, linestyle=(0, (4, 2)))
        axes.annotate(f"{name} ≥ {100 * value:.3g} %", (value, 1), (4, -3), axes.get_xaxis_transform(),
                      "offset points", va="top", color=INK, fontsize=9, parse_math=False)  # fmt: skip


def _count(tables: Mapping[str, pd.DataFrame]) -> tuple[int, int]:
    last = next(iter(tables.values())).iloc[-1]
    return round(last["count"]), round(last["won"])


def _name_percent(value: float, _: int) -> str:
    return f"{100 * value:.4g}"


def _name_multiple(value: float, _: int) -> str:
    return f"{value:.3g} ×"


def _use_percent(*sides: Any) -> None:
    for side in sides:
        side.set_major_formatter(FuncFormatter(_name_percent))


def _add_legend(owner: Any, place: str, columns: int = 1) -> None:
    legend = owner.legend(loc=place, frameon=False, fontsize=9, labelcolor=INK, ncols=columns)
    for text in legend.get_texts():
        text.set_parse_math(False)
