"""One row through our forest and through LightGBM, predicted and explained: `python -m benchmarks.forest`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.forest import Forest

Score = Callable[[NDArray[np.float64]], NDArray[np.float64]]

N_FEATURES = 30
SHAPES = ((300, 3), (300, 7), (300, 15), (300, 31), (1000, 63))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """The same work done by both, in microseconds a row."""

    name: str
    ours: float
    theirs: float

    def describe(self) -> str:
        """Put the two medians and their ratio on one line."""
        return f"  {self.name:<34}{self.ours:>10.1f} µs{self.theirs:>10.1f} µs{self.theirs / self.ours:>8.1f} x"


def train(n_trees: int, n_leaves: int, seed: int = 1) -> tuple[lgb.Booster, NDArray[np.float64]]:
    """Train a booster on seeded rows: numbers, counts, a tenth of them missing."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(20_000, N_FEATURES))
    X[:, ::3] = np.round(np.exp(X[:, ::3]))
    X[rng.random(X.shape) < 0.1] = np.nan
    Z = np.nan_to_num(X)
    logit = Z[:, 0] + Z[:, 1] * Z[:, 2] + np.sin(Z[:, 4]) + 0.2 * Z[:, 5:20].sum(axis=1)
    y = (logit + 2.0 * rng.normal(size=len(X)) > 0.5).astype(int)
    params = {"objective": "binary", "num_leaves": n_leaves, "learning_rate": 0.05}
    quiet = {"num_threads": 1, "verbose": -1, "deterministic": True, "seed": seed}
    return lgb.train({**params, **quiet}, lgb.Dataset(X, y), n_trees), X


def measure(score: Score, batches: list[NDArray[np.float64]]) -> float:
    """Measure the median time of a row over batches that are never the same twice running, in microseconds."""
    score(batches[-1])
    times = []
    for X in batches:
        begin = time.perf_counter_ns()
        score(X)
        times.append((time.perf_counter_ns() - begin) / len(X) / 1000.0)
    return median(times)


def compare(n_trees: int, n_leaves: int) -> list[Duel]:
    """Train one forest and measure both on rows that rotate, one by one and in batches, on one thread."""
    booster, X = train(n_trees, n_leaves)
    forest = Forest.from_text(booster.model_to_string())
    forest.warm_up()
    singles = [np.ascontiguousarray(X[i : i + 1]) for i in range(1000)]
    batches = [np.ascontiguousarray(X[i : i + 500]) for i in range(0, 5000, 500)]

    def predict(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(booster.predict(rows, raw_score=True, num_threads=1))

    def explain(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))

    duels = []
    for name, rows, few in (("one row", singles, singles[:200]), ("a row in batches of 500", batches, batches[:2])):
        ours, theirs = measure(forest.predict_log_odds, rows), measure(predict, rows)
        duels.append(Duel(name=f"predict, {name}", ours=ours, theirs=theirs))
        ours, theirs = measure(forest.compute_contributions, rows), measure(explain, few)
        duels.append(Duel(name=f"contributions, {name}", ours=ours, theirs=theirs))
    return duels


def run() -> None:
    """Print the medians of every shape."""
    print(f"{'':<36}{'ours':>10}   {'LightGBM':>10}   {'ratio':>7}")
    for n_trees, n_leaves in SHAPES:
        print(f"{n_trees} trees of {n_leaves} leaves")
        for duel in compare(n_trees, n_leaves):
            print(duel.describe(), flush=True)


if __name__ == "__main__":
    run()
