"""Conversations: asked in order over few connections, and every refusal is told."""

import pytest

from hotlead import conversation
from hotlead.conversation import Conversation, Push, ServerRefused, push_all
from tests.hotlead.listening import listen


def echo(method, path, body):
    """Answer with what was asked, and refuse what asks for it."""
    return (422, {"detail": "no such field"}) if body == "bad" else (200, {"asked": [method, path, body]})


@pytest.fixture
def server():
    """A server that answers with what it was asked."""
    with listen(echo) as listener:
        yield listener


def test_what_is_asked_arrives_and_is_answered(server):
    """Method, path and body reach the server, and one connection serves all of it."""
    talk = Conversation(server.server_port)
    assert talk.ask("PUT", "/a%2Fb?import=x", {"n": 1}) == {"asked": ["PUT", "/a%2Fb?import=x", {"n": 1}]}
    assert talk.ask("GET", "/c") == {"asked": ["GET", "/c", None]}
    talk.close()
    assert server.n_connections == 1


def test_a_connection_that_idled_is_not_trusted(server, monkeypatch):
    """After a while of silence the next request takes a new connection, as servers close idle ones."""
    monkeypatch.setattr(conversation, "_IDLE_SECONDS", -1.0)
    talk = Conversation(server.server_port)
    talk.ask("GET", "/a")
    talk.ask("GET", "/b")
    talk.close()
    assert server.n_connections == 2


def test_a_refusal_is_told_with_what_the_server_says(server):
    """An error of the server ends in its own words."""
    talk = Conversation(server.server_port)
    with pytest.raises(ServerRefused, match="the server answered 422: no such field"):
        talk.ask("POST", "/a", "bad")
    talk.close()


def test_many_pushes_are_answered_in_their_order(server):
    """Answers stand in the order of the pushes, each push is sent once, and the progress counts them all."""
    pushes = [Push(method="POST", path=f"/{number}", body=number) for number in range(40)]
    done = []
    answers = push_all(server.server_port, pushes, connections=3, on_push=done.append)
    assert [answer["asked"][2] for answer in answers] == list(range(40))
    assert sorted(body for *_, body in server.requests) == list(range(40))
    assert done == list(range(1, 41))
    assert server.n_connections <= 3


def test_one_refused_push_ends_them_all(server):
    """Nobody goes on as if everything had been taken."""
    pushes = [Push(method="POST", path="/x", body=body) for body in ("good", "bad", *["good"] * 100)]
    with pytest.raises(ServerRefused):
        push_all(server.server_port, pushes, connections=2)
    assert len(server.requests) < 102


def test_what_is_no_json_is_never_sent(server):
    """NaN is refused before it leaves."""
    talk = Conversation(server.server_port)
    with pytest.raises(ValueError, match="not JSON compliant"):
        talk.ask("POST", "/a", float("nan"))
    assert server.requests == []
