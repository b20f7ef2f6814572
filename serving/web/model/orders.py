"""Orders: promoting and going back, each asked for on a page that shows the evidence, and what comes of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response

from models.lineup import KnownVersion
from serving.promoting import NoForeman, Order, OrderUnderWay
from serving.usecases.judging import Judged, gather_rivals, judge_version
from serving.web.visit import Visit

MOST_WORDS = 500
_POLL_SECONDS = "2"


def show_promotion(visit: Visit, _: Connection) -> Response:
    """Ask whether a version is to be promoted, beside the one in force."""
    return _ask_to_promote(visit, visit.get("version"), wrong="")


def show_rollback(visit: Visit, _: Connection) -> Response:
    """Ask whether to go back to the version that the champion replaced."""
    return _ask_to_roll_back(visit, wrong="")


def show_work(visit: Visit, _: Connection) -> Response:
    """Show how the latest order stands; while it runs, browsers ask again by themselves."""
    work = visit.service.promotions.latest
    response = visit.render("model/work.html", work=work, wrong="")
    if work is not None and work.state == "running":
        response.headers["refresh"] = _POLL_SECONDS
    return response


async def promote(visit: Visit, form: FormData) -> Response:
    """Order that a version be promoted; a gate is overruled only by who says why."""
    version, is_forced, why = read_field(form, "version"), read_field(form, "force") == "1", read_field(form, "why")
    known = gather_rivals(visit.service.settings.home, None).find(version)
    if known is None:
        return miss(visit, "no_such")
    if is_forced and not (_find_refusal(visit, version) or _list_floods(known)):
        return await asyncio.to_thread(_ask_to_promote, visit, version, wrong=visit.words.say("model.not_refused"))
    if is_forced and not why:
        return await asyncio.to_thread(_ask_to_promote, visit, version, wrong=visit.words.say("model.why_needed"))
    return await give(visit, Order(deed="promote", version=version, is_forced=is_forced, by=sign(visit), why=why))


async def roll_back(visit: Visit, form: FormData) -> Response:
    """Order to go back."""
    return await give(visit, Order(deed="roll_back", by=sign(visit), why=read_field(form, "why")))


async def look(visit: Visit, _: FormData) -> Response:
    """Order to look at the registry again."""
    return await give(visit, Order(deed="look", by=sign(visit)))


async def give(visit: Visit, order: Order) -> Response:
    """Give an order, and go where one sees how it stands."""
    try:
        await asyncio.to_thread(visit.service.promotions.give, order, visit.who.id)
    except (OrderUnderWay, NoForeman) as error:
        return visit.render("model/work.html", status=409, work=visit.service.promotions.latest, wrong=str(error))
    return visit.go("/model/work")


def _ask_to_promote(visit: Visit, version: str, *, wrong: str) -> Response:
    home, in_force = visit.service.settings.home, visit.service.championing.in_force
    rivals = gather_rivals(home, in_force)
    known = rivals.find(version)
    if known is None:
        return miss(visit, "no_such")
    return visit.render(
        "model/promote.html",
        status=422 if wrong else 200,
        judged=judge_version(home, known),
        champion=rivals.champion,
        floods=_list_floods(known),
        refused=_find_refusal(visit, version),
        wrong=wrong,
        most_words=MOST_WORDS,
    )


def _find_refusal(visit: Visit, version: str) -> str:
    """Find why the gate refused a version just before; empty where it did not."""
    work = visit.service.promotions.latest
    if work is None or work.state != "refused" or work.order.version != version:
        return ""
    return work.said


def _list_floods(known: KnownVersion) -> Sequence[str]:
    return () if known.facts is None else known.facts.about.get("floods", ())


def _ask_to_roll_back(visit: Visit, *, wrong: str) -> Response:
    home, in_force = visit.service.settings.home, visit.service.championing.in_force
    rivals = gather_rivals(home, in_force)
    champion = rivals.champion
    before = None if champion is None or champion.replaced is None else rivals.find(champion.replaced)
    judged: Judged | None = None if before is None else judge_version(home, before)
    values: dict[str, Any] = {"champion": champion, "judged": judged, "wrong": wrong, "most_words": MOST_WORDS}
    return visit.render("model/roll_back.html", **values)


def miss(visit: Visit, key: str) -> Response:
    """Answer that there is no such thing to order."""
    return visit.render("refusal.html", status=404, code=404, said=visit.words.say(f"model.{key}"))


def read_field(form: FormData, name: str) -> str:
    """Read a field, no longer than it may be."""
    return str(form.get(name, "")).strip()[:MOST_WORDS]


def sign(visit: Visit) -> str:
    """Return who decides, for the record that stays with the model."""
    return visit.who.name or visit.words.say("model.anybody")
