"""The library page on its own, driven as a learner would."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.finding import Query
from pingtopass_desktop.ui.pages.library import LibraryPage
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from tests.fakes.laptop import Laptop
from tests.ui.window import come_to_rest


class WatchedTasks(Tasks):
    """Keeps the words of every search that is run."""

    def __init__(self, lane: ThreadPoolExecutor) -> None:
        super().__init__(lane)
        self.searches: list[str] = []

    def run(self, work: Any, **options: Any) -> None:
        queries = [each for each in getattr(work, "args", ()) if isinstance(each, Query)]
        self.searches += [query.text for query in queries]
        super().run(work, **options)


class Desk:
    """The page on its own, with the lanes behind it."""

    def __init__(self, qtbot: QtBot, laptop: Laptop) -> None:
        self.qtbot = qtbot
        self.laptop = laptop
        self.study: Study = laptop.open()
        self.tasks = WatchedTasks(ThreadPoolExecutor(max_workers=1, thread_name_prefix="store"))
        self.page = LibraryPage(self.study, self.tasks, laptop.packs)
        qtbot.addWidget(self.page)
        self.steps: list[Undoable] = []
        self.exams: list[list[str]] = []
        self.practised: list[tuple[str, list[str], str]] = []
        self.page.undoable.connect(self.steps.append)
        self.page.exams_changed.connect(lambda exams: self.exams.append([exam.id for exam in exams]))
        self.page.practise_asked.connect(lambda *asked: self.practised.append(asked))
        self.page.resize(1070, 800)
        self.page.show()
        self.page.refresh()
        self.settle()

    def settle(self) -> None:
        for _ in range(4):
            come_to_rest(self.tasks)
            self.qtbot.wait(1)
            if self.page._timer.isActive():
                self.qtbot.waitUntil(lambda: not self.page._timer.isActive())
        come_to_rest(self.tasks)

    def type(self, text: str) -> None:
        self.page.focus_search()
        self.qtbot.keyClicks(self.page.search, text)
        self.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            target = QApplication.focusWidget() or self.page
            self.qtbot.keyClick(target, Qt.Key[f"Key_{key}"])
            self.settle()

    def take_back(self) -> None:
        """As Undo does it."""
        step = self.steps.pop()
        self.tasks.run(step.undo, owner=self.page, done=lambda _: step.undone())
        self.settle()

    def stems(self) -> list[str]:
        model = self.page.list.hits
        return [model.data(model.index(row, 0)) for row in range(model.rowCount())]

    def texts(self, within: QWidget | None = None) -> str:
        labels = (within or self.page).findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible() and label.text())

    def close(self) -> None:
        self.tasks.close()
