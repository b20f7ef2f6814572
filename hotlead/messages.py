"""What a rep reads in the terminal when a lead turns hot."""

from collections.abc import Mapping
from typing import Any

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
