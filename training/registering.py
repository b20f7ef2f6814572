"""Registering: a fitted scorer becomes a tracked run, a report and a version in the registry."""

import copy
import tempfile
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from models.artifact import save_scorer
from models.registry import Registry
from training.fitting import Fitted, TrainingOptions
from training.history import History
from training.measuring import gather_findings
from training.report import TrainingReport, write_html, write_report_json
from training.summarising import build_report, describe_scorer, draw_figures
from training.tracking import prepare_tracking, record_run, track_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Where a training ended up."""

    version: str
    run_id: str
    report: TrainingReport
    page: Path


def register_fitted(
    fitted: Fitted,
    history: History,
    options: TrainingOptions,
    *,
    tracking_uri: str,
    mlflow_artifacts: Path,
    reports: Path,
    now: datetime,
) -> Registered:
    """Track a training in MLflow, register its scorer as the challenger, and write its report.

    Parameters
    ----------
    mlflow_artifacts
        Where MLflow keeps files while its address is a local SQLite file.
    reports
        Folder that gets ``<version>.html`` and ``<version>.json``.
    """
    experiment = prepare_tracking(tracking_uri, mlflow_artifacts)
    registry = Registry(tracking_uri)
    scorer = copy.copy(fitted.scorer)
    scorer.about_ = describe_scorer(fitted, history, options, now=now)
    report = build_report(fitted, history, name="Hotlead lead scorer", now=now)
    figures = draw_figures(fitted)
    with tempfile.TemporaryDirectory() as scratch, track_run(experiment, f"train {now:%Y-%m-%d %H:%M}") as run_id:
        artifact = Path(scratch) / "scorer"
        fingerprint = save_scorer(
            scorer, artifact, examples=_pick_examples(fitted), findings=gather_findings(fitted, history, report)
        )
        page, plain = Path(scratch) / "report.html", Path(scratch) / "report.json"
        write_html(report, figures, page)
        write_report_json(report, plain)
        record_run(
            params=_list_params(fitted, options),
            metrics=_list_metrics(report),
            tags={"history": history.about.fingerprint, "artifact": fingerprint, "verdict": report.verdict.kind},
            figures={caption.lower().replace(" ", "_"): figure for caption, figure in figures.items()},
            files={"report": page},
        )
        version = registry.register(artifact, scorer.feature_set.schema)
        registry.set_challenger(version)
        kept = _keep_report(page, plain, reports, version)
    return Registered(version=version, run_id=run_id, report=report, page=kept)


def _pick_examples(fitted: Fitted) -> Any:
    """Pick golden rows evenly over the test rows."""
    n = len(fitted.test_table)
    return fitted.test_table.take(np.linspace(0, n - 1, min(16, n)).astype(np.intp))


def _list_params(fitted: Fitted, options: TrainingOptions) -> dict[str, Any]:
    chosen = {f"booster.{name}": value for name, value in asdict(fitted.settings).items()}
    lines = asdict(fitted.additive) if fitted.additive is not None else {}
    return {
        **chosen,
        **{f"additive.{name}": value for name, value in lines.items()},
        "split": fitted.split.kind,
        "test_share": options.test_share,
        "horizon_days": fitted.rows.horizon_days,
        "calibrator": fitted.scorer.calibrator_.method,
        "threshold.warm": fitted.scorer.thresholds_.warm,
        "threshold.hot": fitted.scorer.thresholds_.hot,
        "features": len(fitted.table.feature_set.names),
        "feature_set": fitted.table.feature_set.fingerprint,
        "rows": len(fitted.rows),
        "seed": options.seed,
    }


def _list_metrics(report: TrainingReport) -> dict[str, float]:
    names = ("log_loss", "brier", "average_precision", "auc", "calibration_error", "lift_at_10")
    return {
        f"{row.model.replace(' ', '_')}.{name}": float(value)
        for row in report.comparison
        for name in names
        if (value := getattr(row, name)) is not None
    }


def _keep_report(page: Path, plain: Path, reports: Path, version: str) -> Path:
    reports.mkdir(parents=True, exist_ok=True)
    (reports / f"{version}.json").write_bytes(plain.read_bytes())
    kept = reports / f"{version}.html"
    kept.write_bytes(page.read_bytes())
    return kept
