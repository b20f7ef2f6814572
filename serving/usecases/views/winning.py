"""Winning: the view of which leads were won and which were lost, why, with whom, and of what kind."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from agreement.insight.closings import list_closings
from agreement.insight.win_loss import (
    LOST_FROM,
    UNKNOWN,
    EndFigures,
    ReasonFigures,
    compute_ends,
    compute_owners,
    compute_reasons,
    compute_segments,
)
from agreement.terms import Terms
from serving.usecases.views.figures import Cell, FigureRow, Figures, FigureTable, spread_rate

if TYPE_CHECKING:
    from serving.usecases.views.viewing import Question


def look_at_outcomes(question: "Question") -> Figures:
    """Compute how leads ended in the period, by reason, owner and kind."""
    closings = list_closings(question.lives, question.period, question.now)
    ends, reasons = compute_ends(closings), compute_reasons(closings)
    return Figures(
        view="outcomes",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals=_spread_ends(ends),
        tables=[
            _lay_out_reasons(reasons, question.terms),
            _lay_out_owners(compute_owners(closings)),
            _lay_out_segments(compute_segments(closings)),
        ],
        notes=_list_notes(reasons, ends),
    )


def _spread_ends(ends: EndFigures) -> dict[str, Cell]:
    return {
        "won": ends.wins.count,
        "lost": ends.wins.of - ends.wins.count,
        **spread_rate("win_rate", ends.wins),
        "euros_won": ends.euros,
        "median_days_to_win": ends.days_to_win,
        "median_days_to_loss": ends.days_to_loss,
    }


def _lay_out_reasons(reasons: Iterable[ReasonFigures], terms: Terms) -> FigureTable:
    means = {reason.code: reason.means for reason in terms.reasons} | {UNKNOWN: "Nobody told why"}
    rows = [
        FigureRow(
            key=each.code,
            cells={
                "means": means.get(each.code, ""),
                "lost": each.losses.count,
                **spread_rate("share", each.losses),
                **{f"from_{stage}": each.lost_from.get(stage, 0) for stage in LOST_FROM},
                "median_days_to_loss": each.days_to_loss,
            },
            lead_ids=each.lead_ids,
        )
        for each in reasons
    ]
    return FigureTable(name="reasons", title="Why leads were lost, and from which stage", rows=rows)


def _lay_out_owners(owners: Mapping[str, EndFigures]) -> FigureTable:
    rows = [
        FigureRow(key=owner, cells=_spread_ends(ends), lead_ids=ends.lead_ids) for owner, ends in owners.items()
    ]
    return FigureTable(name="owners", title="How leads ended, by owner", rows=rows)


def _lay_out_segments(segments: Mapping[str, Mapping[str, EndFigures]]) -> FigureTable:
    rows = [
        FigureRow(
            key=f"{name}: {value}",
            cells={"attribute": name, "value": value, **_spread_ends(ends)},
            lead_ids=ends.lead_ids,
        )
        for name, values in segments.items()
        for value, ends in values.items()
    ]
    return FigureTable(name="segments", title="How leads ended, by kind", rows=rows)


def _list_notes(reasons: Sequence[ReasonFigures], ends: EndFigures) -> list[str]:
    notes = ["Counted are leads that were won or lost in the period; the owner is whose a lead is now."]
    untold = sum(each.losses.count for each in reasons if each.code == UNKNOWN)
    if untold:
        notes.append(f"{untold:,} of {ends.wins.of - ends.wins.count:,} losses came without a reason.")
    return notes
