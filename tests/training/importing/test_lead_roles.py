"""Who a lead is and where it stands in the order of leads."""

from tests.training.importing.exports import bring_in, codes


def test_lead_may_have_a_name_of_several_columns(tmp_path):
    """Parts that contain the separator do not make two leads one."""
    text = "a,b,state\nx:,y,won\nx,:y,lost\nx,y,lost\n"
    recipe = {"leads": {"id": ["a", "b"]}, "outcome": {"column": "state", "won": "won", "lost": "lost"}}
    history = bring_in(tmp_path, text, recipe).history
    assert history.leads["lead_id"].tolist() == ["x%3A:y", "x:%3Ay", "x:y"]


def test_rows_are_named_and_ordered_by_their_number(tmp_path):
    """Without identifier and date a lead is the row it stands on, in that order."""
    recipe = {"leads": {"id": "row", "order": "row"}, "outcome": {"column": "y", "won": 1, "lost": 0}}
    history = bring_in(tmp_path, "x,y\n5,1\n6,0\n", recipe).history
    assert history.leads["lead_id"].tolist() == ["2", "3"]
    assert history.leads["order"].tolist() == [2.0, 3.0]
    assert history.about.time_basis == "ordered"


def test_order_may_be_a_column_of_dates(tmp_path):
    """An order column of dates counts in their sequence; a row without a place is rejected."""
    recipe = {"leads": {"id": "id", "order": "when"}, "outcome": {"column": "y", "won": 1, "lost": 0}}
    result = bring_in(tmp_path, "id,when,y\na,2026-02-01,1\nb,2026-01-01,0\nc,,0\n", recipe)
    assert result.history.leads.sort_values("order")["lead_id"].tolist() == ["b", "a"]
    assert codes(result) == [(4, "unreadable_order")]
