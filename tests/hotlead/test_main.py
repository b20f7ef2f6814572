"""The command: quick to start, and what a user can mend ends in one line."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotlead import main
from training.history import MissingHistory

ROOT = Path(__file__).parents[2]
VERBS = ("demo", "import", "train", "report", "promote", "rollback", "score", "serve", "doctor")
HEAVY = ("mlflow", "lightgbm", "sklearn", "pandas", "numpy", "numba", "matplotlib", "fastapi", "pyarrow", "scipy")
LOOK = f"import sys, hotlead.main; print([name for name in {HEAVY!r} if name in sys.modules])"


def run_command(monkeypatch, capsys, *arguments):
    """Run the command in this process, and return its exit code, output and errors."""
    monkeypatch.setattr(sys, "argv", ["hotlead", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main.run()
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_starting_the_command_loads_nothing_heavy():
    """Help comes at once: no learning library, no tables and no tracking are imported for it."""
    said = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_help_lists_every_verb():
    """The command alone, and with --help or -h, says what there is."""
    for arguments in ([], ["--help"], ["-h"]):
        said = CliRunner().invoke(main.app, arguments).output
        assert all(verb in said for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    """Each verb has a help of its own with at least one option."""
    told = CliRunner().invoke(main.app, [verb, "--help"])
    assert told.exit_code == 0
    assert "--home" in told.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train"], "no history in"),
        (["report"], "there is no report yet"),
        (["report", "12"], "there is no report of version 12"),
        (["score", "leads.csv", "--out", "out.csv", "--as-of", "soon"], "--as-of 'soon' is no moment"),
        (["score", "leads.csv", "--out", "out.csv", "--as-of", "2026-03-01"], "has no offset"),
        (["score", "leads.csv", "--out", "out.csv"], "no model is in force"),
        (["import", "no-such-file.csv"], "no-such-file.csv"),
        (["train", "--reps", "3", "--hot-per-rep", "inf"], "neither can be negative or endless"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_exit_code_2(monkeypatch, capsys, tmp_path, arguments, said):
    """Bad input ends in one plain line, after the steps that came before it, without a traceback or output."""
    monkeypatch.chdir(tmp_path)
    code, output, errors = run_command(monkeypatch, capsys, *arguments, "--home", tmp_path / "home")
    assert code == 2
    assert output == ""
    *steps, last = errors.splitlines()
    assert last.startswith("hotlead: ")
    assert said in last
    assert all(step.endswith(" …") for step in steps)


def test_a_folder_with_other_things_is_not_emptied_for_a_demo(monkeypatch, capsys, tmp_path):
    """The demo deletes what a demo has made, and nothing else."""
    (tmp_path / "thesis.txt").write_text("years of work")
    code, _, errors = run_command(monkeypatch, capsys, "demo", "--exit", "--home", tmp_path)
    assert code == 2
    assert "holds things that no demo has made" in errors
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_earlier_demo_is_replaced(tmp_path):
    """A folder that a demo has made is emptied for the next one."""
    from hotlead.demonstration import prepare_folder

    prepare_folder(tmp_path / "demo")
    (tmp_path / "demo" / "old").write_text("of last time")
    prepare_folder(tmp_path / "demo")
    assert not (tmp_path / "demo" / "old").exists()


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch):
    """What no user can mend is not made to look as if one could."""

    def fail():
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(ZeroDivisionError):
        main.run()


@pytest.mark.parametrize(
    ("error", "is_mendable"),
    [
        (MissingHistory("none"), True),
        (FileNotFoundError(2, "No such file", "leads.csv"), True),
        (PermissionError(13, "Permission denied", "leads.csv"), True),
        (ValueError("of a library"), False),
        (KeyError("column"), False),
    ],
)
def test_only_our_own_facts_and_named_files_can_be_mended(error, is_mendable):
    """An error of a library is a fault of ours; one of ours says what to do."""
    assert main.is_mendable(error) is is_mendable
