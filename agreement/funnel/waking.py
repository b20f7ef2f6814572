"""Waking: what became of the leads that were recycled in a period."""

from collections.abc import Sequence
from dataclasses import dataclass

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.funnel.passages import FUNNEL, Exit, Passages
from agreement.lives import Life
from agreement.stages import PASSED, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Waking:
    """Leads that were recycled from one stage, and what became of them.

    Parameters
    ----------
    stage : Stage or None
        Where they stood; None for all stages together.
    woken : Rate
        Of all that were recycled in the period, those that were on the way to a customer again by now.
    to_sql, to_customer : Rate
        Of those who woke a horizon ago or earlier, those that were SQL, or customers, within it.
    immature : int
        Woken, but not yet a horizon ago; in neither of the last two.
    lead_ids : tuple of str
        All that were recycled.
    """

    stage: Stage | None
    woken: Rate
    to_sql: Rate
    to_customer: Rate
    immature: int
    lead_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Return:
    place: int
    lead_id: str
    woke_at: int | None
    sql_at: int | None
    won_at: int | None


def compute_wakings(passages: Passages, period: Period, *, as_of: int, horizon_days: int) -> tuple[Waking, ...]:
    """Compute what became of recycled leads, for each stage that any left and for all together, first.

    A lead counts once, where it stood when it was first recycled in the period. How many woke is told as of now:
    a lead that rests still has its time before it, and the share can only grow. What followed is told of leads
    that woke `horizon_days` ago or earlier, and counts within that time.

    Parameters
    ----------
    passages : Passages
        As known at `as_of`.
    period : Period
        In which they were recycled.
    as_of : int
        Microseconds since 1970.
    horizon_days : int
        At least 1.
    """
    firsts: dict[int, Exit] = {}
    for left in passages.list_exits(period, Stage.RECYCLED):
        firsts.setdefault(left.row, left)
    returns = [_follow(passages.lives[left.row], left, as_of) for left in firsts.values()]
    horizon = horizon_days * DAY_MICROS
    summed = [_sum(None, returns, as_of, horizon)]
    for place, stage in enumerate(FUNNEL):
        if some := [each for each in returns if each.place == place]:
            summed.append(_sum(stage, some, as_of, horizon))
    return tuple(summed)


def _follow(life: Life, left: Exit, as_of: int) -> _Return:
    later = [step for step in life.steps if left.at < step.at <= as_of and step.stage in PASSED]

    def find(least: Stage) -> int | None:
        ranks = PASSED.index(least)
        return next((step.at for step in later if PASSED.index(step.stage) >= ranks), None)

    return _Return(left.place, life.lead_id, find(Stage.PROSPECT), find(Stage.SQL), find(Stage.CUSTOMER))


def _sum(stage: Stage | None, returns: Sequence[_Return], as_of: int, horizon: int) -> Waking:
    woken = [(each, each.woke_at) for each in returns if each.woke_at is not None]
    mature = [(each, woke_at + horizon) for each, woke_at in woken if woke_at + horizon <= as_of]
    sqls = sum(each.sql_at is not None and each.sql_at <= until for each, until in mature)
    wins = sum(each.won_at is not None and each.won_at <= until for each, until in mature)
    return Waking(
        stage=stage,
        woken=Rate(count=len(woken), of=len(returns)),
        to_sql=Rate(count=sqls, of=len(mature)),
        to_customer=Rate(count=wins, of=len(mature)),
        immature=len(woken) - len(mature),
        lead_ids=tuple(each.lead_id for each in returns),
    )
