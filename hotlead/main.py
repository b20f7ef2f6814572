"""The `hotlead` command."""

import sys
from collections.abc import Callable

import typer

from hotlead.verbs.agreement import agreement
from hotlead.verbs.channels import channels
from hotlead.verbs.demo import demo
from hotlead.verbs.doctor import doctor
from hotlead.verbs.export import export
from hotlead.verbs.forget import forget
from hotlead.verbs.import_ import import_leads
from hotlead.verbs.keys import keys
from hotlead.verbs.lineup import lineup
from hotlead.verbs.owners import owners
from hotlead.verbs.promote import promote
from hotlead.verbs.replay import replay
from hotlead.verbs.replay_scores import replay_scores
from hotlead.verbs.report import report
from hotlead.verbs.rescore import rescore
from hotlead.verbs.rollback import rollback
from hotlead.verbs.score import score
from hotlead.verbs.serve import serve
from hotlead.verbs.thresholds import thresholds
from hotlead.verbs.train import train
from hotlead.verbs.users import users
from hotlead.verbs.why import why
from hotlead.verbs.worker import worker

ROOMS = ("features", "agreement", "models", "training", "serving", "hotlead")

app = typer.Typer(
    name="hotlead",
    help="Lead scoring that sales people trust: probabilities, buckets and reasons.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_VERBS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "import": import_leads,
    "train": train,
    "report": report,
    "promote": promote,
    "rollback": rollback,
    "thresholds": thresholds,
    "lineup": lineup,
    "score": score,
    "serve": serve,
    "worker": worker,
    "rescore": rescore,
    "replay": replay,
    "export": export,
    "forget": forget,
    "why": why,
    "replay-scores": replay_scores,
    "doctor": doctor,
}
for name, verb in _VERBS.items():
    app.command(name)(verb)
app.add_typer(agreement, name="agreement")
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")
app.add_typer(owners, name="owners")
app.add_typer(channels, name="channels")


def run() -> None:
    """Run the command; what a user can mend ends in one line and exit code 2."""
    try:
        app()
    except Exception as error:
        if not is_mendable(error):
            raise
        typer.echo(f"hotlead: {error}", err=True)
        sys.exit(2)


def is_mendable(error: Exception) -> bool:
    """Tell whether an error is one of ours, which says what to do, or of the files that were named."""
    ours = type(error).__module__.partition(".")[0] in ROOMS
    return ours or isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError)


if __name__ == "__main__":
    run()
