"""The board: what was promised and kept at once, then what takes longer: goal, funnel, channels, outcomes, plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from agreement.calendar.periods import Period
from agreement.insight.attributing import RULES
from serving.usecases.views.figures import FigureRow, Figures
from serving.usecases.views.forecasting import choose_ahead
from serving.usecases.views.keeping_figures import KeptFigures
from serving.usecases.views.viewing import choose_goal
from serving.web.board.drawings import Course, draw_course, draw_waits
from serving.web.board.looking import Behind, Looker
from serving.web.board.promises import list_promises
from serving.web.board.spans import find_after, find_before, is_short, list_choices, name_period
from serving.web.charts.distribution import HEIGHT as WAITS_HEIGHT
from serving.web.charts.lines import HEIGHT as COURSE_HEIGHT
from serving.web.visit import Visit

_LATER = ("forecast", "funnel", "attribution", "outcomes", "plan")
# Pixels: all of the board is one sheet of A4 then.
_PAPER_HEIGHT = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What takes longer to compute, by view.

    Attributes
    ----------
    reached
        The funnel of the board's own period, where that is too short for conversions.
    """

    forecast: Figures
    funnel: Figures
    attribution: Figures
    outcomes: Figures
    plan: Figures
    reached: Figures
    course: Course


def show_board(visit: Visit, connection: Connection, kept: KeptFigures) -> Response:
    """Show the board; what takes longer comes with it where it is known, or asked for."""
    looker = Looker(visit=visit, connection=connection, kept=kept)
    period = looker.read_period("attainment")
    is_paper = visit.get("print") == "1"
    is_whole = is_paper or visit.get("parts") == "all"
    attained = looker.look("attainment", period)
    later = (
        look_later(looker, period, height=_PAPER_HEIGHT if is_paper else COURSE_HEIGHT)
        if is_whole or _is_known(looker, period)
        else None
    )
    return visit.render(
        "board/paper.html" if is_paper else "board/board.html",
        figures=attained,
        promises=list_promises(attained, visit),
        waits=draw_waits(attained, visit, height=_PAPER_HEIGHT if is_paper else WAITS_HEIGHT),
        later=later,
        needs={} if later is None else list_needs(later.plan),
        period=period,
        name_period=lambda span: name_period(span, visit.words),
        choices=list_choices(visit.now, visit.terms),
        before=find_before(period),
        after=find_after(period, visit.now),
        behind=Behind(visit=visit).link,
        options=_read_options(visit),
        rules=RULES,
        rule=_read_options(visit).get("rule", "time_decay"),
        is_signed=visit.service.agreeing.take().is_signed,
    )


def look_later(looker: Looker, period: Period, *, height: float) -> Later:
    """Look at everything that takes longer."""
    found = {view: looker.look(view, *asked) for view, asked in _list_questions(looker.visit, period).items()}
    return Later(
        **found,
        reached=looker.look("funnel", period),
        course=draw_course(found["forecast"], looker.visit, height=height),
    )


def list_needs(plan: Figures) -> Mapping[str, Mapping[str, FigureRow]]:
    """List what the goal takes of everything, by the sides that have a part in it; nothing without a goal."""
    needs = next((table for table in plan.tables if table.name == "needs"), None)
    listed: dict[str, dict[str, FigureRow]] = {}
    for row in () if needs is None else needs.rows:
        side, what = row.key.split(":")
        listed.setdefault(what, {})[side] = row
    return listed


def _is_known(looker: Looker, period: Period) -> bool:
    asked = _list_questions(looker.visit, period)
    known = [looker.find(view, *question) for view, question in asked.items()]
    return None not in (*known, looker.find("funnel", period))


def _list_questions(visit: Visit, period: Period) -> Mapping[str, tuple[Period, Mapping[str, str]]]:
    """List what each view is asked: nobody can tell conversions of a week, so it is the goal's period."""
    longer = choose_goal(visit.now, visit.terms) if is_short(period) else period
    ahead = choose_ahead(visit.now, visit.terms) if is_short(period) else period
    options = {"attribution": _read_options(visit)}
    return {view: (ahead if view == "forecast" else longer, options.get(view, {})) for view in _LATER}


def _read_options(visit: Visit) -> Mapping[str, str]:
    rule = visit.get("rule")
    return {"rule": rule} if rule in RULES else {}
