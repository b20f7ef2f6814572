"""Championing: holds the scorer in force, and puts its successor in force without a failed request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from features import engine
from features.times import DAY
from models.artifact import DamagedArtifact, MismatchingArtifact
from models.champion import Champion, UnreadableChampion, find_champion
from models.scorer import LeadScorer
from serving.proofs import has_proof, record_proof
from serving.proving import RefusedArtifact, load_proven, prove_artifact
from serving.usecases.scoring import AskedLead, ToldEvents, score_leads

logger = logging.getLogger("hotlead.champion")

LOOK_EVERY_SECONDS = 0.5
# A refused model may be mended in place, or have failed for want of memory.
TRY_AGAIN_SECONDS = 60.0
# Enough leads at once to take the paths of long arrays too.
_PRACTICE_LEADS = 100


class NoScorer(LookupError):
    """No model can score yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerInForce:
    """A scorer and the champion it was loaded from; a request keeps the one it started with."""

    champion: Champion
    scorer: LeadScorer


class Championing:
    """Watches the home for the champion and holds its scorer.

    Parameters
    ----------
    home
        The product's home folder.
    on_refusal, on_swap
        Called once a refused model, and once a model put in force.
    prove
        Tries a model before it is loaded here.
    """

    def __init__(
        self,
        home: Path,
        *,
        on_refusal: Callable[[], None] = lambda: None,
        on_swap: Callable[[ScorerInForce], None] = lambda _: None,
        prove: Callable[[Path, str], Awaitable[None]] = prove_artifact,
    ) -> None:
        self.home = home
        self.in_force: ScorerInForce | None = None
        self.trouble: str | None = "the service has not looked for a model yet"
        self._on_refusal, self._on_swap, self._prove = on_refusal, on_swap, prove
        self._refused: Champion | None = None
        self._try_again_at = 0.0

    def get(self) -> ScorerInForce:
        """Get the scorer in force.

        Raises
        ------
        NoScorer
            If there is none, with the reason.
        """
        if self.in_force is None:
            raise NoScorer(self.trouble)
        return self.in_force

    async def watch(self, every: float = LOOK_EVERY_SECONDS) -> None:
        """Look for a new champion until cancelled; nothing that goes wrong with one ends the watch."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the watch must outlive what nobody thought of
                self._report(f"looking for the champion failed: {type(error).__name__}")
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Look once, and put a new champion in force if it stands its proof."""
        try:
            champion = find_champion(self.home)
        except (UnreadableChampion, OSError) as error:
            return self._report(str(error))
        if champion is None:
            if self.in_force is None:
                self.trouble = "no model is in force: run `hotlead train`, then `hotlead promote`"
        elif self.in_force is not None and champion == self.in_force.champion:
            self.trouble = None
        elif champion != self._refused or asyncio.get_running_loop().time() >= self._try_again_at:
            await self._take(champion)
        return None

    async def _take(self, champion: Champion) -> None:
        if self.in_force is None:
            self.trouble = f"model version {champion.version} is being loaded"
        folder = champion.folder(self.home)
        try:
            if not await asyncio.to_thread(has_proof, folder, champion.fingerprint):
                await self._prove(folder, champion.fingerprint)
            scorer = await asyncio.to_thread(_load_warm, folder, champion.fingerprint)
            await asyncio.to_thread(record_proof, folder, champion.fingerprint)
        except (RefusedArtifact, DamagedArtifact, MismatchingArtifact, OSError) as error:
            return self._refuse(champion, str(error))
        self.in_force, self.trouble, self._refused = ScorerInForce(champion=champion, scorer=scorer), None, None
        logger.info("model version %s is in force", champion.version)
        self._on_swap(self.in_force)
        return None

    def _refuse(self, champion: Champion, why: str) -> None:
        self._try_again_at = asyncio.get_running_loop().time() + TRY_AGAIN_SECONDS
        if champion != self._refused:
            self._refused = champion
            self._on_refusal()
        self._report(f"model version {champion.version} was refused: {why}")

    def _report(self, trouble: str) -> None:
        if trouble != self.trouble:
            logger.error("%s", trouble)
        self.trouble = trouble


def _load_warm(folder: Path, fingerprint: str) -> LeadScorer:
    """Load a scorer and let it practise, so that no caller waits for what is done once."""
    scorer = load_proven(folder, fingerprint)
    engine.warm_up()
    scorer.warm_up()
    for n_leads in (1, _PRACTICE_LEADS):
        for most_reasons in (0, 3):
            score_leads(_invent_leads(scorer, n_leads), scorer, most_reasons=most_reasons)
    return scorer


def _invent_leads(scorer: LeadScorer, n_leads: int) -> list[AskedLead]:
    types = (*scorer.feature_set.types, "another")
    events = ToldEvents(
        types=types,
        lead_ids=(None, "a colleague", *[None] * len(types))[: len(types)],
        occurred_at=[99 * DAY] * len(types),
        recorded_at=[99 * DAY] * len(types),
        amounts=[[1.0] * len(types) for _ in scorer.feature_set.quantities],
    )
    attributes = {
        column.name: 1.0 if column.is_number else "practice" for column in scorer.feature_set.schema.columns
    }
    return [
        AskedLead(id=str(row), account_id="practice", as_of=100 * DAY, attributes=attributes, events=events)
        for row in range(n_leads)
    ]
