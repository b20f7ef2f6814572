"""The demo's live part: warm leads act, their owners hear of it, and the service says why."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from hotlead.conversation import Conversation
from hotlead.local_server import run_verb
from hotlead.messages import render_alert, render_digest
from hotlead.receiver import Received, Receiver
from hotlead.visiting import STEPS, Visit, visit

_PATIENCE_SECONDS = 10.0
_WANTED_HOT, _MOST_VISITS = 3, 12
_QUEUE_SHOWN = 5
_MOST_ALERTS = 500
_ALERT, _DIGEST = "lead.became_hot", "lead.digest"


@dataclass(slots=True, kw_only=True)
class LiveAlerts:
    """What is seen of one running service.

    Parameters
    ----------
    home
        The folder of the service.
    crm
        A conversation with it.
    receiver
        Where the team's channel leads.
    seed
        Of what the leads do.
    """

    home: Path
    crm: Conversation
    receiver: Receiver
    seed: int
    console: Console = field(default_factory=lambda: Console(highlight=False))
    _shown: set[str] = field(default_factory=set)

    def let_act(self) -> Sequence[Visit]:
        """Let one lead look round, then warm ones act until some turn hot, and show what their owners read."""
        rng = Random(self.seed)
        visits = [self._visit(lead, rng, STEPS[:1]) for lead in self._list_leads("bucket=warm&sort=score&limit=1")]
        for lead in self._list_leads(f"bucket=warm&hot=false&limit={_MOST_VISITS}"):
            if sum(made.is_hot for made in visits) == _WANTED_HOT:
                break
            if lead["id"] not in {made.lead_id for made in visits}:
                visits.append(self._visit(lead, rng, STEPS))
        self._say_visits(visits)
        return visits

    def find_warm(self, visits: Sequence[Visit]) -> str | None:
        """Find a lead that stayed warm, if possible one that has just acted; None where there is none."""
        acted = [made.lead_id for made in visits if made.bucket == "warm" and not made.is_hot]
        return next(
            iter([*acted, *(lead["id"] for lead in self._list_leads("bucket=warm&hot=false&limit=1"))]), None
        )

    def show_why(self, lead_id: str) -> None:
        """Show what `hotlead why` answers of a lead."""
        self.console.print(f"\n$ hotlead why {lead_id}", style="bold")
        self.console.print(run_verb(self.home, "why", lead_id).rstrip(), markup=False, soft_wrap=True)

    def acknowledge(self, lead_id: str) -> None:
        """Take the alert of a lead in the name of its recipient, and show what became of it."""
        (alert,) = self.crm.ask("GET", f"/v1/alerts?lead={quote(lead_id, safe='')}&limit=1")["items"]
        path = f"/v1/alerts/{alert['id']}/acknowledge"
        self.crm.ask("POST", path, {"by": alert["recipient_id"]})
        taken = self.crm.ask("GET", f"/v1/alerts/{alert['id']}")
        planned, then = _say_escalation(alert), _say_escalation(taken)
        self.console.print(f"\nPOST {path}", style="bold")
        self.console.print(f"Taken by {taken['acknowledged_by']}. Before: {planned}. Now: {then}.")

    def show_queue(self) -> None:
        """Show the open leads that sales would call first."""
        table = Table("score", "", "lead", "name", "company", "owner", box=None)
        for lead in self._list_leads(f"limit={_QUEUE_SHOWN}"):
            state = "hot" if lead["is_hot"] else lead["bucket"]
            table.add_row(
                str(lead["score"]), state, lead["id"], lead["name"], lead["company"], lead["owner_id"] or "the team"
            )
        self.console.print(f"\nGET /v1/leads?open=true&limit={_QUEUE_SHOWN}", style="bold")
        self.console.print(table)

    def show_digests(self, within_seconds: float) -> None:
        """Wait for the digests that are due, and show one line of each."""
        deadline = time.perf_counter() + within_seconds + _PATIENCE_SECONDS
        latest = datetime.now(UTC) + timedelta(seconds=within_seconds)
        while self._list_missing(latest) and time.perf_counter() < deadline:
            time.sleep(0.1)
        digests = [one for one in self.receiver.list_received() if one.kind == _DIGEST]
        if digests:
            self.console.print("\nWhat the import brought was told in digests, one an owner:", style="bold")
        for digest in digests:
            self.console.print(render_digest(digest.payload))
        waiting = self._list_digests_after(latest)
        if waiting:
            self.console.print(f"{len(waiting)} more digests of the import wait for their readers' working hours.")

    def show_new(self) -> None:
        """Show the alerts that have come since the last one was shown."""
        for received in self.receiver.list_received():
            if received.kind == _ALERT and received.id not in self._shown:
                self._shown.add(received.id)
                self.console.print(render_alert(received.payload, None))

    def _list_leads(self, query: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.crm.ask("GET", f"/v1/leads?open=true&{query}")["items"]
        return [lead for lead in listed if lead["score"] is not None]

    def _visit(self, lead: dict[str, Any], rng: Random, steps: Sequence[str]) -> Visit:
        made = visit(self.crm, lead, rng, steps)
        self.console.print(made.to_text(), style=None if made.is_hot else "dim")
        if made.is_hot:
            self._show_alert(made)
        return made

    def _show_alert(self, made: Visit) -> None:
        received = self.receiver.wait_for(lambda one: _is_alert_of(one, made.lead_id), _PATIENCE_SECONDS)
        if received is None:
            self.console.print(f"Its alert did not come within {_PATIENCE_SECONDS:.0f} s: ask `hotlead why`.")
            return
        self._shown.add(received.id)
        self.console.print(render_alert(received.payload, received.at - made.sent_at))

    def _say_visits(self, visits: Sequence[Visit]) -> None:
        if not visits:
            self.console.print("No lead is warm: by this model no visit turns anybody hot.")
            return
        n_hot, n_events = sum(made.is_hot for made in visits), sum(len(made.steps) for made in visits)
        answered = median(seconds for made in visits for seconds in made.seconds) * 1_000
        self.console.print(
            f"{n_hot} of {len(visits)} turned hot by {n_events} events. The usual event was on disk, scored and "
            f"answered after {answered:.0f} ms. {self.receiver.n_refused} messages had a wrong signature."
        )

    def _list_digests(self) -> dict[str, datetime]:
        """List the digests that go, or went, and when."""
        alerts = self.crm.ask("GET", f"/v1/alerts?limit={_MOST_ALERTS}")["items"]
        return {
            alert["digest_id"]: _read(alert["deliver_at"])
            for alert in alerts
            if alert["form"] == "digest" and alert["state"] != "dropped"
        }

    def _list_digests_after(self, latest: datetime) -> set[str]:
        return {digest_id for digest_id, at in self._list_digests().items() if at > latest}

    def _list_missing(self, latest: datetime) -> set[str]:
        """List the digests that are due until a moment and have not come yet."""
        due = {digest_id for digest_id, at in self._list_digests().items() if at <= latest}
        return due - {one.id for one in self.receiver.list_received()}


def _is_alert_of(received: Received, lead_id: str) -> bool:
    return received.kind == _ALERT and received.lead_ids == [lead_id]


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _say_escalation(alert: dict[str, Any]) -> str:
    if alert["escalate_at"] is None:
        return "nobody else is told"
    return f"{alert['escalate_to']} is told at {alert['escalate_at']} if nobody answers"
