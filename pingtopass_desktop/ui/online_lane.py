"""The lane for the network: one thread, made by the first piece of work, that nobody waits for. No Qt.

A request may hang for as long as its time-outs say, and the window closes meanwhile. So the thread holds nothing of
the window: it knows each piece of work by a number, and what it brings back after `close` is dropped.
"""

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from msgspec import Struct

_GRACE_S = 0.3
"""What was cancelled tidies up in that time; what hangs in a request is left behind."""

Tell = Callable[[Any], None]
"""How a piece of work says how far it is."""


class Brought(Struct, frozen=True):
    """What comes from the lane: the result or the error of a piece of work, or news while it goes on."""

    number: int
    result: Any = None
    error: BaseException | None = None
    is_news: bool = False


class OnlineLane:
    """`bring` takes what comes back, on the lane's thread. Every other method is for the window's thread."""

    def __init__(self, bring: Callable[[Brought], None]) -> None:
        self._bring: Callable[[Brought], None] | None = bring
        self._bringing = Lock()
        self._waiting: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: Thread | None = None

    @property
    def is_closed(self) -> bool:
        return self._bring is None

    @property
    def is_left_behind(self) -> bool:
        """True where something hangs that was asked before `close`."""
        return self.is_closed and self._thread is not None and self._thread.is_alive()

    def submit(self, number: int, work: Callable[..., Any], *, tells: bool) -> None:
        """Do a piece of work after all others; one that `tells` is given a `Tell`. It must hold nothing of Qt."""
        arguments = (lambda news: self._send(Brought(number, news, is_news=True)),) if tells else ()
        self._waiting.put(lambda: self._do(number, partial(work, *arguments)))
        if self._thread is None:
            self._thread = Thread(target=_serve, args=(self._waiting,), name="online", daemon=True)
            self._thread.start()

    def close(self, last: Callable[[], object] | None = None) -> None:
        """Nothing comes back any more, what did not begin is dropped. `last` is done where the lane comes to it."""
        if self.is_closed:
            return
        with self._bringing:
            self._bring = None
        if self._thread is None:
            return
        try:
            while True:
                self._waiting.get_nowait()
        except Empty:
            self._waiting.put(last)
            if last is not None:
                self._waiting.put(None)
        self._thread.join(_GRACE_S)

    def _do(self, number: int, work: Callable[[], Any]) -> None:
        """On the lane's thread."""
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001  it is shown, or raised again, on the window's thread
            error = raised
        self._send(Brought(number, result, error))

    def _send(self, brought: Brought) -> None:
        with self._bringing:
            if self._bring is not None:
                self._bring(brought)


def _serve(waiting: "SimpleQueue[Callable[[], object] | None]") -> None:
    while (work := waiting.get()) is not None:
        work()
