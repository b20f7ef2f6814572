"""POST /v1/score: scores of one lead or of many, without storing anything."""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from features.times import to_datetime
from serving.api.answering import Reply, answer
from serving.api.attributes import BadField
from serving.api.bodies import read_json_body
from serving.api.plain_bodies import PlainReader
from serving.api.reading import Wanted, read_leads
from serving.api.schemas import ReasonBody, ScoreBody
from serving.api.strict_json import MOST_KEYS, decode
from serving.championing import Championing, ScorerInForce
from serving.meters import Meters
from serving.usecases.scoring import AskedLead, ScoredLead, score_leads

MOST_REASONS = 10
_USUAL_REASONS = 3
# A lead with twenty events is about 3 KB; what is larger would hold up the callers behind it.
_WORTH_A_THREAD_BYTES = 64 * 1024
_WORTH_A_THREAD_LEADS = 50
_REASONS = re.compile(rb"[0-9]{1,2}")
_ENCODER = msgspec.json.Encoder()
_T = TypeVar("_T")


class ScoreEndpoint:
    """The hot path: a bare ASGI application, from bytes to bytes.

    Parameters
    ----------
    championing
        Holds the scorer in force.
    clock
        Returns the moment of leads that name none, in microseconds.
    meters
        What counts.
    body_limit
        The most bytes of a body.
    """

    def __init__(
        self, championing: Championing, *, clock: Callable[[], int], meters: Meters, body_limit: int
    ) -> None:
        self._championing, self._clock, self._meters, self._limit = championing, clock, meters, body_limit
        self._workers = ThreadPoolExecutor(1, thread_name_prefix="scoring")
        self._readers: tuple[ScorerInForce, _Readers] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await answer(self._answer(scope, receive), send, self._meters)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        body = await read_json_body(scope, receive, self._limit)
        most_reasons = read_most_reasons(scope["query_string"])
        in_force = self._championing.get()
        readers, now = self._get_readers(in_force), self._clock()
        is_long = len(body) > _WORTH_A_THREAD_BYTES
        is_many, asked = await self._run(is_long, lambda: _read(body, readers, now))
        is_long = is_long or len(asked) > _WORTH_A_THREAD_LEADS
        answered = await self._run(is_long, lambda: _score(asked, is_many, in_force, most_reasons))
        self._meters.leads.inc(len(asked))
        if n_warned := sum(1 for lead in asked if lead.warnings):
            self._meters.warned.inc(n_warned)
        return Reply(body=answered)

    async def _run(self, is_long: bool, work: Callable[[], _T]) -> _T:
        if not is_long:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    def _get_readers(self, in_force: ScorerInForce) -> "_Readers":
        if self._readers is None or self._readers[0] is not in_force:
            feature_set = in_force.scorer.feature_set
            self._readers = in_force, _Readers(PlainReader(feature_set), Wanted.by(feature_set))
        return self._readers[1]


class _Readers(NamedTuple):
    plain: PlainReader
    strict: Wanted


def read_most_reasons(query: bytes) -> int:
    """Read how many reasons a score may have from the query string.

    Raises
    ------
    BadField
        If it is no whole number from 0 to 10, or another parameter is named.
    """
    if not query:
        return _USUAL_REASONS
    name, _, value = query.partition(b"=")
    if name != b"reasons":
        raise BadField("unknown_parameter", "the only query parameter is reasons")
    if not _REASONS.fullmatch(value) or int(value) > MOST_REASONS:
        raise BadField("bad_parameter", f"give reasons once, from 0 to {MOST_REASONS}")
    return int(value)


def write_score(scored: ScoredLead, model_version: str) -> ScoreBody:
    """Write a score as the body of an answer."""
    asked = scored.asked
    return ScoreBody(
        id=asked.id,
        probability=scored.probability,
        score=scored.score,
        bucket=scored.bucket,
        reasons=[
            ReasonBody(text=reason.sentence, effect=reason.effect, direction=reason.direction)
            for reason in scored.reasons
        ],
        low_confidence=scored.low_confidence,
        model_version=model_version,
        as_of=to_datetime(asked.as_of),
        warnings=list(asked.warnings),
        probability_withheld=scored.withheld or msgspec.UNSET,
    )


def _read(body: bytes, readers: _Readers, now: int) -> tuple[bool, list[AskedLead]]:
    lead = readers.plain.find_lead(body, now)
    if lead is not None:
        return False, [lead]
    told = decode(body, MOST_KEYS + len(readers.strict.readers))
    return type(told) is list, read_leads(told, readers.strict, now)


def _score(asked: Sequence[AskedLead], is_many: bool, in_force: ScorerInForce, most_reasons: int) -> bytes:
    version = in_force.champion.version
    answers: Any = [
        write_score(scored, version) for scored in score_leads(asked, in_force.scorer, most_reasons=most_reasons)
    ]
    return _ENCODER.encode(answers if is_many else answers[0])
