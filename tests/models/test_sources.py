"""Sources: the fingerprint follows the code."""

import pytest

from models import sources


@pytest.fixture(autouse=True)
def fresh():
    """Forget what was computed, before and after."""
    sources.compute_code_fingerprint.cache_clear()
    yield
    sources.compute_code_fingerprint.cache_clear()


def compute(root, monkeypatch):
    """Compute the fingerprint of the rooms in a folder."""
    monkeypatch.setattr(sources, "_ROOT", root)
    sources.compute_code_fingerprint.cache_clear()
    return sources.compute_code_fingerprint()


def test_it_changes_with_a_line_and_with_a_name(tmp_path, monkeypatch):
    """A changed line, a renamed file, and an added one give another fingerprint; the same code gives the same."""
    for room in ("features", "models", "serving"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "one.py").write_text("x = 1\n")
    first = compute(tmp_path, monkeypatch)
    assert compute(tmp_path, monkeypatch) == first
    (tmp_path / "serving" / "one.py").write_text("x = 2\n")
    assert compute(tmp_path, monkeypatch) == first
    (tmp_path / "models" / "one.py").write_text("x = 2\n")
    second = compute(tmp_path, monkeypatch)
    (tmp_path / "models" / "one.py").rename(tmp_path / "models" / "two.py")
    third = compute(tmp_path, monkeypatch)
    assert len({first, second, third}) == 3
