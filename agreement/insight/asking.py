"""Asking: whether leads as the criteria ask for them buy more often than others, and who is left out that does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agreement.criteria import HandOver
from agreement.insight.kinds import Kind
from agreement.insight.traits import Trait
from agreement.lives import Life

Finding = Literal["better", "worse", "no difference", "too few", "left out"]
_FIELDS = {"industry": ("industry",), "role": ("role", "seniority"), "place": ("country", "city")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that the agreement asks for: its field, its words, and the places of the leads that have it."""

    field: str
    asks: str
    trait: Trait
    places: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionFigures:
    """A criterion, or a kind of lead that the criteria leave out, beside how its leads end.

    Attributes
    ----------
    field, asks
        What is asked for: an industry, a role, a place, a number of employees; for what is left out its kind.
    kind
        How its leads end.
    finding
        How they compare with others; "too few" where fewer than the least number of leads have it.
    sentence
        The same in words.
    """

    field: str
    asks: str
    kind: Kind
    finding: Finding
    sentence: str

    @property
    def is_disagreement(self) -> bool:
        """Return whether the criteria and the ends of leads say different things."""
        return self.finding in ("worse", "left out")


def list_criteria(criteria: HandOver, lives: Sequence[Life]) -> list[Criterion]:
    """List what the criteria ask for, with the places of the leads that have it."""
    asked = {"industry": criteria.industries, "role": criteria.roles, "place": criteria.places}
    found = [_match(field, text, lives) for field, texts in asked.items() for text in _drop_repetitions(texts)]
    least, most = criteria.min_employees, criteria.max_employees
    if least is not None or most is not None:
        found.append(_match_size(least, most, lives))
    return found


def check_criteria(
    criteria: Sequence[Criterion], kinds: Mapping[Trait, Kind], best: Sequence[Kind], *, least: int
) -> list[CriterionFigures]:
    """Check criteria against how leads end.

    Parameters
    ----------
    criteria : Sequence of Criterion
        What is asked for.
    kinds : Mapping
        How the leads of each criterion's trait end.
    best : Sequence of Kind
        Those of one trait that are won more often than others.
    least : int
        Fewer leads than this are too few to tell.
    """
    asked = [_judge(criterion, kinds[criterion.trait], least) for criterion in criteria]
    return [*asked, *_list_left_out(criteria, kinds, best)]


def _drop_repetitions(texts: Sequence[str]) -> list[str]:
    return list({text.casefold().strip(): text for text in texts}.values())


def _match(field: str, text: str, lives: Sequence[Life]) -> Criterion:
    names, wanted = _FIELDS[field], text.casefold().strip()
    places = [at for at, life in enumerate(lives) if any(_is(life, name, wanted) for name in names)]
    return Criterion(field=field, asks=text, trait=Trait(attribute=" or ".join(names), says=wanted), places=places)


def _is(life: Life, name: str, wanted: str) -> bool:
    fact = life.facts.get(name)
    return isinstance(fact, str) and fact.casefold().strip() == wanted


def _match_size(least: float | None, most: float | None, lives: Sequence[Life]) -> Criterion:
    low, high = least or 0.0, float("inf") if most is None else most
    known = {
        at: fact for at, life in enumerate(lives) if isinstance(fact := life.facts.get("employees"), int | float)
    }
    said = f"{low:,.0f} or more employees" if most is None else f"{low:,.0f} to {most:,.0f} employees"
    return Criterion(
        field="employees",
        asks=said,
        trait=Trait(attribute="employees", says=said),
        places=[at for at, fact in known.items() if low <= fact <= high],
    )


def _judge(criterion: Criterion, kind: Kind, least: int) -> CriterionFigures:
    beside = _say_beside(kind)
    finding: Finding
    if kind.wins.of < least or kind.others.of < least:
        finding, says = (
            "too few",
            f": {kind.wins.of:,} leads have it and {kind.others.of:,} do not, too few to tell.",
        )
    elif kind.is_worse:
        finding, says = "worse", f"; its leads close less often than others: {beside}."
    elif kind.is_better and kind.lift is not None:
        finding, says = "better", f"; its leads close {kind.lift.value:.1f} times as often as others: {beside}."
    else:
        finding, says = "no difference", f"; its leads close about as often as others: {beside}."
    sentence = f"The agreement asks for {criterion.asks}{says}"
    return CriterionFigures(
        field=criterion.field, asks=criterion.asks, kind=kind, finding=finding, sentence=sentence
    )


def _list_left_out(
    criteria: Sequence[Criterion], kinds: Mapping[Trait, Kind], best: Sequence[Kind]
) -> list[CriterionFigures]:
    asked: dict[str, set[str]] = {}
    for criterion in criteria:
        asked.setdefault(criterion.field, set()).update(kinds[criterion.trait].lead_ids)
    names = {name: field for field, several in _FIELDS.items() for name in several} | {"employees": "employees"}
    own = {criterion.trait for criterion in criteria}
    found = []
    for kind in best:
        trait = kind.traits[0]
        field = names.get(trait.attribute)
        if field is None or field not in asked or trait in own or kind.lift is None:
            continue
        n_out = sum(lead_id not in asked[field] for lead_id in kind.lead_ids)
        if n_out * 2 > kind.wins.of:
            found.append(_leave_out(field, kind, n_out, kind.lift.value))
    return found


def _leave_out(field: str, kind: Kind, n_out: int, lift: float) -> CriterionFigures:
    (trait,) = kind.traits
    whom = "them" if n_out == kind.wins.of else f"{n_out:,} of them"
    says = f"{trait.attribute} {trait.says}"
    sentence = (
        f"Leads with {says} close {lift:.1f} times as often as others, and the agreement leaves {whom} out: "
        f"{_say_beside(kind)}."
    )
    short = trait.says if trait.attribute == field else says
    return CriterionFigures(field=field, asks=short, kind=kind, finding="left out", sentence=sentence)


def _say_beside(kind: Kind) -> str:
    share, others = kind.wins.value or 0.0, kind.others.value or 0.0
    return f"{kind.wins.count:,} of {kind.wins.of:,} ({100 * share:.1f} %) against {100 * others:.1f} %"
