"""Fuzzing: requests drawn from the OpenAPI document, good and bad, and what is wrong with their answers."""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Keys are tried by tests of their own; here a made-up one would only end in 401.
_CONFIG = {
    "generation": {"with-security-parameters": False},
    "checks": {"negative_data_rejection": {"expected-statuses": ["400", "404", "413", "415", "422", "431"]}},
}
# Each item of an array is taken or refused by itself, so an array of bad ones is answered with 200.
_ANSWERED_BY_ITEM = frozenset({"tell_events", "tell_stages", "tell_contacts"})
# Their bodies take any further field, and a changed name of a known one is such a field: with a warning, by intent.
_OPEN = frozenset({"tell_lead", "tell_account"})
_NEVER_WRONG = _ANSWERED_BY_ITEM | _OPEN
_MOST_AT_ONCE = 15
_SECONDS = 20
_MOST_TOLD = 600


@dataclass(slots=True)
class Findings:
    """What was asked and answered: requests by operation, answers by status, and what was wrong, each kind once."""

    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def n_requests(self) -> int:
        """How many requests were answered."""
        return self.statuses.total()

    @property
    def n_server_errors(self) -> int:
        """How many answers said that something broke on our side."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many requests are sent at least, what draws them, and the ids by which paths meet what is there."""

    n_requests: int
    seed: int
    ids: Mapping[str, Sequence[str]]


def fuzz(address: str, plan: Plan, on_round: Callable[[Findings], None] = lambda _: None) -> Findings:
    """Ask a service by its own document until enough was asked, in rounds over all operations."""
    findings, session = Findings(), requests.Session()
    document = session.get(f"{address}/openapi.json", timeout=_SECONDS).json()
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(_CONFIG))
    # One that cannot be read stops everything: the document is ours.
    operations: list[Any] = [cast(Any, found).ok() for found in schema.get_all_operations()]
    # Most operations can be asked in both modes, and those that take nothing once.
    at_once = max(2, min(_MOST_AT_ONCE, plan.n_requests // (2 * len(operations)) + 1))
    for number in itertools.count(plan.seed):
        asking = _Asking(address, plan, session, findings, number, at_once)
        for operation in operations:
            for mode in GenerationMode:
                _ask(operation, mode, asking)
        on_round(findings)
        if findings.n_requests >= plan.n_requests:
            return findings
    raise AssertionError("the rounds end when enough was asked")


@dataclass(frozen=True, slots=True)
class _Asking:
    address: str
    plan: Plan
    session: requests.Session
    findings: Findings
    number: int
    at_once: int


def _ask(operation: Any, mode: GenerationMode, asking: _Asking) -> None:
    ids = st.fixed_dictionaries({name: st.sampled_from([None, *known]) for name, known in asking.plan.ids.items()})

    @seed(asking.number)
    @settings(
        max_examples=asking.at_once,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), ids=ids)
    def ask(case: Any, ids: Mapping[str, str | None]) -> None:
        if mode == GenerationMode.POSITIVE and case.method != "DELETE":
            known = {name: ids[name] for name in case.path_parameters if ids.get(name)}
            case.path_parameters.update(known)
        _check(case, asking)

    try:
        ask()
    except Unsatisfiable:
        # What takes nothing cannot be asked in a wrong way.
        if mode == GenerationMode.POSITIVE:
            raise


def _check(case: Any, asking: _Asking) -> None:
    response = case.call(base_url=asking.address, session=asking.session, timeout=_SECONDS)
    findings, name = asking.findings, case.operation.definition.raw["operationId"]
    findings.asked[name] += 1
    findings.statuses[response.status_code] += 1
    checks = [check for check in _CHECKS if check is not negative_data_rejection or name not in _NEVER_WRONG]
    try:
        case.validate_response(response, checks=checks)
    except (Failure, FailureGroup) as error:
        failures = error.exceptions if isinstance(error, FailureGroup) else [error]
        for failure in failures:
            what = f"{name}: {getattr(failure, 'title', type(failure).__name__)}: {response.status_code}"
            told = (str(failure), case.as_curl_command(), response.text)
            findings.wrong.setdefault(what, "\n".join(part[:_MOST_TOLD] for part in told))
