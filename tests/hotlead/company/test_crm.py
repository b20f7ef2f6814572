"""What the demo company's CRM tells: all of it, readable by the API, and each account's events together."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from agreement.terms import read_terms
from features.contract import Column, LeadSchema
from features.times import to_micros
from hotlead.company import LOST, MANAGER, REPS
from hotlead.company.books import open_books
from hotlead.company.crm import (
    tell_accounts,
    tell_contacts,
    tell_events,
    tell_leads,
    tell_people_on_call,
    tell_spending,
    tell_stages,
)
from hotlead.company.reading import PAYBACK, TITLES
from hotlead.company.terms import write_terms
from serving.api.batches import MOST_FACTS, read_contact_batch, read_stage_batch
from serving.api.facts import MOST_EVENTS, FactReader, read_event
from serving.api.intake import Asked
from serving.api.owners import read_owner
from serving.api.spending import read_spending
from serving.usecases.told import Rejected, ToldStage
from tests.hotlead.company.past import UNTIL

NOW = UNTIL + timedelta(days=14)
_MICROS = to_micros(NOW)


@pytest.fixture(scope="module")
def books():
    """All that the CRM holds at the end of the fortnight."""
    from tests.hotlead.company.past import tell_history, tell_live

    return open_books(tell_history(), tell_live(), now=NOW)


@pytest.fixture(scope="module")
def terms(tmp_path_factory):
    """The agreement of the company."""
    file = tmp_path_factory.mktemp("terms") / "agreement.toml"
    file.write_text(write_terms(NOW, leads_a_year=6_000, capacity_per_week=4, digest_wait="30 s"), "utf-8")
    return read_terms(file)


def test_the_books_hold_every_lead_and_what_the_won_did(books, history, live):
    """Leads, accounts and ends are complete; of what the lost did, a part is left out, and only of them."""
    assert len(books.leads) == len(history.leads) + len(live.leads)
    assert set(books.leads["account_id"].dropna()) <= set(books.accounts["account_id"])
    closed = books.leads.set_index("lead_id")["closed_at"].dropna()
    assert set(live.closings["lead_id"]) <= set(closed.index)
    events = pd.concat([history.events, live.events])
    events = events[events["recorded_at"] <= pd.Timestamp(NOW)]
    left_out = set(events["lead_id"]) - set(books.events["lead_id"])
    assert left_out
    assert set(history.leads.set_index("lead_id").loc[sorted(left_out), "status"]) <= set(LOST)
    assert len(books.events) == (~events["lead_id"].isin(left_out)).sum()


def test_downloads_have_titles_and_nothing_else_has(books):
    """Whoever has looked at prices reads what a purchase pays back."""
    assert set(books.events.loc[books.events["title"].notna(), "type"]) == {"download"}
    assert set(books.events["title"].dropna()) == set(TITLES)
    looked = set(books.events.loc[books.events["type"] == "pricing_visit", "lead_id"])
    downloads = books.events[books.events["type"] == "download"]
    shares = (downloads["title"] == PAYBACK).groupby(downloads["lead_id"].isin(looked)).mean()
    assert shares[True] > 2 * shares[False]


def test_the_api_reads_every_person():
    """Reps have a manager who takes no leads, a zone, places and all hours; all as PUT /v1/owners wants it."""
    told = tell_people_on_call(4.0)
    read = [
        read_owner(push.body.get("id", rep.email), push.body)
        for push, rep in zip(told, (MANAGER, *REPS), strict=True)
    ]
    assert [person["manager_id"] for person in read if "manager_id" in person] == [MANAGER.email] * len(REPS)
    assert [person["takes_leads"] for person in read] == [False, *[True] * len(REPS)]
    assert {person["working_hours"] for person in read} == {"always"}
    assert "Deutschland" in read[1]["places"]
    assert told[0].path == "/v1/owners/ingrid.sandvide%40veltarn.example"


def test_the_api_reads_every_stage_and_contact(books, terms):
    """Nothing is refused or warned of, every act keeps its meaning, and every request is small enough."""
    pushes = [*tell_stages(books.handling.stages, "demo"), *tell_contacts(books.handling.contacts)]
    assert max(len(push.body) for push in pushes) <= MOST_FACTS
    reads = [each for push in pushes for each in read_push(push, terms)]
    assert not [each for each in reads if each.warnings or isinstance(each.item, Rejected)]
    assert len({(each.item.lead_id, each.item.key) for each in reads}) == len(reads)
    steps = [each.item for each in reads if isinstance(each.item, ToldStage)]
    stages = books.handling.stages
    assert [step.stage for step in steps] == stages["stage"].tolist()
    assert {step.act for step in steps} == {None, "accepted", "rejected"}
    assert sum(step.act == "rejected" for step in steps) == (stages["act"] == "rejected").sum()
    assert sum(step.value or 0 for step in steps) == pytest.approx(stages["value"].sum())


def read_push(push, terms):
    """Read a request as the service does."""
    asked = Asked(
        reader=FactReader(None),
        ids=[],
        body=push.body,
        query={"import": "demo"},
        now=_MICROS,
        by="crm",
        place=f"POST {push.path}",
        terms=terms,
    )
    return (read_stage_batch if push.path.startswith("/v1/stages") else read_contact_batch)(asked)


def test_the_api_reads_all_spending(books):
    """Each channel's euros of each month are as PUT /v1/spending wants them."""
    for push in tell_spending(books.spending):
        channel, month = push.path.removeprefix("/v1/spending/").split("/")
        assert read_spending(unquote(channel), month, push.body).euros == push.body["euros"]


def test_the_api_reads_every_lead_account_and_event(books):
    """Nothing is refused, nothing warned of, and of the outcome only that a lead is closed."""
    names = ("role", "email", "product_interest", "industry", "country", "city", "website", "company")
    schema = LeadSchema(tuple(Column(name=name, kind="text") for name in names))
    reader = FactReader(schema)
    for push in tell_leads(books.leads, "demo"):
        lead_id = push.path.removeprefix("/v1/leads/").removesuffix("?import=demo")
        read = reader.read_lead(lead_id, push.body, _MICROS, "demo")
        assert not read.warnings
        assert read.item.created_at is not None
        assert not {"status", "closed_at", "value", "lost_reason", "contract_sent"} & push.body.keys()
        assert push.body.get("stage") in (None, "customer", "lost")
    for push in tell_accounts(books.accounts):
        assert not reader.read_account(push.path.removeprefix("/v1/accounts/"), push.body, _MICROS).warnings
    for push in tell_events(books, "demo"):
        assert all(not read_event(event, _MICROS, "demo").warnings for event in push.body)


def test_every_event_is_told_once_and_accounts_stand_together(books):
    """No event is lost or doubled, no request is larger than the API takes, no account that fits is torn."""
    pushes = tell_events(books, "demo")
    told = [event["id"] for push in pushes for event in push.body]
    assert sorted(told) == sorted(books.events["event_id"])
    assert max(len(push.body) for push in pushes) <= MOST_EVENTS
    account_of = books.leads.set_index("lead_id")["account_id"].to_dict()
    groups = [{account_of[event["lead_id"]] for event in push.body} for push in pushes]
    seen = Counter(account for accounts in groups for account in accounts if isinstance(account, str))
    busy = books.events["lead_id"].map(account_of).value_counts()
    assert len(pushes) > 2
    assert {account for account, times in seen.items() if times > 1} <= set(busy[busy > MOST_EVENTS].index)


def test_an_account_too_busy_for_one_request_is_cut(books):
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
            "title": None,
        }
    )
    pushes = tell_events(replace(books, leads=leads, events=events), "demo")
    assert [len(push.body) for push in pushes] == [1_000, 1_000, 500]
    assert pushes[0].body[0]["properties"] == {"pages": 1.0}
