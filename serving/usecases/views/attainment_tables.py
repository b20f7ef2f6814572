"""The tables of the view `attainment`: its figures as rows, each with the leads behind it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from agreement.attainment.attaining import Attainment, Scope
from agreement.attainment.contact_activity import MOST_ATTEMPTS, count_attempts
from agreement.attainment.response_times import Wait, group_by_length, summarise_waits
from agreement.attainment.turning_down import TurnedDown
from agreement.counting.rates import Rate
from agreement.episodes import HOUR_MICROS
from agreement.people import Person
from agreement.terms import Terms
from serving.usecases.views.attainment_promises import (
    BUCKET_ORDER,
    NO_BUCKET,
    NOBODY,
    find_name,
    list_by_owner,
    list_commitments,
    list_duties,
    list_supply,
    list_trend,
)
from serving.usecases.views.figures import Cell, FigureRow, FigureTable, spread_rate


def list_tables(
    attainment: Attainment, *, terms: Terms, people: Mapping[str, Person], scope: Scope
) -> list[FigureTable]:
    """List the tables of the view."""
    rows: Sequence[tuple[str, str, Iterable[FigureRow]]] = (
        ("commitments", "What both sides promised", list_commitments(attainment, terms, scope)),
        ("supply", "What marketing brings", list_supply(attainment)),
        ("duties", "What sales owed", list_duties(attainment, terms, scope)),
        ("duties_by_owner", "What sales owed, by owner", list_by_owner(attainment, people)),
        ("response_times", "From the hand-over to the first contact", _list_response_times(attainment)),
        ("response_distribution", "Response times in working time", _list_distribution(attainment.waits)),
        ("activity", "Contacts", _list_activity(attainment, people)),
        ("attempts", "Attempts after each hand-over", _list_attempts(attainment)),
        ("rejections", "Why leads were not taken", _list_rejections(attainment.turned_down, terms)),
        ("criteria", "Where the criteria were wrong", _list_criteria(attainment)),
        ("recycled", "Leads put aside, and woken", _list_recycled(attainment)),
        ("trend", "The last weeks or months", list_trend(attainment.trend)),
    )
    return [FigureTable(name=name, title=title, rows=list(listed)) for name, title, listed in rows]


def _list_response_times(attainment: Attainment) -> Iterator[FigureRow]:
    paired = list(zip(attainment.handed_over, attainment.waits, strict=True))
    yield _summarise("all", attainment.waits)
    buckets = {each.bucket for each, _ in paired}
    for bucket in (each for each in BUCKET_ORDER if each in buckets):
        waits = [wait for each, wait in paired if each.bucket == bucket]
        yield _summarise(f"bucket:{bucket or NO_BUCKET}", waits)
    for owner_id in sorted({each.owner_id or "" for each, _ in paired}):
        waits = [wait for each, wait in paired if (each.owner_id or "") == owner_id]
        yield _summarise(f"owner:{owner_id or NOBODY}", waits)
    yield _summarise("speed to lead", attainment.first_waits)


def _summarise(key: str, waits: Sequence[Wait]) -> FigureRow:
    found = summarise_waits(waits)
    cells: dict[str, Cell] = {
        "n": len(waits),
        "not_yet": found.n_unanswered,
        "not_yet_and_left": found.n_left,
        "median_working_hours": _to_hours(found.median_working),
        "p90_working_hours": _to_hours(found.p90_working),
        "median_hours": _to_hours(found.median_plain),
        "p90_hours": _to_hours(found.p90_plain),
    }
    return FigureRow(key=key, cells=cells, lead_ids=found.lead_ids)


def _list_distribution(waits: Sequence[Wait]) -> Iterator[FigureRow]:
    words = {0: "longer", None: "not yet"}
    for edge, ids in group_by_length(waits).items():
        cells = {"up_to_hours": edge or None, **spread_rate("share", Rate(count=len(ids), of=len(waits)))}
        yield FigureRow(key=words.get(edge, f"up to {edge} h"), cells=cells, lead_ids=tuple(dict.fromkeys(ids)))


def _list_activity(attainment: Attainment, people: Mapping[str, Person]) -> Iterator[FigureRow]:
    for each in attainment.activity:
        cells = {
            "owner": each.owner_id,
            "name": find_name(each.owner_id, people),
            "kind": each.kind,
            "contacts": each.reached.of,
            **spread_rate("reached", each.reached),
        }
        yield FigureRow(key=f"{each.owner_id or NOBODY}:{each.kind}", cells=cells, lead_ids=each.lead_ids)


def _list_attempts(attainment: Attainment) -> Iterator[FigureRow]:
    for each in count_attempts(attainment.handed_over):
        name = f"{each.count} or more" if each.count == MOST_ATTEMPTS else str(each.count)
        cells = {**spread_rate("share", each.share), **spread_rate("reached", each.reached)}
        yield FigureRow(key=name, cells=cells, lead_ids=each.lead_ids)


def _list_rejections(turned_down: Sequence[TurnedDown], terms: Terms) -> Iterator[FigureRow]:
    words = {reason.code: reason.means for reason in terms.reasons}
    yield from _group(turned_down, "reason", lambda each: each.reason, words)
    yield from _group(turned_down, "owner", lambda each: each.owner_id or NOBODY, {})


def _group(
    turned_down: Sequence[TurnedDown], by: str, choose: Callable[[TurnedDown], str], words: Mapping[str, str]
) -> Iterator[FigureRow]:
    for name, count in sorted(Counter(map(choose, turned_down)).items(), key=lambda item: (-item[1], item[0])):
        its = [each for each in turned_down if choose(each) == name]
        fit = Rate(count=sum(each.is_about_fit for each in its), of=len(its))
        cells = {
            "by": by,
            "means": words.get(name),
            **spread_rate("share", Rate(count=count, of=len(turned_down))),
            **spread_rate("about_fit", fit),
        }
        yield FigureRow(key=f"{by}:{name}", cells=cells, lead_ids=_list_ids(its))


def _list_criteria(attainment: Attainment) -> Iterator[FigureRow]:
    for each in attainment.misfits:
        cells = {"criterion": each.criterion, "value": each.value, **spread_rate("about_fit", each.rate)}
        yield FigureRow(key=f"{each.criterion}:{each.value}", cells=cells, lead_ids=each.lead_ids)


def _list_recycled(attainment: Attainment) -> Iterator[FigureRow]:
    rested = attainment.rested
    for key, ids in (
        ("put aside", rested.put_aside),
        ("wakes within 30 days", rested.waking),
        ("should have woken", rested.overdue),
    ):
        yield FigureRow(
            key=key, cells={"count": len(ids), **spread_rate("of_woken", Rate(count=0, of=0))}, lead_ids=ids
        )
    for stage in sorted(rested.woken):
        ids = tuple(rested.woken[stage])
        cells = {"count": len(ids), **spread_rate("of_woken", Rate(count=len(ids), of=rested.n_woken))}
        yield FigureRow(key=f"woken:{stage.value}", cells=cells, lead_ids=ids)


def _list_ids(its: Iterable[TurnedDown]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.lead_id for each in its))


def _to_hours(micros: int | None) -> float | None:
    return None if micros is None else micros / HOUR_MICROS
