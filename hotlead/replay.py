"""Replaying live days against a running server: events come in, touched leads are scored, buckets change."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from hotlead.conversation import Conversation, ServerRefused

__all__ = ["Move", "Replay", "ServerRefused"]

# Kept below the server's limits: leads with long histories and busy colleagues are many kilobytes each.
_BYTES_PER_REQUEST, _LEADS_PER_REQUEST = 500_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A lead that came from one bucket into another, with the answer that said so."""

    lead_id: str
    at: datetime
    before: str
    after: str
    answer: Mapping[str, Any]


class Replay:
    """The world as a CRM would know it while the live days pass.

    Parameters
    ----------
    leads
        `lead_id`, `account_id`, `created_at` and attributes, of old and of new leads.
    events
        Every event, of the past and of the live days.
    attributes
        The columns a lead is scored by.
    port
        Where the server listens on loopback.
    """

    def __init__(self, leads: pd.DataFrame, events: pd.DataFrame, attributes: Sequence[str], port: int) -> None:
        self._leads = {row["lead_id"]: row for row in leads.to_dict("records")}
        self._attributes = [name for name in attributes if name in leads.columns]
        self._colleagues = leads.groupby("account_id")["lead_id"].agg(list).to_dict()
        self._events = events.sort_values("recorded_at", kind="stable")
        self._known: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._bucket: dict[str, str] = {}
        self._conversation = Conversation(port)
        self.n_scores = 0

    def close(self) -> None:
        """Close the connection to the server."""
        self._conversation.close()

    def begin(self, start: datetime, open_leads: Sequence[str]) -> Mapping[str, int]:
        """Learn everything recorded by `start`, score the open leads, and count the buckets."""
        past = self._events["recorded_at"] <= pd.Timestamp(start)
        self._learn(self._events[past])
        self._events = self._events[~past]
        for answer in self._score(open_leads, start):
            self._bucket[answer["id"]] = answer["bucket"]
        return Counter(self._bucket.values())

    def run(self, start: datetime, days: int, hours: int, closed_at: Mapping[str, datetime]) -> Iterator[Move]:
        """Let the days pass in steps of `hours`, and yield every change of bucket as it is seen."""
        for tick in range(1, days * 24 // hours + 1):
            now = start + timedelta(hours=hours * tick)
            due = self._events["recorded_at"] <= pd.Timestamp(now)
            arrived, self._events = self._events[due], self._events[~due]
            self._learn(arrived)
            touched = [lead for lead in arrived["lead_id"].unique() if closed_at.get(lead, now) >= now]
            yield from self._list_moves(touched, now)

    def _list_moves(self, touched: Sequence[str], now: datetime) -> Iterator[Move]:
        for answer in self._score(touched, now):
            lead_id, bucket = answer["id"], answer["bucket"]
            before = self._bucket.get(lead_id, "cold")
            self._bucket[lead_id] = bucket
            if bucket != before:
                yield Move(lead_id=lead_id, at=now, before=before, after=bucket, answer=answer)

    def _learn(self, events: pd.DataFrame) -> None:
        properties = [name for name in events.columns if pd.api.types.is_float_dtype(events[name])]
        for event in events.to_dict("records"):
            self._known[event["lead_id"]].append(
                {
                    "type": event["type"],
                    "occurred_at": _say_time(event["occurred_at"]),
                    "recorded_at": _say_time(event["recorded_at"]),
                    "properties": {p: event[p] for p in properties if not math.isnan(event[p])},
                }
            )

    def _score(self, lead_ids: Sequence[str], now: datetime) -> Iterator[dict[str, Any]]:
        """Score leads, as many in one request as the server takes, and yield the answers."""
        batch: list[str] = []
        size = 0
        for body in (json.dumps(self._tell(lead_id, now), allow_nan=False) for lead_id in lead_ids):
            if batch and (size + len(body) > _BYTES_PER_REQUEST or len(batch) == _LEADS_PER_REQUEST):
                yield from self._post(batch)
                batch, size = [], 0
            batch.append(body)
            size += len(body)
        if batch:
            yield from self._post(batch)

    def _tell(self, lead_id: str, now: datetime) -> dict[str, Any]:
        """Tell what a CRM knows of a lead now, and what its colleagues did."""
        lead = self._leads[lead_id]
        told = {name: lead[name] for name in self._attributes if not pd.isna(lead[name])}
        events = list(self._known[lead_id])
        for colleague in self._colleagues.get(lead["account_id"], ()):
            if colleague != lead_id:
                events += [{**event, "lead_id": colleague} for event in self._known[colleague]]
        return {
            **told,
            "id": lead_id,
            "account_id": None if pd.isna(lead["account_id"]) else lead["account_id"],
            "created_at": _say_time(lead["created_at"]),
            "as_of": _say_time(now),
            "events": events,
        }

    def _post(self, bodies: Sequence[str]) -> list[dict[str, Any]]:
        answer = self._conversation.send("POST", "/v1/score", f"[{','.join(bodies)}]")
        self.n_scores += len(answer)
        return list(answer)


def _say_time(moment: Any) -> str:
    return str(pd.Timestamp(moment).isoformat())
