"""Plan tables: how a plan is laid out as rows, the plan under a change beside the usual one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agreement.calendar.zones import compute_local_date
from agreement.funnel.channel_plans import ChannelPlan
from agreement.funnel.measuring import TrackRecord
from agreement.funnel.passages import FUNNEL
from agreement.funnel.planned_rates import VISIT
from agreement.funnel.planning import WAY, Amount, Side, SidePlan
from agreement.funnel.previewing import WEEK_MICROS, HotPreview
from agreement.funnel.supply_gaps import SupplyGap
from agreement.funnel.taking import TakingCapacity, Workload
from agreement.stages import Stage
from serving.usecases.views.figures import Cell, FigureRow, FigureTable, spread_rate
from serving.usecases.views.funnelling import spread_value
from serving.usecases.views.previewing import HotPreviews

WHAT_IF = "what_if_"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPlans:
    """The usual plan of each side and the same plan under a change, None where none was asked for."""

    usual: Sequence[SidePlan]
    changed: Sequence[SidePlan] | None
    records: Mapping[Side, TrackRecord]

    def pair(self) -> Iterator[tuple[SidePlan, SidePlan | None]]:
        """Iterate over the sides."""
        if self.changed is None:
            yield from ((plan, None) for plan in self.usual)
        else:
            yield from zip(self.usual, self.changed, strict=True)


def table_needs(plans: TwoPlans, *, ends_at: int, now: int, zone: str) -> FigureTable:
    """Lay out what is needed of everything, how many stand there, and until when they have to be there."""
    rows = []
    for plan, changed in plans.pair():
        record = plans.records[plan.side]
        for what in reversed(WAY):
            need = {"total": plan.needs[what].total, "left": plan.needs[what].left}
            cells = _spread_amounts({**need, "per_week": plan.needs[what].per_week})
            if changed is not None:
                other = changed.needs[what]
                amounts = {"total": other.total, "left": other.left, "per_week": other.per_week}
                cells |= {f"{WHAT_IF}{name}": cell for name, cell in _spread_amounts(amounts).items()}
            standing = () if what == VISIT else record.funnel.get_stage(Stage(what)).standing
            cells |= {
                "standing": None if what == VISIT else len(standing),
                **_time(what, record, ends_at, now, zone),
            }
            rows.append(FigureRow(key=f"{plan.side}:{what}", cells=cells, lead_ids=standing))
    return FigureTable(name="needs", title="What the goal takes", rows=rows)


def table_sides(plans: TwoPlans) -> FigureTable:
    """Lay out the revenue of each side: its part, what is won of it, what is left, and what a deal is worth."""
    rows = []
    for plan, changed in plans.pair():
        cells: dict[str, Cell] = {"revenue": plan.revenue, "won": plan.won, "left": plan.left}
        cells |= spread_value(plan.average_value)
        if changed is not None:
            cells[f"{WHAT_IF}average_won_value"] = changed.average_value.euros
        rows.append(FigureRow(key=plan.side, cells=cells, lead_ids=plans.records[plan.side].won_ids))
    return FigureTable(name="sides", title="Revenue", rows=rows)


def table_rates(plans: TwoPlans) -> FigureTable:
    """Lay out the rates of the plan: which count, where they come from, and what was measured."""
    rows = []
    for plan, changed in plans.pair():
        funnel = plans.records[plan.side].funnel
        for number, rate in enumerate(plan.rates):
            cells: dict[str, Cell] = {
                "rate": rate.value,
                "origin": rate.origin,
                **spread_rate("measured", rate.measured),
            }
            if changed is not None:
                cells[f"{WHAT_IF}rate"] = changed.rates[number].value
            conversion = None if rate.begin == VISIT else funnel.get_stage(Stage(rate.begin)).conversion
            lead_ids = () if conversion is None else conversion.lead_ids
            rows.append(FigureRow(key=f"{plan.side}:{rate.begin}:{rate.end}", cells=cells, lead_ids=lead_ids))
    return FigureTable(name="rates", title="Rates of the plan", rows=rows)


def table_channels(channels: Sequence[ChannelPlan]) -> FigureTable:
    """Lay out what each of marketing's channels has to bring."""
    return FigureTable(name="channels", title="By channel", rows=[_row_channel(channel) for channel in channels])


def table_supply(gaps: Sequence[SupplyGap]) -> FigureTable:
    """Lay out what was promised beside what is needed."""
    rows = []
    for number, gap in enumerate(gaps, start=1):
        cells: Mapping[str, Cell] = {
            "quality": gap.supply.quality,
            "channel": gap.supply.channel,
            "promised": gap.supply.count,
            "per": gap.supply.per,
            "promised_per_week": gap.promised_per_week,
            "needed_per_week": gap.needed_per_week,
            "gap_per_week": gap.gap_per_week,
        }
        rows.append(FigureRow(key=f"{number}:{gap.supply.quality}", cells=cells))
    return FigureTable(name="supply", title="Promised supply beside the need", rows=rows)


def table_capacity(workloads: Mapping[str, Workload]) -> FigureTable:
    """Lay out what people can answer beside what the plan asks of them."""
    rows = []
    for key, workload in workloads.items():
        cells: Mapping[str, Cell] = {
            "takers": workload.capacity.takers,
            "untold": workload.capacity.untold,
            "capacity_per_week": workload.capacity.per_week,
            "needed_per_week": workload.needed_per_week,
            "takers_needed": workload.takers_needed,
            **_spread_amounts({"reachable_euros": workload.reachable}),
        }
        rows.append(FigureRow(key=key, cells=cells))
    return FigureTable(name="capacity", title="What people can answer", rows=rows)


def list_hot_tables(previews: HotPreviews, zone: str) -> Sequence[FigureTable]:
    """Lay out how many leads turn hot in a week, at the threshold in force and at those that people can honour."""
    shown = (
        ("in_force", previews.in_force, previews.capacity),
        ("fits_capacity", previews.fitting, previews.capacity),
        (f"{WHAT_IF}fits_capacity", previews.changed_fitting, previews.changed_capacity),
    )
    rows = [
        _row_preview(key, preview, capacity)
        for key, preview, capacity in shown
        if preview is not None and capacity is not None
    ]
    weeks = [] if previews.in_force is None else list(_list_weeks(previews.in_force, previews.ends_at, zone))
    return (
        FigureTable(name="hot", title="Hot leads a week", rows=rows),
        FigureTable(name="hot_weeks", title="Leads that turned hot at the threshold in force", rows=weeks),
    )


def _row_channel(channel: ChannelPlan) -> FigureRow:
    cells: Mapping[str, Cell] = {
        **spread_rate("share", channel.share),
        "leads_needed": channel.leads,
        "leads_per_week": channel.leads_per_week,
        "mqls_per_week": channel.mqls_per_week,
        "to_mql": channel.to_mql,
        "to_customer": channel.to_customer,
        "own_rates": channel.n_own_rates,
        "customers": channel.customers,
    }
    return FigureRow(key=channel.channel, cells=cells, lead_ids=channel.lead_ids)


def _row_preview(key: str, preview: HotPreview, capacity: TakingCapacity) -> FigureRow:
    week = preview.forecast
    cells: Mapping[str, Cell] = {
        "threshold": preview.threshold,
        "per_week": None if week is None else week.mean,
        "per_week_low": None if week is None else week.low,
        "per_week_high": None if week is None else week.high,
        "law": None if week is None else week.law,
        "weeks": len(preview.weeks),
        "in_bulk": len(preview.in_bulk),
        "capacity_per_week": capacity.per_week,
    }
    turned = dict.fromkeys(lead_id for week_ids in preview.weeks for lead_id in week_ids)
    return FigureRow(key=key, cells=cells, lead_ids=tuple(turned))


def _list_weeks(preview: HotPreview, ends_at: int, zone: str) -> Iterator[FigureRow]:
    for number, lead_ids in enumerate(preview.weeks):
        begins_at = ends_at - (len(preview.weeks) - number) * WEEK_MICROS
        day = compute_local_date(begins_at, zone).isoformat()
        yield FigureRow(key=day, cells={"turned_hot": len(lead_ids)}, lead_ids=tuple(dict.fromkeys(lead_ids)))


def _time(what: str, record: TrackRecord, ends_at: int, now: int, zone: str) -> Mapping[str, Cell]:
    """Return how long customers took from here to their win, and so until when a lead has to be here."""
    if what not in FUNNEL:
        return {"days_to_win": None, "days_to_win_n": None, "by": None, "is_late": None}
    time = record.to_win[Stage(what)]
    start = time.find_latest_start(ends_at)
    return {
        "days_to_win": time.median_days,
        "days_to_win_n": time.n,
        "by": None if start is None else compute_local_date(start, zone).isoformat(),
        "is_late": None if start is None else start < now,
    }


def _spread_amounts(amounts: Mapping[str, Amount | None]) -> dict[str, Cell]:
    """Return amounts as cells, each with its interval."""
    cells: dict[str, Cell] = {}
    for name, amount in amounts.items():
        cells[name] = None if amount is None else amount.value
        cells[f"{name}_low"] = None if amount is None else amount.low
        cells[f"{name}_high"] = None if amount is None else amount.high
    return cells
