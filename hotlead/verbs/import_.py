"""`hotlead import`: bring leads in, with accounts and events, and say what became of every row and column."""

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from hotlead.forgotten import open_forgotten
from hotlead.home import DEFAULT_HOME, Home, HomeOption
from hotlead.progress import show_progress

if TYPE_CHECKING:
    from training.importing.candidates import Guess
    from training.importing.report import ImportResult
    from training.recipes.recipe import Recipe

_UNSURE = 0.5
_WIDE = 140


class UncertainGuess(ValueError):
    """A guess that everything rests on is too weak to go on without a person's word."""


def import_leads(
    leads: Annotated[Path, typer.Argument(help="CSV or Parquet file of leads, plain or gzip.")],
    accounts: Annotated[Path | None, typer.Option("--accounts", help="File of accounts.")] = None,
    events: Annotated[Path | None, typer.Option("--events", help="File of events.")] = None,
    recipe: Annotated[
        str | None, typer.Option("--recipe", "-r", help="Recipe that says which column is what: a file, or a name.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", "-x", help="Column that must not be a feature; repeat it.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the guesses without asking.")] = False,
) -> None:
    """Import leads, accounts and events into the home.

    Without a recipe the columns are guessed, shown and asked about, and the guesses are written down to edit.
    """
    errors = Console(stderr=True)
    place = Home(home)
    result = import_home(
        place,
        leads,
        accounts=accounts,
        events=events,
        recipe=recipe,
        exclude=exclude or (),
        console=errors if as_json else make_console(),
        agrees=yes,
        is_silent=as_json,
    )
    if as_json:
        typer.echo(json.dumps(to_json(result, place), ensure_ascii=False))


def import_home(
    home: Home,
    leads: Path,
    *,
    accounts: Path | None = None,
    events: Path | None = None,
    recipe: str | None = None,
    exclude: Collection[str] = (),
    console: Console | None = None,
    agrees: bool = False,
    is_silent: bool = False,
) -> "ImportResult":
    """Import into a home and say so on the console.

    Raises
    ------
    UncertainGuess
        If nobody can be asked about a weak guess.
    """
    from training.importing.pipeline import import_history

    console = console or make_console()
    known = _find_recipe(recipe)
    with open_forgotten(home.folder) as is_forgotten, show_progress({}) as step:
        result = import_history(
            leads,
            accounts=accounts,
            events=events,
            recipe=known,
            exclude=exclude,
            is_forgotten=is_forgotten,
            progress=lambda doing, _: step(doing, 0, 1),
        )
    if result.guesses:
        _ask(result.guesses, _write_guesses(result, home), console, agrees=agrees)
    _keep(result, home)
    if not is_silent:
        _print(result, home, console)
    return result


def make_console() -> Console:
    """Return a console that is as wide as the terminal, and wide enough for tables where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


def _find_recipe(name: str | None) -> "Recipe | None":
    if name is None:
        return None
    from training.recipes.reading import read_recipe
    from training.recipes.recipe import find_recipe_file

    return read_recipe(find_recipe_file(name))


def find_guess_file(home: Home, text: str) -> Path:
    """Return where guesses go: recipe.toml, or beside it where a person has changed that one."""
    edited = home.folder / "recipe.toml"
    if not edited.exists() or edited.read_text(encoding="utf-8") == text:
        return edited
    return home.folder / "recipe.guessed.toml"


def _write_guesses(result: "ImportResult", home: Home) -> Path:
    from training.importing.guessing import GuessedRecipe

    recipe = result.history.about.recipe
    if recipe is None:
        raise UncertainGuess("an import without a recipe made no guesses")
    text = GuessedRecipe(recipe=recipe, guesses=result.guesses).to_toml()
    home.folder.mkdir(parents=True, exist_ok=True)
    path = find_guess_file(home, text)
    path.write_text(text, encoding="utf-8")
    return path


def _ask(guesses: "tuple[Guess, ...]", path: Path, console: Console, *, agrees: bool) -> None:
    """Show the guesses; ask where somebody can answer, and stop at a weak one where nobody can."""
    from hotlead.import_messages import render_guesses
    from training.importing.candidates import find_weakest

    console.print(render_guesses(guesses))
    if agrees:
        return
    if sys.stdin.isatty() and console.is_terminal:
        typer.confirm(f"Import like this? (else edit {path} and pass it with --recipe)", default=True, abort=True)
        return
    weakest = find_weakest(guesses)
    if weakest is not None and weakest.confidence < _UNSURE:
        raise UncertainGuess(
            f"{weakest.key} = {weakest.column!r} is a weak guess ({weakest.reason}): "
            f"pass --yes to take it, or edit {path} and pass it with --recipe"
        )


def _keep(result: "ImportResult", home: Home) -> None:
    from training.history import write_history
    from training.importing.rejecting import write_rejected

    write_history(result.history, home.history)
    path = home.folder / "rejected.csv"
    path.unlink(missing_ok=True)
    if len(result.rejected):
        write_rejected(result.rejected, path)


def _print(result: "ImportResult", home: Home, console: Console) -> None:
    from hotlead.import_messages import render_import, suggest_excluding

    console.print(render_import(result))
    if len(result.rejected):
        console.print(f"\nRejected rows are in {home.folder / 'rejected.csv'}.", highlight=False)
    options = suggest_excluding(result.history.about.suspects)
    if options:
        console.print(f"\nNext: import again with {options}, or: hotlead train", highlight=False, markup=False)
    else:
        console.print("\nNext: hotlead train", highlight=False)


def to_json(result: "ImportResult", home: Home) -> dict[str, Any]:
    """Return the answer for a program: what `history.json` holds, files, columns and guesses."""
    from dataclasses import asdict

    return {
        "history": str(home.history),
        "rejected_file": str(home.folder / "rejected.csv") if len(result.rejected) else None,
        **result.history.about.to_json(),
        **result.report.to_json(),
        "guesses": [asdict(guess) for guess in result.guesses],
    }
