"""The artifact: a scorer on disk as LightGBM text and JSON under a manifest of hashes. Nothing is unpickled.

A folder holds ``scorer.json``, one text file a member, ``golden.json`` (rows with the probabilities they must get),
perhaps ``findings.json`` (what its test showed) and ``manifest.json`` (SHA-256 of every other file).
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from features.engine import FeatureTable
from features.feature_set import FeatureSet
from models.buckets import Thresholds
from models.calibration import Calibrator
from models.encoding import Encoding
from models.findings import FINDINGS, Findings, write_findings
from models.members import Member, read_member
from models.probing import compute_probe, list_differences
from models.reference import Reference
from models.scorer import LeadScorer
from models.settings import AdditiveSettings, BoosterSettings

FORMAT = 1
_MANIFEST, _SCORER, _GOLDEN = "manifest.json", "scorer.json", "golden.json"
_GOLDEN_ROWS = 16
# exp() may differ in the last digit between processors; a changed feature or tree moves far more than this.
_TOLERANCE = 1e-12
_LIBRARIES = ("lightgbm", "numpy", "numba", "pandas", "scikit-learn")


class DamagedArtifact(ValueError):
    """A file of the artifact is missing, added or not what the manifest says."""


class MismatchingArtifact(ValueError):
    """The artifact is whole, but this code would not score as the code that wrote it did."""


def save_scorer(
    scorer: LeadScorer, folder: Path, *, examples: FeatureTable, findings: Findings | None = None
) -> str:
    """Save a fitted scorer into a new folder.

    Parameters
    ----------
    examples
        Rows whose probabilities are stored to be compared on loading; the first few are taken.
    findings
        What its test showed, to travel with it.

    Returns
    -------
    str
        The artifact's fingerprint: the SHA-256 of its manifest.
    """
    folder.mkdir(parents=True)
    for position, member in enumerate(scorer.members_):
        (folder / f"member_{position}.txt").write_text(member.to_text(), encoding="utf-8")
    _write_json(folder / _SCORER, _describe(scorer))
    _write_json(folder / _GOLDEN, _record_golden(scorer, examples))
    if findings is not None:
        write_findings(findings, folder / FINDINGS)
    return _seal(folder)


def copy_with_thresholds(artifact: Path, folder: Path, thresholds: Thresholds, about: Mapping[str, Any]) -> str:
    """Copy an artifact into a new folder: the same scorer to the last bit, sorted by other thresholds.

    Parameters
    ----------
    about
        What is to be noted in the copy besides what its training noted.

    Returns
    -------
    str
        The copy's fingerprint.

    Raises
    ------
    DamagedArtifact, MismatchingArtifact
        If the artifact is damaged, or not one that this version reads.
    """
    check_manifest(artifact)
    shutil.copytree(artifact, folder)
    stored = _read_json(folder / _SCORER)
    stored["thresholds"], stored["about"] = thresholds.to_json(), {**stored["about"], **about}
    _write_json(folder / _SCORER, stored)
    return _seal(folder)


def load_scorer(folder: Path) -> LeadScorer:
    """Load a scorer after checking every hash, then compare it with its golden rows.

    Raises
    ------
    DamagedArtifact
        If the manifest and the files disagree.
    MismatchingArtifact
        If this code computes other features or other probabilities than the code that saved it.
    """
    check_manifest(folder)
    try:
        stored = _read_json(folder / _SCORER)
        scorer = _rebuild(stored, folder)
        changed = list_differences(stored["probe"], compute_probe(scorer.feature_set))
    except (KeyError, TypeError, ValueError) as error:
        raise MismatchingArtifact(
            f"this version cannot read the scorer in {folder.name} ({error}): train anew"
        ) from error
    if changed:
        raise MismatchingArtifact(f"this version computes {changed[0]} otherwise than in training; train anew")
    _compare_golden(scorer, _read_json(folder / _GOLDEN))
    return scorer


def read_facts(folder: Path) -> tuple[str, Mapping[str, Any]]:
    """Read an artifact's fingerprint and what it says of itself, without loading what scores.

    Raises
    ------
    DamagedArtifact, MismatchingArtifact
        If the manifest and the files disagree, or it is of another format.
    """
    check_manifest(folder)
    stored: Mapping[str, Any] = _read_json(folder / _SCORER)
    return fingerprint_of(folder), stored


def fingerprint_of(folder: Path) -> str:
    """Return the artifact's fingerprint, the SHA-256 of its manifest, in hexadecimal."""
    return _hash(folder / _MANIFEST)


def check_manifest(folder: Path) -> None:
    """Compare the files with the manifest.

    Raises
    ------
    DamagedArtifact
        If they disagree, or the manifest itself cannot be read.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        expected: Mapping[str, str] = dict(manifest["sha256"])
        stored_format = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedArtifact(f"{folder} holds no readable manifest: fetch the model again") from error
    if stored_format != FORMAT:
        raise MismatchingArtifact(f"the artifact has format {stored_format}, this version reads {FORMAT}")
    present = {path.name for path in folder.iterdir()} - {_MANIFEST}
    if present != set(expected):
        odd = ", ".join(sorted(present ^ set(expected)))
        raise DamagedArtifact(f"files missing from or added to the artifact: {odd}; fetch the model again")
    for name, digest in expected.items():
        if _hash(folder / name) != digest:
            raise DamagedArtifact(f"{name} is not what was saved; fetch the model again")


def _describe(scorer: LeadScorer) -> dict[str, Any]:
    return {
        "feature_set": scorer.feature_set.to_json(),
        "fingerprint": scorer.feature_set.fingerprint,
        "probe": compute_probe(scorer.feature_set),
        "vocabularies": scorer.encoding_.to_json(),
        "intercept": scorer.intercept_,
        "members": [{"kind": member.kind, "weight": member.weight} for member in scorer.members_],
        "calibrator": scorer.calibrator_.to_json(),
        "thresholds": scorer.thresholds_.to_json(),
        "reference": scorer.reference_.to_json(),
        "settings": None if scorer.settings is None else asdict(scorer.settings),
        "additive": None if scorer.additive is None else asdict(scorer.additive),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "about": scorer.about_,
    }


def _rebuild(stored: Mapping[str, Any], folder: Path) -> LeadScorer:
    feature_set = FeatureSet.from_json(stored["feature_set"])
    if feature_set.fingerprint != stored["fingerprint"]:
        raise ValueError("its feature set reads differently here")
    settings, additive = stored["settings"], stored["additive"]
    return LeadScorer.from_parts(
        encoding=Encoding.from_json(feature_set, stored["vocabularies"]),
        intercept=stored["intercept"],
        members=_read_members(stored["members"], folder),
        calibrator=Calibrator.from_json(stored["calibrator"]),
        thresholds=Thresholds.from_json(stored["thresholds"]),
        reference=Reference.from_json(stored["reference"]),
        about=stored["about"],
        settings=None if settings is None else BoosterSettings(**settings),
        additive=None if additive is None else AdditiveSettings(**additive),
    )


def _read_members(stored: list[Mapping[str, Any]], folder: Path) -> list[Member]:
    return [
        read_member(member["kind"], (folder / f"member_{position}.txt").read_text("utf-8"), member["weight"])
        for position, member in enumerate(stored)
    ]


def _record_golden(scorer: LeadScorer, examples: FeatureTable) -> dict[str, Any]:
    """Store features, not leads: no name or address of a person is written."""
    rows = examples.take(np.arange(min(_GOLDEN_ROWS, len(examples))))
    return {
        "numbers": [[None if np.isnan(x) else x for x in row] for row in rows.numbers.tolist()],
        "texts": [list(column) for column in rows.texts],
        "probability": scorer.predict_proba(rows)[:, 1].tolist(),
    }


def _compare_golden(scorer: LeadScorer, golden: Mapping[str, Any]) -> None:
    expected = np.array(golden["probability"])
    numbers = np.array(golden["numbers"], dtype=np.float64)
    rows = FeatureTable(
        feature_set=scorer.feature_set,
        numbers=numbers.reshape(len(expected), len(scorer.feature_set.numbers)),
        texts=tuple(np.array(column, dtype=object) for column in golden["texts"]),
    )
    off = np.abs(scorer.predict_proba(rows)[:, 1] - expected).max(initial=0.0)
    if off > _TOLERANCE:
        raise MismatchingArtifact(f"the scorer misses its golden rows by {off:.2g}; train anew")


def _seal(folder: Path) -> str:
    """Write the manifest of all other files, and return its hash: the artifact's fingerprint."""
    hashes = {path.name: _hash(path) for path in sorted(folder.iterdir()) if path.name != _MANIFEST}
    _write_json(folder / _MANIFEST, {"format": FORMAT, "sha256": hashes})
    return _hash(folder / _MANIFEST)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _read_json(path: Path) -> Any:
    return json.loads(path.read_bytes())
