"""The port to the API's database, and its errors. Two implementations run the same SQL: an embedded SQLite file
(`sqlite`) and Hrana over HTTP (`hrana`), for sqld and Turso.

    DatabaseError
    ├── DatabaseAway   the environment's fault: unreachable, busy, disk full. The caller may try again later.
    └── DatabaseFault  our fault: SQL that does not fit the schema, a broken constraint.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol, TypeAlias

Value: TypeAlias = int | float | str | bytes | None
Row: TypeAlias = tuple[Value, ...]
Rows: TypeAlias = list[Row]


class DatabaseError(Exception):
    """Base of all errors of a database."""


class DatabaseAway(DatabaseError):
    """The database did not answer, was busy for too long or has no room."""


class DatabaseFault(DatabaseError):
    """The database refused a statement. The message is for the log, never for a caller of the API."""


class Step(NamedTuple):
    """One statement with its named arguments (``:name`` in the SQL, the name without colon here)."""

    sql: str
    args: Mapping[str, Value] = {}


def steps(statements: Sequence[str], args: Mapping[str, Value]) -> list[Step]:
    """Statements that share their arguments; each takes those that it names."""
    return [Step(sql, {name: args[name] for name in _names(sql)}) for sql in statements]


@cache
def _names(sql: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", sql)))


class Database(Protocol):
    """All steps of one call are one transaction. Each returns its rows; statements without rows return none."""

    async def read(self, steps: Sequence[Step]) -> list[Rows]:
        """See one state of the database in all steps. Raises: DatabaseError."""
        ...

    async def write(self, steps: Sequence[Step]) -> list[Rows]:
        """Do all steps or none, durable when this returns. A repetition after a lost answer must do no harm: an
        implementation repeats by itself, so every statement guards itself. Raises: DatabaseError.
        """
        ...

    async def close(self) -> None:
        """Wait for what is running. No call may follow."""
        ...
