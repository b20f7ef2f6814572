"""Keeping figures: what took long is shown again for as long as its cost decides, to the same question alone."""

from dataclasses import dataclass, field

import pytest

from agreement.calendar.periods import Period
from agreement.terms import DEFAULT_TERMS
from serving.usecases.views.figures import Figures
from serving.usecases.views.keeping_figures import KeptFigures, name_question


@dataclass
class Watch:
    """A clock, and a computation that takes as long as it is told."""

    seconds: float = 0.0
    cost: float = 1.0
    computed: list[Figures] = field(default_factory=list)

    def read(self) -> float:
        """Return the seconds."""
        return self.seconds

    def compute(self) -> Figures:
        """Compute figures."""
        self.seconds += self.cost
        period = Period.from_text("2026-W47")
        self.computed.append(Figures(view="funnel", period=period, as_of=0, terms=DEFAULT_TERMS, tables=()))
        return self.computed[-1]


KEY = name_question("funnel", "2026-W47", terms_version="a", model_version="1", options={})


@pytest.mark.parametrize(("cost", "kept_for"), [(1.0, 10.0), (0.5, 5.0), (20.0, 60.0)])
def test_figures_are_kept_for_ten_times_their_cost(cost: float, kept_for: float) -> None:
    """Until then the same are returned, from then on they are computed again; a minute is the most."""
    watch = Watch(cost=cost)
    kept = KeptFigures(timer=watch.read)
    first = kept.look(KEY, watch.compute)
    watch.seconds += kept_for - 0.01
    assert kept.look(KEY, watch.compute) is first
    watch.seconds += 0.02
    assert kept.find(KEY) is None
    assert kept.look(KEY, watch.compute) is not first


def test_what_was_computed_in_a_blink_is_never_kept() -> None:
    """Cheap figures are always those of this moment."""
    watch = Watch(cost=0.05)
    kept = KeptFigures(timer=watch.read)
    assert kept.look(KEY, watch.compute) is not kept.look(KEY, watch.compute)


@pytest.mark.parametrize(
    "other",
    [
        name_question("plan", "2026-W47", terms_version="a", model_version="1", options={}),
        name_question("funnel", "2026-W46", terms_version="a", model_version="1", options={}),
        name_question("funnel", "2026-W47", terms_version="b", model_version="1", options={}),
        name_question("funnel", "2026-W47", terms_version="a", model_version="2", options={}),
        name_question("funnel", "2026-W47", terms_version="a", model_version="1", options={"owner": "ada"}),
    ],
)
def test_another_question_has_figures_of_its_own(other: tuple[object, ...]) -> None:
    """Another view, period, agreement, model or option is another question."""
    watch = Watch()
    kept = KeptFigures(timer=watch.read)
    kept.look(KEY, watch.compute)
    assert kept.find(other) is None  # type: ignore[arg-type]


def test_only_the_latest_questions_are_kept() -> None:
    """Whoever asks for a thousand periods fills no memory."""
    watch = Watch(cost=6.0)
    kept = KeptFigures(timer=watch.read)
    names = [
        name_question("funnel", str(number), terms_version="", model_version="", options={}) for number in range(40)
    ]
    for name in names:
        watch.seconds = 0.0
        kept.look(name, watch.compute)
    assert kept.find(names[0]) is None
    assert kept.find(names[-1]) is not None
