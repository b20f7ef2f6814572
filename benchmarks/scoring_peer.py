"""The peers: FastAPI with pydantic that validates a lead and returns a constant, and a bare ASGI application."""

from typing import Any

from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field, create_model

from benchmarks.scoring_model import build_feature_set

_TYPES = {"integer": int, "number": float, "text": str}
_ANSWER = b'{"id":"L-1","probability":0.5}'


class Event(BaseModel):
    """What somebody did."""

    type: str
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime | None = None
    lead_id: str | None = None
    properties: dict[str, Any] = Field(default_factory=dict)


_ATTRIBUTES: dict[str, Any] = {
    column.name: (_TYPES[column.kind] | None, None) for column in build_feature_set().schema.columns
}
Lead = create_model(
    "Lead",
    id=(str, ...),
    account_id=(str | None, None),
    created_at=(AwareDatetime | None, None),
    as_of=(AwareDatetime | None, None),
    events=(list[Event], []),
    **_ATTRIBUTES,
)
app = FastAPI()


@app.post("/v1/score")
async def score(lead: Lead) -> dict[str, Any]:  # type: ignore[valid-type]
    """Validate a lead and answer a constant."""
    return {"id": "L-1", "probability": 0.5, "score": 50, "bucket": "warm", "reasons": []}


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer a constant to whatever comes, as fast as the HTTP server lets anyone."""
    if scope["type"] != "http":
        return
    await receive()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})
