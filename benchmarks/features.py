"""Features of many snapshots by our engine and by polars: `python -m benchmarks.features`.

Ten event types over 200,000 leads. The same 33 counts (seven, 30 and 90 days, by type and in all) by both; and ours
once more with twelve further features, as a model would ask for. Each runs in processes of its own over the same
Parquet files, loaded before the clock starts, turn by turn, so that all meet the same other load. The counts must
be equal.

polars takes two ways: the one its documentation shows (`over`, and `join_asof` by lead), and the fastest one we
found. There events are sorted once by lead and time packed into one integer, a running
total is kept for each type, and a count is the difference of two totals, looked up by `join_asof` at both ends of
the window: one merge for each of the four edges. Looking up with `search_sorted` takes twice as long, grouping
joined pairs or `group_by_dynamic` many times. polars is spared what only we do here: events recorded late.
"""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.feature_polars import compute_counts, compute_counts_plainly
from features.contract import LeadSchema
from features.engine import FeatureTable, compute_features, warm_up
from features.event_kinds import ActiveDays, DaysSince, EventCount, FirstSeen
from features.feature_set import FeatureSet
from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY

N_LEADS, N_DAYS, START = 200_000, 400, 20_000 * DAY
TYPES = tuple(f"type {code}" for code in range(10))
WINDOWS = (7, 30, 90)
REPETITIONS = 3
COUNTS = tuple(EventCount(type_, days) for days in WINDOWS for type_ in (*TYPES, None))
FEATURES = (*COUNTS, *(DaysSince(type_) for type_ in TYPES), FirstSeen(None), ActiveDays(None, 30))
FEATURE_SET, COUNT_SET = FeatureSet(LeadSchema(()), FEATURES), FeatureSet(LeadSchema(()), COUNTS)


def write_events(folder: Path, n_events: int, n_snapshots: int) -> None:
    """Write seeded events, in the order they were recorded, and snapshots in no order."""
    rng = np.random.default_rng(7)
    events = {
        "lead": rng.integers(0, N_LEADS, n_events, dtype=np.int32),
        "type": rng.integers(0, len(TYPES), n_events, dtype=np.int32),
        "occurred_at": START + np.sort(rng.integers(0, N_DAYS * DAY, n_events)),
    }
    snapshots = {
        "lead": rng.integers(0, N_LEADS, n_snapshots, dtype=np.int32),
        "as_of": START + rng.integers(50 * DAY, N_DAYS * DAY, n_snapshots),
    }
    pl.DataFrame(events).write_parquet(folder / "events.parquet")
    pl.DataFrame(snapshots).write_parquet(folder / "snapshots.parquet")


def load_frames(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Load the events and the snapshots that were written."""
    return pl.read_parquet(folder / "events.parquet"), pl.read_parquet(folder / "snapshots.parquet")


def make_tables(events: pl.DataFrame, snapshots: pl.DataFrame) -> tuple[LeadTable, EventLog, SnapshotTable]:
    """Make the engine's tables of the frames."""
    occurred = events["occurred_at"].to_numpy().copy()
    return (
        make_leads(N_LEADS),
        EventLog(
            lead=events["lead"].to_numpy().copy(),
            account=np.full(len(events), -1, np.int32),
            type=events["type"].to_numpy().copy(),
            types=TYPES,
            occurred_at=occurred,
            recorded_at=occurred,
        ),
        SnapshotTable(lead=snapshots["lead"].to_numpy().copy(), as_of=snapshots["as_of"].to_numpy().copy()),
    )


def make_leads(n: int) -> LeadTable:
    """Make leads of which nothing but their number is known."""
    unknown = np.full(n, -1, np.int32)
    return LeadTable(
        ids=np.arange(n), account=unknown, account_ids=(), created_at=np.zeros(n, np.int64), attributes={}
    )


def prepare_ours(folder: Path, feature_set: FeatureSet) -> Callable[[], Any]:
    """Load the tables and the compiled walks."""
    warm_up()
    frames = load_frames(folder)
    tables = make_tables(*frames)

    def run() -> FeatureTable:
        # The frames are kept: memory that they gave back meanwhile would be counted in our favour.
        _ = frames
        return compute_features(*tables, feature_set=feature_set)

    return run


def prepare_polars(folder: Path, compute: Callable[..., pl.DataFrame]) -> Callable[[], Any]:
    """Load the frames."""
    events, snapshots = load_frames(folder)
    return lambda: compute(events, snapshots, n_types=len(TYPES), windows=WINDOWS, day=DAY)


WAYS: Mapping[str, Callable[[Path], Callable[[], Any]]] = {
    "ours, the same counts": lambda folder: prepare_ours(folder, COUNT_SET),
    "ours, 45 features": lambda folder: prepare_ours(folder, FEATURE_SET),
    "polars, its fastest way": lambda folder: prepare_polars(folder, compute_counts),
    "polars, its plain way": lambda folder: prepare_polars(folder, compute_counts_plainly),
}


def find_counts(result: Any) -> NDArray[np.int32]:
    """Find the counts in either result: shape (n, 33), the windows one after the other."""
    numbers = result.numbers[:, : len(COUNTS)] if hasattr(result, "numbers") else result.to_numpy()
    return np.ascontiguousarray(numbers, dtype=np.int32)


def measure(who: str, folder: Path) -> None:
    """Print seconds, processor seconds, megabytes and a hash of the counts: the peak is this process's own."""
    run = WAYS[who](folder)
    before = reset_peak()
    result = run()
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    digest = hashlib.sha256(find_counts(result).tobytes()).hexdigest()
    del result
    # The first run has paid for fresh memory, which on a virtual machine can cost more than the work.
    begin = time.perf_counter(), time.process_time()
    run()
    print(time.perf_counter() - begin[0], time.process_time() - begin[1], megabytes, digest)


def reset_peak() -> int:
    """Forget the peak that loading made, where the system can, and return the memory held now, in kilobytes."""
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure_apart(who: str, folder: Path) -> tuple[list[float], str]:
    """Measure in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.features", "--measure", who, str(folder)]
    *figures, digest = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [float(figure) for figure in figures], digest


def compare(folder: Path) -> None:
    """Measure all ways turn by turn, and print medians, and how many times longer each takes than ours.

    Raises
    ------
    ValueError
        If the counts differ.
    """
    rounds = [{who: measure_apart(who, folder) for who in WAYS} for _ in range(REPETITIONS)]
    if len({digest for turn in rounds for _, digest in turn.values()}) != 1:
        raise ValueError("the counts differ: one of the ways is wrong")
    print(f"  {'':<26}{'time, s':>9}{'ratio':>8}{'processor, s':>14}{'peak, MB':>10}")
    ours = median(turn["ours, the same counts"][0][0] for turn in rounds)
    for who in WAYS:
        seconds, processor, megabytes = (median(turn[who][0][part] for turn in rounds) for part in range(3))
        print(f"  {who:<26}{seconds:>9.2f}{seconds / ours:>7.1f}x{processor:>14.2f}{megabytes:>10.0f}")
    print(f"  all {len(COUNTS)} counts are equal")


def measure_online(n_leads: int = 500, n_events: int = 200) -> float:
    """Measure one lead with 200 events at one moment, never the same lead twice running, in microseconds."""
    rng = np.random.default_rng(1)
    leads, none = make_leads(1), np.full(n_events, -1, np.int32)
    times = []
    for _ in range(n_leads):
        occurred = START + np.sort(rng.integers(0, 100 * DAY, n_events))
        types = rng.integers(0, len(TYPES), n_events, dtype=np.int32)
        events = EventLog(
            lead=np.zeros(n_events, np.int32),
            account=none,
            type=types,
            types=TYPES,
            occurred_at=occurred,
            recorded_at=occurred,
        )
        snapshots = SnapshotTable.at(leads, START + 100 * DAY)
        begin = time.perf_counter_ns()
        compute_features(leads, events, snapshots, feature_set=FEATURE_SET)
        times.append((time.perf_counter_ns() - begin) / 1000)
    return median(times)


def main() -> None:
    """Write the files once, measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--measure", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure[0], Path(asked.measure[1]))
        return
    print(f"{asked.events:,} events, {asked.snapshots:,} snapshots, {N_LEADS:,} leads, medians of {REPETITIONS}:")
    with tempfile.TemporaryDirectory() as name:
        write_events(Path(name), asked.events, asked.snapshots)
        compare(Path(name))
    warm_up()
    print(f"  one lead with 200 events online: {measure_online():.0f} µs")


if __name__ == "__main__":
    main()
