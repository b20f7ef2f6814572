"""Recounting: what happened to a lead and its alerts, from the journal and the attempts, in plain sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row

from serving.channels.apprising import describe_channel
from serving.usecases.inquiring import Case, Sending
from serving.usecases.retracing import STEPS

Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A fact: a stable code for programs, a sentence for people, when it happened; None for what is so now."""

    code: str
    sentence: str
    at: int | None = None


def recount(case: Case) -> list[Step]:
    """Recount what was decided and sent, in the order in which it happened."""
    decided = [_tell_decision(case, decision) for decision in case.decisions]
    sent = [_tell_attempt(sending, attempt) for sending in case.sendings for attempt in sending.attempts]
    return sorted([*decided, *sent], key=lambda step: step.at or 0)


def say_notes(case: Case, notes: Sequence[str], *, origin: str, recipient_id: str) -> str:
    """Say why an alert does not go at once, and alone."""
    who = case.name_person(recipient_id)
    said = {
        "bulk": "a new model looked at all leads" if origin == "promotion" else "the facts came in bulk",
        "over_cap": f"{who} had the day's number of single alerts",
        "snoozed": "the lead was snoozed",
        "quiet_hours": f"{who} had quiet hours",
        "outside_working_hours": f"{who} was not at work",
        "digest_gone": "the digest it belonged to had gone",
    }
    return ", ".join(said.get(note, note.replace("_", " ")) for note in notes)


def say_outcome(code: str, status: int | None) -> str:
    """Say how an attempt to send ended."""
    if status is not None:
        return f"the receiver answered with status {status}"
    return _OUTCOMES.get(code, code.replace("_", " "))


def _tell_decision(case: Case, decision: Row[Any]) -> Step:
    rule = _RULES.get(decision.what)
    details = msgspec.json.decode(decision.details)
    sentence = decision.what.replace("_", " ").capitalize() + "." if rule is None else rule(case, details)
    return Step(code=decision.what, sentence=sentence, at=decision.at)


def _tell_attempt(sending: Sending, attempt: Row[Any]) -> Step:
    where = describe_channel(sending.delivery.kind, sending.delivery.url)
    if attempt.code == "delivered":
        return Step(code="delivered", sentence=f"Delivered: {where} took the message.", at=attempt.at)
    ended = say_outcome(attempt.code, attempt.status)
    return Step(code="attempt_failed", sentence=f"An attempt failed: {where}, {ended}.", at=attempt.at)


def _say_entered(_: Case, details: Details) -> str:
    return f"Turned hot with a score of {details['score']}: episode {details['episode']} began."


def _say_reentered(_: Case, details: Details) -> str:
    return (
        f"Turned hot again with a score of {details['score']}, within the cool-down: "
        f"still episode {details['episode']}, so no second alert."
    )


def _say_sank(_: Case, details: Details) -> str:
    return f"Fell below the leaving line with a score of {details['score']}: unless it rises, the episode ends."


def _say_rose(_: Case, details: Details) -> str:
    return f"Rose above the leaving line again with a score of {details['score']}: the episode goes on."


def _say_left(_: Case, details: Details) -> str:
    return f"Cooled down or was closed: episode {details['episode']} ended."


def _say_assigned(case: Case, details: Details) -> str:
    return f"Given to {case.name_person(details['owner'])}. {details['sentence']}."


def _say_raised(case: Case, details: Details) -> str:
    who, when = case.name_person(details["recipient_id"]), case.say(details["deliver_at"])
    told = {"origin": details["origin"], "recipient_id": details["recipient_id"]}
    why = say_notes(case, details["notes"], **told)
    if details["form"] == "digest":
        return f"An alert was raised for a digest to {who}, due on {when}: {why}."
    return (
        f"An alert for {who} was raised, put off until {when}: {why}." if why else f"An alert for {who} was raised."
    )


def _say_deferred(case: Case, details: Details) -> str:
    return (
        f"The alert was put off once more, until {case.say(details['until'])}: hours or a snooze stood in the way."
    )


def _say_dropped(_: Case, details: Details) -> str:
    closed = details["why"] == "closed"
    return f"The alert was dropped: the lead had {'been closed' if closed else 'cooled down'} before its time came."


def _say_told(_: Case, details: Details) -> str:
    if not details["channels"]:
        return "The alert's time came, but nobody it is for has a channel: it stands in the list of alerts."
    number = "1 channel" if details["channels"] == 1 else f"{details['channels']} channels"
    return f"The {'digest' if details['form'] == 'digest' else 'alert'} went out over {number}."


def _say_escalated(case: Case, details: Details) -> str:
    return f"Nobody had answered, so it was escalated to {case.name_person(details['recipient'])}."


def _say_acknowledged(case: Case, details: Details) -> str:
    if details["by"] == "contact":
        return "Answered: the lead was contacted."
    return f"Acknowledged by {case.name_person(details['by'])}."


def _say_snoozed(case: Case, details: Details) -> str:
    who = case.name_person(details["by"]) if details["by"] else "Somebody"
    if details["until"] is None:
        return f"{who} ended the snooze."
    return f"{who} wanted no alert of it until {case.say(details['until'])}."


_RULES: Mapping[str, Callable[[Case, Details], str]] = {
    "entered": _say_entered,
    "reentered": _say_reentered,
    "sank": _say_sank,
    "rose": _say_rose,
    "left": _say_left,
    "assigned": _say_assigned,
    "alert_raised": _say_raised,
    "alert_deferred": _say_deferred,
    "alert_dropped": _say_dropped,
    "alert_told": _say_told,
    "escalated": _say_escalated,
    "acknowledged": _say_acknowledged,
    "snoozed": _say_snoozed,
    **STEPS,
}
_OUTCOMES = {
    "apprise_failed": "the service did not take the message",
    "bad_answer": "the receiver answered something that is no HTTP",
    "bad_channel": "its address cannot be used",
    "broken": "the channel broke; the log names the error",
    "connection": "the receiver could not be reached",
    "loop": "the receiver is this service itself",
    "refused_target": "its address lies where messages may not go",
    "timed_out": "the receiver did not answer in time",
    "tls": "the receiver's certificate could not be verified",
    "too_slow": "the receiver did not end in time",
}
