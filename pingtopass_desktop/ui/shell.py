"""The main window: which page follows which. It connects pages only; the frame around them is `ui.window_frame`.

A page is imported and built when it is first asked for: building all of them takes longer than an empty window does.
"""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.window_frame import WindowFrame

if TYPE_CHECKING:
    from pingtopass_desktop.study.exam import ExamSitting
    from pingtopass_desktop.study.practice import PracticeSitting
    from pingtopass_desktop.study.review import ScoreReport
    from pingtopass_desktop.ui.pages.answer_review import AnswerReviewPage
    from pingtopass_desktop.ui.pages.exam import ExamPage
    from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage
    from pingtopass_desktop.ui.pages.library import LibraryPage
    from pingtopass_desktop.ui.pages.practice import PracticePage
    from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage
    from pingtopass_desktop.ui.pages.report import ReportPage
    from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker


class Shell(WindowFrame):
    """One page at a time; sessions fill the window."""

    def __init__(self, tasks: Tasks, theme_name: ThemeName, zoom: int) -> None:
        super().__init__(theme_name, zoom)
        self._tasks = tasks
        self._study: Study | None = None
        self._packs = Path()
        self._listed: list[Exam] = []
        self._pickers: list[ExamPicker] = []
        self._exam_id = ""
        self.page_asked.connect(self.show_page)

    def show_study(self, study: Study, packs: Path, listed: list[Exam], waiting: list[AttemptSummary]) -> None:
        """Show the first page for an opened store; `waiting` are attempts to go on with."""
        self._study = study
        self._packs = packs
        self.set_exams(listed)
        exam_waits = any(summary.mode is Mode.EXAM for summary in waiting)
        if waiting:
            self._exam_id = waiting[0].exam_id if any(e.id == waiting[0].exam_id for e in listed) else self._exam_id
        self.show_page("exams" if exam_waits else "practice" if listed else "library")

    @cached_property
    def practice_setup(self) -> "PracticeSetupPage":
        from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage

        page = PracticeSetupPage(self._opened, self._tasks)
        self._add_picker(page.picker)
        page.started.connect(self._practise)
        page.exam_chosen.connect(self._choose_exam)
        return self.add_page(page)

    @cached_property
    def practice(self) -> "PracticePage":
        from pingtopass_desktop.ui.pages.practice import PracticePage

        page = PracticePage(self._opened, self._tasks)
        page.ended.connect(self._open_report)
        return self.add_page(page)

    @cached_property
    def exam_setup(self) -> "ExamSetupPage":
        from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage

        page = ExamSetupPage(self._opened, self._tasks)
        self._add_picker(page.picker)
        page.started.connect(self._sit)
        page.exam_chosen.connect(self._choose_exam)
        page.report_asked.connect(self._open_report)
        return self.add_page(page)

    @cached_property
    def exam(self) -> "ExamPage":
        from pingtopass_desktop.ui.pages.exam import ExamPage

        page = ExamPage(self._tasks)
        page.ended.connect(self._open_report)
        return self.add_page(page)

    @cached_property
    def report(self) -> "ReportPage":
        from pingtopass_desktop.ui.pages.report import ReportPage

        page = ReportPage()
        page.review_asked.connect(self._review_answers)
        page.drill_asked.connect(self._drill)
        page.closed.connect(self._close_report)
        return self.add_page(page)

    @cached_property
    def answers(self) -> "AnswerReviewPage":
        from pingtopass_desktop.ui.pages.answer_review import AnswerReviewPage

        page = AnswerReviewPage(self._opened, self._tasks)
        page.closed.connect(self._back_to_report)
        return self.add_page(page)

    @cached_property
    def library(self) -> "LibraryPage":
        from pingtopass_desktop.ui.pages.library import LibraryPage

        page = LibraryPage(self._opened, self._tasks, self._packs)
        page.exams_changed.connect(self.set_exams)
        return self.add_page(page)

    def set_exams(self, listed: list[Exam]) -> None:
        """The exams of the library as it now is."""
        if not any(exam.id == self._exam_id for exam in listed):
            self._exam_id = listed[0].id if listed else ""
        self._listed = listed
        for picker in self._pickers:
            picker.set_exams(listed)

    def show_page(self, name: str) -> None:
        """Bring a page of the rail to the front."""
        if self._study is None or self.is_in_session:
            return
        self._leave_page()
        if name == "library":
            page = self.library
            page.refresh()
        else:
            page = self.practice_setup if name == "practice" else self.exam_setup
            if self._exam_id:
                page.show_exam(self._exam_id)
        self.bring_forward(page, rail_name=name)
        page.setFocus()

    @property
    def is_in_session(self) -> bool:
        """True while an exam or a practice session fills the window."""
        return self.shown_page in self._built("exam", "practice")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._study is not None:
            self._leave_page()
            for page in self._built("exam"):
                page.suspend()
        self.closing.emit()
        event.accept()

    @property
    def _opened(self) -> Study:
        assert self._study is not None, "pages come after show_study"
        return self._study

    def _add_picker(self, picker: "ExamPicker") -> None:
        picker.set_exams(self._listed)
        self._pickers.append(picker)

    def _built(self, *names: str) -> list[Any]:
        """Those of the pages that were asked for before; a page that was not has nothing to leave or to save."""
        return [self.__dict__[name] for name in names if name in self.__dict__]

    def _choose_exam(self, exam_id: str) -> None:
        self._exam_id = exam_id

    def _practise(self, sitting: "PracticeSitting") -> None:
        self._fill_window(self.practice)
        self.practice.open(sitting)

    def _sit(self, sitting: "ExamSitting") -> None:
        self._fill_window(self.exam)
        self.exam.open(sitting)

    def _fill_window(self, page: QWidget) -> None:
        self._leave_page()
        self.bring_forward(page, rail_name=None)

    def _leave_page(self) -> None:
        for page in self._built("practice", "answers"):
            if page is self.shown_page:
                page.leave()

    def _open_report(self, attempt_id: str) -> None:
        if self._study is not None:
            from pingtopass_desktop.study import review

            work = partial(review.report, self._study, attempt_id)
            self._tasks.run(work, owner=self, done=self._show_report, failed=self._show_failure)

    def _show_report(self, report: "ScoreReport") -> None:
        self._leave_page()
        self.report.show_report(report)
        self.bring_forward(self.report, rail_name=_rail_name(report))
        self.report.setFocus()

    def _review_answers(self) -> None:
        if self.report.report is not None:
            self._fill_window(self.answers)
            self.answers.open(self.report.report)

    def _back_to_report(self) -> None:
        if self.report.report is not None:
            self.bring_forward(self.report, rail_name=_rail_name(self.report.report))

    def _close_report(self) -> None:
        if self.report.report is not None:
            self.show_page(_rail_name(self.report.report))

    def _drill(self, exam_id: str, question_ids: list[str]) -> None:
        if self._study is not None:
            from pingtopass_desktop.study import practice

            work = partial(
                practice.start, self._study, exam_id, seed=0, count=len(question_ids), question_ids=question_ids,
                label="Missed questions",
            )  # fmt: skip
            self._tasks.run(work, owner=self, done=self._practise, failed=self._show_failure)

    def _show_failure(self, error: Exception) -> None:
        self.show_notice(str(error), "notice-bad")


def _rail_name(report: "ScoreReport") -> str:
    return "exams" if report.summary.mode is Mode.EXAM else "practice"
