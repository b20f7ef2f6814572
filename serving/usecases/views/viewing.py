"""Viewing: every view of the agreement by its name: how its figures are computed, and what may be asked of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from sqlalchemy import Connection

from agreement.calendar.periods import Period
from agreement.lives import Life
from agreement.terms import Terms
from serving.championing import ScorerInForce
from serving.store.chronicle import read_lives
from serving.usecases.views import attaining, attributing, forecasting, funnelling, planning, profiling, winning
from serving.usecases.views.figures import Figures

ChoosePeriod = Callable[[int, Terms], Period]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a view is asked, and what it may look at.

    Attributes
    ----------
    connection
        One reading transaction.
    period
        The days in question, in the agreement's zone.
    now
        Microseconds since 1970.
    terms
        The agreement in force now.
    in_force
        The scorer, None where there is none.
    options
        Further parameters by name, as texts.
    """

    connection: Connection
    period: Period
    now: int
    terms: Terms
    in_force: ScorerInForce | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lives(self) -> list[Life]:
        """All leads, without what they did."""
        return read_lives(self.connection)

    @cached_property
    def touched_lives(self) -> list[Life]:
        """All leads with what they did."""
        return read_lives(self.connection, with_touches=True)

    def ask_also(self, period: Period, options: Mapping[str, str]) -> Self:
        """Return another question about the same leads, which are read once for both."""
        other = replace(self, period=period, options=options)
        other.__dict__["lives"] = self.lives
        return other


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view.

    Attributes
    ----------
    title
        What people call it.
    says
        What it tells, in a sentence.
    look
        Computes its figures.
    choose_period
        The usual days in question.
    options
        The parameters that it knows besides those of all views, each with a sentence.
    """

    title: str
    says: str
    look: Callable[[Question], Figures]
    choose_period: ChoosePeriod
    options: Mapping[str, str] = field(default_factory=dict)


def choose_week(now: int, terms: Terms) -> Period:
    """Return the week in which a moment lies."""
    return Period.week_of(now, zone=terms.zone)


def choose_goal(now: int, terms: Terms) -> Period:
    """Return the period of the goal, or the twelve months until tomorrow where there is none."""
    if terms.goal is not None:
        return Period(begins=terms.goal.begins, ends=terms.goal.ends, zone=terms.zone)
    return Period.year_before(now, zone=terms.zone)


VIEWS: Mapping[str, View] = {
    "attainment": View(
        title="Attainment",
        says="Whether marketing and sales kept their word.",
        look=attaining.look_at_attainment,
        choose_period=choose_week,
        options=attaining.OPTIONS,
    ),
    "attribution": View(
        title="Attribution",
        says="What each marketing channel brought and cost, and what won deals had read.",
        look=attributing.look_at_attribution,
        choose_period=choose_goal,
        options=attributing.OPTIONS,
    ),
    "outcomes": View(
        title="Outcomes",
        says="Which leads were won and lost, why, by whom, and of what kind.",
        look=winning.look_at_outcomes,
        choose_period=choose_goal,
    ),
    "profile": View(
        title="Profile",
        says="What leads that buy have in common, and whether the agreement asks for it.",
        look=profiling.look_at_profile,
        choose_period=profiling.choose_years,
    ),
    "funnel": View(
        title="Funnel",
        says="How many leads reached each stage, how many went on, how long it took, and who stands where.",
        look=funnelling.look_at_funnel,
        choose_period=choose_goal,
    ),
    "plan": View(
        title="Plan",
        says="What the goal takes: deals, leads and visits, in total and a week, by when, and by whom.",
        look=planning.look_at_plan,
        choose_period=choose_goal,
        options=planning.OPTIONS,
    ),
    "forecast": View(
        title="Forecast",
        says="What the period will have brought when it is over, how sure that is, and what closes the gap.",
        look=forecasting.look_at_forecast,
        choose_period=forecasting.choose_ahead,
        options=forecasting.OPTIONS,
    ),
}
