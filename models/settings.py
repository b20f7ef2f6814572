"""How the members of a scorer are fitted: plain values, so that whoever only scores needs no fitting library."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BoosterSettings:
    """How trees are grown. Few leaves and strong sampling suit the few thousand leads most companies have.

    `half_life`, a share of the training rows, lets older rows weigh less: half after every such share; None weighs
    all alike. `rounds` is the number of trees.
    """

    rounds: int = 300
    num_leaves: int = 7
    learning_rate: float = 0.05
    min_data_in_leaf: int = 20
    lambda_l2: float = 5.0
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    max_bin: int = 255
    half_life: float | None = None
    seed: int = 0

    def to_lightgbm(self, threads: int) -> dict[str, Any]:
        """Return LightGBM's parameters."""
        own = {name: value for name, value in asdict(self).items() if name not in ("rounds", "half_life")}
        return {
            **own,
            "objective": "binary",
            "metric": "binary_logloss",
            "bagging_freq": 1,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbose": -1,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditiveSettings:
    """How the lines are fitted, and their share of the sum.

    Attributes
    ----------
    strength
        Inverse of the ridge penalty, above 0.
    half_life
        As for trees: the share of the rows after which older ones weigh half; None weighs all alike.
    weight
        Factor of the lines in the scorer's sum, in [0, 1]; the trees have the rest.
    """

    strength: float = 0.1
    half_life: float | None = None
    weight: float = 0.5
