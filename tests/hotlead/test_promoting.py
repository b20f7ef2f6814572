"""The foreman: each order is a real verb over a real registry, and what it says is read back."""

import json
import subprocess

import pytest

from hotlead.promoting import VerbForeman
from models.champion import find_champion
from models.lineup import find_lineup
from serving.promoting import FailedOrder, Order, RefusedOrder


def test_orders_change_the_model_in_force(home):
    """Promoting and setting thresholds, each through its verb, and what a person wrote stays words."""
    foreman = VerbForeman(home.folder)
    promoted = foreman.carry_out(Order(deed="promote", version="1", by="--force", why="--home /elsewhere"))
    assert (promoted.version, promoted.said) == ("1", "There was no champion before.")
    decision = find_lineup(home.folder).find("1").decision
    assert (decision.by, decision.why, decision.is_forced) == ("--force", "--home /elsewhere", False)
    set_ = foreman.carry_out(Order(deed="thresholds", hot=0.25, by="Kim", why="more reps"))
    assert set_.version == "2"
    assert "hot from 25.00%" in set_.said
    assert find_champion(home.folder).version == "2"


class Said:
    """A verb's answer, made up."""

    def __init__(self, code, stdout="", stderr=""):
        self.returncode, self.stdout, self.stderr = code, stdout, stderr


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        (Said(2, json.dumps({"refused": "It is worse."}), "hotlead: …"), RefusedOrder, "It is worse."),
        (Said(2, "", "a warning\nhotlead: no registry: run it\n"), FailedOrder, "no registry: run it"),
        (Said(1, "noise", "Traceback\n  line\nValueError: odd"), FailedOrder, "ValueError: odd"),
        (Said(-9, "", ""), FailedOrder, "it ended without a word"),
    ],
)
def test_bad_endings_are_told_apart(monkeypatch, tmp_path, said, error, message):
    """A refusal is none of the failures, and a failure is told in its last line."""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: said)
    with pytest.raises(error, match=message):
        VerbForeman(tmp_path).carry_out(Order(deed="look"))


def test_a_verb_that_never_ends_is_given_up(monkeypatch, tmp_path):
    """The order fails with how long it was waited for."""

    def never(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(FailedOrder, match="given up after 2 minutes"):
        VerbForeman(tmp_path, patience=120).carry_out(Order(deed="look"))


def test_json_among_other_lines_is_found(monkeypatch, tmp_path):
    """Libraries may write before it, and the last object counts."""
    answer = Said(0, 'noise\n["no", "object"]\n{"champion": "3", "decision": "Fine."}\n\n')
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    outcome = VerbForeman(tmp_path).carry_out(Order(deed="promote", version="3"))
    assert (outcome.version, outcome.said) == ("3", "Fine.")
