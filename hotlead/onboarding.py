"""Onboarding: the first day of a company with the service: its people, a channel for them, its leads and events."""

import time
from pathlib import Path

from rich.console import Console

from hotlead.company.crm import Lively, tell_accounts, tell_events, tell_leads, tell_people
from hotlead.conversation import Conversation, push_all
from hotlead.progress import show_progress
from hotlead.receiver import Receiver

DIGEST_WAIT_SECONDS = 30
BATCH = "demo"
# No working hours in it: a demo at night would keep its alerts until the morning.
_AGREEMENT = f"""\
name = "Veltarn"
zone = "Europe/Berlin"
action = "Call today"

[alerts]
digest_wait = "{DIGEST_WAIT_SECONDS} s"
"""
_CONNECTIONS = 4


def write_agreement(home: Path) -> None:
    """Write the agreement of the demo's company: like the usual terms, but digests go within the demo."""
    (home / "agreement.toml").write_text(_AGREEMENT, "utf-8")


def add_channel(crm: Conversation, receiver: Receiver) -> None:
    """Add a channel of the team that leads to a receiver, which then trusts what is signed with its secret."""
    url = f"http://{receiver.target}/hotlead"
    added = crm.ask("POST", "/v1/channels", {"owner_id": "team", "kind": "webhook", "url": url})
    receiver.trust(added["secret"])


def tell_company(port: int, lively: Lively, *, capacity_per_week: float, console: Console) -> None:
    """Tell the service of the people, the accounts, the leads and the events, and print how long it took."""
    parts = {
        "people": tell_people(capacity_per_week),
        "accounts": tell_accounts(lively.accounts),
        "leads": tell_leads(lively.leads, BATCH),
        "events": tell_events(lively, BATCH),
    }
    began = time.perf_counter()
    with show_progress({name: f"Telling of {name}" for name in parts}, console) as step:
        for name, pushes in parts.items():

            def on_push(done: int, name: str = name, total: int = len(pushes)) -> None:
                step(name, done, total)

            push_all(port, pushes, connections=_CONNECTIONS, on_push=on_push)
    seconds = time.perf_counter() - began
    console.print(
        f"{len(lively.leads):,} leads, {len(lively.accounts):,} accounts and {len(lively.events):,} events are on "
        f"disk and scored after {seconds:.1f} s, told over {_CONNECTIONS} connections."
    )
