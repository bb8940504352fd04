"""The lane for the network: results and news come to the window, and nobody waits for what hangs."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui.online_lane import Tell
from pingtopass_desktop.ui.tasks import Tasks
from tests.ui.window import wait_until


@pytest.fixture
def let_go() -> Iterator[Event]:
    event = Event()
    yield event
    event.set()


def online_idle(tasks: Tasks) -> None:
    wait_until(lambda: tasks.is_online_idle)


def test_work_is_done_in_order_off_the_windows_thread_and_comes_back_to_it(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen, threads = QObject(), [], set[int]()

    def work(number: int) -> int:
        threads.add(threading.get_ident())
        return number

    def done(number: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        seen.append(number)

    for number in (1, 2, 3):
        tasks.run_online(lambda number=number: work(number), owner=owner, done=done)
    online_idle(tasks)
    assert seen == [1, 2, 3]
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_there_is_no_thread_before_something_is_asked(tasks: Tasks, qtbot: QtBot) -> None:
    assert "online" not in [thread.name for thread in threading.enumerate()]


def test_news_come_before_the_result(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen = QObject(), []

    def work(tell: Tell) -> str:
        tell(1)
        tell(2)
        return "result"

    tasks.run_online(work, owner=owner, done=seen.append, told=seen.append)
    online_idle(tasks)
    assert seen == [1, 2, "result"]


def test_an_error_comes_to_who_takes_it_and_is_raised_where_nobody_does(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    tasks.run_online(lambda: 1 // 0, owner=owner, failed=seen.append)
    online_idle(tasks)
    assert [type(each) for each in seen] == [ZeroDivisionError]
    with qtbot.captureExceptions() as raised:
        tasks.run_online(lambda: 1 // 0, owner=owner)
        online_idle(tasks)
    assert [kind for kind, *_ in raised] == [ZeroDivisionError]


def test_what_is_asked_of_the_network_keeps_the_window_from_no_rest(tasks: Tasks, let_go: Event, qtbot: QtBot) -> None:
    owner = QObject()
    tasks.run_online(let_go.wait, owner=owner)
    assert tasks.is_idle
    assert not tasks.is_online_idle


def test_a_result_whose_owner_is_gone_is_dropped(tasks: Tasks, let_go: Event, qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    tasks.run_online(let_go.wait, owner=owner, done=seen.append)
    del owner
    gc.collect()
    let_go.set()
    online_idle(tasks)
    assert seen == []


def test_closing_waits_for_nothing_that_hangs_and_nothing_comes_back(qtbot: QtBot, let_go: Event) -> None:
    """It would never return: what hangs goes on when it has."""
    tasks = Tasks(ThreadPoolExecutor(max_workers=1))
    owner, seen, told_after = QObject(), [], Event()

    def work(tell: Tell) -> str:
        let_go.wait()
        tell("news")
        told_after.set()
        return "result"

    tasks.run_online(work, owner=owner, done=seen.append, told=seen.append)
    tasks.run_online(lambda: seen.append("begun"), owner=owner)
    tasks.close()
    assert tasks.is_online_idle
    let_go.set()
    assert told_after.wait(10)
    wait_until(lambda: "online" not in [thread.name for thread in threading.enumerate()])
    assert seen == []


def test_the_last_thing_is_done_on_the_lane(qtbot: QtBot) -> None:
    tasks = Tasks(ThreadPoolExecutor(max_workers=1))
    owner, seen = QObject(), []
    tasks.run_online(lambda: None, owner=owner)
    tasks.end_online(lambda: seen.append(threading.current_thread().name))
    tasks.run_online(lambda: seen.append("too late"), owner=owner)
    tasks.close()
    wait_until(lambda: bool(seen))
    assert seen == ["online"]
