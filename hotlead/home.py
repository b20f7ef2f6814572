"""The home: the folder where Hotlead keeps what it imported, trained and put in force."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="HOTLEAD_HOME", help="Folder for the history, the models and the reports."),
]
DEFAULT_HOME = Path(".hotlead")


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one folder."""

    folder: Path

    @property
    def history(self) -> Path:
        """Return where the imported history lies."""
        return self.folder / "history"

    @property
    def reports(self) -> Path:
        """Return where training reports lie."""
        return self.folder / "reports"

    @property
    def artifacts(self) -> Path:
        """Return where MLflow keeps files, where it is a local one."""
        return self.folder / "mlartifacts"

    @property
    def tracking_uri(self) -> str:
        """Return MLflow's address: ``MLFLOW_TRACKING_URI``, or a SQLite file in the home."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(self.folder / 'mlflow.db').resolve()}"
