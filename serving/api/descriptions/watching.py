"""Watching: the routes that tell operators and their machines how the service is, and describe it."""

from collections.abc import Sequence
from typing import Any

from serving.api.descriptions.operation import Answer, Operation, refer

TAG = "Service"
_TEXT: dict[str, Any] = {"type": "string"}


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [
        _ask("/healthz", "healthz", "Is the process alive?", "It answers.", {200: _answer("It is", "AliveBody")}),
        _ask(
            "/readyz",
            "readyz",
            "Can it score and store?",
            "The first trouble is the reason; not all troubles keep it from working.",
            {200: _answer("It can", "ReadyBody"), 503: _answer("It cannot, for this reason", "ReadyBody")},
        ),
        Operation(
            method="GET",
            path="/metrics",
            id="metrics",
            tag=TAG,
            scope="read",
            summary="Counts, for Prometheus",
            description="Names of routes, never words of callers.",
            answers={
                200: Answer(description="Prometheus' text format", schema=_TEXT, media_type="text/plain"),
            },
        ),
        _ask(
            "/openapi.json",
            "openapi",
            "This document",
            "Built for the model in force.",
            {200: Answer(description="OpenAPI 3.1", schema={"type": "object"})},
        ),
        _ask(
            "/docs",
            "docs",
            "This document as a page",
            "Without scripts.",
            {200: Answer(description="HTML", schema=_TEXT, media_type="text/html")},
        ),
    ]


def _ask(path: str, name: str, summary: str, description: str, answers: dict[int, Answer]) -> Operation:
    return Operation(
        method="GET",
        path=path,
        id=name,
        tag=TAG,
        scope=None,
        summary=summary,
        description=description,
        answers=answers,
    )


def _answer(description: str, body: str) -> Answer:
    return Answer(description=description, schema=refer(body))
