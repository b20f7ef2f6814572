"""The memory of a campaign: what was sent, and what was answered so that it must never be lost."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One request: what it tells of one lead, and the tokens by which the store is searched for it later."""

    kind: Literal["lead", "events"]
    lead_id: str
    tokens: tuple[str, ...]
    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    makes_hot: bool = False


class Memory:
    """What callers remember; any thread may write."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.sent_events: set[tuple[str, str]] = set()
        self.known_events: set[tuple[str, str]] = set()
        self.sent_versions: dict[str, list[str]] = {}
        self.known_versions: dict[str, list[str]] = {}
        self.hot_leads: set[str] = set()
        self.refused: list[str] = []
        self.n_answers = self.n_unanswered = 0

    def send(self, fact: Fact) -> None:
        """Remember that a fact is about to be sent."""
        with self._guard:
            if fact.kind == "events":
                self.sent_events.update((fact.lead_id, token) for token in fact.tokens)
            else:
                _append(self.sent_versions, fact)

    def acknowledge(self, fact: Fact) -> None:
        """Remember that a fact was answered with success."""
        with self._guard:
            self.n_answers += 1
            if fact.kind == "events":
                self.known_events.update((fact.lead_id, token) for token in fact.tokens)
            else:
                _append(self.known_versions, fact)
            if fact.makes_hot:
                self.hot_leads.add(fact.lead_id)

    def miss(self) -> None:
        """Remember that a request broke off without an answer."""
        with self._guard:
            self.n_unanswered += 1

    def refuse(self, answer: str) -> None:
        """Remember an answer that no fact of ours deserves."""
        with self._guard:
            self.refused.append(answer)


def _append(versions: dict[str, list[str]], fact: Fact) -> None:
    listed = versions.setdefault(fact.lead_id, [])
    if fact.tokens[0] not in listed:
        listed.append(fact.tokens[0])
