"""Looking at a learner's file without changing it: a read-only connection, a consistent copy, a check of a copy.

Nothing here creates, migrates or repairs the file that it reads. Every error is a `StoreError`.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from pingtopass_desktop.disk import sync_file
from pingtopass_desktop.learner.database import (
    APPLICATION_ID,
    StoreDamaged,
    StoreUnavailable,
    damaged,
    latest_version,
    store_error,
    too_new,
)
from pingtopass_desktop.learner.journal import LearnerStore

WAL, SHM = "-wal", "-shm"

_NO_FOLD = ("events", "event_groups", "local", "attempt_local", "places", "placement")
"""The tables that are no read model; see schema/0001_*.sql and 0003_*.sql."""


class NoLearnerFile(StoreUnavailable):
    """Nothing was ever answered here: there is no file, or one without a schema."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, f"There is no learner file yet ({path}): nothing has been answered here.")


def sidecar(path: Path, suffix: str) -> Path:
    """The file that SQLite keeps beside a database: its write-ahead log or the index of that."""
    return path.with_name(path.name + suffix)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection, in one read transaction, also while the program is running.

    A file without a write-ahead log is read as it stands, so that no file appears beside it. One whose log cannot be
    opened, as in a folder without the right to write, is read from a copy.

    Raises: StoreError; NoLearnerFile where there is nothing to read. SQLite's errors within the block are translated.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise NoLearnerFile(path)
    has_log = sidecar(path, WAL).exists()
    try:
        connection = _connect(path, is_still=not has_log)
    except StoreUnavailable:
        if not has_log:
            raise
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            try:
                shutil.copyfile(path, copy)
                shutil.copyfile(sidecar(path, WAL), sidecar(copy, WAL))
            except OSError as error:
                raise _unreadable(path, error) from error
            with closing(_connect(copy, is_still=False)) as connection, _translated(path):
                yield connection
        return
    with closing(connection), _translated(path):
        yield connection


def copy_to(path: Path, target: Path) -> None:
    """Write a consistent copy of the file as one database without sidecars, on disk when this returns.

    The target must not exist. Raises: StoreError, OSError; what was written of the target is removed then.
    """
    try:
        for _ in range(3):
            before = _identity(path)
            with reading(path) as source:
                _copy(source, target)
            if sidecar(path, WAL).exists() or _identity(path) == before:
                break
            target.unlink()  # the program started and wrote while a file without a log was being read
        sync_file(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def check(path: Path, original: Path | None = None) -> None:
    """Read the whole file and compare its structure. Raises: StoreDamaged, which names the `original` of a copy."""
    with reading(path) as db:
        result = db.execute("PRAGMA integrity_check").fetchone()[0]
    if result != "ok":
        raise damaged(original or path, result)


def differing_folds(path: Path) -> list[str]:
    """The read models that differ from a new fold of all events, worked out on a copy. Raises: StoreError, OSError."""
    with tempfile.TemporaryDirectory() as folder:
        before, rebuilt = Path(folder) / "before.db", Path(folder) / "rebuilt.db"
        copy_to(path, before)
        LearnerStore(before, lambda: 0).close()  # brings an older file up to date, as opening it would
        shutil.copyfile(before, rebuilt)
        store = LearnerStore(rebuilt, lambda: 0)
        try:
            store.rebuild()
            with store.database.translated():
                return _differing(store.db, before)
        finally:
            store.close()


def _differing(db: sqlite3.Connection, before: Path) -> list[str]:
    db.execute("ATTACH ? AS old", (str(before),))
    tables = [row[0] for row in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")]
    differing: list[str] = []
    for table in tables:
        if table in _NO_FOLD or table.startswith("sqlite_"):
            continue
        pairs = (("main", "old"), ("old", "main"))
        sql = "SELECT count(*) FROM (SELECT * FROM {0}.{2} EXCEPT SELECT * FROM {1}.{2})"
        if any(db.execute(sql.format(one, other, table)).fetchone()[0] for one, other in pairs):
            differing.append(table)
    return differing


def _connect(path: Path, *, is_still: bool) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.resolve()))}?mode=ro" + ("&immutable=1" if is_still else "")
    with _translated(path):
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
        try:
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            _check_kind(path, application_id, version, tables)
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # takes the snapshot
        except BaseException:
            connection.close()
            raise
    return connection


def _check_kind(path: Path, application_id: int, version: int, tables: int) -> None:
    if not tables:
        raise NoLearnerFile(path)
    if application_id != APPLICATION_ID:
        raise StoreDamaged(path, f"{path.name} is no learner file of PingToPass. It is left as it is.")
    if version > latest_version():
        raise too_new(path)


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise store_error(target, error) from error


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    except UnicodeDecodeError as error:  # sqlite3 raises it for text, and for messages on a schema, that rotted
        raise damaged(path, error.reason) from error


def _identity(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise NoLearnerFile(path) from error
        raise _unreadable(path, error) from error
    return status.st_ino, status.st_size, status.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(path, f"{path.name} cannot be read: {error.strerror or error}.")
