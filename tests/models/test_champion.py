"""The champion: replaced in one step, so that readers see the old or the new one, whatever dies meanwhile."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from models.artifact import DamagedArtifact, check_manifest, fingerprint_of, load_scorer, save_scorer
from models.champion import (
    Champion,
    NoChampion,
    UnreadableChampion,
    find_champion,
    get_champion,
    publish_champion,
)
from tests.models.examples import make_scorer, make_table


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    """Return two artifacts that differ."""
    folder = tmp_path_factory.mktemp("artifacts")
    scorer = make_scorer(150)
    for name in ("one", "two"):
        scorer.about_ = {"name": name}
        save_scorer(scorer, folder / name, examples=make_table(10))
    return folder / "one", folder / "two"


def test_there_is_none_at_first(tmp_path):
    """Before a first promotion there is no champion, and asking for one says what to do."""
    assert find_champion(tmp_path) is None
    with pytest.raises(NoChampion, match="run `hotlead train`, then `hotlead promote`"):
        get_champion(tmp_path)


def test_a_published_artifact_is_in_force(artifacts, tmp_path):
    """The champion is the artifact published last; the one before stays on disk, whole."""
    first = publish_champion(artifacts[0], "1", tmp_path)
    assert get_champion(tmp_path) == first == Champion(version="1", fingerprint=fingerprint_of(artifacts[0]))
    second = publish_champion(artifacts[1], "2", tmp_path)
    assert get_champion(tmp_path) == second
    for champion, name in ((first, "one"), (second, "two")):
        assert load_scorer(champion.folder(tmp_path)).about_ == {"name": name}


def test_publishing_again_changes_nothing(artifacts, tmp_path):
    """The same artifact as the same version is the same champion; another version of it has a folder of its own."""
    champion = publish_champion(artifacts[0], "1", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in champion.folder(tmp_path).iterdir()}
    assert publish_champion(artifacts[0], "1", tmp_path) == champion
    assert {path: path.stat().st_mtime_ns for path in champion.folder(tmp_path).iterdir()} == before
    assert publish_champion(artifacts[0], "2", tmp_path).folder(tmp_path) != champion.folder(tmp_path)


def test_nothing_is_left_lying_about(artifacts, tmp_path):
    """After publishing there are the artifacts and the file that names the champion, nothing else."""
    champions = [publish_champion(artifact, "1", tmp_path) for artifact in artifacts]
    names = {path.name for path in (tmp_path / "champion").iterdir()}
    assert names == {"current.json", *(champion.folder(tmp_path).name for champion in champions)}


def test_a_damaged_artifact_is_not_published(artifacts, tmp_path):
    """An artifact that does not match its manifest is refused, and the champion in force stays."""
    champion = publish_champion(artifacts[0], "1", tmp_path)
    damaged = shutil.copytree(artifacts[1], tmp_path / "damaged")
    (damaged / "member_0.txt").write_text("", encoding="utf-8")
    with pytest.raises(DamagedArtifact):
        publish_champion(damaged, "2", tmp_path)
    assert get_champion(tmp_path) == champion


@pytest.mark.parametrize("harm", ["member_0.txt", "manifest.json", "emptied", "removed"])
def test_publishing_again_heals_a_damaged_copy(artifacts, tmp_path, harm):
    """A copy that was damaged on disk is brought in anew."""
    folder = publish_champion(artifacts[0], "1", tmp_path).folder(tmp_path)
    if harm in ("emptied", "removed"):
        shutil.rmtree(folder)
        if harm == "emptied":
            folder.mkdir()
    else:
        (folder / harm).write_text("", encoding="utf-8")
    publish_champion(artifacts[0], "1", tmp_path)
    check_manifest(folder)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"1"', "{}", '{"version": "1"}', '{"version": 1, "fingerprint": "a"}', "\ud800"],
)
def test_an_unreadable_pointer_says_so(tmp_path, content):
    """A damaged file that names the champion is told apart from no champion at all."""
    (tmp_path / "champion").mkdir()
    (tmp_path / "champion" / "current.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(UnreadableChampion, match="run `hotlead promote` again") as told:
        find_champion(tmp_path)
    assert "\n" not in str(told.value)


def test_readers_never_see_half_a_champion(artifacts, tmp_path):
    """While two publishers take turns, every reader finds a champion that is whole."""
    publish_champion(artifacts[0], "0", tmp_path)
    failures, seen, is_over = [], set(), threading.Event()

    def read():
        while not is_over.is_set():
            try:
                champion = get_champion(tmp_path)
                check_manifest(champion.folder(tmp_path))
                seen.add(champion.version)
            except Exception as error:
                failures.append(error)

    def publish(artifact, versions):
        for version in versions:
            publish_champion(artifact, str(version), tmp_path)

    readers = [threading.Thread(target=read) for _ in range(3)]
    publishers = [threading.Thread(target=publish, args=(artifacts[i], range(i, 40, 2))) for i in (0, 1)]
    for thread in (*readers, *publishers):
        thread.start()
    for thread in publishers:
        thread.join()
    is_over.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert len(seen) > 1


def test_many_may_publish_the_same_at_once(artifacts, tmp_path):
    """Publishers of one artifact and version do not trip over each other."""
    failures = []

    def publish():
        try:
            publish_champion(artifacts[0], "1", tmp_path)
        except Exception as error:
            failures.append(error)

    for _ in range(5):
        shutil.rmtree(tmp_path / "champion", ignore_errors=True)
        threads = [threading.Thread(target=publish) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check_manifest(get_champion(tmp_path).folder(tmp_path))
    assert failures == []


_PUBLISHES_FOR_EVER = """
import itertools, sys
from pathlib import Path
from models.champion import publish_champion
one, two, home = map(Path, sys.argv[1:])
publish_champion(one, "0", home)
print("ready", flush=True)
for version in itertools.count(1):
    publish_champion((one, two)[version % 2], str(version), home)
"""


def test_a_publisher_killed_in_the_middle_leaves_a_champion(artifacts, tmp_path):
    """Whenever a publisher is killed, the champion in force is whole, and the next publisher succeeds."""
    delays = random.Random(0)
    for attempt in range(3):
        home = tmp_path / str(attempt)
        command = [sys.executable, "-c", _PUBLISHES_FOR_EVER, *map(str, (*artifacts, home))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as publisher:
            assert publisher.stdout.readline() == "ready\n"
            time.sleep(delays.uniform(0.005, 0.1))
            os.kill(publisher.pid, signal.SIGKILL)
        assert publisher.returncode == -signal.SIGKILL
        champion = get_champion(home)
        assert load_scorer(champion.folder(home)).about_["name"] in ("one", "two")
        assert get_champion(home) == champion
        later = publish_champion(artifacts[0], "later", home)
        assert json.loads((home / "champion" / "current.json").read_text("utf-8"))["version"] == later.version
