"""Drives the real window through every page and state and writes a picture of each. On data folders of its own."""

import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog

from pingtopass_desktop.app.config import DataFolder, TourOptions
from pingtopass_desktop.app.opening import close_study, open_study
from pingtopass_desktop.app.tour.accounts import STATES, no_account
from pingtopass_desktop.app.tour.past import half_right, live_through
from pingtopass_desktop.app.wiring import Application
from pingtopass_desktop.domain.question import Choice, Question
from pingtopass_desktop.learner.database import StoreDamaged
from pingtopass_desktop.study.context import monotonic_ms
from pingtopass_desktop.ui.pages.settings import SECTIONS
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.question_view import QuestionView
from pingtopass_desktop.ui.window_account import WindowAccount

_SETTLE_MS = 60
_STUCK_MS = 20_000


def run_tour(options: TourOptions) -> int:
    """Write the pictures into `options.folder` and print their names. Returns the exit code."""
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"pingtopass: {options.folder} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    logging.getLogger("pingtopass_desktop").addHandler(logging.NullHandler())
    qt = QApplication(sys.argv[:1])
    qt.setStyle("Fusion")
    with _folder() as folder:
        number = _walk(_Tour.begin, folder, no_account, options, 0)
        for state in STATES:
            number = _walk(partial(_Tour.account, name=state.name), folder, state.window_account, options, number)
    with _folder() as folder:
        close_study(open_study(folder).study)
        live_through(folder)
        _walk(_Tour.study, folder, no_account, options, number)
    return 0


@contextmanager
def _folder() -> Iterator[DataFolder]:
    with tempfile.TemporaryDirectory(prefix="pingtopass-tour-") as root:
        yield DataFolder(Path(root))


def _walk(
    walk: "Callable[[_Tour], None]",
    folder: DataFolder,
    account: Callable[[Tasks], WindowAccount],
    options: TourOptions,
    number: int,
) -> int:
    """Open a window, walk through it, close it. Returns the number of the last picture."""
    clock = _TourClock()
    lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    look = WindowSettings(ThemeName(options.theme), options.text_zoom)
    application = Application(folder, lane, lane.submit(open_study, folder, clock), look, account)
    try:
        tour = _Tour(application, options, clock, number)
        walk(tour)
        return tour.number
    finally:
        application.shell.close()
        application.close()


class _TourClock:
    """A monotonic clock in milliseconds that can be sent ahead, so that an exam takes as long as exams do."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def __call__(self) -> int:
        return monotonic_ms() + self._ahead_ms

    def advance(self, ms: int) -> None:
        self._ahead_ms += ms


class _Tour:
    def __init__(self, application: Application, options: TourOptions, clock: _TourClock, number: int) -> None:
        self.number = number
        self._clock = clock
        self._random = Random(7)
        self._application = application
        self._shell = application.shell
        self._folder = options.folder
        self._shell.resize(options.width, options.height)
        application.show()
        self._wait_until(lambda: application.opened is not None)

    def begin(self) -> None:
        """What a new learner sees, until there is something to show."""
        shell = self._shell
        for name in ("exam", "date", "look"):
            self._picture(f"first-run-{name}")
            if name != "look":
                self._press_enter()
        self._press("Escape")
        for name in ("today", "progress", "practice", "exams"):
            shell.show_page(name)
            self._picture(f"{name}-empty")
        shell.show_history()
        self._picture("history-empty")

    def study(self) -> None:
        """What a learner of some weeks sees."""
        shell = self._shell
        shell.show_page("today")
        self._picture("today")
        self._practise()
        self._sit()
        self._read()
        self._look_back()
        self._library()
        self._settings()
        self._rest()

    def account(self, name: str) -> None:
        """What can be seen of an account without its service."""
        shell = self._shell
        if shell.shown_page in shell.built("first_run"):
            self._press("Escape")
        shell.show_page("settings")
        section = shell.settings.show_section("account")
        self._picture(f"account-{name}")
        if name == "signed-out":
            section.sign_in.click()
            self._picture("account-service-away")
        elif name == "signed-in":
            for button, asking in (
                (section.account_rows.everywhere, "sign-out-everywhere"),
                (section.account_rows.delete, "delete"),
            ):
                button.click()
                self._picture(f"account-ask-{asking}")
                self._press("Escape")

    def _practise(self) -> None:
        shell = self._shell
        shell.show_page("practice")
        self._picture("practice-setup")
        shell.practice_setup.count_buttons[20].click()
        shell.practice_setup.start.click()
        self._settle()
        self._picture("practice-question")
        seen: set[str] = set()
        while shell.practice.attempt is not None and shell.practice.attempt.unanswered:
            question = self._question(shell.practice.view)
            is_new = question.type not in seen
            seen.add(question.type)
            answer = question.key if question.type.has_one_key else half_right(question)
            self._answer(shell.practice.view, answer)
            if is_new:
                self._press("V")
                self._picture(f"practice-{question.type}")
            self._press_enter()
            if is_new:
                self._picture(f"practice-{question.type}-feedback")
            self._press_enter()
            if len(seen) == 5:
                break
        shell.practice.end_session()
        self._settle()
        self._picture("practice-result")

    def _sit(self) -> None:
        shell = self._shell
        shell.show_page("exams")
        self._picture("exam-setup")
        shell.exam_setup.start.click()
        self._settle()
        self._picture("exam-first-question")
        attempt = shell.exam.attempt
        total = len(attempt.items) if attempt else 0
        has_code = False
        for index in range(total):
            view = shell.exam.view
            question = self._question(view)
            self._think()
            answer = question.key if index % 4 else half_right(question)
            if index % 9 != 4:
                self._answer(view, answer)
            if index % 6 == 2:
                self._press("M")
            if not has_code and index > 4 and "```" in question.text and question.type.is_choice:
                has_code = True
                others = [place for place, option in enumerate(view.options.rows) if option.option_id not in answer]
                for place in others[:2]:
                    view.strike_index(place)
                self._settle()
                self._picture("exam-code-and-strikes")
            if index + 1 < total:
                self._press_enter()
                if shell.exam.attempt is not None and shell.exam.attempt.position == index:
                    self._picture("exam-choose-guard")
                    self._press_enter()
        self._press("R")
        self._picture("exam-review-screen")
        shell.exam.ask_to_end()
        self._settle()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            self._picture("exam-confirm-end")
            dialog.accept()
        self._settle()
        self._picture("score-report")

    def _think(self) -> None:
        """Let 12 to 120 seconds go by in ticks, most often about a minute."""
        for _ in range(round(self._random.triangular(3, 30, 16))):
            self._clock.advance(4000)
            self._shell.exam.tick()
            self._settle()

    def _read(self) -> None:
        shell = self._shell
        shell.report.review.click()
        self._settle()
        self._picture("answer-review")
        self._press("N")
        shell.answers.panel.edit.note.setPlainText("Think of the layer first, then of the device.")
        self._press("Escape")
        shell.answers.panel.edit.report.click()
        self._settle()
        self._picture("answer-review-note-and-report-form")
        shell.answers.back.click()
        shell.show_page("exams")
        self._picture("exam-setup-with-history")

    def _look_back(self) -> None:
        shell = self._shell
        shell.show_page("progress")
        self._pause(400)  # the charts come in the background
        self._picture("progress")
        shell.show_history()
        self._pause(400)  # a long table is built a few rows at a time
        self._picture("history")
        exams = [row.summary.id for row in shell.history.rows if row.summary.scaled is not None][:2]
        shell.history.compare_asked.emit(exams[1], exams[0])
        self._picture("comparison")

    def _library(self) -> None:
        shell = self._shell
        shell.show_page("library")
        self._picture("library")
        shell.library.search.setText("spanning tree")
        self._pause(300)
        self._picture("library-search")
        shell.library.search.setText("nothing of this kind")
        self._pause(300)
        self._picture("library-nothing-found")

    def _settings(self) -> None:
        self._shell.show_page("settings")
        for name, _ in SECTIONS:
            self._shell.settings.show_section(name)
            self._picture(f"settings-{name}")

    def _rest(self) -> None:
        shell = self._shell
        shell.show_page("today")
        for name, key in (("keys", shell.show_keys), ("palette", shell.show_palette)):
            key()
            self._settle()
            self._picture(name)
            dialog = QApplication.activeModalWidget()
            if isinstance(dialog, QDialog):
                dialog.reject()
            self._settle()
        path = Path("learner.db")
        message = "learner.db is damaged (file is not a database). It is left as it is; restore a backup to go on."
        self._application.show_problem(StoreDamaged(path, message))
        self._picture("problem")

    def _question(self, view: QuestionView) -> Question:
        if view.question is None:
            raise RuntimeError("the page shows no question")
        return view.question

    def _answer(self, view: QuestionView, choice: Choice) -> None:
        if self._question(view).type.is_choice:
            for index, option in enumerate(view.options.rows):
                if option.option_id in choice:
                    view.choose_index(index)
                    self._settle()
        else:
            view.choice_made.emit(choice)
            self._settle()

    def _press(self, key: str) -> None:
        self._send(Qt.Key[f"Key_{key}"], key if len(key) == 1 else "")

    def _press_enter(self) -> None:
        self._send(Qt.Key.Key_Return, "\r")

    def _send(self, key: Qt.Key, text: str) -> None:
        target = QApplication.focusWidget() or self._shell
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
        self._settle()

    def _picture(self, name: str) -> None:
        self._settle()
        self._pause(_SETTLE_MS)
        self.number += 1
        widget = QApplication.activeModalWidget() or self._shell
        path = self._folder / f"{self.number:02}-{name}.png"
        if not widget.grab().save(str(path)):
            raise OSError(f"{path} was not written")
        print(path.name)

    def _settle(self) -> None:
        self._pause(1)
        tasks = self._application.tasks
        self._wait_until(lambda: tasks.is_idle and tasks.is_online_idle)

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        waited = 0
        while not is_so():
            self._pause(5)
            waited += 5
            if waited > _STUCK_MS:
                raise TimeoutError("the window does not come to rest")

    def _pause(self, ms: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()
