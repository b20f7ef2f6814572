"""The view of attainment: from the store to rows, with the leads behind each, for all, an owner or a bucket."""

import json

import pytest

from agreement.calendar.periods import Period
from agreement.terms import DEFAULT_TERMS
from serving.store.people import save_person
from serving.usecases.views.attaining import look_at_attainment
from serving.usecases.views.figures import BadOption
from serving.usecases.views.viewing import VIEWS, Question
from tests.serving.usecases.agreed_histories import NOW, TERMS, write_history

YEAR = "2026-01-01/2027-01-01"


@pytest.fixture
def connection(database):
    """A reading transaction over an invented history, in which the CRM renamed somebody."""
    with database.writing() as writing:
        write_history(writing, n_leads=120, seed=5)
        save_person(writing, "cy", json.dumps({"id": "cy", "name": "Cyrus"}), NOW)
    with database.reading() as reading:
        yield reading


def look(connection, period=YEAR, terms=TERMS, **options):
    """Return the view of a period."""
    days = Period.from_text(period, zone=terms.zone)
    return look_at_attainment(Question(connection=connection, period=days, now=NOW, terms=terms, options=options))


def test_all_promises_of_both_sides_are_listed(connection):
    """Each supply has a row, each duty one for each bucket; what is promised is said in words."""
    figures = look(connection)
    rows = {row.key: row.cells for row in figures.get_table("commitments").rows}
    assert [key for key, cells in rows.items() if cells["side"] == "marketing"] == [
        "supply:mql",
        "supply:hot",
        "supply:lead:Webinar",
    ]
    assert rows["first_contact:hot"]["promise"] == "within 4 h"
    assert rows["attempts:hot"]["promise"] == "3 within 40 h"
    assert rows["feedback:warm"]["promise"] == "within 1 d"
    assert rows["supply:hot"]["promise"] == "30 a month"
    assert rows["supply:hot"]["target"] == pytest.approx(360)
    assert "attempts:warm" not in rows
    hot, tallied = rows["first_contact:hot"], figures.get_table("duties").get_row("first_contact:hot").cells
    assert hot["attainment"] == tallied["kept"] == tallied["met"] / (tallied["met"] + tallied["breached"])
    assert hot["attainment_low"] < hot["attainment"] < hot["attainment_high"]
    supply = figures.get_table("supply").get_row("supply:hot").cells
    assert supply["target_to_date"] < supply["target"]
    assert supply["forecast_low"] < supply["forecast"] < supply["forecast_high"]


def test_rows_of_a_table_have_the_same_columns_and_keys_of_their_own(connection):
    """A spreadsheet has one head, each row can be asked for, and names each of its leads once."""
    for table in look(connection).tables:
        assert table.rows, table.name
        assert len({tuple(row.cells) for row in table.rows}) == 1
        assert len({row.key for row in table.rows}) == len(table.rows)
        for row in table.rows:
            assert len(set(row.lead_ids)) == len(row.lead_ids)


def test_counts_of_one_table_add_up_to_those_of_another(connection):
    """By owner, by length and by attempts there are as many as in all; a share says of how many it is one."""
    figures = look(connection)
    n = figures.totals["hand_overs"]
    waits = {row.key: row.cells["n"] for row in figures.get_table("response_times").rows}
    assert waits["all"] == n
    assert sum(count for key, count in waits.items() if key.startswith("owner:")) == n
    assert sum(count for key, count in waits.items() if key.startswith("bucket:")) == n
    for name in ("response_distribution", "attempts"):
        assert sum(row.cells["share_count"] for row in figures.get_table(name).rows) == n
    reasons = [row.cells for row in figures.get_table("rejections").rows if row.cells["by"] == "reason"]
    assert sum(cells["share_count"] for cells in reasons) == figures.totals["turned_down"]
    assert sum(cells["about_fit_count"] for cells in reasons) == figures.totals["turned_down_about_fit"]


def test_an_owner_and_a_bucket_choose_hand_overs(connection):
    """Only what they owe is shown; three owners together owe what all do, and supply stays what it was."""
    whole = look(connection)
    parts = [look(connection, owner=owner) for owner in ("ada", "bo", "cy")]
    tallied = [figures.totals["duties_of_sales_kept_of"] for figures in parts]
    assert min(tallied) > 0
    assert sum(tallied) == whole.totals["duties_of_sales_kept_of"]
    assert {row.cells["owner"] for row in parts[0].get_table("duties_by_owner").rows} == {"ada"}
    supplies = [f.get_table("commitments").get_row("supply:mql").cells["actual"] for f in (whole, *parts)]
    assert len(set(supplies)) == 1
    hot = look(connection, bucket="hot")
    assert {row.cells["bucket"] for row in hot.get_table("duties").rows} == {"hot"}
    assert any("choose hand-overs" in note for note in hot.notes)
    with pytest.raises(BadOption, match="cold, warm, hot"):
        look(connection, bucket="boiling")


def test_names_are_those_that_the_crm_told_last(connection):
    """A person of the agreement whom the CRM calls otherwise is called so."""
    names = {row.cells["owner"]: row.cells["name"] for row in look(connection).get_table("duties_by_owner").rows}
    assert names["cy"] == "Cyrus"
    assert names["ada"] == "Ada"


def test_the_notes_name_the_versions_by_which_duties_are_judged(connection):
    """Duties that began under an earlier agreement are judged by it, and the reader is told."""
    told = " ".join(look(connection).notes)
    assert TERMS.version in told
    assert "earlier-" in told
    assert "count for no bucket" in told


def test_terms_without_promises_show_what_happened_anyway(connection):
    """Nothing is promised, so nothing is promised in words; old timers still count."""
    rows = look(connection, terms=DEFAULT_TERMS).get_table("commitments").rows
    assert {row.cells["promise"] for row in rows} == {None}
    assert {row.cells["side"] for row in rows} == {"sales"}


def test_what_became_of_leads_is_told_as_by_the_funnel(connection):
    """Conversions of the period's leads are those of the funnel's view, figure by figure."""
    question = Question(connection=connection, period=Period.from_text(YEAR, zone=TERMS.zone), now=NOW, terms=TERMS)
    theirs = VIEWS["funnel"].look(question).get_table("conversions")
    rows = look(connection).get_table("conversions").rows
    assert rows == [theirs.get_row(key) for key in ("mql:sql", "sql:customer", "mql:customer")]
    assert rows[0].cells["rate_count"] > 0


def test_an_empty_store_has_figures_of_nothing(database):
    """There is no share, no wait and no error."""
    with database.reading() as connection:
        figures = look(connection, period="2026-W47")
    assert figures.totals["duties_of_sales_kept"] is None
    assert figures.get_table("response_times").get_row("all").cells["median_hours"] is None
    assert not figures.get_table("rejections").rows
    assert VIEWS["attainment"].choose_period(NOW, TERMS).to_text() == "2026-W47"


def test_a_duty_ends_between_none_and_all_of_what_is_still_due(connection):
    """The bounds hold the share so far, and are it where nothing is due any more."""
    for row in look(connection, period="2026-W47").get_table("duties").rows:
        cells = row.cells
        if not cells["kept_of"] + cells["due"]:
            assert cells["at_least"] is cells["at_most"] is None
            continue
        n = cells["met"] + cells["breached"] + cells["due"]
        assert (cells["at_least"], cells["at_most"]) == (cells["met"] / n, (cells["met"] + cells["due"]) / n)
        if cells["kept"] is not None:
            assert cells["at_least"] <= cells["kept"] <= cells["at_most"]


def test_the_trend_of_a_duty_is_that_of_its_buckets_together(connection):
    """In each span, what was kept to hot, warm and cold leads adds up to what was kept of the duty."""
    rows = look(connection, period="2026-W47").get_table("trend").rows
    spans = {row.cells["span"] for row in rows}
    assert len(spans) == 8
    assert any(row.cells["what"] == "first_contact:hot" and row.cells["target"] for row in rows)
    for span in spans:
        told = {row.cells["what"]: row.cells for row in rows if row.cells["span"] == span}
        for duty in ("first_contact", "attempts", "feedback"):
            parts = [cells for what, cells in told.items() if what.startswith(f"{duty}:")]
            assert sum(cells["actual"] for cells in parts) == told[duty]["actual"]
            assert sum(cells["target"] for cells in parts) == told[duty]["target"]
