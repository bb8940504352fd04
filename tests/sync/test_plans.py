"""How the databases look things up: no statement of a request reads a whole table, however many learners there are."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sync.accounts.repository import AccountRepository
from sync.auth.google import Identity
from sync.auth.repository import SessionRepository
from sync.auth.tokens import RefreshToken
from sync.database import Database, Rows, Step
from sync.database.migrations import migrate
from sync.database.opening import open_database
from sync.events.repository import EventRepository
from sync.settings import Settings
from sync.wire import DeviceLabel, WireEvent

TABLES = ("events", "users", "sessions", "accounts", "nonces")

MAY_READ_ALL = {"AccountRepository.find_by_email", "AccountRepository.new_streams", "SessionRepository.tidy"}
"""What operators and the hourly tidying do, never a request."""


class Explained:
    """A database that notes the plan of every statement before it runs it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.plans: dict[str, list[str]] = {}

    async def read(self, steps: Sequence[Step]) -> list[Rows]:
        await self._note(steps)
        return await self._database.read(steps)

    async def write(self, steps: Sequence[Step]) -> list[Rows]:
        await self._note(steps)
        return await self._database.write(steps)

    async def close(self) -> None:
        raise AssertionError("it is not ours")

    async def _note(self, steps: Sequence[Step]) -> None:
        explained = await self._database.read([Step(f"EXPLAIN QUERY PLAN {sql}", args) for sql, args in steps])
        for step, plan in zip(steps, explained, strict=True):
            self.plans[step.sql] = [str(detail) for *_, detail in plan]


@pytest.fixture
def explained(new_database: dict[str, str]) -> Iterator[tuple[asyncio.Runner, Explained]]:
    with asyncio.Runner() as runner:
        database = open_database(Settings.from_environment(new_database))
        try:
            runner.run(migrate(database, "accounts"))
            yield runner, Explained(database)
        finally:
            runner.run(database.close())


async def plans_by_function(database: Explained) -> dict[str, dict[str, list[str]]]:
    """Call each function of each repository, and give the plans of its statements."""
    accounts, sessions, events = AccountRepository(database), SessionRepository(database), EventRepository(database)

    async def all_events() -> None:
        async for _ in accounts.events("u"):
            raise AssertionError("there are none")

    person = Identity("https://issuer.example", "subject", "ada@example.org", "Ada")
    exchange: dict[str, Any] = {
        "user": "u", "session": "s", "stream": "t", "cursor": 0, "now": 1, "room": 9, "most": 9, "most_bytes": 9,
    }  # fmt: skip
    event = WireEvent("01930000-0000-7000-8000-000000000001", "d", "t", 1, 1, "{}")
    calls = {
        "SessionRepository.sign_in": sessions.sign_in(
            person, DeviceLabel("Laptop", "Linux"), user="u", session="s", stream="t", nonce="n", nonce_expires_at=9,
            remembered=True, now=1, expires_at=9,
        ),
        "SessionRepository.refresh": sessions.refresh(RefreshToken("u", "s", 0), "attempt", 1, 9),
        "SessionRepository.find": sessions.find("s"),
        "SessionRepository.deleted_at": sessions.deleted_at("u"),
        "SessionRepository.log_out": sessions.log_out("u", "s", 1),
        "SessionRepository.log_out everywhere": sessions.log_out("u", None, 1),
        "SessionRepository.tidy": sessions.tidy(1, 1),
        "EventRepository.exchange": events.exchange(**exchange, events=[event]),
        "EventRepository.exchange of nothing": events.exchange(**exchange, events=[]),
        "EventRepository.begin_stream": events.begin_stream("u", "t", cursor=9, stored=0, now=1),
        "AccountRepository.devices": accounts.devices("u", 1),
        "AccountRepository.rename_device": accounts.rename_device("u", "s", "Name", 1),
        "AccountRepository.end_device": accounts.end_device("u", "s", 1),
        "AccountRepository.set_deleted": accounts.set_deleted("u", 1),
        "AccountRepository.set_deleted back": accounts.set_deleted("u", None),
        "AccountRepository.deleted_before": accounts.deleted_before(1),
        "AccountRepository.erase": accounts.erase("u", 1),
        "AccountRepository.events": all_events(),
        "AccountRepository.find_by_email": accounts.find_by_email("ada@example.org"),
        "AccountRepository.set_role": accounts.set_role("u", "admin"),
        "AccountRepository.new_streams": accounts.new_streams(1),
    }  # fmt: skip
    found = {}
    for name, call in calls.items():
        database.plans = {}
        await call
        assert database.plans, name
        found[name] = database.plans
    return found


NAMES = {*TABLES, "e", "u", "s", "a"}
"""The tables, and the short names that statements give them."""


def scans(plan: list[str]) -> list[str]:
    """The lines that read a whole table or index of ours. A list of a request's own events is no table, and a search
    for nothing in particular is a scan."""
    return [
        line
        for line in plan
        if line.split()[0] in ("SCAN", "SEARCH")
        and line.split()[1] in NAMES
        and (line.startswith("SCAN") or "?" not in line)
    ]


def test_no_statement_of_a_request_reads_a_whole_table(explained: tuple[asyncio.Runner, Explained]) -> None:
    runner, database = explained
    found = runner.run(plans_by_function(database))
    assert {name.split()[0] for name in found} == {
        f"{kind.__name__}.{name}"
        for kind in (AccountRepository, SessionRepository, EventRepository)
        for name in vars(kind)
        if not name.startswith("_")
    }
    reads_all = {name: lines for name, plans in found.items() for plan in plans.values() if (lines := scans(plan))}
    assert set(reads_all) == MAY_READ_ALL, reads_all


def test_events_are_always_found_by_their_account(explained: tuple[asyncio.Runner, Explained]) -> None:
    runner, database = explained
    found = runner.run(plans_by_function(database))
    lines = [
        line
        for plans in found.values()
        for plan in plans.values()
        for line in plan
        if line.split()[1:2] in (["events"], ["e"])
    ]
    assert len(lines) >= 8
    assert [line for line in lines if not line.startswith("SEARCH") or "(user=?" not in line] == []


def test_a_plan_that_reads_a_whole_table_would_be_noticed(explained: tuple[asyncio.Runner, Explained]) -> None:
    """The test of the test, on statements that do what ours must not."""
    runner, database = explained
    for sql in (
        "SELECT * FROM events WHERE device = 'd'",
        "SELECT max(seq) FROM events",
        "SELECT count(*) FROM events",
        "SELECT * FROM users u JOIN sessions s ON s.name = u.id WHERE u.id = 'u'",
        "UPDATE users SET bytes = 0",
        "DELETE FROM nonces WHERE session = 's'",
        "SELECT role FROM accounts a WHERE a.email || '' = 'ada@example.org'",
    ):
        runner.run(database.read([Step(sql)])) if sql.startswith("SELECT") else runner.run(database.write([Step(sql)]))
        assert scans(database.plans[sql]), sql
