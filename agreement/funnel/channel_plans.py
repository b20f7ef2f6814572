"""Channel plans: what each channel has to bring, by its share of the leads and its own rates."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.counting.rates import Rate
from agreement.funnel.conversions import STEPS
from agreement.funnel.funnel import GroupStage
from agreement.funnel.planned_rates import UsedRate, choose_rate
from agreement.funnel.planning import SidePlan
from agreement.goal import Assumptions
from agreement.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """What one channel has to bring in the time that is left.

    Parameters
    ----------
    channel : str
        The source of its leads.
    share : Rate
        Its leads of all leads that were measured.
    leads, leads_per_week, mqls_per_week : float or None
        Leads that it has to bring where it keeps its share; those, and the MQLs that follow, in a week.
    to_mql, to_customer : float or None
        Shares of its leads that become MQL, and customers in the end: the product of the rates on the way.
    n_own_rates : int
        How many of the four rates on the way are its own; the others are those of all channels.
    customers : float or None
        Won deals that its leads bring by these rates.
    lead_ids : tuple of str
        Those measured.
    """

    channel: str
    share: Rate
    leads: float | None
    leads_per_week: float | None
    mqls_per_week: float | None
    to_mql: float | None
    to_customer: float | None
    n_own_rates: int
    customers: float | None
    lead_ids: tuple[str, ...]


def plan_channels(plan: SidePlan, by_source: Sequence[GroupStage], assumed: Assumptions) -> tuple[ChannelPlan, ...]:
    """Divide the leads that a plan needs among channels, the largest first.

    Each channel keeps the share of leads that it had in the measured days. A rate of its own counts where
    `assumed.least_measured` leads of the channel were measured, else that of the plan. So channels with better
    leads than others show more customers for their leads, and the sum of all may differ from the plan's: by it
    one sees what moving leads from one channel to another would bring.

    Parameters
    ----------
    plan : SidePlan
        Of the side whose channels these are.
    by_source : sequence of GroupStage
        Of the measured funnel.
    assumed : Assumptions
        Its `least_measured` counts.
    """
    groups: dict[str, dict[Stage, GroupStage]] = {}
    for each in by_source:
        groups.setdefault(each.group, {})[each.stage] = each
    total = sum(len(stages[Stage.LEAD].reached) for stages in groups.values())
    planned = [_plan_channel(plan, name, stages, total, assumed) for name, stages in groups.items()]
    return tuple(sorted(planned, key=lambda channel: (-channel.share.count, channel.channel)))


def _plan_channel(
    plan: SidePlan, name: str, stages: dict[Stage, GroupStage], total: int, assumed: Assumptions
) -> ChannelPlan:
    of_all = {rate.begin: rate for rate in plan.rates}
    rates = [_choose(stages[begin], of_all[begin], assumed.least_measured) for begin, _ in STEPS]
    share = Rate(count=len(stages[Stage.LEAD].reached), of=total)
    need = plan.needs[Stage.LEAD]
    leads = None if need.left is None else _multiply(need.left.value, share.value)
    per_week = None if need.per_week is None else _multiply(need.per_week.value, share.value)
    to_customer = _multiply(*(rate.value for rate in rates))
    return ChannelPlan(
        channel=name,
        share=share,
        leads=leads,
        leads_per_week=per_week,
        mqls_per_week=_multiply(per_week, rates[0].value),
        to_mql=rates[0].value,
        to_customer=to_customer,
        n_own_rates=sum(rate is not of_all[rate.begin] for rate in rates),
        customers=_multiply(leads, to_customer),
        lead_ids=stages[Stage.LEAD].reached,
    )


def _choose(group: GroupStage, of_all: UsedRate, least_measured: int) -> UsedRate:
    assert group.conversion is not None
    own = choose_rate(of_all.begin, of_all.end, group.conversion.rate, None, least_measured)
    return of_all if own.value is None else own


def _multiply(*factors: float | None) -> float | None:
    product = 1.0
    for factor in factors:
        if factor is None:
            return None
        product *= factor
    return product
