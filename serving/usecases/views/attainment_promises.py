"""What both sides promised, as rows of the view `attainment`: by promise, by owner, and over time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agreement.attainment.attaining import Attainment, Scope
from agreement.attainment.duties import Tally
from agreement.attainment.promise_trend import Span
from agreement.attainment.supplying import Supplied
from agreement.calendar.durations import format_duration
from agreement.counting.rates import Rate
from agreement.people import Person
from agreement.terms import Terms
from agreement.timers import Duty, find_response
from serving.usecases.views.figures import Cell, FigureRow, spread_rate

BUCKET_ORDER = ("hot", "warm", "cold", None)
NOBODY, NO_BUCKET = "nobody", "no bucket"


def list_commitments(attainment: Attainment, terms: Terms, scope: Scope) -> Iterator[FigureRow]:
    """List marketing's promises, then each duty of sales by bucket."""
    for key, each in _name_supplied(attainment.supplied):
        promise = f"{each.supply.count:g} a {each.supply.per}"
        measured = _measure(each.actual, each.target, each.attainment, None)
        cells = {"side": "marketing", "promise": promise, **measured, "is_kept": each.is_kept}
        yield FigureRow(key=key, cells=cells, lead_ids=each.lead_ids)
    for duty, bucket, its in _list_duties(attainment, terms, scope):
        measured = _measure(its.rate.count, float(its.rate.of), its.rate.value, its.rate)
        cells = {"side": "sales", "promise": _say_promise(duty, bucket, terms), **measured, "is_kept": its.is_kept}
        yield FigureRow(key=_name_duty(duty, bucket), cells=cells, lead_ids=its.lead_ids)


def list_supply(attainment: Attainment) -> Iterator[FigureRow]:
    """List marketing's promises, where each stands today and where it ends."""
    for key, each in _name_supplied(attainment.supplied):
        outlook = each.outlook
        cells: dict[str, Cell] = {
            "quality": each.supply.quality,
            "channel": each.supply.channel,
            "actual": each.actual,
            "target_to_date": each.target_to_date,
            "attainment_to_date": each.attainment_to_date,
            "target": each.target,
            "forecast": None if outlook is None else outlook.expected,
            "forecast_low": None if outlook is None else outlook.low,
            "forecast_high": None if outlook is None else outlook.high,
        }
        yield FigureRow(key=key, cells=cells, lead_ids=each.lead_ids)


def list_duties(attainment: Attainment, terms: Terms, scope: Scope) -> Iterator[FigureRow]:
    """List the duties of sales by bucket, with those that are in no share."""
    for duty, bucket, its in _list_duties(attainment, terms, scope):
        cells = {
            "duty": duty.value,
            "bucket": bucket,
            **spread_rate("kept", its.rate),
            **_count_tally(its),
            **_bound_end(its),
        }
        yield FigureRow(key=_name_duty(duty, bucket), cells=cells, lead_ids=its.lead_ids)


def _bound_end(its: Tally) -> dict[str, Cell]:
    """Return between which shares a duty ends: if none, and if all, that are still due are kept."""
    met, decided, due = its.rate.count, its.rate.of, len(its.due)
    if not decided + due:
        return {"at_least": None, "at_most": None}
    return {"at_least": met / (decided + due), "at_most": (met + due) / (decided + due)}


def _name_duty(duty: Duty, bucket: str | None) -> str:
    return f"{duty.value}:{bucket or NO_BUCKET}"


def _name_supplied(supplied: Iterable[Supplied]) -> Iterator[tuple[str, Supplied]]:
    """Name each promise so that no other has its name."""
    names = Counter[str]()
    for each in supplied:
        name = f"supply:{each.supply.quality}" + (f":{each.supply.channel}" if each.supply.channel else "")
        names[name] += 1
        yield name if names[name] == 1 else f"{name}:{names[name]}", each


def _list_duties(attainment: Attainment, terms: Terms, scope: Scope) -> Iterator[tuple[Duty, str | None, Tally]]:
    promised = _list_promised(terms, scope)
    for duty, bucket in sorted({*attainment.duties, *promised}, key=_order_duty):
        yield duty, bucket, attainment.duties.get((duty, bucket), Tally())


def _list_promised(terms: Terms, scope: Scope) -> set[tuple[Duty, str | None]]:
    found: set[tuple[Duty, str | None]] = set()
    for response in terms.response:
        found.add((Duty.FIRST_CONTACT, response.bucket))
        if response.attempts > 1:
            found.add((Duty.ATTEMPTS, response.bucket))
        if terms.feedback is not None:
            found.add((Duty.FEEDBACK, response.bucket))
    return {(duty, bucket) for duty, bucket in found if scope.bucket in (None, bucket)}


def _order_duty(key: tuple[Duty, str | None]) -> tuple[int, int]:
    return list(Duty).index(key[0]), BUCKET_ORDER.index(key[1])


def _say_promise(duty: Duty, bucket: str | None, terms: Terms) -> str | None:
    """Say what the agreement in force promises, None where it promises nothing of the kind."""
    if duty == Duty.FEEDBACK:
        return None if terms.feedback is None else f"within {format_duration(terms.feedback.within_micros)}"
    response = find_response(bucket, terms.response)
    if response is None:
        return None
    if duty == Duty.FIRST_CONTACT:
        return f"within {format_duration(response.first_contact_micros)}"
    return f"{response.attempts} within {format_duration(response.attempts_within_micros)}"


def list_by_owner(attainment: Attainment, people: Mapping[str, Person]) -> Iterator[FigureRow]:
    """List the duties of sales by who owes them."""
    for owner_id, duty in sorted(attainment.by_owner, key=lambda key: (key[0] or "", list(Duty).index(key[1]))):
        its = attainment.by_owner[owner_id, duty]
        cells = {
            "owner": owner_id,
            "name": find_name(owner_id, people),
            "duty": duty.value,
            **spread_rate("kept", its.rate),
            **_count_tally(its),
        }
        yield FigureRow(key=f"{owner_id or NOBODY}:{duty.value}", cells=cells, lead_ids=its.lead_ids)


def list_trend(spans: Sequence[Span]) -> Iterator[FigureRow]:
    """List what was kept in each of the last weeks or months, a row a promise, a duty, and a duty to a bucket."""
    buckets = sorted({key for span in spans for key in span.by_bucket}, key=_order_duty)
    for span in spans:
        for name, each in _name_supplied(span.supplied):
            cells = _measure(each.actual, each.target, each.attainment, None)
            yield _place(span, "marketing", name, cells, each.lead_ids)
        kept = {"all duties": span.kept, **{duty.value: span.by_duty.get(duty, Tally()) for duty in Duty}}
        kept |= {_name_duty(*key): span.by_bucket.get(key, Tally()) for key in buckets}
        for name, its in kept.items():
            cells = _measure(its.rate.count, float(its.rate.of), its.rate.value, its.rate)
            yield _place(span, "sales", name, cells, its.lead_ids)


def _place(span: Span, side: str, what: str, cells: Mapping[str, Cell], lead_ids: Sequence[str]) -> FigureRow:
    named = {"span": span.period.to_text(), "side": side, "what": what, **cells}
    return FigureRow(key=f"{span.period.to_text()}:{what}", cells=named, lead_ids=lead_ids)


def _measure(actual: int, target: float, attainment: float | None, rate: Rate | None) -> dict[str, Cell]:
    bounds = (None, None) if rate is None or not rate.of else (rate.low, rate.high)
    return {
        "actual": actual,
        "target": target,
        "attainment": attainment,
        "attainment_low": bounds[0],
        "attainment_high": bounds[1],
    }


def _count_tally(its: Tally) -> dict[str, Cell]:
    return {name: len(getattr(its, name)) for name in ("met", "breached", "due", "void")}


def find_name(owner_id: str | None, people: Mapping[str, Person]) -> str | None:
    """Find the name of an owner, None where nobody told one."""
    person = people.get(owner_id or "")
    return person.name if person is not None and person.name else None
