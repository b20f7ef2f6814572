"""Messages: what a person or a program is told of leads, as data, as words and as JSON."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from serving.channels.cleaning import clean_text, clean_words, mend_surrogates
from serving.channels.graphemes import cut_text

Words = Callable[[str, int], str]
Kind = Literal[
    "lead.became_hot",
    "lead.digest",
    "lead.escalated",
    "lead.handed_over",
    "lead.woken",
    "promise.overdue",
    "hotlead.notice",
    "channel.test",
]

MOST_LINES = 20
MOST_REASONS = 3
MOST_TITLE = 120
MOST_RAW_TEXT = 1_000
_MOST_NAME, _MOST_WORDS, _MOST_LINK = 60, 160, 500
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
_TITLES: dict[str, str] = {
    "lead.became_hot": "Hot lead: {who}",
    "lead.escalated": "Still waiting: {who}",
    "lead.digest": "{count} hot {leads}",
    "lead.handed_over": "{count} {leads} handed over to you",
    "lead.woken": "{count} {leads} woke up",
    "promise.overdue": "{count} {leads} waited too long",
    "hotlead.notice": "Hotlead: please see to this",
    "channel.test": "Hotlead: this channel works",
}
_HEADINGS = {
    "lead.handed_over": "These leads are yours now, and the clock runs:",
    "lead.woken": "These leads were put aside, and their day has come:",
    "promise.overdue": "What was promised to these leads was not done in time:",
}
_CAUSES = {"promotion": "after a change of model", "import": "after an import", "cap": "beyond the day's limit"}


class BadMessage(ValueError):
    """A message that no receiver could tell from another, or date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine:
    """What a message says of one lead; texts are raw, as the lead or its events brought them.

    `probability` lies in [0, 1] or is None where the model vouches for the rank alone; `score` in 0 to 100.
    """

    lead_id: str
    name: str
    company: str
    role: str
    probability: float | None
    score: int
    bucket: str
    reasons: tuple[str, ...]
    link: str
    action: str
    until: datetime | None
    model_version: str
    account_id: str | None
    sentence_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one recipient is told at one moment.

    `id` never changes, however often the message is sent, so that receivers can drop what they have; `zone` is
    the recipient's; `more` counts the leads beyond those in `lines`; `cause` says what raised a digest or
    a notice; `sentence` is what a notice tells.

    Raises
    ------
    BadMessage
        If the id holds more than letters, digits, `_` and `-`, or a time has no zone.
    """

    id: str
    kind: Kind
    at: datetime
    zone: str
    recipient_id: str
    recipient: str
    lines: tuple[LeadLine, ...]
    more: int = 0
    cause: str = ""
    sentence: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise BadMessage("the id of a message takes 1 to 200 letters, digits, _ and -")
        if any(
            time is not None and time.tzinfo is None for time in (self.at, *(line.until for line in self.lines))
        ):
            raise BadMessage("the times of a message need a zone")


def render_title(message: Message) -> str:
    """Render the one line that stands above: a subject of an e-mail, a heading in a messenger."""
    leads = len(message.lines) + message.more
    who = _say_who(message.lines[0], clean_words) if message.lines else "unknown"
    title = _TITLES[message.kind].format(who=who, count=leads, leads="lead" if leads == 1 else "leads")
    return cut_text(title, MOST_TITLE)


def render_text(message: Message, *, most: int = 3000, words: Words = clean_words) -> str:
    """Render a message as plain text of at most `most` characters, best leads first.

    What does not fit is counted at the end rather than cut in the middle. `words` cleans what strangers wrote.
    """
    if message.kind == "channel.test":
        return f"Messages for {words(message.recipient, _MOST_NAME)} will come here. Nothing to do."[:most]
    if message.kind == "hotlead.notice":
        return cut_text(words(message.sentence, MOST_RAW_TEXT), most)
    if message.kind == "lead.digest" or message.kind in _HEADINGS:
        return _render_digest(message, most, words)
    parts = [_render_lead(line, message.zone, words) for line in message.lines]
    if message.kind == "lead.escalated":
        parts.insert(0, "Nobody has acted on this lead in time.")
    return cut_text("\n\n".join(parts), most)


def build_payload(message: Message) -> dict[str, Any]:
    """Build what a program is told: numbers and raw texts, of which none is cut below 1,000 characters."""
    return {
        "type": message.kind,
        "timestamp": _to_rfc3339(message.at),
        "data": {
            "id": message.id,
            "recipient": {"id": _raw(message.recipient_id), "name": _raw(message.recipient), "zone": message.zone},
            "leads": [_build_lead(line) for line in message.lines],
            "more": message.more,
            "cause": _raw(message.cause),
            "sentence": _raw(message.sentence),
        },
    }


def _render_digest(message: Message, most: int, words: Words) -> str:
    ranked = sorted(message.lines, key=lambda line: (-line.score, -(_find_probability(line) or 0.0), line.lead_id))
    cause = _CAUSES.get(message.cause.partition(":")[0], "")
    heading = _HEADINGS.get(message.kind, f"These leads are hot{', ' + cause if cause else ''}:")
    entries = [_render_entry(line, message.zone, words) for line in ranked[:MOST_LINES]]
    while True:
        rest = len(message.lines) + message.more - len(entries)
        text = "\n\n".join([heading, *entries, *([f"and {rest} more"] if rest else [])])
        if len(text) <= most or not entries:
            return cut_text(text, most)
        entries.pop()


def _render_lead(line: LeadLine, zone: str, words: Words) -> str:
    reasons = [f"• {words(reason, _MOST_WORDS)}" for reason in line.reasons[:MOST_REASONS]]
    why = [words(line.sentence_why, _MOST_WORDS)] if line.sentence_why else []
    link = [clean_text(line.link, _MOST_LINK)] if line.link else []
    return "\n".join(
        [f"{_say_lead(line, words)}: {_say_chance(line)}.", *reasons, *why, _say_what_to_do(line, zone), *link]
    )


def _render_entry(line: LeadLine, zone: str, words: Words) -> str:
    first = [words(said, _MOST_WORDS) for said in (line.sentence_why, *line.reasons) if said][:1]
    link = [clean_text(line.link, _MOST_LINK)] if line.link else []
    said = f"{_say_lead(line, words)}: {_say_chance(line)}. {_say_what_to_do(line, zone)}"
    return "\n".join([f"• {said}", *(f"  {part}" for part in (*first, *link))])


def _say_who(line: LeadLine, words: Words) -> str:
    name = words(line.name, _MOST_NAME) or words(line.lead_id, _MOST_NAME)
    company = words(line.company, _MOST_NAME)
    return f"{name}, {company}" if company else name


def _say_lead(line: LeadLine, words: Words) -> str:
    role = words(line.role, _MOST_NAME)
    return f"{_say_who(line, words)}, {role}" if role else _say_who(line, words)


def _say_chance(line: LeadLine) -> str:
    probability = _find_probability(line)
    if probability is None:
        return f"score {line.score} of 100"
    percent = round(100 * probability)
    chance = "under 1 %" if percent < 1 else "over 99 %" if percent > 99 else f"{percent} %"
    return f"closes with a probability of {chance}"


def _say_what_to_do(line: LeadLine, zone: str) -> str:
    action = clean_text(line.action, _MOST_WORDS).rstrip(".") or "Act"
    return f"{action}, until {_say_time(line.until, zone)}." if line.until else f"{action}."


def _say_time(at: datetime, zone: str) -> str:
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (LookupError, ValueError, OSError, OverflowError):
        # A zone that a new release of the zone table dropped must not hold the message up.
        local = at.astimezone(UTC)
    return f"{local:%a %d %b %H:%M %Z}"


def _build_lead(line: LeadLine) -> dict[str, Any]:
    return {
        "id": _raw(line.lead_id),
        "account_id": None if line.account_id is None else _raw(line.account_id),
        "name": _raw(line.name),
        "company": _raw(line.company),
        "role": _raw(line.role),
        "probability": _find_probability(line),
        "score": line.score,
        "bucket": line.bucket,
        "reasons": [_raw(reason) for reason in line.reasons],
        "why": _raw(line.sentence_why),
        "action": _raw(line.action),
        "until": None if line.until is None else _to_rfc3339(line.until),
        "link": _raw(line.link),
        "model_version": line.model_version,
    }


def _find_probability(line: LeadLine) -> float | None:
    return line.probability if line.probability is not None and math.isfinite(line.probability) else None


def _to_rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _raw(text: str) -> str:
    return cut_text(mend_surrogates(text), MOST_RAW_TEXT)
