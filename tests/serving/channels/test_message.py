import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.channels.message import (
    BadMessage,
    LeadLine,
    Message,
    build_payload,
    render_text,
    render_title,
)


def test_a_message_says_who_how_likely_why_what_until_when_and_where(message: Message) -> None:
    """One lead's message holds all a rep needs, with the time in the rep's zone."""
    assert render_title(message) == "Hot lead: Ada Lovelace, Analytical Engines"
    assert render_text(message).split("\n") == [
        "Ada Lovelace, Analytical Engines, Head of Research: closes with a probability of 42 %.",
        "• 3 downloads in the last 7 days",
        "• asked for a price yesterday",
        "Call today, until Fri 20 Nov 17:00 EET.",
        "https://hotlead.example/leads/L-1",
    ]


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (None, "score 93 of 100"),
        (float("nan"), "score 93 of 100"),
        (0.0, "under 1 %"),
        (0.004, "under 1 %"),
        (0.999, "over 99 %"),
        (0.5, "50 %"),
    ],
)
def test_a_chance_is_said_as_precisely_as_it_is_known(
    named: Callable[..., Message], probability: float | None, said: str
) -> None:
    """Without a probability the score speaks, and nothing is ever impossible or certain."""
    assert said in render_text(named(probability=probability))


def test_at_most_three_reasons_are_told(named: Callable[..., Message]) -> None:
    """The fourth reason is left out."""
    text = render_text(named(reasons=("one", "two", "three", "four")))
    assert "• three" in text
    assert "four" not in text


def test_what_is_unknown_is_left_out(named: Callable[..., Message]) -> None:
    """A lead without name, company, role, reasons, time and link is told by its id, in two lines."""
    bare = named(name="", company="", role="", reasons=(), until=None, link="")
    assert render_text(bare).split("\n") == ["L-1: closes with a probability of 42 %.", "Call today."]


def test_a_zone_that_is_gone_does_not_hold_a_message_up(message: Message) -> None:
    """A zone nobody knows any more falls back to UTC, and says so."""
    assert "until Fri 20 Nov 15:00 UTC." in render_text(replace(message, zone="Mars/Olympus"))
    assert "until Fri 20 Nov 15:00 UTC." in render_text(replace(message, zone="../../etc/passwd"))


def test_a_digest_lists_twenty_best_first_and_counts_the_rest(message: Message, line: LeadLine) -> None:
    """A digest of 25 leads, 7 more being known, lists 20 by score and counts 12."""
    lines = tuple(replace(line, lead_id=f"L-{score}", name=f"N{score:03}", score=score) for score in range(25))
    digest = replace(message, kind="lead.digest", lines=lines, more=7, cause="import:crm.csv")
    text = render_text(digest, most=20_000)
    assert render_title(digest) == "32 hot leads"
    assert text.startswith("These leads are hot, after an import:\n")
    assert text.endswith("and 12 more")
    named = [part.split(",")[0] for part in text.split("• ")[1:]]
    assert named == [f"N{score:03}" for score in range(24, 4, -1)]


def test_a_digest_too_long_counts_what_it_leaves_out(message: Message, line: LeadLine) -> None:
    """A short limit lowers the number of leads listed, and whole entries go."""
    digest = replace(message, kind="lead.digest", lines=(line,) * 10)
    text = render_text(digest, most=700)
    listed = text.count("• ")
    assert len(text) <= 700
    assert 1 <= listed < 10
    assert text.endswith(f"and {10 - listed} more")
    assert text.count(line.link) == listed


def test_an_escalation_says_that_nobody_acted(message: Message) -> None:
    """An escalated lead is told like a hot one, with the reason for the second message."""
    escalated = replace(message, kind="lead.escalated")
    assert render_title(escalated).startswith("Still waiting: Ada Lovelace")
    assert render_text(escalated).startswith("Nobody has acted on this lead in time.\n")


def test_a_test_message_asks_nothing(message: Message) -> None:
    """A test of a channel names its recipient and no lead."""
    tested = replace(message, kind="channel.test", lines=())
    assert render_title(tested) == "Hotlead: this channel works"
    assert "Grace" in render_text(tested)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(texts=st.lists(st.text(st.characters(), max_size=300), min_size=5, max_size=5), most=st.integers(200, 3_000))
def test_no_lead_makes_a_title_of_two_lines_or_a_text_too_long(
    message: Message, line: LeadLine, texts: list[str], most: int
) -> None:
    """Whatever a form brought in, the title is one short line and the text keeps its limit and its form."""
    name, company, role, reason, action = texts
    hostile = replace(line, name=name, company=company, role=role, reasons=(reason,) * 5, action=action)
    for kind in ("lead.became_hot", "lead.digest", "lead.escalated"):
        told = replace(message, kind=kind, lines=(hostile,) * 3)
        title, text = render_title(told), render_text(told, most=most)
        assert len(title.splitlines()) == 1
        assert len(title) <= 120
        assert len(text) <= most
        assert text.encode()
        assert json.loads(json.dumps(build_payload(told), allow_nan=False).encode())["type"] == kind


def test_a_payload_holds_numbers_and_raw_texts(named: Callable[..., Message]) -> None:
    """Programs get what was sent to us, unchanged, in UTC, and numbers as numbers."""
    payload = build_payload(named(name="<b>Ada</b> https://x"))
    assert payload["type"] == "lead.became_hot"
    assert payload["timestamp"] == "2026-11-20T09:30:00.000Z"
    assert payload["data"]["id"] == "msg_1-hot"
    assert payload["data"]["recipient"] == {"id": "u-1", "name": "Grace", "zone": "Europe/Helsinki"}
    (lead,) = payload["data"]["leads"]
    assert lead["name"] == "<b>Ada</b> https://x"
    assert (lead["probability"], lead["score"], lead["until"]) == (0.42, 93, "2026-11-20T15:00:00.000Z")


def test_a_payload_cuts_only_what_is_longer_than_a_thousand(named: Callable[..., Message]) -> None:
    """A text of 1,000 characters stays, one more is cut, NaN becomes null and surrogates are mended."""
    payload = build_payload(named(name="x" * 1_000, company="y" * 1_001, role="\ud800", probability=float("nan")))
    (lead,) = payload["data"]["leads"]
    assert lead["name"] == "x" * 1_000
    assert len(lead["company"]) == 1_000
    assert (lead["role"], lead["probability"]) == ("\ufffd", None)


@pytest.mark.parametrize("bad", ["", "a b", "a.b", "é", "a\r\nb", "x" * 201])
def test_an_id_that_no_header_carries_is_refused(message: Message, bad: str) -> None:
    """The id becomes a header, so it takes few signs."""
    with pytest.raises(BadMessage, match="letters, digits"):
        replace(message, id=bad)


def test_a_time_without_a_zone_is_refused(message: Message, line: LeadLine) -> None:
    """Neither the message nor its lines may leave the zone open."""
    naive = dt.datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001
    with pytest.raises(BadMessage, match="zone"):
        replace(message, at=naive)
    with pytest.raises(BadMessage, match="zone"):
        replace(message, lines=(replace(line, until=naive),))
