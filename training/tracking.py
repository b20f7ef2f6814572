"""Tracking: every training as a run in MLflow, with its parameters, metrics, plots, data fingerprint and model."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Read when MLflow is imported; a user who wants telemetry sets it to false.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# A server that is away is said to be within seconds, not minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")

import mlflow
from matplotlib.figure import Figure
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

EXPERIMENT = "hotlead"


class TrackingUnavailable(ConnectionError):
    """The tracking server does not answer, or the tracking database cannot be opened."""


def prepare_tracking(tracking_uri: str, artifacts: Path) -> str:
    """Make sure the experiment exists, and return its id.

    A local SQLite file gets its tables on first use. Several processes doing so at once would break it, so a lock
    file lets in one at a time.

    Parameters
    ----------
    artifacts
        Where files go while the tracking address is a local SQLite file; a server has its own place.

    Raises
    ------
    TrackingUnavailable
        If MLflow cannot be reached.
    """
    mlflow.set_tracking_uri(tracking_uri)
    if not tracking_uri.startswith("sqlite:///"):
        return _ensure_experiment(tracking_uri, None)
    database = Path(tracking_uri.removeprefix("sqlite:///"))
    database.parent.mkdir(parents=True, exist_ok=True)
    with _locked(database.with_suffix(".lock")):
        return _ensure_experiment(tracking_uri, artifacts.resolve().as_uri())


@contextmanager
def track_run(experiment_id: str, name: str) -> Iterator[str]:
    """Open a run and give its id; a run that raises is marked as failed."""
    with mlflow.start_run(experiment_id=experiment_id, run_name=name) as run:
        yield run.info.run_id


def record_run(
    *,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    figures: Mapping[str, Figure],
    files: Mapping[str, Path],
) -> None:
    """Record one training into the active run.

    Parameters
    ----------
    metrics
        Those that are NaN are left out.
    figures, files
        By the name or folder they get in the run.
    """
    mlflow.log_params(dict(params))
    mlflow.log_metrics({name: value for name, value in metrics.items() if value == value})
    mlflow.set_tags(dict(tags))
    for name, figure in figures.items():
        mlflow.log_figure(figure, f"plots/{name}.png")
    for folder, path in files.items():
        mlflow.log_artifact(str(path), folder)


def _ensure_experiment(tracking_uri: str, artifact_location: str | None) -> str:
    client = MlflowClient(tracking_uri)
    found = _find_experiment(client)
    if found is not None:
        return found
    try:
        return str(client.create_experiment(EXPERIMENT, artifact_location=artifact_location))
    except MlflowException:
        # Another process made it between the question and the answer.
        found = _find_experiment(client)
        if found is None:
            raise
        return found


def _find_experiment(client: MlflowClient) -> str | None:
    try:
        found = client.get_experiment_by_name(EXPERIMENT)
    except MlflowException as error:
        raise TrackingUnavailable("MLflow does not answer: check MLFLOW_TRACKING_URI") from error
    return None if found is None else str(found.experiment_id)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
