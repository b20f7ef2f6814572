"""Messages: what a rep reads of a lead that turned hot, whatever is known of it."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from rich.console import Console

from hotlead.messages import render_alert, render_digest, render_hot_lead
from hotlead.replay import Move

LEAD = {
    "first_name": "Ada",
    "last_name": "Aalto",
    "role": "Head of Quality",
    "company": "Mill & Co",
    "owner": "Kim",
}
ANSWER = {
    "score": 97,
    "probability": 0.314,
    "reasons": [
        {"direction": "up", "text": "3 downloads in the last 7 days"},
        {"direction": "down", "text": "no visit for 40 days"},
    ],
}


def read(lead=LEAD, answer=ANSWER, lead_id="lead-7"):
    """Render a message and return it as plain text."""
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    move = Move(lead_id=lead_id, at=at, before="warm", after="hot", answer=answer)
    console = Console(file=io.StringIO(), width=100)
    console.print(render_hot_lead(move, lead))
    return console.file.getvalue()


def test_a_message_says_who_why_and_what_to_do():
    """Name, role, company, chance, each reason with its direction, and the owner are there."""
    text = read()
    for part in (
        "HOT  lead-7  warm → hot  Mon 02 Mar 09:30 UTC",
        "Ada Aalto, Head of Quality, Mill & Co",
        "Closes with a probability of 31% (score 97 of 100)",
        "▲ 3 downloads in the last 7 days",
        "▼ no visit for 40 days",
        "For Kim: call today.",
    ):
        assert part in text


def test_a_probability_that_is_withheld_leaves_the_rank():
    """Without a probability the score is told alone."""
    text = read(answer={**ANSWER, "probability": None})
    assert "Score 97 of 100" in text
    assert "probability" not in text


@pytest.mark.parametrize("unknown", [None, np.nan, ""])
def test_what_is_unknown_is_said_so(unknown):
    """Whatever stands for missing, no message says nan or None."""
    text = read(lead=dict.fromkeys(LEAD, unknown))
    assert "Name unknown, role unknown, company unknown" in text
    assert "For the team: call today." in text
    assert "nan" not in text
    assert "None" not in text


def test_brackets_are_no_markup():
    """Texts that come from a CRM are shown as they are."""
    text = read(lead={**LEAD, "company": "[red]Mill[/red]"}, lead_id="[link=x]7[/link]")
    assert "[red]Mill[/red]" in text
    assert "[link=x]7[/link]" in text


TOLD = {
    "id": "lead-7",
    "name": "Ada Aalto",
    "company": "Mill & Co",
    "role": "",
    "probability": 0.314,
    "score": 97,
    "reasons": ["3 downloads in the last 7 days"],
    "action": "Call today",
    "until": "2026-03-02T13:30:00.000Z",
}


def tell(render, *arguments, leads=(TOLD,), more=0):
    """Render what a webhook told, and return it as plain text."""
    recipient = {"id": "kim", "name": "Kim", "zone": "Europe/Helsinki"}
    console = Console(file=io.StringIO(), width=120)
    console.print(render({"data": {"recipient": recipient, "leads": list(leads), "more": more}}, *arguments))
    return console.file.getvalue()


def test_an_alert_says_who_why_and_until_when_on_its_readers_clock():
    """All that the webhook told is there, and how long it took."""
    text = tell(render_alert, 0.0172)
    for part in (
        "HOT  lead-7  to Kim  17 ms after the event",
        "Ada Aalto, role unknown, Mill & Co",
        "Closes with a probability of 31% (score 97 of 100)",
        "• 3 downloads in the last 7 days",
        "Call today, until Mon 02 Mar 15:30 EET.",
    ):
        assert part in text
    assert "after the event" not in tell(render_alert, None)
    assert "Call today." in tell(render_alert, None, leads=[{**TOLD, "until": None}])


def test_a_digest_counts_its_leads_and_names_the_best():
    """One line: to whom, how many, and who is first; one lead is no leads."""
    assert "DIGEST  to Kim: 4 hot leads of the import, first lead-7, score 97" in tell(render_digest, more=3)
    assert "1 hot lead of" in tell(render_digest)
