"""The main window: its pages, and which follows which. `ui.sessions` runs sessions, `ui.window_frame` is the frame."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.sessions import Sessions
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.window_frame import Commands

if TYPE_CHECKING:
    from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage
    from pingtopass_desktop.ui.pages.first_run import FirstRunPage
    from pingtopass_desktop.ui.pages.library import LibraryPage
    from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage
    from pingtopass_desktop.ui.pages.progress import ProgressPage
    from pingtopass_desktop.ui.pages.settings import SettingsPage
    from pingtopass_desktop.ui.pages.settings_places import Places
    from pingtopass_desktop.ui.pages.today import TodayPage
    from pingtopass_desktop.ui.window_account import WindowAccount

_ABOUT_AN_EXAM = {"today": "today", "practice": "practice_setup", "exams": "exam_setup", "progress": "progress"}
"""Pages of the rail that show the chosen exam, and their attributes here."""

_MODULES = {"answers": "answer_review"}
_SESSIONS = ("practice", "exam", "report", "answers", "history")
_PREPARED = ("practice_setup", "exam_setup", "progress", "library", *_SESSIONS, "settings")


class Shell(Sessions):
    """One page at a time; sessions fill the window.

    Signals: `restore_asked` with a backup's path; `library_changed` after banks came or went.
    """

    restore_asked = Signal(object)
    library_changed = Signal()

    def __init__(
        self, tasks: Tasks, preferences: Preferences, places: "Callable[[], Places]",
        account: "Callable[[], WindowAccount]",
    ) -> None:  # fmt: skip
        super().__init__(tasks, preferences)
        self._places = places
        self._account = account
        self.setAcceptDrops(True)
        self.page_asked.connect(self.show_page)

    def show_study(self, study: Study, packs: Path, listed: list[Exam], exam_id: str, page: str) -> None:
        """Show the first page for an opened store: `page` of the rail or ``first_run``."""
        self.study = study
        self.packs = packs
        self.exam_id = exam_id
        self.set_exams(listed)
        if page == "first_run":
            self.bring_forward(self.first_run, rail_name=None)
            self.first_run.setFocus()
        else:
            self.show_page(page)

    def close_study(self) -> None:
        """Let go of an opened store and of every page that shows it."""
        self.leave_page()
        self.study = None
        self.forget_pages()

    @cached_property
    def first_run(self) -> "FirstRunPage":
        from pingtopass_desktop.ui.pages.first_run import FirstRunPage

        page = FirstRunPage(self.opened, self.tasks, self.preferences, self.listed)
        page.finished.connect(self._leave_first_run)
        page.import_asked.connect(self._import_first)
        return self.adopt(page)

    @cached_property
    def today(self) -> "TodayPage":
        from pingtopass_desktop.ui.pages.today import TodayPage

        page = TodayPage(self.opened, self.tasks)
        page.practise_asked.connect(self.practise)
        page.resume_asked.connect(self.resume)
        page.exam_asked.connect(partial(self.show_page, "exams"))
        page.library_asked.connect(partial(self.show_page, "library"))
        return self.adopt(page)

    @cached_property
    def practice_setup(self) -> "PracticeSetupPage":
        from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage

        page = PracticeSetupPage(self.opened, self.tasks)
        page.started.connect(self.show_practice)
        page.history_asked.connect(self.show_history)
        return self.adopt(page)

    @cached_property
    def exam_setup(self) -> "ExamSetupPage":
        from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage

        page = ExamSetupPage(self.opened, self.tasks)
        page.started.connect(self.show_exam)
        page.report_asked.connect(self.open_report)
        page.history_asked.connect(self.show_history)
        return self.adopt(page)

    @cached_property
    def progress(self) -> "ProgressPage":
        from pingtopass_desktop.ui.pages.progress import ProgressPage

        page = ProgressPage(self.opened, self.tasks)
        page.report_asked.connect(self.open_report)
        page.history_asked.connect(self.show_history)
        page.exam_asked.connect(partial(self.show_page, "exams"))
        page.practise_asked.connect(partial(self.show_page, "practice"))
        return self.adopt(page)

    @cached_property
    def library(self) -> "LibraryPage":
        from pingtopass_desktop.ui.pages.library import LibraryPage

        page = LibraryPage(self.opened, self.tasks, self.packs)
        page.exams_changed.connect(self._follow_library)
        page.practise_asked.connect(self.practise_these)
        return self.adopt(page)

    @cached_property
    def settings(self) -> "SettingsPage":
        from pingtopass_desktop.ui.pages.settings import SettingsPage

        page = SettingsPage(self.opened, self.tasks, self.preferences, self._places(), self._account())
        page.restore_asked.connect(self.restore_asked)
        return self.adopt(page)

    def show_page(self, name: str, *_: object) -> None:
        """Bring a page of the rail to the front."""
        if self.study is None or self.is_in_session or self.shown_page in self.built("first_run"):
            return
        self.leave_page()
        page: Any = getattr(self, _ABOUT_AN_EXAM.get(name, name))
        if name in _ABOUT_AN_EXAM:
            if self.exam_id or name == "today":
                page.show_exam(self.exam_id)
        else:
            page.refresh()
        self.bring_forward(page, rail_name=name)
        page.setFocus()

    def prepare(self) -> None:
        """Build the pages that may come next, one in a turn of the event loop: the first visit finds them there."""
        self.tasks.in_turns(self._preparations(), owner=self)

    def _preparations(self) -> Iterator[Callable[[], object]]:
        for name in _PREPARED:
            yield partial(import_module, f"pingtopass_desktop.ui.pages.{_MODULES.get(name, name)}")
            yield partial(self._build_ahead, name)
        yield self.tasks.garbage.keep_all
        if self.study is not None:
            yield from self.settings.preparations()

    def _build_ahead(self, name: str) -> None:
        if self.study is not None:  # a backup may be taking its place
            getattr(self, name)

    def commands(self) -> Commands:
        commands = super().commands()
        if self.study is None or self.is_in_session or self.shown_page in self.built("first_run"):
            return commands
        of_account = {name: partial(self._on_account, act) for name, act in self._account().commands().items()}
        return {"search": self._search, "import": self._ask_for_import, **of_account, **commands}

    def palette_entries(self) -> list[tuple[str, str, Callable[[], Any]]]:
        entries = super().palette_entries()
        if self.study is None or self.is_in_session:
            return entries
        others = [exam for exam in self.listed if exam.id != self.exam_id]
        return entries + [(f"Study {exam.title}", "", partial(self._study_exam, exam.id)) for exam in others]

    def import_files(self, paths: list[Path]) -> None:
        """Import question files, on the page that reports about it."""
        if self.study is not None and not self.is_in_session:
            self.show_page("library")
            self.library.import_files(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.study is not None and not self.is_in_session and _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.import_files(_dropped(event))

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.study is not None:
            self.leave_page()
            for page in self.built("exam"):
                page.suspend()
        self.closing.emit()
        event.accept()

    def _study_exam(self, exam_id: str) -> None:
        self.choose_exam(exam_id)
        self.show_page(self.rail.checked if self.rail.checked in _ABOUT_AN_EXAM else "today")

    def _on_account(self, act: Callable[[], Any]) -> None:
        self.show_page("settings")
        self.settings.act_on_account(act)

    def _search(self) -> None:
        self.show_page("library")
        self.library.focus_search()

    def _ask_for_import(self) -> None:
        self.show_page("library")
        self.library.ask_for_files()

    def _follow_library(self, listed: list[Exam]) -> None:
        self.set_exams(listed)
        self.library_changed.emit()

    def _leave_first_run(self, exam_id: str, practises: bool) -> None:
        page = self.__dict__.pop("first_run")
        self.exam_id = exam_id or self.exam_id
        self.show_page("today")
        page.deleteLater()
        if practises:
            from pingtopass_desktop.study.practice import Selection

            self.practise(self.exam_id, Selection.ALL, None, 10)

    def _import_first(self) -> None:
        self._leave_first_run("", False)
        self._ask_for_import()


def _dropped(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """The files of this computer that are being dropped."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
