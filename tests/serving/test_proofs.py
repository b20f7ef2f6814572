"""Proofs: a model that stood its proof is not proven again at the next start, and any other one is."""

import asyncio
from pathlib import Path

import pytest

from models.champion import find_champion
from serving import proofs
from serving.championing import Championing
from serving.proofs import has_proof, record_proof


class Prover:
    """Counts what it is asked to prove."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, folder: Path, fingerprint: str) -> None:
        self.asked.append(fingerprint)


def test_a_restart_does_not_prove_the_same_model_again(home: Path) -> None:
    """The second start puts the champion in force without a proof."""
    prover = Prover()
    for _ in range(2):
        championing = Championing(home, prove=prover)
        asyncio.run(championing.look())
        assert championing.in_force is not None
    assert len(prover.asked) == 1


def test_a_proof_spares_no_check_of_the_files(home: Path) -> None:
    """A model that was proven and then damaged is refused at the next start."""
    asyncio.run(Championing(home, prove=Prover()).look())
    champion = find_champion(home)
    assert champion is not None
    damaged = champion.folder(home) / "scorer.json"
    damaged.write_bytes(damaged.read_bytes().replace(b"1", b"2", 1))
    championing = Championing(home, prove=Prover())
    asyncio.run(championing.look())
    assert championing.in_force is None


def test_a_proof_is_of_one_model_and_one_set_of_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another fingerprint, and another library, ask for a new proof."""
    folder = tmp_path / "1-abc"
    assert not has_proof(folder, "abc")
    record_proof(folder, "abc")
    assert has_proof(folder, "abc")
    assert not has_proof(folder, "abd")
    monkeypatch.setattr(proofs, "_digest_libraries", lambda: "another")
    assert not has_proof(folder, "abc")


def test_a_torn_proof_is_none(tmp_path: Path) -> None:
    """What a power cut left of a proof is not taken for one, and a place that cannot be written breaks nothing."""
    folder = tmp_path / "1-abc"
    record_proof(folder, "abc")
    proof = tmp_path / ".proven-1-abc"
    proof.write_bytes(proof.read_bytes()[:20])
    assert not has_proof(folder, "abc")
    record_proof(tmp_path / "gone" / "1-abc", "abc")
    assert not has_proof(tmp_path / "gone" / "1-abc", "abc")
