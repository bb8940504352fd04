"""The real window on a data folder, driven as a learner drives it; prints one line of JSON. Run by `benchmarks.window`.

Usage: ``window_child.py answers COUNT`` or ``window_child.py stalls``; the data folder is that of the environment.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.bank import vocabulary
from pingtopass_desktop.app.config import data_folder
from pingtopass_desktop.app.main import start
from pingtopass_desktop.study.finding import QuestionState
from pingtopass_desktop.ui.pages.settings import SECTIONS
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.window_account import Stage

_BEAT_MS = 1
_NOW = QEventLoop.ProcessEventsFlag.AllEvents
_WAIT = _NOW | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
_AFTER_MS = 250
"""What a step leaves to timers belongs to it."""

_QUIET_TURNS = 2
"""So many turns of the event loop with nothing to paint follow when all is painted: what is shown asks in one turn for
what it lays out and paints in the next."""

_FIRST_LOOK_MS = 3000
"""How long the first page is looked at before the first key."""


class Beat(QObject):
    """A timer of the window: the longest time between two of its turns is how long the window stood still."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._turn)
        self._last = 0
        self.longest_ms = 0.0

    def begin(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter_ns()
        self._timer.start()

    def end(self) -> float:
        self._turn()
        self._timer.stop()
        return self.longest_ms

    def _turn(self) -> None:
        now = time.perf_counter_ns()
        self.longest_ms = max(self.longest_ms, (now - self._last) / 1e6)
        self._last = now


class Paintings(QObject):
    """Counts how often a window was painted."""

    def __init__(self, window: QObject) -> None:
        super().__init__(window)
        self.count = 0
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.UpdateRequest
        return False


class Driver:
    """Presses keys and waits. Everything goes through the window."""

    def __init__(self) -> None:
        folder = data_folder(None)
        folder.root.mkdir(parents=True, exist_ok=True)
        _, self.application = start(folder)
        self.shell: Any = self.application.shell
        while self.application.opened is None:
            self.wait(1)
        self.wait(_AFTER_MS)  # the start has rows of its own
        beat = Beat()
        beat.begin()
        self.wait(_FIRST_LOOK_MS)
        self.first_stall_ms = beat.end()
        self.rest()
        if self.shell.shown_page in self.shell.built("first_run"):
            self.press("Escape")
        self.wait(_AFTER_MS)

    def wait(self, ms: int) -> None:
        """As the program waits; `QTest.qWait` keeps the interpreter to itself, and the lanes stand still."""
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def rest(self) -> None:
        """Wait until nothing is on its way."""
        self.wait(1)
        while not self.application.tasks.is_idle:
            self.wait(1)

    def send(self, key: str) -> None:
        """Press a key where the keyboard is: ``A``, ``Return``, ``Ctrl+4``."""
        *modifiers, name = key.split("+")
        held = Qt.KeyboardModifier.ControlModifier if modifiers else Qt.KeyboardModifier.NoModifier
        target = QApplication.focusWidget() or self.shell
        QTest.keyClick(target, Qt.Key[f"Key_{name}"], held)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.send(key)
            self.rest()

    def choose_answer(self, view: Any) -> None:
        """Answer the question shown, whatever its type."""
        question = view.question
        if question.type.is_choice:
            for _, letter in zip(question.key, "ABCDE", strict=False):
                self.press(letter)
        else:
            view.choice_made.emit(question.key)
            self.rest()

    def begin_practice(self, count: int) -> None:
        self.press("Ctrl+2")
        self.shell.practice_setup.count_buttons[count].click()
        self.shell.practice_setup.start.click()
        self.rest()

    def begin_exam(self) -> None:
        self.press("Ctrl+3")
        self.shell.exam_setup.start.click()
        self.rest()

    def close(self) -> None:
        self.shell.close()
        self.application.close()


def answers(driver: Driver, count: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds from a key to what it leads to, painted. `next`: from Enter to the next question. `first`: in an
    exam from the letter, whose answer is durable then; in practice from Enter that checks, to the explanation."""
    found: dict[str, dict[str, list[float]]] = {mode: {"first": [], "next": []} for mode in ("exam", "practice")}
    exam, practice = found["exam"], found["practice"]
    paintings = Paintings(driver.shell)
    while len(exam["next"]) < count:
        driver.begin_exam()
        view = driver.shell.exam.view
        for _ in range(60):
            question = view.question
            if question.type.is_choice and question.type.has_one_key:
                _press_both(driver, paintings, view, ("A", "Return"), exam)
            else:
                driver.press("Right")
        driver.shell.exam.ask_to_end()
        QApplication.activeModalWidget().accept()  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
        driver.rest()
        driver.press("Escape")
    while len(practice["next"]) < count:
        driver.begin_practice(20)
        view = driver.shell.practice.view
        for _ in range(19):
            driver.choose_answer(view)
            _press_both(driver, paintings, view, ("Return", "Return"), practice)
        driver.shell.practice.end_session()
        driver.rest()
        driver.press("Escape")
    return {mode: {key: times[:count] for key, times in each.items()} for mode, each in found.items()}


def _press_both(
    driver: Driver, paintings: Paintings, view: Any, keys: tuple[str, str], found: dict[str, list[float]]
) -> None:
    """The key that answers or checks, then the one that goes on, each measured by itself."""
    before = view.question
    first, second = keys
    found["first"].append(_until_painted(driver, paintings, first))
    if view.question is not before:
        raise RuntimeError("another question is there before Enter")
    found["next"].append(_until_painted(driver, paintings, second))
    if view.question is before:
        raise RuntimeError("the same question is still there")


def _until_painted(driver: Driver, paintings: Paintings, key: str) -> float:
    """Milliseconds from the key to the end of the last turn of the event loop in which a lane had work or the window
    was painted: what the key asked for is done, thus durable, and nothing of it is left to lay out or to paint."""
    tasks, quiet = driver.application.tasks, 0
    started = done = time.perf_counter_ns()
    driver.send(key)
    while quiet < _QUIET_TURNS:
        before, was_idle = paintings.count, tasks.is_idle
        QApplication.processEvents(_NOW if was_idle else _WAIT)  # asking on and on would take the lane's turns away
        if was_idle and paintings.count == before:
            quiet += 1
        else:
            quiet, done = 0, time.perf_counter_ns()
    return (done - started) / 1e6


def stalls(driver: Driver) -> dict[str, float]:
    """The longest time that the window stood still, in ms, by what was done meanwhile."""
    beat, found = Beat(), {"First seconds, pages built ahead": driver.first_stall_ms}

    def during(name: str, *steps: Callable[[], object]) -> None:
        driver.wait(50)
        beat.begin()
        for step in steps:
            step()
            driver.rest()
            driver.wait(_AFTER_MS)
        found[name] = max(found.get(name, 0.0), beat.end())

    _pages(driver, during)
    _library(driver, during)
    _sessions(driver, during)
    _account(driver, during)
    _looks(driver, during)
    return found


def _pages(driver: Driver, during: Callable[..., None]) -> None:
    shell = driver.shell

    def goes(page: str) -> Callable[[], object]:
        return lambda: driver.press(f"Ctrl+{page}")

    names = {"1": "Today", "2": "Practice", "3": "Exams", "4": "Progress", "5": "Library"}
    for page, name in names.items():
        during(f"{name}, first time", goes(page))
    for page, name in names.items():
        during(f"{name}, again", goes(page))
    during("Progress", goes("4"))
    during("Progress, tables for charts", *(card.switch.click for card in _chart_cards(shell.progress)))
    during("Progress, charts again", *(card.switch.click for card in _chart_cards(shell.progress)))
    during("History", shell.show_history)
    during("History, more rows", shell.history.more.click, shell.history.more.click)
    exams = [row.summary.id for row in shell.history.rows if row.summary.scaled is not None][:2]
    during("Comparison", lambda: shell.history.compare_asked.emit(exams[1], exams[0]))
    during("Report of an earlier exam", lambda: shell.open_report(exams[0]))
    during("Review of its answers", shell.report.review.click)
    driver.press("Escape", "Escape")
    during("Settings, first time", lambda: shell.show_page("settings"))
    during("Settings, every section", *((lambda n=n: shell.settings.show_section(n)) for n, _ in SECTIONS))


def _chart_cards(page: Any) -> list[Any]:
    from pingtopass_desktop.ui.widgets.chart_card import ChartCard

    return [card for card in page.findChildren(ChartCard) if not card.switch.isHidden()]


def _library(driver: Driver, during: Callable[..., None]) -> None:
    library = driver.shell.library
    words = vocabulary()
    driver.press("Ctrl+5")

    def types(word: str) -> Callable[[], object]:
        def write() -> None:
            library.focus_search()
            for letter in word:
                QTest.keyClicks(library.search, letter)
                driver.wait(40)

        return write

    during("Library, typing", *(types(words[rank]) for rank in (3, 40, 1000)))
    library.search.clear()
    driver.rest()
    for state in QuestionState:
        during("Library, filters", lambda state=state: library.filters.state.value_chosen.emit(state))
    during("Library, filters", lambda: library.filters.state.value_chosen.emit(None))

    def down() -> None:
        library.list.setFocus()
        for _ in range(40):
            driver.send("Down")
            driver.wait(30)

    during("Library, arrow down through the list", down)
    during("Library, answer shown", library.detail.toggle_answer)
    during("Library, scrolled to the end", *([library.list.scrollToBottom] * 5))


def _sessions(driver: Driver, during: Callable[..., None]) -> None:
    shell = driver.shell
    during("Practice, started", lambda: driver.begin_practice(20))
    view = shell.practice.view

    def one() -> None:
        driver.choose_answer(view)
        driver.press("Return", "Return")

    during("Practice, questions", *([one] * 10))
    during("Practice, ended", shell.practice.end_session)
    driver.press("Escape")
    during("Exam, started", driver.begin_exam)

    def answered() -> None:
        driver.choose_answer(shell.exam.view)
        driver.press("M", "Right")

    during("Exam, questions", *([answered] * 10))
    during("Exam, review screen", lambda: driver.press("R"))

    def end() -> None:
        shell.exam.ask_to_end()
        QApplication.activeModalWidget().accept()  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]

    during("Exam, ended, report", end)
    driver.press("Escape")


def _account(driver: Driver, during: Callable[..., None]) -> None:
    """A sign-in in the browser that the environment names, with the service that it names."""
    shell, account = driver.shell, driver.application.account()
    if account.stage is Stage.NO_SERVICE:
        return
    shell.show_page("settings")
    section = shell.settings.show_section("account")

    def asks(button: Any) -> Callable[[], object]:
        def press() -> None:
            button.click()
            while not driver.application.tasks.is_online_idle:
                driver.wait(1)

        return press

    during("Account, signed in", asks(section.sign_in))
    if account.stage is not Stage.SIGNED_IN:
        raise RuntimeError(f"not signed in: {section.notice.text}")
    during("Account, devices", asks(section.account_rows.manage))
    during("Account, signed out", asks(section.account_rows.sign_out))


def _looks(driver: Driver, during: Callable[..., None]) -> None:
    """Theme and text zoom, changed on each page, after every page was seen."""
    shell = driver.shell
    for page in ("today", "practice", "exams", "progress", "library", "settings"):
        shell.show_page(page)
        driver.rest()
        driver.wait(_AFTER_MS)
        for theme in (ThemeName.DARK, ThemeName.LIGHT):
            during(f"Theme changed on {page}", lambda theme=theme: shell.preferences.change(theme=theme))
        during(f"Text zoom changed on {page}", lambda: driver.press("Ctrl+Plus"))
        driver.press("Ctrl+0")
    during("Palette", shell.show_palette)
    QApplication.activeModalWidget().reject()  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]


def main() -> None:
    """Do what the command line asks for."""
    driver = Driver()
    what, *rest = sys.argv[1:]
    found = answers(driver, int(rest[0])) if what == "answers" else stalls(driver)
    print(json.dumps(found), flush=True)
    driver.close()


if __name__ == "__main__":
    main()
