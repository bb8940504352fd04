"""The database over Hrana: HTTP `/v2/pipeline` of sqld and Turso Cloud.

A pipeline of single statements goes on after one that failed and commits the rest; so each call is one `batch` whose
steps are conditional on the one before, and whose last rolls back what was not committed. Integers travel as text,
exact to 64 bits. One kept-alive client serves all calls.
"""

import asyncio
import base64
import random
from collections.abc import Sequence
from typing import Any

import httpx2
from msgspec import DecodeError, ValidationError, json

from sync.database import DatabaseAway, DatabaseFault, Row, Rows, Step, Value

_TRIES = 3
_FIRST_WAIT_S = 0.1
_TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
_CONNECTIONS = httpx2.Limits(max_connections=20, max_keepalive_connections=20)

_TRANSIENT = {"SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_SNAPSHOT", "TRANSACTION_TIMEOUT", "STREAM_EXPIRED"}
_AWAY = {"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_NOMEM", "RESPONSE_TOO_LARGE", "BLOCKED"}


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

    async def read(self, steps: Sequence[Step]) -> list[Rows]:
        return await self._run("BEGIN", steps)

    async def write(self, steps: Sequence[Step]) -> list[Rows]:
        return await self._run("BEGIN IMMEDIATE", steps)

    async def close(self) -> None:
        await self._client.aclose()

    async def _run(self, begin: str, steps: Sequence[Step]) -> list[Rows]:
        body = json.encode(
            {"requests": [{"type": "batch", "batch": {"steps": _batch(begin, steps)}}, {"type": "close"}]}
        )
        for tries_left in range(_TRIES - 1, -1, -1):
            try:
                return await self._try(body, len(steps))
            except _Transient as error:
                if not tries_left:
                    raise DatabaseAway(str(error)) from error
            wait_s = _FIRST_WAIT_S * 4 ** (_TRIES - 1 - tries_left)
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.5))
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
        except (DecodeError, ValidationError, KeyError, IndexError, TypeError) as error:
            raise DatabaseAway(f"no answer of a database: status {response.status_code}") from error
        if answer.get("type") != "ok":
            raise _error(answer.get("error"))
        result = answer["response"]["result"]
        for error in result["step_errors"]:
            if error is not None:
                raise _error(error)
        return [_rows(each) for each in result["step_results"][1 : n + 1]]


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
    return cell["value"]


def _error(error: Any) -> Exception:
    code = str((error or {}).get("code") or "")
    message = f"{code} {(error or {}).get('message') or ''}".strip()
    if code in _TRANSIENT:
        return _Transient(message)
    return DatabaseAway(message) if code in _AWAY else DatabaseFault(message)
