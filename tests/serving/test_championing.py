"""Which scorer is in force, and what is refused."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from models.champion import Champion, find_champion, publish_champion
from serving.championing import Championing, NoScorer, ScorerInForce
from serving.proving import RefusedArtifact, prove_artifact


class Counts:
    """Counts swaps and refusals."""

    def __init__(self) -> None:
        self.swapped: list[str] = []
        self.refused = 0

    def swap(self, in_force: ScorerInForce) -> None:
        """Count a swap."""
        self.swapped.append(in_force.champion.version)

    def refuse(self) -> None:
        """Count a refusal."""
        self.refused += 1


async def _trust(folder: Path, fingerprint: str) -> None:
    """Stand in for the proof in a process of its own, where a test is about something else."""


def _watch(home: Path, prove: Callable[[Path, str], Awaitable[None]] = _trust) -> tuple[Championing, Counts]:
    counts = Counts()
    return Championing(home, on_refusal=counts.refuse, on_swap=counts.swap, prove=prove), counts


def _folder(home: Path) -> Path:
    champion = find_champion(home)
    assert champion is not None
    return champion.folder(home)


def test_without_a_champion_there_is_a_reason(tmp_path: Path) -> None:
    """Where nothing was promoted, the reason says what to do."""
    championing, _ = _watch(tmp_path)
    asyncio.run(championing.look())
    with pytest.raises(NoScorer, match="hotlead promote"):
        championing.get()


def test_a_promoted_model_is_put_in_force_once(home: Path, artifacts: dict[str, Path]) -> None:
    """Each promotion is taken up once, and a request keeps the scorer it started with."""
    championing, counts = _watch(home)

    async def promote() -> None:
        await championing.look()
        first = championing.get()
        await championing.look()
        publish_champion(artifacts["2"], "2", home)
        await championing.look()
        await championing.look()
        assert first.champion.version == "1"
        assert championing.get().champion.version == "2"

    asyncio.run(promote())
    assert counts.swapped == ["1", "2"]
    assert championing.trouble is None


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "missing", "added", "manifest", "pointer", "other"])
def test_a_damaged_model_is_refused_and_the_champion_stays(
    home: Path, artifacts: dict[str, Path], damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that is not as it was saved is refused, counted and logged once; the champion keeps scoring."""
    championing, counts = _watch(home)
    caplog.set_level(logging.ERROR, "hotlead.champion")

    async def promote() -> None:
        await championing.look()
        publish_champion(artifacts["2"], "2", home)
        _damage(home, damage)
        await championing.look()
        await championing.look()

    asyncio.run(promote())
    assert championing.get().champion.version == "1"
    assert championing.trouble
    assert counts.refused == (0 if damage == "pointer" else 1)
    assert len(caplog.records) == 1


def test_a_rollback_ends_the_trouble(home: Path, artifacts: dict[str, Path]) -> None:
    """Once the champion in force is the promoted one again, nothing is amiss."""
    championing, _ = _watch(home)

    async def promote() -> None:
        await championing.look()
        publish_champion(artifacts["2"], "2", home)
        _damage(home, "cut")
        await championing.look()
        assert championing.trouble
        publish_champion(artifacts["1"], "1", home)
        await championing.look()

    asyncio.run(promote())
    assert championing.trouble is None


def test_the_watch_outlives_surprises(home: Path) -> None:
    """An error nobody thought of is reported, and the next look succeeds."""
    proofs = []

    async def fail_once(folder: Path, fingerprint: str) -> None:
        proofs.append(folder)
        if len(proofs) == 1:
            raise KeyError(fingerprint)

    championing, _ = _watch(home, fail_once)

    async def watch() -> None:
        task = asyncio.create_task(championing.watch(every=0.01))
        while championing.in_force is None:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert len(proofs) == 2


def test_a_whole_model_is_proven_in_a_process_of_its_own(home: Path) -> None:
    """A whole model passes; a damaged one is refused with its reason."""
    champion = find_champion(home)
    assert champion is not None
    asyncio.run(prove_artifact(champion.folder(home), champion.fingerprint))
    _damage(home, "cut")
    with pytest.raises(RefusedArtifact, match="is not what was saved"):
        asyncio.run(prove_artifact(champion.folder(home), champion.fingerprint))


def test_a_model_that_kills_its_reader_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the child process dies, or takes too long, the model is refused and we live on."""
    champion = find_champion(home)
    assert champion is not None
    with pytest.raises(RefusedArtifact, match="took longer"):
        asyncio.run(prove_artifact(champion.folder(home), champion.fingerprint, patience=0.01))
    killer = home / "killer"
    killer.write_text("#!/bin/sh\nkill -SEGV $$\n")
    killer.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(killer))
    with pytest.raises(RefusedArtifact, match="broke the process"):
        asyncio.run(prove_artifact(champion.folder(home), champion.fingerprint))


def _damage(home: Path, damage: str) -> None:
    folder = _folder(home)
    member, pointer = folder / "member_0.txt", home / "champion" / "current.json"
    if damage == "cut":
        member.write_bytes(member.read_bytes()[:-200])
    elif damage == "flip":
        text = member.read_text()
        member.write_text(
            text.replace("leaf_value=0", "leaf_value=1", 1).replace("leaf_value=-0", "leaf_value=-1", 1)
        )
    elif damage == "empty":
        member.write_bytes(b"")
    elif damage == "missing":
        member.unlink()
    elif damage == "added":
        (folder / "extra.txt").write_text("extra")
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    elif damage == "pointer":
        pointer.write_text('{"version": 2')
    else:
        other = Champion(version="2", fingerprint="0" * 64)
        folder.rename(other.folder(home))
        pointer.write_text(json.dumps({"version": "2", "fingerprint": "0" * 64}))
