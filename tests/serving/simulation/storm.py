"""Storms: many leads that turn hot at once, by a promotion or by bulk, and what their owners hear of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from features.times import SECOND
from serving.usecases.told import Item, ToldLead
from tests.serving.simulation.world import HOUR, World

AT_ONCE = 500
HOT, COLD = 3, 1


def hire_owners(world: World, n_owners: int, **told: Any) -> list[str]:
    """Hire owners, each with a channel."""
    owners = [f"owner-{number:02}" for number in range(n_owners)]
    for owner in owners:
        world.add_person(owner, urls=[f"hook-{owner}"], **told)
    return owners


def invent_items(world: World, n_leads: int, n_hot: int, owners: Sequence[str], **more: Any) -> Iterator[Item]:
    """Invent leads one after the other, the hot ones spread among them, each with the visits it has made."""
    step = n_leads // n_hot
    batch = more.get("batch", "")
    for number in range(n_leads):
        lead_id = f"lead-{number:06}"
        yield ToldLead(id=lead_id, attributes="{}", owner_id=owners[number // step % len(owners)], batch=batch)
        visits = HOT if number % step == 0 else COLD
        yield from world.list_visits(lead_id, visits, age=more.get("age", HOUR), batch=batch)


def tell_all(world: World, items: Iterable[Item]) -> Counter[str]:
    """Tell in requests of many items, some time apart, and count the answers."""
    answers: Counter[str] = Counter()
    waiting = iter(items)
    while told := list(islice(waiting, AT_ONCE)):
        answers.update(answer.status for answer in world.tell(*told))
        world.now += SECOND // 10
    return answers


def sweep(world: World) -> int:
    """Let the worker look at every lead, a second a round, and return how many rounds that took."""
    rounds = 0
    while world.worker.do_round():
        world.now += SECOND
        rounds += 1
    return rounds


def check_storm(world: World, n_hot: int, owners: Sequence[str]) -> None:
    """Check that every hot lead has one alert, and every owner heard of theirs in one digest and nothing else."""
    assert world.read("SELECT count(*) FROM alerts") == [(n_hot,)]
    assert world.read("SELECT DISTINCT form, state FROM alerts") == [("digest", "told")]
    assert len(world.read("SELECT recipient_id FROM digests")) == len(owners)
    kinds = Counter((one.message.recipient_id, one.message.kind) for one in world.receivers.sendings)
    assert kinds == dict.fromkeys([(owner, "lead.digest") for owner in owners], 1)
    told = [len(one.message.lines) + one.message.more for one in world.receivers.sendings]
    assert sum(told) == n_hot


def let_digests_go(world: World) -> None:
    """Let as much time pass as a digest gathers."""
    world.run_until(world.now + HOUR)
