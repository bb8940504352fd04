"""The part of the main window that runs sessions: practice, exam, report, answers, history. It connects their pages.

A page is imported and built when it is first asked for: building all of them takes longer than an empty window does.
"""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from PySide6.QtWidgets import QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.study.context import Study, new_seed
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable, UndoSteps
from pingtopass_desktop.ui.window_frame import Commands, WindowFrame

if TYPE_CHECKING:
    from pingtopass_desktop.learner.attempts import AttemptSummary
    from pingtopass_desktop.study.exam import ExamSitting
    from pingtopass_desktop.study.practice import PracticeSitting
    from pingtopass_desktop.study.review import ScoreReport
    from pingtopass_desktop.ui.pages.answer_review import AnswerReviewPage
    from pingtopass_desktop.ui.pages.comparison import ComparisonPage
    from pingtopass_desktop.ui.pages.exam import ExamPage
    from pingtopass_desktop.ui.pages.history import HistoryPage
    from pingtopass_desktop.ui.pages.practice import PracticePage
    from pingtopass_desktop.ui.pages.report import ReportPage
    from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker


class Sessions(WindowFrame):
    """Starts, resumes and ends sessions, and shows what came of them."""

    def __init__(self, tasks: Tasks, preferences: Preferences) -> None:
        super().__init__(preferences)
        self.tasks = tasks
        self.study: Study | None = None
        self.packs = Path()
        self.listed: list[Exam] = []
        self.exam_id = ""
        self._steps = UndoSteps()
        self._pickers: list[ExamPicker] = []

    @cached_property
    def practice(self) -> "PracticePage":
        from pingtopass_desktop.ui.pages.practice import PracticePage

        page = PracticePage(self.opened, self.tasks)
        page.ended.connect(self._show_end)
        return self.adopt(page)

    @cached_property
    def exam(self) -> "ExamPage":
        from pingtopass_desktop.ui.pages.exam import ExamPage

        page = ExamPage(self.tasks)
        page.ended.connect(self._show_end)
        return self.adopt(page)

    @cached_property
    def report(self) -> "ReportPage":
        from pingtopass_desktop.ui.pages.report import ReportPage

        page = ReportPage(self.tasks)
        page.review_asked.connect(self._review_answers)
        page.drill_asked.connect(partial(self.practise_these, label="Missed questions"))
        page.closed.connect(self._close_report)
        return self.adopt(page)

    @cached_property
    def answers(self) -> "AnswerReviewPage":
        from pingtopass_desktop.ui.pages.answer_review import AnswerReviewPage

        page = AnswerReviewPage(self.opened, self.tasks)
        page.closed.connect(self._back_to_report)
        return self.adopt(page)

    @cached_property
    def history(self) -> "HistoryPage":
        from pingtopass_desktop.ui.pages.history import HistoryPage

        page = HistoryPage(self.opened, self.tasks)
        page.report_asked.connect(self.open_report)
        page.compare_asked.connect(self._compare)
        page.closed.connect(partial(self.page_asked.emit, "exams"))
        return self.adopt(page)

    @cached_property
    def comparison(self) -> "ComparisonPage":
        from pingtopass_desktop.ui.pages.comparison import ComparisonPage

        page = ComparisonPage(self.opened, self.tasks)
        page.report_asked.connect(self.open_report)
        page.drill_asked.connect(self.practise_these)
        page.closed.connect(self._return_to_history)
        return self.adopt(page)

    @property
    def opened(self) -> Study:
        assert self.study is not None, "pages come after the study is opened"
        return self.study

    @property
    def is_in_session(self) -> bool:
        """True while an exam or a practice session fills the window."""
        return self.shown_page in self.built("exam", "practice")

    def adopt(self, page: Any) -> Any:
        """Connect what every page may have: a picker of exams, steps to take back."""
        if hasattr(page, "picker"):
            page.picker.set_exams(self.listed)
            self._pickers.append(page.picker)
            page.exam_chosen.connect(self.choose_exam)
        if hasattr(page, "undoable"):
            page.undoable.connect(self.offer_undo)
        return self.add_page(page)

    def built(self, *names: str) -> list[Any]:
        """Those of the pages that were asked for before; a page that was not has nothing to leave or to save."""
        return [self.__dict__[name] for name in names if name in self.__dict__]

    def forget_pages(self) -> None:
        """Throw away every page and what could be taken back on it."""
        for each in type(self).__mro__:
            for name, value in vars(each).items():
                if isinstance(value, cached_property) and name in self.__dict__:
                    self.__dict__.pop(name).deleteLater()
        self._pickers = []
        self._steps = UndoSteps()

    def set_exams(self, listed: list[Exam]) -> None:
        """The exams of the library as it now is."""
        if not any(exam.id == self.exam_id for exam in listed):
            self.exam_id = listed[0].id if listed else ""
        self.listed = listed
        for picker in self._pickers:
            picker.set_exams(listed)

    def choose_exam(self, exam_id: str) -> None:
        """Let every page be about another exam, now and at the next start."""
        if exam_id and exam_id != self.exam_id:
            self.exam_id = exam_id
            self.run(partial(_keep_exam, self.opened, exam_id))

    def commands(self) -> Commands:
        commands = super().commands()
        if self.study is None:
            return {
                name: commands[name] for name in ("keys", "quit", "larger", "smaller", "full_size") if name in commands
            }
        own: Commands = {} if self.is_in_session else {"history": self.show_history}
        if self._steps.latest:
            own["undo"] = self._undo
        return {**own, **commands}

    def offer_undo(self, step: Undoable) -> None:
        """Keep a step that can be taken back, and say so."""
        self._steps.add(step)
        if not step.is_quiet:
            self.show_toast(f"{step.words}.", "Undo")

    def open_report(self, attempt_id: str) -> None:
        from pingtopass_desktop.study import review

        self.run(partial(review.report, self.opened, attempt_id), self._show_report)

    def _show_end(self, attempt_id: str) -> None:
        """The report on what was just ended; where there is none, its page is left all the same."""
        from pingtopass_desktop.study import review

        work = partial(review.report, self.opened, attempt_id)
        self.tasks.run(work, owner=self, done=self._show_report, failed=self._end_without_report)

    def _end_without_report(self, error: Exception) -> None:
        self.show_history()
        self.show_failure(error)

    def show_history(self) -> None:
        """Show all attempts at the chosen exam."""
        self.leave_page()
        self.history.show_exam(self.exam_id)
        self._bring_history_forward()

    def practise(self, exam_id: str, selection: Any, objective_ids: Any, count: int, label: str = "") -> None:
        """Start a session of up to `count` questions of a selection."""
        self._start_practice(exam_id, count=count, selection=selection, objective_ids=objective_ids, label=label)

    def practise_these(self, exam_id: str, question_ids: list[str], label: str = "") -> None:
        """Start a session of the given questions."""
        self._start_practice(exam_id, count=len(question_ids), question_ids=question_ids, label=label)

    def resume(self, summary: "AttemptSummary") -> None:
        """Go on with an attempt that waits."""
        from pingtopass_desktop.study import exam, practice

        if summary.mode is Mode.EXAM:
            self.run(partial(exam.resume, self.opened, summary.id), self.show_exam)
        else:
            self.run(partial(practice.resume, self.opened, summary.id), self.show_practice)

    def show_practice(self, sitting: "PracticeSitting") -> None:
        """Let a practice session fill the window."""
        self.fill_window(self.practice)
        self.practice.open(sitting)

    def show_exam(self, sitting: "ExamSitting") -> None:
        """Let an exam fill the window."""
        self.fill_window(self.exam)
        self.exam.open(sitting)

    def fill_window(self, page: QWidget) -> None:
        """Show a page without the rail."""
        self.leave_page()
        self.bring_forward(page, rail_name=None)

    def leave_page(self) -> None:
        """Let the page in front keep what is being written in it."""
        if hasattr(self.shown_page, "leave"):
            self.shown_page.leave()  # type: ignore[union-attr]

    def run(self, work: Any, done: Any = None) -> None:
        """Run a use case on the store lane; a failure is told above the page."""
        self.tasks.run(work, owner=self, done=done, failed=self.show_failure)

    def show_failure(self, error: Exception) -> None:
        self.show_notice(str(error), "notice-bad")

    def _start_practice(self, exam_id: str, **wishes: Any) -> None:
        from pingtopass_desktop.study import practice

        self.run(partial(practice.start, self.opened, exam_id, seed=new_seed(), **wishes), self.show_practice)

    def _undo(self) -> None:
        step = self._steps.take()
        if step is not None:
            self.run(step.undo, partial(self._undone, step))

    def _undone(self, step: Undoable, result: object) -> None:
        step.undone()
        self.show_toast(f"Taken back: {step.words[:1].lower()}{step.words[1:]}.")

    def _show_report(self, report: "ScoreReport") -> None:
        self.leave_page()
        self.report.show_report(report)
        self.bring_forward(self.report, rail_name=_rail_name(report))
        self.report.setFocus()

    def _review_answers(self) -> None:
        if self.report.report is not None:
            steps = (partial(self.answers.open, self.report.report), partial(self.fill_window, self.answers))
            self.tasks.in_turns(steps, owner=self.answers)

    def _back_to_report(self) -> None:
        if self.report.report is not None:
            self.bring_forward(self.report, rail_name=_rail_name(self.report.report))
            self.report.setFocus()

    def _close_report(self) -> None:
        if self.report.report is not None:
            self.page_asked.emit(_rail_name(self.report.report))

    def _return_to_history(self) -> None:
        """Show the attempts among which two were chosen to compare; their exam may be gone from the library."""
        self.leave_page()
        self.history.refresh()
        self._bring_history_forward()

    def _bring_history_forward(self) -> None:
        self.bring_forward(self.history, rail_name="exams")
        self.history.setFocus()

    def _compare(self, first_id: str, second_id: str) -> None:
        self.comparison.show_attempts(first_id, second_id)
        self.bring_forward(self.comparison, rail_name="exams")
        self.comparison.setFocus()


def _keep_exam(study: Study, exam_id: str) -> None:
    from pingtopass_desktop.study import preferences

    preferences.save(study, replace(preferences.load(study), exam_id=exam_id))


def _rail_name(report: "ScoreReport") -> str:
    return "exams" if report.summary.mode is Mode.EXAM else "practice"
