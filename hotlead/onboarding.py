"""Onboarding: the first day of a company with the service: its agreement, a channel, and all that its CRM holds."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from hotlead.company.books import Books
from hotlead.company.crm import (
    tell_accounts,
    tell_contacts,
    tell_events,
    tell_leads,
    tell_people_on_call,
    tell_spending,
    tell_stages,
)
from hotlead.company.team import MANAGER, MARKETER_NAME
from hotlead.company.terms import write_terms
from hotlead.conversation import Conversation, Push, push_all
from hotlead.local_server import run_verb
from hotlead.progress import show_progress
from hotlead.receiver import Receiver

DIGEST_WAIT_SECONDS = 30
BATCH = "demo"
# What comes one a request is stored together with what others send at that moment: the more, the faster. Arrays
# are large, and few of them fill the service's room.
_CONNECTIONS, _CONNECTIONS_FOR_ARRAYS = 32, 4


def write_agreement(home: Path, now: datetime, *, leads_a_year: float, capacity_per_week: float) -> None:
    """Write the agreement of the demo's company; digests go within the demo."""
    text = write_terms(
        now,
        leads_a_year=leads_a_year,
        capacity_per_week=capacity_per_week,
        digest_wait=f"{DIGEST_WAIT_SECONDS} s",
    )
    (home / "agreement.toml").write_text(text, "utf-8")


def sign_agreement(home: Path, now: datetime, console: Console) -> None:
    """Have both sides sign the agreement for the whole year, and print what the verb says of it."""
    both = ("--by", f"{MARKETER_NAME}, marketing", "--by", f"{MANAGER.name}, sales")
    said = run_verb(home, "agreement", "sign", *both, "--from", f"{now.year}-01-01", "--yes")
    console.print(said.strip().splitlines()[-1], markup=False)


def add_channel(crm: Conversation, receiver: Receiver) -> None:
    """Add a channel of the team that leads to a receiver, which then trusts what is signed with its secret."""
    url = f"http://{receiver.target}/hotlead"
    added = crm.ask("POST", "/v1/channels", {"owner_id": "team", "kind": "webhook", "url": url})
    receiver.trust(added["secret"])


def tell_company(port: int, books: Books, *, console: Console) -> None:
    """Tell the service of all that is in the books, and print how long it took.

    What leads did comes before how they were handled: each hand-over is then judged by how warm the lead was.
    """
    parts = {
        "accounts": tell_accounts(books.accounts),
        "leads": tell_leads(books.leads, BATCH),
        "events": tell_events(books, BATCH),
        "stages": tell_stages(books.handling.stages, BATCH),
        "contacts": tell_contacts(books.handling.contacts),
        "spending": tell_spending(books.spending),
    }
    began = time.perf_counter()
    _push_parts(port, parts, console)
    seconds = time.perf_counter() - began
    console.print(
        f"{len(books.leads):,} leads, {len(books.accounts):,} accounts, {len(books.events):,} events, "
        f"{len(books.handling.stages):,} changes of stage and {len(books.handling.contacts):,} contacts are on "
        f"disk and scored after {seconds:.1f} s."
    )


def go_on_call(port: int, capacity_per_week: float) -> None:
    """Put everybody on call through the API: a demo at night would keep its alerts until the morning."""
    push_all(port, tell_people_on_call(capacity_per_week), connections=1)


def _push_parts(port: int, parts: Mapping[str, Sequence[Push]], console: Console) -> None:
    with show_progress({name: f"Telling of {name}" for name in parts}, console) as step:
        for name, pushes in parts.items():

            def on_push(done: int, name: str = name, total: int = len(pushes)) -> None:
                step(name, done, total)

            is_many = isinstance(pushes[0].body, list) if pushes else False
            push_all(
                port, pushes, connections=_CONNECTIONS_FOR_ARRAYS if is_many else _CONNECTIONS, on_push=on_push
            )
