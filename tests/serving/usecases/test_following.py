"""Following: everything that happened to a lead comes once, in one order, however it is turned over."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.usecases.following import Happening, follow_lead, read_place, write_place
from serving.usecases.told import ToldContact, ToldNote, ToldStage
from tests.serving.usecases.tellers import NOW, Teller, put_in_force

_SECOND = 1_000_000


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> ScorerInForce:
    """A model by which leads turn hot early."""
    return put_in_force(tmp_path_factory.mktemp("home"))


@pytest.fixture
def teller(database: Database, in_force: ScorerInForce) -> Teller:
    """A teller of a lead to whom everything has happened, much of it at the same instant."""
    teller = Teller(database, in_force)
    teller.tell_lead("L", created_at=NOW - 100 * _SECOND)
    teller.tell_downloads("L", 12)
    teller.tell(*(teller.make_event("L", ago=60) for _ in range(5)))
    told = {"lead_id": "L", "occurred_at": NOW - 60 * _SECOND, "told_by": "anna"}
    teller.tell(
        ToldContact(key=b"c" * 16, kind="call", outcome="reached", **told),
        ToldStage(key=b"s" * 16, stage="sql", **told),
        ToldNote(key=b"n" * 16, text="Likes tea", **told),
    )
    teller.tell_downloads("other", 3)
    return teller


def follow_all(teller: Teller, most: int) -> list[Happening]:
    """Follow a lead back to its beginning, so many happenings a page."""
    found, before = [], None
    with teller.database.reading() as connection:
        while True:
            story = follow_lead(connection, "L", most=most, before=before)
            found += story.happenings
            if story.last is None:
                return found
            before = read_place(write_place(story.last))
            assert before == story.last


@pytest.mark.parametrize("most", [1, 3, 7, 100])
def test_pages_tell_everything_once_and_in_order(teller: Teller, most: int) -> None:
    """However many go on a page, the story is the same: every kind, nothing twice, the latest first."""
    told = follow_all(teller, most)
    places = [happening.place for happening in told]
    assert places == sorted(set(places), reverse=True)
    counts = {
        kind: sum(one.kind == kind for one in told) for kind in ("event", "contact", "stage", "note", "alert")
    }
    assert counts == {"event": 17, "contact": 1, "stage": 1, "note": 1, "alert": 1}
    assert {one.kind for one in told} >= {"score"}


def test_scores_are_told_where_they_changed(teller: Teller) -> None:
    """A look that found the same score and bucket is no happening; the first score is one."""
    teller.tell(*(teller.make_event("L", ago=1, kind="nobody_counts_this") for _ in range(2)))
    scores = [one.row for one in follow_all(teller, 100) if one.kind == "score"]
    assert scores[-1].score_before is None
    for row in scores[:-1]:
        assert (row.score, row.bucket) != (row.score_before, row.bucket_before)


def test_a_stage_told_twice_for_one_moment_is_one(teller: Teller) -> None:
    """A CRM that tells of a stage again, without saying who did it, adds nothing."""
    at = NOW - 60 * _SECOND
    teller.tell(ToldStage(lead_id="L", key=b"t" * 16, stage="sql", occurred_at=at))
    stages = [one.row for one in follow_all(teller, 100) if one.kind == "stage"]
    assert [(row.stage, row.told_by) for row in stages] == [("sql", "anna")]


@given(
    text=st.text(max_size=40)
    | st.from_regex(r"-?[0-9]{1,25}\.(event|score|alert|x)\.[0-9a-f]{0,22}", fullmatch=True)
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_word_of_an_address_is_a_place_or_none(text: str) -> None:
    """Whatever an address says, it is read as a place that is written the same way, or as none."""
    place = read_place(text)
    if place is not None:
        assert read_place(write_place(place)) == place
        assert -(10**19) < place[0] < 10**19
