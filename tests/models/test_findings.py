"""The findings: what was measured is read back as it was written."""

from datetime import UTC, datetime

import pytest

from models.findings import (
    Driver,
    Findings,
    GainsCurve,
    Measured,
    ReliabilityBin,
    ScoreBin,
    Stretch,
    TurningPoint,
    UnreadableFindings,
    find_findings,
    write_findings,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FINDINGS = Findings(
    measured=(
        Measured(
            model="hotlead",
            log_loss=0.1,
            brier=0.05,
            average_precision=None,
            auc=0.8,
            auc_lower=0.7,
            auc_upper=0.9,
            calibration_error=0.01,
            lift_at_10=4.0,
            difference=0.0,
            difference_lower=0.0,
            difference_upper=0.0,
            n=100,
            positives=5,
        ),
    ),
    reliability=(ReliabilityBin(predicted=0.1, seen=0.2, lower=0.1, upper=0.3, count=10),),
    gains=(GainsCurve(model="hotlead", captured=tuple(place / 100 for place in range(101))),),
    distribution=(ScoreBin(begins=0.1, ends=0.2, won=1, lost=2),),
    turning_points=(TurningPoint(threshold=0.3, leads=4, won=1, weeks=(1, 3)),),
    drivers=(Driver(name="industry", importance=0.4),),
    stretches=(Stretch(name="test", rows=100, positives=5, start=NOW, end=None),),
)


def test_findings_come_back_as_they_went(tmp_path):
    """Writing and reading give the very same values."""
    write_findings(FINDINGS, tmp_path / "one.json")
    assert find_findings(tmp_path / "one.json") == FINDINGS


def test_without_a_file_there_is_none(tmp_path):
    """A model of an older training has no findings, and that is no error."""
    assert find_findings(tmp_path / "none.json") is None


@pytest.mark.parametrize("content", [b"{}", b"[", b"\xff\xfe", b"null"])
def test_another_file_holds_no_findings(tmp_path, content):
    """What is something else says what to do."""
    (tmp_path / "odd.json").write_bytes(content)
    with pytest.raises(UnreadableFindings, match="train anew"):
        find_findings(tmp_path / "odd.json")
