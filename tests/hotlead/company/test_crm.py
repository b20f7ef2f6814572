"""What the demo company's CRM tells: all of it, readable by the API, and each account's events together."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from features.contract import Column, LeadSchema
from features.times import to_micros
from hotlead.company import MANAGER, OPEN, REPS
from hotlead.company.crm import Lively, choose_lively, tell_accounts, tell_events, tell_leads, tell_people
from serving.api.facts import MOST_EVENTS, FactReader, read_event
from serving.api.owners import read_owner
from tests.hotlead.company.past import UNTIL

NOW = UNTIL + timedelta(days=14)
_MICROS = to_micros(NOW)


@pytest.fixture(scope="module")
def lively():
    """The leads that were alive in the fortnight."""
    from tests.hotlead.company.past import tell_history, tell_live

    return choose_lively(tell_history(), tell_live(), now=NOW, days=14)


def test_only_open_leads_with_something_lately_are_chosen(lively, history, live):
    """No closed lead is among them, and each has an event in the last two weeks."""
    closed = {*history.leads.loc[~history.leads["status"].isin(OPEN), "lead_id"], *live.closings["lead_id"]}
    latest = lively.events.groupby("lead_id")["occurred_at"].max()
    assert 0 < len(lively.leads) < len(history.leads) / 4
    assert not set(lively.leads["lead_id"]) & closed
    assert set(latest.index) == set(lively.leads["lead_id"])
    assert (latest >= pd.Timestamp(NOW - timedelta(days=14))).all()
    assert (lively.events["recorded_at"] <= pd.Timestamp(NOW)).all()
    assert set(lively.accounts["account_id"]) == set(lively.leads["account_id"].dropna())


def test_the_api_reads_every_person(lively):
    """Reps have a manager who takes no leads, a zone and places; all of it is as PUT /v1/owners wants it."""
    told = tell_people(4.0)
    read = [
        read_owner(push.body.get("id", rep.email), push.body)
        for push, rep in zip(told, (MANAGER, *REPS), strict=True)
    ]
    assert [person["manager_id"] for person in read if "manager_id" in person] == [MANAGER.email] * len(REPS)
    assert [person["takes_leads"] for person in read] == [False, *[True] * len(REPS)]
    assert "Deutschland" in read[1]["places"]
    assert told[0].path == "/v1/owners/ingrid.sandvide%40veltarn.example"


def test_the_api_reads_every_lead_account_and_event(lively):
    """Nothing is refused, nothing warned of, and nothing of the future or of the outcome is told."""
    names = ("role", "email", "product_interest", "industry", "country", "city", "website", "company")
    schema = LeadSchema(tuple(Column(name=name, kind="text") for name in names))
    reader = FactReader(schema)
    for push in tell_leads(lively.leads, "demo"):
        lead_id = push.path.removeprefix("/v1/leads/").removesuffix("?import=demo")
        read = reader.read_lead(lead_id, push.body, _MICROS, "demo")
        assert not read.warnings
        assert read.item.created_at is not None
        assert not {"status", "closed_at", "value", "lost_reason", "contract_sent"} & push.body.keys()
    for push in tell_accounts(lively.accounts):
        assert not reader.read_account(push.path.removeprefix("/v1/accounts/"), push.body, _MICROS).warnings
    for push in tell_events(lively, "demo"):
        assert all(not read_event(event, _MICROS, "demo").warnings for event in push.body)


def test_every_event_is_told_once_and_accounts_stand_together(lively):
    """No event is lost or doubled, no request is larger than the API takes, and no account is torn apart."""
    pushes = tell_events(lively, "demo")
    told = [event["id"] for push in pushes for event in push.body]
    assert sorted(told) == sorted(lively.events["event_id"])
    assert max(len(push.body) for push in pushes) <= MOST_EVENTS
    account_of = lively.leads.set_index("lead_id")["account_id"].to_dict()
    seen = [{account_of[event["lead_id"]] for event in push.body} - {np.nan} for push in pushes]
    seen = [{account for account in accounts if isinstance(account, str)} for accounts in seen]
    assert len(pushes) > 2
    assert sum(map(len, seen)) == len(set.union(*seen))


def test_an_account_too_busy_for_one_request_is_cut(lively):
    """What one account did may be more than a request takes; then it comes in several."""
    leads = pd.DataFrame({"lead_id": ["a"], "account_id": [None]})
    events = pd.DataFrame(
        {
            "event_id": [f"E{number:05d}" for number in range(2_500)],
            "lead_id": "a",
            "type": "page_visit",
            "occurred_at": pd.Timestamp(UNTIL),
            "duration_seconds": np.nan,
            "pages": 1.0,
            "questions": np.nan,
        }
    )
    pushes = tell_events(Lively(accounts=lively.accounts[:0], leads=leads, events=events), "demo")
    assert [len(push.body) for push in pushes] == [1_000, 1_000, 500]
    assert pushes[0].body[0]["properties"] == {"pages": 1.0}
