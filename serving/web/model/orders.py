"""Orders: promoting, going back and setting thresholds, each asked for on a page that shows the evidence."""

import asyncio
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response

from serving.promoting import NoForeman, Order, OrderUnderWay
from serving.usecases.judging import Judged, gather_rivals, judge_version
from serving.web.model.page import show_bench
from serving.web.model.thresholds import BadThreshold, read_percent
from serving.web.visit import Visit

MOST_WORDS = 500
_POLL_SECONDS = "2"


def show_promotion(visit: Visit, _: Connection) -> Response:
    """Ask whether a version is to be promoted, beside the one in force."""
    return _ask_to_promote(visit, visit.get("version"), wrong="")


def show_rollback(visit: Visit, _: Connection) -> Response:
    """Ask whether to go back to the version that the champion replaced."""
    return _ask_to_roll_back(visit, wrong="")


def show_thresholds(visit: Visit, connection: Connection) -> Response:
    """Ask whether a threshold is to be set, beside what it does."""
    return _ask_to_set(visit, connection, visit.get("hot"), wrong="")


def show_work(visit: Visit, _: Connection) -> Response:
    """Show how the latest order stands; while it runs, browsers ask again by themselves."""
    work = visit.service.promotions.latest
    response = visit.render("model/work.html", work=work, wrong="")
    if work is not None and work.state == "running":
        response.headers["refresh"] = _POLL_SECONDS
    return response


async def promote(visit: Visit, form: FormData) -> Response:
    """Order that a version be promoted; a gate is overruled only by who says why."""
    version, is_forced, why = _read(form, "version"), _read(form, "force") == "1", _read(form, "why")
    if is_forced and not why:
        return await asyncio.to_thread(_ask_to_promote, visit, version, wrong=visit.words.say("model.why_needed"))
    known = gather_rivals(visit.service.settings.home, None).find(version)
    if known is None:
        return _miss(visit, "no_such")
    return await _give(visit, Order(deed="promote", version=version, is_forced=is_forced, by=_sign(visit), why=why))


async def roll_back(visit: Visit, form: FormData) -> Response:
    """Order to go back."""
    return await _give(visit, Order(deed="roll_back", by=_sign(visit), why=_read(form, "why")))


async def set_thresholds(visit: Visit, form: FormData) -> Response:
    """Order that the champion sort by other thresholds."""
    try:
        hot, warm = read_percent(visit, _read(form, "hot")), _read(form, "warm")
        order = Order(
            deed="thresholds",
            hot=hot,
            warm=read_percent(visit, warm) if warm else None,
            by=_sign(visit),
            why=_read(form, "why"),
        )
        if order.warm is not None and order.warm > hot:
            raise BadThreshold(visit.words.say("model.warm_above"))
    except BadThreshold as error:
        wrong = str(error)
        return await asyncio.to_thread(_ask_again, visit, _read(form, "hot"), wrong)
    return await _give(visit, order)


async def look(visit: Visit, _: FormData) -> Response:
    """Order to look at the registry again."""
    return await _give(visit, Order(deed="look", by=_sign(visit)))


async def _give(visit: Visit, order: Order) -> Response:
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
        return _miss(visit, "no_such")
    floods = () if known.facts is None else known.facts.about.get("floods", ())
    work = visit.service.promotions.latest
    refused = work is not None and work.state == "refused" and work.order.version == version
    return visit.render(
        "model/promote.html",
        status=422 if wrong else 200,
        judged=judge_version(home, known),
        champion=rivals.champion,
        floods=floods,
        refused=work.said if work is not None and refused else "",
        wrong=wrong,
        most_words=MOST_WORDS,
    )


def _ask_to_roll_back(visit: Visit, *, wrong: str) -> Response:
    home, in_force = visit.service.settings.home, visit.service.championing.in_force
    rivals = gather_rivals(home, in_force)
    champion = rivals.champion
    before = None if champion is None or champion.replaced is None else rivals.find(champion.replaced)
    judged: Judged | None = None if before is None else judge_version(home, before)
    values: dict[str, Any] = {"champion": champion, "judged": judged, "wrong": wrong, "most_words": MOST_WORDS}
    return visit.render("model/roll_back.html", **values)


def _ask_to_set(visit: Visit, connection: Connection, told: str, *, wrong: str) -> Response:
    in_force = visit.service.championing.in_force
    rivals = gather_rivals(visit.service.settings.home, in_force)
    if in_force is None or rivals.champion is None:
        return _miss(visit, "none_in_force")
    values = show_bench(visit, connection, in_force, rivals.champion, told)
    return visit.render(
        "model/thresholds.html",
        status=422 if wrong else 200,
        champion=rivals.champion,
        wrong=wrong or values["bench"].wrong,
        most_words=MOST_WORDS,
        **values,
    )


def _ask_again(visit: Visit, told: str, wrong: str) -> Response:
    with visit.service.database.reading() as connection:
        return _ask_to_set(visit, connection, told, wrong=wrong)


def _miss(visit: Visit, key: str) -> Response:
    return visit.render("refusal.html", status=404, code=404, said=visit.words.say(f"model.{key}"))


def _read(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()[:MOST_WORDS]


def _sign(visit: Visit) -> str:
    """Return who decides, for the record that stays with the model."""
    return visit.who.name or visit.words.say("model.anybody")
