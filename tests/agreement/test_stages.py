"""The stages of a lead."""

import pytest

from agreement.stages import IS_OPEN, PASSED, USUAL_DEFINITIONS, Definition, Stage, UnknownStage, read_stage


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


def test_a_definition_is_of_a_stage_whatever_its_case():
    """The stage is kept as it is called everywhere, so that two definitions of one are found."""
    assert Definition(stage=" MQL", means="Wants to buy").stage == "mql"
    with pytest.raises(UnknownStage, match="use one of prospect"):
        Definition(stage="won", means="Has signed")


@pytest.mark.parametrize("side", ["", "Sales", "service"])
def test_a_stage_has_one_of_two_sides(side):
    """Either marketing or sales answers for a lead."""
    with pytest.raises(ValueError, match=r"^side: use marketing or sales$"):
        Definition(stage="mql", means="", side=side)


def test_the_usual_definitions_say_what_each_stage_means():
    """Every stage is there once, with words; the way to a customer passes from marketing to sales once."""
    assert [definition.stage for definition in USUAL_DEFINITIONS] == list(Stage)
    assert all(definition.means for definition in USUAL_DEFINITIONS)
    sides = [definition.side for definition in USUAL_DEFINITIONS if definition.stage in PASSED]
    assert sides == ["marketing"] * 3 + ["sales"] * 3
