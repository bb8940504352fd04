"""Two exams side by side: score, points, time, pace, objectives, and the questions that were missed in both."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from pingtopass_desktop.study import comparison
from pingtopass_desktop.study.comparison import Comparison, ObjectiveChange
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import ObjectiveResult, ScoreReport
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.report_words import share_token, time_words
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Bar,
    Button,
    Card,
    Notice,
    Scroller,
    clear_layout,
    duration,
    label,
    plural,
    row,
    rule,
)
from pingtopass_desktop.ui.widgets.layouts import Columns
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.page_head import PageHead
from pingtopass_desktop.ui.words import moment_text, points_text, short_moment_text, verdict_word, with_whole_times

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ComparisonPage(Page):
    """Signals: `report_asked` with an attempt's id; `drill_asked` with an exam's id, ids of questions and what to call
    the session; `closed`."""

    report_asked = Signal(str)
    drill_asked = Signal(str, list, str)
    closed = Signal()

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._asked = ("", "")
        self._compared: Comparison | None = None
        self.back = Button("Back")
        self.drill = Button("", "primary")
        self._head = PageHead("Two exams compared", self.back, self.drill)
        self.notice = Notice()
        self._content = QVBoxLayout()
        self._content.setSpacing(20)
        self._lay_out()
        self.back.clicked.connect(self.closed)
        self.drill.clicked.connect(self._drill_both)

    @property
    def compared(self) -> Comparison | None:
        return self._compared

    def show_attempts(self, one_id: str, other_id: str) -> None:
        """Compare two exams, whichever of them was first."""
        self._asked = (one_id, other_id)
        self._compared = None
        self._head.subtitle.setText("")
        self.drill.hide()
        self.notice.hide()
        clear_layout(self._content)
        work = partial(comparison.compare, self._study, one_id, other_id)
        self._tasks.run(work, owner=self, done=self._show, failed=self._failed)

    def _lay_out(self) -> None:
        scroller = Scroller()
        self.scroll_by_keys(scroller)
        scroller.column.addWidget(self._head)
        scroller.column.addWidget(self.notice)
        scroller.column.addLayout(self._content)
        scroller.column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif keys.is_enter(event) and not self.drill.isHidden():
            self._drill_both()
        else:
            super().keyPressEvent(event)

    def _show(self, compared: Comparison) -> None:
        shown = {compared.earlier.summary.id, compared.later.summary.id}
        if shown != set(self._asked):
            return
        self._compared = compared
        self._head.subtitle.setText(compared.later.exam_name)
        missed = len(compared.missed_in_both)
        self.drill.set_label(f"Drill the {missed if missed > 1 else 'one'} missed in both")
        self.drill.setVisible(bool(missed) and compared.later.exam is not None)
        clear_layout(self._content)
        results = Columns(least_px=300)
        results.add(self._results_card(compared), 55)
        results.add(self._questions_card(compared), 45)
        self._content.addWidget(results)
        self._content.addWidget(_objectives_card(compared))

    def _results_card(self, compared: Comparison) -> Card:
        """A row for each number: then, now, and the change."""
        card = Card("Results")
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        earlier, later = compared.earlier, compared.later
        for place, report in enumerate((earlier, later), start=1):
            when = moment_text(report.summary.finished_at or 0)
            link = Button("Report", "link", name=f"Report on the exam of {when}")
            link.setProperty("attempt", report.summary.id)
            link.clicked.connect(self._ask_report)
            grid.addWidget(label(short_moment_text(report.summary.finished_at or 0), "strong", wraps=True), 0, place)
            grid.addWidget(link, 1, place, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label("Change", "hint"), 0, 3)
        for number, (name, before, after, change) in enumerate(_result_rows(compared), start=1):
            grid.addWidget(rule(), 2 * number, 0, 1, 4)
            grid.addWidget(label(name, "secondary", wraps=True), 2 * number + 1, 0)
            for place, cell in enumerate((before, after), start=1):
                widget = cell if isinstance(cell, QWidget) else label(cell, wraps=True)
                is_chip = isinstance(cell, QWidget)  # which must not hold its column to its own width
                grid.addWidget(widget, 2 * number + 1, place, _LEFT if is_chip else Qt.AlignmentFlag(0))
            grid.addWidget(label(change, "strong"), 2 * number + 1, 3)
        for place, stretch in enumerate((2, 3, 3, 0)):
            grid.setColumnStretch(place, stretch)
        card.column.addLayout(grid)
        card.column.addStretch(1)
        return card

    def _questions_card(self, compared: Comparison) -> Card:
        card = Card("Questions that were in both", spacing=10)
        if not compared.in_both:
            words = "No question was in both: each exam is drawn anew from the bank."
            card.column.addWidget(label(words, "secondary", wraps=True))
            card.column.addStretch(1)
            return card
        words = f"{plural(compared.in_both, 'question')} of {compared.later.question_count} were in both exams."
        card.column.addWidget(label(words, "secondary", wraps=True))
        may_drill = compared.later.exam is not None
        for ids, words, name in (
            (compared.missed_in_both, "missed in both", "Missed in both exams"),
            (compared.newly_missed, "right then, missed now", "Newly missed questions"),
            (compared.fixed, "missed then, right now", ""),
        ):
            card.column.addWidget(rule())
            line = row(label(f"{len(ids):,}", "strong"), label(words, wraps=True))
            line.setStretch(1, 1)
            if ids and name and may_drill:
                link = Button("Drill", "link", name=f"Drill the {len(ids)} {words}")
                link.setProperty("ids", list(ids))
                link.setProperty("label", name)
                link.clicked.connect(self._ask_drill)
                line.addWidget(link)
            card.column.addLayout(line)
        card.column.addStretch(1)
        return card

    def _ask_report(self) -> None:
        self.report_asked.emit(self.sender().property("attempt"))

    def _ask_drill(self) -> None:
        if self._compared is not None:
            link = self.sender()
            self.drill_asked.emit(self._compared.later.summary.exam_id, link.property("ids"), link.property("label"))

    def _drill_both(self) -> None:
        compared = self._compared
        if compared is not None and compared.missed_in_both:
            ids = list(compared.missed_in_both)
            self.drill_asked.emit(compared.later.summary.exam_id, ids, "Missed in both exams")

    def _failed(self, error: Exception) -> None:
        self.notice.show_text(str(error), "notice-bad")


def _result_rows(compared: Comparison) -> list[tuple[str, QWidget | str, QWidget | str, str]]:
    earlier, later = compared.earlier, compared.later
    pace = (comparison.mean_pace_s(earlier), comparison.mean_pace_s(later))
    left = (comparison.unanswered(earlier), comparison.unanswered(later))
    return [
        ("Result", _verdict(earlier), _verdict(later), ""),
        (
            "Scaled score",
            _score(earlier),
            _score(later),
            "" if compared.scaled is None else points_text(compared.scaled),
        ),
        ("Points", _points(earlier), _points(later), _signed(float(compared.points))),
        (
            "Time",
            with_whole_times(time_words(earlier)),
            with_whole_times(time_words(later)),
            _time_change(later.summary.elapsed_ms - earlier.summary.elapsed_ms),
        ),
        ("Pace", f"{pace[0]} s a question", f"{pace[1]} s a question", f"{points_text(pace[1] - pace[0])} s"),
        ("Unanswered", f"{left[0]}", f"{left[1]}", points_text(left[1] - left[0])),
        ("Answers changed", _changes(earlier), _changes(later), points_text(later.changes - earlier.changes)),
    ]


def _verdict(report: ScoreReport) -> QLabel:
    return label(verdict_word(report.summary), "chip-good" if report.summary.passed else "chip-bad")


def _score(report: ScoreReport) -> QLabel:
    return label(f"{report.summary.scaled}" + (f" / {report.exam.scale_max}" if report.exam else ""), "strong")


def _points(report: ScoreReport) -> str:
    return f"{float(report.raw):.4g} of {report.question_count}"


def _changes(report: ScoreReport) -> str:
    if not report.changes:
        return "0"
    outcome = [f"{report.right_to_wrong} to wrong"] if report.right_to_wrong else []
    outcome += [f"{report.wrong_to_right} to right"] if report.wrong_to_right else []
    return f"{report.changes}" + (f" ({', '.join(outcome)})" if outcome else "")


def _signed(points: float) -> str:
    return points_text(round(points)) if points == round(points) else f"{'+' if points > 0 else '−'}{abs(points):.3g}"


def _time_change(ms: int) -> str:
    return "±0" if abs(ms) < 1000 else f"{'+' if ms > 0 else '−'}{duration(abs(ms))}"


def _objectives_card(compared: Comparison) -> Card:
    card = Card("By objective", spacing=10)
    if not compared.objectives:
        gone = "The exam is no longer in the library, so its objectives cannot be compared."
        card.column.addWidget(label(gone, "secondary", wraps=True))
    grid = QGridLayout()  # one for all: bars that are compared are of one length
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    for number, change in enumerate(compared.objectives):
        if number:
            grid.setRowMinimumHeight(grid.rowCount(), 7)
        _add_objective(grid, change)
    card.column.addLayout(grid)
    return card


def _add_objective(grid: QGridLayout, change: ObjectiveChange) -> None:
    """The name with its change, and below it a bar for each exam with its share."""
    words = ""
    if change.change is not None:
        words = f"{points_text(change.change)} {'point' if abs(change.change) == 1 else 'points'}"
    head = row(label(change.name, wraps=True), label(words, "strong"))
    head.setStretch(0, 1)
    first = grid.rowCount()
    grid.addLayout(head, first, 0, 1, 3)
    for line, (when, result) in enumerate((("Then", change.before), ("Now", change.after)), start=first + 1):
        grid.addWidget(label(when, "hint"), line, 0)
        bar = Bar(result.share if result else 0, share_token(result.share) if result else "primary")
        bar.setAccessibleName(f"{change.name}, {when.lower()}: {_counts(result)}")
        grid.addWidget(bar, line, 1)
        grid.addWidget(label(_counts(result), "hint"), line, 2)


def _counts(result: ObjectiveResult | None) -> str:
    return f"{result.right} of {result.questions} ({result.share:.0%})" if result else "not asked"
