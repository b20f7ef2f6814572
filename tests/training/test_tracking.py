"""Tracking: MLflow's tables are made once, runs keep what was measured, and nobody is told about it."""

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from matplotlib.figure import Figure
from mlflow.tracking import MlflowClient

from training.tracking import TrackingUnavailable, prepare_tracking, record_run, track_run

ROOT = Path(__file__).parents[2]
PREPARE = """
import sys
from pathlib import Path
from training.tracking import prepare_tracking
print(prepare_tracking(sys.argv[1], Path(sys.argv[2])))
"""
TELEMETRY = """
import os
import models.registry
print(os.environ["MLFLOW_DISABLE_TELEMETRY"])
if not os.environ.get("DO_NOT_TRACK"):
    del os.environ["MLFLOW_DISABLE_TELEMETRY"]
import training.tracking
print(os.environ["MLFLOW_DISABLE_TELEMETRY"])
"""


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A tracking database with its experiment, and where its files go."""
    folder = tmp_path_factory.mktemp("tracking")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    return uri, prepare_tracking(uri, folder / "files"), folder / "files"


def test_two_processes_may_begin_at_once(tmp_path):
    """On a fresh database both make sure of the tables, and both get the same experiment."""
    command = [
        sys.executable,
        "-c",
        PREPARE,
        f"sqlite:///{tmp_path / 'new' / 'mlflow.db'}",
        str(tmp_path / "files"),
    ]
    begun = [subprocess.Popen(command, cwd=ROOT, stdout=-1, stderr=-1, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in begun]
    assert [process.returncode for process in begun] == [0, 0], said
    assert said[0][0] == said[1][0] != ""


def test_preparing_again_gives_the_same_experiment(tracked):
    """An experiment that is there is found, not made anew."""
    uri, experiment, files = tracked
    assert prepare_tracking(uri, files) == experiment


def test_a_run_keeps_what_was_recorded(tracked, tmp_path):
    """Parameters, metrics, tags, figures and files are in the run; what is no number is left out."""
    uri, experiment, files = tracked
    page = tmp_path / "report.html"
    page.write_text("a report")
    with track_run(experiment, "a training") as run_id:
        record_run(
            params={"rounds": 7},
            metrics={"log_loss": 0.5, "auc": float("nan")},
            tags={"history": "abc"},
            figures={"gains": Figure()},
            files={"report": page},
        )
    run = MlflowClient(uri).get_run(run_id)
    assert run.data.params == {"rounds": "7"}
    assert run.data.metrics == {"log_loss": 0.5}
    assert run.data.tags["history"] == "abc"
    assert run.info.status == "FINISHED"
    kept = sorted(path.name for path in files.rglob("*") if path.is_file())
    assert kept == ["gains.png", "report.html"]


def test_a_training_that_raises_leaves_a_failed_run(tracked):
    """Whoever looks at the runs sees that this one came to nothing."""
    uri, experiment, _ = tracked

    def fail():
        with track_run(experiment, "a failure") as run_id:
            failed.append(run_id)
            raise RuntimeError("no memory")

    failed = []
    with pytest.raises(RuntimeError, match="no memory"):
        fail()
    assert MlflowClient(uri).get_run(failed[0]).info.status == "FAILED"
    assert mlflow.active_run() is None


def test_a_server_that_does_not_answer_is_told_in_one_line(monkeypatch, tmp_path):
    """A tracking address where nobody listens ends in a plain sentence."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingUnavailable, match="MLFLOW_TRACKING_URI") as caught:
        prepare_tracking("http://127.0.0.1:9", tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("asked", "is_off"), [(None, "true"), ("false", "false")])
def test_telemetry_is_off_unless_somebody_wants_it(asked, is_off):
    """Importing either room's door to MLflow turns telemetry off, and leaves a user's own word alone."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_DISABLE_TELEMETRY"}
    environment |= {} if asked is None else {"MLFLOW_DISABLE_TELEMETRY": asked, "DO_NOT_TRACK": "true"}
    command = [sys.executable, "-c", TELEMETRY]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [is_off, is_off]
