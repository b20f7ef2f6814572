"""Thresholds: a version of its own, the same model to the bit, put in force and gone back from."""

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from hotlead import main
from hotlead.verbs.thresholds import ImpossibleThreshold, SameThresholds, set_thresholds
from models.artifact import load_scorer
from models.champion import find_champion
from models.lineup import find_kept_findings, find_lineup
from models.registry import Registry, UnknownVersion


def ask(home, *arguments):
    """Run a verb that answers in JSON; what it raises is raised here."""
    done = CliRunner().invoke(
        main.app, [*map(str, arguments), "--home", str(home.folder), "--json"], catch_exceptions=False
    )
    return json.loads(done.stdout)


def load(home):
    """Load the champion on disk."""
    return load_scorer(find_champion(home.folder).folder(home.folder))


def test_thresholds_make_a_version_that_differs_in_nothing_else(home, fitted):
    """Scores stay to the bit, buckets follow, the decision is kept, and going back restores the former."""
    ask(home, "promote", "--by", "Sam", "--why", "the first")
    before = load(home)
    hot = float(before.thresholds_.hot) * 0.8
    answer = ask(home, "thresholds", "--hot", hot, "--by", "Kim", "--why", "more reps")
    assert answer["champion"] == "2"
    after = load(home)
    assert after.thresholds_.hot == hot
    assert after.thresholds_.warm == min(before.thresholds_.warm, hot)
    table = fitted.test_table
    assert np.array_equal(after.predict_proba(table), before.predict_proba(table))
    assert (after.score_features(table).bucket == 2).sum() > (before.score_features(table).bucket == 2).sum()
    lineup = find_lineup(home.folder)
    champion = lineup.find_alias("champion")
    assert (champion.number, champion.replaced, champion.facts.about["thresholds_of"]) == ("2", "1", "1")
    assert (champion.decision.kind, champion.decision.by, champion.decision.why) == (
        "thresholds",
        "Kim",
        "more reps",
    )
    assert champion.decision.compared_with == "1"
    assert lineup.find("1").decision.by == "Sam"
    kept = [find_kept_findings(each.facts.fingerprint, home.folder) for each in lineup.versions]
    assert kept[0] is not None
    assert kept[0] == kept[1]
    assert ask(home, "rollback", "--by", "Kim", "--why", "too many") == {"champion": "1"}
    assert load(home).thresholds_ == before.thresholds_
    back = find_lineup(home.folder).find_alias("champion")
    assert (back.number, back.decision.kind, back.decision.compared_with) == ("1", "roll_back", "2")


@pytest.mark.parametrize(
    ("hot", "warm"), [(0.0, None), (1.2, None), (-0.1, None), (0.3, 0.4), (math.nan, None), (0.3, -1)]
)
def test_impossible_thresholds_change_nothing(home, hot, warm):
    """What is no probability, or out of order, is refused before anything is registered."""
    ask(home, "promote")
    with pytest.raises(ImpossibleThreshold):
        set_thresholds(home, hot=hot, warm=warm, by="", why="")
    assert len(Registry(home.tracking_uri).list_versions()) == 1


def test_the_same_thresholds_are_no_new_version(home):
    """Setting what is in force is refused."""
    ask(home, "promote")
    known = load(home).thresholds_
    with pytest.raises(SameThresholds):
        set_thresholds(home, hot=known.hot, warm=None, by="", why="")


def test_without_a_champion_there_is_nothing_to_set(home):
    """The line says which version is missing."""
    with pytest.raises(UnknownVersion):
        set_thresholds(home, hot=0.5, warm=None, by="", why="")
