"""The champion on disk: whole or not at all, and healed by promoting again."""

import json

import pytest

from models.artifact import DamagedArtifact, fingerprint_of, load_scorer, save_scorer
from models.champion import NoChampion, UnreadableChampion, find_champion, get_champion, publish_champion


@pytest.fixture(scope="session")
def artifact(fitted, tmp_path_factory):
    """A saved scorer."""
    folder = tmp_path_factory.mktemp("champion") / "scorer"
    save_scorer(fitted.scorer, folder, examples=fitted.test_table)
    return folder


def test_there_is_no_champion_at_first(tmp_path):
    """An empty home has none, and whoever needs one is told what to do."""
    assert find_champion(tmp_path) is None
    with pytest.raises(NoChampion, match="run `hotlead train`, then `hotlead promote`"):
        get_champion(tmp_path)


def test_a_published_champion_is_found_and_loads(artifact, tmp_path):
    """What is in force has its version, its fingerprint and a whole copy in the home."""
    champion = publish_champion(artifact, "7", tmp_path)
    assert get_champion(tmp_path) == champion
    assert champion.fingerprint == fingerprint_of(artifact)
    load_scorer(champion.folder(tmp_path))
    assert sorted(path.name for path in (tmp_path / "champion").iterdir()) == sorted(
        ["current.json", champion.folder(tmp_path).name]
    )


def test_a_damaged_artifact_leaves_the_champion_in_force(artifact, tmp_path):
    """What does not match its manifest is refused before anything changes."""
    champion = publish_champion(artifact, "1", tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in artifact.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "scorer.json").write_bytes(b"{}")
    with pytest.raises(DamagedArtifact):
        publish_champion(broken, "2", tmp_path)
    assert get_champion(tmp_path) == champion


@pytest.mark.parametrize("damage", ["cut", "missing", "empty"])
def test_publishing_again_heals_a_damaged_copy(artifact, tmp_path, damage):
    """A copy that was cut short, lost a file or all of them is written anew."""
    folder = publish_champion(artifact, "1", tmp_path).folder(tmp_path)
    for file in list(folder.iterdir()) if damage == "empty" else [folder / "golden.json"]:
        file.write_bytes(b"") if damage == "cut" else file.unlink()
    publish_champion(artifact, "1", tmp_path)
    load_scorer(folder)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"version": "1"}', json.dumps({"version": "1", "x": 2})])
def test_an_unreadable_pointer_is_told_in_one_line(tmp_path, content):
    """Whatever stands in current.json, it ends in a plain sentence."""
    (tmp_path / "champion").mkdir()
    (tmp_path / "champion" / "current.json").write_text(content)
    with pytest.raises(UnreadableChampion, match="run `hotlead promote` again") as caught:
        find_champion(tmp_path)
    assert "\n" not in str(caught.value)
