"""The API while its database is away, silent, full or gone: it says so in time, loses nothing that it acknowledged, and
serves again by itself."""

import asyncio
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from msgspec import json

from sync.settings import Settings
from sync.wire import SyncAnswer
from tests.fakes import peers
from tests.fakes.disks import SmallDisk, fill
from tests.fakes.exchange import Device, Service, numbers, problem_of
from tests.fakes.peers import Sqld
from tests.fakes.service import ServiceProcess, environment

DESKTOP_WAITS_S = 10
AWAY = (503, "unavailable")


@pytest.fixture
def service(sqld_server: Sqld, tmp_path: Path) -> Iterator[Service]:
    """The API on an sqld that the test may stop."""
    with Service(Settings.from_environment(environment(tmp_path, TURSO_DATABASE_URL=sqld_server.url))) as running:
        yield running


def statuses(service: Service) -> tuple[int, int]:
    return service.request("GET", "/healthz").status_code, service.request("GET", "/readyz").status_code


def test_a_database_that_stopped_is_503_until_it_is_back(service: Service, sqld_server: Sqld) -> None:
    laptop = service.device()
    laptop.exchange(laptop.events(2))
    sent = laptop.events(2)
    assert statuses(service) == (200, 200)

    sqld_server.stop()
    assert problem_of(laptop.post(sent)) == AWAY
    assert problem_of(laptop.post()) == AWAY
    assert statuses(service) == (200, 503)
    assert problem_of(service.request("GET", "/readyz")) == AWAY

    sqld_server.start()
    assert statuses(service) == (200, 200)
    assert numbers(laptop.exchange(sent)) == {0: 3, 1: 4}


def test_a_database_that_is_silent_is_503_before_a_desktop_gives_up(service: Service, sqld_server: Sqld) -> None:
    laptop, other = service.device(), service.device()
    sent = laptop.events(3)
    client = service.here.client

    async def ask() -> list[httpx2.Response]:
        def post(device: Device, body: bytes) -> asyncio.Future[httpx2.Response]:
            return asyncio.ensure_future(client.post("/v1/sync", content=body, headers=device.account.headers))

        asked = [post(laptop, json.encode(laptop.request(sent))), post(other, json.encode(other.request()))]
        asked += [asyncio.ensure_future(client.get("/readyz")) for _ in range(25)]  # more than there are connections
        async with asyncio.timeout(DESKTOP_WAITS_S):
            assert (await client.get("/healthz")).status_code == 200
            return await asyncio.gather(*asked)

    os.kill(sqld_server.process.pid, signal.SIGSTOP)
    try:
        answers = service.run(ask())
    finally:
        os.kill(sqld_server.process.pid, signal.SIGCONT)
    assert {problem_of(response) for response in answers} == {AWAY}

    assert statuses(service) == (200, 200)
    assert numbers(laptop.exchange(sent)) == {0: 1, 1: 2, 2: 3}  # whether or not it went on with what it had been asked
    assert [event.id for event in laptop.follow()] == [event.id for event in sent]


def send_until_full(laptop: Device) -> httpx2.Response:
    """Send one request after the other until one is refused. What was acknowledged, the device holds."""
    for _ in range(200):
        sent = laptop.events(20, f'"{"x" * 1000}"')
        response = laptop.post(sent)
        if response.status_code != 200:
            return response
        laptop.take(sent, json.decode(response.content, type=SyncAnswer))
    raise AssertionError("the disk was never full")


def check_that_a_full_disk_loses_nothing(laptop: Device, second_laptop: Device, disk: Path) -> None:
    laptop.exchange(laptop.events(20))
    ballast = fill(disk)
    assert problem_of(send_until_full(laptop)) == AWAY
    held = dict(laptop.held)
    assert second_laptop.follow() == [held[seq] for seq in range(1, len(held) + 1)]  # what is there can be read

    ballast.unlink()
    after = laptop.events(5)
    assert numbers(laptop.exchange(after)) == {i: len(held) + 1 + i for i in range(5)}
    assert second_laptop.follow() == laptop.follow()


def test_a_full_disk_under_the_file_and_the_log_loses_nothing(small_disk: SmallDisk) -> None:
    disk = small_disk("2m")
    with ServiceProcess(environment(disk / "data")) as service, httpx2.Client(base_url=service.url) as client:
        account = service.add_account()

        def send(body: bytes, headers: object) -> httpx2.Response:
            return client.post("/v1/sync", content=body, headers=headers)  # type: ignore[arg-type]

        laptop, second_laptop = Device(account, send), Device(account, send)
        check_that_a_full_disk_loses_nothing(laptop, second_laptop, disk)
        assert client.get("/readyz").status_code == 200
        service.stop()
        with closing(sqlite3.connect(service.settings.accounts_file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("SELECT count(*) FROM events").fetchone() == (len(laptop.held),)


def test_a_full_disk_under_sqld_loses_nothing(small_disk: SmallDisk, tmp_path: Path) -> None:
    disk = small_disk("4m")
    with peers.sqld(disk / "sqld") as server:
        settings = Settings.from_environment(environment(tmp_path, TURSO_DATABASE_URL=server.url))
        with Service(settings) as service:
            laptop = service.device()
            check_that_a_full_disk_loses_nothing(laptop, service.device(laptop.account), disk)


@pytest.mark.parametrize("by", ["removal", "replacement"])
def test_a_file_that_was_taken_away_takes_nothing_more(by: str, tmp_path: Path) -> None:
    """What is written to a removed file is gone with the process: no event may be acknowledged from there."""
    settings = Settings.from_environment(environment(tmp_path))
    with Service(settings) as service:
        laptop = service.device()
        laptop.exchange(laptop.events(2))
        sent = laptop.events(2)
        there = settings.accounts_file
        away = there.rename(tmp_path / "away.db")
        if by == "replacement":
            there.write_bytes(away.read_bytes())
        assert problem_of(laptop.post(sent)) == AWAY
        assert problem_of(laptop.post()) == AWAY
        assert statuses(service) == (200, 503)

        away.rename(there)
        assert statuses(service) == (200, 200)
        assert numbers(laptop.exchange(sent)) == {0: 3, 1: 4}


def test_a_file_on_a_disk_that_may_not_be_written_stops_the_start_with_a_message(small_disk: SmallDisk) -> None:
    disk = small_disk("2m")
    settings = environment(disk / "data")
    with Service(Settings.from_environment(settings)):
        pass
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    refused = ServiceProcess(settings).run("serve")
    assert refused.returncode == 2
    assert refused.stderr.startswith("pingtopass-sync: the database cannot be used: ")
