"""Permutations: one history told in any order, repeated and cut anyhow, ends in the same scores to the bit.

Run as ``python -m tests.campaigns.permutations``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import typer
from sqlalchemy import Connection, select

from features.times import DAY, SECOND
from serving.championing import ScorerInForce
from serving.store.database import Database
from serving.store.leads import LeadRecord, read_leads
from serving.store.tables import accounts, events
from serving.usecases.histories import Histories, Reading
from serving.usecases.ingesting import ingest, score_records
from serving.usecases.standing import take_standing
from serving.usecases.told import Command, Item, ToldAccount, ToldEvent, ToldLead, ToldStage
from tests.campaigns.command import NOW, prove
from tests.campaigns.grounds import EASY_TERMS

_N_LEADS, _N_ACCOUNTS = 8, 3
_EVENTS_A_LEAD = 12
_TYPES = ("download", "email opened", "form", "pricing visit", "visit", "webinar", "unheard of")
_STAGES = ("mql", "sql", "opportunity", "customer", "lost", "recycled")
_SPAN = 40 * DAY
# Of one lead in every history nothing is known but events: it is never told of.
_UNTOLD = _N_LEADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a history comes to: of each lead what is true of it and its score's bits, and all events."""

    leads: tuple[tuple[Any, ...], ...]
    events: tuple[tuple[Any, ...], ...]
    accounts: tuple[tuple[Any, ...], ...]


def invent_history(seed: int, now: int) -> list[Item]:
    """Invent versions of leads and accounts, stage changes and events, in the order in which they happened."""
    random = Random(seed)
    told: list[Item] = []
    for number in range(_N_LEADS):
        told += _tell_lead(random, f"lead-{number}", now)
    told += [_tell_account(random, number % _N_ACCOUNTS, now) for number in range(2 * _N_ACCOUNTS)]
    for number in range((_N_LEADS + 1) * _EVENTS_A_LEAD):
        told.append(_tell_event(random, f"lead-{number % (_UNTOLD + 1)}", number, now))
    return told


def tell_history(
    database: Database, told: Sequence[Item], prefix: str, seed: int, in_force: ScorerInForce, now: int
) -> Outcome:
    """Tell a history under ids of its own in an order of its own, and look at all leads at one moment.

    Parameters
    ----------
    prefix
        Begins the ids, so that many tellings share one store.
    seed
        Chooses the order, what is told again, and how it is cut.
    """
    random = Random(seed)
    histories = Histories(in_force.scorer.feature_set)
    for step, items in enumerate(_shuffle_and_cut(random, told)):
        _commit(database, [_rename(item, prefix) for item in items], in_force, histories, now + step)
    return _read_outcome(database, prefix, in_force, histories, now + DAY)


def count_outcomes(url: str, in_force: ScorerInForce, n_tellings: int, seed: int, now: int) -> dict[str, int]:
    """Tell one history in many orders, and count the outcomes there are: one, if the order is nothing."""
    database, told = Database(url), invent_history(seed, now)
    outcomes = {
        tell_history(database, told, f"telling-{number}", seed + number, in_force, now)
        for number in range(n_tellings)
    }
    database.close()
    return {"tellings": n_tellings, "outcomes": len(outcomes), "events": len(next(iter(outcomes)).events)}


def _tell_lead(random: Random, lead_id: str, now: int) -> Iterator[Item]:
    created_at = now - _SPAN
    # Each stage is told once: of one told again later the store keeps the first moment, as "since".
    stages = random.sample(_STAGES, 5)
    # The second and the third version speak of one moment.
    for version, moment in enumerate((1, 2, 2)):
        account = random.choice([None, *range(_N_ACCOUNTS)])
        yield ToldLead(
            id=lead_id,
            attributes=f'{{"employees":{random.choice((9, 9_000))},"mark_0":"{random.choice(("red", "blue"))}"}}',
            account_id=None if account is None else f"account-{account}",
            created_at=created_at + version * SECOND,
            told_at=created_at + moment * DAY,
            stage=random.choice([None, stages[version]]),
        )
    for number, stage in enumerate(stages[3 : 3 + random.randint(0, 2)]):
        at = now - random.randrange(_SPAN)
        yield ToldStage(lead_id=lead_id, key=number.to_bytes(16, "big"), stage=stage, occurred_at=at)


def _tell_account(random: Random, number: int, now: int) -> ToldAccount:
    attributes = f'{{"industry":"{random.choice(("Software", "Retail"))}","revenue":{random.randint(1, 10**6)}}}'
    return ToldAccount(id=f"account-{number}", attributes=attributes, told_at=now - random.randrange(_SPAN))


def _tell_event(random: Random, lead_id: str, number: int, now: int) -> ToldEvent:
    # Few moments, so that events of one moment have to find an order of their own.
    at = now - random.randrange(20) * 2 * DAY - random.randrange(2)
    properties = random.choice([None, f'{{"pages":{random.random() * 20!r}}}'])
    key = random.randbytes(16)
    return ToldEvent(lead_id=lead_id, key=key, type=random.choice(_TYPES), occurred_at=at, properties=properties)


def _shuffle_and_cut(random: Random, told: Sequence[Item]) -> Iterator[Sequence[Item]]:
    again = random.sample(list(told), len(told) // 4)
    rest = random.sample([*told, *again], len(told) + len(again))
    largest = random.choice((1, 5, 40, len(rest)))
    while rest:
        size = random.randint(1, largest)
        yield rest[:size]
        rest = rest[size:]


def _rename(item: Any, prefix: str) -> Any:
    names = {name for name in ("id", "lead_id", "account_id") if getattr(item, name, None) is not None}
    return replace(item, **{name: f"{prefix}-{getattr(item, name)}" for name in names})


def _commit(
    database: Database, items: Sequence[Item], in_force: ScorerInForce, histories: Histories, now: int
) -> None:
    with database.writing() as connection:
        standing = take_standing(connection, now=now, in_force=in_force, terms=EASY_TERMS)
        ingested = ingest(connection, [Command(items=tuple(items))], standing, histories)
    if ingested.reading is not None:
        ingested.reading.keep()


def _read_outcome(
    database: Database, prefix: str, in_force: ScorerInForce, histories: Histories, at: int
) -> Outcome:
    with database.writing() as connection:
        records = read_leads(connection, {f"{prefix}-lead-{number}" for number in range(_N_LEADS)})
        ordered = [records[lead_id] for lead_id in sorted(records)]
        standing = take_standing(connection, now=at, in_force=in_force, terms=EASY_TERMS)
        # What is remembered and what is read anew must come to the same.
        warm, _ = score_records(connection, ordered, standing, Reading.of(histories))
        cold, _ = score_records(connection, ordered, standing, Reading.of(Histories(in_force.scorer.feature_set)))
        assert warm.scores.log_odds.tobytes() == cold.scores.log_odds.tobytes(), "memory and store disagree"
        scores = zip(cold.scores.log_odds.tolist(), cold.scores.bucket.tolist(), strict=True)
        return Outcome(
            leads=tuple(
                (*_say(record, prefix), odds.hex(), bucket)
                for record, (odds, bucket) in zip(ordered, scores, strict=True)
            ),
            events=tuple(
                _list_rows(connection, events, "lead_id", prefix, ("key", "type", "occurred_at", "properties"))
            ),
            accounts=tuple(_list_rows(connection, accounts, "id", prefix, ("attributes", "told_at"))),
        )


def _say(record: LeadRecord, prefix: str) -> tuple[Any, ...]:
    account = None if record.account_id is None else record.account_id.removeprefix(prefix)
    told = record.attributes, record.created_at, record.told_at, record.stage, record.stage_at, record.is_open
    return record.id.removeprefix(prefix), account, *told


def _list_rows(
    connection: Connection, table: Any, its_id: str, prefix: str, names: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    chosen = select(table.c[its_id], *(table.c[name] for name in names)).where(
        table.c[its_id].startswith(f"{prefix}-", autoescape=True)
    )
    for row in sorted(connection.execute(chosen), key=repr):
        yield row[0].removeprefix(prefix), *row[1:]


def main(n_tellings: int = 500, seed: int = 1) -> None:
    """Tell one history in many orders; exit with 1 if the order matters."""
    prove(lambda url, in_force: count_outcomes(url, in_force, n_tellings, seed, NOW), {"outcomes": 1})


if __name__ == "__main__":
    typer.run(main)
