"""Lives: what is known of a lead's way from its first touch to its end, as plain values.

Whoever computes a figure of the agreement computes it from these. All instants are microseconds since 1970 in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from agreement.stages import PASSED, Stage


class Act(StrEnum):
    """What kind of act a step is; a step that a CRM merely tells of is none of these."""

    QUALIFIED = "qualified"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETURNED = "returned"
    WOKEN = "woken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A lead's stage from a moment on.

    Parameters
    ----------
    stage : Stage
        Where it stands from then on.
    at : int
        When it happened.
    act : Act or None
        What somebody did, where it was more than telling of it.
    reason : str or None
        The code of the reason why it was lost, rejected, returned or put aside.
    until : int or None
        The moment at which a recycled lead wakes.
    value : float or None
        Euros: what the deal is worth, or was when it was won.
    told_by : str or None
        Who said so.
    """

    stage: Stage
    at: int
    act: Act | None = None
    reason: str | None = None
    until: int | None = None
    value: float | None = None
    told_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An attempt of ours to reach a lead: when, how, and what came of it."""

    at: int
    kind: str
    outcome: str | None = None
    told_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Something a lead did: when, what, over which marketing channel, and which content (a title, a page)."""

    at: int
    type: str
    channel: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A lead, whole.

    Parameters
    ----------
    lead_id : str
        Its stable key.
    created_at : int
        When it came to be.
    owner_id : str or None
        Whose it is now.
    source : str or None
        The marketing channel that it came by.
    facts : Mapping
        Of the lead and its account: texts in normal form and numbers, by name; absent where unknown.
    steps, contacts, touches : tuple
        In the order of time. A step is there for each change of stage that was told or made.
    probability : float or None
        Of a win within the model's horizon, as last scored, in [0, 1].
    bucket : str or None
        cold, warm or hot, as last scored.
    """

    lead_id: str
    created_at: int
    owner_id: str | None = None
    source: str | None = None
    facts: Mapping[str, str | float] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    contacts: tuple[Contact, ...] = ()
    touches: tuple[Touch, ...] = ()
    probability: float | None = None
    bucket: str | None = None

    def find_step(self, at: int) -> Step:
        """Return the step in which it stood at an instant: the last that had happened, a lead before any."""
        found = Step(stage=Stage.LEAD, at=self.created_at)
        for step in self.steps:
            if step.at > at:
                break
            found = step
        return found

    def find_reached(self, stage: Stage) -> int | None:
        """Return when it first reached a stage of the way to a customer, or one beyond; None if never.

        Every lead has reached `Stage.LEAD` when it came to be, and `Stage.PROSPECT` with it.
        """
        rank = PASSED.index(stage)
        if rank <= PASSED.index(Stage.LEAD):
            return self.created_at
        reached = (step.at for step in self.steps if step.stage in PASSED and PASSED.index(step.stage) >= rank)
        return next(reached, None)


def order_steps(steps: Iterable[Step]) -> list[Step]:
    """Return steps in the order of time, and those of one instant always in the same order.

    A CRM that knows days only tells of several stages at one midnight: they follow each other as a lead goes. What
    people say comes after what Hotlead did at that instant, and who does not take a lead has the last word.
    """
    return sorted(steps, key=_find_place)


_ACTS = (Act.WOKEN, Act.QUALIFIED, Act.HANDED_OVER, None, Act.ACCEPTED, Act.RETURNED, Act.REJECTED)
_PLACE_OF_ACT = {act: place for place, act in enumerate(_ACTS)}
_PLACE_OF_STAGE = {stage: place for place, stage in enumerate(Stage)}


def _find_place(step: Step) -> tuple[int, int, int]:
    return step.at, _PLACE_OF_ACT[step.act], _PLACE_OF_STAGE[step.stage]


def list_hand_overs(steps: Sequence[Step]) -> list[Step]:
    """List the steps by which a lead became sales', in the order of time: each starts its own clocks.

    A CRM that tells of an SQL hands it over as much as we do; to be told of the same SQL again is none, and who
    accepts a lead that nobody handed over owes nobody an answer.
    """
    found: list[Step] = []
    before = Stage.LEAD
    for step in steps:
        is_given = step.stage == Stage.SQL and before not in _SALES and step.act != Act.ACCEPTED
        if step.act == Act.HANDED_OVER or is_given:
            found.append(step)
        before = step.stage
    return found


_SALES = frozenset({Stage.SQL, Stage.OPPORTUNITY, Stage.CUSTOMER})
