"""The demonstration: every step a user would take, on an invented company, with what each step says."""

import contextlib
import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from hotlead.company import CompanyHistory, LiveDays, generate_history, generate_live, write_company
from hotlead.company.books import open_books
from hotlead.conversation import Conversation
from hotlead.home import Home
from hotlead.live_alerts import LiveAlerts
from hotlead.local_server import find_free_port, serve_home
from hotlead.messages import render_hot_lead
from hotlead.onboarding import (
    DIGEST_WAIT_SECONDS,
    add_channel,
    go_on_call,
    sign_agreement,
    tell_company,
    write_agreement,
)
from hotlead.receiver import Receiver
from hotlead.replay import Move, Replay
from hotlead.showing import show_agreement
from hotlead.verbs.import_ import import_home
from hotlead.verbs.promote import promote_version
from hotlead.verbs.train import print_report, train_home

_REPS, _HOT_PER_REP = 5, 4.0
_TICK_HOURS = 4
_SHOWN_MESSAGES = 8
_GLANCE_SECONDS = 0.5
_TRUSTED = "HOTLEAD_TRUSTED_TARGETS"

_MARK = ".hotlead-demo"


class FolderInUse(ValueError):
    """The folder for the demo holds something that no demo has made."""


def prepare_folder(folder: Path) -> None:
    """Make an empty folder for a demo, in the place of an earlier demo's.

    Raises
    ------
    FolderInUse
        If anything else is in it: nothing is deleted then.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderInUse(f"{folder} is a file: choose another --home")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise FolderInUse(f"{folder} holds things that no demo has made: choose another --home, or empty it")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


@dataclass(slots=True, kw_only=True)
class Demonstration:
    """One run of the demo."""

    home: Path
    n_leads: int
    days: int
    wanted_port: int
    seed: int
    console: Console = field(default_factory=lambda: Console(highlight=False))

    def run(self, *, stays: bool) -> None:
        """Run every step; where it `stays`, serve on until interrupted."""
        started = time.perf_counter()
        prepare_folder(self.home)
        start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=self.days)
        history, live = self._invent(start)
        self._learn(history)
        port = find_free_port(self.wanted_port)
        self._say("4", f"Serving the champion on http://127.0.0.1:{port}")
        now = start + timedelta(days=self.days)
        write_agreement(self.home, now, leads_a_year=self.n_leads, capacity_per_week=_HOT_PER_REP)
        with Receiver() as receiver, serve_home(self.home, port, {_TRUSTED: receiver.target}) as server:
            moves = self._replay(history, live, start, port)
            self._summarise(moves, live)
            with contextlib.closing(Conversation(port)) as crm:
                alerts = LiveAlerts(
                    home=self.home, crm=crm, receiver=receiver, seed=self.seed, console=self.console
                )
                lead_id = self._go_live(history, live, start, alerts, port)
                seconds = time.perf_counter() - started
                self.console.print(f"\nThe whole demo took {seconds:.0f} s. All it made is in {self.home}.")
                self._invite(port, lead_id)
                if stays:
                    self._stay(server, alerts)

    def _say(self, step: str, text: str) -> None:
        self.console.print(f"\n[bold cyan]{step}[/]  [bold]{text}[/]")

    def _invent(self, start: datetime) -> tuple[CompanyHistory, LiveDays]:
        self._say("1", "Importing a year of an invented company: Veltarn Instruments")
        history = generate_history(until=start, leads=self.n_leads, seed=self.seed)
        live = generate_live(history=history, start=start, days=self.days)
        accounts, leads, events = write_company(self.home / "export", history)
        import_home(Home(self.home), leads, accounts=accounts, events=events, recipe="demo", console=self.console)
        return history, live

    def _learn(self, history: CompanyHistory) -> None:
        from agreement.capacity import Capacity
        from training.fitting import TrainingOptions

        capacity = Capacity(reps=_REPS, hot_leads_per_rep=_HOT_PER_REP)
        self._say("2", f"Training; {_REPS} reps can answer {capacity.hot_leads_per_week:.0f} hot leads a week")
        options = TrainingOptions(hot_per_week=capacity.hot_leads_per_week, seed=self.seed)
        registered = train_home(Home(self.home), options)
        print_report(registered)
        self._say("3", "Promoting the challenger")
        number, decision = promote_version(Home(self.home), registered.version, force=False)
        self.console.print(f"{decision} Version {number} is the champion.")

    def _replay(self, history: CompanyHistory, live: LiveDays, start: datetime, port: int) -> Sequence[Move]:
        leads = _describe_leads(history, live)
        events = pd.concat([history.events, live.events], ignore_index=True)
        attributes = [name for name in leads.columns if name not in _NOT_ATTRIBUTES]
        replay = Replay(leads, events, attributes, port)
        open_leads = history.leads.loc[history.leads["closed_at"].isna(), "lead_id"].tolist()
        self._say("5", f"{len(open_leads):,} leads are open; {self.days} live days pass, every event is scored")
        counts = replay.begin(start, open_leads)
        self.console.print("At the start: " + _say_counts(counts))
        closed_at = dict(zip(live.closings["lead_id"], live.closings["closed_at"], strict=True))
        by_id = {lead["lead_id"]: lead for lead in map(_with_text_keys, leads.to_dict("records"))}
        moves = []
        shown = 0
        for move in replay.run(start, self.days, _TICK_HOURS, closed_at):
            moves.append(move)
            if move.after == "hot" and shown < _SHOWN_MESSAGES:
                shown += 1
                self.console.print(render_hot_lead(move, by_id[move.lead_id]))
            elif move.after != "hot" and shown < _SHOWN_MESSAGES:
                self.console.print(
                    f"[dim]{move.at:%a %d %b %H:%M}  {move.lead_id}  {move.before} → {move.after}[/]"
                )
        replay.close()
        self.console.print(f"{replay.n_scores:,} scores were asked for over HTTP.")
        return moves

    def _go_live(
        self, history: CompanyHistory, live: LiveDays, start: datetime, alerts: LiveAlerts, port: int
    ) -> str | None:
        """Tell the service of the company, let its leads act, and return a lead that is worth another event."""
        now = start + timedelta(days=self.days)
        self._say(
            "7", "Both sides sign; the CRM is connected and tells of its year: leads, stages, calls, spending"
        )
        add_channel(alerts.crm, alerts.receiver)
        sign_agreement(self.home, now, self.console)
        tell_company(port, open_books(history, live, now=now), console=self.console)
        go_on_call(port, _HOT_PER_REP)
        self.console.print("All reps are on call from now on, so that alerts come at any hour of a demo.")
        self._say("8", "Warm leads come back now; their owners are told over a signed webhook")
        visits = alerts.let_act()
        warm = alerts.find_warm(visits)
        hot = next((made.lead_id for made in visits if made.is_hot), None)
        self._say("9", "Why there was an alert, or none; who takes it, and who is called first")
        for lead_id in filter(None, (hot, warm)):
            alerts.show_why(lead_id)
        if hot is not None:
            alerts.acknowledge(hot)
        alerts.show_queue()
        alerts.show_digests(DIGEST_WAIT_SECONDS)
        self._say("10", "Do marketing and sales keep their word, and what does it bring?")
        show_agreement(self.home, now.date(), self.console)
        # The best of those that are still warm: one event more may turn it hot.
        return alerts.find_warm([]) or hot

    def _stay(self, server: "subprocess.Popen[bytes]", alerts: LiveAlerts) -> None:
        """Serve on until interrupted, and show the alerts that come."""
        self.console.print("Still serving; alerts appear here. Ctrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            while server.poll() is None:
                alerts.show_new()
                time.sleep(_GLANCE_SECONDS)

    def _summarise(self, moves: Sequence[Move], live: LiveDays) -> None:
        self._say("6", "What came of it")
        changes = Counter(f"{move.before} → {move.after}" for move in moves)
        self.console.print(", ".join(f"{change}: {n}" for change, n in sorted(changes.items())))
        hot = {move.lead_id for move in moves if move.after == "hot"}
        closings = live.closings
        won = set(closings.loc[closings["status"] == "Closed Won", "lead_id"])
        touched = set(live.events["lead_id"])
        self.console.print(
            f"{len(hot)} of {len(touched):,} active leads turned hot. "
            f"{len(won)} leads were won in these days; {len(won & hot)} of them had turned hot."
        )

    def _invite(self, port: int, lead_id: str | None) -> None:
        """Tell two commands to try: why a lead was not told of, and an event that may change that."""
        if lead_id is None:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        body = json.dumps({"lead_id": lead_id, "type": "demo_requested", "occurred_at": now})
        self.console.print(
            f"\nOn the page http://127.0.0.1:{port}/docs, or try, as long as it serves:\n"
            f"  hotlead why {lead_id} --home {self.home}\n"
            f"  curl -s http://127.0.0.1:{port}/v1/events -H 'content-type: application/json' -d '{body}'",
            soft_wrap=True,
            markup=False,
        )


_NOT_ATTRIBUTES = [
    "lead_id",
    "account_id",
    "created_at",
    "first_name",
    "last_name",
    "owner",
    "status",
    "closed_at",
    "value",
    "lost_reason",
    "contract_sent",
]


def _describe_leads(history: CompanyHistory, live: LiveDays) -> pd.DataFrame:
    """Return old and new leads with the columns of their accounts."""
    leads = pd.concat([history.leads, live.leads], ignore_index=True)
    accounts = pd.concat([history.accounts, live.accounts], ignore_index=True)
    return leads.merge(accounts, on="account_id", how="left")


def _with_text_keys(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _say_counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{counts.get(bucket, 0):,} {bucket}" for bucket in ("cold", "warm", "hot"))
