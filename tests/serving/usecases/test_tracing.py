"""Tracing: what is drawn of a lead is what happened, within whole days, and never what was not known yet."""

import pytest

from agreement.calendar.zones import compute_local_date
from features.times import DAY
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.leads import read_leads
from serving.store.timelines import list_entries
from serving.usecases.told import ToldContact, ToldNote, ToldStage
from serving.usecases.tracing import (
    MOST_STRETCHES,
    RANGES,
    Range,
    ScorePoint,
    Trace,
    choose_range,
    choose_span,
    trace_hindsight,
    trace_lead,
)
from serving.usecases.unfolding import recollect
from tests.serving.usecases.tellers import NOW, Teller, put_in_force

ZONE = "Europe/Helsinki"


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(database: Database, in_force: ScorerInForce) -> Teller:
    """A teller of a lead of forty days, hot since today."""
    teller = Teller(database, in_force)
    days = DAY // 1_000_000
    teller.tell_lead("L", created_at=NOW - 40 * DAY)
    teller.tell(*(teller.make_event("L", ago=ago * days, kind="page_visit") for ago in (200, 35, 20, 20, 2)))
    teller.tell_downloads("L", 12)
    told = {"lead_id": "L", "told_by": "anna"}
    teller.tell(
        ToldStage(key=b"m" * 16, stage="mql", occurred_at=NOW - 10 * DAY, **told),
        ToldStage(key=b"s" * 16, stage="sql", occurred_at=NOW - 5 * DAY, **told),
        ToldContact(key=b"c" * 16, kind="call", occurred_at=NOW - 4 * DAY, **told),
        ToldContact(key=b"d" * 16, kind="call", occurred_at=NOW - 50 * DAY, **told),
        ToldNote(key=b"n" * 16, text="Likes tea", occurred_at=NOW - 3 * DAY, **told),
    )
    return teller


def trace(teller: Teller, chosen: Range) -> Trace:
    """Trace the lead over a span."""
    with teller.database.reading() as connection:
        span = choose_span(connection, "L", chosen, now=teller.now, zone=ZONE)
        return trace_lead(connection, read_leads(connection, {"L"})["L"], span, now=teller.now)


@pytest.mark.parametrize("chosen", RANGES)
def test_a_span_is_whole_days_up_to_today(teller: Teller, chosen: Range) -> None:
    """It ends with today on the reader's clock, is cut into few stretches, and holds what it promises."""
    span = trace(teller, chosen).span
    assert compute_local_date(span.ends_at, ZONE) != compute_local_date(teller.now, ZONE)
    assert compute_local_date(span.ends_at - 1, ZONE) == compute_local_date(teller.now, ZONE)
    assert span.n_stretches <= MOST_STRETCHES
    least = 200 if chosen == "all" else int(chosen)
    assert least * DAY <= span.ends_at - span.begins_at <= (least + 4) * DAY


@pytest.mark.parametrize(("days", "chosen"), [(0.1, "2"), (1, "2"), (2.1, "7"), (8, "30"), (31, "90"), (400, "90")])
def test_a_young_lead_fills_its_drawing(days: float, chosen: Range) -> None:
    """The shortest range is chosen that holds its life."""
    noon = NOW - NOW % DAY + DAY // 2
    assert choose_range(noon - round(days * DAY), now=noon, zone="UTC") == chosen


def test_doings_are_counted_in_their_stretches(teller: Teller) -> None:
    """Every event of the span is counted once, where it lies."""
    traced = trace(teller, "30")
    assert sum(doings.total for doings in traced.doings) == 15
    for doings in traced.doings:
        begins_at = traced.span.begins_at + doings.stretch * traced.span.width
        assert begins_at < teller.now
    assert sum(doings.total for doings in trace(teller, "all").doings) == 17
    (crowd,) = (doings for doings in traced.doings if doings.counts == {"page_visit": 2})
    assert crowd.total == 2


def test_stages_follow_each_other_without_a_gap(teller: Teller) -> None:
    """From the beginning of the span to now, one stage ends where the next begins."""
    traced = trace(teller, "30")
    assert [standing.stage for standing in traced.stages] == ["lead", "mql", "sql"]
    assert traced.stages[0].begins_at == traced.span.begins_at
    assert traced.stages[-1].ends_at == teller.now
    for one, other in zip(traced.stages, traced.stages[1:], strict=False):
        assert one.ends_at == other.begins_at


def test_contacts_notes_alerts_and_hot_spells_are_those_of_the_span(teller: Teller) -> None:
    """What lies before the span is left out; a spell that goes on has no end."""
    traced = trace(teller, "30")
    assert [row.occurred_at for row in traced.contacts] == [NOW - 4 * DAY]
    assert [row.text for row in traced.notes] == ["Likes tea"]
    assert len(traced.alerts) == 1
    assert traced.episodes == [(NOW, None)]
    assert len(trace(teller, "90").contacts) == 2


def test_scores_are_true_until_the_next(teller: Teller) -> None:
    """Ahead of the span's own scores stands the one that was true as it began."""
    with teller.database.reading() as connection:
        n_entries = len(list_entries(connection, "L", most=100))
    assert len(trace(teller, "30").points) == n_entries
    teller.wait(60)
    points = trace(teller, "30").points
    assert [point.at for point in points] == [NOW]
    assert isinstance(points[0], ScorePoint)


def test_hindsight_sees_no_later_event(teller: Teller, in_force: ScorerInForce) -> None:
    """What would have been said at a moment is what is said when nothing after it is known."""

    def look(until: int) -> list[ScorePoint]:
        with teller.database.reading() as connection:
            span = choose_span(connection, "L", "90", now=NOW, zone=ZONE)
            record = read_leads(connection, {"L"})["L"]
            recalled = recollect(connection, record, list_entries(connection, "L", most=1)[0], in_force, None)
            assert recalled is not None
            return trace_hindsight(recalled, span, since=NOW - 40 * DAY, until=until)

    before = look(NOW)
    assert all(NOW - 40 * DAY < point.at < NOW for point in before)
    teller.tell(*(teller.make_event("L", ago=3_600) for _ in range(20)))
    assert look(NOW)[:-1] == before[:-1]
    assert look(NOW - 40 * DAY) == []


def test_a_withheld_probability_is_not_drawn(database: Database, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the model vouches for the rank alone, points have a score, and neither chance nor thresholds."""
    withheld = put_in_force(tmp_path_factory.mktemp("shy"), withheld="it missed its bound")
    teller = Teller(database, withheld)
    teller.tell_lead("L", created_at=NOW - 40 * DAY)
    (point,) = trace(teller, "30").points
    assert (point.probability, point.warm, point.hot) == (None, None, None)
    assert 0 <= point.score <= 100
