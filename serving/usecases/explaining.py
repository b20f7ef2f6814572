"""Explaining: why there was an alert of a lead, or why there was none: a verdict, what happened, what is so now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection

from serving.store.timelines import count_events, find_waiting_since
from serving.usecases.browsing import UnknownLead, tell_moment
from serving.usecases.inquiring import Case, Circumstances, open_case
from serving.usecases.recounting import Step, recount
from serving.usecases.surveying import survey

_REASONS_FOR_NONE = ("closed", "no_model", "not_scored", "not_hot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why there was an alert, or none.

    Attributes
    ----------
    verdict
        Its code names the case, its sentence begins with Yes, No or Not yet.
    zone
        Of whom the alert is for: sentences tell times on its clock.
    past, present
        What happened, in order, and what is so now.
    """

    lead_id: str
    verdict: Step
    zone: str
    alert_id: str | None = None
    past: Sequence[Step] = ()
    present: Sequence[Step] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "lead_id": self.lead_id,
            "code": self.verdict.code,
            "sentence": self.verdict.sentence,
            "alert_id": self.alert_id,
            "zone": self.zone,
            "past": [_write(step) for step in self.past],
            "present": [_write(step) for step in self.present],
        }


def explain_lead(connection: Connection, lead_id: str, circumstances: Circumstances) -> Explanation:
    """Explain why there was an alert of a lead's latest episode, or none.

    Raises
    ------
    UnknownLead
        If nobody has told us of the lead, and nothing waits for it.
    """
    case = open_case(connection, lead_id, circumstances)
    if case is None:
        return _explain_missing(connection, lead_id, circumstances)
    present = survey(case)
    return Explanation(
        lead_id=lead_id,
        verdict=_judge(case, present),
        zone=case.zone,
        alert_id=None if case.alert is None else case.alert.id,
        past=recount(case),
        present=present,
    )


def _explain_missing(connection: Connection, lead_id: str, circumstances: Circumstances) -> Explanation:
    n_events = count_events(connection, lead_id)
    if not n_events:
        raise UnknownLead("there is no lead of this id, and nothing waits for one: check the id")
    what = "1 event waits" if n_events == 1 else f"{n_events:,} events wait"
    said = f"No: nobody has told us of this lead. {what} for it; tell of it with PUT /v1/leads/{{id}}."
    since = find_waiting_since(connection, lead_id)
    return Explanation(
        lead_id=lead_id,
        verdict=Step(code="unknown_lead", sentence=said, at=since),
        zone=circumstances.terms.zone,
    )


def _judge(case: Case, present: Sequence[Step]) -> Step:
    if case.alert is None:
        return _judge_silence(present)
    if case.alert.state == "waiting":
        waits = next(step for step in present if step.code in ("in_digest", "deferred"))
        return Step(code=waits.code, sentence=f"Not yet: {_lower(waits.sentence)}")
    if case.alert.state == "dropped":
        return _judge_dropped(case)
    return _judge_told(case)


def _judge_silence(present: Sequence[Step]) -> Step:
    for step in present:
        if step.code in _REASONS_FOR_NONE:
            return Step(code=step.code, sentence=f"No: {_lower(step.sentence)}")
    return Step(code="no_alert_on_record", sentence="No: the lead is hot, but no alert of it is on record.")


def _judge_dropped(case: Case) -> Step:
    assert case.alert is not None
    raised = case.say(case.alert.created_at)
    why = "been closed" if _find_drop(case) == "closed" else "cooled down"
    said = f"No: an alert was raised on {raised}, but the lead had {why} before its time came."
    return Step(code="dropped", sentence=said)


def _find_drop(case: Case) -> str | None:
    """Find why the latest alert was dropped."""
    drops = [step for step in case.decisions if step.what == "alert_dropped"]
    return str(msgspec.json.decode(drops[-1].details)["why"]) if drops else None


def _judge_told(case: Case) -> Step:
    alert = case.alert
    assert alert is not None
    who, when = case.name_person(alert.recipient_id), case.say(alert.told_at)
    states = {sending.delivery.state for sending in case.sendings}
    if not states:
        code, said = "no_channel", f"Yes, on {when}, but only in the list of alerts: there is no channel to {who}."
    elif "delivered" in states:
        code, said = "told", f"Yes: {who} was told on {when}."
    elif "due" in states:
        code, said = "sending", f"Yes, on {when}, but no channel of {who} has taken the message yet."
    else:
        code, said = "undeliverable", f"Yes, on {when}, but no channel of {who} took the message."
    return Step(code=code, sentence=said + _say_answer(case) + _say_episode(case))


def _say_answer(case: Case) -> str:
    assert case.alert is not None
    if case.alert.acknowledged_at is None:
        return " Nobody has answered it yet." if case.record.episode_is_open else ""
    by, when = case.alert.acknowledged_by, case.say(case.alert.acknowledged_at)
    return (
        f" The lead was contacted on {when}." if by == "contact" else f" {case.name_person(by)} took it on {when}."
    )


def _say_episode(case: Case) -> str:
    assert case.alert is not None
    if not case.record.episode_is_open:
        return " That episode is over."
    again = any(step.what == "reentered" and step.at >= case.alert.told_at for step in case.decisions)
    return " It turned hot again within the cool-down: one episode, one alert." if again else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _write(step: Step) -> dict[str, Any]:
    return {"code": step.code, "at": tell_moment(step.at), "sentence": step.sentence}
