"""Supply gaps: what marketing promised beside what the plan needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.commitments import BUCKET_NAMES, Supply
from agreement.funnel.channel_plans import ChannelPlan
from agreement.funnel.planning import SidePlan
from agreement.stages import Stage, read_stage

# Of the Gregorian calendar: 146,097 days in 400 years.
WEEKS_PER_MONTH = 146_097 / 400 / 12 / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyGap:
    """A promised supply beside the need.

    Parameters
    ----------
    supply : Supply
        What was promised.
    promised_per_week : float
        A month's promise, spread over its weeks.
    needed_per_week : float or None
        What the plan needs in each week that is left; None where that does not follow from the plan.
    """

    supply: Supply
    promised_per_week: float
    needed_per_week: float | None

    @property
    def gap_per_week(self) -> float | None:
        """Return how many more are needed than promised; below 0, so many more are promised."""
        return None if self.needed_per_week is None else self.needed_per_week - self.promised_per_week


def compute_supply_gaps(
    supplies: Sequence[Supply], plan: SidePlan | None, channels: Sequence[ChannelPlan]
) -> tuple[SupplyGap, ...]:
    """Put each promised supply beside what marketing's plan needs of it.

    A need follows for stages, and for the leads and MQLs of one channel. For buckets none follows: no revenue
    says how many of the leads that win it have to be hot.

    Parameters
    ----------
    supplies : sequence of Supply
        The promises.
    plan : SidePlan or None
        Marketing's; None where it has no part in the goal.
    channels : sequence of ChannelPlan
        Of marketing.
    """
    return tuple(
        SupplyGap(
            supply=supply,
            promised_per_week=supply.count / (WEEKS_PER_MONTH if supply.per == "month" else 1.0),
            needed_per_week=_find_need(supply, plan, channels),
        )
        for supply in supplies
    )


def _find_need(supply: Supply, plan: SidePlan | None, channels: Sequence[ChannelPlan]) -> float | None:
    if plan is None or supply.quality in BUCKET_NAMES:
        return None
    stage = read_stage(supply.quality)
    if supply.channel is not None:
        return _find_channel_need(stage, supply.channel.casefold().strip(), channels)
    need = plan.needs.get(stage)
    return None if need is None or need.per_week is None else need.per_week.value


def _find_channel_need(stage: Stage, name: str, channels: Sequence[ChannelPlan]) -> float | None:
    channel = next((each for each in channels if each.channel.casefold() == name), None)
    if channel is None:
        return None
    return {Stage.LEAD: channel.leads_per_week, Stage.MQL: channel.mqls_per_week}.get(stage)
