"""Attributing: the view of what each marketing channel brought and cost, and of what won deals had read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agreement.calendar.durations import BadDuration, format_duration, parse_duration
from agreement.counting.lifts import Lift
from agreement.insight.attributing import RULES, UNKNOWN, Crediting, Rule
from agreement.insight.channels import COUNTED, ChannelFigures, compute_channels, count_arrivals
from agreement.insight.closings import Closing, list_closings
from agreement.insight.contents import LEAST, ContentFigures, compute_contents
from agreement.insight.spending import compute_costs
from agreement.lives import Life
from agreement.stages import Stage
from serving.store.spending import list_spending
from serving.store.touches import read_touches
from serving.usecases.views.figures import BadOption, Cell, FigureRow, Figures, FigureTable, spread_rate

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question

OPTIONS: Mapping[str, str] = {
    "rule": f"Credit the {', '.join(rule.replace('_', ' ') for rule in RULES)} (as {', '.join(RULES)}).",
    "half_life": "Under time decay, a touch that much older has half the weight, as in 7 d.",
}
_USUAL_RULE: Rule = "time_decay"
# The same figures for the same facts, whenever they are asked for.
_SEED = 20_161
_NAMES = {Stage.LEAD: "leads", Stage.MQL: "mqls", Stage.SQL: "sqls", Stage.CUSTOMER: "customers"}


def look_at_attribution(question: "Question") -> Figures:
    """Compute what each channel brought and cost, and what won deals had read.

    Raises
    ------
    BadOption
        If the rule or the half-life is none.
    """
    rule, crediting = _read_rule(question.options), _read_crediting(question)
    closings = list_closings(question.lives, question.period, question.now)
    lives = _gather_lives(question, closings)
    closings = [replace(closing, life=lives[closing.life.lead_id]) for closing in closings]
    won = [closing for closing in closings if closing.is_won]
    channels = compute_channels(
        won,
        count_arrivals(lives.values(), question.period, question.now, crediting),
        compute_costs((told for told, _ in list_spending(question.connection)), question.period),
        crediting=crediting,
        rule=rule,
        generator=np.random.default_rng(_SEED),
    )
    return Figures(
        view="attribution",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals=_sum(channels, won, rule, crediting),
        tables=[_lay_out_channels(channels, rule), _lay_out_contents(compute_contents(closings))],
        notes=_list_notes(won, closings, rule, crediting),
    )


def spread_lift(lift: Lift | None) -> dict[str, Cell]:
    """Return a lift as cells, with its interval."""
    return {
        "lift": None if lift is None else lift.value,
        "lift_low": None if lift is None else lift.low,
        "lift_high": None if lift is None else lift.high,
    }


def _gather_lives(question: "Question", closings: Iterable[Closing]) -> dict[str, Life]:
    """Gather all lives by id: with what they did where they closed, or where nobody told where they came from."""
    wanted = {closing.life.lead_id for closing in closings}
    wanted |= {life.lead_id for life in question.lives if life.source is None}
    touches = read_touches(question.connection, wanted)
    return {
        life.lead_id: replace(life, touches=tuple(touches[life.lead_id])) if life.lead_id in touches else life
        for life in question.lives
    }


def _read_rule(options: Mapping[str, str]) -> Rule:
    told = options.get("rule", _USUAL_RULE)
    for rule in RULES:
        if rule == told:
            return rule
    raise BadOption(f"rule: use one of {', '.join(RULES)}")


def _read_crediting(question: "Question") -> Crediting:
    attribution, told = question.terms.attribution, question.options.get("half_life")
    if told is None:
        return Crediting(attribution)
    try:
        half_life = parse_duration(told)
    except BadDuration:
        raise BadOption("half_life: write it as 36 h, 7 d or 90 min, at most 3650 d") from None
    if not half_life:
        raise BadOption("half_life: use more than 0")
    return Crediting(attribution, half_life)


def _sum(
    channels: Sequence[ChannelFigures], won: Sequence[Closing], rule: Rule, crediting: Crediting
) -> dict[str, Cell]:
    revenue, cost = sum(closing.euros for closing in won), sum(channel.cost for channel in channels)
    return {
        "rule": rule,
        "half_life": format_duration(crediting.half_life_micros),
        "won": len(won),
        "won_without_value": sum(closing.value is None for closing in won),
        "revenue": revenue,
        "cost": cost,
        "romi": (revenue - cost) / cost if cost else None,
    }


def _lay_out_channels(channels: Iterable[ChannelFigures], rule: Rule) -> FigureTable:
    rows = [FigureRow(key=each.channel, cells=_spread(each, rule), lead_ids=_list_leads(each)) for each in channels]
    return FigureTable(name="channels", title="What each channel brought and cost", rows=rows)


def _spread(channel: ChannelFigures, rule: Rule) -> dict[str, Cell]:
    return {
        "revenue": channel.revenue[rule],
        "revenue_low": channel.low,
        "revenue_high": channel.high,
        "deals": len(channel.deals),
        **{f"revenue_{each}": channel.revenue[each] for each in RULES},
        **{_NAMES[stage]: len(channel.arrived.get(stage, ())) for stage in COUNTED},
        "cost": channel.cost,
        "cost_per_lead": channel.compute_cost_per(Stage.LEAD),
        "cost_per_mql": channel.compute_cost_per(Stage.MQL),
        "cost_per_customer": channel.compute_cost_per(Stage.CUSTOMER),
        "romi": channel.compute_romi(rule),
    }


def _list_leads(channel: ChannelFigures) -> list[str]:
    return list(dict.fromkeys([*channel.deals, *(each for ids in channel.arrived.values() for each in ids)]))


def _lay_out_contents(contents: Iterable[ContentFigures]) -> FigureTable:
    rows = [
        FigureRow(
            key=f"{each.type}: {each.content}",
            cells={
                "n": each.n,
                **spread_rate("won_share", each.won),
                **spread_rate("lost_share", each.lost),
                **spread_lift(each.lift),
            },
            lead_ids=each.lead_ids,
        )
        for each in contents
    ]
    return FigureTable(name="content", title="What won deals had met, beside lost ones", rows=rows)


def _list_notes(won: Sequence[Closing], closings: Sequence[Closing], rule: Rule, crediting: Crediting) -> list[str]:
    half_life = f", half-life {format_duration(crediting.half_life_micros)}" if rule == "time_decay" else ""
    notes = [
        f"Revenue is credited by {rule.replace('_', ' ')}{half_life}; leads, MQLs, SQLs and customers are counted "
        "for the channel that brought the lead.",
        "ROMI takes revenue, not margin: multiply revenue by your margin before you compare it with cost.",
    ]
    untold = sum(closing.value is None for closing in won)
    if untold:
        notes.append(f"{untold:,} of {len(won):,} won deals have no value: they count as 0 euros.")
    if len(closings) < LEAST:
        notes.append(f"Content is compared from {LEAST} closed deals on.")
    if any(crediting.find_origin(closing.life) == UNKNOWN for closing in won):
        notes.append(f"{UNKNOWN!r} is where neither a source nor a touch names a channel.")
    return notes
