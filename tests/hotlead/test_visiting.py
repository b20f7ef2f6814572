"""Visiting: a lead acts until it is hot, and no further."""

from contextlib import closing
from random import Random

import pytest

from hotlead.conversation import Conversation
from hotlead.visiting import STEPS, visit
from tests.hotlead.listening import listen

LEAD = {"id": "a", "score": 40}


@pytest.fixture
def act():
    """Return a function that lets a lead visit a server at which the n-th event turns it hot."""

    def visit_server(hot_after, seed=1):
        n_events = []

        def answer(*_):
            n_events.append(1)
            is_hot = len(n_events) >= hot_after
            lead = {"score": 40 + len(n_events), "bucket": "hot" if is_hot else "warm", "is_hot": is_hot}
            return 200, {"lead": lead}

        with listen(answer) as listener, closing(Conversation(listener.server_port)) as crm:
            return visit(crm, LEAD, Random(seed)), [body for *_, body in listener.requests]

    return visit_server


def test_a_visit_ends_when_the_lead_is_hot(act):
    """The event that turned it hot is the last one."""
    made, told = act(hot_after=3)
    assert made.is_hot
    assert [event["type"] for event in told] == list(STEPS[:3]) == made.steps
    assert len(made.seconds) == 3
    assert made.to_text() == "a  score 40 → 43 hot  after page visit, pricing visit, download"


def test_a_visit_that_changes_nothing_ends_as_well(act):
    """Who does not turn hot has done every step once."""
    made, told = act(hot_after=99)
    assert (made.is_hot, made.bucket) == (False, "warm")
    assert len(told) == len(STEPS)
    assert len({event["id"] for event in told}) == len(STEPS)


def test_the_same_seed_reads_the_same_pages(act):
    """What was read comes from the seed."""
    first, again, other = (act(99, seed)[1] for seed in (1, 1, 2))
    assert [event["properties"] for event in first] == [event["properties"] for event in again]
    assert [event["properties"] for event in first] != [event["properties"] for event in other]
