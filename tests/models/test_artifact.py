"""The artifact: equal to the bit when it comes back, refused when a byte of it is off, and read without pickle."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from features.firmographics import size_band
from features.lead_kinds import Seniority, SizeBand
from models.artifact import (
    DamagedArtifact,
    MismatchingArtifact,
    check_manifest,
    fingerprint_of,
    load_scorer,
    save_scorer,
)
from models.buckets import Thresholds
from models.calibration import Calibrator
from models.probing import compute_probe, list_differences
from tests.models.examples import FEATURE_SET, SETTINGS, make_scorer, make_table

FILES = ("manifest.json", "scorer.json", "golden.json", "member_0.txt")
TABLE = make_table(120, seed=5)


@pytest.fixture(scope="module")
def scorer():
    """Return a fitted scorer with a correction, thresholds and notes of its own."""
    scorer = make_scorer()
    scorer.calibrator_ = Calibrator(method="platt", slope=0.9, shift=-0.1)
    scorer.thresholds_ = Thresholds(warm=0.3, hot=0.7)
    scorer.about_ = {"trained_on": "invented leads", "öäü": [1, None, 0.1]}
    return scorer


@pytest.fixture
def folder(scorer, tmp_path):
    """Return a folder in which the scorer was saved."""
    save_scorer(scorer, tmp_path / "artifact", examples=TABLE)
    return tmp_path / "artifact"


def test_a_scorer_comes_back_to_the_bit(scorer, folder):
    """Loaded, it gives every lead the same probability, bucket, rank and reasons, and knows what it knew."""
    loaded = load_scorer(folder)
    before, after = scorer.score_features(TABLE), loaded.score_features(TABLE)
    for name in ("log_odds", "probability", "score", "bucket", "low_confidence"):
        assert getattr(after, name).tobytes() == getattr(before, name).tobytes()
    assert after.reasons == before.reasons
    assert loaded.about_ == scorer.about_
    assert loaded.thresholds_ == scorer.thresholds_
    assert loaded.settings == SETTINGS
    assert loaded.feature_set == FEATURE_SET


def test_saving_what_was_loaded_gives_the_same_files(folder, tmp_path):
    """Saved again, a loaded scorer has the same fingerprint: nothing was lost on the way."""
    again = save_scorer(load_scorer(folder), tmp_path / "again", examples=TABLE)
    assert again == fingerprint_of(folder) == fingerprint_of(tmp_path / "again")


def test_a_scorer_without_members_comes_back(tmp_path):
    """A base rate is a scorer too."""
    scorer = make_scorer(settings=None)
    save_scorer(scorer, tmp_path / "constant", examples=TABLE)
    assert (
        load_scorer(tmp_path / "constant").predict_proba(TABLE).tobytes() == scorer.predict_proba(TABLE).tobytes()
    )


def test_examples_may_be_few_or_none(scorer, tmp_path):
    """An artifact can do with few golden rows, or with none."""
    for n in (0, 1):
        save_scorer(scorer, tmp_path / str(n), examples=TABLE.take(np.arange(n)))
        assert load_scorer(tmp_path / str(n)).feature_set == FEATURE_SET


def test_nothing_is_overwritten(scorer, folder):
    """Saving into a folder that is there already is refused."""
    with pytest.raises(FileExistsError):
        save_scorer(scorer, folder, examples=TABLE)


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused(folder, name):
    """A file that lost its end, half of itself or everything is not what was saved."""
    content = (folder / name).read_bytes()
    for length in (len(content) - 1, len(content) // 2, 0):
        (folder / name).write_bytes(content[:length])
        with pytest.raises((DamagedArtifact, MismatchingArtifact)):
            load_scorer(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_refused(folder, name):
    """Any bit turned over, anywhere in any file, is noticed."""
    content = (folder / name).read_bytes()
    rng = np.random.default_rng(0)
    for at, bit in zip(rng.integers(0, len(content), 60), rng.integers(0, 8, 60), strict=True):
        flipped = bytearray(content)
        flipped[at] ^= 1 << bit
        (folder / name).write_bytes(flipped)
        with pytest.raises((DamagedArtifact, MismatchingArtifact)):
            check_manifest(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_refused(folder, name):
    """No file can be missing."""
    (folder / name).unlink()
    with pytest.raises(DamagedArtifact):
        load_scorer(folder)


@pytest.mark.parametrize("name", ["member_1.txt", "evil.pkl", ".hidden", "subfolder"])
def test_an_added_file_is_refused(folder, name):
    """Nothing can lie in the folder that was not saved."""
    path = folder / name
    if "." in name:
        path.write_text("", encoding="utf-8")
    else:
        path.mkdir()
    with pytest.raises(DamagedArtifact, match=r"evil|member_1|hidden|subfolder"):
        load_scorer(folder)


@pytest.mark.parametrize("manifest", ["[]", "null", '{"format": 1}', '{"format": 1, "sha256": null}', "\ud800"])
def test_a_manifest_of_another_shape_is_refused(folder, manifest):
    """JSON that is no manifest is damage, not an error of ours."""
    (folder / "manifest.json").write_bytes(manifest.encode("utf-8", "surrogatepass"))
    with pytest.raises(DamagedArtifact):
        load_scorer(folder)


def resign(folder):
    """Write a manifest that agrees with the files, as a later version of the product might have."""
    import hashlib

    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "sha256": hashes}), encoding="utf-8")


def change(folder, name, **changes):
    """Change entries of a JSON file of the artifact, and sign it anew."""
    stored = json.loads((folder / name).read_text("utf-8"))
    (folder / name).write_text(json.dumps({**stored, **changes}), encoding="utf-8")
    resign(folder)


def test_another_format_is_refused(folder):
    """An artifact of another format is whole, but not for this version."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}), encoding="utf-8")
    with pytest.raises(MismatchingArtifact, match="99"):
        load_scorer(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"intercept": 0.001},
        {"calibrator": {"method": "none", "slope": 1.0, "shift": 0.0}},
        {"members": []},
        {"members": [{"kind": "oracle", "weight": 1.0}]},
        {"members": [{"kind": "booster", "weight": 0.999}]},
        {"fingerprint": "0" * 64},
        {"vocabularies": []},
        {"settings": {"trees": 3}},
        {"thresholds": {"warm": 0.9, "hot": 0.1}},
        {"probe": {}},
    ],
)
def test_parts_that_do_not_belong_are_refused(folder, changes):
    """A scorer put together from other parts than were saved misses its golden rows, or cannot be read."""
    change(folder, "scorer.json", **changes)
    with pytest.raises(MismatchingArtifact):
        load_scorer(folder)


def test_a_changed_kind_is_refused(folder, monkeypatch):
    """When this version reads a column otherwise than training did, the artifact says which feature changed."""
    monkeypatch.setattr(SizeBand, "rule", staticmethod(lambda n: size_band(n * 2)))
    with pytest.raises(MismatchingArtifact, match="employees_band"):
        load_scorer(folder)


def test_another_rank_for_a_title_is_refused(folder, monkeypatch):
    """Rules over texts are watched as those over numbers are."""
    monkeypatch.setattr(Seniority, "rule", staticmethod(lambda role: role and "boss"))
    with pytest.raises(MismatchingArtifact, match="role_seniority"):
        load_scorer(folder)


def test_a_changed_engine_is_refused(folder, monkeypatch):
    """A walk that counts otherwise is noticed by what it makes of invented leads."""
    from features import kernels

    compute = kernels.compute_groups

    def compute_otherwise(*args):
        compute(*args)
        args[-1][...] += 1.0

    monkeypatch.setattr(kernels, "compute_groups", compute_otherwise)
    with pytest.raises(MismatchingArtifact):
        load_scorer(folder)


def test_probes_differ_beyond_rounding_only():
    """The last digits may differ between machines; a value, a text or a name may not."""
    probe = compute_probe(FEATURE_SET)
    assert list_differences(probe, json.loads(json.dumps(probe))) == []
    name = next(name for name, values in probe.items() if isinstance(values[0], float) and values[0] > 1)
    for factor, differs in ((1 + 1e-13, False), (1 + 1e-6, True)):
        other = {**probe, name: [probe[name][0] * factor, *probe[name][1:]]}
        assert (list_differences(probe, other) == [name]) is differs
    assert list_differences(probe, {**probe, "another": [1.0]}) == ["another"]
    assert list_differences({**probe, name: [None]}, probe) == [name]


def test_probes_hold_a_value_of_every_feature():
    """Each feature has invented leads that differ, some of them with a value, or a change could go by unseen."""
    probe = compute_probe(FEATURE_SET)
    assert set(probe) == set(FEATURE_SET.names)
    assert all(len(set(values)) > 1 and set(values) != {None, 0.0} for values in probe.values())


def test_no_person_is_stored(scorer, tmp_path):
    """Golden rows hold features, so that no address that was read for one is in the folder."""
    save_scorer(scorer, tmp_path / "artifact", examples=TABLE)
    stored = "".join(path.read_text("utf-8") for path in (tmp_path / "artifact").iterdir())
    assert "b@acme.de" not in stored


def test_nothing_is_unpickled(folder, monkeypatch):
    """Loading works where unpickling is impossible."""
    load_scorer(folder)  # numba keeps compiled code in pickles of its own, which must have been read before

    def refuse(*args, **kwargs):
        raise AssertionError("something was unpickled")

    monkeypatch.setattr(pickle, "loads", refuse)
    monkeypatch.setattr(pickle, "load", refuse)
    monkeypatch.setattr(pickle, "Unpickler", refuse)
    assert load_scorer(folder).predict_proba(TABLE).shape == (120, 2)


def test_serving_needs_no_lightgbm(folder):
    """A process that loads a scorer and scores with it has not imported what only fitting needs."""
    program = (
        "import sys; from pathlib import Path; from models.artifact import load_scorer;"
        "load_scorer(Path(sys.argv[1])).warm_up();"
        "print([name for name in ('lightgbm', 'mlflow', 'optuna', 'matplotlib') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
