"""The timeline: whatever happened to a lead has its place, on one axis, within the drawing."""

import itertools
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import DAY
from serving.usecases.tracing import Doings, ScorePoint, Span, Standing, Trace
from serving.web.charts.timeline import HEIGHT, Sayings, Timeline, draw_timeline

_BEGINS = 1_772_316_000_000_000
_SPAN = Span(begins_at=_BEGINS, width=DAY, n_stretches=30)
_NOW = _SPAN.ends_at - DAY // 2
_SAYINGS = Sayings(
    value=str,
    score=str,
    time=lambda at, unit: unit,
    doings=lambda doings: str(doings.total),
    spots=lambda look, spots: f"{look} {len(spots)}",
    stage=lambda stage, begins_at, ends_at: stage,
    stage_name=str,
    episode=lambda begins_at, ends_at: "hot",
    threshold=lambda look, chance: look,
)
_moments = st.integers(_BEGINS - DAY, _NOW)


def draw(hindsight: Any = (), **told: Any) -> Timeline:
    """Draw a timeline of what is told, of nothing else."""
    nothing = dict.fromkeys(("points", "doings", "contacts", "notes", "alerts", "stages", "episodes"), ())
    trace = Trace(span=_SPAN, **{**nothing, **told})
    return draw_timeline(trace, hindsight, now=_NOW, zone="Europe/Helsinki", sayings=_SAYINGS)


def make_point(at: int, chance: float | None) -> ScorePoint:
    """Make a score."""
    is_told = chance is not None
    return ScorePoint(
        at=at,
        probability=chance,
        score=60,
        bucket="warm",
        warm=0.1 if is_told else None,
        hot=0.2 if is_told else None,
    )


@given(
    contacts=st.lists(_moments, max_size=40),
    alerts=st.lists(_moments, max_size=5),
    counts=st.dictionaries(st.integers(0, 29), st.integers(1, 10_000), max_size=30),
    chances=st.lists(st.tuples(_moments, st.floats(0, 1)), max_size=50),
)
@settings(max_examples=80, deadline=None)
def test_everything_lies_within_the_drawing(
    contacts: list[int], alerts: list[int], counts: dict[int, int], chances: list[tuple[int, float]]
) -> None:
    """No mark is lost or stands outside, and numbers over bars leave each other room."""
    drawn = draw(
        contacts=[SimpleNamespace(occurred_at=at, outcome=None, kind="call") for at in contacts],
        alerts=[SimpleNamespace(created_at=at, state="told") for at in alerts],
        doings=[Doings(stretch=stretch, counts={"visit": count}) for stretch, count in counts.items()],
        points=[make_point(at, chance) for at, chance in sorted(chances)],
    )
    numbers = {look: sum(spot.count for spot in drawn.spots if spot.look == look) for look in ("contact", "alert")}
    assert numbers == {"contact": len(contacts), "alert": len(alerts)}
    assert [bar.says for bar in drawn.bars] == [str(counts[stretch]) for stretch in sorted(counts)]
    labelled = [bar.x + bar.width / 2 for bar in drawn.bars if bar.label]
    assert all(after - before >= 7.9 for before, after in itertools.pairwise(labelled))
    for box in (*drawn.bars, *drawn.bands, *drawn.stages):
        assert 0 <= box.x <= box.x + box.width <= 100.5
        assert 0 <= box.y <= box.y + box.height <= HEIGHT
    assert all(0 <= spot.x <= 100 and 0 <= spot.y <= HEIGHT for spot in drawn.spots)


def test_hindsight_leads_up_to_the_first_score() -> None:
    """What would have been said ends where what was said begins."""
    first = _BEGINS + 15 * DAY
    drawn = draw(hindsight=[make_point(_BEGINS + DAY, 0.05)], points=[make_point(first, 0.3)])
    assert drawn.hindsight.endswith("H50.0")
    assert drawn.curve.startswith("M50.0 ")
    assert {rule.label for rule in drawn.rules} == {"warm", "hot"}


def test_without_chances_the_score_is_drawn() -> None:
    """Where the model vouches for none, the axis is that of the score, without bands or thresholds."""
    drawn = draw(points=[make_point(_BEGINS + DAY, None)])
    assert drawn.curve
    assert (list(drawn.bands), list(drawn.rules)) == ([], [])
    assert {mark.text for mark in drawn.upright} <= {"0", "25", "50", "75"}


def test_stages_are_named_where_there_is_room() -> None:
    """A long stage bears its name, a short one tells it when it is pointed at."""
    middle = _BEGINS + 29 * DAY
    drawn = draw(
        stages=[
            Standing(stage="lead", begins_at=_BEGINS, ends_at=middle),
            Standing(stage="sql", begins_at=middle, ends_at=_NOW),
        ]
    )
    assert [(box.label, box.says) for box in drawn.stages] == [("lead", "lead"), ("", "sql")]
