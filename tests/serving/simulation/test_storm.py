"""Storms: whatever turns many leads hot at once, each has one alert, and each owner hears of it once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from features.times import DAY
from serving.usecases.rescoring import MOST_AT_ONCE
from serving.usecases.told import ToldLead
from tests.serving.simulation.heat import put_in_force
from tests.serving.simulation.storm import check_storm, hire_owners, invent_items, let_digests_go, sweep, tell_all
from tests.serving.simulation.world import HOUR, World

Make = Callable[..., World]
_LEADS, _HOT, _OWNERS = 2_000, 200, 20


def test_a_promotion_tells_each_owner_once(world: World) -> None:
    """A lower threshold turns a tenth of all leads hot: one alert each, one digest an owner, no single message."""
    owners = _fill(world)
    world.promote(put_in_force("2", hot_from=3))
    sweep(world)
    let_digests_go(world)
    check_storm(world, _HOT, owners)


def test_a_promotion_at_night_is_told_in_the_morning(world: World) -> None:
    """A sweep that ends in quiet hours lets its digests go when they are over, to each owner in their zone."""
    world.now -= 9 * HOUR
    owners = _fill(world, zone="Europe/Helsinki", quiet_hours="21:00-09:00")
    world.promote(put_in_force("2", hot_from=3))
    sweep(world)
    let_digests_go(world)
    assert not world.receivers.sendings
    world.run_until(world.now + 6 * HOUR)
    check_storm(world, _HOT, owners)


def test_a_worker_that_died_is_replaced_in_the_middle_of_a_sweep(world: World) -> None:
    """A worker that knows nothing but the store ends what another began."""
    owners = _fill(world)
    world.promote(put_in_force("2", hot_from=3))
    assert world.worker.do_round() == MOST_AT_ONCE
    world.restart()
    sweep(world)
    let_digests_go(world)
    check_storm(world, _HOT, owners)


def test_two_workers_on_postgresql_share_a_sweep(make_world: Make, postgres_url: str) -> None:
    """Two workers at once do what one would have done."""
    world = make_world(postgres_url)
    owners = _fill(world)
    world.promote(put_in_force("2", hot_from=3))
    workers = [world.worker, world.hire_worker()]
    with ThreadPoolExecutor(2) as pool:
        while sum(pool.map(lambda worker: worker.do_round(), workers)):
            world.now += 1
        world.now += HOUR
        while sum(pool.map(lambda worker: worker.do_round() + worker.deliver(is_retry=False), workers)):
            world.now += 1
    check_storm(world, _HOT, owners)
    assert world.read("SELECT count(*) FROM scores WHERE origin = 'promotion'") == [(_LEADS,)]


def test_an_import_tells_each_owner_once(world: World) -> None:
    """A thousand hot leads under the name of an import, over many requests, make one digest an owner."""
    world.promote(put_in_force("1", hot_from=3))
    owners = hire_owners(world, _OWNERS)
    tell_all(world, invent_items(world, 1_000, 1_000, owners, batch="fair"))
    let_digests_go(world)
    check_storm(world, 1_000, owners)


def test_a_backfill_tells_each_owner_once(world: World) -> None:
    """Events older than a day are no news one by one, whoever forgot to name them an import."""
    world.promote(put_in_force("1", hot_from=3))
    owners = hire_owners(world, _OWNERS)
    items = list(invent_items(world, 1_000, 1_000, owners, age=DAY + HOUR))
    tell_all(world, [replace(i, created_at=world.now - 2 * DAY) for i in items if isinstance(i, ToldLead)])
    tell_all(world, [item for item in items if not isinstance(item, ToldLead)])
    let_digests_go(world)
    check_storm(world, 1_000, owners)


def test_a_replay_tells_nobody_twice(world: World) -> None:
    """The same leads and events, told again after the digests went, change nothing that anybody hears of."""
    world.promote(put_in_force("1", hot_from=3))
    owners = hire_owners(world, _OWNERS)
    items = list(invent_items(world, 300, 300, owners, batch="fair"))
    tell_all(world, items)
    let_digests_go(world)
    journal = world.read("SELECT * FROM journal")
    assert tell_all(world, items) == {"unchanged": 300, "duplicate": 900}
    let_digests_go(world)
    check_storm(world, 300, owners)
    assert world.read("SELECT * FROM journal") == journal


def test_a_clock_that_goes_back_keeps_no_worker_busy(world: World) -> None:
    """Colleagues of somebody who moved are looked at once the clock is there again, and once only."""
    tell_all(world, [ToldLead(id=f"lead-{n:03}", attributes="{}", account_id="one") for n in range(600)])
    world.now += HOUR
    world.work()
    world.now += HOUR
    world.tell(*world.list_visits("lead-000", 1))
    world.now -= HOUR // 2
    assert world.work() == 1
    world.now += HOUR
    # Each hundred takes a round, the first moment one, and one finds nothing any more.
    assert world.work() <= 599 // MOST_AT_ONCE + 2
    assert world.read("SELECT count(*) FROM leads WHERE scored_at = :now", now=world.now) == [(599,)]


def _fill(world: World, **told: object) -> list[str]:
    owners = hire_owners(world, _OWNERS, **told)
    tell_all(world, invent_items(world, _LEADS, _HOT, owners))
    assert world.read("SELECT count(*) FROM alerts") == [(0,)]
    return owners
