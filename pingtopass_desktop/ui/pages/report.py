"""The score report of a finished exam, or the result of a practice session."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study.review import ObjectiveResult, ScoreReport
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.report_words import (
    points_words,
    share_token,
    subtitle_words,
    title_words,
)
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Bar,
    Button,
    Card,
    Scroller,
    clear_layout,
    label,
    plural,
    row,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.layouts import Columns
from pingtopass_desktop.ui.widgets.pace_chart import PaceCard
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.page_head import PageHead
from pingtopass_desktop.ui.widgets.phrase import Phrase
from pingtopass_desktop.ui.widgets.report_saving import ReportSaving, SaveAs
from pingtopass_desktop.ui.widgets.score_bar import ScoreBar
from pingtopass_desktop.ui.words import date_text, points_text, unbroken, with_whole_times


class ReportPage(Page):
    """Signals: `review_asked` to read the answers; `drill_asked` with an exam's id and ids of questions; `closed`."""

    review_asked = Signal()
    drill_asked = Signal(str, list)
    closed = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._report: ScoreReport | None = None
        self.back = Button("Done")
        self.save_pdf = Button("Save PDF")
        self.save_csv = Button("Save CSV")
        self.review = Button("Review answers")
        self.drill = Button("Drill the missed", "primary")
        self.head = PageHead("Score report", self.back, self.save_pdf, self.save_csv, self.review, self.drill)
        self.saving = ReportSaving(tasks)
        self._content = QVBoxLayout()
        self._content.setSpacing(20)
        self._scroller = Scroller(spacing=20)
        self._lay_out()
        self.save_pdf.clicked.connect(self._save_pdf)
        self.save_csv.clicked.connect(self._save_csv)
        self.review.clicked.connect(self.review_asked)
        self.drill.clicked.connect(self._drill)
        self.back.clicked.connect(self.closed)

    @property
    def report(self) -> ScoreReport | None:
        return self._report

    def show_report(self, report: ScoreReport) -> None:
        """Show a report; its numbers are those that were kept when the attempt ended."""
        self._report = report
        self.head.title.setText(title_words(report))
        day = date_text(report.summary.finished_at or 0)
        words = subtitle_words(report).replace(day, unbroken(day))
        self.head.subtitle.setText(with_whole_times(words))
        self.saving.hide()
        self.review.set_label(f"Review {plural(report.question_count, 'answer')}")
        missed = len(report.missed_ids)
        self.drill.set_label(f"Drill the {missed if missed > 1 else 'one'} missed")
        self.drill.setVisible(bool(report.missed_ids) and report.exam is not None)
        clear_layout(self._content)
        upper = Columns(least_px=220)
        upper.add(_exam_card(report) if report.summary.mode is Mode.EXAM else _practice_card(report), 33)
        upper.add(_objectives_card(report), 67)
        self._content.addWidget(upper)
        lower = Columns(least_px=220)
        has_pace = any(bar.seconds for bar in report.pace)
        if has_pace:
            lower.add(PaceCard(report.pace, report.even_pace_s), 66)
        lower.add(_next_card(report), 34)
        self._content.addWidget(lower, 1 if has_pace else 0)
        self._content.addStretch(0 if has_pace else 1)
        self._scroller.verticalScrollBar().setValue(0)

    def _lay_out(self) -> None:
        self.scroll_by_keys(self._scroller)
        self._scroller.column.addWidget(self.head)
        self._scroller.column.addWidget(self.saving)
        self._scroller.column.addLayout(self._content, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._scroller)
        opening = (self.saving.open_file, self.saving.open_folder)
        set_tab_order((self.back, self.save_pdf, self.save_csv, self.review, self.drill, *opening))

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        return {"save_pdf": self.save_pdf.click, "save_csv": self.save_csv.click}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            (self.review if self.drill.isHidden() else self.drill).click()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _drill(self) -> None:
        if self._report is not None:
            self.drill_asked.emit(self._report.summary.exam_id, list(self._report.missed_ids))

    def _save_pdf(self) -> None:
        if self._report is not None:
            self.saving.ask(self._report, SaveAs.PDF)

    def _save_csv(self) -> None:
        if self._report is not None:
            self.saving.ask(self._report, SaveAs.CSV)


def _exam_card(report: ScoreReport) -> Card:
    card = Card(spacing=8)
    summary, exam = report.summary, report.exam
    card.column.addWidget(label("PASS" if summary.passed else "FAIL", "chip-good" if summary.passed else "chip-bad"))
    top = f"/ {exam.scale_max}" if exam else ""
    score = label(str(summary.scaled), "score")
    score.setAccessibleName(f"Scaled score {summary.scaled} {top}".strip())
    card.column.addLayout(_on_one_line(score, label(top, "of")))
    pass_mark = f"Pass mark {exam.pass_scaled} · " if exam else ""
    card.column.addWidget(label(f"{pass_mark}{points_words(report)}", "secondary", wraps=True))
    if exam:
        span = max(1, exam.scale_max - exam.scale_min)
        share = ((summary.scaled or 0) - exam.scale_min) / span
        mark = (exam.pass_scaled - exam.scale_min) / span
        bar = ScoreBar(share, "good" if summary.passed else "bad", mark, str(exam.pass_scaled))
        bar.setAccessibleName(f"Score {summary.scaled}, pass mark {exam.pass_scaled}")
        card.column.addSpacing(8)
        card.column.addWidget(bar)
    else:
        gone = (
            "This exam is no longer in the library. The score is kept as it was; the pass mark is not known any more."
        )
        card.column.addWidget(label(gone, "secondary", wraps=True))
    card.column.addStretch(1)
    card.column.addWidget(label("A practice estimate, not the vendor's score.", "hint", wraps=True))
    return card


def _practice_card(report: ScoreReport) -> Card:
    card = Card(spacing=8)
    answered, left = report.summary.answered_count, report.question_count - report.summary.answered_count
    if answered:
        score = label(str(report.right), "score")
        score.setAccessibleName(f"{report.right} of {answered} right")
        card.column.addLayout(_on_one_line(score, label(f"/ {answered}", "of")))
        share = report.right / answered
        card.column.addWidget(label(f"{report.right} of {answered} right ({share:.0%})", "secondary", wraps=True))
        bar = Bar(share, share_token(share))
        bar.setAccessibleName(f"{report.right} of {answered} right")
        card.column.addWidget(bar)
    else:
        card.column.addWidget(label("Nothing was answered", "section", wraps=True))
        words = "The session ended before its first answer, so there is nothing to score. No question counts as seen."
        card.column.addWidget(label(words, "secondary", wraps=True))
    if left and answered:
        card.column.addWidget(label(f"{plural(left, 'question')} left unanswered, not counted.", "hint", wraps=True))
    card.column.addStretch(1)
    return card


def _objectives_card(report: ScoreReport) -> Card:
    has_change = any(result.change is not None for result in report.objectives)
    card = Card("By objective, against your last exam" if has_change else "By objective", spacing=6)
    if not report.objectives:
        gone = "The exam is no longer in the library: import its bank again to see the result by objective."
        words = gone if report.exam is None else "Nothing was answered in this session."
        card.column.addWidget(label(words, "secondary", wraps=True))
    for result in report.objectives:
        change = "" if result.change is None else f" {points_text(result.change)}"
        facts = label(f"{result.questions} q{change}", "hint")
        facts.setAccessibleName(_facts_spoken(result))
        card.column.addLayout(row(Phrase(result.name), facts, None, label(f"{result.share:.0%}", "strong")))
        bar = Bar(result.share, share_token(result.share))
        bar.setAccessibleName(f"{result.name}: {result.right} of {result.questions} right")
        card.column.addWidget(bar)
        card.column.addSpacing(4)
    card.column.addStretch(1)
    return card


def _next_card(report: ScoreReport) -> Card:
    card = Card("What to do next", spacing=10)
    for number, step in enumerate(report.next_steps, start=1):
        card.column.addWidget(label(f"{number}. {step}", wraps=True))
    if not report.next_steps:
        card.column.addWidget(label("Nothing stands out. Keep going.", "secondary", wraps=True))
    card.column.addStretch(1)
    return card


def _on_one_line(number: QWidget, words: QWidget) -> QHBoxLayout:
    """A big number and what it is of, on one base line."""
    line = row(number, words, None)
    for widget in (number, words):
        line.setAlignment(widget, Qt.AlignmentFlag.AlignBaseline)
    return line


def _facts_spoken(result: ObjectiveResult) -> str:
    words = plural(result.questions, "question")
    if result.change is None:
        return words
    if not result.change:
        return f"{words}, as in your last exam"
    change = f"{plural(abs(result.change), 'point')} {'more' if result.change > 0 else 'less'}"
    return f"{words}, {change} than in your last exam"
