"""The schema: made and brought up to date by `migrate`, whole or not at all; a program and a database that do not fit
each other say so and change nothing."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.database import Database, DatabaseFault, Rows, Step
from sync.database.migrations import SchemaMismatch, applied, check, migrate, newest, statements
from sync.database.opening import open_database
from sync.settings import Settings
from tests.fakes.service import ServiceProcess, environment

DUMP = [
    Step("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name"),
    Step("SELECT version, applied_at FROM schema_migrations ORDER BY version"),
]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as running:
        yield running


@pytest.fixture
def database(runner: asyncio.Runner, new_database: dict[str, str]) -> Iterator[Database]:
    """An empty one."""
    database = open_database(Settings.from_environment(new_database))
    yield database
    runner.run(database.close())


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """A folder of migrations: two good ones."""
    folder = tmp_path / "schema"
    folder.mkdir()
    (folder / "0001_first.sql").write_text("-- One.\nCREATE TABLE one(v) ;\nINSERT INTO one VALUES (';');\n")
    (folder / "0002_second.sql").write_text("CREATE TABLE two(v);\nALTER TABLE one ADD COLUMN w;\n")
    return folder


def tables(runner: asyncio.Runner, database: Database) -> set[str]:
    [rows] = runner.run(database.read([Step("SELECT name FROM sqlite_schema WHERE type = 'table'")]))
    return {str(name) for (name,) in rows}


def test_an_empty_database_gets_the_schema_once(runner: asyncio.Runner, database: Database) -> None:
    assert runner.run(applied(database)) == 0
    assert runner.run(migrate(database, "accounts")) == list(range(1, newest("accounts") + 1))
    assert {"accounts", "users", "events", "sessions", "nonces"} <= tables(runner, database)
    runner.run(check(database, "accounts"))
    before = runner.run(database.read(DUMP))
    assert runner.run(migrate(database, "accounts")) == []
    assert runner.run(database.read(DUMP)) == before


def test_several_that_migrate_at_once_leave_one_schema(
    runner: asyncio.Runner, database: Database, new_database: dict[str, str]
) -> None:
    async def work() -> None:
        others = [open_database(Settings.from_environment(new_database)) for _ in range(4)]
        await asyncio.gather(*(migrate(other, "accounts") for other in others))
        await asyncio.gather(*(other.close() for other in others))

    runner.run(work())
    [[(version, count)]] = runner.run(database.read([Step("SELECT max(version), count(*) FROM schema_migrations")]))
    assert version == count == newest("accounts")
    runner.run(check(database, "accounts"))


def test_a_newer_schema_is_refused_untouched(runner: asyncio.Runner, database: Database) -> None:
    runner.run(migrate(database, "accounts"))
    newer = newest("accounts") + 1
    runner.run(database.write([Step("INSERT INTO schema_migrations VALUES (:version, 1)", {"version": newer})]))
    before = runner.run(database.read(DUMP))
    for refused in (migrate(database, "accounts"), check(database, "accounts")):
        with pytest.raises(SchemaMismatch, match=f"schema {newer}, newer than this program's {newer - 1}. Nothing was"):
            runner.run(refused)
    assert runner.run(database.read(DUMP)) == before


def test_an_older_schema_is_refused_with_what_to_do(runner: asyncio.Runner, database: Database) -> None:
    with pytest.raises(SchemaMismatch, match="Run: pingtopass-sync migrate"):
        runner.run(check(database, "accounts"))
    assert tables(runner, database) <= {"libsql_wasm_func_table"}


def test_only_what_is_missing_is_applied(runner: asyncio.Runner, database: Database, schema: Path) -> None:
    second = (schema / "0002_second.sql").rename(schema / "later")
    assert runner.run(migrate(database, str(schema))) == [1]
    second.rename(schema / "0002_second.sql")
    with pytest.raises(SchemaMismatch, match="has schema 1, this program needs 2"):
        runner.run(check(database, str(schema)))
    assert runner.run(migrate(database, str(schema))) == [2]
    assert runner.run(database.read([Step("SELECT v, w FROM one")])) == [[(";", None)]]


def test_a_migration_that_fails_leaves_nothing_and_can_be_repeated(
    runner: asyncio.Runner, database: Database, schema: Path
) -> None:
    second = schema / "0002_second.sql"
    good = second.read_text()
    second.write_text(good + "INSERT INTO nowhere VALUES (1);\n")
    with pytest.raises(DatabaseFault, match="nowhere"):
        runner.run(migrate(database, str(schema)))
    assert runner.run(applied(database)) == 1
    assert "two" not in tables(runner, database)
    second.write_text(good)
    assert runner.run(migrate(database, str(schema))) == [2]


def test_statements_are_divided_as_sqlite_divides_them() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON one BEGIN\n  DELETE FROM two;\n  DELETE FROM one;\nEND"
    script = f"-- A remark; with a semicolon.\n\nCREATE TABLE one(v DEFAULT ';'); -- after\n{trigger};\nSELECT 1;\n"
    found = statements(script)
    assert [statement.split("(")[0].split(" ON")[0] for statement in found[:2]] == [
        "CREATE TABLE one", "CREATE TRIGGER t AFTER INSERT",
    ]  # fmt: skip
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE two(v)")
        for statement in found:
            db.execute(statement)
    with pytest.raises(ValueError, match="ends within a statement"):
        statements("SELECT 1;\nSELECT 2")


def test_a_service_starts_on_its_own_schema_only(runner: asyncio.Runner, tmp_path: Path) -> None:
    service = ServiceProcess(environment(tmp_path))
    refused = service.run("serve")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.strip().endswith("needs 1. Run: pingtopass-sync migrate")

    assert service.run("migrate").stdout == "Schema 1: applied 1.\n"
    database = open_database(service.settings)
    runner.run(database.write([Step("INSERT INTO schema_migrations VALUES (99, 1)")]))
    before: list[Rows] = runner.run(database.read(DUMP))
    refused = service.run("serve")
    assert refused.returncode == 2
    assert "schema 99, newer than this program's 1. Nothing was changed." in refused.stderr
    assert runner.run(database.read(DUMP)) == before
    runner.run(database.close())
