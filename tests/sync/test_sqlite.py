"""The embedded database: durable, many writes in one transaction, clear about a file that it cannot use."""

import asyncio
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from sync.database import DatabaseAway, DatabaseFault, Rows, Step
from sync.database.sqlite import SqliteDatabase
from tests.fakes.counts import IS_SOAK, runs
from tests.fakes.disks import SmallDisk

CREATE = Step("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT NOT NULL UNIQUE) STRICT")


def insert(value: object) -> list[Step]:
    return [Step("INSERT INTO t(v) VALUES (:v)", {"v": value})]  # type: ignore[dict-item]  wrong ones on purpose


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "accounts.db"


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def database(runner: asyncio.Runner, path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    runner.run(database.write([CREATE]))
    yield database
    runner.run(database.close())


def on_disk(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {value for (value,) in db.execute("SELECT v FROM t")}


def commits(path: Path) -> int:
    """How many transactions the write-ahead log holds: a frame that ends one names the size of the file then."""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    (page,) = struct.unpack(">I", log[8:12])
    salt = log[16:24]
    frames = [log[start : start + 24] for start in range(32, len(log), 24 + page)]
    return sum(1 for frame in frames if frame[8:16] == salt and struct.unpack(">I", frame[4:8])[0])


class Held:
    """Another process's lock on a file, as far as SQLite can tell."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("BEGIN IMMEDIATE")

    def let_go(self) -> None:
        self._db.execute("ROLLBACK")
        self._db.close()


def test_a_commit_is_on_the_disk_when_it_returns(runner: asyncio.Runner, database: SqliteDatabase) -> None:
    pragmas = [Step("PRAGMA synchronous"), Step("PRAGMA journal_mode")]
    assert runner.run(database.write(pragmas)) == [[(2,)], [("wal",)]]


def test_what_is_read_cannot_write(runner: asyncio.Runner, database: SqliteDatabase, path: Path) -> None:
    with pytest.raises((DatabaseAway, DatabaseFault), match="readonly"):
        runner.run(database.read(insert("x")))
    assert on_disk(path) == set()


def test_writes_that_wait_share_a_transaction(runner: asyncio.Runner, database: SqliteDatabase, path: Path) -> None:
    async def work() -> int:
        before = commits(path)
        held = Held(path)
        writes = [asyncio.ensure_future(database.write(insert(str(i)))) for i in range(50)]
        await asyncio.sleep(0)
        held.let_go()
        await asyncio.gather(*writes)
        return commits(path) - before

    assert 1 <= runner.run(work()) <= 2
    assert on_disk(path) == {str(i) for i in range(50)}


def test_one_that_fails_leaves_the_others_of_its_transaction_whole(
    runner: asyncio.Runner, database: SqliteDatabase, path: Path
) -> None:
    runner.run(database.write(insert("taken")))
    wrong = ["taken", None, 2**70, "\ud800", b"blob", object()]

    async def work() -> list[list[Rows] | BaseException]:
        held = Held(path)
        values = [value for i, bad in enumerate(wrong) for value in (f"good {i}", bad)]
        writes = [
            asyncio.ensure_future(database.write([*insert(f"with {i}"), *insert(v)])) for i, v in enumerate(values)
        ]
        await asyncio.sleep(0)
        held.let_go()
        return await asyncio.gather(*writes, return_exceptions=True)

    results = runner.run(work())
    assert [type(result) for result in results] == [list, DatabaseFault] * len(wrong)
    good = {f"good {i}" for i in range(len(wrong))} | {f"with {2 * i}" for i in range(len(wrong))}
    assert on_disk(path) == {"taken", *good}


def test_a_write_that_was_given_up_before_its_turn_is_not_done(
    runner: asyncio.Runner, database: SqliteDatabase, path: Path
) -> None:
    async def work() -> None:
        held = Held(path)
        before = [asyncio.ensure_future(database.write(insert(str(i)))) for i in range(200)]  # more than go at once
        given_up = asyncio.ensure_future(database.write(insert("given up")))
        last = asyncio.ensure_future(database.write(insert("last")))
        await asyncio.sleep(0)
        given_up.cancel()
        with suppress(asyncio.CancelledError):
            await given_up
        held.let_go()
        await asyncio.gather(*before, last)

    runner.run(work())
    assert on_disk(path) == {*map(str, range(200)), "last"}


def test_a_write_that_was_given_up_as_it_was_done_takes_no_answer_from_the_others(
    runner: asyncio.Runner, database: SqliteDatabase, path: Path
) -> None:
    async def work() -> None:
        writes = [asyncio.ensure_future(database.write(insert(str(i)))) for i in range(50)]
        await asyncio.sleep(0)
        while len(on_disk(path)) < 50:  # the loop has not turned yet, so nobody was told
            pass
        writes.pop(25).cancel()
        await asyncio.wait_for(asyncio.gather(*writes), 10)

    runner.run(work())


def test_closing_waits_for_what_was_asked_before(runner: asyncio.Runner, path: Path) -> None:
    async def work() -> list[list[Rows]]:
        database = SqliteDatabase(path)
        await database.write([CREATE])
        held = Held(path)
        writes = [asyncio.ensure_future(database.write(insert(str(i)))) for i in range(100)]
        await asyncio.sleep(0)
        closing_down = asyncio.ensure_future(database.close())
        await asyncio.sleep(0)
        held.let_go()
        await closing_down
        return await asyncio.gather(*writes)

    assert len(runner.run(work())) == 100
    assert on_disk(path) == {str(i) for i in range(100)}
    assert not path.with_name("accounts.db-wal").exists()  # whoever closes last tidies up


OPEN = """
import sys
from pathlib import Path
from sync.database.sqlite import SqliteDatabase
for line in sys.stdin:
    SqliteDatabase(Path(line.strip()))
    print("open", flush=True)
"""


def test_processes_that_open_a_new_file_at_once_all_can(tmp_path: Path) -> None:
    """Only one of them turns the log on; SQLite does not wait for that by itself."""
    processes = [
        subprocess.Popen([sys.executable, "-c", OPEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    try:
        for number in range(runs(100, 1000)):
            for process in processes:
                assert process.stdin is not None
                process.stdin.write(f"{tmp_path / f'{number}.db'}\n")
                process.stdin.flush()
            for process in processes:
                assert process.stdout is not None
                assert process.stdout.readline() == "open\n"
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.mark.skipif(not IS_SOAK, reason="waits for 5 s")
def test_a_lock_that_is_held_for_too_long_is_a_database_that_is_away(
    runner: asyncio.Runner, database: SqliteDatabase, path: Path
) -> None:
    held = Held(path)
    with pytest.raises(DatabaseAway, match="locked"):
        runner.run(database.write(insert("late")))
    held.let_go()
    runner.run(database.write(insert("later")))
    assert on_disk(path) == {"later"}


# Files that cannot be used


def test_a_file_that_is_no_database_is_refused_untouched(path: Path) -> None:
    path.parent.mkdir()
    content = b"something that somebody else wrote\n" * 100
    path.write_bytes(content)
    with pytest.raises(DatabaseAway, match="not a database"):
        SqliteDatabase(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseAway, match=str(tmp_path / "file")):
        SqliteDatabase(tmp_path / "file" / "data" / "accounts.db")


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(DatabaseAway, match="unable to open"):
        SqliteDatabase(path)


def test_a_file_that_may_not_be_written_is_refused_when_it_is_opened(
    small_disk: SmallDisk, runner: asyncio.Runner
) -> None:
    disk = small_disk("2m")
    database = SqliteDatabase(disk / "accounts.db")
    runner.run(database.write([CREATE]))
    runner.run(database.close())
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(DatabaseAway):
        SqliteDatabase(disk / "accounts.db")
