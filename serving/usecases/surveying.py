"""Surveying: what is so now and decides whether a lead's owner hears of it, each fact in a plain sentence."""

from collections.abc import Callable, Iterator

import msgspec

from agreement.episodes import next_move_at
from serving.channels.apprising import describe_channel
from serving.usecases.foreseeing import look_at_hand_over, look_at_timers, look_at_wake
from serving.usecases.inquiring import Case
from serving.usecases.recounting import Step, say_notes, say_outcome


def survey(case: Case) -> list[Step]:
    """Survey the present: first what keeps a lead from being hot, then what keeps its alert from people."""
    return [step for look in _LOOKS for step in look(case)]


def say_missing_points(case: Case) -> str:
    """Say how far a lead is from hot; where the model is not at hand, only that it is not."""
    entry = case.entry
    if entry is None:
        return "It has no score"
    begins = case.circumstances.find_hot_score(entry.fingerprint, entry.hot)
    said = f"Its score is {entry.score} ({entry.bucket})"
    if begins is None or entry.hot > 1:
        return f"{said}, and that is not hot"
    missing = begins - entry.score
    if missing < 1:
        return f"{said}; it needs less than a point more: hot begins at {begins}"
    return f"{said}; it needs about {missing} more point{'' if missing == 1 else 's'}: hot begins at {begins}"


def _look_at_stage(case: Case) -> Iterator[Step]:
    if not case.record.is_open:
        yield Step(code="closed", sentence=f"The lead is closed: its stage is {case.record.stage}.")


def _look_at_model(case: Case) -> Iterator[Step]:
    if not case.circumstances.has_model:
        yield Step(code="no_model", sentence="No model is in force: run `hotlead train`, then `hotlead promote`.")


def _look_at_score(case: Case) -> Iterator[Step]:
    if case.entry is None:
        yield Step(code="not_scored", sentence="The lead has not been scored yet.")
    elif not case.record.episode_is_open:
        yield Step(code="not_hot", sentence=f"{say_missing_points(case)}.")
    else:
        number = case.record.episode
        yield Step(code="hot", sentence=f"It is hot with a score of {case.entry.score}, in episode {number}.")


def _look_at_episode(case: Case) -> Iterator[Step]:
    record, rules = case.record, case.circumstances.terms.episodes
    ends_at = next_move_at(record.state, rules)
    if ends_at is not None and record.below_since is not None:
        since = case.say(record.below_since)
        said = f"It has been below the leaving line since {since}: unless it rises, the episode ends on "
        yield Step(code="in_hold", sentence=f"{said}{case.say(ends_at)}.")
    if record.episode_is_open or record.left_at is None:
        return
    until = record.left_at + rules.cool_down_micros
    if until > case.circumstances.now:
        said = f"It is in its cool-down until {case.say(until)}: hot again before that, it is the same episode"
        yield Step(code="in_cool_down", sentence=f"{said}, and raises no second alert.")


def _look_at_snooze(case: Case) -> Iterator[Step]:
    until = case.record.snoozed_until
    if until is not None and until > case.circumstances.now:
        yield Step(code="snoozed", sentence=f"It is snoozed until {case.say(until)}: no alert of it goes before.")


def _look_at_waiting(case: Case) -> Iterator[Step]:
    alert = case.alert
    if alert is None or alert.state != "waiting":
        return
    who = case.name_person(alert.recipient_id)
    if case.digest is not None:
        said = f"Its alert waits for a digest to {who}, due on {case.say(case.digest.due_at)}."
        yield Step(code="in_digest", sentence=said)
        return
    why = say_notes(case, _read_notes(alert.notes), origin=alert.origin, recipient_id=alert.recipient_id)
    said = f"Its alert to {who} is due on {case.say(alert.deliver_at)}"
    yield Step(code="deferred", sentence=f"{said}: {why}." if why else f"{said}.")


def _look_at_channels(case: Case) -> Iterator[Step]:
    recipient_id = case.record.owner_id if case.alert is None else case.alert.recipient_id
    if not case.channels:
        who = case.name_person(recipient_id)
        nobody = "The team has no channel" if who == "the team" else f"Neither {who} nor the team has a channel"
        yield Step(code="no_channel", sentence=f"{nobody}: alerts stand in the list and reach nobody.")
    for channel in case.channels:
        if channel.rests_until is not None and channel.rests_until > case.circumstances.now:
            where = describe_channel(channel.kind, channel.url)
            said = f"The channel {where} failed {channel.failures} times in a row and rests until "
            yield Step(code="channel_rests", sentence=f"{said}{case.say(channel.rests_until)}.")


def _look_at_deliveries(case: Case) -> Iterator[Step]:
    for sending in case.sendings:
        delivery, where = sending.delivery, describe_channel(sending.delivery.kind, sending.delivery.url)
        if delivery.state == "dead":
            last = say_outcome(delivery.code, sending.attempts[-1].status if sending.attempts else None)
            said = f"Given up on {where} after {len(sending.attempts)} attempts: {last}."
            yield Step(code="undeliverable", sentence=said)
        elif delivery.state == "due":
            again = "again " if sending.attempts else ""
            said = f"{where[:1].upper()}{where[1:]} is tried {again}from {case.say(delivery.next_at)} on."
            yield Step(code="delivery_due", sentence=said)


def _look_at_escalation(case: Case) -> Iterator[Step]:
    alert = case.alert
    if alert is not None and alert.escalate_at is not None and alert.acknowledged_at is None:
        who = case.name_person(alert.escalate_to)
        said = f"Unless somebody answers, {who} is told on {case.say(alert.escalate_at)}."
        yield Step(code="escalation_due", sentence=said)


def _look_ahead(case: Case) -> Iterator[Step]:
    at = case.record.look_at
    if at is not None and case.record.is_open:
        said = "It is looked at again whenever something is told of it"
        later = f", and by {case.say(at)} in any case" if at > case.circumstances.now else ", and in the next round"
        yield Step(code="next_look", sentence=f"{said}{later}.")


def _read_notes(told: str) -> list[str]:
    notes: list[str] = msgspec.json.decode(told, type=list[str])
    return notes


_LOOKS: tuple[Callable[[Case], Iterator[Step]], ...] = (
    _look_at_stage,
    _look_at_model,
    _look_at_score,
    _look_at_episode,
    _look_at_snooze,
    _look_at_waiting,
    _look_at_channels,
    _look_at_deliveries,
    _look_at_escalation,
    look_at_hand_over,
    look_at_timers,
    look_at_wake,
    _look_ahead,
)
