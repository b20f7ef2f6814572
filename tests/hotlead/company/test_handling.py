"""How leads were handled: in order, in keeping with their outcomes, and unevenly."""

import pandas as pd
import pytest

from agreement.calendar.hours import WorkingHours
from hotlead.company import LOST, MANAGER, REPS, WON, CompanyHistory, LiveDays, generate_history
from hotlead.company.cases import REASON_CODES
from hotlead.company.live import close_leads
from hotlead.company.team import MARKETER, WORKING_HOURS
from tests.hotlead.company.past import UNTIL

_FOLLOWS = {
    "": {"mql", "lost"},
    "mql": {"sql", "lost"},
    "sql": {"sql", "mql", "recycled", "opportunity", "lost"},
    "recycled": {"mql", "lost"},
    "opportunity": {"customer", "lost"},
}
_ACTS = {"sql": {"handed_over", "accepted"}, "recycled": {"rejected"}}
_FIRST_CONTACT_HOURS = 4


def test_stages_follow_each_other_as_the_agreement_has_them(history: CompanyHistory) -> None:
    """No stage is skipped, none comes after an end, and each act goes with its stage."""
    stages = history.handling.stages
    before = stages.groupby("lead_id")["stage"].shift().fillna("")
    steps = set(zip(before, stages["stage"], strict=True))
    assert {then for before, then in steps if then not in _FOLLOWS[before]} == set()
    assert {stage for _, stage in steps} == {"mql", "sql", "recycled", "opportunity", "customer", "lost"}
    for stage, acts in _ACTS.items():
        assert set(stages.loc[stages["stage"] == stage, "act"].dropna()) == acts
    assert (stages["until"] > stages["occurred_at"]).equals(stages["stage"] == "recycled")


def test_nothing_happens_before_a_lead_is_there_or_after_its_end(history: CompanyHistory) -> None:
    """Stages and contacts lie between the creation of their lead and its end, or now."""
    known = history.leads.set_index("lead_id")[["created_at", "closed_at"]].fillna({"closed_at": UNTIL})
    for table in (history.handling.stages, history.handling.contacts):
        told = table.join(known, on="lead_id")
        assert (told["created_at"] <= told["occurred_at"]).all()
        assert (told["occurred_at"] <= told["closed_at"]).all()
        assert table["occurred_at"].is_monotonic_increasing


def test_the_ends_are_those_of_the_lead_table(history: CompanyHistory) -> None:
    """Whom the CRM calls won is a customer then, with its value; whom it calls lost is lost, for its reason."""
    last = history.handling.stages.groupby("lead_id").tail(1).set_index("lead_id")
    leads = history.leads.set_index("lead_id")
    won, lost = leads[leads["status"].isin(WON)], leads[leads["status"].isin(LOST)]
    assert (last.loc[won.index, "stage"] == "customer").all()
    assert (last.loc[won.index, "value"] == won["value"]).all()
    assert (last.loc[lost.index, "stage"] == "lost").all()
    codes = lost["lost_reason"].map(REASON_CODES)
    assert last.loc[lost.index, "reason"].fillna("").equals(codes.fillna(""))
    closed = pd.concat([won, lost])
    assert (last.loc[closed.index, "occurred_at"] == closed["closed_at"]).all()
    assert last.drop(closed.index)["stage"].isin(["mql", "sql", "recycled", "opportunity"]).all()


def test_offers_were_made_where_the_lead_table_has_a_value(history: CompanyHistory) -> None:
    """A lead became an opportunity once where its value is known, and never elsewhere."""
    made = history.handling.stages.query("stage == 'opportunity'")
    assert set(made["lead_id"]) == set(history.leads.loc[history.leads["value"].notna(), "lead_id"])
    assert made["lead_id"].is_unique
    assert (made["value"] > 0).all()


def test_every_logged_call_is_a_contact_of_the_owner(history: CompanyHistory) -> None:
    """Calls in the event log are contacts at the same moment, and more were tried than answered."""
    calls = history.events.query("type == 'call_logged'")[["lead_id", "occurred_at"]]
    contacts = history.handling.contacts
    found = calls.merge(contacts.query("kind == 'call'"), on=["lead_id", "occurred_at"])
    assert len(found) == len(calls)
    assert set(contacts["outcome"]) == {"reached", "voicemail", "no_answer"}
    assert set(contacts["by"]) == {rep.email for rep in (*REPS, MANAGER)}


def test_the_same_history_is_handled_the_same_way() -> None:
    """Two runs agree in every cell; another seed gives other rows."""
    first, second, other = (generate_history(until=UNTIL, leads=200, seed=seed) for seed in (3, 3, 4))
    for name in ("stages", "contacts"):
        one, two = (getattr(each.handling, name) for each in (first, second))
        pd.testing.assert_frame_equal(one, two, check_exact=True)
        assert not one.equals(getattr(other.handling, name))
    pd.testing.assert_frame_equal(first.spending, second.spending, check_exact=True)


@pytest.mark.parametrize("leads", [1, 5])
def test_a_tiny_company_has_tables_of_the_same_columns(leads: int, history: CompanyHistory) -> None:
    """Hardly any lead, hardly any row: the columns and their types stay."""
    tiny = generate_history(until=UNTIL, months=1, leads=leads)
    assert tiny.handling.stages.dtypes.equals(history.handling.stages.dtypes)
    assert tiny.handling.contacts.dtypes.equals(history.handling.contacts.dtypes)


def test_the_live_days_go_on_with_all_leads(history: CompanyHistory, live: LiveDays) -> None:
    """At the end of the live days the CRM holds what became of every lead, the new ones too."""
    leads = close_leads(pd.concat([history.leads, live.leads], ignore_index=True), live.closings)
    ended = live.handling.stages.query("stage in ('customer', 'lost')")
    assert set(ended["lead_id"]) == set(leads.loc[leads["closed_at"].notna(), "lead_id"])
    assert live.handling.stages["occurred_at"].max() > UNTIL
    assert live.handling.stages["lead_id"].isin(live.leads["lead_id"]).any()


def list_first_answers(history: CompanyHistory) -> pd.DataFrame:
    """List for every hand-over its owner, and the working hours until the first attempt after it."""
    handed = history.handling.stages.query("act == 'handed_over'").merge(history.world.leads[["lead_id", "owner"]])
    contacts = history.handling.contacts.rename(columns={"occurred_at": "tried_at"})
    tried = handed[["lead_id", "owner", "occurred_at"]].merge(contacts[["lead_id", "tried_at"]], on="lead_id")
    tried = tried[tried["tried_at"] >= tried["occurred_at"]]
    first = tried.groupby(["lead_id", "owner", "occurred_at"], as_index=False)["tried_at"].min()
    zones = {rep.email: rep.zone for rep in (*REPS, MANAGER)}
    hours = {owner: WorkingHours.from_text(zone, WORKING_HOURS) for owner, zone in zones.items()}
    spans = zip(first["owner"], *(first[name].astype("int64") for name in ("occurred_at", "tried_at")), strict=True)
    worked = [hours[owner].working_time_between(begin, end) / 3.6e9 for owner, begin, end in spans]
    return first.assign(hours=worked)


def test_reps_differ_in_how_soon_they_answer(history: CompanyHistory) -> None:
    """The quickest rep keeps the promise of four working hours far more often than the slowest."""
    answers = list_first_answers(history)
    kept = (answers["hours"] <= _FIRST_CONTACT_HOURS).groupby(answers["owner"]).mean()
    assert kept["liisa.koskimaki@veltarn.example"] > 0.7
    assert kept["katrin.eschenbach@veltarn.example"] < 0.45
    assert kept["claire.aubreville@veltarn.example"] < 0.55
    slow = answers["occurred_at"].dt.month.isin([8, 12])
    assert answers.loc[slow, "hours"].mean() > 1.4 * answers.loc[~slow, "hours"].mean()


def test_two_reps_hardly_tell_what_became_of_their_leads(history: CompanyHistory) -> None:
    """Where candour is missing, few hand-overs are accepted or rejected."""
    stages = history.handling.stages
    handed = stages.query("act == 'handed_over'").merge(history.world.leads[["lead_id", "owner"]])["owner"]
    told = stages.query("act in ('accepted', 'rejected')")["by"].value_counts() / handed.value_counts()
    silent = [rep.email for rep in (*REPS, MANAGER) if rep.candour < 0.5]
    assert len(silent) == 2
    assert told[silent].max() < 0.35 < 0.6 < told.drop(silent).min()


def test_two_reps_give_up_after_two_attempts(history: CompanyHistory) -> None:
    """Leads that rest since nobody answered were tried as often as their owner's patience has it."""
    stages, contacts = history.handling.stages, history.handling.contacts
    rested = stages.query("stage == 'recycled' and reason == 'no_answer'").drop_duplicates("lead_id")
    tried = rested.merge(contacts, on=["lead_id", "by"], suffixes=("", "_tried"))
    tried = tried[tried["occurred_at_tried"] <= tried["occurred_at"]]
    median = tried.groupby(["by", "lead_id"]).size().groupby("by").median()
    assert median["katrin.eschenbach@veltarn.example"] < median["liisa.koskimaki@veltarn.example"] - 1


def test_marketing_hands_over_fewer_leads_where_it_counts_guests(history: CompanyHistory) -> None:
    """In March and September more webinar guests than usual are called qualified."""
    stages = history.handling.stages
    assert set(stages.query("act == 'handed_over'")["by"]) == {MARKETER}
    first = stages.query("stage == 'mql'").drop_duplicates("lead_id").merge(history.leads[["lead_id", "source"]])
    monthly = (first["source"] == "webinar").groupby(first["occurred_at"].dt.month).mean()
    assert monthly[[3, 9]].min() > 1.3 * monthly.drop([3, 9]).mean()
