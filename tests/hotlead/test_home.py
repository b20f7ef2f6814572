"""The home: where everything lies below one folder."""

from pathlib import Path

import pytest

from hotlead.home import Home


def test_everything_lies_below_the_home(tmp_path):
    """History, reports and MLflow's files are folders of their own."""
    home = Home(tmp_path)
    places = {home.history, home.reports, home.artifacts}
    assert len(places) == 3
    assert all(place.parent == tmp_path for place in places)


def test_tracking_is_a_file_in_the_home_wherever_it_is_called_from(tmp_path, monkeypatch):
    """A home that is given relative to a folder is the same after the folder has changed."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    assert Home(Path("there")).tracking_uri == f"sqlite:///{tmp_path / 'there' / 'mlflow.db'}"


@pytest.mark.parametrize(("value", "is_taken"), [("http://tracking.example:5000", True), ("", False)])
def test_a_tracking_server_is_taken_from_the_environment(tmp_path, monkeypatch, value, is_taken):
    """MLflow's own variable wins, unless it is empty."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", value)
    assert (Home(tmp_path).tracking_uri == value) is is_taken
