"""The learner's file: opening, refusing without touching, and errors in words."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.learner.database import (
    APPLICATION_ID,
    Database,
    StoreDamaged,
    StoreError,
    StoreFault,
    StoreTooNew,
    StoreUnavailable,
    latest_version,
    store_error,
)
from pingtopass_desktop.learner.events import NoteSet
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.clock import ManualClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with some notes, closed."""
    path = tmp_path / "learner.db"
    store = LearnerStore(path, ManualClock())
    for number in range(200):
        store.record(NoteSet(f"q{number}", "a note " * 20))
    store.close()
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def set_version(path: Path, version: int) -> None:
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()


def test_a_new_file_gets_the_latest_schema_and_no_backup(tmp_path: Path) -> None:
    database = Database(tmp_path / "deep" / "folder" / "learner.db")
    assert database.connection.execute("PRAGMA user_version").fetchone()[0] == latest_version()
    assert database.connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    database.check()
    database.close()
    assert [file.name for file in (tmp_path / "deep" / "folder").iterdir()] == ["learner.db"]


def test_a_file_of_a_newer_program_is_refused_untouched(path: Path) -> None:
    set_version(path, latest_version() + 1)
    before = files(path.parent)
    with pytest.raises(StoreTooNew, match="newer version"):
        Database(path)
    assert files(path.parent) == before


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"This is a letter. " * 1000, id="text"),
        pytest.param(lambda content: b"#" + content[1:], id="magic"),
        pytest.param(lambda content: content[:4000], id="cut off"),
        pytest.param(lambda content: content[:100] + bytes(4096 - 100) + content[4096:], id="schema gone"),
    ],
)
def test_a_damaged_file_is_refused_untouched(path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path.write_bytes(spoil(path.read_bytes()))
    before = files(path.parent)
    with pytest.raises(StoreDamaged, match=r"learner\.db is damaged"):
        Database(path)
    assert files(path.parent) == before


def test_damage_further_back_is_found_by_check_and_by_reading(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))
    with pytest.raises(StoreError):
        Database(path).check()
    assert path.read_bytes()[8192:] == b"\xff" * (len(content) - 8192)


def test_a_file_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "learner.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE mine(id)")
    db.close()
    before = files(tmp_path)
    with pytest.raises(StoreDamaged, match="not a file of this program"):
        Database(path)
    assert files(tmp_path) == before


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    (tmp_path / "learner.db").touch()
    Database(tmp_path / "learner.db").close()


def test_a_place_that_cannot_hold_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        Database(tmp_path / "file" / "learner.db")


def test_a_folder_in_the_place_of_the_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "learner.db").mkdir()
    with pytest.raises(StoreUnavailable):
        Database(tmp_path / "learner.db")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind an administrator")
def test_a_read_only_folder_is_unavailable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreUnavailable):
            Database(tmp_path / "learner.db")
    finally:
        tmp_path.chmod(0o700)


def fill(store: LearnerStore) -> None:
    for number in range(1000):
        store.record(NoteSet(f"n{number}", "text " * 500))


def test_a_full_disk_is_said_and_what_was_saved_is_safe(path: Path) -> None:
    """`max_page_count` makes SQLite report SQLITE_FULL exactly as a full disk does."""
    store = LearnerStore(path, ManualClock())
    pages = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        fill(store)
    store.db.execute("PRAGMA max_page_count = 100000")
    store.record(NoteSet("after", "works again"))
    store.database.check()
    before = store.db.execute("SELECT count(*) FROM notes").fetchone()
    store.rebuild()
    assert store.db.execute("SELECT count(*) FROM notes").fetchone() == before
    store.close()


def test_a_file_that_another_program_holds_is_in_use(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = LearnerStore(path, ManualClock())
    store.db.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(StoreUnavailable, match="in use by another program"):
        store.record(NoteSet("q", "text"))
    other.execute("ROLLBACK")
    other.close()
    store.record(NoteSet("q", "text"))
    store.close()


SQLITE_CODES = sorted(
    value
    for name, value in vars(sqlite3).items()
    if name.startswith("SQLITE_")
    and isinstance(value, int)
    and not name.startswith(("SQLITE_LIMIT", "SQLITE_DBCONFIG"))
)


def subclasses(kind: type[sqlite3.Error]) -> Iterator[type[sqlite3.Error]]:
    yield kind
    for below in kind.__subclasses__():
        yield from subclasses(below)


ERRORS = list(dict.fromkeys(subclasses(sqlite3.Error)))


@pytest.mark.parametrize("kind", ERRORS)
def test_every_error_of_sqlite_becomes_a_store_error(kind: type[sqlite3.Error]) -> None:
    for code in [None, *SQLITE_CODES]:
        error = kind("some text")
        if code is not None:
            error.sqlite_errorcode = code
        translated = store_error(Path("learner.db"), error)
        assert isinstance(translated, StoreError)
        assert str(translated)


@given(st.integers(-(2**31), 2**31 - 1))
def test_every_code_becomes_a_store_error(code: int) -> None:
    error = sqlite3.OperationalError("text")
    error.sqlite_errorcode = code
    assert isinstance(store_error(Path("x"), error), StoreError)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (sqlite3.SQLITE_FULL, StoreUnavailable, "disk is full"),
        (sqlite3.SQLITE_READONLY, StoreUnavailable, "cannot be written"),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreUnavailable, "cannot be written"),
        (sqlite3.SQLITE_CANTOPEN, StoreUnavailable, "cannot be written"),
        (sqlite3.SQLITE_BUSY, StoreUnavailable, "in use"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreUnavailable, "in use"),
        (sqlite3.SQLITE_LOCKED, StoreUnavailable, "in use"),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreUnavailable, "disk did not take"),
        (sqlite3.SQLITE_CORRUPT, StoreDamaged, "damaged"),
        (sqlite3.SQLITE_CORRUPT_INDEX, StoreDamaged, "damaged"),
        (sqlite3.SQLITE_NOTADB, StoreDamaged, "damaged"),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StoreFault, "made a mistake"),
        (sqlite3.SQLITE_MISUSE, StoreFault, "made a mistake"),
    ],
)
def test_an_error_is_told_by_whose_fault_it_is(code: int, kind: type[StoreError], words: str) -> None:
    error = sqlite3.DatabaseError("text")
    error.sqlite_errorcode = code
    translated = store_error(Path("/data/learner.db"), error)
    assert type(translated) is kind
    assert words in str(translated)
    assert translated.path == Path("/data/learner.db")


def half_a_change(database: Database) -> None:
    with database.transaction() as db:
        db.execute("INSERT INTO local VALUES ('key', 'value')")
        db.execute("no SQL")


def test_no_error_of_sqlite_leaves_a_transaction_and_nothing_of_it_is_kept(tmp_path: Path) -> None:
    database = Database(tmp_path / "learner.db")
    with pytest.raises(StoreError):
        half_a_change(database)
    assert database.connection.execute("SELECT count(*) FROM local").fetchone()[0] == 0
    assert not database.connection.in_transaction
    database.close()


def test_an_older_file_is_backed_up_and_brought_up_to_date(tmp_path: Path) -> None:
    """The oldest file there could be: one of our own without any table yet, marked as version -1."""
    path = tmp_path / "learner.db"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = -1")
    db.execute("CREATE TABLE souvenir(text)")
    db.execute("INSERT INTO souvenir VALUES ('of the older version')")
    db.commit()
    db.close()
    Database(path).close()
    backup = tmp_path / f"learner-before-{latest_version()}.db"
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([backup.name, path.name])
    old = sqlite3.connect(backup)
    assert old.execute("SELECT text FROM souvenir").fetchone()[0] == "of the older version"
    assert old.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'events'").fetchone()[0] == 0
    old.close()
    now = Database(path)
    assert now.connection.execute("PRAGMA user_version").fetchone()[0] == latest_version()
    assert now.connection.execute("SELECT text FROM souvenir").fetchone()[0] == "of the older version"
    now.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "learner.db"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = -1")
    db.execute("CREATE TABLE notes(of_another_shape)")
    db.close()
    with pytest.raises(StoreError):
        Database(path)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == -1
    assert [row[0] for row in db.execute("SELECT name FROM sqlite_schema")] == ["notes"]
    db.close()


def test_a_newer_file_with_a_log_beside_it_is_untouched(tmp_path: Path) -> None:
    path = tmp_path / "learner.db"
    Database(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {latest_version() + 1}")
    db.close()
    log = path.with_name("learner.db-wal")
    log.write_bytes(b"the log of the newer program" * 100)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(StoreTooNew, match="left untouched"):
        Database(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
