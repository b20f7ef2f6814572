"""The report: a verdict that follows from numbers, files that come back unchanged, a page that stands alone."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from training import report as rp
from training.baselines import BaseRate
from training.evaluation import compute_comparison, compute_gains
from training.plots import plot_lift


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


@pytest.mark.parametrize("reference", ["hotlead", "base rate"])
def test_a_model_that_tells_leads_apart_has_lift(reference):
    """The verdict names the gain with its interval, whichever of the two is the reference."""
    comparison = make_comparison(reference=reference).set_index("model")
    verdict = rp.compute_verdict(comparison.reset_index())
    gain = comparison.loc["base rate", "log_loss"] - comparison.loc["hotlead", "log_loss"]
    assert verdict.kind == "lift"
    assert verdict.sentences[0].startswith(
        f"Hotlead beats the base rate of the training period by {gain:.3f} ± 0.0"
    )
    assert "times as often as the average lead" in verdict.sentences[1]


def test_the_reference_does_not_change_the_gain():
    """The same rows give the same first sentence from either side of the difference, to a bootstrap's breath."""
    spans = []
    for reference in ("hotlead", "base rate"):
        sentence = rp.compute_verdict(make_comparison(reference=reference)).sentences[0]
        spans.append([float(number) for number in re.findall(r"0\.\d+", sentence)])
    assert spans[0] == pytest.approx(spans[1], abs=0.004)


@pytest.mark.parametrize("seed", range(5))
def test_a_model_of_noise_has_no_lift(seed):
    """A model that knows nothing is called what it is, and sales is told not to rank by it."""
    verdict = rp.compute_verdict(make_comparison(slope=0.0, seed=seed))
    assert verdict.kind == "no_lift"
    assert verdict.sentences[0].startswith("No lift: on the test period the model is no better than the base rate")
    assert "95 % interval" in verdict.sentences[0]
    assert "Do not rank leads by it." in verdict.sentences[0]


def test_a_model_that_ranks_upside_down_has_no_lift():
    """An inverted order is worse than none."""
    assert rp.compute_verdict(make_comparison(slope=-1.0)).kind == "no_lift"


def test_a_constant_equal_to_the_base_rate_has_no_lift():
    """A gain that is surely negligible is no gain."""
    labels = np.tile([1.0, 0, 0, 0], 500)
    models = {"hotlead": np.full(2000, 0.2501), "base rate": np.full(2000, 0.2503)}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=200))
    assert verdict.kind == "no_lift"


def test_a_gain_in_level_alone_is_no_reason_to_rank():
    """A flat model that merely knows the new rate beats the old base rate and still orders nothing."""
    labels = np.tile([1.0, 0], 500)
    old = BaseRate().fit(np.empty((1000, 0)), np.repeat([1, 0], [100, 900])).predict_proba(labels)[:, 1]
    models = {"hotlead": np.full(1000, 0.45), "base rate": old}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=200))
    assert verdict.kind == "unclear"
    assert "only in level" in verdict.sentences[0]
    assert "Do not rank leads by it." in verdict.sentences[0]


def test_a_good_order_with_wrong_probabilities_is_said_to_be_that():
    """A model far off in level loses to the base rate but its order is not thrown away."""
    verdict = rp.compute_verdict(make_comparison(shift=4.0))
    assert verdict.kind == "unclear"
    assert "Use the order, not the probability." in verdict.sentences[0]


@pytest.mark.parametrize(("won", "lost"), [(0, 500), (9, 500), (500, 9), (500, 0)])
def test_too_few_outcomes_give_no_verdict(won, lost):
    """Fewer than ten leads of one outcome cannot carry an interval, however good the numbers look."""
    labels = np.repeat([1.0, 0.0], [won, lost])
    models = {"hotlead": 0.8 * labels + 0.1, "base rate": np.full(won + lost, 0.4)}
    verdict = rp.compute_verdict(compute_comparison(labels, models, "hotlead", seed=0, repeats=50))
    assert verdict.kind == "unclear"
    assert f"only {min(won, lost)} leads of one outcome" in verdict.sentences[0]


def test_a_small_test_period_brings_a_caution():
    """Between ten and a hundred outcomes the verdict stands with a warning; above it stands alone."""
    small, large = make_comparison(n=200), make_comparison()
    assert "take it with care" in rp.compute_verdict(small).sentences[-1]
    assert "take it with care" not in " ".join(rp.compute_verdict(large).sentences)


def test_a_simpler_model_that_does_as_well_is_named():
    """A rival the model does not clearly beat is said so; a beaten one is listed."""
    told = " ".join(rp.compute_verdict(make_comparison()).sentences)
    rows = {row.model: row for row in rp.list_rows(make_comparison())}
    assert rows["points scorecard"].difference_lower > 0
    assert "also beats the" in told
    equal = make_comparison().copy()
    logistic = equal["model"] == "logistic regression"
    equal.loc[logistic, ["difference_lower", "difference_upper"]] = [-0.001, 0.001]
    assert "not clearly better than the logistic regression" in " ".join(rp.compute_verdict(equal).sentences)
    equal.loc[logistic, ["difference_lower", "difference_upper"]] = [-0.003, -0.001]
    assert "is worse than the logistic regression" in " ".join(rp.compute_verdict(equal).sentences)


def test_the_base_rate_of_the_training_period_is_the_opponent():
    """When the rate has moved, the opponent keeps the old rate and is easier to beat than the test's own."""
    old, own = make_comparison(rate=0.1), make_comparison()
    loss = [table.set_index("model").loc["base rate", "log_loss"] for table in (old, own)]
    assert loss[0] > loss[1]
    assert "base rate of the training period" in rp.compute_verdict(old).sentences[0]


@pytest.mark.parametrize("reference", ["logistic regression", "points scorecard"])
def test_a_comparison_without_the_paired_difference_is_refused(reference):
    """Against a third model there is no interval for the verdict to rest on."""
    with pytest.raises(rp.UnpairedComparison, match="reference"):
        rp.compute_verdict(make_comparison(reference=reference))
    with pytest.raises(rp.UnpairedComparison):
        rp.compute_verdict(make_comparison().query("model != 'base rate'"))


def test_a_report_comes_back_from_json_unchanged(tmp_path):
    """Reading what was written gives an equal report."""
    report = make_report()
    rp.write_report_json(report, tmp_path / "report.json")
    assert rp.read_report_json(tmp_path / "report.json") == report


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    settings_=st.dictionaries(
        st.text(), st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text())
    ),
    numbers=st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)),
    warnings=st.lists(st.text()),
)
def test_any_text_and_number_survives_json(tmp_path, settings_, numbers, warnings):
    """Names and values of any kind come back as they were."""
    report = make_report(settings=settings_, calibrator_evidence=numbers, thresholds=numbers)
    report = replace(report, data=replace(report.data, warnings=tuple(warnings)))
    rp.write_report_json(report, tmp_path / "report.json")
    assert rp.read_report_json(tmp_path / "report.json") == report


def test_a_number_that_is_not_one_is_null_in_json(tmp_path):
    """A NaN metric is None in the report, null in the file, and a dash on the page."""
    table = compute_comparison(np.zeros(20), {"hotlead": np.full(20, 0.1)}, "hotlead", seed=0, repeats=10)
    report = make_report(comparison=rp.list_rows(table), settings={"gain": float("nan")})
    rp.write_report_json(report, tmp_path / "report.json")
    raw = json.loads((tmp_path / "report.json").read_text(), parse_constant=pytest.fail)
    assert raw["comparison"][0]["auc"] is None
    assert raw["settings"]["gain"] is None
    assert rp.read_report_json(tmp_path / "report.json").comparison == report.comparison
    assert "–" in render(report, 120)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1", b"\xff\xfe", b'{"model": 3}'])
def test_a_file_that_is_no_report_is_refused(tmp_path, content):
    """A damaged or foreign file raises one clear error that names it."""
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(rp.MalformedReport, match=r"report\.json"):
        rp.read_report_json(path)


def test_the_rows_of_a_comparison_keep_every_number():
    """Listing the rows loses nothing of the table."""
    comparison = make_comparison()
    back = pd.DataFrame([msgspec.to_builtins(row) for row in rp.list_rows(comparison)])
    pd.testing.assert_frame_equal(back[comparison.columns], comparison)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_terminal_report_fits_and_shows_every_number(width):
    """No line is wider than the terminal, no cell is cut, and all models and metrics are there."""
    report = make_report()
    text = render(report, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for row in report.comparison:
        values = (row.log_loss, row.brier, row.average_precision, row.auc, row.calibration_error, row.lift_at_10)
        assert all(f"{value:.3f}" in text for value in values)
        assert row.model in text or width < 100
    assert f"{report.comparison[1].difference_upper:+.3f}]" in text
    assert "2,000 rows, 600 won (30.0%), 2025-01-01 to 2025-12-31, used to measure" in " ".join(text.split())


def test_markup_in_names_is_printed_as_it_is():
    """Square brackets in the company's data are text to the terminal."""
    report = make_report(model="[red]x[/red]", settings={"[bold]": "[/]"})
    assert "[red]x[/red]" in render(report, 120)
    assert "[bold] [/]" in render(report, 120)


class Elements(HTMLParser):
    """Collect the elements of a page and check that each is closed."""

    VOID = ("meta", "link", "br", "img")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        """Remember an element."""
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Remember an element without content."""
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        """Close the element that is open."""
        assert self.open.pop() == tag


def write_page(path, report, caption="Lift"):
    """Write a page with two figures and parse it."""
    p = np.linspace(0.1, 0.9, 50)
    figure = plot_lift({"hotlead": compute_gains(np.tile([0.0, 1.0], 25), p)})
    rp.write_html(report, {caption: figure, "Again": figure}, path)
    page = path.read_text(encoding="utf-8")
    elements = Elements()
    elements.feed(page)
    assert not elements.open
    return page, elements


def test_the_page_stands_alone(tmp_path):
    """One file, every element closed, ids unique, no script, no address, nothing to load."""
    page, elements = write_page(tmp_path / "report.html", make_report())
    ids = [value for name, value in elements.attributes if name == "id"]
    assert "://" not in page
    assert not {"script", "link", "img", "iframe", "object"} & set(elements.seen)
    assert not [name for name, _ in elements.attributes if name.startswith("on") or name == "src"]
    assert all(value.startswith("#") for name, value in elements.attributes if name == "href")
    assert len(ids) == len(set(ids))
    assert elements.seen.count("svg") == 2
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_page_opens_with_the_verdict_and_holds_the_table(tmp_path):
    """The verdict comes before the table, the table before the settings, with every model in it."""
    report = make_report()
    page, _ = write_page(tmp_path / "report.html", report)
    marks = [page.index(report.verdict.sentences[0]), page.index("<table>"), page.index("<dl>")]
    assert marks == sorted(marks)
    for row in report.comparison:
        assert f"<td>{row.model}</td><td>{row.log_loss:.3f}</td>" in page


def test_everything_on_the_page_is_escaped(tmp_path):
    """Markup in any text of the report stays text."""
    evil = '"><script>x</script>{0}&'
    report = make_report(
        model=evil,
        calibrator=evil,
        calibrator_evidence={evil: 0.1},
        settings={evil: evil},
        thresholds={evil: 0.5},
        comparison=tuple(replace(row, model=evil, reference=evil) for row in make_report().comparison),
        periods=(rp.Period(name=evil, purpose=evil, rows=0, positives=0),),
        verdict=rp.Verdict(kind="lift", sentences=(evil,)),
    )
    report = replace(report, data=replace(report.data, name=evil, fingerprint=evil, warnings=(evil,)))
    page, elements = write_page(tmp_path / "report.html", report, caption=evil)
    assert "script" not in elements.seen
    assert page.count("&lt;script&gt;") >= 15
