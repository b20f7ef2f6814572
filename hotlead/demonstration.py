"""The demonstration: every step a user would take, on an invented company, with what each step says."""

import contextlib
import json
import shutil
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
from hotlead.home import Home
from hotlead.local_server import find_free_port, serve_home
from hotlead.messages import render_hot_lead
from hotlead.replay import Move, Replay
from hotlead.verbs.import_ import import_home
from hotlead.verbs.promote import promote_version
from hotlead.verbs.train import print_report, train_home

_REPS, _HOT_PER_REP = 5, 4.0
_TICK_HOURS = 4
_SHOWN_MESSAGES = 8


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
        with serve_home(self.home, port) as server:
            moves = self._replay(history, live, start, port)
            self._summarise(moves, live, time.perf_counter() - started)
            if stays:
                self._invite(port)
                with contextlib.suppress(KeyboardInterrupt):
                    server.wait()

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

    def _summarise(self, moves: Sequence[Move], live: LiveDays, seconds: float) -> None:
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
        self.console.print(f"The whole demo took {seconds:.0f} s. Everything it made is in {self.home}.")

    def _invite(self, port: int) -> None:
        lead = {"id": "try-1", "employees": 240, "industry": "Machinery", "role": "Head of Quality"}
        event = {"type": "pricing_visit", "occurred_at": (datetime.now(UTC) - timedelta(hours=2)).isoformat()}
        body = json.dumps({**lead, "events": [event]})
        self.console.print(
            f"\nStill serving. Open http://127.0.0.1:{port}/docs, or try:\n"
            f"  curl -s http://127.0.0.1:{port}/v1/score -H 'content-type: application/json' -d '{body}'\n"
            "Ctrl-C ends it.",
            soft_wrap=True,
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
