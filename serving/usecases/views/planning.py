"""Planning: the view of the plan: from the goal backwards to what is needed, by when, of whom."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from agreement.calendar.periods import Period
from agreement.funnel.channel_plans import plan_channels
from agreement.funnel.measuring import divide_sides, measure_track_record
from agreement.funnel.planned_rates import AS_IS, WhatIf
from agreement.funnel.planning import Side, SidePlan, compute_weeks_left, plan_backwards
from agreement.funnel.supply_gaps import compute_supply_gaps
from agreement.funnel.taking import TakingCapacity, Workload, compute_capacity, compute_workload
from agreement.goal import Goal
from agreement.lives import Life
from agreement.terms import Terms
from serving.usecases.standing import gather_people
from serving.usecases.views.figures import Cell, Figures, FigureTable, read_number
from serving.usecases.views.plan_tables import (
    TwoPlans,
    list_hot_tables,
    table_capacity,
    table_channels,
    table_needs,
    table_rates,
    table_sides,
    table_supply,
)
from serving.usecases.views.previewing import HotPreviews, preview_hot

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question

# The same facts give the same plan to the last digit.
_SEED = 20_260_101
OPTIONS: Mapping[str, str] = {
    "close_rate_plus": "What if: percentage points added to the rate from opportunity to customer, -100 to 100.",
    "value_plus": "What if: percent added to the average won value, -99 to 10000.",
    "reps_plus": "What if: people more, or fewer, who take leads, -10000 to 10000.",
}


def look_at_plan(question: "Question") -> Figures:
    """Return the figures of the plan; without a goal, only what the latest weeks say of hot leads.

    Raises
    ------
    BadOption
        If a change is out of its range.
    """
    what_if, goal = read_what_if(question.options), question.terms.goal
    thresholds = None if question.in_force is None else question.in_force.scorer.thresholds_
    previews = preview_hot(
        question.connection,
        question.terms,
        question.now,
        thresholds=thresholds,
        lives=question.lives,
        what_if=what_if,
    )
    hot = list_hot_tables(previews, question.terms.zone)
    if goal is None:
        said = ["The agreement names no goal: there is nothing to plan from. Add a [goal] with its revenue."]
        return _answer(question, question.period, hot, {}, [*said, *_list_hot_notes(previews)])
    period = Period(begins=goal.begins, ends=goal.ends, zone=question.terms.zone)
    weeks_left = compute_weeks_left(period, question.now)
    plans = make_plans(question.lives, question.terms, goal, question.now, what_if)
    workloads = _compute_workloads(question, plans, weeks_left, what_if)
    needs = table_needs(plans, ends_at=period.ends_at, now=question.now, zone=period.zone)
    tables = (needs, table_sides(plans), table_rates(plans), *_table_marketing(plans, question.terms))
    won = sum(plan.won for plan in plans.usual)
    totals = {"revenue": goal.revenue, "won": won, "left": max(0.0, goal.revenue - won), "weeks_left": weeks_left}
    notes = [*_list_notes(plans, goal, question.period == period), *_list_hot_notes(previews)]
    return _answer(question, period, (*tables, table_capacity(workloads), *hot), totals, notes)


def read_what_if(options: Mapping[str, str]) -> WhatIf:
    """Read what would be different.

    Raises
    ------
    BadOption
        If a number is out of its range.
    """
    return WhatIf(
        close_rate_plus=read_number(options, "close_rate_plus", low=-100, high=100),
        value_plus=read_number(options, "value_plus", low=-99, high=10_000),
        reps_plus=read_number(options, "reps_plus", low=-10_000, high=10_000),
    )


def make_plans(lives: Sequence[Life], terms: Terms, goal: Goal, now: int, what_if: WhatIf = AS_IS) -> TwoPlans:
    """Make the plan of each side, and the same under a change where there is one."""
    period = Period(begins=goal.begins, ends=goal.ends, zone=terms.zone)
    horizon_days, weeks_left = terms.assumed.horizon_days, compute_weeks_left(period, now)
    records = {
        side: measure_track_record(its_own, goal_period=period, as_of=now, horizon_days=horizon_days)
        for side, its_own in zip(Side, divide_sides(lives, goal), strict=True)
    }

    def plan(under: WhatIf) -> Sequence[SidePlan]:
        rng = np.random.default_rng(_SEED)
        return plan_backwards(goal, terms.assumed, records, weeks_left=weeks_left, rng=rng, what_if=under)

    return TwoPlans(usual=plan(AS_IS), changed=None if what_if == AS_IS else plan(what_if), records=records)


def _answer(
    question: "Question",
    period: Period,
    tables: Sequence[FigureTable],
    totals: Mapping[str, Cell],
    notes: Sequence[str],
) -> Figures:
    return Figures(
        view="plan",
        period=period,
        as_of=question.now,
        terms=question.terms,
        tables=tables,
        totals=totals,
        notes=notes,
    )


def _table_marketing(plans: TwoPlans, terms: Terms) -> Sequence[FigureTable]:
    """Lay out marketing's channels and promises; both are empty where it has no part in the goal."""
    marketing = next((plan for plan in plans.usual if plan.side == Side.MARKETING), None)
    by_source = plans.records[Side.MARKETING].funnel.by_source
    channels = () if marketing is None else plan_channels(marketing, by_source, terms.assumed)
    return table_channels(channels), table_supply(compute_supply_gaps(terms.supply, marketing, channels))


def _compute_workloads(
    question: "Question", plans: TwoPlans, weeks_left: float, what_if: WhatIf
) -> Mapping[str, Workload]:
    people = gather_people(question.connection, question.terms).values()

    def workload(sides: Sequence[SidePlan], capacity: TakingCapacity) -> Workload:
        return compute_workload(sides, capacity, weeks_left)

    workloads = {"usual": workload(plans.usual, compute_capacity(people))}
    if plans.changed is not None:
        workloads["what_if"] = workload(plans.changed, compute_capacity(people, what_if))
    return workloads


def _list_notes(plans: TwoPlans, goal: Goal, is_asked_for: bool) -> Iterator[str]:
    record = plans.records[Side.MARKETING]
    yield (
        f"Rates are of leads that reached a stage from {record.period.begins} to before {record.period.ends}: "
        "each has had its time. Values and days to a win are of the deals of the last 365 days."
    )
    if not is_asked_for:
        yield "The plan speaks of the goal's own period, whatever other one is asked for."
    for plan in plans.usual:
        yield from plan.missing
    if goal.marketing_share < 1 and not goal.own_sources:
        yield "The goal names no own_sources, so whatever is won counts as marketing's."
    unvalued = sum(plans.records[plan.side].won_unvalued for plan in plans.usual)
    if unvalued:
        yield f"Of the deals won so far, {unvalued} have no value and count with the average won value."


def _list_hot_notes(previews: HotPreviews) -> Iterator[str]:
    if previews.in_force is None:
        yield "Nothing has been scored yet, so nobody can say how many leads turn hot in a week."
    elif not previews.in_force.weeks:
        yield "There have been scores for less than a week, so nobody can say how many leads turn hot in one."
    if previews.capacity.per_week is None:
        yield "Nobody told how many leads those who take them can answer: no threshold can be fitted to them."
    elif previews.capacity.untold:
        yield f"{previews.capacity.untold} who take leads have told no capacity, and count with none."
