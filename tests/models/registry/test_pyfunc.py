"""The registered model, loaded by MLflow in a process that knows nothing of this repository."""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.tables import EventLog, LeadTable, SnapshotTable
from models.artifact import load_scorer
from models.registry import Registry

STRANGER = """
import importlib.util, json, os, sys
sys.path.append(sys.argv[1])
for room in ("features", "models", "training", "hotlead"):
    assert importlib.util.find_spec(room) is None, room
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow, pandas as pd
mlflow.set_tracking_uri(sys.argv[2])
os.mkdir("fetched")
model = mlflow.pyfunc.load_model("models:/hotlead@champion", dst_path="fetched")
asked = pd.read_parquet("asked.parquet")
by_column = model.predict(asked)
by_param = model.predict(asked.drop(columns="as_of"), params={"as_of": "2025-09-01T00:00:00+00:00"})
listed = model.predict(asked.assign(events=asked["events"].map(json.loads)), params={"most_reasons": 1})
import features, models
print(json.dumps({
    "rooms": [features.__file__, models.__file__],
    "by_column": by_column.to_dict("list"),
    "by_param": by_param.to_dict("list"),
    "listed": listed.to_dict("list"),
}))
"""


def write_json_events(events):
    """Write the events of one lead as the JSON a frame may carry."""
    plain = [
        {
            "type": event["type"],
            "occurred_at": event["occurred_at"].isoformat(),
            "recorded_at": event["recorded_at"].isoformat(),
            "properties": {} if np.isnan(event["pages"]) else {"pages": event["pages"]},
        }
        for event in events.to_dict("records")
    ]
    return json.dumps(plain)


@pytest.fixture(scope="module")
def leads(history):
    """Leads whose size is known, so that it can be a column of integers, a hundred of them."""
    return history.leads[history.leads["employees"].notna()].head(100).reset_index(drop=True)


@pytest.fixture(scope="module")
def moments(leads):
    """Each lead's own moment to look: some weeks after it was created, in the timestamps of a CRM."""
    return leads["created_at"] + pd.to_timedelta(np.arange(len(leads)) % 40, unit="D")


@pytest.fixture(scope="module")
def told(history, leads, moments, trained_home, tmp_path_factory):
    """What the stranger said: its rooms and its predictions."""
    folder = tmp_path_factory.mktemp("stranger")
    by_lead = dict(list(history.events.groupby("lead_id")))
    nothing = history.events.iloc[:0]
    asked = leads[["lead_id", "account_id", "industry"]].assign(
        created_at=leads["created_at"].map(lambda moment: moment.isoformat()),
        employees=leads["employees"].astype("int64"),
        as_of=moments.map(lambda moment: moment.isoformat()),
        events=[write_json_events(by_lead.get(lead, nothing)) for lead in leads["lead_id"]],
    )
    asked.to_parquet(folder / "asked.parquet")
    # A copy of the registry gets the champion: other tests see that training promotes nothing.
    uri = f"sqlite:///{shutil.copy(trained_home.folder / 'mlflow.db', folder)}"
    Registry(uri)._client.set_registered_model_alias("hotlead", "champion", "1")
    # -S leaves the editable path file unread, -P the folder out of the path.
    command = [sys.executable, "-P", "-S", "-c", STRANGER, sysconfig.get_paths()["purelib"], uri]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def score(history, leads, trained_home, tmp_path_factory):
    """Score the leads with the scorer itself, at given moments; no source is known of any."""
    registry = Registry(f"sqlite:///{trained_home.folder / 'mlflow.db'}")
    scorer = load_scorer(registry.download("1", tmp_path_factory.mktemp("scorer")))
    table = LeadTable.from_frame(leads.assign(source=None), scorer.feature_set.schema)
    events = EventLog.from_frame(history.events, table, scorer.feature_set.quantities)

    def score_at(moments, most_reasons=3):
        frame = pd.DataFrame({"lead_id": leads["lead_id"], "as_of": moments})
        snapshots = SnapshotTable.from_frame(frame, table)
        return scorer.score_snapshots(table, events, snapshots, most_reasons=most_reasons).to_frame()

    return score_at


def assert_equal(said, expected):
    """Compare predictions: numbers to twelve digits, the rest exactly."""
    assert np.abs(np.array(said["probability"]) - expected["probability"]).max() <= 1e-12
    for column in ("score", "bucket", "low_confidence", "reasons"):
        assert said[column] == expected[column].tolist()


def test_the_rooms_come_from_the_registered_model(told):
    """The code that scores is the code that was registered, fetched below the stranger's own folder."""
    folder, said = told
    for file in said["rooms"]:
        assert (folder / "fetched").resolve() in Path(file).resolve().parents


def test_it_scores_as_the_scorer_does(told, score, moments):
    """With integers, a missing column, events as JSON and a moment in each row, scores are the same."""
    assert_equal(told[1]["by_column"], score(moments))


def test_the_moment_may_be_a_parameter(told, score, leads):
    """Without a column for it, `as_of` is the same for all rows."""
    everywhere = pd.Series(pd.Timestamp("2025-09-01T00:00:00Z"), index=leads.index).dt.as_unit("us")
    assert_equal(told[1]["by_param"], score(everywhere))


def test_events_may_be_lists_and_reasons_fewer(told, score, moments):
    """Lists of events are the same as JSON, and `most_reasons` limits the reasons."""
    assert_equal(told[1]["listed"], score(moments, most_reasons=1))
