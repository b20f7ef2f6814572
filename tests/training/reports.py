"""Comparisons and reports of invented models, for the tests of the report."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from rich.console import Console

from training import report as rp
from training.evaluation import compute_comparison


def make_comparison(slope=1.0, shift=0.0, n=2000, reference="hotlead", rate=None, seed=1):
    """Compare a model whose log-odds are `slope` × the truth + `shift` with the base rate and two rivals."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1.2, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    noise = rng.normal(-1, 1.2, n)
    own = slope * truth + (1 - abs(slope)) * noise + shift
    rate = labels.mean() if rate is None else rate
    models = {
        "hotlead": 1 / (1 + np.exp(-own)),
        "base rate": np.full(n, rate),
        "logistic regression": 1 / (1 + np.exp(-0.98 * truth)),
        "points scorecard": 1 / (1 + np.exp(-(0.4 * truth - 0.6))),
    }
    return compute_comparison(labels, models, reference, seed=0, repeats=300)


def make_report(**changes):
    """Make a full report on a model that lifts."""
    comparison = make_comparison()
    start, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
    whole = rp.DataDescription(
        name="leads.csv",
        rows=8000,
        positives=2400,
        start=start,
        end=end,
        fingerprint="sha256:1f2e",
        warnings=("w",),
    )
    test = rp.Period(name="test", purpose="measure", rows=2000, positives=600, start=start, end=end)
    made = rp.TrainingReport(
        model="scorer 7",
        created_at=end,
        data=whole,
        periods=(test, rp.Period(name="training", purpose="fit the members", rows=6000, positives=1800)),
        comparison=rp.list_rows(comparison),
        settings={"trees": 118, "rate": 0.05, "bagged": True, "seed": None},
        calibrator="Platt",
        calibrator_evidence={"none": 0.41, "isotonic": None},
        thresholds={"warm": 0.2, "hot": 0.5},
        verdict=rp.compute_verdict(comparison),
    )
    return replace(made, **changes)


def render(report, width):
    """Print the terminal report into a string."""
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(rp.render_text(report, width))
    return console.file.getvalue()
