"""Showing: what the demo asks of the agreement can be asked, and is printed as it is answered."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from hotlead.company.terms import write_terms
from hotlead.showing import list_questions, show_agreement
from hotlead.store import open_store
from serving.usecases.views.viewing import VIEWS

TODAY = date(2027, 1, 12)


def test_the_month_asked_for_is_the_last_whole_one() -> None:
    """In January that is December of the year before."""
    months = {question[2] for question in list_questions(TODAY) if "--period" in question}
    assert months == {"2026-12"}
    assert {question[0] for question in list_questions(TODAY)} <= {"show", *VIEWS}


def test_every_question_is_answered(tmp_path: Path) -> None:
    """Also a store without any lead has an agreement, and each table that is asked for."""
    text = write_terms(datetime(2027, 1, 12, tzinfo=UTC), leads_a_year=600, capacity_per_week=4, digest_wait="30 s")
    (tmp_path / "agreement.toml").write_text(text, "utf-8")
    with open_store(tmp_path):
        pass
    console = Console(file=io.StringIO(), width=80)
    show_agreement(tmp_path, TODAY, console)
    said = console.file.getvalue()
    assert said.count("$ hotlead agreement") == len(list_questions(TODAY))
    assert "Veltarn 2027" in said
