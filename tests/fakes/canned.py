"""A server that answers with bytes that a test made: what no well-behaved service sends. A thread on loopback."""

import socket
import ssl
from collections.abc import Callable
from select import select
from threading import Thread
from typing import Self

import msgspec

from sync import wire

Answer = bytes | Callable[[socket.socket], None]
"""The bytes of a whole answer, after which the connection is closed; or what is done with the connection instead."""


class CannedServer:
    """Gives the answers in their order, one a connection, the last one for ever. `requests` has what was asked.

    Use as a context manager. `tls`: the context of a server that speaks TLS.
    """

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, name="canned server")

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}" if self._tls is None else f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._answer(connection)
                except (OSError, ssl.SSLError):
                    continue  # the other side had enough

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        request = read_request(connection)
        if not request:
            return
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
            if self._tls is not None:
                connection.close()


def tunnel(connection: socket.socket, request: bytes) -> None:
    """Be a proxy: connect to where a CONNECT asks to go, then pass on what both sides say."""
    host, _, port = request.split(b" ")[1].rpartition(b":")
    with socket.create_connection((host.decode(), int(port)), 10) as there:
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        other = {connection: there, there: connection}
        while True:
            for side in select([connection, there], [], [], 10)[0]:
                chunk = side.recv(65536)
                if not chunk:
                    return
                other[side].sendall(chunk)


def read_request(connection: socket.socket) -> bytes:
    """One request with its body, as far as it comes."""
    request = b""
    while b"\r\n\r\n" not in request:
        chunk = connection.recv(65536)
        if not chunk:
            return request
        request += chunk
    head, _, body = request.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body


def answer(
    status: int, content: bytes = b"", content_type: str = "application/json", headers: tuple[str, ...] = ()
) -> bytes:
    """A whole answer."""
    lines = (
        f"HTTP/1.1 {status} Words",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def problem(status: int, code: str, detail: str = "", headers: tuple[str, ...] = (), **more: int) -> bytes:
    """A problem in the form of the service."""
    body = wire.Problem("about:blank", "A title", status, code, detail, "request-1", **more)
    return answer(status, msgspec.json.encode(body), "application/problem+json", headers)
