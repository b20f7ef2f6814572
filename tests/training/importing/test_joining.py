"""Columns found by the recipe, beside the leads or in another file."""

import pytest

from tests.training.importing.exports import LEADS, RECIPE, bring_in, codes, with_section
from training.importing.joining import RecipeMismatch


def test_missing_column_is_told_with_the_nearest_name(tmp_path):
    """A recipe that needs a column the file lacks is refused, and the nearest header is proposed."""
    with pytest.raises(RecipeMismatch, match=r"no column 'stage'.*outcome\.column"):
        bring_in(tmp_path, recipe=with_section(outcome={"column": "stage"}))
    with pytest.raises(RecipeMismatch, match="did you mean 'closed'"):
        bring_in(tmp_path, recipe=with_section(outcome={"lost_after": "close"}))
    with pytest.raises(RecipeMismatch, match="no column 'tag' to exclude"):
        bring_in(tmp_path, exclude=["tag"])


def test_optional_column_that_is_absent_is_a_warning(tmp_path):
    """An owner or a firmographic that the file lacks costs a warning, an absent leak nothing."""
    recipe = with_section(leads={"owner": "boss", "exclude": ["tags", "nowhere"]})
    result = bring_in(tmp_path, recipe=recipe)
    assert any("boss" in warning for warning in result.history.about.warnings)
    assert not any("nowhere" in warning for warning in result.history.about.warnings)
    assert result.history.leads["owner"].isna().all()


def test_headers_are_found_by_alias_and_in_any_case(tmp_path):
    """A recipe written for labels reads the same export with internal names or another case."""
    text = LEADS.replace("id,firm,day,state", "hs_id,firm,DAY,State", 1)
    result = bring_in(tmp_path, text, with_section(leads={"aliases": {"id": ["HS_ID"]}}))
    assert result.history.leads["lead_id"].tolist() == ["a", "b", "c", "d"]


def test_accounts_fill_what_a_lead_lacks(tmp_path):
    """A lead's own value wins, its account's fills in what is missing, and unknown accounts are told."""
    accounts = "name,staff,sector\nA,500,x\nB,7,y\nB,8,z\n,1,x\n"
    recipe = {**RECIPE, "accounts": {"id": "name", "firmographics": {"employees": "staff", "industry": "sector"}}}
    text = LEADS.replace("b,A,2026-01-02,lost,2026-01-20,Bo,,50-100", "b,A,2026-01-02,lost,2026-01-20,Bo,,")
    result = bring_in(tmp_path, text, recipe, accounts=accounts)
    leads = result.history.leads
    assert leads["employees"].tolist()[:2] == [30, 500]
    assert leads["industry"].iloc[[0, 1, 3]].tolist() == ["x", "x", "y"]
    assert codes(result) == [(4, "duplicate_id"), (5, "no_id")]
    assert result.history.about.has_accounts


def test_look_up_files_add_columns(tmp_path):
    """A look-up beside the leads adds its columns, the first row by a column wins, no match is missing."""
    (tmp_path / "reps.csv").write_text("rep,team,since\nAnn,late,2025\nAnn,early,2024\nCy,none,2020\n")
    recipe = with_section(
        leads={"join": [{"file": "reps.csv", "on": "rep", "columns": ["team"], "first_by": "since"}]}
    )
    leads = bring_in(tmp_path, recipe=recipe).history.leads
    assert leads["team"].iloc[[0, 3]].tolist() == ["early", "early"]
    missing = with_section(leads={"join": [{"file": "no.csv", "on": "rep"}]})
    with pytest.raises(RecipeMismatch, match=r"no\.csv, which is not beside leads\.csv"):
        bring_in(tmp_path, recipe=missing)
