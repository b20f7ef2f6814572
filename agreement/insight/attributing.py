"""Attributing: which channels won revenue is credited to, by what leads did before they bought."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import LEVEL
from agreement.insight.closings import Closing
from agreement.lives import Life, Touch
from agreement.paper.attribution_terms import Attribution

Rule = Literal["first_touch", "last_touch", "time_decay"]
RULES: tuple[Rule, ...] = ("first_touch", "last_touch", "time_decay")
UNKNOWN = "unknown"
"""The channel of a lead of which nobody knows where it came from."""

_RESAMPLES = 500


class Crediting:
    """How touches are credited, under one agreement.

    Parameters
    ----------
    attribution : Attribution
        The channels of types of events.
    half_life_micros : int or None
        Microseconds in place of the agreement's.
    """

    def __init__(self, attribution: Attribution, half_life_micros: int | None = None) -> None:
        self.half_life_micros = half_life_micros or attribution.half_life_micros
        self._channels = {event.type: fold(event.channel) for event in attribution.events}

    def credit(self, closing: Closing, rule: Rule) -> dict[str, float]:
        """Return the shares of a deal by channel, each above 0, 1 in all.

        Only what the lead did before the deal was closed counts; a lead that did nothing came by its source. The
        first touch, or the last, has all of it; under time decay a touch weighs ``2 ** (-age / half_life)``, as
        in the model of that name in Google Analytics. Ages are counted from the last touch, which changes no
        share, and keeps weights from vanishing where all touches are old.
        """
        touches = [touch for touch in closing.life.touches if touch.at < closing.at]
        if not touches:
            return {self.find_source(closing.life): 1.0}
        if rule == "time_decay":
            return self._share(touches, closing.life)
        return {self.find_channel(touches[0 if rule == "first_touch" else -1], closing.life): 1.0}

    def find_channel(self, touch: Touch, life: Life) -> str:
        """Return the channel of a touch: its own, else that of its type, else the lead's source."""
        if touch.channel is not None and (own := fold(touch.channel)):
            return own
        return self._channels.get(touch.type) or self.find_source(life)

    def find_source(self, life: Life) -> str:
        """Return the channel that a lead came by: its source, else `UNKNOWN`."""
        return (fold(life.source) if life.source is not None else "") or UNKNOWN

    def find_origin(self, life: Life) -> str:
        """Return the channel that brought a lead: its source, else that of its first touch that has one."""
        source = self.find_source(life)
        if source != UNKNOWN:
            return source
        channels = (self.find_channel(touch, life) for touch in life.touches)
        return next((channel for channel in channels if channel != UNKNOWN), UNKNOWN)

    def _share(self, touches: Sequence[Touch], life: Life) -> dict[str, float]:
        last = touches[-1].at
        weights: dict[str, float] = {}
        for touch in touches:
            channel = self.find_channel(touch, life)
            weights[channel] = weights.get(channel, 0.0) + 2.0 ** ((touch.at - last) / self.half_life_micros)
        whole = sum(weights.values())
        return {channel: weight / whole for channel, weight in weights.items() if weight}


def attribute_revenue(closings: Sequence[Closing], shares: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return for each channel the euros of each deal, in the order of the deals.

    Parameters
    ----------
    closings : Sequence of Closing
        The deals.
    shares : Sequence of Mapping
        Those of each deal by channel, as from `Crediting.credit`.
    """
    channels = dict.fromkeys(channel for parts in shares for channel in parts)
    return {
        channel: [closing.euros * parts.get(channel, 0.0) for closing, parts in zip(closings, shares, strict=True)]
        for channel in sorted(channels)
    }


def resample_revenue(
    revenue: Mapping[str, Sequence[float]], generator: np.random.Generator
) -> dict[str, tuple[float, float]]:
    """Compute the interval of each channel's revenue, had other deals of the same kind been won.

    The percentile bootstrap over deals (B. Efron, Annals of Statistics 7, 1979) at
    `agreement.counting.rates.LEVEL`. Deals are drawn whole, so channels that share deals move together; how many
    deals there are stays as it is.

    Parameters
    ----------
    revenue : Mapping
        For each channel the euros of each deal, all of one length.
    generator : numpy.random.Generator
        Draws the deals.
    """
    euros: NDArray[np.float64] = np.array(list(revenue.values()), dtype=np.float64)
    if not euros.size:
        return dict.fromkeys(revenue, (0.0, 0.0))
    n_deals = euros.shape[1]
    sums = np.empty((_RESAMPLES, len(revenue)))
    for number in range(_RESAMPLES):
        times = np.bincount(generator.integers(0, n_deals, n_deals), minlength=n_deals)
        sums[number] = euros @ times
    low, high = np.quantile(sums, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    return {channel: (float(low[at]), float(high[at])) for at, channel in enumerate(revenue)}


@lru_cache(maxsize=4_096)
def fold(text: str) -> str:
    """Return the form in which two spellings of a channel are one."""
    return " ".join(text.casefold().split())
