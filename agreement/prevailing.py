"""Prevailing: which steps of a lead hold, where acts of Hotlead and what people told disagree."""

from collections.abc import Iterable

from agreement.lives import Act, Step, order_steps
from agreement.stages import Stage

AUTOMATIC = {
    Act.WOKEN: frozenset({Stage.RECYCLED}),
    Act.QUALIFIED: frozenset({Stage.PROSPECT, Stage.LEAD}),
    Act.HANDED_OVER: frozenset({Stage.PROSPECT, Stage.LEAD, Stage.MQL}),
}
"""The acts that Hotlead does by itself, and the stages that each of them leads out of."""

_ALREADY_BEYOND = frozenset({Stage.OPPORTUNITY, Stage.CUSTOMER})


def list_prevailing(steps: Iterable[Step]) -> list[Step]:
    """List the steps that hold, in the order of time, in whatever order they became known.

    What people tell always holds. An act of Hotlead holds where the lead stood, by all that is known today, at a
    stage from which such an act is done: a hand-over of a lead that had been won a day before never was one. To
    accept a lead that is further on already takes it back nowhere.

    Parameters
    ----------
    steps : iterable of Step
        All that is known of one lead, in any order.
    """
    holding: list[Step] = []
    stage = Stage.LEAD
    for step in order_steps(steps):
        if _holds(step, stage):
            holding.append(step)
            stage = step.stage
    return holding


def _holds(step: Step, stage: Stage) -> bool:
    if step.act is None:
        return True
    if step.act == Act.ACCEPTED:
        return stage not in _ALREADY_BEYOND
    leads_out_of = AUTOMATIC.get(step.act)
    return leads_out_of is None or stage in leads_out_of
