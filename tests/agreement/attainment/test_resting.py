"""Resting: who was put aside, who wakes soon or should have woken, and what became of those who woke."""

from agreement.attainment.resting import find_rested
from agreement.calendar.periods import Period
from agreement.episodes import DAY_MICROS
from agreement.lives import Act, Life, Step
from agreement.stages import Stage
from agreement.terms import Terms

PERIOD = Period.from_text("1970-03-01/1970-03-08")
NOW = PERIOD.ends_at
TERMS = Terms()


def make(lead_id, *steps):
    """Return a lead by (stage, days before now, act, days after now at which it wakes)."""
    made = tuple(
        Step(
            stage=Stage(stage),
            at=NOW - ago * DAY_MICROS,
            act=act,
            until=None if until is None else NOW + until * DAY_MICROS,
        )
        for stage, ago, act, until in steps
    )
    return Life(lead_id=lead_id, created_at=0, steps=made)


def test_leads_are_put_aside_once_and_wake_on_their_day():
    """Only entering a rest counts; a date that was named prevails, else the usual ninety days."""
    rested = find_rested(
        [
            make("soon", ("recycled", 3, Act.REJECTED, 30)),
            make("later", ("recycled", 3, None, 31)),
            make("usual", ("recycled", 65, None, None)),
            make("again", ("recycled", 60, None, 9), ("recycled", 2, None, -1)),
            make("never"),
        ],
        TERMS,
        PERIOD,
        NOW,
    )
    assert rested.put_aside == ("soon", "later")
    assert rested.waking == ("soon", "usual")
    assert rested.overdue == ("again",)
    assert rested.n_woken == 0


def test_who_woke_is_shown_by_where_it_stands_now():
    """Hotlead wakes leads, and a CRM may take one up again; a lead that is lost from its rest did not wake."""
    rested = find_rested(
        [
            make("woken", ("recycled", 50, None, None), ("lead", 4, Act.WOKEN, None)),
            make("sold", ("recycled", 50, None, None), ("sql", 4, None, None), ("customer", 1, None, None)),
            make("lost", ("recycled", 50, None, None), ("lost", 4, None, None)),
            make("earlier", ("recycled", 50, None, None), ("lead", 9, Act.WOKEN, None)),
        ],
        TERMS,
        PERIOD,
        NOW,
    )
    assert dict(rested.woken) == {Stage.LEAD: ["woken"], Stage.CUSTOMER: ["sold"]}
    assert rested.n_woken == 2
