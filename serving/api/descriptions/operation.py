"""Operations: what one route takes and answers, as values, and how OpenAPI writes them down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Codes = Mapping[int, Sequence[str]]
"""Codes of problems, by the status that they come with."""

KEYED: Codes = {
    400: ("two_keys", "key_in_query", "bad_webhook_id"),
    401: ("no_key", "wrong_key", "wrong_signature", "stale_signature"),
    403: ("missing_scope", "cross_site"),
    413: ("body_too_large",),
    421: ("wrong_host",),
    429: ("too_many_wrong_keys",),
    503: ("unreadable_keys",),
}
"""What stands before every route that needs a key; a signed body is read there, so it may be too large."""
FOR_ALL: Codes = {431: ("header_too_large",)}
"""What the address and the headers together may meet, on the connection itself."""
WITH_ID: Codes = {404: ("unknown_route",), 422: ("bad_name", "too_long", "empty")}
"""What an id in the path may meet; one that is empty is no address."""
WITH_QUERY: Codes = {422: ("unknown_parameter", "bad_parameter")}
WITH_STORE: Codes = {503: ("store_unavailable",)}
WITH_BODY: Codes = {
    400: ("invalid_json", "duplicate_key", "too_deep", "damaged_body", "ambiguous_length"),
    413: ("body_too_large",),
    415: ("unsupported_media_type", "unsupported_encoding"),
    422: ("missing", "not_an_object", "too_many_keys", "bad_unicode", "not_finite"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What stands in the path, the query or the headers."""

    name: str
    place: str
    description: str
    schema: Schema
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A JSON body: its schema, and examples by name, each with a summary and a value."""

    schema: Schema
    examples: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that is no problem; `also` names a kind of text that may be asked for in its place."""

    description: str
    schema: Schema
    media_type: str = "application/json"
    also: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route.

    Attributes
    ----------
    scope
        What a key needs; None where everybody may ask.
    problems
        The codes that it may answer besides those that its scope, parameters and body bring along.
    """

    method: str
    path: str
    id: str
    tag: str
    summary: str
    description: str
    scope: str | None
    answers: Mapping[int, Answer]
    parameters: Sequence[Parameter] = ()
    body: Body | None = None
    problems: Codes = field(default_factory=dict)

    def to_openapi(self) -> dict[str, Any]:
        """Write it down as OpenAPI does."""
        told: dict[str, Any] = {
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "security": [] if self.scope is None else [{"key": [self.scope]}, {"signature": []}],
            "responses": {**_write_answers(self.answers), **_write_problems(self.list_problems(), self.answers)},
        }
        if self.parameters:
            told["parameters"] = [_write_parameter(parameter) for parameter in self.parameters]
        if self.body is not None:
            content = {"schema": self.body.schema, "examples": self.body.examples}
            told["requestBody"] = {"required": True, "content": {"application/json": content}}
        return told

    def list_problems(self) -> dict[int, list[str]]:
        """List the codes of all problems it may answer, by status."""
        places = {parameter.place for parameter in self.parameters}
        brought = [
            FOR_ALL,
            *([KEYED] if self.scope is not None else []),
            *([WITH_ID] if "path" in places else []),
            *([WITH_BODY] if self.body is not None else []),
            self.problems,
        ]
        told: dict[int, list[str]] = {}
        for codes in brought:
            for status, names in codes.items():
                told[status] = list(dict.fromkeys([*told.get(status, []), *names]))
        return dict(sorted(told.items()))


def unite(*codes: Codes) -> Codes:
    """Unite codes of several sources."""
    told: dict[int, list[str]] = {}
    for one in codes:
        for status, names in one.items():
            told.setdefault(status, []).extend(names)
    return told


def refer(name: str) -> dict[str, str]:
    """Refer to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def show(value: Any, summary: str, name: str = "usual") -> dict[str, dict[str, Any]]:
    """Return one example, as OpenAPI writes examples."""
    return {name: {"summary": summary, "value": value}}


def _write_parameter(parameter: Parameter) -> dict[str, Any]:
    told = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return told if parameter.example is None else {**told, "example": parameter.example}


def _write_answers(answers: Mapping[int, Answer]) -> dict[str, Any]:
    return {
        str(status): {
            "description": answer.description,
            "content": {
                answer.media_type: {"schema": answer.schema},
                **({} if answer.also is None else {answer.also: {"schema": {"type": "string"}}}),
            },
        }
        for status, answer in answers.items()
    }


def _write_problems(problems: Codes, answers: Mapping[int, Answer]) -> dict[str, Any]:
    return {
        str(status): _write_problem(status, codes) for status, codes in problems.items() if status not in answers
    }


def _write_problem(status: int, codes: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {"application/problem+json": {"schema": refer("ProblemBody")}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}}
    if status == 401:
        told["headers"] = {"WWW-Authenticate": {"description": "`Bearer`", "schema": {"type": "string"}}}
    return told
