"""The registry: versions and aliases, the way forward and the way back, and what is not there."""

from datetime import UTC, datetime
from pathlib import Path

import mlflow
import pytest

from features.contract import Column, LeadSchema
from models.artifact import check_manifest, fingerprint_of, load_scorer
from models.registry import NothingToRollBack, Registry, RegistryUnavailable, UnknownVersion
from training.tracking import prepare_tracking, track_run

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def artifact(trained_home, tmp_path_factory):
    """Version 1's artifact, downloaded."""
    registry = Registry(f"sqlite:///{trained_home.folder / 'mlflow.db'}")
    return registry.download("1", tmp_path_factory.mktemp("download"))


@pytest.fixture(scope="module")
def shared(artifact, tmp_path_factory):
    """A registry with three versions of one model, none of which has an alias."""
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    experiment = prepare_tracking(uri, folder / "files")
    registry = Registry(uri, name="veltarn")
    for _ in range(3):
        with track_run(experiment, "a training"):
            registry.register(artifact, load_scorer(artifact).feature_set.schema)
    return registry


@pytest.fixture
def registry(shared):
    """The registry, cleared of aliases and of what was promoted in another test."""
    mlflow.set_tracking_uri(shared.tracking_uri)
    yield shared
    for version in shared.list_versions():
        for alias in version.aliases:
            shared._client.delete_registered_model_alias(shared.name, alias)
        for tag in shared._client.get_model_version(shared.name, version.number).tags:
            shared._client.delete_model_version_tag(shared.name, version.number, tag)


def test_versions_are_listed_newest_first_with_their_aliases(registry):
    """Each version has its number, its run, the moment it was registered, and the names it goes by."""
    registry.set_challenger("3")
    registry.promote("1", NOW)
    versions = registry.list_versions()
    assert [version.number for version in versions] == ["3", "2", "1"]
    assert [version.aliases for version in versions] == [("challenger",), (), ("champion",)]
    assert len({version.run_id for version in versions}) == 3
    assert all(version.registered_at.tzinfo == UTC for version in versions)


def test_nothing_is_registered_in_an_empty_registry(shared):
    """A name that nobody has used has no version and no champion."""
    empty = Registry(shared.tracking_uri, name="nobody")
    assert empty.list_versions() == []
    assert empty.find_champion() is None
    with pytest.raises(NothingToRollBack, match="there is no champion yet"):
        empty.get_replaced()


def test_promoting_the_challenger_leaves_no_challenger(registry):
    """The alias moves on: what is in force challenges nobody."""
    registry.set_challenger("2")
    assert registry.promote("challenger", NOW) == "2"
    assert registry.find_champion() == "2"
    with pytest.raises(UnknownVersion):
        registry.promote("challenger", NOW)


def test_promoting_another_leaves_the_challenger_alone(registry):
    """A version that is promoted by its number takes no alias from another."""
    registry.set_challenger("3")
    registry.promote("2", NOW)
    assert registry.list_versions()[0].aliases == ("challenger",)


def test_rolling_back_goes_back_version_by_version(registry):
    """Each step back is to the version that was replaced, and the first of all replaced none."""
    for number in ("1", "2", "3"):
        registry.promote(number, NOW)
    assert [registry.roll_back(), registry.find_champion()] == ["2", "2"]
    assert [registry.roll_back(), registry.find_champion()] == ["1", "1"]
    with pytest.raises(NothingToRollBack, match="version 1 replaced no other"):
        registry.roll_back()
    assert registry.find_champion() == "1"


def test_rolling_back_never_goes_forth(registry):
    """A version that was in force twice is gone back from twice, and not in a circle."""
    for number in ("1", "2", "1"):
        registry.promote(number, NOW)
    assert [registry.roll_back(), registry.roll_back()] == ["2", "1"]
    with pytest.raises(NothingToRollBack):
        registry.roll_back()


def test_promoting_the_champion_again_forgets_nothing(registry):
    """Promoting what is in force already leaves the way back open."""
    for number in ("1", "2", "2"):
        registry.promote(number, NOW)
    assert registry.get_replaced() == "1"


def test_a_downloaded_version_is_whole(registry, artifact, tmp_path):
    """What comes back by number or by alias is the artifact that was registered, to the byte."""
    registry.promote("2", NOW)
    for asked in ("2", "champion"):
        fetched = registry.download(asked, tmp_path / asked)
        check_manifest(fetched)
        assert fingerprint_of(fetched) == fingerprint_of(artifact)


@pytest.mark.parametrize("asked", ["7", "challenger", "no such name", "²", "", "1; drop"])
def test_an_unknown_version_is_told_in_one_line(registry, tmp_path, asked):
    """A number or a name that is not there ends in a plain sentence, whoever asks."""
    for ask in (
        lambda: registry.download(asked, tmp_path),
        lambda: registry.promote(asked, NOW),
        lambda: registry.set_challenger(asked),
    ):
        with pytest.raises(
            UnknownVersion, match=r"the registry has no .* of veltarn: run `hotlead train`"
        ) as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_a_registry_that_does_not_answer_is_no_empty_registry(monkeypatch):
    """Where the server cannot be reached, nobody is told to train again."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    unreachable = Registry("http://127.0.0.1:9")
    for ask in (unreachable.find_champion, lambda: unreachable.promote("1", NOW)):
        with pytest.raises(RegistryUnavailable, match="check MLFLOW_TRACKING_URI"):
            ask()


def test_the_registered_model_holds_nothing_pickled(registry):
    """It is text and JSON beside code: no pickle, no compiled file, and no lead of anybody's as an example."""
    folder = Path(mlflow.artifacts.download_artifacts("models:/veltarn/1", tracking_uri=registry.tracking_uri))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files if "code" not in path.parts} <= {".txt", ".json", ".py", ".yaml", ""}
    assert {path.suffix for path in files if "code" in path.parts} == {".py"}
    assert not [path for path in files if "example" in path.name]


def test_the_signature_takes_the_schema_and_nothing_is_required(registry):
    """Numbers may come as integers, texts as texts, and any column may be missing."""
    signature = mlflow.models.get_model_info("models:/veltarn/1").signature
    columns = {column.name: column for column in signature.inputs}
    assert {"lead_id", "as_of", "events", "industry", "employees", "source"} <= set(columns)
    assert not any(column.required for column in columns.values())
    assert [column.name for column in signature.outputs][:3] == ["probability", "score", "bucket"]
    assert {param.name for param in signature.params} == {"as_of", "most_reasons"}


def test_registering_says_nothing(registry, artifact, capsys):
    """What MLflow would print about it is not ours to print."""
    quiet = Registry(registry.tracking_uri, name="quiet")
    with mlflow.start_run(experiment_id="1"):
        quiet.register(artifact, LeadSchema((Column(name="industry", kind="text"),)))
    said = capsys.readouterr()
    assert said.out == said.err == ""
