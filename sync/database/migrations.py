"""Numbered SQL files on a table `schema_migrations`, each in one transaction. A landed file is never edited."""

import sqlite3
import time
from pathlib import Path

from sync.database import Database, DatabaseFault, Step

SCHEMAS = Path(__file__).resolve().parent.parent / "schema"

_TABLE = "CREATE TABLE IF NOT EXISTS schema_migrations(version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)"


class SchemaMismatch(Exception):
    """The database is older or newer than this program. The message says what to do."""


def newest(schema: str) -> int:
    """The version that this program works with."""
    return _files(schema)[-1][0]


async def applied(database: Database) -> int:
    """The version of a database; 0 for an empty one. Raises: DatabaseError."""
    [tables] = await database.read([Step("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'")])
    if not tables:
        return 0
    [[row]] = await database.read([Step("SELECT coalesce(max(version), 0) FROM schema_migrations")])
    return int(row[0] or 0)


async def check(database: Database, schema: str) -> None:
    """Raises: SchemaMismatch, DatabaseError."""
    version = await applied(database)
    if version > newest(schema):
        raise SchemaMismatch(_too_new(version, schema))
    if version < newest(schema):
        raise SchemaMismatch(
            f"The database has schema {version}, this program needs {newest(schema)}. Run: pingtopass-sync migrate"
        )


async def migrate(database: Database, schema: str) -> list[int]:
    """Bring a database to the version of this program. Returns the versions applied. Two at once are harmless.

    Raises: SchemaMismatch for a newer one, DatabaseError.
    """
    version = await applied(database)
    if version > newest(schema):
        raise SchemaMismatch(_too_new(version, schema))
    await database.write([Step(_TABLE)])
    done = []
    for number, path in _files(schema):
        if number <= version:
            continue
        mark = Step("INSERT INTO schema_migrations(version, applied_at) VALUES (:version, :now)",
                    {"version": number, "now": time.time_ns() // 1_000_000})  # fmt: skip
        try:
            await database.write([mark, *map(Step, statements(path.read_text(encoding="utf-8")))])
        except DatabaseFault:
            if await applied(database) < number:
                raise  # else another one was faster, or an answer got lost
        done.append(number)
    return done


def statements(script: str) -> list[str]:
    """The statements of a script, as SQLite itself divides them."""
    found, rest = [], ""
    for line in script.splitlines():
        if not rest and (not line.strip() or line.lstrip().startswith("--")):
            continue
        rest += line + "\n"
        if sqlite3.complete_statement(rest):
            found.append(rest.strip().removesuffix(";"))
            rest = ""
    if rest.strip():
        raise ValueError(f"the script ends within a statement: {rest.strip()[:80]}")
    return found


def _files(schema: str) -> list[tuple[int, Path]]:
    return sorted((int(path.stem.split("_")[0]), path) for path in (SCHEMAS / schema).glob("*.sql"))


def _too_new(version: int, schema: str) -> str:
    return (
        f"The database has schema {version}, newer than this program's {newest(schema)}. Nothing was changed. "
        "Start the newer program, or restore the backup that fits this one."
    )
