"""A timed exam in the window: question, navigator, clock, review screen, the end. No feedback before the report."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.domain.question import NOT_ANSWERED, Choice, Confidence
from pingtopass_desktop.study.exam import ExamSitting
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.keys import Place
from pingtopass_desktop.ui.pages.exam_review import ReviewScreen
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Notice, Scroller, Surface, column, label, row, set_tab_order
from pingtopass_desktop.ui.widgets.confidence_row import ConfidenceRow
from pingtopass_desktop.ui.widgets.confirm import confirm_end
from pingtopass_desktop.ui.widgets.exam_clock import ExamClock
from pingtopass_desktop.ui.widgets.layouts import Flow, held
from pingtopass_desktop.ui.widgets.navigator import Navigator
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.phrase import OneLine
from pingtopass_desktop.ui.widgets.question_view import QuestionView, incomplete_hint

TICK_MS = 500

_SAVING_SHOWN_AFTER_MS = 150
"""An answer is on disk long before, as a rule; words that come and go with every key are only unrest."""


class ExamPage(Page):
    """A running exam. Signals: `ended` with the attempt's id once it is submitted or the time is up."""

    ended = Signal(str)

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._sitting: ExamSitting | None = None
        self._attempt: Attempt | None = None
        self._shown_index = -1
        self._choice: Choice = NOT_ANSWERED
        self._guarded = -1
        self._retry: Callable[[], None] | None = None
        self._under_way = 0
        self._is_turning = False
        self._is_clock_failing = False
        self._build()
        self._lay_out()
        self._connect()

    def open(self, sitting: ExamSitting) -> None:
        """Show a sitting at the question where it stands and let the clock run. One that is still open waits then, to
        be resumed: two may have been asked for one after the other."""
        self.suspend()
        self._sitting = sitting
        self._shown_index = -1
        self._is_turning = False
        self._exam.setText(sitting.exam.name)
        self.notice.hide()
        attempt = sitting.attempt
        self._attempt = attempt
        self.navigator.open(attempt)
        self.clock.begin(attempt.remaining_ms or 0)
        self._confidence.setVisible(attempt.rules.asks_confidence)
        self._show_questions()
        self._show(attempt)
        self._order_tabs()  # the tiles are others, also where the controls are the same
        QTimer.singleShot(0, self._start_clock)  # once the question is painted

    @property
    def attempt(self) -> Attempt | None:
        """The attempt as it is shown, None where none runs."""
        return self._attempt

    def suspend(self) -> None:
        """Stop the clock because the window closes or another exam comes; the exam can be resumed."""
        self._timer.stop()
        sitting, self._sitting = self._sitting, None
        if sitting is not None and self._attempt is not None and not self._attempt.is_finished:
            self._tasks.run(sitting.suspend, owner=self, failed=self._failed)

    def _build(self) -> None:
        self._exam = OneLine(kind="strong")
        self._mode = label("Timed exam", "secondary")
        self.flag = Button("Mark for review", command="mark")
        self.flag.setCheckable(True)
        self.clock = ExamClock()
        self.navigator = Navigator()
        self.notice = Notice()
        self.view = QuestionView(shows_chips=False)
        self._confidence = ConfidenceRow()
        self.review = ReviewScreen()
        self.previous = Button("‹ Previous")
        self.next = Button("Next ›", "primary")
        self._saved = label("Saved", "hint")
        self._review_button = Button("Review screen", command="review")
        self._end = Button("End exam", "danger")
        self._back = Button("‹ Back to question")
        self._review_unanswered = Button("Review unanswered")
        self._review_flagged = Button("Review flagged")
        self._end_here = Button("End exam…", "danger")
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_SAVING_SHOWN_AFTER_MS)

    def _lay_out(self) -> None:
        self._top = top = Surface("bar-top")
        top.setLayout(row(self._exam, self._mode, None, self.flag, self.clock, spacing=16, margins=(24, 7, 24, 7)))
        self._scroller = Scroller(margins=(56, 32, 56, 24), spacing=14)
        self.scroll_by_keys(self._scroller)
        for widget in (self.notice, self.view, self._confidence):
            self._scroller.column.addWidget(widget)
        self._scroller.column.addStretch(1)
        question = QWidget()
        middle = QHBoxLayout(question)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.navigator)
        middle.addWidget(self._scroller, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(question)
        self._stack.addWidget(self.review)
        bottom = Surface("bar-bottom")
        self._question_bar = QWidget()
        self._question_bar.setLayout(
            row(self.previous, self.next, None, self._saved, self._review_button, self._end, spacing=12)
        )
        in_review = (self._back, self._review_unanswered, self._review_flagged, self._end_here)
        self._review_bar = Flow(*in_review, spacing=12, right_from=1)
        bottom.setLayout(column(self._question_bar, self._review_bar, margins=(24, 11, 24, 11)))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(top)
        box.addWidget(self._stack, 1)
        box.addWidget(bottom)
        self.restyle()

    def restyle(self) -> None:
        """The bar is as high without its button, on the review screen: the clock stays where it is."""
        self._top.setMinimumHeight(self.flag.sizeHint().height() + 14)

    def _connect(self) -> None:
        self.view.choice_made.connect(self._choose)
        self.view.strike_asked.connect(self._strike)
        self.view.strike_awaited.connect(self._hint_at_strike)
        self.view.rebuilt.connect(self._order_tabs)
        self._confidence.rated.connect(self._rate)
        self.flag.clicked.connect(self._toggle_flag)
        self.previous.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.navigator.visited.connect(self._visit)
        self.review.visited.connect(self._visit)
        self._review_button.clicked.connect(self._show_review)
        self._back.clicked.connect(self._show_questions)
        self._review_unanswered.clicked.connect(self._visit_first_unanswered)
        self._review_flagged.clicked.connect(self._visit_first_flagged)
        self._end.clicked.connect(self.ask_to_end)
        self._end_here.clicked.connect(self.ask_to_end)
        self.notice.action.clicked.connect(self._try_again)
        self.clock.warned.connect(self._warn)
        self._timer.timeout.connect(self.tick)
        self._waiting.timeout.connect(partial(self._saved.setText, "Saving…"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.belongs_to_field(event):
            super().keyPressEvent(event)
            return
        command = keys.current().command(event, Place.QUESTION, Place.EXAM)
        action = self.commands().get(command) if command else None
        if action is not None:
            action()
        elif self._is_reviewing:
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace):
                self._show_questions()
            else:
                event.ignore()  # the window has keys of its own
        elif self.view.press(event):
            return
        elif keys.is_enter(event):
            self._go_on()
        elif event.key() == Qt.Key.Key_Escape:
            self.view.await_strike(False)
            self.notice.hide()
        else:
            super().keyPressEvent(event)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id; in the review screen only what belongs to it."""
        everywhere: dict[str, Callable[[], object]] = {
            "clock": self.clock.toggle,
            "review": self._toggle_review,
            "end_exam": self.ask_to_end,
        }
        if self._is_reviewing:
            return everywhere
        return {
            **everywhere,
            "mark": self._toggle_flag,
            "strike": self.view.toggle_strike,
            "previous": self._go_back,
            "next": self._go_on,
            **self._confidence.commands(),
        }

    def _toggle_review(self) -> None:
        if self._is_reviewing:
            self._show_questions()
        else:
            self._show_review()

    def _order_tabs(self) -> None:
        bottom = (self.previous, self.next, self._review_button, self._end)
        controls = (*self.view.controls, *self._confidence.controls)
        set_tab_order((self.flag, *self.navigator.tiles, self.notice.action, *controls, *bottom))

    def _is_open(self, attempt: Attempt) -> bool:
        return self._sitting is not None and self._sitting.attempt.id == attempt.id

    @property
    def _is_reviewing(self) -> bool:
        return self._stack.currentWidget() is self.review

    def _show(self, attempt: Attempt) -> None:
        """Show the attempt as it now stands on disk, unless it is no longer the one on the page."""
        if not self._is_open(attempt):
            return
        self._attempt = attempt
        if attempt.is_finished:
            self._timer.stop()
            self._sitting = None
            self.ended.emit(attempt.id)
            return
        self.clock.show_remaining(attempt.remaining_ms or 0)
        self.navigator.show_attempt(attempt)
        if self._is_reviewing:
            self.review.show_attempt(attempt)
            self._label_review(attempt)
        with held(self._scroller.column):
            if attempt.position != self._shown_index:
                self._show_question(attempt)
            if not self._under_way:  # else what was pressed since would be taken off the screen, and out of the answer
                self._show_answer(attempt)

    def _show_question(self, attempt: Attempt) -> None:
        if self._sitting is None:
            return
        self._shown_index = attempt.position
        self.notice.hide()
        self.view.show_question(self._sitting.shown[attempt.item.question_id], attempt.item.order)
        self._scroller.verticalScrollBar().setValue(0)
        self.previous.setEnabled(attempt.position > 0 and attempt.may_go_back)
        is_last = attempt.position + 1 == len(attempt.items)
        self.next.set_label("Review ›" if is_last else "Next ›", "Review screen" if is_last else "Next question")
        if not self._is_reviewing:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_answer(self, attempt: Attempt) -> None:
        answer = attempt.answers.get(attempt.position)
        self._choice = answer.choice if answer else NOT_ANSWERED
        self.view.show_answer(self._choice, attempt.struck.get(attempt.position, frozenset()), is_open=True)
        is_flagged = attempt.position in attempt.flagged
        self.flag.setChecked(is_flagged)
        self.flag.set_label("Marked for review" if is_flagged else "Mark for review")
        self._confidence.show_confidence(answer.confidence if answer else None, is_open=bool(self._choice))
        self._saved.setText("Saved")

    def _choose(self, choice: Choice) -> None:
        if self._sitting is None or self._attempt is None or self._is_turning:
            return
        self._choice = choice
        answer = self._attempt.answers.get(self._attempt.position)
        confidence = answer.confidence if answer and choice else None
        self.notice.hide()
        self._run(partial(self._sitting.answer, choice, confidence))

    def _rate(self, confidence: Confidence) -> None:
        if self._sitting is not None and self._choice:
            self._run(partial(self._sitting.answer, self._choice, confidence))

    def _strike(self, option_id: str) -> None:
        if self._sitting is not None and self._attempt is not None and not self._is_turning:
            is_struck = option_id not in self._attempt.struck.get(self._attempt.position, frozenset())
            self._run(partial(self._sitting.strike, option_id, is_struck))

    def _toggle_flag(self) -> None:
        if self._sitting is not None and self._attempt is not None and not self._is_turning:
            self._run(partial(self._sitting.flag, self._attempt.position not in self._attempt.flagged))

    def _hint_at_strike(self, is_awaited: bool) -> None:
        if is_awaited:
            self.notice.show_text("Strike out: press the letter of the option. Esc leaves.")
        else:
            self.notice.hide()

    def _go_on(self) -> None:
        if self._attempt is None or not self._may_leave():
            return
        if self._attempt.position + 1 < len(self._attempt.items):
            self._visit(self._attempt.position + 1)
        else:
            self._show_review()

    def _may_leave(self) -> bool:
        """Stop once where the number of marks does not fit; a second press goes on."""
        question = self.view.question
        if question is None or self._attempt is None or not self._choice:
            return True
        missing = incomplete_hint(question, self._choice)
        if not missing or self._guarded == self._attempt.position:
            return True
        self._guarded = self._attempt.position
        self.notice.show_text(f"{missing} Go on once more to leave it like this.", "notice-warn")
        return False

    def _go_back(self) -> None:
        if self._attempt is not None and self._attempt.position > 0 and self._attempt.may_go_back:
            self._visit(self._attempt.position - 1)

    def _visit(self, index: int) -> None:
        if self._sitting is not None and not self._is_turning:
            self._show_questions()
            self._run(partial(self._sitting.visit, index), turns=True)

    def _visit_first_unanswered(self) -> None:
        if self._attempt is not None and self._attempt.unanswered:
            self._visit(self._attempt.unanswered[0])

    def _visit_first_flagged(self) -> None:
        if self._attempt is not None and self._attempt.flagged:
            self._visit(min(self._attempt.flagged))

    def _show_review(self) -> None:
        if self._attempt is None:
            return
        self.review.open(self._attempt)
        self._label_review(self._attempt)
        self._stack.setCurrentWidget(self.review)
        self._show_bars(is_reviewing=True)
        self.review.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _label_review(self, attempt: Attempt) -> None:
        self._back.set_label(f"‹ Back to question {attempt.position + 1}")
        self._review_unanswered.setEnabled(bool(attempt.unanswered) and attempt.may_go_back)
        self._review_flagged.setEnabled(bool(attempt.flagged) and attempt.may_go_back)

    def _show_questions(self) -> None:
        self._stack.setCurrentIndex(0)
        self._show_bars(is_reviewing=False)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_bars(self, *, is_reviewing: bool) -> None:
        self._mode.setText("Timed exam · Review screen" if is_reviewing else "Timed exam")
        for widget in (self.flag, self._question_bar):
            widget.setVisible(not is_reviewing)
        self._review_bar.setVisible(is_reviewing)

    def ask_to_end(self) -> None:
        """Ask whether the exam shall end; the clock goes on meanwhile."""
        if self._attempt is not None and self._sitting is not None:
            sitting = self._sitting
            confirm_end(self, self._attempt, partial(self._run, sitting.submit))

    def _warn(self, seconds: int) -> None:
        minutes = seconds // 60
        self.notice.show_text(f"{minutes} {'minute' if minutes == 1 else 'minutes'} left.", "notice-warn")

    def _start_clock(self) -> None:
        if self._sitting is not None:
            self._tasks.run(self._sitting.begin, owner=self)
            self._timer.start()

    def tick(self) -> None:
        """Let the time pass that went since the last tick; the timer calls it."""
        if self._sitting is not None:
            self._tasks.run(self._sitting.tick, owner=self, done=self._ticked, failed=self._tick_failed)

    def _ticked(self, attempt: Attempt) -> None:
        if attempt.is_finished:
            self._show(attempt)
        elif self._is_open(attempt):
            self.clock.show_remaining(attempt.remaining_ms or 0)
            if self._is_clock_failing:
                self._is_clock_failing = False
                self.notice.hide()

    def _tick_failed(self, error: Exception) -> None:
        """The next tick tries again by itself."""
        self._is_clock_failing = True
        self.notice.show_text(f"The clock is not saved. {error}", "notice-bad")

    def _run(self, work: Callable[[], Attempt], *, turns: bool = False) -> None:
        """Run a command; nothing of it shows before it is on disk.

        While one that `turns` to another question is on its way, further ones are not taken: the learner would answer
        a question that is not on the screen yet.
        """
        self._waiting.start()
        self._retry = partial(self._run, work, turns=turns)
        self._under_way += 1
        self._is_turning = turns
        self._tasks.run(work, owner=self, done=self._saved_on_disk, failed=self._not_saved)

    def _saved_on_disk(self, attempt: Attempt) -> None:
        self._come_back()
        self._show(attempt)

    def _not_saved(self, error: Exception) -> None:
        self._come_back()
        self._failed(error)

    def _come_back(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._waiting.stop()
        self._is_turning = self._is_turning and self._under_way > 0

    def _failed(self, error: Exception) -> None:
        if self._attempt is not None:
            self._show_answer(self._attempt)
        self._saved.setText("Not saved")
        self.notice.show_text(f"Not saved. {error}", "notice-bad", "Try again" if self._retry else "")

    def _try_again(self) -> None:
        self.notice.hide()
        if self._retry is not None:
            self._retry()
