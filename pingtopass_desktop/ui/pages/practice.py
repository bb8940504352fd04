"""One practice question at a time: answer, check, see why, go on."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.domain.question import NOT_ANSWERED, Choice
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.practice import PracticeSitting
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.keys import Place
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Bar,
    Button,
    Card,
    Notice,
    Scroller,
    Surface,
    label,
    row,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.confidence_row import CONFIDENCE_WORDS, ConfidenceRow
from pingtopass_desktop.ui.widgets.layouts import held
from pingtopass_desktop.ui.widgets.marks_panel import MarksPanel, WithMarks
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.phrase import OneLine
from pingtopass_desktop.ui.widgets.question_view import QuestionView, incomplete_hint
from pingtopass_desktop.ui.words import unbroken

_VERDICT_PX = 110
"""The verdict with some lines of the explanation, at 100 % text."""


class PracticePage(Page):
    """A running practice session. Signals: `ended` with the id of the finished attempt; `undoable` with a step."""

    ended = Signal(str)
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._sitting: PracticeSitting | None = None
        self._attempt: Attempt | None = None
        self._choice: Choice = NOT_ANSWERED
        self._is_busy = False
        self._reveals_verdict = False
        self._retry: Callable[[], None] | None = None
        self._build()
        self._lay_out()
        self._connect()

    def open(self, sitting: PracticeSitting) -> None:
        """Show a session at its current question."""
        self._sitting = sitting
        self._is_busy = False
        subject = sitting.label or "All objectives"
        self._exam.setText(sitting.exam.name)
        self._mode.setText(f"Practice · {subject}")
        self._notice.hide()
        self._show_question(sitting.attempt)

    @property
    def attempt(self) -> Attempt | None:
        return self._attempt

    def leave(self) -> None:
        """Keep a note that is being written before the page goes."""
        self.panel.edit.flush()

    def _build(self) -> None:
        self._exam = OneLine(kind="strong")
        self._mode = OneLine(kind="secondary")
        self._count = label(kind="secondary")
        self._progress = Bar()
        self._progress.setMinimumWidth(60)
        self._progress.setMaximumWidth(180)
        self._end = Button("End session")
        self._notice = Notice()
        self.view = QuestionView(shows_chips=True)
        self._confidence = ConfidenceRow()
        self.feedback = Card(spacing=8)
        self._verdict = label(kind="chip")
        self._timing = label(kind="hint")
        self._explanation = RichText()
        self._reference = label(kind="hint", wraps=True)
        self.panel = MarksPanel(self._study, self._tasks)
        self._hint = label(kind="hint", wraps=True)
        self._previous = Button("‹ Previous", command="previous")
        self.main = Button("Check", "primary", key="⏎")

    def _lay_out(self) -> None:
        top = Surface("bar-top")
        words = row(self._exam, self._mode, self._count, self._progress, self._end, spacing=16, margins=(24, 7, 24, 7))
        words.setStretch(1, 3)
        words.setStretch(3, 1)
        top.setLayout(words)
        heading = row(self._verdict, self._timing, None)
        self.feedback.column.addLayout(heading)
        self.feedback.column.addWidget(self._explanation)
        self.feedback.column.addWidget(self._reference)
        self._scroller = Scroller(margins=(48, 32, 48, 24), spacing=14)
        self.scroll_by_keys(self._scroller)
        for widget in (self._notice, self.view, self._confidence, self.feedback):
            self._scroller.column.addWidget(widget)
        self._scroller.column.addStretch(1)
        bottom = Surface("bar-bottom")
        keys_and_buttons = row(self._hint, self._previous, self.main, spacing=12, margins=(24, 11, 24, 11))
        keys_and_buttons.setStretch(0, 1)
        bottom.setLayout(keys_and_buttons)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(top)
        box.addWidget(WithMarks(self._scroller, self.panel), 1)
        box.addWidget(bottom)

    def _connect(self) -> None:
        self.view.choice_made.connect(self._choose)
        self.view.strike_asked.connect(self._strike)
        self.view.strike_awaited.connect(self._hint_at_strike)
        self.view.rebuilt.connect(self._order_tabs)
        self.main.clicked.connect(self._go_on)
        self._previous.clicked.connect(self._go_back)
        self._end.clicked.connect(self.end_session)
        self._notice.action.clicked.connect(self._try_again)
        self.panel.edit.failed.connect(self._fail_quietly)
        self.panel.edit.escaped.connect(self.setFocus)
        self.panel.edit.undoable.connect(self.undoable)
        self._scroller.verticalScrollBar().rangeChanged.connect(self._follow_feedback)
        self._scroller.verticalScrollBar().actionTriggered.connect(self._leave_feedback)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.belongs_to_field(event):
            super().keyPressEvent(event)
            return
        command = keys.current().command(event, Place.QUESTION, Place.PRACTICE)
        action = self.commands().get(command) if command else None
        if action is not None:
            action()
        elif self.view.press(event):
            return
        elif keys.is_enter(event):
            self._go_on()
        elif event.key() == Qt.Key.Key_Escape:
            self.view.await_strike(False)
        else:
            super().keyPressEvent(event)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        explanation = {"explanation": self._toggle_explanation} if self._is_checked() else {}
        return {
            "strike": self.view.toggle_strike,
            "previous": self._go_back,
            "next": self._go_forward,
            "end_session": self.end_session,
            **explanation,
            **self._confidence.commands(),
            **self.panel.edit.commands(),
        }

    def _toggle_explanation(self) -> None:
        self.feedback.setVisible(not self.feedback.isVisible())

    def _order_tabs(self) -> None:
        controls = (*self.view.controls, *self._confidence.controls, *self.panel.edit.controls)
        set_tab_order((self._end, self._notice.action, *controls, self._previous, self.main))

    def _is_checked(self) -> bool:
        return self._attempt is not None and self._attempt.position in self._attempt.answers

    def _show_question(self, attempt: Attempt) -> None:
        if self._sitting is None:
            return
        self._attempt = attempt
        self._is_busy = False
        self._choice = NOT_ANSWERED
        self._reveals_verdict = False
        self._take_focus()
        with held(self._scroller.column):
            self.view.show_question(self._sitting.current, attempt.item.order)
            self._confidence.show_confidence(None)
            self.panel.edit.show_question(self._sitting.current.question)
            self._show_attempt(attempt)
        self._scroller.verticalScrollBar().setValue(0)

    def _take_focus(self) -> None:
        """Before the widget that has the focus goes: Qt would give it to the next one, which may be the note.

        Who writes in the panel goes on writing.
        """
        if not self.panel.isAncestorOf(self.focusWidget()):
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_attempt(self, attempt: Attempt) -> None:
        if self._sitting is None:
            return
        self._attempt = attempt
        self._is_busy = False
        total = len(attempt.items)
        self._count.setText(f"{attempt.position + 1} of {total}")
        self._progress.set_share(len(attempt.answers) / total)
        self._progress.setAccessibleName(f"{len(attempt.answers)} of {total} answered")
        struck = attempt.struck.get(attempt.position, frozenset())
        answer = attempt.answers.get(attempt.position)
        self._previous.setEnabled(attempt.position > 0)
        self._confidence.setVisible(answer is None and attempt.rules.asks_confidence)
        self.feedback.setVisible(answer is not None)
        if answer is None:
            self.view.show_answer(self._choice, struck, is_open=True)
            self.main.set_label("Check")
            self._hint.setText(_open_hint())
        else:
            self._take_focus()
            self.view.show_solution(answer.choice, struck)
            self._show_feedback(attempt)
            is_last = not attempt.unanswered
            self.main.set_label("See the result" if is_last else "Next question")
            words = keys.current().words
            self._hint.setText(
                _in_pieces(
                    "Enter next",
                    f"{words('note')} note",
                    f"{words('keep')} bookmark",
                    f"{words('explanation')} explanation",
                )
            )

    def _show_feedback(self, attempt: Attempt) -> None:
        if self._sitting is None:
            return
        shown = self._sitting.current
        question = shown.question
        answer = attempt.answers[attempt.position]
        if answer.is_correct:
            self._verdict.setText("Correct")
            self._verdict.set_kind("chip-good")
        else:
            hits = len(set(answer.choice) & set(question.key))
            partial_credit = question.type.is_choice and not question.type.has_one_key
            self._verdict.setText(f"Not quite · {hits} of {len(question.key)}" if partial_credit else "Not quite")
            self._verdict.set_kind("chip-bad")
        said = f" · you said “{CONFIDENCE_WORDS[answer.confidence].lower()}”" if answer.confidence else ""
        self._timing.setText(f"You {round(answer.elapsed_ms / 1000)} s{said}")
        self._explanation.show_markdown(question.explanation or "No explanation is given in this bank.", shown.media)
        reference = f" · Reference: {question.reference}" if question.reference else ""
        self._reference.setText(f"Objective {shown.objective_title}{reference}")

    def _choose(self, choice: Choice) -> None:
        if self._attempt is None or self._is_checked():
            return
        self._choice = choice
        self._notice.hide()
        self.view.show_answer(choice, self._attempt.struck.get(self._attempt.position, frozenset()), is_open=True)

    def _strike(self, option_id: str) -> None:
        if self._sitting is None or self._attempt is None or self._is_checked():
            return
        is_struck = option_id not in self._attempt.struck.get(self._attempt.position, frozenset())
        self._run(partial(self._sitting.strike, option_id, is_struck), self._show_attempt)

    def _hint_at_strike(self, is_awaited: bool) -> None:
        self._hint.setText("Strike out: press the letter of the option · Esc leaves" if is_awaited else _open_hint())

    def _go_on(self) -> None:
        if self._attempt is None or self._is_busy:
            return
        if not self._is_checked():
            self._check()
        elif self._attempt.unanswered:
            later = [index for index in self._attempt.unanswered if index > self._attempt.position]
            self._visit((later or self._attempt.unanswered)[0])
        else:
            self.end_session()

    def _check(self) -> None:
        if self._sitting is None:
            return
        question = self._sitting.current.question
        missing = incomplete_hint(question, self._choice)
        if missing:
            self._notice.show_text(missing, "notice-warn")
            self._scroller.ensureWidgetVisible(self._notice)
            return
        self._run(partial(self._sitting.check, self._choice, self._confidence.confidence), self._checked)

    def _checked(self, attempt: Attempt) -> None:
        theme.paint_apart(self._scroller)  # once the verdict is in sight
        with held(self._scroller.column):
            self._notice.hide()
            self._show_attempt(attempt)
        self.panel.edit.refresh()
        self._reveals_verdict = True

    def _follow_feedback(self) -> None:
        """The texts of an answered question get their heights one after the other."""
        if self._reveals_verdict:
            QTimer.singleShot(0, self, self._reveal_verdict)

    def _leave_feedback(self) -> None:
        """Who scrolls is not brought back to the verdict when a text gets its height."""
        self._reveals_verdict = False

    def _reveal_verdict(self) -> None:
        """Bring the verdict and the beginning of the explanation into sight, and no more: the options stay in it."""
        if not self._reveals_verdict:
            return
        shown_px = min(self.feedback.height(), theme.current().px(_VERDICT_PX))
        self._scroller.ensureVisible(0, self.feedback.y() + shown_px, 0, 16)

    def _go_back(self) -> None:
        if self._attempt is not None and self._attempt.position > 0:
            self._visit(self._attempt.position - 1)

    def _go_forward(self) -> None:
        if self._attempt is not None and self._attempt.position + 1 < len(self._attempt.items):
            self._visit(self._attempt.position + 1)

    def _visit(self, index: int) -> None:
        if self._sitting is not None:
            self.panel.edit.flush()
            self._run(partial(self._sitting.visit, index), self._show_question)

    def end_session(self) -> None:
        """End the session with what was answered."""
        if self._sitting is not None:
            self.panel.edit.flush()
            self._run(self._sitting.finish, self._finished)

    def _finished(self, attempt: Attempt) -> None:
        self._is_busy = False
        self.ended.emit(attempt.id)

    def _run(self, work: Callable[[], Attempt], done: Callable[[Attempt], None]) -> None:
        """Run a command; nothing of it shows before it is on disk."""
        self._is_busy = True
        self._retry = partial(self._run, work, done)
        self._tasks.run(work, owner=self, done=partial(self._come_back, done), failed=self._failed)

    def _come_back(self, done: Callable[[Attempt], None], attempt: Attempt) -> None:
        """Show what came of a command, unless another session was opened meanwhile."""
        if self._sitting is not None and self._sitting.attempt.id == attempt.id:
            done(attempt)

    def _failed(self, error: Exception) -> None:
        self._is_busy = False
        self._notice.show_text(f"Not saved. {error}", "notice-bad", "Try again")
        self._scroller.ensureWidgetVisible(self._notice)

    def _fail_quietly(self, message: str) -> None:
        self._notice.show_text(f"Not saved. {message}", "notice-bad")

    def _try_again(self) -> None:
        self._notice.hide()
        if self._retry is not None:
            self._retry()


def _open_hint() -> str:
    words = keys.current().words
    letters = keys.current().option_words()
    return _in_pieces(f"{letters} choose", "Enter check", f"{words('strike')} strike out", f"{words('keep')} bookmark")


def _in_pieces(*pieces: str) -> str:
    """Pieces on a line, which breaks between them only: a key stays beside its word."""
    return " · ".join(map(unbroken, pieces))
