"""Fitting the members of a scorer: trees, and beside them bent lines where they are wanted."""

from dataclasses import replace

from models.additive import fit_additive
from models.boosting import fit_booster
from models.members import Member
from models.rows import Rows
from models.settings import AdditiveSettings, BoosterSettings


def fit_members(
    rows: Rows, settings: BoosterSettings, additive: AdditiveSettings | None, *, threads: int
) -> tuple[Member, ...]:
    """Fit the members on rows in time order; their weights add up to 1."""
    names = [f"c{position}" for position in range(rows.matrix.shape[1])]
    trees = fit_booster(rows, settings, names=names, threads=threads)
    if additive is None:
        return (trees,)
    return (replace(trees, weight=1.0 - additive.weight), fit_additive(rows, additive))
