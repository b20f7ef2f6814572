"""The stages of a lead."""

import pytest

from agreement.stages import IS_OPEN, Stage, UnknownStage, read_stage


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_is_read_whatever_its_case(stage):
    """Case and blanks around the name do not matter."""
    assert read_stage(f" {stage.upper()}\n") is read_stage(stage.capitalize()) is stage


@pytest.mark.parametrize("text", ["", "won", "sql!", "m q l"])
def test_a_stage_that_nobody_agreed_on_names_the_choices(text):
    """The error says what there is."""
    with pytest.raises(UnknownStage, match="prospect, lead, mql, sql, opportunity, customer, lost, recycled"):
        read_stage(text)


def test_all_but_won_and_lost_leads_are_open():
    """A lead that was handed back is still open."""
    assert set(Stage) - IS_OPEN == {Stage.CUSTOMER, Stage.LOST}
