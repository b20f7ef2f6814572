"""Retracing: how a lead went from marketing to sales and back, each decision of the journal in a plain sentence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agreement.lives import Act
from serving.usecases.chasing import DUTIES
from serving.usecases.inquiring import Case
from serving.usecases.staging import find_reason

Details = Mapping[str, Any]
_ACTS = {
    Act.ACCEPTED: "took it",
    Act.REJECTED: "did not take it",
    Act.RETURNED: "gave it back to marketing",
}


def list_names(names: Sequence[str]) -> str:
    """List the names of what is missing as people say them: ``email or phone, and budget``."""
    told = [name.replace("|", " or ") for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])}, and {told[-1]}"


def _say_stage(case: Case, details: Details) -> str:
    act = details.get("act")
    if act is None:
        return f"Its stage changed from {details['before']} to {details['stage']}{_say_why(case, details)}."
    who = case.name_person(details["by"]) if details.get("by") else "Sales"
    now = "" if act == Act.ACCEPTED else f" It is {details['stage']} now{_say_until(case, details)}."
    return f"{who} {_ACTS[Act(act)]}{_say_why(case, details)}.{now}"


def _say_why(case: Case, details: Details) -> str:
    code = details.get("reason")
    reason = find_reason(code, case.circumstances.terms)
    means = code if reason is None else reason.means or code
    return f": {means}" if means else ""


def _say_until(case: Case, details: Details) -> str:
    return f", until {case.say(details['until'])}" if details.get("until") is not None else ""


def _say_qualified(_: Case, details: Details) -> str:
    return f"It met the criteria: Hotlead made it an MQL; it was {details['before']}."


def _say_missing(_: Case, details: Details) -> str:
    return f"It could not be handed over without {list_names(details['missing'])}."


def _say_ready(_: Case, details: Details) -> str:
    return "It was ready for sales; by the agreement people hand over, not Hotlead."


def _say_handed_over(case: Case, details: Details) -> str:
    return f"It met the criteria and was handed over to {case.name_person(details['owner'])}: the clocks started."


def _say_woken(case: Case, details: Details) -> str:
    return f"It woke: it had been put aside since {case.say(details['slept_since'])}."


def _say_overdue(case: Case, details: Details) -> str:
    owner, recipient = case.name_person(details["owner"]), case.name_person(details["recipient"])
    due = case.say(details["due_at"])
    return f"{owner[:1].upper()}{owner[1:]} owed it {DUTIES[details['duty']]} by {due}: {recipient} is told."


STEPS: Mapping[str, Callable[[Case, Details], str]] = {
    "stage": _say_stage,
    "qualified": _say_qualified,
    "missing_information": _say_missing,
    "ready": _say_ready,
    "handed_over": _say_handed_over,
    "woken": _say_woken,
    "promise_overdue": _say_overdue,
}
"""What is said of each kind of decision."""
