"""The score report of a finished exam, or the result of a practice session."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study.review import ObjectiveResult, ScoreReport
from pingtopass_desktop.ui.pages.exam_setup import date_text
from pingtopass_desktop.ui.widgets.basics import (
    Bar,
    Button,
    Card,
    Scroller,
    clear_layout,
    column,
    duration,
    label,
    plural,
    row,
)
from pingtopass_desktop.ui.widgets.layouts import Columns
from pingtopass_desktop.ui.widgets.pace_chart import PaceChart

GOOD_SHARE, FAIR_SHARE, WEAK_SHARE = 0.8, 0.7, 0.5


class ReportPage(QWidget):
    """Signals: `review_asked` to read the answers; `drill_asked` with question ids; `closed`."""

    review_asked = Signal()
    drill_asked = Signal(str, list)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self._report: ScoreReport | None = None
        self.review = Button("Review answers")
        self.drill = Button("Drill the missed", "primary")
        self.back = Button("Done")
        self._title = label("Score report", "title")
        self._subtitle = label(kind="secondary", wraps=True)
        self._scroller = Scroller()
        self._content = QVBoxLayout()
        self._content.setSpacing(20)
        words, buttons = QWidget(), QWidget()
        words.setLayout(column(self._title, self._subtitle, spacing=2))
        buttons.setLayout(row(None, self.back, self.review, self.drill))
        head = Columns(least_px=300)
        head.add(words)
        head.add(buttons)
        self._scroller.column.addWidget(head)
        self._scroller.column.addLayout(self._content)
        self._scroller.column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._scroller)
        self.review.clicked.connect(self.review_asked)
        self.drill.clicked.connect(self._drill)
        self.back.clicked.connect(self.closed)

    @property
    def report(self) -> ScoreReport | None:
        return self._report

    def show_report(self, report: ScoreReport) -> None:
        """Show a report; its numbers are those that were kept when the attempt ended."""
        self._report = report
        summary = report.summary
        is_exam = summary.mode is Mode.EXAM
        self._title.setText("Score report" if is_exam else "Practice result")
        self._subtitle.setText(_subtitle(report))
        self.review.set_label(f"Review {plural(report.question_count, 'answer')}")
        self.drill.set_label(f"Drill the {len(report.missed_ids)} missed")
        self.drill.setVisible(bool(report.missed_ids) and report.exam is not None)
        clear_layout(self._content)
        upper = Columns(least_px=220)
        upper.add(_score_card(report), 33)
        if report.objectives:
            upper.add(_objectives_card(report), 67)
        self._content.addWidget(upper)
        lower = Columns(least_px=220)
        lower.add(_pace_card(report), 66)
        lower.add(_next_card(report), 34)
        self._content.addWidget(lower)

    def _drill(self) -> None:
        if self._report is not None:
            self.drill_asked.emit(self._report.summary.exam_id, list(self._report.missed_ids))


def _subtitle(report: ScoreReport) -> str:
    summary = report.summary
    kind = "timed exam" if summary.mode is Mode.EXAM else f"practice · {summary.label or 'all objectives'}"
    words = f"{report.exam_name} · {kind} · {date_text(summary.finished_at or 0)}, {duration(summary.elapsed_ms)}"
    if summary.limit_ms:
        words += f" of {duration(summary.limit_ms)}"
    if summary.reason == "expired":
        words += " · the time ran out"
    if summary.interruptions and summary.mode is Mode.EXAM:
        words += f" · interrupted {plural(summary.interruptions, 'time')}, the clock stood still"
    return words


def _score_card(report: ScoreReport) -> Card:
    card = Card(spacing=8)
    summary, exam = report.summary, report.exam
    share = report.right / report.question_count
    if summary.mode is Mode.EXAM:
        chip = label("PASS" if summary.passed else "FAIL", "chip-good" if summary.passed else "chip-bad")
        card.column.addWidget(chip)
        top = f"/ {exam.scale_max}" if exam else ""
        score = label(str(summary.scaled), "score")
        score.setAccessibleName(f"Scaled score {summary.scaled} {top}")
        card.column.addLayout(row(score, label(top, "secondary"), None))
        raw = f"{float(report.raw):g}"
        pass_mark = f"Pass mark {exam.pass_scaled} · " if exam else ""
        words = f"{pass_mark}{raw} of {report.question_count} {'correct' if report.raw == report.right else 'points'}"
        card.column.addWidget(label(f"{words} ({share:.0%})", "secondary", wraps=True))
        if exam:
            span = exam.scale_max - exam.scale_min
            mark = (exam.pass_scaled - exam.scale_min) / span
            bar = Bar(((summary.scaled or 0) - exam.scale_min) / span, "good" if summary.passed else "bad", mark)
            bar.setAccessibleName(f"Score {summary.scaled}, pass mark {exam.pass_scaled}")
            card.column.addWidget(bar)
            ends = row(label(str(exam.scale_min), "hint"), None, label(f"pass {exam.pass_scaled}", "hint"), None)
            ends.addWidget(label(str(exam.scale_max), "hint"))
            card.column.addLayout(ends)
        card.column.addWidget(label("A practice estimate, not the vendor's score.", "hint", wraps=True))
    else:
        answered = summary.answered_count
        card.column.addWidget(label(f"{report.right} of {answered}", "score"))
        card.column.addWidget(label("right" if answered else "Nothing was answered.", "secondary"))
        card.column.addWidget(Bar(report.right / answered if answered else 0, "good"))
        left = report.question_count - answered
        if left:
            card.column.addWidget(
                label(f"{plural(left, 'question')} left unanswered, not counted.", "hint", wraps=True)
            )
    card.column.addStretch(1)
    return card


def _objectives_card(report: ScoreReport) -> Card:
    has_change = any(result.change is not None for result in report.objectives)
    card = Card("By objective, against your last exam" if has_change else "By objective", spacing=6)
    for result in report.objectives:
        change = "" if result.change is None else f" {'+' if result.change >= 0 else '−'}{abs(result.change)}"
        name = label(result.name, wraps=False)
        line = row(name, label(f"{result.questions} q{change}", "hint"), None, label(f"{result.share:.0%}", "strong"))
        card.column.addLayout(line)
        bar = Bar(result.share, _token(result))
        bar.setAccessibleName(f"{result.name}: {result.right} of {result.questions} right")
        card.column.addWidget(bar)
        card.column.addSpacing(4)
    card.column.addStretch(1)
    return card


def _pace_card(report: ScoreReport) -> Card:
    card = Card("Pace: seconds per question", spacing=8)
    chart = PaceChart(report.pace, report.even_pace_s)
    card.column.addWidget(chart)
    even = f" · dashed = {report.even_pace_s} s, the even pace" if report.even_pace_s else ""
    card.column.addWidget(label(f"Red and hatched = wrong or unanswered{even}", "hint", wraps=True))
    return card


def _next_card(report: ScoreReport) -> Card:
    card = Card("What to do next", spacing=10)
    for number, step in enumerate(report.next_steps, start=1):
        card.column.addWidget(label(f"{number}. {step}", wraps=True))
    if not report.next_steps:
        card.column.addWidget(label("Nothing stands out. Keep going.", "secondary", wraps=True))
    card.column.addStretch(1)
    return card


def _token(result: ObjectiveResult) -> str:
    if result.share >= GOOD_SHARE:
        return "good"
    if result.share >= FAIR_SHARE:
        return "primary"
    return "warn" if result.share >= WEAK_SHARE else "bad"
