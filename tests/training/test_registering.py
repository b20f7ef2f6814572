"""Registering: a run, a version, a report and a challenger come of one training."""

import json
from datetime import UTC, datetime

import pytest
from mlflow.tracking import MlflowClient

from models.artifact import load_scorer
from models.registry import Registry
from training.registering import register_fitted
from training.report import read_report_json


@pytest.fixture(scope="module")
def uri(trained_home):
    """The trained home's tracking address."""
    return f"sqlite:///{trained_home.folder / 'mlflow.db'}"


@pytest.fixture(scope="module")
def run(uri):
    """The run of version 1."""
    client = MlflowClient(uri)
    return client.get_run(client.get_model_version("hotlead", "1").run_id)


def test_the_new_version_challenges_and_is_not_in_force(uri):
    """Training promotes nothing by itself."""
    (version,) = Registry(uri).list_versions()
    assert (version.number, version.aliases) == ("1", ("challenger",))


def test_the_run_says_what_was_chosen_and_measured(run, history, fitted):
    """Parameters, metrics of every model, and the fingerprints of data and artifact are with the run."""
    assert run.info.status == "FINISHED"
    assert run.data.params["booster.rounds"] == str(fitted.settings.rounds)
    assert run.data.params["horizon_days"] == "30"
    loss = fitted.comparison.set_index("model")["log_loss"]
    assert run.data.metrics["hotlead.log_loss"] == pytest.approx(loss["hotlead"])
    assert run.data.metrics["base_rate.log_loss"] == pytest.approx(loss["base rate"])
    assert run.data.tags["history"] == history.about.fingerprint
    assert run.data.tags["verdict"] == "lift"


def test_the_report_is_kept_as_a_page_and_as_plain_facts(trained_home, run, uri):
    """The home has both under the version's number, the run has the page and the plots."""
    report = read_report_json(trained_home.reports / "1.json")
    assert report.verdict.kind == "lift"
    page = (trained_home.reports / "1.html").read_text("utf-8")
    assert report.verdict.sentences[0].split(" by ")[0] in page
    client = MlflowClient(uri)
    assert [file.path for file in client.list_artifacts(run.info.run_id, "report")] == ["report/report.html"]
    assert "plots/reliability.png" in {file.path for file in client.list_artifacts(run.info.run_id, "plots")}


def test_the_registered_scorer_carries_its_description(uri, history, tmp_path):
    """The artifact loads, scores its golden rows, and says which history it comes from."""
    scorer = load_scorer(Registry(uri).download("1", tmp_path))
    assert scorer.about_["history_fingerprint"] == history.about.fingerprint
    assert scorer.about_["trained_at"] == "2026-01-01T00:00:00+00:00"
    assert scorer.about_["publishes_probability"] is True


def test_the_artifact_holds_no_lead(uri, history, tmp_path):
    """Golden rows are features; no identifier of a lead or an account is written."""
    folder = Registry(uri).download("1", tmp_path)
    golden = json.loads((folder / "golden.json").read_text("utf-8"))
    assert len(golden["probability"]) == 16
    written = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert "lead-" not in written
    assert "account-" not in written


def test_a_report_that_cannot_be_kept_fails_the_run(fitted, history, quick, home):
    """Where the folder for reports is in the way, the run says that it failed."""
    blocked = home.folder / "blocked"
    blocked.write_text("a file")
    with pytest.raises(FileExistsError):
        register_fitted(
            fitted,
            history,
            quick,
            tracking_uri=home.tracking_uri,
            mlflow_artifacts=home.artifacts,
            reports=blocked,
            now=datetime(2026, 2, 1, tzinfo=UTC),
        )
    client = MlflowClient(home.tracking_uri)
    experiment = client.get_experiment_by_name("hotlead").experiment_id
    statuses = {run.info.run_name: run.info.status for run in client.search_runs([experiment])}
    assert statuses["train 2026-02-01 00:00"] == "FAILED"
