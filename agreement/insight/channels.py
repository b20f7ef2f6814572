"""Marketing channels: what each brought in a period, what it cost, and what came back."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agreement.calendar.periods import Period
from agreement.insight.attributing import RULES, Crediting, Rule, attribute_revenue, resample_revenue
from agreement.insight.closings import Closing
from agreement.lives import Life
from agreement.stages import Stage

COUNTED = (Stage.LEAD, Stage.MQL, Stage.SQL, Stage.CUSTOMER)
"""The stages whose arrivals in the period are counted for each channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFigures:
    """One channel.

    Attributes
    ----------
    channel
        Its name in normal form.
    revenue
        Euros of won deals by rule.
    low, high
        The interval of the revenue under the rule that was asked for.
    deals
        Ids of the leads whose deals it has a share in, under that rule.
    arrived
        Ids of the leads that it brought, by the stage that they first reached in the period.
    cost
        Euros spent on it in the period.
    """

    channel: str
    revenue: Mapping[Rule, float]
    low: float
    high: float
    deals: Sequence[str]
    arrived: Mapping[Stage, Sequence[str]] = field(default_factory=dict)
    cost: float = 0.0

    def compute_cost_per(self, stage: Stage) -> float | None:
        """Return the euros that one lead at a stage cost; None where nothing was spent, or none arrived."""
        count = len(self.arrived.get(stage, ()))
        return self.cost / count if count and self.cost else None

    def compute_romi(self, rule: Rule) -> float | None:
        """Return the return on marketing investment, (revenue - cost) / cost; None where nothing was spent.

        P. W. Farris and others (Marketing Metrics, 2nd ed. 2010, chapter 10) take the margin of the revenue in
        its place: whoever knows it multiplies the revenue by it first.
        """
        return (self.revenue[rule] - self.cost) / self.cost if self.cost else None


def compute_channels(
    won: Sequence[Closing],
    arrived: Mapping[str, Mapping[Stage, Sequence[str]]],
    costs: Mapping[str, float],
    *,
    crediting: Crediting,
    rule: Rule,
    generator: np.random.Generator,
) -> list[ChannelFigures]:
    """Compute every channel's figures, the highest revenue first.

    Parameters
    ----------
    won : Sequence of Closing
        The deals of the period, with what their leads did.
    arrived : Mapping
        As from `count_arrivals`.
    costs : Mapping
        Euros by channel.
    crediting, rule : Crediting, str
        How touches are credited, and by which rule the interval is computed.
    generator : numpy.random.Generator
        Draws the deals of the interval.
    """
    credited = {each: [crediting.credit(closing, each) for closing in won] for each in RULES}
    revenue = {each: attribute_revenue(won, shares) for each, shares in credited.items()}
    bounds = resample_revenue(revenue[rule], generator)
    names = {*arrived, *costs, *(channel for euros in revenue.values() for channel in euros)}
    figures = [
        ChannelFigures(
            channel=channel,
            revenue={each: math.fsum(revenue[each].get(channel, ())) for each in RULES},
            low=bounds.get(channel, (0.0, 0.0))[0],
            high=bounds.get(channel, (0.0, 0.0))[1],
            deals=[c.life.lead_id for c, shares in zip(won, credited[rule], strict=True) if channel in shares],
            arrived=arrived.get(channel, {}),
            cost=costs.get(channel, 0.0),
        )
        for channel in sorted(names)
    ]
    return sorted(figures, key=lambda each: -each.revenue[rule])


def count_arrivals(
    lives: Iterable[Life], period: Period, as_of: int, crediting: Crediting
) -> dict[str, dict[Stage, list[str]]]:
    """List the leads that first reached each of `COUNTED` within a period, by the channel that brought them."""
    begins_at, ends_at = period.begins_at, min(period.ends_at, as_of + 1)
    found: dict[str, dict[Stage, list[str]]] = {}
    for life in lives:
        # Without a step a lead has reached nothing but its first stage.
        for stage in COUNTED if life.steps else COUNTED[:1]:
            at = life.find_reached(stage)
            if at is not None and begins_at <= at < ends_at:
                by_stage = found.setdefault(crediting.find_origin(life), {})
                by_stage.setdefault(stage, []).append(life.lead_id)
    return found
