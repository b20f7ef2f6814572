import csv
import json
import os

import pytest
import typer
from typer.testing import CliRunner

from hotlead.main import is_mendable
from hotlead.verbs.import_ import import_leads
from training.history import read_history

STAGES = ("Won", "Lost", "Working")
LEADS = "id,created_at,stage,source,comment\n" + "".join(
    f"L{number},2026-01-{1 + number % 28:02},{STAGES[number % 3]},{'web' if number % 2 else 'fair'},"
    f"{('yes please', 'no thanks', '')[number % 3]}\n"
    for number in range(150)
)
RECIPE = """
[leads]
id = "id"
created_at = "created_at"

[outcome]
column = "stage"
won = "Won"
lost = "Lost"
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the verb in a folder of its own, with the leads written there."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(import_leads)
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "own.toml").write_text(RECIPE)

    def run_verb(*arguments):
        before = os.getcwd()  # noqa: PTH109 - to go back there
        os.chdir(tmp_path)
        try:
            return CliRunner().invoke(app, [*arguments])
        finally:
            os.chdir(before)

    return run_verb


def test_import_writes_the_history_and_says_what_became_of_the_file(run, tmp_path):
    """The home is filled, and rows, base rate, columns, suspects and the next step are printed."""
    result = run("leads.csv", "--recipe", "own.toml")
    assert result.exit_code == 0
    history = read_history(tmp_path / ".hotlead" / "history")
    assert len(history.leads) == 150
    for words in (
        "150",
        "50.0% of decided leads are won",
        "comment",
        "may know the outcome",
        "--exclude 'comment'",
    ):
        assert words in result.output
    assert not (tmp_path / ".hotlead" / "rejected.csv").exists()


def test_excluded_column_is_gone(run, tmp_path):
    """What is excluded is no attribute, and there is nothing left to warn of."""
    result = run("leads.csv", "--recipe", "own.toml", "--exclude", "comment", "--home", "elsewhere")
    assert read_history(tmp_path / "elsewhere" / "history").about.attributes == ("source",)
    assert result.output.rstrip().endswith("Next: hotlead train")


def test_guesses_are_shown_and_written_to_edit(run, tmp_path):
    """Without a recipe the guesses are printed with their reasons and kept as a recipe that can be used."""
    result = run("leads.csv", "--yes")
    assert "these are guesses" in result.output
    recipe = tmp_path / ".hotlead" / "recipe.toml"
    assert "% sure" in recipe.read_text()
    assert run("leads.csv", "--recipe", str(recipe)).exit_code == 0


def test_recipe_that_a_person_changed_is_not_overwritten(run, tmp_path):
    """A second guess goes beside a recipe that was edited."""
    run("leads.csv", "--yes")
    recipe = tmp_path / ".hotlead" / "recipe.toml"
    recipe.write_text("# mine\n" + recipe.read_text())
    run("leads.csv", "--yes")
    assert recipe.read_text().startswith("# mine")
    assert (recipe.parent / "recipe.guessed.toml").exists()


def test_weak_guess_needs_a_person_s_word(run, tmp_path):
    """Where nobody can be asked, a weak guess stops the import; --yes takes it."""
    (tmp_path / "leads.csv").write_text("stage,source\nWon,web\nLost,web\nWon,fair\nLost,web\n")
    result = run("leads.csv")
    assert is_mendable(result.exception)
    assert "--yes" in str(result.exception)
    assert not (tmp_path / ".hotlead" / "history").exists()
    assert run("leads.csv", "--yes").exit_code == 0


def test_program_gets_json(run):
    """With --json only JSON goes to standard output."""
    answer = json.loads(run("leads.csv", "--recipe", "own.toml", "--json").stdout)
    assert answer["base_rate"] == 0.5
    assert answer["suspects"][0]["column"] == "comment"
    assert answer["files"] == [{"file": "leads.csv", "holds": "leads", "read": 150, "kept": 150, "rejected": 0}]


def test_rejected_rows_go_to_a_file(run, tmp_path):
    """Rows that cannot be used are in rejected.csv with line, code and text, and are counted on the screen."""
    with (tmp_path / "leads.csv").open("a") as file:
        file.write(",2026-01-01,Won,web,\nL1,2026-01-01,Won,web,\nL999,sometime,Won,web,\n")
    result = run("leads.csv", "--recipe", "own.toml")
    with (tmp_path / ".hotlead" / "rejected.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["code"]) for row in rows] == [
        ("152", "no_id"),
        ("153", "duplicate_id"),
        ("154", "unreadable_date"),
    ]
    assert rows[2]["raw"] == "L999,sometime,Won,web,"
    assert "duplicate_id: an earlier row has the same identifier" in result.output
    run("leads.csv", "--recipe", "own.toml")
    (tmp_path / "leads.csv").write_text(LEADS)
    run("leads.csv", "--recipe", "own.toml")
    assert not (tmp_path / ".hotlead" / "rejected.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere.csv",),
        ("own.toml", "--recipe", "own.toml"),
        ("leads.csv", "--recipe", "nowhere"),
        ("leads.csv", "--recipe", "leads.csv"),
        ("leads.csv", "--recipe", "hubspot"),
        ("leads.csv", "--recipe", "own.toml", "--exclude", "commnt"),
        ("leads.csv", "--events", "own.toml"),
    ],
)
def test_what_a_user_can_mend_is_one_line(run, arguments):
    """Every mistake ends in one line that `hotlead` turns into exit code 2."""
    result = run(*arguments)
    assert is_mendable(result.exception)
    assert "\n" not in str(result.exception)
