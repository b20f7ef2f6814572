"""The counts of events in windows as polars computes them, plainly and fastest, for `benchmarks.features`."""

from collections.abc import Sequence

import polars as pl

# Lead and time share an integer: the time takes the low bits, two years of microseconds.
_TIME_BITS = 46


def compute_counts(
    events: pl.DataFrame, snapshots: pl.DataFrame, *, n_types: int, windows: Sequence[int], day: int
) -> pl.DataFrame:
    """Compute how many events of each type, then of any, lie in each window before each snapshot.

    Parameters
    ----------
    events
        Columns lead, type (0 to n_types - 1) and occurred_at (microseconds).
    snapshots
        Columns lead and as_of (microseconds).
    windows
        Lengths in days.
    day
        Microseconds of a day.

    Returns
    -------
    pl.DataFrame
        One row a snapshot, in their order: for each window the types' counts, then the sum.
    """
    # A window before the first event must not reach into the lead before.
    origin = _get_earliest(events["occurred_at"]) - (max(windows) + 1) * day
    totals = _sum_up(events, origin, n_types)
    asked = (
        snapshots.lazy()
        .with_row_index()
        .select("index", key=_pack("as_of", origin))
        .sort("key")
        .collect()
        .with_columns(pl.col("key").set_sorted())
    )
    until = _look_up(asked, totals, 0)
    parts = [asked.select("index")]
    for days in windows:
        since = _look_up(asked, totals, days * day)
        counts = pl.DataFrame([(until[name] - since[name]).alias(f"{name} {days}d") for name in until.columns])
        parts.append(counts.with_columns(pl.sum_horizontal(pl.all()).alias(f"any {days}d")))
    return pl.concat(parts, how="horizontal").sort("index").drop("index")


def compute_counts_plainly(
    events: pl.DataFrame, snapshots: pl.DataFrame, *, n_types: int, windows: Sequence[int], day: int
) -> pl.DataFrame:
    """Compute the same as `compute_counts`, the way polars' documentation shows: `over` and `join_asof` by lead."""
    totals = [
        (pl.col("type") == code).cum_sum().over("lead").cast(pl.Int32).alias(str(code)) for code in range(n_types)
    ]
    summed = events.sort("occurred_at").select("lead", "occurred_at", *totals)
    asked = snapshots.with_row_index()
    until = _look_up_by_lead(asked, summed, 0)
    parts = []
    for days in windows:
        since = _look_up_by_lead(asked, summed, days * day)
        counts = pl.DataFrame([(until[name] - since[name]).alias(f"{name} {days}d") for name in until.columns])
        parts.append(counts.with_columns(pl.sum_horizontal(pl.all()).alias(f"any {days}d")))
    return pl.concat(parts, how="horizontal")


def _look_up_by_lead(asked: pl.DataFrame, summed: pl.DataFrame, before: int) -> pl.DataFrame:
    """Return each lead's totals of the events that lie more than `before` microseconds before each snapshot."""
    edges = asked.select("index", "lead", edge=pl.col("as_of") - before - 1).sort("edge")
    found = edges.join_asof(
        summed, left_on="edge", right_on="occurred_at", by="lead", coalesce=False, check_sortedness=False
    )
    return found.sort("index").select(pl.exclude("index", "lead", "lead_right", "edge", "occurred_at").fill_null(0))


def _get_earliest(moments: pl.Series) -> int:
    earliest = moments.min()
    return earliest if isinstance(earliest, int) else 0


def _pack(time: str, origin: int) -> pl.Expr:
    return pl.col("lead").cast(pl.Int64) * (1 << _TIME_BITS) + (pl.col(time) - origin)


def _sum_up(events: pl.DataFrame, origin: int, n_types: int) -> pl.DataFrame:
    """Return the running total of each type behind each event, in the order of lead and time."""
    ordered = events.lazy().select("type", key=_pack("occurred_at", origin)).sort("key")
    totals = [(pl.col("type") == code).cum_sum().cast(pl.Int32).alias(str(code)) for code in range(n_types)]
    return ordered.select("key", *totals).collect().with_columns(pl.col("key").set_sorted())


def _look_up(asked: pl.DataFrame, totals: pl.DataFrame, before: int) -> pl.DataFrame:
    """Return the totals of all events that lie more than `before` microseconds before each snapshot."""
    edges = asked.select(edge=(pl.col("key") - before - 1).set_sorted())
    found = edges.join_asof(totals, left_on="edge", right_on="key", coalesce=False)
    return found.select(pl.exclude("edge", "key").fill_null(0))
