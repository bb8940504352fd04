"""The learner's SQLite file: opening, durability, migrations, and what goes wrong in words.

StoreError
  StoreUnavailable   the environment's fault: disk full, folder read-only, file locked
  StoreDamaged       the file is not a sound database; it is left as it is
  StoreTooNew        written by a newer program; it is left as it is
  StoreFault         our own mistake, such as a broken constraint; the file is sound
"""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

APPLICATION_ID = 0x50325045  # "P2PE"

_DISK_FULL = "The disk is full. Free some space and try again; what was saved is safe."

_HEADER_BYTES = 100
"""user_version stands at offset 60, application_id at 68: https://www.sqlite.org/fileformat.html, section 1.3."""

_OUR_FAULTS = (
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_NOMEM,
)

_SCHEMA = Path(__file__).with_name("schema")


class StoreError(Exception):
    """The learner's file cannot be used as asked. The message says what to do."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(message)


class StoreUnavailable(StoreError):
    pass


class StoreDamaged(StoreError):
    pass


class StoreTooNew(StoreError):
    pass


class StoreFault(StoreError):
    pass


class Database:
    """One connection to a learner's file, used by one thread. Every commit is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        """Open or create the file and bring its schema up to date, with a backup before.

        Raises: StoreError.
        """
        self.path = path
        _refuse_newer(path)
        with self.translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            self._prepare()
        except StoreError:
            self.connection.close()
            raise

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it; on disk when it returns. Raises: StoreError."""
        with self.translated():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn SQLite's and the system's errors into `StoreError`."""
        try:
            yield
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error
        except UnicodeDecodeError as error:  # sqlite3 raises it for text, and for messages on a schema, that rotted
            raise damaged(self.path, error.reason) from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StoreUnavailable(self.path, _DISK_FULL) from error
            message = f"{self.path.parent} cannot be used: {error.strerror or error}."
            raise StoreUnavailable(self.path, message) from error

    def check(self, *, is_quick: bool = False) -> None:
        """Read the whole file; the quick check does not compare indexes with their tables. Raises: StoreDamaged."""
        with self.translated():
            result = self.connection.execute(f"PRAGMA {'quick' if is_quick else 'integrity'}_check").fetchone()[0]
        if result != "ok":
            raise damaged(self.path, result)

    def _prepare(self) -> None:
        with self.translated():
            version = self._version()
            latest = latest_version()
            if version > latest:
                raise too_new(self.path)
            db = self.connection
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA wal_autocheckpoint = 2000")
            if version < latest:
                self._migrate(version, latest)

    def _version(self) -> int:
        application_id = self.connection.execute("PRAGMA application_id").fetchone()[0]
        version = self.connection.execute("PRAGMA user_version").fetchone()[0]
        tables = self.connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if application_id != APPLICATION_ID and tables:
            raise damaged(self.path, "it is not a file of this program")
        return version

    def _migrate(self, version: int, latest: int) -> None:
        if version:
            backup = self.path.with_name(f"{self.path.stem}-before-{latest}.db")
            self.connection.execute("VACUUM INTO ?", (str(_unused(backup)),))
        with self.transaction() as db:
            for number, sql in _migrations():
                if number > version:
                    for statement in _statements(sql):
                        db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {latest}")


def latest_version() -> int:
    return max(number for number, _ in _migrations())


def store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """The `StoreError` for an error of SQLite; total, so that nothing of sqlite3 leaves the stores."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary == sqlite3.SQLITE_FULL:
        return StoreUnavailable(path, _DISK_FULL)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreUnavailable(path, f"{path} cannot be written. Check the rights of the folder, then try again.")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailable(path, f"{path.name} is in use by another program. Close it, then try again.")
    if primary == sqlite3.SQLITE_IOERR:
        return StoreUnavailable(path, f"The disk did not take {path.name} ({error}). Check the disk, then try again.")
    if primary is None or primary in _OUR_FAULTS:
        message = f"PingToPass made a mistake ({error}). Nothing of this step was saved; what was saved before is safe."
        return StoreFault(path, message)
    return damaged(path, str(error))


def _refuse_newer(path: Path) -> None:
    """Look at the file's first bytes before SQLite opens it, which may write: a newer file stays untouched."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError:
        return  # missing or unreadable: opening it says what is wrong
    version = int.from_bytes(header[60:64], "big", signed=True)
    is_ours = int.from_bytes(header[68:72], "big") == APPLICATION_ID
    if len(header) == _HEADER_BYTES and is_ours and version > latest_version():
        raise too_new(path)


def too_new(path: Path) -> StoreTooNew:
    """The error for a file whose schema this program does not know."""
    return StoreTooNew(
        path,
        f"{path.name} was written by a newer version of PingToPass and is left untouched. "
        "Update PingToPass to open it.",
    )


def damaged(path: Path, detail: str) -> StoreDamaged:
    """The error for a file whose content does not hold together."""
    return StoreDamaged(path, f"{path.name} is damaged ({detail}). It is left as it is; restore a backup to go on.")


def _unused(path: Path) -> Path:
    number, candidate = 1, path
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate


def _migrations() -> list[tuple[int, str]]:
    return [(int(file.name[:4]), file.read_text("utf-8")) for file in sorted(_SCHEMA.glob("*.sql"))]


def _statements(sql: str) -> list[str]:
    """The statements of a migration; none of them holds a semicolon inside."""
    without_comments = re.sub(r"--[^\n]*", "", sql)
    return [statement.strip() for statement in without_comments.split(";") if statement.strip()]
