"""A client that breaks the rules: it writes bytes to a socket and reads what comes back."""

import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, json

_PATIENCE_S = 20


class Heard(Struct, frozen=True):
    """An answer, and how many bytes of a body were sent before it came."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: int

    @property
    def code(self) -> str:
        """Of the problem."""
        return json.decode(self.body)["code"]


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), _PATIENCE_S) as connection:
        yield connection


def head(method: str, path: str, *lines: str) -> bytes:
    """Of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: service.test", *lines, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """For `Transfer-Encoding: chunked`."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def tell(port: int, begin: bytes, parts: Iterable[bytes] = ()) -> Heard:
    """Send a request, part by part until an answer comes; then read it."""
    with connected(port) as connection:
        connection.sendall(begin)
        sent = 0
        for part in parts:
            if select.select([connection], [], [], 0)[0]:
                break
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break  # it answered and closed
            sent += len(part)
        return hear(connection, sent)


def hear(connection: socket.socket, sent: int = 0) -> Heard:
    """Read one answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    lines, _, body = data.partition(b"\r\n\r\n")
    status, *rest = lines.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _more(connection)
    return Heard(int(status.split(" ")[1]), headers, body, sent)


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    assert data, "the connection was closed before the answer ended"
    return data
