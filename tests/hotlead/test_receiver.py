"""The receiver: it takes what is rightly signed, once, and nothing else."""

import http.client
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from hotlead.receiver import Receiver

SECRET, OTHER = "whsec_" + "eHh4" * 8, "whsec_" + "eXl5" * 8
PAYLOAD = {"type": "lead.became_hot", "data": {"leads": [{"id": "a"}]}}


@pytest.fixture
def receiver():
    """A receiver that trusts one secret."""
    with Receiver() as receiving:
        receiving.trust(SECRET)
        yield receiving


def post(receiver, secret=SECRET, message_id="m1", payload=PAYLOAD, late=timedelta(0), **headers):
    """Post a signed message, and return the status."""
    at, body = datetime.now(UTC) - late, json.dumps(payload)
    signed = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
        **headers,
    }
    connection = http.client.HTTPConnection(*receiver.target.split(":"), timeout=10)
    connection.request("POST", "/hotlead", body, signed)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_signed_message_is_kept(receiver):
    """What comes is there to be read: id, kind, leads."""
    assert post(receiver) == 204
    (received,) = receiver.list_received()
    assert (received.id, received.kind, received.lead_ids) == ("m1", "lead.became_hot", ["a"])
    assert receiver.n_refused == 0


def test_a_message_that_comes_again_is_one(receiver):
    """At least once is told apart from twice by the id alone."""
    assert [post(receiver), post(receiver), post(receiver, message_id="m2")] == [204, 204, 204]
    assert [received.id for received in receiver.list_received()] == ["m1", "m2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": OTHER},
        {"late": timedelta(minutes=6)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-id": "another"},
    ],
)
def test_what_is_not_rightly_signed_is_refused(receiver, wrong):
    """A wrong secret, an old message, a signature of something else: none is kept, each is counted."""
    assert post(receiver, **wrong) == 401
    assert receiver.list_received() == []
    assert receiver.n_refused == 1


def test_nothing_is_taken_before_a_secret_is_trusted():
    """Who knows no secret believes nobody."""
    with Receiver() as receiver:
        assert post(receiver) == 401


def test_waiting_ends_with_the_message_or_with_the_time(receiver):
    """A message that is there is returned at once; one that never comes is None."""
    post(receiver)
    assert receiver.wait_for(lambda received: received.lead_ids == ["a"], 10.0).id == "m1"
    assert receiver.wait_for(lambda received: received.lead_ids == ["b"], 0.01) is None
