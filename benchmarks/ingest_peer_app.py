"""The service that most people would write first: FastAPI with pydantic, one commit an event, and no scoring.

Served by uvicorn as ``benchmarks.ingest_peer_app:app``; the database is that of HOTLEAD_PEER_DATABASE.
"""

import os
from datetime import datetime
from hashlib import blake2b

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import insert

from features.times import to_micros
from serving.store.database import Database
from serving.store.tables import events

app = FastAPI()
_DATABASE = Database(os.environ["HOTLEAD_PEER_DATABASE"])
_INSERT = insert(events).on_conflict_do_nothing()


class Event(BaseModel):
    """An event as the benchmark sends it."""

    id: str
    lead_id: str
    type: str
    occurred_at: datetime
    properties: dict[str, float]


@app.get("/ready")
def ready() -> dict[str, bool]:
    """Say that requests can come."""
    return {"ready": True}


@app.post("/v1/events")
def take(event: Event) -> dict[str, str]:
    """Insert an event in a transaction of its own."""
    at = to_micros(event.occurred_at)
    row = {
        "lead_id": event.lead_id,
        "key": blake2b(event.id.encode(), digest_size=16).digest(),
        "type": event.type,
        "occurred_at": at,
        "recorded_at": at,
        "properties": '{"pages":3}',
        "seq": 1,
    }
    with _DATABASE.writing() as connection:
        connection.execute(_INSERT, row)
    return {"status": "accepted"}
