"""The database over Hrana: what it does with a sound sqld, with a broken line to it, and with answers of nonsense."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from msgspec import json

from sync.auth.tokens import RefreshToken, TokenSigner
from sync.database import Database, DatabaseAway, DatabaseError, DatabaseFault, Rows, Step
from sync.database.hrana import HranaDatabase
from sync.settings import Settings
from sync.wire import Refresh, Tokens
from tests.fakes.counts import IS_SOAK
from tests.fakes.exchange import NOW_MS, Service, numbers, problem_of
from tests.fakes.line import Line, answer
from tests.fakes.peers import Sqld, SqldKey
from tests.fakes.service import environment

ONE = [Step("SELECT 1")]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def line(runner: asyncio.Runner, shared_sqld: Sqld) -> Iterator[Line]:
    """A line to sqld that a test breaks."""
    line = runner.run(Line(shared_sqld.url).__aenter__())
    yield line
    runner.run(line.__aexit__())


@pytest.fixture
def database(runner: asyncio.Runner, line: Line) -> Iterator[Database]:
    database = HranaDatabase(line.url, "")
    yield database
    runner.run(database.close())


AWAY = answer(500, b"upstream", "text/plain")
SLOW_DOWN = answer(429, b"", "text/plain")


def test_two_failures_are_made_good_by_the_third_try(runner: asyncio.Runner, line: Line, database: Database) -> None:
    for faults in ([AWAY, SLOW_DOWN], [answer(503, b"{}"), "cut before"], ["cut within", "cut after"]):
        asked = line.requests
        line.faults.extend(faults)
        assert runner.run(database.write(ONE)) == [[(1,)]]
        assert line.requests == asked + 3


def test_three_failures_are_a_database_that_is_away(runner: asyncio.Runner, line: Line, database: Database) -> None:
    line.faults.extend([AWAY, "cut before", "cut after"])
    with pytest.raises(DatabaseAway):
        runner.run(database.read(ONE))
    assert line.requests == 3
    assert runner.run(database.read(ONE)) == [[(1,)]]


def ok(result: object) -> bytes:
    return answer(200, json.encode({"results": [{"type": "ok", "response": {"type": "batch", "result": result}}]}))


NONSENSE = {
    "no JSON": answer(200, b"<html>", "text/html"),
    "cut JSON": answer(200, b'{"results": [{"type": "ok"'),
    "no object": answer(200, b"[]"),
    "null": answer(200, b"null"),
    "no results": answer(200, b'{"results": []}'),
    "no response": answer(200, b'{"results": [{"type": "ok"}]}'),
    "a result of another kind": answer(200, b'{"results": [{"type": "ok", "response": {"type": "close"}}]}'),
    "a list for a result": answer(200, b'{"results": [["ok"]]}'),
    "too few results": ok({"step_results": [], "step_errors": []}),
    "no rows": ok({"step_results": [None, {}, None, None], "step_errors": [None] * 4}),
    "an unknown type": ok({"step_results": [None, {"rows": [[{"type": "decimal", "value": "1"}]]}, None, None],
                           "step_errors": [None] * 4}),
    "no number": ok({"step_results": [None, {"rows": [[{"type": "integer", "value": "one"}]]}, None, None],
                     "step_errors": [None] * 4}),
    "a step that was left out": ok({"step_results": [None, None, None, None], "step_errors": [None] * 4}),
    "no text at all": answer(200, b"\xff\xfe"),
    "not found": answer(404, b"no such page", "text/plain"),
    "a redirect": answer(302, b""),
}  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
def test_what_is_no_answer_of_a_database_is_a_database_that_is_away(
    nonsense: bytes, runner: asyncio.Runner, line: Line, database: Database
) -> None:
    line.faults.append(nonsense)
    with pytest.raises(DatabaseAway, match="no answer of a database: status"):
        runner.run(database.write(ONE))
    assert line.requests == 1
    assert runner.run(database.write(ONE)) == [[(1,)]]


def failed(code: str, is_of_a_step: bool = True) -> bytes:
    error = {"message": "what it says", "code": code or None}
    if is_of_a_step:
        return ok(
            {"step_results": [None] * 4, "step_errors": [error, None, None, {"message": "later", "code": "LATER"}]}
        )
    return answer(200, json.encode({"results": [{"type": "error", "error": error}]}))


@pytest.mark.parametrize("is_of_a_step", [True, False])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SQLITE_FULL", DatabaseAway), ("SQLITE_IOERR_WRITE", DatabaseAway), ("SQLITE_READONLY", DatabaseAway),
        ("SQLITE_CANTOPEN", DatabaseAway), ("SQLITE_CORRUPT_VTAB", DatabaseAway), ("BLOCKED", DatabaseAway),
        ("SQLITE_CONSTRAINT_PRIMARYKEY", DatabaseFault), ("SQLITE_CONSTRAINT", DatabaseFault),
        ("SQL_PARSE_ERROR", DatabaseFault), ("ARGS_INVALID", DatabaseFault), ("SQLITE_FULLY", DatabaseFault),
        ("", DatabaseFault),
    ],
)  # fmt: skip
def test_an_error_is_the_databases_or_ours(
    code: str, kind: type[DatabaseError], is_of_a_step: bool, runner: asyncio.Runner, line: Line, database: Database
) -> None:
    line.faults.append(failed(code, is_of_a_step))
    with pytest.raises(kind, match=f"^{code} ?what it says$"):
        runner.run(database.write(ONE))
    assert line.requests == 1


def test_a_database_that_is_busy_is_asked_three_times(runner: asyncio.Runner, line: Line, database: Database) -> None:
    line.faults.extend([failed("SQLITE_LOCKED_SHAREDCACHE"), failed("SQLITE_BUSY", is_of_a_step=False)])
    assert runner.run(database.write(ONE)) == [[(1,)]]
    line.faults.extend([failed("TRANSACTION_TIMEOUT"), failed("SQLITE_BUSY_SNAPSHOT"), failed("SQLITE_BUSY")])
    with pytest.raises(DatabaseAway, match="SQLITE_BUSY what it says"):
        runner.run(database.write(ONE))
    assert line.requests == 6


def test_what_cannot_be_sent_is_our_fault(runner: asyncio.Runner, line: Line, database: Database) -> None:
    for value in ("\ud800", 2**63, -(2**63) - 1):
        with pytest.raises(DatabaseFault):
            runner.run(database.write([Step("SELECT :value", {"value": value})]))
    assert line.requests == 0


# A batch that is repeated because its answer was lost


@pytest.fixture
def service(runner: asyncio.Runner, line: Line, tmp_path: Path) -> Iterator[Service]:
    """The API at the end of the line that a test breaks."""
    settings = Settings.from_environment(environment(tmp_path / "service", TURSO_DATABASE_URL=line.url))
    with Service(settings, runner) as running:
        yield running


def test_a_push_that_was_committed_twice_is_there_once(service: Service, line: Line) -> None:
    laptop = service.device()
    laptop.exchange(laptop.events(1))
    sent = [*laptop.events(2), laptop.event(ms=NOW_MS + 10**6)]
    asked = line.requests
    line.faults.extend(["cut after", "cut after"])
    answer = laptop.exchange(sent)
    assert line.requests == asked + 3 + 2  # the third finds the events stored: they are read, then the page
    assert numbers(answer) == {0: 2, 1: 3, 2: 4}
    assert answer.at == {2: NOW_MS + 1 + 1 + 3}  # the stamp of the first of three tries
    [user], events = service.state(laptop.account.user)
    assert [seq for _, seq, *_ in events] == [1, 2, 3, 4]
    assert user[2] == 4
    assert user[4] == 4 * 232
    assert service.device(laptop.account).follow() == laptop.follow()


def test_a_refresh_that_was_committed_twice_is_no_theft(service: Service, line: Line) -> None:
    account = service.add_account()
    settings = service.here.settings
    signer = TokenSigner(settings.site_url, settings.jwt_secrets)
    first = signer.refresh(RefreshToken(account.user, account.session, 0), 3600)

    def refresh(token: str, attempt: str) -> httpx2.Response:
        body = json.encode(Refresh(token, attempt))
        return service.request("POST", "/v1/auth/refresh", content=body)

    found = line.requests + 1
    line.faults.extend(["sound", "cut after", "cut after"])
    response = refresh(first, "attempt-1-of-this-test")
    assert (response.status_code, line.requests) == (200, found + 3)
    tokens = json.decode(response.content, type=Tokens)
    assert signer.read_refresh(tokens.refresh_token).generation == 1
    assert refresh(tokens.refresh_token, "attempt-2-of-this-test").status_code == 200
    [[ended_at]] = service.rows("SELECT ended_at FROM sessions WHERE id = :session", session=account.session)
    assert ended_at is None


def test_a_push_that_never_reached_the_database_is_503_and_goes_through_later(service: Service, line: Line) -> None:
    laptop = service.device()
    sent = laptop.events(2)
    line.faults.extend(["cut before"] * 3)
    assert problem_of(laptop.post(sent)) == (503, "unavailable")
    assert service.state(laptop.account.user)[1] == []
    assert numbers(laptop.exchange(sent)) == {0: 1, 1: 2}


# Tokens


@pytest.mark.parametrize("kind", ["foreign", "none", "garbage", "expired"])
def test_a_token_that_is_refused_says_so_at_once(
    kind: str, runner: asyncio.Runner, locked_sqld: Sqld, sqld_key: SqldKey
) -> None:
    token = {"foreign": SqldKey().token(), "none": "", "garbage": "x.y.z", "expired": sqld_key.token(lifetime_s=-3600)}
    with pytest.raises(DatabaseAway, match="the database refuses the token: status 401"):
        runner.run(call(locked_sqld.url, token[kind], ONE))
    assert runner.run(call(locked_sqld.url, sqld_key.token(), ONE)) == [[(1,)]]


def test_a_token_to_read_may_not_write(runner: asyncio.Runner, locked_sqld: Sqld, sqld_key: SqldKey) -> None:
    with pytest.raises(DatabaseAway, match="the database refuses the token: status 403"):
        runner.run(call(locked_sqld.url, sqld_key.token("ro"), [Step("CREATE TABLE t (v)")]))


async def call(url: str, token: str, steps: list[Step]) -> list[Rows]:
    database = HranaDatabase(url, token)
    try:
        return await database.write(steps)
    finally:
        await database.close()


# What belongs to sqld


def test_writes_take_turns_and_reads_do_not_wait_for_them(
    runner: asyncio.Runner, line: Line, database: Database
) -> None:
    """sqld 0.24 hands its lock to nobody any more when eight or more wait for it at once."""

    async def work(call: Callable[[list[Step]], Awaitable[list[Rows]]]) -> int:
        line.most_at_once = 0
        assert await asyncio.gather(*(call(ONE) for _ in range(12))) == [[[(1,)]]] * 12
        return line.most_at_once

    assert runner.run(work(database.write)) == 1
    assert runner.run(work(database.read)) > 1


@pytest.mark.skipif(not IS_SOAK, reason="waits for 5 s")
def test_a_writer_that_holds_the_lock_is_waited_for(runner: asyncio.Runner, sqld_server: Sqld) -> None:
    """sqld takes the lock from a client that holds it for 5 s; a batch waits that long and then goes through."""
    lock = {"requests": [{"type": "execute", "stmt": {"sql": "BEGIN IMMEDIATE"}}]}
    assert httpx2.post(f"{sqld_server.url}/v2/pipeline", json=lock, trust_env=False).json()["baton"]
    assert runner.run(call(sqld_server.url, "", [Step("CREATE TABLE t (v)"), Step("SELECT count(*) FROM t")])) == [
        [], [(0,)],
    ]  # fmt: skip


def test_an_answer_beyond_what_sqld_sends_is_refused_and_the_next_one_comes(
    runner: asyncio.Runner, database: Database
) -> None:
    rows = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 12) SELECT hex(zeroblob(500000))"
    with pytest.raises(DatabaseAway, match="RESPONSE_TOO_LARGE"):
        runner.run(database.read([Step(f"{rows} FROM c")]))
    assert runner.run(database.read(ONE)) == [[(1,)]]
