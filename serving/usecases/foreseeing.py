"""Foreseeing: what keeps a lead from being handed over, what is owed to it, and when it wakes, in sentences."""

from collections.abc import Iterator

from agreement.timers import Timer
from serving.usecases.chasing import DUTIES
from serving.usecases.handing_over import BEFORE_SALES
from serving.usecases.inquiring import Case
from serving.usecases.recounting import Step
from serving.usecases.retracing import list_names


def look_at_hand_over(case: Case) -> Iterator[Step]:
    """Say what marketing's lead still needs, where criteria were agreed on."""
    verdict, record = case.verdict, case.record
    if verdict is None or record.stage not in BEFORE_SALES:
        return
    if verdict.unmet:
        said = "; ".join(_lower(sentence) for sentence in verdict.unmet)
        yield Step(code="not_qualified", sentence=f"It is not handed over: {said}.")
    elif verdict.missing:
        said = f"It is not handed over: {list_names(verdict.missing)} is missing."
        yield Step(code="lacks_information", sentence=said)
    elif record.hand_over_at is not None:
        when = case.say(record.hand_over_at)
        said = f"It meets the criteria by facts that came in bulk: it is handed over on {when}"
        yield Step(code="hand_over_due", sentence=f"{said}, unless something else is told of it before.")
    else:
        said = "It meets the criteria; people hand it over, or it was given back and has done nothing new since."
        yield Step(code="qualified", sentence=said)


def look_at_timers(case: Case) -> Iterator[Step]:
    """Say what is owed to the lead, and what was not done in time."""
    now = case.circumstances.now
    for timer in case.timers:
        state = timer.judge(now)
        if state == "due":
            yield Step(code="promise_due", sentence=f"{_say_owner(case, timer)} by {case.say(timer.due_at)}.")
        elif state == "breached":
            late = "it came later" if timer.met_at is not None and timer.met_at <= now else "it has not come"
            said = f"{_say_owner(case, timer)} by {case.say(timer.due_at)}, and {late}."
            yield Step(code="promise_broken", sentence=said)


def look_at_wake(case: Case) -> Iterator[Step]:
    """Say when a lead that was put aside wakes."""
    if case.record.wake_at is not None:
        said = f"It was put aside, and wakes on {case.say(case.record.wake_at)}"
        sooner = (
            ", or sooner if it does something new" if case.circumstances.terms.recycling.wakes_at_bucket else ""
        )
        yield Step(code="sleeps", sentence=f"{said}{sooner}.")


def _say_owner(case: Case, timer: Timer) -> str:
    owner = case.name_person(timer.owner_id)
    word = "owes" if timer.judge(case.circumstances.now) == "due" else "owed"
    return f"{owner[:1].upper()}{owner[1:]} {word} it {DUTIES[timer.duty]}"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
