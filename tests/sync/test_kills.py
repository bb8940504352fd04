"""SIGKILL of the API and of sqld under load: what was acknowledged is there, with its number, time and payload, once.
And readers that follow with a cursor while several processes write: none of them misses an event."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from sync.database import Step
from sync.database.opening import open_database
from sync.wire import WireEvent
from tests.fakes.counts import runs
from tests.fakes.load import Crowd, lost
from tests.fakes.peers import Sqld
from tests.fakes.service import Account, ServiceProcess, environment

KILLS = runs(2, 200)


@pytest.fixture
def api(new_database: dict[str, str]) -> Iterator[ServiceProcess]:
    """The API as a process, on each database."""
    with ServiceProcess(new_database) as service:
        yield service


def live(crowd: Crowd, service: ServiceProcess, kill: Callable[[], None], start: Callable[[], None]) -> None:
    """Six devices send while something is killed again and again, to the end of the last one's last request."""

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            for account in crowd.accounts * 3:
                tasks.create_task(crowd.write(account, service.settings))
            tasks.create_task(crowd.interrupt(KILLS, kill, start))

    asyncio.run(work())


def there(service: ServiceProcess, crowd: Crowd, account: Account) -> list[WireEvent]:
    """All events of an account, as a new device gets them."""
    return asyncio.run(crowd.follow(account, service.settings, lambda: len(crowd.acked[account.user])))


def check(service: ServiceProcess, crowd: Crowd) -> None:
    for account in crowd.accounts:
        assert list(lost(crowd.acked[account.user], there(service, crowd, account))) == []
        counted = "SELECT count(*), count(DISTINCT id), max(seq) FROM events WHERE user = :user"
        n = len(crowd.acked[account.user])
        assert rows(service, counted, account) == [(n, n, n)]


def rows(service: ServiceProcess, sql: str, account: Account) -> list[tuple[object, ...]]:
    async def ask() -> list[tuple[object, ...]]:
        database = open_database(service.settings)
        try:
            return (await database.write([Step(sql, {"user": account.user})]))[0]  # type: ignore[return-value]
        finally:
            await database.close()

    return asyncio.run(ask())


@pytest.mark.timeout(3600)
def test_kills_of_the_api_lose_nothing_that_was_acknowledged(api: ServiceProcess, random: Random) -> None:
    crowd = Crowd([api.add_account(), api.add_account()], random)
    live(crowd, api, api.kill, api.start)
    assert crowd.total >= KILLS
    check(api, crowd)


@pytest.mark.timeout(3600)
def test_kills_of_sqld_lose_nothing_that_was_acknowledged(sqld_server: Sqld, tmp_path: Path, random: Random) -> None:
    with ServiceProcess(environment(tmp_path / "service", TURSO_DATABASE_URL=sqld_server.url)) as service:
        crowd = Crowd([service.add_account(), service.add_account()], random)
        live(crowd, service, sqld_server.kill, sqld_server.start)
        check(service, crowd)

        # The test of the test: something that was acknowledged is taken away, moved or changed behind its back.
        account = crowd.accounts[0]
        acked = crowd.acked[account.user]
        events = there(service, crowd, account)
        assert list(lost(acked, events[:-1]))
        assert list(lost(acked, [*events, events[0]]))
        rows(service, "UPDATE events SET at = at - 1 WHERE user = :user AND seq = 2", account)
        assert list(lost(acked, there(service, crowd, account)))


@pytest.mark.timeout(600)
def test_readers_miss_nothing_while_several_processes_write(new_database: dict[str, str], random: Random) -> None:
    services = [ServiceProcess(new_database) for _ in range(runs(2, 4))]
    with ExitStack() as running, ThreadPoolExecutor() as starting:
        list(starting.map(running.enter_context, services))
        account = services[0].add_account()
        crowd = Crowd([account], random)
        goal = runs(600, 30_000)

        async def work() -> list[list[WireEvent]]:
            async with asyncio.TaskGroup() as tasks:
                writers = [tasks.create_task(crowd.write(account, each.settings)) for each in services * 3]

                def end() -> int | None:
                    return crowd.total if all(writer.done() for writer in writers) else None

                readers = [tasks.create_task(crowd.follow(account, each.settings, end)) for each in services * 2]
                await crowd.reached(goal)
                crowd.is_over.set()
            return [reader.result() for reader in readers]

        for found in asyncio.run(work()):
            assert list(lost(crowd.acked[account.user], found)) == []
