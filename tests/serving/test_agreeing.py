"""Agreeing: the terms follow their file, and a broken file changes nothing."""

import os
from pathlib import Path

from agreement.terms import DEFAULT_TERMS
from serving.agreeing import Agreeing


def test_without_a_file_the_usual_terms_are_in_force(tmp_path: Path) -> None:
    """A company that wrote nothing has terms all the same."""
    assert Agreeing(tmp_path).get() == DEFAULT_TERMS


def test_a_changed_file_is_taken_over(tmp_path: Path) -> None:
    """Whoever saves the agreement has it in force with the next batch; deleting it brings back the usual terms."""
    agreeing, path = Agreeing(tmp_path), tmp_path / "agreement.toml"
    for minute, name in enumerate(("spring", "summer")):
        path.write_text(f'name = "{name}"')
        os.utime(path, ns=(minute, minute))
        assert agreeing.get().name == name
    path.unlink()
    assert agreeing.get() == DEFAULT_TERMS


def test_a_broken_file_leaves_the_terms_in_force(tmp_path: Path) -> None:
    """A file that cannot be read changes nothing and says what is wrong, until it is mended."""
    agreeing, path = Agreeing(tmp_path), tmp_path / "agreement.toml"
    path.write_text('name = "spring"')
    assert agreeing.get().name == "spring"
    path.write_text('nome = "summer"')
    assert agreeing.get().name == "spring"
    assert "nome" in (agreeing.trouble or "")
    path.write_text('name = "autumn, at last"')
    assert agreeing.get().name == "autumn, at last"
    assert agreeing.trouble is None
