"""LightGBM's text: read whole, or refused."""

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.forest import DamagedForest, Forest, UnsupportedForest
from tests.models.boosters import QUIET, train


def test_names_and_sizes_are_read_from_the_text():
    """The columns' names keep their order, other scripts included."""
    X = np.random.default_rng(1).normal(size=(100, 3))
    data = lgb.Dataset(X, (X[:, 0] > 0).astype(int), feature_name=["größe", "a=b", "件数"])
    forest = Forest.from_text(lgb.train(QUIET, data, 7).model_to_string())
    assert forest.feature_names == ("größe", "a=b", "件数")
    assert (forest.n_features, forest.n_trees) == (3, 7)


@pytest.mark.parametrize(
    "params",
    [
        {"objective": "cross_entropy"},
        {"objective": "regression"},
        {"objective": "multiclass", "num_class": 2},
        {"sigmoid": 2.0},
        {"linear_tree": True},
        {"categorical_feature": [1], "min_data_per_group": 1, "cat_smooth": 1},
        {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1},
    ],
)
def test_other_kinds_of_model_are_refused(params):
    """What is not a numerical binary classifier in log-odds is refused by name."""
    with pytest.raises(UnsupportedForest):
        Forest.from_text(train(**params).model_to_string())


def read_or_refuse(text):
    """Read a text that may be damaged; where it is taken, score it and see that it hangs together."""
    try:
        forest = Forest.from_text(text)
    except (DamagedForest, UnsupportedForest):
        return None
    X = np.zeros((1, forest.n_features))
    contributions = forest.compute_contributions(X)
    # An edited leaf may be worth 1e17 and leave the others no digits.
    largest = 1.0 + np.abs(forest.trees.leaf_value).max()
    np.testing.assert_allclose(contributions.sum() / largest, forest.predict_log_odds(X)[0] / largest, atol=1e-9)
    return forest


@pytest.fixture(scope="module")
def text():
    """Return the text of a small sound model, up to and with its last tree's end."""
    whole = train(n_trees=4, num_leaves=6).model_to_string()
    return whole[: whole.index("end of trees\n") + len("end of trees\n")]


def test_a_text_cut_anywhere_is_refused(text):
    """However much is missing at the end, nothing is served."""
    assert read_or_refuse(text) is not None
    for end in range(0, len(text), 3):
        assert read_or_refuse(text[:end]) is None


def test_a_text_without_one_of_its_lines_is_refused_or_whole(text):
    """No line of a tree can be missing; the header may lose only what is not used."""
    lines = text.split("\n")
    spare = ("label_index", "feature_infos")
    for i, line in enumerate(lines[:-1]):
        if not line.startswith(spare):
            assert read_or_refuse("\n".join([*lines[:i], *lines[i + 1 :]])) is None, line


@settings(max_examples=400, deadline=None)
@given(edit=st.data())
def test_an_edited_text_is_refused_or_hangs_together(text, edit):
    """Characters replaced, put in or taken out never crash or hang the reader."""
    at = edit.draw(st.integers(0, len(text) - 1))
    length = edit.draw(st.integers(0, 3))
    read_or_refuse(text[:at] + edit.draw(st.text("0123456789-. e\n=n_é٣", max_size=3)) + text[at + length :])


def test_a_flipped_digit_in_an_index_is_refused_or_hangs_together(text):
    """Each digit of a child, a feature and a count is changed in turn; a child never passes."""
    at = 0
    for line in text.split("\n"):
        key, _, value = line.partition("=")
        if key in ("left_child", "right_child", "split_feature", "leaf_count", "internal_count", "num_leaves"):
            for i in (i for i, digit in enumerate(value) if digit.isdigit()):
                where = at + len(key) + 1 + i
                flipped = read_or_refuse(text[:where] + str((int(text[where]) + 1) % 10) + text[where + 1 :])
                assert flipped is None or key == "split_feature", line
        at += len(line) + 1


def replace_value(text, key, value):
    """Replace a line of the first tree and correct ``tree_sizes``, as a careful forger would."""
    start = text.index("Tree=0\n")
    lines = text[start:].split("\n")
    i = next(i for i, line in enumerate(lines) if line.startswith(f"{key}="))
    size = int(text.split("tree_sizes=")[1].split(" ")[0])
    grown = size + len(f"{key}={value}") - len(lines[i])
    lines[i] = f"{key}={value}"
    return text[:start].replace(f"tree_sizes={size} ", f"tree_sizes={grown} ") + "\n".join(lines)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("num_leaves", "99999999999999"),
        ("num_leaves", "0"),
        ("num_leaves", "-6"),
        ("num_leaves", "4097"),
        ("left_child", "0 0 0 0 0"),
        ("left_child", "-1 -1 -1 -1 -1"),
        ("right_child", "4 3 2 1 0"),
        ("right_child", "1_0 2 3 4 5"),
        ("right_child", "٣ 2 3 4 5"),
        ("split_feature", "5 0 0 0 0"),
        ("split_feature", "-1 0 0 0 0"),
        ("split_feature", "9" * 5000),
        ("threshold", "nan 0 0 0 0"),
        ("threshold", "1 2 3"),
        ("threshold", "infinf 0 0 0 0"),
        ("leaf_value", "inf 0 0 0 0 0"),
        ("leaf_value", "1e999 0 0 0 0 0"),
        ("leaf_value", "0 0 0 0 0 0 0"),
        ("decision_type", "12 2 2 2 2"),
        ("decision_type", "3 2 2 2 2"),
        ("decision_type", "-2 2 2 2 2"),
        ("leaf_count", "0 0 0 0 0 0"),
        ("internal_count", "0 0 0 0 0"),
        ("num_cat", "1"),
        ("is_linear", "1"),
        ("shrinkage", "0.1\nnum_leaves=6"),
    ],
)
def test_a_forged_tree_of_the_right_size_is_refused(text, key, value):
    """Sizes in order do not help a tree that is none."""
    assert text.count("num_leaves=6") >= 1
    assert read_or_refuse(replace_value(text, "shrinkage", "0.25")) is not None
    with pytest.raises((DamagedForest, UnsupportedForest)):
        Forest.from_text(replace_value(text, key, value))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version=v4", "version=v3"),
        ("num_class=1", "num_class=3"),
        ("max_feature_idx=4", "max_feature_idx=999999999"),
        ("Column_1", "Column_0"),
        ("tree_sizes=", "tree_sizes=-1 "),
        ("tree_sizes=", "tree_sizes=0 "),
        ("Tree=1", "Tree=2"),
        ("tree\n", "forest\n"),
        ("end of trees", "end of tree"),
    ],
)
def test_a_forged_header_is_refused(text, old, new):
    """The header has to name what follows."""
    assert old in text
    with pytest.raises((DamagedForest, UnsupportedForest)):
        Forest.from_text(text.replace(old, new, 1))


def test_splits_that_stand_before_their_parents_are_refused(text):
    """The same tree numbered backwards adds up, but LightGBM never writes it and the tables rely on the order."""
    first_tree = text[text.index("Tree=0\n") : text.index("Tree=1\n")]
    columns = dict(line.partition("=")[::2] for line in first_tree.split("\n"))
    order = [0, *reversed(range(1, int(columns["num_leaves"]) - 1))]
    moved = {str(split): str(place) for place, split in enumerate(order)}
    renumbered = text
    for key in ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count"):
        values = [columns[key].split(" ")[split] for split in order]
        if key.endswith("child"):
            values = [moved.get(value, value) for value in values]
        renumbered = replace_value(renumbered, key, " ".join(values))
    with pytest.raises(DamagedForest, match="do not make a tree"):
        Forest.from_text(renumbered)
