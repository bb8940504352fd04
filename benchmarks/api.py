"""Rows of the companion API: durable batches of events beside answers from memory, the cost of an exchange beside a
large account's, and its memory beside an empty FastAPI application's and a peer's sync server."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.api_load import batches, send
from benchmarks.measure import ROOT, Row, child_environment, pairs, progress, row
from benchmarks.peer import collection
from benchmarks.spawn import pss_mib, says_memory
from sync.database import Step
from sync.database.opening import open_database
from tests.fakes.processes import Process, answers, free_port
from tests.fakes.service import Account, ServiceProcess, environment

_BATCH = 20
_CONNECTIONS = 16
_FEW, _MANY = 1_000, 1_000_000


class _Learner:
    """A device that goes on sending: it knows how many events its account has."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.held = 0

    def requests(self, number: int) -> list[bytes]:
        account, held = self.account, self.held
        self.held += number * _BATCH
        return batches(
            number, _BATCH, stream=account.stream, token=account.token, device=account.session, held=held
        )  # fmt: skip


def rows(cache: Path, work: Path, *, count: int, peer: str | None) -> list[Row]:
    """`peer` names a Python with the package anki. `count` pairs of a load of 512 requests, and of single requests."""
    progress("the companion API")
    found: list[Row] = []
    with ServiceProcess(environment(work / "api")) as service, _server("api_floor.py", work) as floor:
        learners = [_Learner(service.add_account()) for _ in range(_CONNECTIONS)]
        others = [_Learner(learner.account) for learner in learners]

        def load(port: int, devices: list[_Learner]) -> float:
            return 1000 / send(port, [device.requests(32) for device in devices])

        ours, its = pairs(
            lambda: load(service.port, learners), lambda: load(floor.port, others), max(3, count // 3)
        )  # fmt: skip
        remark = f"{1000 / min(ours):,.0f} and {1000 / min(its):,.0f} batches a second, {_CONNECTIONS} connections"
        found.append(row(f"API: a durable batch of {_BATCH} events / answered from memory", ours, its, 2.0, remark))
        if says_memory():
            found += _memory(service, work, cache, peer)
    found.append(_flat(work, count))
    return found


def _flat(work: Path, count: int) -> Row:
    progress(f"an exchange with {_MANY:,} stored events beside {_FEW:,}")
    with ServiceProcess(environment(work / "few")) as few, ServiceProcess(environment(work / "many")) as many:
        learners = {service: _Learner(service.add_account()) for service in (few, many)}
        for service, learner in learners.items():
            learner.held = _FEW if service is few else _MANY
            asyncio.run(_fill(service, learner.account, learner.held))

        def exchange(service: ServiceProcess) -> float:
            return 1000 / send(service.port, [learners[service].requests(40)])

        for service in learners:
            exchange(service)
        measured = pairs(lambda: exchange(many), lambda: exchange(few), max(5, count))
        return row(f"API: a batch of {_BATCH} with {_MANY:,} events stored / with {_FEW:,}", *measured, 1.2)


async def _fill(service: ServiceProcess, account: Account, size: int) -> None:
    database = open_database(service.settings)
    for first in range(0, size, 50_000):
        args = {"user": account.user, "first": first, "count": min(50_000, size - first), "device": account.session}
        await database.write([Step(_FILL, args)])
    counted = {"user": account.user, "size": size}
    await database.write([Step("UPDATE users SET last_seq = :size, last_at = :size WHERE id = :user", counted)])
    await database.close()


_FILL = """WITH RECURSIVE n(i) AS (SELECT :first + 1 UNION ALL SELECT i + 1 FROM n WHERE i < :first + :count)
INSERT INTO events(user, seq, id, device, type, version, occurred_at, at, payload)
SELECT :user, i, printf('%08x-%04x-7000-8000-%012x', i >> 16, i & 65535, random() & 281474976710655), :device,
 'answered', 1, i, i,
 '{"attempt":"01930000-0000-7000-8000-000000000001","question":"' || hex(randomblob(16)) || '","correct":true}'
FROM n"""


def _memory(service: ServiceProcess, work: Path, cache: Path, peer: str | None) -> list[Row]:
    """After the load: what it takes steadily, and the most that it ever took."""
    remark = "MiB, not ms"
    with _server("api_empty.py", work) as empty:
        steady = [pss_mib(service.process.pid)], [pss_mib(empty.process.pid)]
    found = [row("API: memory after the load / an empty FastAPI application", *steady, 1.7, remark)]
    if peer is not None:
        with _peer_server(peer, work) as server:
            _upload(peer, collection(cache, 100_000), server.port, work)
            most = [_peak_mib(service.process.pid)], [_peak_mib(server.process.pid)]
        found.append(row("API: most memory under load / Anki's sync server with an upload", *most, 0.35, remark))
    return found


class _Server:
    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port


@contextmanager
def _server(script: str, work: Path) -> Iterator[_Server]:
    port = free_port()
    command = [sys.executable, "-m", f"benchmarks.{script.removesuffix('.py')}", str(port)]
    with _running(command, port, work / f"{script}.log", "/healthz", child_environment(work)) as server:
        yield server


@contextmanager
def _peer_server(peer: str, work: Path) -> Iterator[_Server]:
    port = free_port()
    settings = {
        "SYNC_USER1": "a:b",
        "SYNC_BASE": str(work / "anki-server"),
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": f"{port}",
        "MAX_SYNC_PAYLOAD_MEGS": "1000",
    }
    command = [peer, "-c", "from anki.syncserver import run_sync_server; run_sync_server()"]
    with _running(command, port, work / "anki-server.log", "/health", {**os.environ, **settings}) as server:
        yield server


@contextmanager
def _running(command: list[str], port: int, log: Path, path: str, environment: dict[str, str]) -> Iterator[_Server]:
    process = Process(log, lambda: answers(f"http://127.0.0.1:{port}{path}"))
    process.start(command, environment=environment)
    try:
        yield _Server(process, port)
    finally:
        process.stop()


def _upload(peer: str, source: Path, port: int, work: Path) -> None:
    script = ROOT / "benchmarks" / "peer_anki_upload.py"
    command = [peer, str(script), str(source), f"http://127.0.0.1:{port}/", str(work)]
    subprocess.run(command, check=True)


def _peak_mib(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
