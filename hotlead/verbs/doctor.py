"""`hotlead doctor`: say what works here and what is missing."""

import json
import platform
import time
from pathlib import Path
from typing import Annotated

import typer

from hotlead.home import DEFAULT_HOME, Home, HomeOption


def doctor(
    home: HomeOption = DEFAULT_HOME,
    warm: Annotated[bool, typer.Option("--warm", help="Only compile the kernels, as set-up does.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Check the installation and the home, and compile the kernels so that nothing waits for them later."""
    started = time.perf_counter()
    _warm_up()
    seconds = time.perf_counter() - started
    if warm:
        typer.echo(f"Kernels are ready ({seconds:.1f} s).")
        return
    findings = _examine(Home(home), seconds)
    if as_json:
        typer.echo(json.dumps(findings))
        return
    for name, finding in findings.items():
        typer.echo(f"{name:<10} {finding}")


def _warm_up() -> None:
    import numpy as np

    from features.engine import warm_up
    from models.fitting_members import fit_members
    from models.rows import Rows
    from models.settings import AdditiveSettings, BoosterSettings

    warm_up()
    column = np.arange(100.0)
    rows = Rows(matrix=column[:, None], labels=(column > 50).astype(float))
    for member in fit_members(rows, BoosterSettings(rounds=2), AdditiveSettings(), threads=1):
        member.warm_up()


def _examine(home: Home, seconds: float) -> dict[str, str]:
    import lightgbm
    import mlflow

    return {
        "python": platform.python_version(),
        "lightgbm": lightgbm.__version__,
        "mlflow": mlflow.__version__,
        "kernels": f"ready in {seconds:.1f} s",
        "home": f"{home.folder.resolve()}",
        "tracking": home.tracking_uri,
        "history": _find(home.history / "history.json", "imported", "none yet: run `hotlead import`"),
        "champion": _find_champion(home),
        "agreement": _find_agreement(home.folder),
    }


def _find(path: Path, there: str, missing: str) -> str:
    return there if path.exists() else missing


def _find_agreement(folder: Path) -> str:
    """Say which agreement is in force, and what somebody should see to."""
    from hotlead.standing import open_agreeing

    with open_agreeing(folder) as agreeing:
        in_force, warnings, trouble = agreeing.take(), agreeing.list_warnings(), agreeing.trouble
    signature = in_force.signature
    signed = "not signed: it follows the file" if signature is None else f"signed until before {signature.ends}"
    sentences = dict.fromkeys([*([trouble] if trouble else []), *(warning.sentence for warning in warnings)])
    return ". ".join([f"{in_force.terms.version}, {signed}", *sentences])


def _find_champion(home: Home) -> str:
    from models.artifact import DamagedArtifact, MismatchingArtifact, load_scorer
    from models.champion import UnreadableChampion, find_champion

    try:
        champion = find_champion(home.folder)
        if champion is None:
            return "none yet: run `hotlead train`, then `hotlead promote`"
        load_scorer(champion.folder(home.folder))
    except (DamagedArtifact, MismatchingArtifact, UnreadableChampion) as fault:
        return f"broken: {fault}"
    return f"version {champion.version}, whole, scores its golden rows ({champion.fingerprint[:12]})"
