"""Profiling: the view of what leads that buy have in common, beside what the agreement asks for."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from agreement.calendar.periods import Period
from agreement.counting.lifts import FALSE_DISCOVERIES
from agreement.insight.asking import CriterionFigures
from agreement.insight.kinds import Kind
from agreement.insight.profiling import LEAST, Profile, compute_profile
from agreement.terms import Terms
from serving.usecases.views.attributing import spread_lift
from serving.usecases.views.figures import Cell, FigureRow, Figures, FigureTable, spread_rate

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question

# Long enough for kinds to be many, short enough for the company to be the same.
_YEARS = 3
_MOST_ROWS = 25


def choose_years(now: int, terms: Terms) -> Period:
    """Return the three years until tomorrow."""
    last = Period.year_before(now, zone=terms.zone)
    return Period(begins=last.ends - timedelta(days=365 * _YEARS), ends=last.ends, zone=terms.zone)


def look_at_profile(question: "Question") -> Figures:
    """Compute the profile of leads that came to be in the period, and check the criteria by it."""
    profile = compute_profile(question.lives, question.period, question.now, question.terms)
    return Figures(
        view="profile",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals={
            **spread_rate("win_rate", profile.base),
            "left_out": profile.judged.n_left_out,
            "closed_early": profile.judged.n_young,
            "traits_tried": profile.n_traits,
            "pairs_tried": profile.n_pairs,
        },
        tables=[
            _lay_out("best", "What leads that buy have in common", profile.best),
            _lay_out("worst", "What leads that do not buy have in common", profile.worst),
            _lay_out("pairs", "What two traits say together", profile.pairs),
            _lay_out_criteria(profile.criteria),
        ],
        notes=_list_notes(profile, question.terms),
    )


def _lay_out(name: str, title: str, kinds: Sequence[Kind]) -> FigureTable:
    rows = [
        FigureRow(
            key=" and ".join(f"{trait.attribute}: {trait.says}" for trait in kind.traits),
            cells=_spread(kind),
            lead_ids=kind.lead_ids,
        )
        for kind in kinds[:_MOST_ROWS]
    ]
    return FigureTable(name=name, title=title, rows=rows)


def _spread(kind: Kind) -> dict[str, Cell]:
    return {
        **spread_rate("win_rate", kind.wins),
        "win_rate_of_others": kind.others.value,
        **spread_lift(kind.lift),
        "value_per_lead": kind.value_per_lead,
        "p_value": kind.p_value,
    }


def _lay_out_criteria(criteria: Iterable[CriterionFigures]) -> FigureTable:
    rows = [
        FigureRow(
            key=f"{each.field}: {each.asks}",
            cells={"finding": each.finding, "says": each.sentence, **_spread(each.kind)},
            lead_ids=each.kind.lead_ids,
        )
        for each in criteria
    ]
    return FigureTable(name="criteria", title="What the agreement asks for, beside how leads end", rows=rows)


def _list_notes(profile: Profile, terms: Terms) -> list[str]:
    judged, days = profile.judged, terms.assumed.horizon_days
    notes = [each.sentence for each in profile.criteria if each.is_disagreement]
    notes.append(
        f"A lead counts once it is older than {days} days, or closed: {judged.n_left_out:,} younger open ones are "
        f"left out, {judged.n_young:,} that closed younger are in."
    )
    notes.append(
        f"{profile.n_traits:,} traits and {profile.n_pairs:,} pairs that {LEAST} leads or more have were tried; "
        f"of what is shown in best, worst and pairs at most {FALSE_DISCOVERIES:.0%} are chance, on average."
    )
    notes.append(
        "Facts are those known today: one that is only told of customers goes with wins, and finds nobody."
    )
    if terms.handover is None:
        notes.append("The agreement names no criteria of the hand-over to compare with.")
    return notes
