"""Looking: the views that a page of the board is made of, from one reading, as the API computes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from agreement.calendar.periods import Period
from serving.api.figures import read_period
from serving.usecases.views.figures import FigureRow, Figures, UnknownTable
from serving.usecases.views.keeping_figures import KeptFigures, Key, name_question
from serving.usecases.views.viewing import VIEWS, Question, View
from serving.web.visit import Visit

_NO_OPTIONS: Mapping[str, str] = {}


def get_view(name: str) -> View:
    """Get a view by its name.

    Raises
    ------
    UnknownTable
        If there is none.
    """
    if name not in VIEWS:
        raise UnknownTable(f"there is no view of this name: use one of {', '.join(VIEWS)}")
    return VIEWS[name]


@dataclass(kw_only=True)
class Looker:
    """Computes views for one page; what several of them read, the leads, is read once.

    Attributes
    ----------
    kept
        What was computed for other pages lately.
    """

    visit: Visit
    connection: Connection
    kept: KeptFigures
    _asked: Question | None = field(default=None, init=False)

    def read_period(self, view: str) -> Period:
        """Read the period of the address, the view's usual one where there is none."""
        return read_period(self.visit.get("period") or None, get_view(view), self.visit.now, self.visit.terms)

    def find(self, view: str, period: Period, options: Mapping[str, str] = _NO_OPTIONS) -> Figures | None:
        """Find figures that need not be computed."""
        return self.kept.find(self._name(view, period, options))

    def look(self, view: str, period: Period, options: Mapping[str, str] = _NO_OPTIONS) -> Figures:
        """Return the figures of a view."""
        chosen = get_view(view)
        return self.kept.look(self._name(view, period, options), lambda: chosen.look(self._ask(period, options)))

    def _ask(self, period: Period, options: Mapping[str, str]) -> Question:
        if self._asked is not None:
            return self._asked.ask_also(period, options)
        self._asked = Question(
            connection=self.connection,
            period=period,
            now=self.visit.now,
            terms=self.visit.terms,
            in_force=self.visit.service.championing.in_force,
            options=options,
        )
        return self._asked

    def _name(self, view: str, period: Period, options: Mapping[str, str]) -> Key:
        in_force = self.visit.service.championing.in_force
        return name_question(
            view,
            period.to_text(),
            terms_version=self.visit.terms.version,
            model_version="" if in_force is None else str(in_force.champion.version),
            options=options,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Makes the addresses of the leads behind figures."""

    visit: Visit

    def link(
        self, figures: Figures, table: str, row: FigureRow | str, options: Mapping[str, str] = _NO_OPTIONS
    ) -> str:
        """Return the address of the leads behind a row, "" where there are none."""
        found = figures.get_table(table).get_row(row) if isinstance(row, str) else row
        if not found.lead_ids:
            return ""
        told = {"view": figures.view, "table": table, "row": found.key, "period": figures.period.to_text()}
        return self.visit.link("/agreement/leads", **told, **options)
