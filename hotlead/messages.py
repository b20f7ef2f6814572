"""What a rep reads in the terminal when a lead turns hot, and what a digest says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.panel import Panel
from rich.text import Text

from hotlead.replay import Move

_ARROWS = {"up": "▲", "down": "▼"}


def render_hot_lead(move: Move, lead: Mapping[str, Any]) -> Panel:
    """Render the message to the owner of a lead that turned hot."""
    answer = move.answer
    body = Text()
    body.append(_say_name(lead), style="bold")
    body.append(f", {_or(lead['role'], 'role unknown')}, {_or(lead['company'], 'company unknown')}\n")
    body.append(_say_chance(answer))
    for reason in answer["reasons"]:
        style = "green" if reason["direction"] == "up" else "red"
        body.append(f"\n  {_ARROWS[reason['direction']]} ", style=style)
        body.append(reason["text"])
    body.append(f"\nFor {_or(lead['owner'], 'the team')}: call today.", style="bold")
    title = Text("HOT", style="bold red")
    title.append(f"  {move.lead_id}  {move.before} → hot  {move.at:%a %d %b %H:%M} UTC", style="not bold default")
    return Panel(body, title=title, title_align="left", width=100, border_style="red")


def render_alert(payload: Mapping[str, Any], seconds: float | None) -> Panel:
    """Render an alert as the service told it to its webhook, and how long it took from the event to here."""
    told = payload["data"]
    (lead,) = told["leads"]
    body = Text()
    body.append(lead["name"] or "Name unknown", style="bold")
    body.append(f", {lead['role'] or 'role unknown'}, {lead['company'] or 'company unknown'}\n")
    body.append(_say_chance(lead))
    for reason in lead["reasons"]:
        body.append(f"\n  • {reason}")
    body.append(f"\n{lead['action']}{_say_until(lead['until'], told['recipient']['zone'])}", style="bold")
    title = Text("HOT", style="bold red")
    took = "" if seconds is None else f"  {seconds * 1_000:,.0f} ms after the event"
    title.append(f"  {lead['id']}  to {told['recipient']['name']}{took}", style="not bold default")
    return Panel(body, title=title, title_align="left", width=100, border_style="red")


def render_digest(payload: Mapping[str, Any]) -> Text:
    """Render a digest as one line: to whom, how many leads, and the best of them."""
    told = payload["data"]
    n_leads = len(told["leads"]) + told["more"]
    best = told["leads"][0]
    text = Text("DIGEST", style="bold yellow")
    said = f"  to {told['recipient']['name']}: {n_leads} hot {'lead' if n_leads == 1 else 'leads'} of the import, "
    text.append(
        f"{said}first {best['id']}, score {best['score']}, {best['company'] or 'company unknown'}", "default"
    )
    return text


def _say_until(until: str | None, zone: str) -> str:
    if until is None:
        return "."
    return f", until {datetime.fromisoformat(until).astimezone(ZoneInfo(zone)):%a %d %b %H:%M %Z}."


def _say_name(lead: Mapping[str, Any]) -> str:
    known = [name for name in (lead["first_name"], lead["last_name"]) if isinstance(name, str) and name]
    return " ".join(known) or "Name unknown"


def _say_chance(answer: Mapping[str, Any]) -> str:
    rank = f"score {answer['score']} of 100"
    if answer["probability"] is None:
        return rank[:1].upper() + rank[1:]
    return f"Closes with a probability of {answer['probability']:.0%} ({rank})"


def _or(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and value else otherwise
