"""Funnels: leads told to a store so that their numbers are round."""

import json
from collections.abc import Sequence
from hashlib import blake2b

from agreement.calendar.zones import DAY_MICROS
from agreement.funnel.passages import FUNNEL
from agreement.terms import Terms
from serving.usecases.told import Item, ToldLead, ToldStage
from serving.usecases.views.figures import Figures
from serving.usecases.views.viewing import VIEWS, Question
from tests.serving.usecases.tellers import NOW, Teller


def ago(days: float) -> int:
    """Return the instant so many days ago."""
    return NOW - round(days * DAY_MICROS)


def make_stage(lead_id: str, stage: str, at: int, value: float | None = None) -> ToldStage:
    """Make a stage of a lead."""
    key = blake2b(f"{lead_id}{stage}{at}".encode(), digest_size=16).digest()
    return ToldStage(lead_id=lead_id, key=key, stage=stage, occurred_at=at, value=value)


def tell_stage(teller: Teller, lead_id: str, stage: str, at: int) -> None:
    """Tell a lead's stage."""
    teller.tell(make_stage(lead_id, stage, at))


def tell_funnel(
    teller: Teller, source: str, counts: Sequence[int], *, since: float = 300, value: float = 1e4
) -> None:
    """Tell leads of which so many reach each stage, ten days a stage, and what those who sign are worth."""
    items: list[Item] = []
    for number in range(counts[0]):
        lead_id, told = f"{source}-{number:02d}", json.dumps({"source": source})
        items.append(ToldLead(id=lead_id, attributes=told, created_at=ago(since), owner_id="anna"))
        for place, stage in enumerate(FUNNEL[1:], start=1):
            if number < counts[place]:
                worth = value if stage == "customer" else None
                items.append(make_stage(lead_id, stage, ago(since - 10 * place), worth))
    teller.tell(*items)


def look(teller: Teller, view: str, terms: Terms, **options: str) -> Figures:
    """Look at a view, as the API does."""
    with teller.database.reading() as connection:
        period = VIEWS[view].choose_period(teller.now, terms)
        question = Question(
            connection=connection,
            period=period,
            now=teller.now,
            terms=terms,
            in_force=teller.in_force,
            options=options,
        )
        return VIEWS[view].look(question)
