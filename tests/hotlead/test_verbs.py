"""The verbs: training, promoting, going back and looking, with registry and disk in step."""

import copy
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import mlflow
import pytest
from typer.testing import CliRunner

from hotlead import main
from hotlead.home import Home
from hotlead.verbs.promote import WorseThanChampion, promote_version
from models.artifact import save_scorer
from models.champion import find_champion
from models.estimator import TrainableScorer
from models.registry import MissingFiles, NothingToRollBack, Registry, UnknownVersion
from training.history import write_history
from training.tracking import track_run


def ask(home, *arguments):
    """Run a verb that answers in JSON; what it raises is raised here."""
    verb, *rest = map(str, arguments)
    done = CliRunner().invoke(main.app, [verb, *rest, "--home", str(home.folder), "--json"], catch_exceptions=False)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def scorers(fitted, trained_home):
    """Two scorers that call themselves what version 1 does: its equal, and one that learned the wrong way round."""
    folder = trained_home.folder / "twin"
    artifact = Registry(f"sqlite:///{trained_home.folder / 'mlflow.db'}").download("1", folder)
    about = json.loads((artifact / "scorer.json").read_text("utf-8"))["about"]
    labels = 1 - fitted.rows.labels[fitted.split.development]
    settings = replace(fitted.settings, rounds=60)
    confused = TrainableScorer(fitted.table.feature_set, settings).fit(
        fitted.table.take(fitted.split.development), labels
    )
    twin = copy.copy(fitted.scorer)
    twin.about_ = confused.about_ = about
    return {"twin": twin, "confused": confused}


@pytest.fixture
def register(home, scorers, fitted, tmp_path):
    """Return a function that registers one of the scorers as the home's next version."""

    def register_scorer(name):
        folder = tmp_path / "artifact"
        save_scorer(scorers[name], folder, examples=fitted.test_table)
        registry = Registry(home.tracking_uri)
        files = (tmp_path / "files").as_uri()
        experiment = mlflow.create_experiment(name, artifact_location=files)
        with track_run(experiment, name):
            return registry.register(folder, scorers[name].feature_set.schema)

    return register_scorer


def list_in_force(home):
    """Return the champion by the registry and by the disk."""
    on_disk = find_champion(home.folder)
    return Registry(home.tracking_uri).find_champion(), on_disk and on_disk.version


def test_the_first_model_is_promoted_without_a_comparison(home):
    """The challenger of the training becomes the champion, in the registry and on the disk."""
    assert list_in_force(home) == (None, None)
    assert ask(home, "promote") == {"champion": "1", "decision": "There was no champion before."}
    assert list_in_force(home) == ("1", "1")


def test_an_equal_model_is_promoted_and_gone_back_from(home, register):
    """Going back restores the former model in both places, and once more there is nothing to go back to."""
    ask(home, "promote")
    assert register("twin") == "2"
    answer = ask(home, "promote", "2")
    assert answer["champion"] == "2"
    assert answer["decision"].startswith("The challenger is not worse than the champion on the same")
    assert list_in_force(home) == ("2", "2")
    assert ask(home, "rollback") == {"champion": "1"}
    assert list_in_force(home) == ("1", "1")
    with pytest.raises(NothingToRollBack):
        ask(home, "rollback")
    assert list_in_force(home) == ("1", "1")


def test_a_worse_model_is_refused_unless_it_is_forced(home, register):
    """Nothing changes on a refusal; --force promotes it, and the way back is open."""
    ask(home, "promote")
    register("confused")
    with pytest.raises(WorseThanChampion, match=r"is worse than the champion .* --force promotes it all the same"):
        ask(home, "promote", "2")
    assert list_in_force(home) == ("1", "1")
    assert ask(home, "promote", "2", "--force")["champion"] == "2"
    assert list_in_force(home) == ("2", "2")
    ask(home, "rollback")
    assert list_in_force(home) == ("1", "1")


@pytest.mark.parametrize("asked", ["9", "newest"])
def test_an_unknown_version_changes_nothing(home, asked):
    """A version that is not there ends in one line, before anything is in force."""
    with pytest.raises(UnknownVersion):
        ask(home, "promote", asked)
    assert list_in_force(home) == (None, None)


def test_nothing_was_trained(tmp_path, monkeypatch):
    """Promoting and going back in an empty home say what to do first."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    empty = Home(tmp_path / "empty")
    with pytest.raises(UnknownVersion, match="run `hotlead train`"):
        ask(empty, "promote")
    with pytest.raises(NothingToRollBack, match="run `hotlead promote`"):
        ask(empty, "rollback")


@pytest.mark.parametrize("damage", ["pointer", "artifact"])
def test_promoting_again_heals_a_champion_that_cannot_be_read(home, register, damage):
    """A damaged champion is not compared with and does not stand in the way of the next."""
    ask(home, "promote")
    broken = find_champion(home.folder).folder(home.folder) / "scorer.json"
    (broken if damage == "artifact" else home.folder / "champion" / "current.json").write_text("{")
    _, decision = promote_version(home, "1", force=False)
    assert "the champion on disk cannot be read" in decision
    assert list_in_force(home) == ("1", "1")
    assert ask(home, "doctor")["champion"].startswith("version 1, whole")


def test_without_a_history_nothing_is_compared(home, register):
    """Where the history is gone the challenger is promoted, and the decision says why without a comparison."""
    ask(home, "promote")
    register("confused")
    for file in home.history.iterdir():
        file.unlink()
    answer = ask(home, "promote", "2")
    assert answer["decision"].startswith("The challenger was not compared with the champion: no history")
    assert list_in_force(home) == ("2", "2")


def test_a_history_that_is_too_short_does_not_stand_in_the_way(home, register, make_history):
    """After an import of a few leads there is nothing to compare on, and that is said."""
    ask(home, "promote")
    register("twin")
    write_history(make_history(n=60), home.history)
    assert "too few" in ask(home, "promote", "2")["decision"]


def test_files_that_are_gone_are_told(home, register, tmp_path):
    """A registry whose files were deleted says so, and nothing is put in force."""
    register("twin")
    shutil.rmtree(tmp_path / "files")
    with pytest.raises(MissingFiles, match="version 2 has no scorer where it was registered"):
        ask(home, "promote", "2")
    assert list_in_force(home) == (None, None)


def test_doctor_says_what_is_there(home):
    """Versions, the kernels and the home's parts are told; a broken champion is told and raises nothing."""
    found = ask(home, "doctor")
    assert found["history"] == "imported"
    assert found["champion"].startswith("none yet")
    ask(home, "promote")
    assert ask(home, "doctor")["champion"].startswith("version 1, whole, scores its golden rows")
    (find_champion(home.folder).folder(home.folder) / "golden.json").write_text("[]")
    assert ask(home, "doctor")["champion"].startswith("broken: golden.json is not what was saved")


def test_report_reads_the_latest_again(home):
    """The verb prints what the training wrote, as JSON or for people."""
    assert ask(home, "report") == json.loads((home.reports / "1.json").read_text("utf-8"))
    told = CliRunner().invoke(main.app, ["report", "1", "--home", str(home.folder)], catch_exceptions=False)
    assert "Hotlead lead scorer" in told.stdout
    assert str(home.reports / "1.html") in told.stdout.replace("\n", "")


def test_training_registers_a_challenger(tmp_path, make_history, monkeypatch):
    """From a history on disk the verb makes a version, its report and its page, and puts nothing in force."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    home = Home(tmp_path)
    write_history(make_history(n=500, snapshots="created"), home.history)
    answer = ask(home, "train", "--reps", 2, "--hot-per-rep", 3, "--seed", 3, "--test-share", 0.25)
    assert answer["version"] == "1"
    assert answer["report"]["settings"]["seed"] == 3
    assert (home.reports / "1.html").is_file()
    assert list_in_force(home) == (None, None)
    (version,) = Registry(home.tracking_uri).list_versions()
    assert version.aliases == ("challenger",)
    assert version.registered_at <= datetime.now(UTC)
