"""The command `pingtopass-sync`: making administrators, starting, stopping. On both databases where one is involved."""

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from msgspec import json

from sync.wire import SyncAnswer
from tests.fakes.counts import IS_SOAK
from tests.fakes.peers import Sqld
from tests.fakes.service import Account, ServiceHere, ServiceProcess, environment
from tests.sync.api.polling import wait_until
from tests.sync.api.pushing import body, events
from tests.sync.api.sockets import connected, head, hear


@pytest.fixture
def beside(tmp_path: Path, on_database: dict[str, str]) -> ServiceProcess:
    """A service on each database that does not run: its commands do."""
    process = ServiceProcess(environment(tmp_path, **on_database))
    process.run("migrate")
    return process


@pytest.fixture
def on_file(tmp_path: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess(environment(tmp_path)) as running:
        yield running


def _role(process: ServiceProcess, account: Account) -> str:
    """As the account's owner sees it."""

    async def ask() -> httpx2.Response:
        async with ServiceHere(process.settings) as service:
            return await service.client.get("/v1/me", headers=account.headers)

    return asyncio.run(ask()).json()["role"]


def _said(done: "subprocess.CompletedProcess[str]") -> tuple[int, str, str]:
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def test_an_account_is_made_an_administrator_s_and_a_learner_s_again(beside: ServiceProcess) -> None:
    email = f"ada-{beside.port}@example.com"
    account, other = beside.add_account(email=email), beside.add_account(email=f"x{email}")
    assert _role(beside, account) == "user"

    granted = beside.run("grant-admin", email.upper())

    assert _said(granted) == (0, "The account is now an administrator's.", "")
    assert (_role(beside, account), _role(beside, other)) == ("admin", "user")
    revoked = beside.run("grant-admin", "--revoke", email)
    assert _said(revoked) == (0, "The account is now a learner's.", "")
    assert _role(beside, account) == "user"


def test_nobody_is_made_an_administrator_by_mistake(beside: ServiceProcess) -> None:
    email = f"shared-{beside.port}@example.com"
    accounts = [beside.add_account(email=email) for _ in range(2)]
    unknown = "pingtopass-sync: No account has this e-mail. Let its owner sign in once, then grant again."
    for nobody_s in ("nobody@example.com", "%"):
        assert _said(beside.run("grant-admin", nobody_s)) == (2, "", unknown)
    twice = "pingtopass-sync: 2 accounts have this e-mail; nothing was changed."
    assert _said(beside.run("grant-admin", email)) == (2, "", twice)
    assert [_role(beside, account) for account in accounts] == ["user", "user"]


def test_a_service_that_is_told_to_stop_answers_what_it_began(on_file: ServiceProcess) -> None:
    account = on_file.add_account()
    sent = body(events(["{}"]), account.stream)
    with connected(on_file.port) as begun, connected(on_file.port) as idle:
        begin = head("POST", "/v1/sync", f"Authorization: Bearer {account.token}", f"Content-Length: {len(sent)}")
        begun.sendall(begin + sent[:10])
        _is_read(on_file)
        os.kill(on_file.process.pid, signal.SIGTERM)
        assert idle.recv(1) == b""  # it stopped to listen, and let go who asks for nothing
        begun.sendall(sent[10:])
        answer = hear(begun)
    assert answer.status == 200
    assert json.decode(answer.body, type=SyncAnswer).acks
    assert on_file.stop() == -signal.SIGTERM
    assert "Traceback" not in on_file.log.read_text()
    with sqlite3.connect(on_file.settings.accounts_file) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (1,)
    connection.close()
    left = [path.name for path in on_file.settings.data_dir.iterdir() if path.suffix != ".log"]
    assert left == ["accounts.db"]


def _is_read(process: ServiceProcess) -> None:
    """What was sent on another connection before this was read by the service."""
    assert httpx2.get(f"{process.url}/healthz", trust_env=False).status_code == 200


@pytest.mark.skipif(not IS_SOAK, reason="takes as long as a service may take to stop")
def test_a_service_that_is_told_to_stop_does_not_wait_for_ever(on_file: ServiceProcess) -> None:
    account = on_file.add_account()
    with connected(on_file.port) as begun:
        begun.sendall(head("POST", "/v1/sync", f"Authorization: Bearer {account.token}", "Content-Length: 10") + b"{")
        _is_read(on_file)
        os.kill(on_file.process.pid, signal.SIGTERM)
        wait_until(lambda: not on_file.process.is_running)


def test_what_a_service_keeps_is_its_owner_s_to_read(on_file: ServiceProcess) -> None:
    """Also in a folder that was there before, which everybody may read."""
    account = on_file.add_account()
    assert httpx2.delete(f"{on_file.url}/v1/me", headers=account.headers, trust_env=False).status_code == 200
    kept = [path for path in on_file.settings.data_dir.iterdir() if path.suffix != ".log"]
    assert {"accounts.db", "accounts.db-wal", "deletions.jsonl"} <= {path.name for path in kept}
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_a_service_on_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    process = ServiceProcess(environment(tmp_path))
    message = "pingtopass-sync: The database has schema 0, this program needs 1. Run: pingtopass-sync migrate"
    for command in (["serve"], ["grant-admin", "a@b.c"]):
        assert _said(process.run(*command)) == (2, "", message)
    assert _said(process.run("migrate")) == (0, "Schema 1: applied 1.", "")
    assert _said(process.run("migrate")) == (0, "Schema 1: nothing to do.", "")


def test_settings_that_cannot_be_used_stop_the_start_and_every_command(tmp_path: Path) -> None:
    process = ServiceProcess(environment(tmp_path, JWT_SECRET="short", METRICS_TOKEN="short"))
    for command in ([], ["migrate"]):
        code, out, err = _said(process.run(*command))
        assert (code, out) == (2, "")
        assert err.startswith("pingtopass-sync: JWT_SECRET is shorter than 32 bytes.")
        assert "METRICS_TOKEN is shorter than 32 bytes." in err
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    code, _, err = _said(ServiceProcess(environment(tmp_path / "taken" / "data")).run("migrate"))
    assert code == 2
    assert err.startswith("pingtopass-sync: the database cannot be used: ")
    assert str(tmp_path / "taken" / "data") in err


def test_a_database_that_does_not_answer_is_said_to_be_away(tmp_path: Path, sqld_server: Sqld) -> None:
    process = ServiceProcess(environment(tmp_path, TURSO_DATABASE_URL=sqld_server.url))
    sqld_server.stop()
    code, out, err = _said(process.run("serve"))
    assert (code, out) == (2, "")
    assert err.startswith("pingtopass-sync: the database cannot be used: ConnectError")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    process = ServiceProcess(environment(tmp_path))
    process.run("migrate")
    with socket.socket() as other:
        other.bind(("127.0.0.1", process.port))
        other.listen()
        code, out, _ = _said(process.run("serve"))
    assert code not in (0, None)
    assert "address already in use" in out
