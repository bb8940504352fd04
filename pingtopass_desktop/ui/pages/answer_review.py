"""Reading a finished attempt: every answer beside its key, with reasons and filters."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout

from pingtopass_desktop.domain.question import NOT_ANSWERED
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import ReviewedAnswer, ReviewFilter, ScoreReport, filtered
from pingtopass_desktop.ui import keys, sheets
from pingtopass_desktop.ui.keys import Place
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Button,
    Card,
    Notice,
    Scroller,
    Surface,
    column,
    label,
    plural,
    row,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.confidence_row import CONFIDENCE_WORDS
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.marks_panel import MarksPanel, WithMarks
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.phrase import OneLine
from pingtopass_desktop.ui.widgets.question_view import QuestionView

FILTER_WORDS = {
    ReviewFilter.ALL: "All",
    ReviewFilter.WRONG: "Wrong",
    ReviewFilter.FLAGGED: "Flagged",
    ReviewFilter.GUESSED: "Guessed",
    ReviewFilter.SLOW: "Slow",
    ReviewFilter.CHANGED: "Changed",
}


class _QuestionList(QListWidget):
    """A list that takes only the keys that move in it; letters and left and right belong to the page."""

    _OWN = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)

    def __init__(self) -> None:
        super().__init__()
        sheets.wear(self, "list")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._OWN:
            super().keyPressEvent(event)
        else:
            event.ignore()


class AnswerReviewPage(Page):
    """Signals: `closed` to go back to the report; `undoable` with a step."""

    closed = Signal()
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._report: ScoreReport | None = None
        self._answers: list[ReviewedAnswer] = []
        self._exam = OneLine(kind="strong")
        self._mode = label("Review of answers", "secondary")
        self.back = Button("Back to the report")
        self._filters = QButtonGroup(self)
        self.filter_buttons: dict[ReviewFilter, Button] = {}
        for number, chosen in enumerate(ReviewFilter):
            button = Button(FILTER_WORDS[chosen], "pill")
            button.setCheckable(True)
            self._filters.addButton(button, number)
            self.filter_buttons[chosen] = button
        self.list = _QuestionList()
        self.list.setFixedWidth(230)
        self.list.setAccessibleName("Questions")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = Notice()
        self.view = QuestionView(shows_chips=True)
        self._card = Card(spacing=8)
        self._verdict = label(kind="chip")
        self._facts = label(kind="hint", wraps=True)
        self._explanation = RichText()
        self._reference = label(kind="hint", wraps=True)
        self.panel = MarksPanel(study, tasks)
        self._lay_out()
        self._filters.idClicked.connect(self._fill)
        self.list.currentRowChanged.connect(self._show_row)
        self.back.clicked.connect(self._close)
        self.view.rebuilt.connect(self._order_tabs)
        self.panel.edit.failed.connect(self._failed)
        self.panel.edit.undoable.connect(self.undoable)
        self.panel.edit.escaped.connect(self.list.setFocus)

    def open(self, report: ScoreReport) -> None:
        """Show the answers of a report, all of them at first."""
        self._report = report
        self._exam.setText(report.exam_name)
        for chosen, button in self.filter_buttons.items():
            count = len(filtered(report.answers, chosen, report.even_pace_s))
            button.set_label(f"{FILTER_WORDS[chosen]} {count}")
        self.filter_buttons[ReviewFilter.ALL].setChecked(True)
        self._fill()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Keep a note that is being written before the page goes."""
        self.panel.edit.flush()

    def _lay_out(self) -> None:
        top = Surface("bar-top")
        top.setLayout(row(self._exam, self._mode, None, self.back, spacing=16, margins=(24, 7, 24, 7)))
        bar = Surface("bar-top")
        bar.setLayout(column(Flow(*self.filter_buttons.values()), margins=(24, 8, 24, 8)))
        self._card.column.addLayout(row(self._verdict, self._facts))
        self._card.column.addWidget(self._explanation)
        self._card.column.addWidget(self._reference)
        scroller = Scroller(margins=(40, 24, 40, 24), spacing=14)
        for widget in (self._empty, self.view, self._card):
            scroller.column.addWidget(widget)
        scroller.column.addStretch(1)
        self._scroller = scroller
        self.scroll_by_keys(scroller)
        side = Surface("side-left")
        side_box = QVBoxLayout(side)
        side_box.setContentsMargins(0, 0, 0, 0)
        side_box.addWidget(self.list)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(side)
        middle.addWidget(WithMarks(scroller, self.panel), 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(top)
        box.addWidget(bar)
        box.addLayout(middle, 1)

    def _order_tabs(self) -> None:
        head = (self.back, *self.filter_buttons.values(), self.list)
        set_tab_order((*head, *self.view.controls, *self.panel.edit.controls))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = "" if keys.belongs_to_field(event) else keys.current().command(event, Place.QUESTION, Place.PRACTICE)
        action = self.commands().get(command) if command else None
        if action is not None:
            action()
        elif keys.is_enter(event):
            self._step(1)
        elif event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        return {"previous": partial(self._step, -1), "next": partial(self._step, 1), **self.panel.edit.commands()}

    def _step(self, step: int) -> None:
        target = self.list.currentRow() + step
        if 0 <= target < self.list.count():
            self.list.setCurrentRow(target)

    def _fill(self, number: int = 0) -> None:
        if self._report is None:
            return
        chosen = list(ReviewFilter)[max(0, self._filters.checkedId())]
        self._answers = filtered(self._report.answers, chosen, self._report.even_pace_s)
        with QSignalBlocker(self.list):  # taking the rows away would show each that comes to be the current one
            self.list.clear()
        for answer in self._answers:
            mark = "✓" if answer.is_right else "✕" if answer.answer and answer.answer.choice else "—"
            objective = answer.shown.objective_name if answer.shown else "no longer in the library"
            item = QListWidgetItem(f"{mark}  {answer.index + 1}  {objective}")
            result = {"✓": "right", "✕": "wrong", "—": "unanswered"}[mark]
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Question {answer.index + 1}, {result}, {objective}")
            self.list.addItem(item)
        is_empty = not self._answers
        self.view.setVisible(not is_empty)
        self._card.setVisible(not is_empty)
        self.panel.setVisible(not is_empty)
        if is_empty:
            self._empty.show_text(f"No answer of this attempt is {FILTER_WORDS[chosen].lower()}.")
        else:
            self._empty.hide()
            self.list.setCurrentRow(0)

    def _show_row(self, index: int) -> None:
        if not 0 <= index < len(self._answers):
            return
        answer = self._answers[index]
        if answer.shown is None:
            self.view.hide()
            self._card.hide()
            self._empty.show_text("This question is no longer in the library. Your answer and the score are kept.")
            return
        self.view.show()
        self._card.show()
        question = answer.shown.question
        known = {option.id for option in question.options}
        order = tuple(option_id for option_id in answer.order if option_id in known)
        order += tuple(option.id for option in question.options if option.id not in order)
        chips = (["Flagged"] if answer.is_flagged else []) + (["Corrected since"] if answer.is_revised else [])
        self.view.show_question(answer.shown, order, chips)
        choice = answer.answer.choice if answer.answer else NOT_ANSWERED
        self.view.show_solution(choice, answer.struck)
        self._show_verdict(answer)
        self._explanation.show_markdown(question.explanation or "No explanation is given.", answer.shown.media)
        objective = f"Objective {answer.shown.objective_title}"
        self._reference.setText(objective + (f" · Reference: {question.reference}" if question.reference else ""))
        self.panel.edit.show_question(question)
        self._scroller.verticalScrollBar().setValue(0)

    def _show_verdict(self, answer: ReviewedAnswer) -> None:
        given = answer.answer
        if answer.is_right:
            self._verdict.setText("Correct")
        else:
            self._verdict.setText("Not quite" if given and given.choice else "Unanswered")
        self._verdict.set_kind("chip-good" if answer.is_right else "chip-bad")
        facts = [f"{answer.seconds} s"]
        if self._report is not None and self._report.even_pace_s:
            facts.append(f"even pace {self._report.even_pace_s} s")
        if given and given.confidence:
            facts.append(f"you said “{CONFIDENCE_WORDS[given.confidence].lower()}”")
        if given and given.changes:
            words = "right" if given.first_correct else "wrong"
            facts.append(f"changed {plural(given.changes, 'time')}, first answer was {words}")
        self._facts.setText(" · ".join(facts))

    def _close(self) -> None:
        self.leave()
        self.closed.emit()

    def _failed(self, message: str) -> None:
        self._empty.show_text(f"Not saved. {message}", "notice-bad")
