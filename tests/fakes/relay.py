"""Stands between a desktop and the real service, and spoils single requests: an answer that gets lost, another one."""

import socket
from collections.abc import Callable
from threading import Event
from urllib.parse import urlsplit

from tests.fakes.canned import CannedServer

HOLD_S = 60

Spoil = Callable[[socket.socket, bytes], None]
"""What is done with the connection of the desktop and its request, instead of passing it on."""


class Relay(CannedServer):
    """Passes every request on, but those that `on` names, each once. Use as a context manager."""

    def __init__(self, service_url: str) -> None:
        super().__init__(self._relay)
        self._service = urlsplit(service_url)
        self._spoils: dict[str, Spoil] = {}

    def on(self, request: str, spoil: Spoil | bytes) -> None:
        """Spoil the next request that begins so, such as ``POST /v1/auth/refresh``. Bytes are answered in its place."""
        self._spoils[request] = (lambda connection, _: connection.sendall(spoil)) if isinstance(spoil, bytes) else spoil

    def lose_request(self, connection: socket.socket, request: bytes) -> None:
        """The service never sees it."""

    def lose_answer(self, connection: socket.socket, request: bytes) -> None:
        """The service does it, and the desktop never hears of it."""
        self._asked(request)

    def after(self, action: Callable[[], None]) -> Spoil:
        """Pass it on; when the service has answered, do something before the desktop hears of it."""

        def spoil(connection: socket.socket, request: bytes) -> None:
            answer = self._asked(request)
            action()
            connection.sendall(answer)

        return spoil

    def hold(self, event: Event, first_bytes: int = 0) -> Spoil:
        """The service does it; the desktop hears of it, save its first bytes, when the event is set."""

        def spoil(connection: socket.socket, request: bytes) -> None:
            answer = self._asked(request)
            connection.sendall(answer[:first_bytes])
            assert event.wait(HOLD_S), "the test never let it go"
            connection.sendall(answer[first_bytes:])

        return spoil

    def _relay(self, connection: socket.socket) -> None:
        request = self.requests[-1]
        name = next((name for name in self._spoils if request.startswith(name.encode())), None)
        if name is not None:
            self._spoils.pop(name)(connection, request)
        else:
            connection.sendall(self._asked(request))

    def _asked(self, request: bytes) -> bytes:
        """The service's answer, on a connection of its own."""
        head, _, body = request.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        with socket.create_connection((self._service.hostname or "", self._service.port or 80), 30) as upstream:
            upstream.sendall(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body)
            answer = b""
            while chunk := upstream.recv(65536):
                answer += chunk
        return answer
