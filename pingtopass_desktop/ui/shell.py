"""The main window: a rail of pages, one page at a time, and sessions that fill the window. It connects pages only."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import ScoreReport
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.pages.answer_review import AnswerReviewPage
from pingtopass_desktop.ui.pages.exam import ExamPage
from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage
from pingtopass_desktop.ui.pages.library import LibraryPage
from pingtopass_desktop.ui.pages.practice import PracticePage
from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage
from pingtopass_desktop.ui.pages.report import ReportPage
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Notice
from pingtopass_desktop.ui.widgets.rail import Rail


class Shell(QMainWindow):
    """Signals: `closing` before the window goes."""

    closing = Signal()

    def __init__(self, tasks: Tasks, theme_name: ThemeName, zoom: int) -> None:
        super().__init__()
        self.setWindowTitle("PingToPass")
        self.setMinimumSize(960, 640)
        self._tasks = tasks
        self._study: Study | None = None
        self._exam_id = ""
        self.rail = Rail(theme_name, zoom)
        self._notice = Notice()
        self._stack = QStackedWidget()
        self._lay_out()
        self._add_shortcuts()
        self._notice.action.clicked.connect(self._notice.hide)

    def show_problem(self, page: QWidget) -> None:
        """Show a page in place of everything else."""
        self.rail.hide()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)

    def show_study(self, study: Study, library: LibraryPage, listed: list[Exam], waiting: list[AttemptSummary]) -> None:
        """Build the pages for an opened store and show the first one; `waiting` are attempts to go on with."""
        self._study = study
        tasks = self._tasks
        self.practice_setup = PracticeSetupPage(study, tasks)
        self.practice = PracticePage(study, tasks)
        self.exam_setup = ExamSetupPage(study, tasks)
        self.exam = ExamPage(tasks)
        self.report = ReportPage()
        self.answers = AnswerReviewPage(study, tasks)
        self.library = library
        pages = (self.practice_setup, self.practice, self.exam_setup, self.exam, self.report, self.answers, library)
        for page in pages:
            self._stack.addWidget(page)
        self._connect_pages()
        self.set_exams(listed)
        exam_waits = any(summary.mode is Mode.EXAM for summary in waiting)
        if waiting:
            self._exam_id = waiting[0].exam_id if any(e.id == waiting[0].exam_id for e in listed) else self._exam_id
        self.show_page("exams" if exam_waits else "practice" if listed else "library")

    def show_notice(self, text: str) -> None:
        """Show a problem that leaves the rest usable."""
        self._notice.show_text(text, "notice-warn", "Close")

    def set_exams(self, listed: list[Exam]) -> None:
        """The exams of the library as it now is."""
        if not any(exam.id == self._exam_id for exam in listed):
            self._exam_id = listed[0].id if listed else ""
        for page in (self.practice_setup, self.exam_setup):
            page.picker.set_exams(listed)

    def show_page(self, name: str) -> None:
        """Bring a page of the rail to the front."""
        if self._study is None or self.is_in_session:
            return
        self._leave_page()
        self.rail.check(name)
        self.rail.show()
        page = {"practice": self.practice_setup, "exams": self.exam_setup, "library": self.library}[name]
        self._stack.setCurrentWidget(page)
        if name == "library":
            self.library.refresh()
        elif self._exam_id:
            page.show_exam(self._exam_id)
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_in_session(self) -> bool:
        """True while an exam or a practice session fills the window."""
        return self._study is not None and self._stack.currentWidget() in (self.exam, self.practice)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._study is not None:
            self._leave_page()
            self.exam.suspend()
        self.closing.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?" and not keys.is_writing():
            self.show_keys()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange and self.rail.theme_name is ThemeName.SYSTEM:
            theme.apply(theme.resolve(ThemeName.SYSTEM, self.rail.zoom))

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._notice)
        right.addWidget(self._stack, 1)
        centre = QWidget()
        centre.setObjectName("centre")
        box = QHBoxLayout(centre)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.rail)
        box.addLayout(right, 1)
        self.setCentralWidget(centre)

    def _add_shortcuts(self) -> None:
        self.rail.page_asked.connect(self.show_page)
        self.rail.keys_asked.connect(self.show_keys)
        self.addActions(self.rail.actions_of_look())
        for key, name in (("Ctrl+2", "practice"), ("Ctrl+3", "exams"), ("Ctrl+5", "library")):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.show_page, name))
        QShortcut(QKeySequence("F1"), self).activated.connect(self.show_keys)

    def _connect_pages(self) -> None:
        self.practice_setup.started.connect(self._practise)
        self.practice_setup.exam_chosen.connect(self._choose_exam)
        self.practice.ended.connect(self._open_report)
        self.exam_setup.started.connect(self._sit)
        self.exam_setup.exam_chosen.connect(self._choose_exam)
        self.exam_setup.report_asked.connect(self._open_report)
        self.exam.ended.connect(self._open_report)
        self.report.review_asked.connect(self._review_answers)
        self.report.drill_asked.connect(self._drill)
        self.report.closed.connect(self._close_report)
        self.answers.closed.connect(self._back_to_report)
        self.library.exams_changed.connect(self.set_exams)

    def _choose_exam(self, exam_id: str) -> None:
        self._exam_id = exam_id

    def _practise(self, sitting: practice.PracticeSitting) -> None:
        self._fill_window(self.practice)
        self.practice.open(sitting)

    def _sit(self, sitting: exams.ExamSitting) -> None:
        self._fill_window(self.exam)
        self.exam.open(sitting)

    def _fill_window(self, page: QWidget) -> None:
        self._leave_page()
        self.rail.hide()
        self._stack.setCurrentWidget(page)

    def _leave_page(self) -> None:
        page = self._stack.currentWidget()
        if isinstance(page, (PracticePage, AnswerReviewPage)):
            page.leave()

    def _open_report(self, attempt_id: str) -> None:
        if self._study is not None:
            work = partial(review.report, self._study, attempt_id)
            self._tasks.run(work, owner=self, done=self._show_report, failed=self._show_failure)

    def _show_report(self, report: ScoreReport) -> None:
        self._leave_page()
        self.report.show_report(report)
        self.rail.show()
        self.rail.check("exams" if report.summary.mode is Mode.EXAM else "practice")
        self._stack.setCurrentWidget(self.report)
        self.report.setFocus(Qt.FocusReason.OtherFocusReason)

    def _review_answers(self) -> None:
        if self.report.report is not None:
            self._fill_window(self.answers)
            self.answers.open(self.report.report)

    def _back_to_report(self) -> None:
        self.rail.show()
        self._stack.setCurrentWidget(self.report)

    def _close_report(self) -> None:
        shown = self.report.report
        self.show_page("exams" if shown is not None and shown.summary.mode is Mode.EXAM else "practice")

    def _drill(self, exam_id: str, question_ids: list[str]) -> None:
        if self._study is not None:
            work = partial(
                practice.start, self._study, exam_id, seed=0, count=len(question_ids), question_ids=question_ids,
                label="Missed questions",
            )  # fmt: skip
            self._tasks.run(work, owner=self, done=self._practise, failed=self._show_failure)

    def _show_failure(self, error: Exception) -> None:
        self._notice.show_text(str(error), "notice-bad", "Close")

    def show_keys(self) -> None:
        """Show the sheet of all keys."""
        from pingtopass_desktop.ui.widgets.keys_sheet import KeysSheet

        sheet = KeysSheet(self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()
