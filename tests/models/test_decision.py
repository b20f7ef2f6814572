"""The decision: kept as text with a version, and read back as it was."""

from datetime import UTC, datetime

import pytest

from models.decision import MOST_WORDS, Decision, read_decision

# MLflow refuses a tag of more characters.
_LONGEST_TAG = 5_000


def test_a_decision_comes_back_as_it_went():
    """Words of any language and numbers alike."""
    decision = Decision(
        kind="promote",
        at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        by="Zoë <script>",
        why="“besser”",
        is_forced=True,
        said="It was compared.",
        compared_with="1",
        difference=-0.01,
        standard_error=0.004,
        n=900,
    )
    assert read_decision(decision.to_text()) == decision


@pytest.mark.parametrize("text", [None, "", "{", "{}", '{"kind": "another", "at": "2026-05-01T00:00:00Z"}'])
def test_what_cannot_be_read_is_no_decision(text):
    """A version without one, or with one of another product's version, has none."""
    assert read_decision(text) is None


def test_the_longest_decision_fits_a_tag():
    """Both texts at their longest, in plain letters, leave room."""
    decision = Decision(
        kind="thresholds", at=datetime.now(UTC), by="x" * 100, why="y" * MOST_WORDS, said="z" * MOST_WORDS
    )
    assert len(decision.to_text()) < _LONGEST_TAG
