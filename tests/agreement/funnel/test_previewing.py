"""The preview: scores replayed at a threshold, and the threshold that people can honour."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.episodes import DAY_MICROS, EpisodeRules
from agreement.funnel.previewing import Ledger, Sighting, fit_threshold, preview_threshold
from tests.agreement.ways import day

RULES = EpisodeRules()
NO_REST = EpisodeRules(margin=0, hold_micros=0, cool_down_micros=0)

sightings = st.lists(st.tuples(st.integers(-9, 27), st.integers(0, 20), st.booleans()), min_size=1, max_size=8)
ledgers = st.lists(sightings, max_size=12)


def see(*told, is_bulk=False):
    """Return sightings of days and probabilities."""
    return [Sighting(at=day(at), probability=probability, is_bulk=is_bulk) for at, probability in told]


def build(*leads, begins=0, ends=28, closings=None):
    """Return a ledger of leads named by their places."""
    named = {f"{number}": seen for number, seen in enumerate(leads)}
    return Ledger(sightings=named, closings=closings or {}, begins_at=day(begins), ends_at=day(ends))


def count(ledger, threshold=0.5, rules=RULES):
    """Return how many turned hot in each week."""
    return [len(week) for week in preview_threshold(ledger, threshold, rules).weeks]


def test_a_lead_counts_in_the_week_in_which_it_turned_hot():
    """Weeks are counted back from the end; who never reaches the threshold counts in none."""
    ledger = build(see((1, 0.5), (9, 0.9)), see((8, 0.4), (27.9, 0.6)), see((1, 0.4)))
    assert count(ledger) == [1, 0, 0, 1]
    assert preview_threshold(ledger, 0.5, RULES).weeks[3] == ("1",)


def test_a_turn_within_the_cool_down_is_the_same_episode():
    """A lead that cools and is hot again within a week is not counted twice; after it, it is."""
    seen = see((1, 0.9), (3, 0.1), (5, 0.1), (7, 0.9), (8, 0.1), (10, 0.1), (20, 0.9))
    assert count(build(seen)) == [1, 0, 1, 0]
    assert count(build(seen), rules=NO_REST) == [1, 1, 1, 0]


def test_who_was_hot_before_does_not_turn_hot_again():
    """A score from before the first week says how a lead stood; without it the lead seems to turn."""
    assert count(build(see((-20, 0.9), (3, 0.9)))) == [0, 0, 0, 0]
    assert count(build(see((3, 0.9)))) == [1, 0, 0, 0]


def test_imports_and_promotions_are_counted_apart():
    """What turns hot in bulk is told in digests and is in no week."""
    preview = preview_threshold(build(see((1, 0.9), is_bulk=True), see((2, 0.9))), 0.5, RULES)
    assert ([len(week) for week in preview.weeks], preview.in_bulk) == ([1, 0, 0, 0], ("0",))


def test_closed_leads_do_not_turn_hot():
    """A lead that is won or lost is not told of; when it opens again, it can turn again."""
    ledger = build(see((5, 0.9), (9, 0.1), (20, 0.9)), see((5, 0.9)), closings={"0": [(day(4), day(10))]})
    assert count(ledger) == [1, 0, 1, 0]
    assert count(build(see((1, 0.9), (16, 0.9)), closings={"0": [(day(2), day(3))]})) == [1, 0, 1, 0]


def test_weeks_that_are_not_whole_do_not_count():
    """Of ten days only the last seven are a week; of six, none is."""
    assert count(build(see((2, 0.9)), see((4, 0.9)), ends=10)) == [1]
    short = preview_threshold(build(see((2, 0.9)), ends=6), 0.5, RULES)
    assert (short.weeks, short.forecast) == ((), None)
    assert fit_threshold(build(see((2, 0.9)), ends=6), 5, RULES) is None
    assert fit_threshold(build(), 5, RULES) is None


def test_the_fitting_threshold_lets_through_what_people_can_answer():
    """Of ten leads with ten different scores, two a week are the upper eight in four weeks."""
    ledger = build(*(see((number * 2.5, 0.1 + number / 20)) for number in range(10)))
    fitting = fit_threshold(ledger, 2, RULES)
    assert fitting.threshold == 0.1 + 2 / 20
    assert fitting.forecast.mean == 2
    assert sum(count(ledger, 0.1 + 1 / 20)) == 9
    assert fit_threshold(ledger, 100, RULES).threshold == 0.1
    nobody = fit_threshold(ledger, 0, RULES)
    assert (nobody.threshold > 0.55, nobody.forecast.mean) == (True, 0)


def test_who_was_hot_before_does_not_raise_the_fitting_threshold():
    """Two leads that were warm before turn hot at different thresholds: never more than once in four weeks."""
    ledger = build(see((-5, 0.5), (5, 0.6)), see((-5, 0.7), (5, 0.8)))
    assert [sum(count(ledger, threshold)) for threshold in (0.5, 0.6, 0.7, 0.8)] == [0, 1, 0, 1]
    assert fit_threshold(ledger, 0.25, RULES).threshold == 0.5


@settings(max_examples=100)
@given(ledgers, st.integers(0, 20), st.integers(0, 3))
def test_what_is_fitted_fits_and_lower_would_not(told, part, per_week):
    """The fitted threshold honours the capacity, the next lower score does not, and who reaches one turns hot."""
    leads = [
        [Sighting(at=day(at), probability=score / 20, is_bulk=is_bulk) for at, score, is_bulk in sorted(seen)]
        for seen in told
    ]
    ledger = build(*leads)
    fitting = fit_threshold(ledger, per_week, RULES)
    if not leads:
        assert fitting is None
        return
    assert fitting.forecast.mean <= per_week
    below = [one.probability for seen in leads for one in seen if one.probability < fitting.threshold]
    if below:
        assert sum(count(ledger, max(below))) / 4 > per_week
    preview = preview_threshold(ledger, part / 20, RULES)
    turned = {lead_id for week in preview.weeks for lead_id in week} | set(preview.in_bulk)
    for number, seen in enumerate(leads):
        first = next((one for one in seen if one.probability >= part / 20), None)
        assert f"{number}" in turned or first is None or first.at < day(0)


def test_a_hold_that_ends_unseen_still_ends_the_episode():
    """A lead that sank and was not looked at for a month turns hot anew."""
    rules = EpisodeRules(hold_micros=DAY_MICROS, cool_down_micros=7 * DAY_MICROS)
    assert count(build(see((0, 0.9), (1, 0.1), (20, 0.9))), rules=rules) == [1, 0, 1, 0]
