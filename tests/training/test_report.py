"""The report: files that come back unchanged, and a terminal that shows every number."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.training.reports import make_comparison, make_report, render
from training import report as rp
from training.evaluation import compute_comparison


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
