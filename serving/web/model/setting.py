"""Setting thresholds: asked for on a page that shows what they would do."""

import asyncio

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response

from serving.promoting import Order
from serving.usecases.judging import gather_rivals
from serving.web.model.orders import MOST_WORDS, give, miss, read_field, sign
from serving.web.model.page import ModelPage
from serving.web.model.thresholds import BadThreshold, read_percent
from serving.web.visit import Visit


class ThresholdPage:
    """The page on which thresholds are set.

    Parameters
    ----------
    page
        The page of the model, whose bench it shows.
    """

    def __init__(self, page: ModelPage) -> None:
        self._page = page

    def show(self, visit: Visit, connection: Connection) -> Response:
        """Ask whether a threshold is to be set, beside what it does."""
        return self._ask(visit, connection, visit.get("hot"), wrong="")

    async def order(self, visit: Visit, form: FormData) -> Response:
        """Order that the champion sort by other thresholds."""
        try:
            order = _read_order(visit, form)
        except BadThreshold as error:
            return await asyncio.to_thread(self._ask_again, visit, read_field(form, "hot"), str(error))
        return await give(visit, order)

    def _ask_again(self, visit: Visit, told: str, wrong: str) -> Response:
        with visit.service.database.reading() as connection:
            return self._ask(visit, connection, told, wrong=wrong)

    def _ask(self, visit: Visit, connection: Connection, told: str, *, wrong: str) -> Response:
        in_force = visit.service.championing.in_force
        rivals = gather_rivals(visit.service.settings.home, in_force)
        if in_force is None or rivals.champion is None:
            return miss(visit, "none_in_force")
        values = self._page.show_bench(visit, connection, in_force, rivals.champion, told)
        return visit.render(
            "model/thresholds.html",
            status=422 if wrong else 200,
            champion=rivals.champion,
            wrong=wrong or values["bench"].wrong,
            most_words=MOST_WORDS,
            **values,
        )


def _read_order(visit: Visit, form: FormData) -> Order:
    hot, told = read_percent(visit, read_field(form, "hot")), read_field(form, "warm")
    warm = read_percent(visit, told) if told else None
    if warm is not None and warm > hot:
        raise BadThreshold(visit.words.say("model.warm_above"))
    return Order(deed="thresholds", hot=hot, warm=warm, by=sign(visit), why=read_field(form, "why"))
