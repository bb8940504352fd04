"""Waits on this computer for the browser that comes back from Google's page (RFC 8252, section 7.3).

A browser opens connections ahead that send nothing, asks for an icon, sends a page twice. Sockets never block here, so
none of these holds up the others, and only a redirect with the right `state` ends the waiting. Its browser waits for
the page until the sign-in has ended, so that the page says what is true.
"""

import secrets
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from pingtopass_desktop.cloud.browser_pages import Page, page_answer
from pingtopass_desktop.cloud.cancel import Cancel
from pingtopass_desktop.cloud.errors import Cancelled, SignInFailed, TimedOut

TURN_S = 0.05
"""How often it is looked whether the learner cancelled."""
_MAX_VISITORS = 32
_MAX_REQUEST_BYTES = 16 * 1024
_SEND_S = 2.0


class Redirect(Struct, frozen=True):
    """What the browser brought: a code, or the error that Google names (RFC 6749, section 4.1.2.1)."""

    code: str
    error: str


class _Now(Enum):
    """Whether a visitor's request is whole."""

    UNFINISHED = 0
    GONE = 1
    WHOLE = 2


class _Visitor:
    """One connection of a browser."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.is_waiting = False

    def read(self) -> _Now:
        try:
            chunk = self.connection.recv(_MAX_REQUEST_BYTES)
        except BlockingIOError:
            return _Now.UNFINISHED
        except OSError:
            return _Now.GONE
        if not chunk:
            return _Now.GONE
        self.received += chunk
        is_whole = b"\r\n\r\n" in self.received or len(self.received) > _MAX_REQUEST_BYTES
        return _Now.WHOLE if is_whole else _Now.UNFINISHED

    def answer(self, content: bytes) -> None:
        with suppress(OSError):  # it may have left; nobody else waits for this page
            self.connection.settimeout(_SEND_S)  # a page fits into the socket's buffer, so this never takes that long
            self.connection.sendall(content)
            self.connection.shutdown(socket.SHUT_WR)


class Receiver:
    """Listens on 127.0.0.1 from its making to `close`. Used by one thread."""

    def __init__(self, state: str, port: int = 0) -> None:
        """`port` 0 takes a free one. Raises: SignInFailed."""
        self._state = state.encode()
        try:
            self._listener = socket.create_server(("127.0.0.1", port), backlog=_MAX_VISITORS)
        except OSError as error:
            raise SignInFailed(
                f"PingToPass could not wait for the browser on this computer ({error.strerror or error}). A security "
                "program may forbid it; start PingToPass again, or allow it there."
            ) from error
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._visitors: list[_Visitor] = []
        self._redirect: Redirect | None = None

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def wait(self, cancel: Cancel, timeout_s: float, clock: Callable[[], float] = time.monotonic) -> Redirect:
        """The redirect of this sign-in, whose browser waits for `answer`. Raises: Cancelled, TimedOut."""
        deadline = clock() + timeout_s
        while self._redirect is None:
            if cancel.is_set():
                raise Cancelled("The sign-in was cancelled. Nothing was changed.")
            left_s = deadline - clock()
            if left_s <= 0:
                raise TimedOut(
                    f"Nobody finished signing in within {timeout_s / 60:.0f} min. Sign in again when you are ready."
                )
            self._turn(min(left_s, TURN_S))
        return self._redirect

    def answer(self, page: Page) -> None:
        """Show a page to the browser that came back, and to those that asked for it once more meanwhile."""
        for _ in range(_MAX_VISITORS):
            if not self._turn(0):
                break
        for visitor in [visitor for visitor in self._visitors if visitor.is_waiting]:
            visitor.answer(page_answer(page))
            self._drop(visitor)

    def close(self) -> None:
        for visitor in list(self._visitors):
            self._drop(visitor)
        self._selector.close()
        self._listener.close()

    def _turn(self, wait_s: float) -> bool:
        """Serve whoever came or sent something. False where nobody did."""
        ready = self._selector.select(wait_s)
        for key, _ in ready:
            if key.data is None:
                self._admit()
            elif key.data in self._visitors:  # else it was dropped in this turn
                self._listen_to(key.data)
        return bool(ready)

    def _admit(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # it left before it was let in
            return
        connection.setblocking(False)
        visitor = _Visitor(connection)
        self._visitors.append(visitor)
        self._selector.register(connection, selectors.EVENT_READ, visitor)
        silent = [other for other in self._visitors if not other.is_waiting]
        if len(silent) > _MAX_VISITORS:
            self._drop(silent[0])

    def _listen_to(self, visitor: _Visitor) -> None:
        now = visitor.read()
        if now is _Now.GONE:
            self._drop(visitor)
        elif visitor.is_waiting:
            visitor.received.clear()
        elif now is _Now.WHOLE:
            page = self._page_for(bytes(visitor.received))
            if page is None:
                visitor.is_waiting = True
            else:
                visitor.answer(page_answer(page))
                self._drop(visitor)

    def _page_for(self, request: bytes) -> Page | None:
        """The page of a stray request; None where it is the redirect, whose page is not known yet."""
        line = request.partition(b"\r\n")[0].split(b" ")
        if len(line) != 3 or not line[2].startswith(b"HTTP/1.") or len(request) > _MAX_REQUEST_BYTES:
            return Page.BAD_REQUEST
        if line[0] != b"GET":
            return Page.WRONG_METHOD
        try:
            target = urlsplit(line[1].decode("ascii"))
            fields = parse_qs(target.query, keep_blank_values=True, max_num_fields=32)
        except ValueError:
            return Page.BAD_REQUEST
        if target.path not in ("", "/"):
            return Page.NOT_FOUND
        state, code, error = (fields.get(name, []) for name in ("state", "code", "error"))
        if len(state) != 1 or not secrets.compare_digest(state[0].encode(), self._state):
            return Page.ANOTHER_SIGN_IN
        if len(code) + len(error) != 1 or not (code or error)[0]:
            return Page.BAD_REQUEST
        if self._redirect is None:
            self._redirect = Redirect("".join(code), "".join(error))
        return None

    def _drop(self, visitor: _Visitor) -> None:
        self._visitors.remove(visitor)
        self._selector.unregister(visitor.connection)
        visitor.connection.close()
