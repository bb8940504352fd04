"""The embedded database: one SQLite file in WAL mode, durable at each commit (synchronous=FULL).

Reads run on a few threads with a connection each. Writes run on one thread; those that wait while one commits share the
next transaction, each behind a savepoint of its own, so that a busy API pays one fsync for many of them.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread, local
from time import monotonic, sleep
from typing import Any, NamedTuple

from sync.database import DatabaseAway, DatabaseError, DatabaseFault, Rows, Step

_log = logging.getLogger(__name__)

_BUSY_TIMEOUT_S = 5.0
_READERS = 2
_GROUP = 64
"""At most so many writes share a transaction: the first one waits for the last."""

_AWAY = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip

# What Python says of a value that has no place in SQLite is none of its own errors.
_REFUSED = (sqlite3.Error, OverflowError, UnicodeEncodeError)


class _Job(NamedTuple):
    steps: Sequence[Step]
    result: "asyncio.Future[list[Rows]]"


class SqliteDatabase:
    """A `Database` on a file, which is made where there is none. Raises: DatabaseAway where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writes: SimpleQueue[_Job | None] = SimpleQueue()
        self._own = local()
        self._opened: list[sqlite3.Connection] = []
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writer = self._connect()
            self._keep_a_log()
            self._writer.execute("PRAGMA synchronous=FULL")
            self._file = _identity(path)
        except OSError as error:
            raise DatabaseAway(f"{path.parent}: {error.strerror}") from error
        except sqlite3.Error as error:
            for connection in self._opened:
                connection.close()
            raise _translated(error) from error
        self._readers = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="accounts reader")
        self._thread = Thread(target=self._write_all, name="accounts writer", daemon=True)
        self._thread.start()

    async def read(self, steps: Sequence[Step]) -> list[Rows]:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, steps)

    async def write(self, steps: Sequence[Step]) -> list[Rows]:
        result: asyncio.Future[list[Rows]] = asyncio.get_running_loop().create_future()
        self._writes.put(_Job(steps, result))
        return await result

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writes.put(None)
        self._thread.join()
        self._readers.shutdown(wait=True)
        for connection in self._opened:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._opened.append(connection)
        return connection

    def _keep_a_log(self) -> None:
        """WAL mode. Its time-out does not hold for the first time, when another process may do the same."""
        give_up_at = monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                self._writer.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > give_up_at:
                    raise
            sleep(0.01)

    def _read(self, steps: Sequence[Step]) -> list[Rows]:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        self._refuse_another_file()
        try:
            if connection is None:
                connection = self._own.connection = self._connect()
                connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            try:
                return [connection.execute(step.sql, step.args).fetchall() for step in steps]
            finally:
                connection.execute("COMMIT")
        except _REFUSED as error:
            raise _translated(error) from error

    def _write_all(self) -> None:
        while (job := self._writes.get()) is not None:
            jobs = [job]
            is_last = False
            while len(jobs) < _GROUP:
                try:
                    following = self._writes.get_nowait()
                except Empty:
                    break
                if following is None:
                    is_last = True
                    break
                jobs.append(following)
            self._commit_together(jobs)
            if is_last:
                return

    def _commit_together(self, jobs: list[_Job]) -> None:
        jobs = [job for job in jobs if not job.result.cancelled()]  # else its request was given up
        outcomes: list[list[Rows] | DatabaseError] = []
        try:
            self._refuse_another_file()
            self._writer.execute("BEGIN IMMEDIATE")
            outcomes = [self._attempt(job.steps) for job in jobs]
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  each of the callers gets it
            self._roll_back()
            failed = _translated(error)
            outcomes = [failed] * len(jobs)
        told = list(zip(jobs, outcomes, strict=True))
        for loop in {job.result.get_loop() for job in jobs}:
            with suppress(RuntimeError):  # closed meanwhile: nobody waits any more
                loop.call_soon_threadsafe(_tell, [each for each in told if each[0].result.get_loop() is loop])

    def _attempt(self, steps: Sequence[Step]) -> list[Rows] | DatabaseError:
        """The rows of one write, or its error with nothing of it left. What ends the whole transaction is raised."""
        self._writer.execute("SAVEPOINT one")
        try:
            rows = [self._writer.execute(step.sql, step.args).fetchall() for step in steps]
        except _REFUSED as error:
            if not self._writer.in_transaction:  # a full disk rolls back all of it
                raise
            self._writer.execute("ROLLBACK TO one")
            self._writer.execute("RELEASE one")
            return _translated(error)
        self._writer.execute("RELEASE one")
        return rows

    def _refuse_another_file(self) -> None:
        """SQLite goes on writing to a file that was removed or replaced, where nobody finds it again."""
        try:
            is_there = _identity(self._path) == self._file
        except OSError:
            is_there = False
        if not is_there:
            raise DatabaseAway(f"{self._path} was removed or replaced. Put it back, or start the service again.")

    def _roll_back(self) -> None:
        try:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
        except sqlite3.Error:
            _log.exception("a failed transaction was not rolled back")


def _tell(told: Sequence[tuple[_Job, list[Rows] | DatabaseError]]) -> None:
    """In the loop that waits: the outcomes of a whole group, at the price of one."""
    for job, outcome in told:
        if job.result.done():
            continue
        if isinstance(outcome, DatabaseError):
            job.result.set_exception(outcome)
        else:
            job.result.set_result(outcome)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _translated(error: Any) -> DatabaseError:
    if isinstance(error, DatabaseError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _AWAY:
        return DatabaseAway(str(error))
    return DatabaseFault(f"{type(error).__name__}: {error}")
