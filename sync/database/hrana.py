"""The database over Hrana: HTTP `/v2/pipeline` of sqld and Turso Cloud.

A pipeline of single statements goes on after one that failed and commits the rest; so each call is one `batch` whose
steps are conditional on the one before, and whose last rolls back what was not committed. Integers travel as text,
exact to 64 bits. One kept-alive client serves all calls.
"""

import asyncio
import base64
import random
import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import httpx2
from msgspec import DecodeError, json

from sync.database import DatabaseAway, DatabaseFault, Row, Rows, Step, Value

_TRIES = 3
_FIRST_WAIT_S = 0.1
_DEADLINE_S = 8.0
"""For all tries of a call. A desktop gives a request up after 10 s; sqld takes a lock from its holder after 5 s."""
_TIMEOUT = httpx2.Timeout(_DEADLINE_S, connect=5.0)
_CONNECTIONS = httpx2.Limits(max_connections=20, max_keepalive_connections=20)

# sqld names the primary code of SQLite, Turso the extended one ("SQLITE_IOERR_WRITE").
_TRANSIENT = re.compile("SQLITE_(BUSY|LOCKED)(_.*)?|TRANSACTION_TIMEOUT|STREAM_EXPIRED")
_AWAY = re.compile(
    "SQLITE_(FULL|IOERR|NOMEM|READONLY|CANTOPEN|CORRUPT|NOTADB|PROTOCOL)(_.*)?|RESPONSE_TOO_LARGE|BLOCKED"
)


class HranaDatabase:
    """A `Database` behind a url (`libsql://`, `https://` or `http://`) and a token, which may be empty."""

    def __init__(self, url: str, token: str) -> None:
        base = url.replace("libsql://", "https://", 1)
        self._client = httpx2.AsyncClient(
            base_url=base,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=_TIMEOUT,
            limits=_CONNECTIONS,
        )
        # The server does one write at a time anyway, and sqld 0.24 hands its lock to nobody any more, until it is
        # started again, when eight or more wait for it. So each process of the API has one that waits.
        self._writing = asyncio.Lock()

    async def read(self, steps: Sequence[Step]) -> list[Rows]:
        return await self._run("BEGIN", steps, nullcontext())

    async def write(self, steps: Sequence[Step]) -> list[Rows]:
        return await self._run("BEGIN IMMEDIATE", steps, self._writing)

    async def close(self) -> None:
        await self._client.aclose()

    async def _run(self, begin: str, steps: Sequence[Step], turn: AbstractAsyncContextManager[Any]) -> list[Rows]:
        try:
            batch = {"type": "batch", "batch": {"steps": _batch(begin, steps)}}
            body = json.encode({"requests": [batch, {"type": "close"}]})
        except (UnicodeEncodeError, OverflowError) as error:
            raise DatabaseFault(f"{type(error).__name__}: {error}") from error
        try:
            async with asyncio.timeout(_DEADLINE_S), turn:
                return await self._try_again(body, len(steps))
        except TimeoutError as error:
            raise DatabaseAway(f"no answer within {_DEADLINE_S:.0f} s") from error

    async def _try_again(self, body: bytes, n: int) -> list[Rows]:
        for number in range(_TRIES):
            try:
                return await self._try(body, n)
            except _Transient as error:
                if number == _TRIES - 1:
                    raise DatabaseAway(str(error)) from error
            await asyncio.sleep(_FIRST_WAIT_S * 4**number * random.uniform(0.5, 1.5))
        raise AssertionError("unreachable")

    async def _try(self, body: bytes, n: int) -> list[Rows]:
        try:
            response = await self._client.post("/v2/pipeline", content=body, headers=_JSON)
        except httpx2.HTTPError as error:
            raise _Transient(f"{type(error).__name__}: {error}") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise _Transient(f"status {response.status_code}")
        if response.status_code in (401, 403):
            raise DatabaseAway(f"the database refuses the token: status {response.status_code}")
        try:
            answer = json.decode(response.content)["results"][0]
            failed = [answer["error"]] if answer["type"] == "error" else answer["response"]["result"]["step_errors"]
            errors = [_error(each["code"], each["message"]) for each in failed if each is not None]
            rows = [] if errors else [_rows(each) for each in answer["response"]["result"]["step_results"][1 : n + 1]]
        except (DecodeError, LookupError, TypeError, ValueError) as error:
            raise DatabaseAway(f"no answer of a database: status {response.status_code}") from error
        if errors:
            raise errors[0]
        if len(rows) != n:
            raise DatabaseAway(f"no answer of a database: status {response.status_code}, {len(rows)} results")
        return rows


class _Transient(Exception):
    """What may go well at the next try."""


_JSON = {"Content-Type": "application/json"}


def _batch(begin: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """begin, the steps, commit: each only after the one before; then a rollback of what was not committed."""
    statements = [_statement(Step(begin)), *map(_statement, steps), _statement(Step("COMMIT"))]
    batch: list[dict[str, Any]] = [{"stmt": statements[0]}]
    for index, statement in enumerate(statements[1:]):
        batch.append({"stmt": statement, "condition": {"type": "ok", "step": index}})
    committed = {"type": "ok", "step": len(statements) - 1}
    batch.append({"stmt": _statement(Step("ROLLBACK")), "condition": {"type": "not", "cond": committed}})
    return batch


def _statement(step: Step) -> dict[str, Any]:
    named = [{"name": name, "value": _encoded(value)} for name, value in step.args.items()]
    return {"sql": step.sql, "named_args": named, "want_rows": True}


def _encoded(value: Value) -> dict[str, Any]:
    if value is None:
        return {"type": "null"}
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise OverflowError("an integer has at most 64 bits")
        return {"type": "integer", "value": str(int(value))}
    if isinstance(value, float):
        return {"type": "float", "value": value}
    if isinstance(value, str):
        return {"type": "text", "value": value}
    return {"type": "blob", "base64": base64.b64encode(value).decode()}


def _rows(result: dict[str, Any]) -> Rows:
    return [_row(row) for row in result["rows"]]


def _row(cells: list[dict[str, Any]]) -> Row:
    return tuple(_decoded(cell) for cell in cells)


def _decoded(cell: dict[str, Any]) -> Value:
    kind = cell["type"]
    if kind == "null":
        return None
    if kind == "integer":
        return int(cell["value"])
    if kind == "blob":
        text = cell["base64"]  # without padding
        return base64.b64decode(text + "=" * (-len(text) % 4))
    if kind in ("text", "float"):
        return cell["value"]
    raise ValueError(kind)


def _error(code: str | None, message: str) -> Exception:
    text = f"{code or ''} {message}".strip()
    if _TRANSIENT.fullmatch(code or ""):
        return _Transient(text)
    return DatabaseAway(text) if _AWAY.fullmatch(code or "") else DatabaseFault(text)
