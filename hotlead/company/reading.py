"""What leads downloaded: whoever has looked at prices wants to know what a purchase pays back."""

import numpy as np
import pandas as pd

PAYBACK = "What a measuring cell pays back"
TITLES = (
    "Measuring in series: a guide",
    "Checklist for a first test",
    "Tarn Probe data sheet",
    "Tarn Studio in ten minutes",
    PAYBACK,
)
_SHARES = (0.3, 0.2, 0.2, 0.2, 0.1)
_SHARES_AFTER_PRICES = (0.1, 0.1, 0.15, 0.15, 0.5)


def name_downloads(events: pd.DataFrame, seed: int) -> dict[str, str]:
    """Return the title of each download by the id of its event, the same for the same events and seed."""
    ordered = events.sort_values(["occurred_at", "event_id"], kind="stable")
    prices = (ordered["type"] == "pricing_visit").groupby(ordered["lead_id"]).cumsum() > 0
    is_download = ordered["type"] == "download"
    # The second number keeps these draws apart from all others of the same seed.
    luck = np.random.default_rng([seed, 6]).random(int(is_download.sum()))
    after_prices = prices[is_download].to_numpy()
    picked = np.where(
        after_prices,
        np.searchsorted(np.cumsum(_SHARES_AFTER_PRICES)[:-1], luck, side="right"),
        np.searchsorted(np.cumsum(_SHARES)[:-1], luck, side="right"),
    )
    return {its_id: TITLES[n] for its_id, n in zip(ordered.loc[is_download, "event_id"], picked, strict=True)}
