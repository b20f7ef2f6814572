"""The replay: a server is told what was known at each tick, and nothing that was recorded later."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pandas as pd
import pytest

from hotlead.replay import Replay, ServerRefused

START = datetime(2026, 3, 1, tzinfo=UTC)


class Listener(HTTPServer):
    """A small scoring server: a lead is hotter the more events of its own it has, and every body is kept."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests = []
        self.refuses = False

    @property
    def bodies(self):
        """Return every lead that was told, in order."""
        return [body for request in self.requests for body in request]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])), parse_constant=_refuse_constant)
        self.server.requests.append(told)
        answer = {"detail": "too busy"} if self.server.refuses else [_answer(lead) for lead in told]
        content = json.dumps(answer).encode()
        self.send_response(503 if self.server.refuses else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


def _refuse_constant(text):
    raise AssertionError(f"{text} is no JSON")


def _answer(lead):
    own = sum(event.get("lead_id", lead["id"]) == lead["id"] for event in lead["events"])
    return {"id": lead["id"], "bucket": ("cold", "warm", "hot")[min(own, 2)]}


@pytest.fixture
def server():
    """A listening server in a thread of its own."""
    listener = Listener()
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    yield listener
    listener.shutdown()
    thread.join()
    listener.server_close()


def hours(number):
    """Return a moment some hours after the start."""
    return START + timedelta(hours=number)


def write_leads(*rows):
    """Write leads down from (lead_id, account_id)."""
    frame = pd.DataFrame(rows, columns=["lead_id", "account_id"])
    return frame.assign(created_at=pd.Timestamp(hours(-100)), employees=[np.nan, *range(1, len(rows))], owner="Kim")


def write_events(*rows):
    """Write events down from (lead_id, hour it occurred, hour it was recorded)."""
    frame = pd.DataFrame(rows, columns=["lead_id", "occurred_at", "recorded_at"])
    for column in ("occurred_at", "recorded_at"):
        frame[column] = pd.to_datetime([hours(value) for value in frame[column]])
    return frame.assign(type="visit", pages=[np.nan, *range(1, len(frame))])


@pytest.fixture
def replay(server):
    """Return a function that opens a replay against the server, and close them all at the end."""
    opened = []

    def open_replay(leads, events):
        opened.append(Replay(leads, events, ["employees", "no such column"], server.server_port))
        return opened[-1]

    yield open_replay
    for each in opened:
        each.close()


LEADS = write_leads(("a", "x"), ("b", "x"), ("c", "y"))
EVENTS = write_events(("a", -5, -5), ("a", 1, 1), ("a", 2, 30), ("b", 3, 3), ("c", 25, 25), ("a", 26, 26))


def test_the_past_is_learned_and_the_open_leads_are_counted(server, replay):
    """At the start only what was recorded by then is told, of the leads that are open."""
    counts = replay(LEADS, EVENTS).begin(START, ["a", "c"])
    assert counts == {"warm": 1, "cold": 1}
    assert [body["id"] for body in server.bodies] == ["a", "c"]
    assert [len(body["events"]) for body in server.bodies] == [1, 0]


def test_nothing_recorded_later_is_ever_told(server, replay):
    """Every event that was told had been recorded at the moment of the tick, its own and a colleague's."""
    world = replay(LEADS, EVENTS)
    world.begin(START, ["a", "b", "c"])
    list(world.run(START, days=2, hours=4, closed_at={}))
    assert len(server.bodies) > 5
    for body in server.bodies:
        now = datetime.fromisoformat(body["as_of"])
        for event in body["events"]:
            assert datetime.fromisoformat(event["recorded_at"]) <= now
    told = [(body["id"], datetime.fromisoformat(body["as_of"]), len(body["events"])) for body in server.bodies[3:]]
    assert told == [
        ("a", hours(4), 3),
        ("b", hours(4), 3),
        ("c", hours(28), 1),
        ("a", hours(28), 4),
        ("a", hours(32), 5),
    ]


def test_each_change_is_told_once(replay):
    """A lead that stays in its bucket moves once; unseen leads begin cold."""
    world = replay(LEADS, EVENTS)
    world.begin(START, ["a", "c"])
    moves = [
        (move.lead_id, move.at, move.before, move.after) for move in world.run(START, days=2, hours=4, closed_at={})
    ]
    assert moves == [
        ("a", hours(4), "warm", "hot"),
        ("b", hours(4), "cold", "warm"),
        ("c", hours(28), "cold", "warm"),
    ]


def test_closed_leads_are_asked_about_no_more(server, replay):
    """From the moment a lead is closed its events move nothing."""
    world = replay(LEADS, EVENTS)
    world.begin(START, [])
    list(world.run(START, days=2, hours=4, closed_at={"a": hours(5)}))
    assert [body["as_of"] for body in server.bodies if body["id"] == "a"] == [hours(4).isoformat()]


def test_colleagues_are_told_beside_the_lead_and_named(server, replay):
    """What colleagues did comes under their own name; what a lead did, under none."""
    replay(LEADS, EVENTS).begin(hours(10), ["b"])
    (body,) = server.bodies
    assert [event.get("lead_id") for event in body["events"]] == [None, "a", "a"]
    assert body["account_id"] == "x"


def test_what_is_unknown_is_left_out(server, replay):
    """No NaN is sent, neither of an attribute nor of an event nor of an account."""
    leads = write_leads(("a", None), ("b", "x"))
    replay(leads, write_events(("a", -5, -5), ("b", -4, -4))).begin(START, ["a", "b"])
    first, second = server.bodies
    assert "employees" not in first
    assert (first["account_id"], second["employees"]) == (None, 1.0)
    assert [event["properties"] for event in (first["events"][0], second["events"][0])] == [{}, {"pages": 1.0}]


def test_many_leads_are_asked_about_in_several_requests(server, replay):
    """A request stays within what the server takes, and every lead is asked about once."""
    leads = write_leads(*((f"lead-{number}", f"account-{number}") for number in range(450)))
    world = replay(leads, write_events(("lead-0", -5, -5)))
    world.begin(START, leads["lead_id"].tolist())
    assert len(server.requests) == 3
    assert [body["id"] for body in server.bodies] == leads["lead_id"].tolist()
    assert world.n_scores == 450


def test_a_refusal_is_told(server, replay):
    """What the server says against a request ends the replay in one line."""
    server.refuses = True
    with pytest.raises(ServerRefused, match="the server answered 503: too busy"):
        replay(LEADS, EVENTS).begin(START, ["a"])
