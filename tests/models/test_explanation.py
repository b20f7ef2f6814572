"""Explanation: parts that add up, and reasons that say the strongest of them in words."""

import numpy as np
import pytest

from features.engine import FeatureTable
from features.event_kinds import DaysSince, DecayedCount, EventCount
from features.feature_set import FeatureSet
from features.lead_kinds import Attribute, SizeBand
from models.explanation import Parts, compute_reasons, group_columns, list_families, name_family
from tests.models.examples import SCHEMA, make_scorer, make_table

SET = FeatureSet(
    SCHEMA,
    (
        Attribute("employees", "number"),
        EventCount("visit", 7),
        DecayedCount("visit"),
        SizeBand(),
        DaysSince("visit"),
        Attribute("industry"),
    ),
)
TABLE = FeatureTable(
    feature_set=SET,
    numbers=np.array([[240.0, 3.0, 1.5, 2.0]]),
    texts=(np.array(["50–249"], dtype=object), np.array(["Software"], dtype=object)),
)


def parts_of(*effects):
    """Return parts of one score, in the order of the set above."""
    return Parts(feature_set=SET, by_feature=np.array([effects], dtype=float), rest=np.array([-1.0]))


def tell(*effects, most=5):
    """Return the reasons for one score."""
    return compute_reasons(parts_of(*effects), TABLE, most=most)[0]


def test_columns_are_added_up_by_feature():
    """Columns of one feature are one part, whatever their order."""
    contributions = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    assert group_columns(contributions, np.array([1, 0, 1]), 3).tolist() == [[2.0, 5.0, 0.0], [16.0, 40.0, 0.0]]


def test_parts_add_up_to_the_log_odds():
    """Parts and rest of every score make its log-odds, calibrated or not."""
    scorer, table = make_scorer(), make_table(150, seed=9)
    for slope, shift in ((1.0, 0.0), (0.6, -0.8)):
        scorer.calibrator_ = type(scorer.calibrator_)(method="platt", slope=slope, shift=shift)
        parts = scorer.compute_parts(table)
        assert parts.by_feature.shape == (150, len(table.feature_set.names))
        np.testing.assert_allclose(parts.log_odds, scorer.predict_log_odds(table), rtol=0, atol=1e-9)


def test_families_speak_once_with_their_strongest_voice():
    """Features of one family count together, and the one that moves most in their direction is told."""
    reasons = tell(0.1, 0.0, 0.0, 0.3, 0.0, -0.2)
    assert [(r.sentence, r.family, r.direction) for r in reasons] == [
        ("Company size: 50–249", "employees", "up"),
        ("Industry: Software", "industry", "down"),
    ]
    assert reasons[0].effect == pytest.approx(0.4)


def test_members_of_a_family_may_cancel_out():
    """A family whose features pull both ways is told by what is left, in its direction."""
    (reason,) = tell(-0.5, 0.0, 0.0, 0.3, 0.0, 0.0)
    assert (reason.sentence, reason.direction) == ("Employees: 240", "down")
    assert tell(-0.3, 0.0, 0.0, 0.3, 0.0, 0.0) == ()


def test_what_people_can_check_is_told_before_an_index():
    """A count that pulls the same way is told rather than a faded one that pulls harder."""
    (reason,) = tell(0.0, 0.1, 0.9, 0.0, -0.05, 0.0)
    assert reason.sentence == "3 visits in the last 7 days"
    (reason,) = tell(0.0, -0.1, 0.9, 0.0, -0.05, 0.0)
    assert reason.sentence == "Visit activity lately: 1.5"


@pytest.mark.parametrize(("effect", "told"), [(0.019, 0), (0.021, 1), (-0.021, 1)])
def test_small_parts_are_not_worth_a_sentence(effect, told):
    """What moves the probability by less than half a point is not told."""
    assert len(tell(effect, 0, 0, 0, 0, 0)) == told


@pytest.mark.parametrize("most", [0, 1, 2])
def test_no_more_reasons_than_asked_for(most):
    """The strongest come first, and no more than asked for."""
    effects = [abs(reason.effect) for reason in tell(0.3, 0.5, 0, 0, 0, -0.4, most=most)]
    assert effects == [0.5, 0.4, 0.3][:most]


def test_every_feature_is_in_one_family():
    """The families of a set hold each of its features once."""
    positions = np.concatenate([positions for _, positions in list_families(SET)])
    assert sorted(positions.tolist()) == list(range(len(SET.features)))


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("lead:pricing_visit", "pricing visit"),
        ("account:pricing_visit", "pricing visit (company)"),
        ("lead_source", "lead source"),
        ("utm:medium", "utm:medium"),
    ],
)
def test_families_have_names_for_people(family, name):
    """A family reads as people would say it, and the company's is told apart from the lead's."""
    assert name_family(family) == name
