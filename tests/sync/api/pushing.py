"""Sending learner events to the API, for tests of what becomes of them."""

from collections.abc import Sequence

import httpx2
from msgspec import json, structs

from sync.edge.ids import new_id
from sync.wire import PROTOCOL, SyncRequest, WireEvent, pack
from tests.fakes.service import Account

DEVICE = "01a2076c-0000-7000-8000-000000000001"


def events(payloads: Sequence[str], now_ms: int = 1_795_000_000_000) -> list[WireEvent]:
    """New events with these payloads, a second between them."""
    return [
        WireEvent(new_id(now_ms + 1000 * index), DEVICE, "note_set", 1, now_ms + 1000 * index - 5, payload)
        for index, payload in enumerate(payloads)
    ]


def body(sent: Sequence[WireEvent], stream: str | None) -> bytes:
    """The request that sends events."""
    columns = structs.asdict(pack(sent))
    return json.encode(SyncRequest(p=PROTOCOL, stream=stream, cursor=0, device=DEVICE, n=len(sent), **columns))


async def push(client: httpx2.AsyncClient, account: Account, sent: Sequence[WireEvent], size: int = 1000) -> None:
    """Send events in requests of some; all of them are taken."""
    for start in range(0, len(sent), size):
        part = sent[start : start + size]
        answer = await client.post("/v1/sync", content=body(part, account.stream), headers=account.headers)
        assert answer.status_code == 200, answer.text
        assert sum(run["n"] for run in answer.json()["acks"]) == len(part)
