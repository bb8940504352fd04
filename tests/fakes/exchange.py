"""Devices for tests of the server: they speak the sync protocol and keep in memory what they were told."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from itertools import count
from typing import Any, TypeVar

import httpx2
from msgspec import json, structs

from sync.database import Rows, Step, Value, steps
from sync.settings import Settings
from sync.wire import MAX_EVENTS, PROTOCOL, Problem, SyncAnswer, SyncRequest, WireEvent, join_id, pack, unpack_pulled
from tests.fakes.service import Account, ServiceHere

BASE_MS = 1_700_000_000_000
"""The time of the first event that a device makes; each one later is a millisecond after the one before."""
NOW_MS = BASE_MS + 10_000_000

_T = TypeVar("_T")

Send = Callable[[bytes, Mapping[str, str]], httpx2.Response]
"""Posts a body with headers to `/v1/sync`."""

_made = count()


class Service:
    """The API in this process, called from tests that are not asynchronous. Its clock stands still at `now`[0].

    It runs on `runner`, or on one of its own.
    """

    def __init__(self, settings: Settings, runner: asyncio.Runner | None = None) -> None:
        self.now = [NOW_MS]
        self.here = ServiceHere(settings, self.now)
        self.runner = runner or asyncio.Runner()
        self._is_own_runner = runner is None

    def __enter__(self) -> "Service":
        self.run(self.here.__aenter__())
        return self

    def __exit__(self, *raised: object) -> None:
        self.run(self.here.__aexit__(*raised))
        if self._is_own_runner:
            self.runner.close()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.runner.run(work)

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.run(self.here.client.request(method, path, **more))

    def send(self, body: bytes, headers: Mapping[str, str]) -> httpx2.Response:
        return self.request("POST", "/v1/sync", content=body, headers=headers)

    def add_account(self) -> Account:
        return self.run(self.here.add_account())

    def device(self, account: Account | None = None) -> "Device":
        """A device of an account, or of a new one."""
        return Device(account or self.add_account(), self.send)

    def rows(self, sql: str, **args: Value) -> Rows:
        """What the database says, beside the API."""
        return self.run(self.here.database.read([Step(sql, args)]))[0]

    def change(self, sql: str, **args: Value) -> None:
        """Change the database behind the API's back."""
        self.run(self.here.database.write([Step(sql, args)]))

    def state(self, user: str) -> tuple[Rows, Rows]:
        """All that the exchange may change of an account: its row and its events."""
        sql = ["SELECT * FROM users WHERE id = :user", "SELECT * FROM events WHERE user = :user ORDER BY seq"]
        row, events = self.run(self.here.database.read(steps(sql, {"user": user})))
        return row, events


class Device:
    """Holds what it pulled and what was acknowledged, by seq; `cursor` is how far it has everything."""

    def __init__(self, account: Account, send: Send) -> None:
        self.account = account
        self.stream: str | None = account.stream
        self.id = join_id(BASE_MS, f"7000800000{next(_made):010x}")
        self.held: dict[int, WireEvent] = {}
        self._send = send

    def reach(self, send: Send) -> None:
        """From now on it speaks to another service."""
        self._send = send

    @property
    def cursor(self) -> int:
        cursor = 0
        while cursor + 1 in self.held:
            cursor += 1
        return cursor

    def event(self, payload: str = "{}", *, ms: int | None = None, type: str = "answered", **more: Any) -> WireEvent:
        """A new event, a millisecond later than the one before unless `ms` says when."""
        number = next(_made)
        ms = BASE_MS + number if ms is None else ms
        event = WireEvent(join_id(ms, f"70008000{number:012x}"), self.id, type, 1, ms, payload)
        return structs.replace(event, **more)

    def events(self, n: int, payload: str = "{}") -> list[WireEvent]:
        return [self.event(payload) for _ in range(n)]

    def request(self, events: Iterable[WireEvent] = (), **changes: Any) -> SyncRequest:
        """A request as a device sends it. `changes` replace its fields."""
        sent = list(events)
        fields: dict[str, Any] = {
            **structs.asdict(pack(sent)), "p": PROTOCOL, "stream": self.stream, "cursor": self.cursor,
            "device": self.id, "n": len(sent), "at": {i: e.at for i, e in enumerate(sent) if e.at is not None},
        }  # fmt: skip
        return SyncRequest(**{**fields, **changes})

    def post(self, events: Iterable[WireEvent] = (), **changes: Any) -> httpx2.Response:
        return self.post_body(json.encode(self.request(events, **changes)))

    def post_body(self, body: bytes, **headers: str) -> httpx2.Response:
        return self._send(body, {**self.account.headers, **headers})

    def exchange(self, events: Iterable[WireEvent] = (), **changes: Any) -> SyncAnswer:
        """Send events and take the answer in, which must be a good one."""
        sent = list(events)
        response = self.post(sent, **changes)
        assert response.status_code == 200, response.text
        answer = json.decode(response.content, type=SyncAnswer)
        self.take(sent, answer)
        return answer

    def take(self, sent: list[WireEvent], answer: SyncAnswer) -> None:
        """What the protocol has a device keep of an answer."""
        self.stream = answer.stream
        for index, seq in numbers(answer).items():
            at = answer.at.get(index, int(sent[index].id.replace("-", "")[:12], 16))
            self.held[seq] = structs.replace(sent[index], at=at, seq=seq)
        for event in unpack_pulled(answer.events):
            assert event.seq is not None
            self.held[event.seq] = event

    def follow(self) -> list[WireEvent]:
        """Pull until it holds all; what it holds, by seq."""
        while self.exchange().head > self.cursor:
            pass
        return [self.held[seq] for seq in range(1, self.cursor + 1)]

    def start_over(self) -> None:
        """What the protocol has a device do on 409: pull the new stream, then send all that is missing there, with the
        times that it knows."""
        known = [structs.replace(event, seq=None) for _, event in sorted(self.held.items())]
        self.stream, self.held = None, {}
        there = {event.id for event in self.follow()}
        missing = [event for event in known if event.id not in there]
        for start in range(0, len(missing), MAX_EVENTS):
            self.exchange(missing[start : start + MAX_EVENTS])


def numbers(answer: SyncAnswer) -> dict[int, int]:
    """The seq of each acknowledged event, by its index in the request."""
    return {run.i + i: run.seq + i for run in answer.acks for i in range(run.n)}


def problem_of(response: httpx2.Response) -> tuple[int, str]:
    """Status and code of an answer that is a problem."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = json.decode(response.content, type=Problem)
    assert problem.status == response.status_code
    assert problem.request_id == response.headers["x-request-id"]
    if response.status_code in (429, 503):
        assert int(response.headers["retry-after"]) == problem.retry_after_s
    return response.status_code, problem.code
