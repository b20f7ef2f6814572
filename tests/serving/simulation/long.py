"""Long runs of the simulations, for a night or a release.

``python -m tests.serving.simulation.long storm --leads 50000`` prints seconds and leads per second;
``python -m tests.serving.simulation.long machine --examples 1000`` compares the product with the model for long.
"""

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from features.times import to_micros
from serving.store.database import Database, sqlite_url
from serving.store.migrating import migrate
from tests.serving.simulation.heat import put_in_force
from tests.serving.simulation.machine import SUITE, AgreementMachine
from tests.serving.simulation.storm import check_storm, hire_owners, invent_items, let_digests_go, sweep, tell_all
from tests.serving.simulation.world import World, make_terms

_NOON = to_micros(datetime(2026, 3, 23, 12, tzinfo=UTC))
_AT_ONCE = 10


def run_storm(n_leads: int, n_owners: int = 20) -> None:
    """Promote a model that turns a tenth of the leads hot, and say how long the sweep took."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(lay_out(Path(folder)), put_in_force("1", hot_from=4), make_terms(), now=_NOON)
        owners = hire_owners(world, n_owners)
        began = perf_counter()
        tell_all(world, invent_items(world, n_leads, n_leads // 10, owners))
        filled = perf_counter()
        world.promote(put_in_force("2", hot_from=3))
        rounds = sweep(world)
        swept = perf_counter()
        let_digests_go(world)
        check_storm(world, n_leads // 10, owners)
        world.close()
    print(f"filled {n_leads} leads in {filled - began:.1f} s")
    print(f"swept in {swept - filled:.1f} s, {rounds} rounds, {n_leads / (swept - filled):.0f} leads a second")


def run_machine(examples: int) -> None:
    """Let the machine run for so many examples of a hundred steps each, and say now and then how far it is."""
    began = perf_counter()
    for done in range(0, examples, _AT_ONCE):
        chosen = settings(SUITE, max_examples=min(_AT_ONCE, examples - done), stateful_step_count=100)
        run_state_machine_as_test(AgreementMachine, settings=chosen)
        print(f"{done + chosen.max_examples} examples agreed, {perf_counter() - began:.0f} s", flush=True)


def lay_out(folder: Path) -> str:
    """Lay out an empty store, and return its address."""
    database = Database(sqlite_url(folder))
    migrate(database)
    database.close()
    return sqlite_url(folder)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("storm").add_argument("--leads", type=int, default=50_000)
    commands.add_parser("machine").add_argument("--examples", type=int, default=1_000)
    asked = parser.parse_args()
    if asked.what == "storm":
        run_storm(asked.leads)
    else:
        run_machine(asked.examples)


if __name__ == "__main__":
    main()
