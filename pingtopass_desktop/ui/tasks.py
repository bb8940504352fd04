"""Running work off the window's thread and bringing the result back to it.

Three lanes: `store` for everything that touches the learner's file and the packs, in order, one at a time; `jobs` for
long work such as imports and backups; `online` for the network, which nothing here waits for. A result whose owner is
gone is dropped.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, ref

import shiboken6
from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from pingtopass_desktop.ui.garbage import GarbageCollection
from pingtopass_desktop.ui.online_lane import Brought, OnlineLane

_log = logging.getLogger(__name__)


class _Online(Struct, frozen=True):
    """Who waits for a piece of work on the network. It stays on the window's thread."""

    owner: Any
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    told: Callable[[Any], None] | None


class Tasks(QObject):
    """Signals: `idle` when the last piece of work has come back. The network does not count: nobody knows how long it
    takes, and nothing that the window shows of study depends on it."""

    idle = Signal()
    _came_back = Signal(object)
    _came_from_online = Signal(object)

    def __init__(self, store_lane: ThreadPoolExecutor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store_lane
        self._jobs = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jobs")
        self._online_lane = OnlineLane(self._came_from_online.emit)
        self._online: dict[int, _Online] = {}
        self._online_number = 0
        self._running = 0
        self._is_closed = False
        self._turns: WeakKeyDictionary[QObject, Iterator[Callable[[], Any]]] = WeakKeyDictionary()
        self.garbage = GarbageCollection(self)
        self._came_back.connect(self._deliver)  # from a lane's thread: delivered by the window's event loop
        self._came_from_online.connect(self._deliver_online)

    @property
    def is_idle(self) -> bool:
        return self._running == 0

    @property
    def is_online_idle(self) -> bool:
        """True while nothing is asked of the network."""
        return not self._online

    def run(
        self,
        work: Callable[[], Any],
        *,
        owner: QObject,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` on the store lane; then `done` or `failed` on the window's thread while `owner` lives.

        An error without a `failed` is logged and raised on the window's thread, where the crash handler shows it.
        """
        self._submit(self._store, work, owner, done, failed)

    def run_job(
        self,
        work: Callable[[], Any],
        *,
        owner: QObject,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """As `run`, on the lane for long work."""
        self._submit(self._jobs, work, owner, done, failed)

    def run_online(
        self,
        work: Callable[..., Any],
        *,
        owner: QObject,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        told: Callable[[Any], None] | None = None,
    ) -> None:
        """As `run`, on the lane for the network. With `told`, `work` is given a `Tell` for news on its way.

        Closing does not wait for it, so it may hold nothing of Qt.
        """
        if self._online_lane.is_closed:
            return
        self._online_number += 1
        self._online[self._online_number] = _Online(ref(owner), done, failed, told)
        self._online_lane.submit(self._online_number, work, tells=told is not None)

    def end_online(self, last: Callable[[], object] | None = None) -> None:
        """Drop what is asked of the network. `last` is done on its lane where that is not stuck in a request."""
        self._online_lane.close(last)
        self._online.clear()

    def in_turns(self, steps: Iterable[Callable[[], Any]], *, owner: QObject) -> None:
        """Take steps on the window's thread while `owner` lives, each in a turn of its own: keys and clicks come in
        between. Other steps of the same owner that are still to come are dropped."""
        old = self._turns.get(owner)
        if old is None:
            self._running += 1
        self._turns[owner] = iter(steps)
        if old is None:
            self._take_turn(ref(owner))

    def _take_turn(self, owner_ref: "ref[QObject]") -> None:
        if self._is_closed:
            return
        owner = owner_ref()
        steps = self._turns.get(owner) if owner is not None and shiboken6.isValid(owner) else None
        step = next(steps, None) if steps is not None else None
        if step is not None:
            try:
                step()
            finally:
                QTimer.singleShot(0, self, partial(self._take_turn, owner_ref))
            return
        if owner is not None:
            self._turns.pop(owner, None)
        self._running -= 1
        if self._running == 0:
            self.idle.emit()

    def close(self) -> None:
        """Wait for what is running, save on the network; nothing comes back any more."""
        self._is_closed = True  # what came back before is still on its way to `_deliver`
        self.end_online()
        self._came_back.disconnect(self._deliver)
        self._came_from_online.disconnect(self._deliver_online)
        self._jobs.shutdown(wait=True, cancel_futures=True)
        self._store.shutdown(wait=True)
        self.garbage.stop(is_alone=not self._online_lane.is_left_behind)

    def _submit(
        self,
        lane: Executor,
        work: Callable[[], Any],
        owner: QObject,
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        self._running += 1
        owner_ref = ref(owner)
        lane.submit(self._work, work, owner_ref, done, failed)

    def _work(self, work: Callable[[], Any], owner_ref: Any, done: Any, failed: Any) -> None:
        """On a lane's thread."""
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001  it is shown, or raised again, on the window's thread
            error = raised
        self._came_back.emit((result, error, owner_ref, done, failed))

    def _deliver(self, delivery: tuple[Any, BaseException | None, Any, Any, Any]) -> None:
        if self._is_closed:
            return
        result, error, owner_ref, done, failed = delivery
        self._running -= 1
        try:
            _hand_over(result, error, owner_ref, done, failed)
        finally:
            if self._running == 0:
                self.idle.emit()

    def _deliver_online(self, brought: Brought) -> None:
        waiting = self._online.get(brought.number)
        if waiting is None:  # dropped by `end_online`, with this on its way
            return
        if brought.is_news:
            _hand_over(brought.result, None, waiting.owner, waiting.told, None)
            return
        del self._online[brought.number]
        _hand_over(brought.result, brought.error, waiting.owner, waiting.done, waiting.failed)


def _hand_over(result: Any, error: BaseException | None, owner_ref: Any, done: Any, failed: Any) -> None:
    """Give a result to who waits for it, and raise an error that nobody takes."""
    owner = owner_ref()
    is_alive = owner is not None and shiboken6.isValid(owner)
    if error is None:
        if done is not None and is_alive:
            done(result)
    elif isinstance(error, Exception) and failed is not None and is_alive:
        failed(error)
    else:
        _log.error("work failed", exc_info=error)
        raise error
