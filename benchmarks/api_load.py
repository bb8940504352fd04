"""A load of event batches over kept-alive connections, as fast as they are answered. It makes all requests beforehand,
so that the measured time holds none of that."""

import asyncio
import os
import time
from collections.abc import Sequence

import uvloop
from msgspec import json

from sync.wire import Columns, SyncRequest, WireEvent, pack


class LoadFailed(Exception):
    """The service answered a batch with something else than 200."""


def batches(count: int, size: int, *, stream: str, token: str, device: str, held: int) -> list[bytes]:
    """Whole HTTP requests, each with `size` answers of one device that no other request has. The device holds the
    first `held` events of the account, and what it sent before."""
    cursors = range(held, held + count * size, size)
    return [_request(size, stream=stream, token=token, device=device, cursor=cursor) for cursor in cursors]


def send(port: int, devices: Sequence[Sequence[bytes]]) -> float:
    """Send the requests of each device over a connection of its own, all devices at once. Returns the requests answered
    in a second. Raises: LoadFailed."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_send(port, devices))


def _request(size: int, *, stream: str, token: str, device: str, cursor: int) -> bytes:
    now = time.time_ns() // 1_000_000
    tail = f"7{os.urandom(2).hex()[:3]}8{os.urandom(8).hex()[:15]}"
    events = [
        WireEvent(_id(now + 1000 * index, tail), device, "answered", 1, now + 1000 * index, _payload(index))
        for index in range(size)
    ]
    columns = pack(events)
    fields = {field: getattr(columns, field) for field in Columns.__struct_fields__}
    body = json.encode(SyncRequest(p=1, stream=stream, cursor=cursor, device=device, n=size, **fields))
    head = (
        "POST /v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _id(ms: int, tail: str) -> str:
    digits = f"{ms:012x}{tail}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _payload(index: int) -> str:
    answer = {
        "attempt": "01930000-0000-7000-8000-000000000001", "sitting": "01930000-0000-7000-8000-000000000002",
        "mode": "practice", "question": f"01930000-0000-7000-8000-{index:012x}", "revision": 1, "choice": ["b"],
        "correct": True, "elapsed_ms": 21_340, "clock_ms": 400_000 + index, "confidence": "sure",
    }  # fmt: skip
    return json.encode(answer).decode()


async def _send(port: int, devices: Sequence[Sequence[bytes]]) -> float:
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in devices]
    started = time.perf_counter()
    talks = [_talk(*stream, requests) for stream, requests in zip(streams, devices, strict=True)]
    await asyncio.gather(*talks)
    elapsed_s = time.perf_counter() - started
    for _, writer in streams:
        writer.close()
        await writer.wait_closed()
    return sum(map(len, devices)) / elapsed_s


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: Sequence[bytes]) -> None:
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise LoadFailed(f"{head[:40]!r} {body[:300]!r}")
