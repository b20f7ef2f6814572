"""The rooms: imported from this repository, kept small, and free of what belongs to one machine."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("features", "agreement", "models", "training", "serving", "hotlead")
_NOT_OURS = {"__pycache__", "build", "dist", "node_modules"}
# Written in parts, so that this file does not name what it forbids.
_HOSTS = re.compile(
    "|".join(
        (r"pypi\." + "org", "python" + "hosted", r"npmjs\." + "org", r"crates\." + "io", r"anaconda\." + "org")
    )
)
_MACHINE = re.compile(
    r"(?<![\w.}])/(?:" + "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me", "Us" + "ers")) + r")/\w"
)


def list_files(pattern: str) -> Iterator[Path]:
    """List the repository's files, without what is installed, cached or built."""
    for path in sorted(ROOT.rglob(pattern)):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and not any(part in _NOT_OURS or part.startswith(".") for part in parts):
            yield path


def find_lines(pattern: re.Pattern[str]) -> list[str]:
    """Find the lines of text files that a pattern matches."""
    found = []
    for path in list_files("*"):
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_ours_wherever_python_starts(room, tmp_path):
    """A fresh interpreter in another folder imports each room from this repository, not a namesake."""
    program = f"import {room}; print({room}.__file__)"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()) == ROOT / room / "__init__.py"


def test_python_files_are_short():
    """No Python file has more than 300 lines: what is longer is two things."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in list_files("*.py")
    }
    assert len(lengths) > 50
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_no_file_names_a_registry():
    """Where packages come from is the business of whoever installs, not of the repository."""
    assert find_lines(_HOSTS) == []


def test_no_file_names_a_path_of_one_machine():
    """Nothing in the repository leads to a folder of the machine it was written on."""
    assert find_lines(_MACHINE) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(_HOSTS, "https://" + "py" + "pi.org/simple"), (_MACHINE, "open('/" + "home/anna/x.csv')")],
)
def test_the_patterns_find_what_they_forbid(pattern, text):
    """The two checks above can fail."""
    assert pattern.search(text)
