"""The story of a lead as a list by day: what it did, what people did, and what came of it, each in a line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from agreement.people import TEAM, Person
from features.text import words
from serving.usecases.acting import HOTLEAD
from serving.usecases.following import Happening, Story, write_place
from serving.usecases.staging import find_reason
from serving.web.lead.attributes import say_value, shorten
from serving.web.visit import Visit

_LONGEST_LINE, _LONGEST_NOTE = 160, 1_000
_MOST_PROPERTIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that happened, in a line; `more` are the others of a crowd, and then `at` is the latest of them."""

    kind: str
    at: int
    title: str
    detail: str = ""
    text: str = ""
    bucket: str = ""
    since: int | None = None
    more: Sequence["Line"] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day on the reader's clock, with its lines, the latest first."""

    at: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """A page of a story, and the place that the next one begins at; "" behind the last."""

    days: Sequence[Day]
    following: str


def tell_story(visit: Visit, story: Story, people: Mapping[str, Person]) -> ToldStory:
    """Tell a page of a story, day by day."""
    days = groupby(story.happenings, key=lambda happening: visit.format.day(happening.at))
    return ToldStory(
        days=[_tell_day(visit, list(happenings), people) for _, happenings in days],
        following="" if story.last is None else write_place(story.last),
    )


def _tell_day(visit: Visit, happenings: Sequence[Happening], people: Mapping[str, Person]) -> Day:
    lines = [_RULES[happening.kind](visit, happening, people) for happening in happenings]
    return Day(at=happenings[0].at, lines=list(_gather_crowds(lines)))


def _gather_crowds(lines: Sequence[Line]) -> Iterator[Line]:
    """Gather what was done several times in a row: one line that says how often."""
    for (kind, title), same in groupby(lines, key=lambda line: (line.kind, line.title)):
        crowd = list(same)
        if kind != "event" or len(crowd) == 1:
            yield from crowd
        else:
            yield Line(kind=kind, at=crowd[0].at, title=title, since=crowd[-1].at, more=crowd)


def _tell_event(visit: Visit, happening: Happening, _: Mapping[str, Person]) -> Line:
    told = [(name, value) for name, value in happening.list_properties().items() if value not in (None, "")]
    said = " · ".join(f"{words(name)} {say_value(visit, value)}" for name, value in told[:_MOST_PROPERTIES])
    title = words(happening.row.type).capitalize() or happening.row.type
    return Line(
        kind="event",
        at=happening.at,
        title=shorten(title, _LONGEST_LINE),
        detail=shorten(said, _LONGEST_LINE),
    )


def _tell_score(visit: Visit, happening: Happening, _: Mapping[str, Person]) -> Line:
    row, say = happening.row, visit.words.say
    reason = happening.find_reason()
    if row.score_before is None:
        title = say("lead.story.first_score", after=row.score)
    elif row.score_before == row.score:
        title = say("lead.story.same_score", after=row.score)
    else:
        title = say("lead.story.score", before=row.score_before, after=row.score)
    chance = "" if row.withheld is not None else visit.format.percent(row.probability)
    detail = " · ".join(part for part in (chance, reason.to_text() if reason else "") if part)
    return Line(kind="score", at=happening.at, title=title, detail=detail, bucket=row.bucket)


def _tell_alert(visit: Visit, happening: Happening, people: Mapping[str, Person]) -> Line:
    row, say = happening.row, visit.words.say
    title = say(f"lead.story.alert.{row.state}", who=_name(row.recipient_id, people))
    detail = ""
    if row.acknowledged_at is not None:
        key = "contacted" if row.acknowledged_by == "contact" else "taken"
        who, when = _name(row.acknowledged_by, people), visit.format.moment(row.acknowledged_at)
        detail = say(f"lead.story.alert.{key}", who=who, when=when)
    return Line(kind="alert", at=happening.at, title=title, detail=detail)


def _tell_contact(visit: Visit, happening: Happening, people: Mapping[str, Person]) -> Line:
    row = happening.row
    kind = words(row.kind).capitalize()
    title = f"{kind}: {words(row.outcome)}" if row.outcome else kind
    return Line(
        kind="contact",
        at=happening.at,
        title=shorten(title, _LONGEST_LINE),
        detail=_say_who(visit, row.told_by, people),
        text=shorten(row.note or "", _LONGEST_NOTE),
    )


def _tell_stage(visit: Visit, happening: Happening, people: Mapping[str, Person]) -> Line:
    row, say = happening.row, visit.words.say
    stage = say(f"lead.stages.{row.stage}")
    title = say(f"lead.story.acts.{row.act}", stage=stage) if row.act else say("lead.story.stage", stage=stage)
    reason = find_reason(row.reason, visit.terms)
    why = row.reason if reason is None else reason.means or row.reason
    value = "" if row.value is None else visit.format.euros(row.value)
    parts = (why, value, _say_who(visit, row.told_by, people))
    return Line(
        kind="stage",
        at=happening.at,
        title=title,
        detail=shorten(" · ".join(part for part in parts if part), _LONGEST_LINE),
        text=shorten(row.note or "", _LONGEST_NOTE),
    )


def _tell_note(visit: Visit, happening: Happening, people: Mapping[str, Person]) -> Line:
    row = happening.row
    return Line(
        kind="note",
        at=happening.at,
        title=visit.words.say("lead.story.note"),
        detail=_say_who(visit, row.told_by, people),
        text=shorten(row.text, _LONGEST_NOTE),
    )


def _say_who(visit: Visit, told_by: str | None, people: Mapping[str, Person]) -> str:
    if not told_by:
        return ""
    if told_by == HOTLEAD:
        return visit.words.say("lead.story.by_itself")
    return visit.words.say("lead.story.by", who=_name(told_by, people))


def _name(person_id: str, people: Mapping[str, Person]) -> str:
    person = people.get(person_id, None if person_id != TEAM.id else TEAM)
    return shorten(person_id if person is None else person.name or person_id, _LONGEST_LINE)


_RULES = {
    "event": _tell_event,
    "score": _tell_score,
    "alert": _tell_alert,
    "contact": _tell_contact,
    "stage": _tell_stage,
    "note": _tell_note,
}
