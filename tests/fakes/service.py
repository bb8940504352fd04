"""The companion API for tests: as a process on loopback, and in this process on a clock of the test's own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
from msgspec import Struct

from sync.app import create
from sync.auth.tokens import Caller, TokenSigner
from sync.database import Database, Step
from sync.database.migrations import migrate
from sync.database.opening import open_database
from sync.edge.clock import clock_ms
from sync.edge.ids import new_id
from sync.settings import Settings
from tests.fakes.processes import Process, answers, free_port

SECRET = "a secret of tests, and of nothing else whatsoever"

_ROOT = Path(__file__).resolve().parents[2]


class Account(Struct, frozen=True):
    """A learner with one session, made in the database without a sign-in."""

    user: str
    session: str
    stream: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Settings of a service in development whose rates are out of the way."""
    generous = {f"RATE_{name}": "100000000/second" for name in ("SIGN_IN", "ADDRESS", "ACCOUNT", "EXPORT", "EVENTS")}
    return {"ENVIRONMENT": "development", "JWT_SECRET": SECRET, "DATA_DIR": str(data_dir), **generous, **more}


async def add_account(database: Database, settings: Settings, *, email: str = "ada@example.org") -> Account:
    """A new account with a session and an access token."""
    now = clock_ms()
    user, session, stream = new_id(now), new_id(now), new_id(now)
    args = {"user": user, "session": session, "stream": stream, "email": email, "now": now, "far": now + 10**11}
    statements = {
        "INSERT INTO accounts(id, issuer, subject, email, name, created_at)"
        " VALUES (:user, 'https://issuer.example', :user, :email, 'Ada Example', :now)": ("user", "email", "now"),
        "INSERT INTO users(id, stream) VALUES (:user, :stream)": ("user", "stream"),
        "INSERT INTO sessions(id, user, name, platform, remembered, created_at, used_at, expires_at)"
        " VALUES (:session, :user, 'Laptop', 'Linux', 1, :now, :now, :far)": ("session", "user", "now", "far"),
    }
    await database.write([Step(sql, {name: args[name] for name in names}) for sql, names in statements.items()])
    token = TokenSigner(settings.site_url, settings.jwt_secrets).access(Caller(user, session, "user"))
    return Account(user, session, stream, token)


class ServiceHere:
    """The API in this process, without a socket. `now_ms` is its clock; give it a list to move it: `[clock_ms()]`.

    Use as ``async with ServiceHere(settings) as service``; then `service.client` is an httpx2 client on it.
    """

    def __init__(self, settings: Settings, now: list[int] | None = None) -> None:
        self.settings = settings
        self.now = now
        self.database = open_database(settings)

    async def __aenter__(self) -> "ServiceHere":
        await migrate(self.database, "accounts")
        app = create(self.settings, self.database, clock_ms if self.now is None else self._moved)
        transport = httpx2.ASGITransport(app=app)
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://service.test")
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.client.aclose()
        await self.database.close()

    async def add_account(self, *, email: str = "ada@example.org") -> Account:
        return await add_account(self.database, self.settings, email=email)

    def _moved(self) -> int:
        assert self.now is not None
        return self.now[0]


class ServiceProcess:
    """The API as a process on a port that it keeps. Use as a context manager; `environment` are its settings."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.environment = {**settings, "PORT": str(self.port), "SITE_URL": f"http://127.0.0.1:{self.port}"}
        self.process = Process(
            Path(settings["DATA_DIR"]) / f"service-{self.port}.log", lambda: answers(f"{self.url}/healthz")
        )

    @property
    def url(self) -> str:
        return self.environment["SITE_URL"]

    @property
    def log(self) -> Path:
        return self.process.log

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.environment)

    def __enter__(self) -> "ServiceProcess":
        migrated = self.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """One of the commands, to its end."""
        command = [sys.executable, "-m", "sync", *arguments]
        return subprocess.run(command, env=self._whole_environment(), capture_output=True, text=True, check=False)

    def start(self) -> None:
        """Returns once it answers."""
        self.process.start([sys.executable, "-m", "sync"], environment=self._whole_environment())

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.process.kill()

    def stop(self) -> int | None:
        """SIGTERM, and wait. Returns the exit code."""
        return self.process.stop()

    def add_account(self, *, email: str = "ada@example.org") -> Account:
        """Straight into its database, beside it."""

        async def add() -> Account:
            database = open_database(self.settings)
            try:
                return await add_account(database, self.settings, email=email)
            finally:
                await database.close()

        return asyncio.run(add())

    def _whole_environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(_ROOT), **self.environment}
