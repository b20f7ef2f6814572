"""`hotlead train`: from the imported history to a registered model and an honest report."""

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hotlead.forgotten import open_forgotten
from hotlead.home import DEFAULT_HOME, Home, HomeOption
from hotlead.progress import show_progress

if TYPE_CHECKING:
    from training.fitting import TrainingOptions
    from training.history import History
    from training.registering import Registered

STEPS = {
    "snapshots": "Building snapshots",
    "features": "Computing features",
    "tune": "Choosing trees over forward windows",
    "windows": "Predicting the windows",
    "fit": "Fitting the model",
    "test": "Testing once on the latest period, beside the baselines",
    "register": "Tracking and registering",
}


def train(
    home: HomeOption = DEFAULT_HOME,
    horizon: Annotated[
        int | None, typer.Option(min=1, help="Days after a moment in which a win counts; else the recipe's.")
    ] = None,
    test_share: Annotated[
        float, typer.Option(min=0.05, max=0.5, help="Share of the latest rows to test on, once.")
    ] = 0.2,
    hot_share: Annotated[float, typer.Option(min=0, max=1, help="Share of leads that are hot.")] = 0.1,
    warm_share: Annotated[float, typer.Option(min=0, max=1, help="Share of leads that are warm.")] = 0.2,
    reps: Annotated[
        int | None, typer.Option(min=0, help="People who answer hot leads; sets the hot share.")
    ] = None,
    hot_per_rep: Annotated[float, typer.Option(min=0, help="Hot leads each of them can answer a week.")] = 5.0,
    seed: Annotated[int, typer.Option(help="Seed of every draw.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Train a model on the imported history, test it once, track and register it.

    The new version becomes the challenger; `hotlead promote` puts it in force.
    """
    from agreement.capacity import Capacity
    from training.fitting import TrainingOptions

    options = TrainingOptions(
        horizon_days=horizon,
        test_share=test_share,
        hot_share=hot_share,
        warm_share=warm_share,
        hot_per_week=None
        if reps is None
        else Capacity(reps=reps, hot_leads_per_rep=hot_per_rep).hot_leads_per_week,
        seed=seed,
        workers=os.cpu_count() or 1,
    )
    registered = train_home(Home(home), options)
    if as_json:
        typer.echo(_to_json(registered))
    else:
        print_report(registered)


def train_home(home: Home, options: "TrainingOptions") -> "Registered":
    """Train on the history in a home."""
    from models.registry import Registry, record_lineup
    from training.fitting import fit_history
    from training.registering import register_fitted
    from training.tracking import prepare_tracking

    history = _read_without_forgotten(home)
    # Before the long work, so that it is not lost to an address that does not answer.
    prepare_tracking(home.tracking_uri, home.artifacts)
    with show_progress(STEPS) as step:
        fitted = fit_history(history, options, step)
        step("register", 0, 1)
        now = datetime.now(UTC)
        registered = register_fitted(
            fitted,
            history,
            options,
            tracking_uri=home.tracking_uri,
            mlflow_artifacts=home.artifacts,
            reports=home.reports,
            now=now,
        )
        record_lineup(Registry(home.tracking_uri), home.folder, now)
        return registered


def _read_without_forgotten(home: Home) -> "History":
    """Read the history; who was forgotten since the import is taken out of its files too."""
    from training.history import read_history, write_history
    from training.importing.forgetting import forget_again

    history = read_history(home.history)
    with open_forgotten(home.folder) as is_forgotten:
        history, n_gone = forget_again(history, is_forgotten)
    if n_gone:
        write_history(history, home.history)
        typer.echo(f"{n_gone:,} leads of people who asked to be forgotten were taken out of the history.", err=True)
    return history


def print_report(registered: "Registered") -> None:
    """Print the report's table and what to do next."""
    from rich.console import Console

    from training.report import render_text

    console = Console()
    width = console.width if console.is_terminal else 120
    Console(width=width).print(render_text(registered.report, width))
    typer.echo(
        f"\nVersion {registered.version} is registered as the challenger. Report: {registered.page}\n"
        "Next: hotlead promote"
    )


def _to_json(registered: "Registered") -> str:
    import msgspec

    report = json.loads(msgspec.json.encode(registered.report))
    answer = {"version": registered.version, "run_id": registered.run_id, "page": str(registered.page)}
    return json.dumps({**answer, "report": report})
