"""The command line of the proofs: where a proof runs, with which model, and how its findings are told."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import typer

from benchmarks.scoring_model import AS_OF
from features.times import to_micros
from serving.championing import ScorerInForce
from tests.campaigns.grounds import Kind, lend_store, load_easy_scorer

NOW = to_micros(AS_OF.to_pydatetime())


def prove(proof: Callable[[str, ScorerInForce], Mapping[str, object]], wanted: Mapping[str, object]) -> None:
    """Run a proof on both databases, print what it counted, and exit with 1 where that is not what is wanted."""
    found = {kind: _run(kind, proof) for kind in get_args(Kind)}
    typer.echo(json.dumps(found, indent=2))
    agrees = [counts[what] == number for counts in found.values() for what, number in wanted.items()]
    raise typer.Exit(0 if all(agrees) else 1)


def _run(kind: Kind, proof: Callable[[str, ScorerInForce], Mapping[str, object]]) -> Mapping[str, object]:
    with tempfile.TemporaryDirectory(prefix="hotlead-proof-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # PostgreSQL runs as somebody else where we are root, and has to reach its data.
        folder.chmod(0o755)
        with lend_store(kind, folder) as url:
            return proof(url, load_easy_scorer(folder))
