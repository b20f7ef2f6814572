"""Rows that cannot be used: kept aside with their line, reason and text."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.training.importing.exports import LEADS, bring_in, codes, with_section
from training.importing.pipeline import UnusableLeads

CELLS = st.sampled_from(
    ["", "a", "b", "won", "lost", "2026-01-01", "31.12.2025", "x", "1", "1e999", '"', '"a', ",", "\0"]
)


def test_rows_that_cannot_be_used_are_kept_aside_as_they_were(tmp_path):
    """No identifier, a second one, an unreadable date and an unlisted outcome are rejected with line and text."""
    more = ',A,2026-01-01,won,,,,,,\na,A,2026-01-01,won,,,,,,\ne,A,soon,won,,,,,,\n"f ",A,2026-01-01,stolen,,,,,,\n'
    recipe = with_section(outcome={"open": ["new"]})
    result = bring_in(tmp_path, LEADS + more, recipe)
    assert codes(result) == [(6, "no_id"), (7, "duplicate_id"), (8, "unreadable_date"), (9, "unknown_outcome")]
    assert result.rejected["raw"].iloc[3] == "f ,A,2026-01-01,stolen,,,,,,"
    assert result.history.about.rejected == {
        "no_id": 1,
        "duplicate_id": 1,
        "unreadable_date": 1,
        "unknown_outcome": 1,
    }
    (file,) = result.report.files
    assert (file.read, file.kept, file.rejected) == (8, 4, 4)


def test_file_without_a_usable_lead_is_refused_with_the_reasons(tmp_path):
    """Where every row is rejected, or there is none, one line says why."""
    with pytest.raises(UnusableLeads, match="no_id 1"):
        bring_in(tmp_path, LEADS.splitlines()[0] + "\n,A,,,,,,,,\n")
    with pytest.raises(UnusableLeads, match="a header and no rows"):
        bring_in(tmp_path, LEADS.splitlines()[0] + "\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=5), min_size=1, max_size=8))
def test_every_row_is_kept_or_rejected(rows, tmp_path):
    """Whatever stands in a file, rows kept and rows rejected are the rows read."""
    text = "id,day,state,size\n" + "\n".join(",".join(row) for row in rows) + "\n"
    recipe = {
        "leads": {"id": "id", "created_at": "day"},
        "outcome": {"column": "state", "won": "won", "lost": "lost", "open": "x"},
    }
    try:
        result = bring_in(tmp_path, text, recipe)
    except UnusableLeads:
        return
    (file,) = result.report.files
    assert file.read == file.kept + file.rejected
    assert len(result.history.leads) == file.kept
    assert len(result.rejected) == file.rejected == result.history.about.rows_rejected
    assert result.history.leads["lead_id"].is_unique
