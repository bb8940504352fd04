"""A line to a server that breaks on command: a proxy on loopback that forwards requests, or spoils them."""

import asyncio
from collections import deque
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class Line:
    """Forwards HTTP/1.1 requests to `url`, one fault a request as they are armed; then it is sound again.

    Faults: "cut before" and "cut after" (the server did its work, nobody hears of it), "cut within" the answer,
    "silent" (no answer at all, until the client gives up), or a whole answer as bytes. Use as ``async with``.
    """

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self.faults: deque[str | bytes] = deque()
        self.requests = 0
        self.most_at_once = 0
        self._under_way = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1")
        return self

    async def __aexit__(self, *raised: object) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            if task.get_name().startswith("line"):
                task.cancel()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.set_name("line")
        try:
            while request := await _message(reader):
                self.requests += 1
                fault = self.faults.popleft() if self.faults else None
                if fault == "cut before":
                    return
                if fault == "silent":
                    await reader.read()
                    return
                answer = fault if isinstance(fault, bytes) else await self._forward(request)
                if fault == "cut after":
                    return
                writer.write(answer[: len(answer) - 10] if fault == "cut within" else answer)
                await writer.drain()
                if fault == "cut within":
                    return
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _forward(self, request: bytes) -> bytes:
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            return await _message(reader)
        finally:
            self._under_way -= 1
            writer.close()


def answer(status: int, body: bytes, media_type: str = "application/json") -> bytes:
    """A whole HTTP answer."""
    head = f"HTTP/1.1 {status} Something\r\ncontent-type: {media_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request or an answer with its body; empty at the end of the connection."""
    try:
        head = await reader.readuntil(_END)
    except asyncio.IncompleteReadError:
        return b""
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
    if fields.get("transfer-encoding") != "chunked":
        return head + await reader.readexactly(int(fields.get("content-length", "0")))
    while size := int(line := await reader.readline(), 16):
        head += line + await reader.readexactly(size + 2)
    return head + line + await reader.readline()
