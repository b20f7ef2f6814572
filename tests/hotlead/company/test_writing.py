"""The files of the demo company: like a CRM export, and the same each time."""

from pathlib import Path

import pandas as pd

from hotlead.company import generate_history, write_company
from tests.hotlead.company.past import UNTIL


def test_files_look_like_a_crm_export(tmp_path: Path) -> None:
    """Three files come out, with empty fields for the unknown, whole numbers and times in UTC."""
    history = generate_history(until=UNTIL, leads=200)
    paths = write_company(tmp_path / "export", history)
    assert [path.name for path in paths] == ["accounts.csv", "leads.csv", "events.csv.gz"]
    accounts, leads, events = (pd.read_csv(path) for path in paths)
    pd.testing.assert_series_equal(accounts["employees"], history.accounts["employees"])
    pd.testing.assert_series_equal(leads["lost_reason"].isna(), history.leads["lost_reason"].isna())
    occurred = pd.to_datetime(events["occurred_at"], utc=True)
    assert (occurred.to_numpy() == history.events["occurred_at"].to_numpy()).all()
    assert not paths[0].read_text(encoding="utf-8").count(".0,")


def test_the_same_history_writes_the_same_bytes(tmp_path: Path) -> None:
    """Files of one history are equal byte for byte, the packed one too."""
    history = generate_history(until=UNTIL, leads=60)
    first, second = (write_company(tmp_path / name, history) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    time_in_gzip_header = first[2].read_bytes()[4:8]
    assert time_in_gzip_header == bytes(4)
