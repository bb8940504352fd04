"""Work in turns of the event loop, and the pages that are built ahead by it."""

import gc
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app import wiring
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import DARK, ThemeName
from pingtopass_desktop.ui.widgets.basics import Label
from tests.ui.conftest import OpenWindow
from tests.ui.window import come_to_rest

AHEAD = (
    "practice_setup",
    "exam_setup",
    "progress",
    "library",
    "practice",
    "exam",
    "report",
    "answers",
    "history",
    "settings",
)


def test_steps_are_taken_in_order_with_other_events_in_between(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen = QObject(), []

    def step(number: int) -> None:
        seen.append(number)
        QTimer.singleShot(0, owner, lambda: seen.append(-number))

    tasks.in_turns((lambda n=n: step(n) for n in (1, 2, 3)), owner=owner)
    assert seen == [1]
    assert not tasks.is_idle
    come_to_rest(tasks)
    assert [each for each in seen if each > 0] == [1, 2, 3]
    assert seen.index(-1) < seen.index(3), "an event waited until all steps were taken"


def test_other_steps_of_the_same_owner_take_the_place_of_those_still_to_come(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    tasks.in_turns((lambda n=n: seen.append(n) for n in (1, 2, 3)), owner=owner)
    tasks.in_turns((lambda n=n: seen.append(n) for n in (10, 20)), owner=owner)
    come_to_rest(tasks)
    assert seen == [1, 10, 20]


def test_steps_end_with_their_owner_and_the_window_still_comes_to_rest(tasks: Tasks, qtbot: QtBot) -> None:
    seen: list[int] = []
    owner = QObject()
    tasks.in_turns((lambda n=n: seen.append(n) for n in (1, 2, 3)), owner=owner)
    with qtbot.waitSignal(tasks.idle):
        del owner
        gc.collect()
    assert seen == [1]
    assert tasks.is_idle


def test_a_step_that_fails_does_not_take_the_others_along(tasks: Tasks, qtbot: QtBot) -> None:
    owner, seen = QObject(), []
    tasks.in_turns((lambda: seen.append(1), lambda: 1 // 0, lambda: seen.append(3)), owner=owner)
    with qtbot.captureExceptions() as raised:
        come_to_rest(tasks)
    assert seen == [1, 3]
    assert [kind for kind, *_ in raised] == [ZeroDivisionError]


def test_pages_are_built_ahead_and_wear_the_theme_that_holds_when_they_are_visited(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(wiring, "_PREPARE_AFTER_MS", 0)
    window = open_window(page=None)
    window.press("Escape")
    qtbot.waitUntil(lambda: len(window.shell.built(*AHEAD)) == len(AHEAD), timeout=20_000)
    window.settle()
    shell = window.shell
    assert shell.shown_page is shell.today
    window.application.preferences.change(theme=ThemeName.DARK)
    window.go("exams")
    quiet = next(each for each in shell.exam_setup.findChildren(Label) if each.kind == "hint" and each.isVisible())
    assert quiet.palette().color(quiet.foregroundRole()).name().upper() == DARK.ink_3


def test_closing_while_pages_are_built_ahead_leaves_nothing_behind(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "_PREPARE_AFTER_MS", 0)
    for _ in range(3):
        window = open_window(page=None)
        window.shell.prepare()
        window.close()


def test_closing_drops_the_steps_still_to_come(qtbot: QtBot) -> None:
    tasks = Tasks(ThreadPoolExecutor(max_workers=1))
    owner, seen = QObject(), []
    tasks.in_turns([lambda: seen.append(1), lambda: seen.append(2)], owner=owner)
    tasks.close()
    assert seen == [1]
