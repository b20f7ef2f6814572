"""The demo's live part on a real server: leads are told, warm ones act, an alert comes signed, and why is said."""

import io
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmarks.scoring_model import fit_scorer
from hotlead.company import Handling
from hotlead.company.books import Books
from hotlead.conversation import Conversation
from hotlead.live_alerts import LiveAlerts
from hotlead.local_server import find_free_port, serve_home
from hotlead.onboarding import add_channel, go_on_call, tell_company
from hotlead.receiver import Receiver
from models.artifact import save_scorer
from models.buckets import Thresholds
from models.champion import publish_champion

N_LEADS, MOST_DOWNLOADS = 24, 12
NOW = datetime.now(UTC)
ADDRESS = "matteo.fontebasso@veltarn.example"
# So that the digest of the import is seen within the test.
AGREEMENT = '[alerts]\ndigest_wait = "2 s"\n'

HANDLING = Handling(
    stages=pd.DataFrame(columns=["lead_id", "stage", "occurred_at", "act", "reason", "until", "value", "by"]),
    contacts=pd.DataFrame(columns=["lead_id", "kind", "outcome", "occurred_at", "by"]),
)
SPENDING = pd.DataFrame({"channel": ["web"], "month": ["2026-02"], "euros": [100.0]})


def invent_company():
    """Invent leads of whom each has downloaded a little more than the one before."""
    ids = [f"lead-{number}" for number in range(N_LEADS)]
    leads = pd.DataFrame({"lead_id": ids, "account_id": "account", "owner": ADDRESS, "first_name": "Ada"})
    leads.loc[1::2, "account_id"] = np.nan
    leads = leads.assign(created_at=pd.Timestamp(NOW - timedelta(days=60)), role="Head of Quality", source="web")
    leads = leads.assign(last_name=[f"Aalto {lead_id}" for lead_id in ids], email=np.nan, product_interest=np.nan)
    who = np.repeat(np.arange(N_LEADS), np.arange(N_LEADS) * MOST_DOWNLOADS // N_LEADS)
    events = pd.DataFrame({"lead_id": [ids[row] for row in who], "type": "download", "duration_seconds": np.nan})
    events["event_id"] = [f"E{number}" for number in range(len(who))]
    events["occurred_at"] = [pd.Timestamp(NOW - timedelta(days=2, minutes=n)) for n in range(len(who))]
    accounts = pd.DataFrame({"account_id": ["account"], "company": ["Mill & Co"], "employees": [250.0]})
    leads = leads.assign(status="New", closed_at=pd.NaT)
    events = events.assign(pages=4.0, questions=np.nan, title=None)
    return Books(accounts=accounts, leads=leads, events=events, handling=HANDLING, spending=SPENDING)


@pytest.fixture(scope="module")
def part(tmp_path_factory):
    """The live part on a server of its own that has been told of a company, and what the console showed."""
    home = tmp_path_factory.mktemp("home")
    scorer, table = fit_scorer(n_leads=600, rounds=40, num_leaves=7)
    scorer.thresholds_ = Thresholds(warm=0.13, hot=0.36)
    save_scorer(scorer, home / "artifact", examples=table)
    publish_champion(home / "artifact", "1", home)
    (home / "agreement.toml").write_text(AGREEMENT, "utf-8")
    console, port = Console(file=io.StringIO(), width=160), find_free_port(0)
    with (
        Receiver() as receiver,
        serve_home(home, port, {"HOTLEAD_TRUSTED_TARGETS": receiver.target}),
        closing(Conversation(port)) as crm,
    ):
        add_channel(crm, receiver)
        go_on_call(port, capacity_per_week=4.0)
        tell_company(port, invent_company(), console=console)
        yield LiveAlerts(home=home, crm=crm, receiver=receiver, seed=1, console=console)


@pytest.fixture
def read(part):
    """Return a function that returns what was shown since it was last asked."""

    def read_console():
        text = part.console.file.getvalue()
        part.console.file.truncate(0)
        part.console.file.seek(0)
        return text

    read_console()
    return read_console


def list_alerts(part, form):
    """List the alerts of a form."""
    return [alert for alert in part.crm.ask("GET", "/v1/alerts?limit=500")["items"] if alert["form"] == form]


def test_the_import_is_told_in_one_digest(part, read):
    """Leads that came in hot raise no alert of their own: their owner reads one message."""
    raised = list_alerts(part, "digest")
    assert len(raised) > 1
    assert not list_alerts(part, "single")
    part.show_digests(5.0)
    assert f"DIGEST  to Matteo Fontebasso: {len(raised)} hot leads of the import, first lead-" in read()


def test_warm_leads_act_until_they_are_hot_and_their_owner_reads_it(part, read):
    """Each lead that turned hot has one alert, delivered and shown with the time since its event."""
    part.crm.ask("PUT", f"/v1/owners/{ADDRESS}", {"name": "Matteo", "zone": "Europe/Rome"})
    visits = part.let_act()
    hot = [made.lead_id for made in visits if made.is_hot]
    assert hot
    text = read()
    assert sorted(alert["lead_id"] for alert in list_alerts(part, "single")) == sorted(hot)
    assert text.count("ms after the event") == len(hot)
    assert f"{len(hot)} of {len(visits)} turned hot" in text
    assert "0 messages had a wrong signature" in text
    assert f"Aalto {hot[0]}, Head of Quality" in text

    part.show_why(hot[0])
    assert "Yes: Matteo was told on" in read()
    part.acknowledge(hot[0])
    text = read()
    assert f"Taken by {ADDRESS}. Before: " in text
    assert "Now: nobody else is told." in text

    part.show_new()
    assert "HOT" not in read()


def test_one_that_stayed_warm_is_explained(part, read):
    """The first to look round did one thing only; asked why, the service says what is missing."""
    warm = part.find_warm([])
    assert warm is not None
    part.show_why(warm)
    assert "No: its score is" in read()


def test_the_queue_shows_the_best_first(part, read):
    """Five leads, by falling score."""
    part.show_queue()
    lines = [line.split() for line in read().splitlines() if "lead-" in line]
    assert len(lines) == 5
    assert [int(line[0]) for line in lines] == sorted((int(line[0]) for line in lines), reverse=True)


def test_the_quick_start_works_as_written(part):
    """Owner, channel, lead and events of docs/quick-start.md are taken, without a warning."""
    page = (Path(__file__).parents[2] / "docs" / "quick-start.md").read_text("utf-8")
    page = page.replace("'$(date -u +%FT%TZ)'", datetime.now(UTC).isoformat(timespec="seconds"))
    told = re.findall(r"curl -s -X (\w+) http://127\.0\.0\.1:8000(\S+) .*? --data '\n(.*?)'\n", page, re.DOTALL)
    answers = [
        part.crm.send(method, path, body.replace("127.0.0.1:9000", part.receiver.target))
        for method, path, body in told
    ]
    owner, channel, lead, events = answers
    assert owner["owner"]["name"] == "Anna Lindqvist"
    assert channel["secret"].startswith("whsec_")
    assert (lead["status"], lead["warnings"]) == ("accepted", [])
    assert (events["accepted"], events["rejected"]) == (2, 0)
