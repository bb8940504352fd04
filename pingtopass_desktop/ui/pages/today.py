"""Today: the plan with its first thing under Enter, the goal of the day, the exam date, mastery, the last 26 weeks.

It is the first page of most starts, so what needs painting or a calendar is imported after its first paint.
"""

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pingtopass_desktop.study import insights, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.insights import Today
from pingtopass_desktop.study.plan import PlanItem, PlanKind
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.ui import keys, words
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import (
    Bar,
    Button,
    Card,
    Notice,
    Scroller,
    clear_layout,
    column,
    duration,
    focus_at,
    label,
    place_of_focus,
    plural,
    row,
    rule,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.layouts import Columns
from pingtopass_desktop.ui.widgets.mastery import MasteryBars
from pingtopass_desktop.ui.widgets.page import Page

if TYPE_CHECKING:
    from pingtopass_desktop.ui.widgets.activity import ActivitySquares
    from pingtopass_desktop.ui.widgets.date_choice import DateField

FIRST_QUESTIONS = 10
"""What a learner without an answer is offered."""

_SQUARES_AFTER_MS = 60
_PATIENCE_MS = 400
"""Only a large library that has just changed takes longer; then the page says what it does."""

_CENTRE = 0x84
"""Qt.AlignmentFlag.AlignCenter."""

_CHIPS = {PlanKind.DUE: "chip-count-new", PlanKind.NEW: "chip-count-new", PlanKind.WEAK: "chip-count-weak"}
_ACTIONS = {PlanKind.RESUME: "Continue", PlanKind.EXAM: "Set up"}


class TodayPage(Page):
    """Signals: `exam_chosen` with an exam's id; `practise_asked` with an exam's id, a `Selection`, a list of objective
    ids or None, a number of questions and a name for the session; `resume_asked` with an `AttemptSummary`;
    `exam_asked` with an exam's id; `library_asked` where there is no exam yet; `undoable` with an `Undoable`."""

    exam_chosen = Signal(str)
    practise_asked = Signal(str, object, object, int, str)
    resume_asked = Signal(object)
    exam_asked = Signal(str)
    library_asked = Signal()
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._exam_id = ""
        self._shown: Today | None = None
        self.squares: ActivitySquares | None = None
        self.date_field: DateField | None = None
        self.plan_buttons: list[Button] = []
        self._build()
        self._lay_out()
        self._connect()

    def show_exam(self, exam_id: str) -> None:
        """Show how things stand with an exam now; called each time the page comes to the front. "" is no exam."""
        if exam_id != self._exam_id:
            self._exam_id = exam_id
            self._shown = None
            self._cards.hide()
            self._close_date_field()
        self.picker.select(exam_id)
        self._failure.hide()
        self._nothing.setVisible(not exam_id)
        if self._shown is None:
            self._show_subtitle()
            self._streak.hide()
        if exam_id:
            self._load()

    def _build(self) -> None:
        self.picker = ExamPicker()
        self._date_words = label(kind="secondary", wraps=True)
        self._streak = label(kind="chip-good")
        self._failure = Notice()
        self._waiting = label("Counting your answers for the new questions…", "secondary")
        self._waiting.hide()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._nothing = Card("No exam yet")
        self.open_library = Button("Open the library", "primary", key="⏎")
        self._plan = Card()
        self._plan_heading = label(kind="section", wraps=True)
        self._plan_rows = QVBoxLayout()
        self._plan_rows.setSpacing(16)
        self._goal = Card("Goal of the day", spacing=8)
        self._goal_count = label(kind="big")
        self._goal_words = label(kind="secondary", wraps=True)
        self._goal_bar = Bar()
        self._goal_hint = label(kind="hint", wraps=True)
        self._exam_day = label(kind="strong", wraps=True)
        self._exam_hint = label(kind="hint", wraps=True)
        self.date_button = Button("", "link")
        self._mastery = Card("Mastery by objective")
        self._mastery_empty = label("Appears after your first answers in each objective.", "secondary", wraps=True)
        self.bars = MasteryBars()
        self._activity = Card("Last 26 weeks")
        self._activity_empty = label("Every day with at least one answer fills a square.", "secondary", wraps=True)
        self._totals = label(kind="hint", wraps=True)

    def _lay_out(self) -> None:
        scroller = Scroller(spacing=20)
        self.scroll_by_keys(scroller)
        line = row(self.picker, self._date_words, spacing=12)
        line.setStretch(1, 1)
        head = column(spacing=4)
        head.addLayout(row(label("Today", "title"), None, self._streak))
        head.addLayout(line)
        scroller.column.addLayout(head)
        scroller.column.addWidget(self._failure)
        scroller.column.addWidget(self._waiting)
        self._nothing.column.addWidget(
            label("Import a question bank, and your plan for each day appears here.", "secondary", wraps=True)
        )
        self._nothing.column.addLayout(row(self.open_library, None))
        scroller.column.addWidget(self._nothing)
        self._cards = QWidget()
        self._cards.setLayout(self._card_rows())
        scroller.column.addWidget(self._cards)
        scroller.column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)
        for each in (self._cards, self._nothing):
            each.hide()

    def _card_rows(self) -> QVBoxLayout:
        self._plan.column.addWidget(self._plan_heading)
        self._plan.column.addSpacing(4)
        self._plan.column.addLayout(self._plan_rows)
        self._plan.column.addStretch(1)
        goal = self._goal.column
        goal.addLayout(row(self._goal_count, self._goal_words, None, spacing=8))
        goal.addWidget(self._goal_bar)
        goal.addWidget(self._goal_hint)
        goal.addSpacing(4)
        goal.addWidget(rule())
        goal.addSpacing(4)
        day = row(self.date_button, spacing=12)
        day.insertLayout(0, column(self._exam_day, self._exam_hint, spacing=2), 1)
        goal.addLayout(day)
        goal.addStretch(1)
        for card, words_when_empty, widget in (
            (self._mastery, self._mastery_empty, self.bars),
            (self._activity, self._activity_empty, self._totals),
        ):
            card.column.addWidget(words_when_empty)
            card.column.addWidget(widget)
            card.column.addStretch(1)
        first, second = Columns(least_px=240), Columns(least_px=300)
        first.add(self._plan, 8)
        first.add(self._goal, 5)
        second.add(self._mastery, 6)
        second.add(self._activity, 5)
        return column(first, second, spacing=20)

    def _connect(self) -> None:
        self.picker.exam_chosen.connect(self.exam_chosen)
        self.picker.exam_chosen.connect(self.show_exam)
        self._failure.action.clicked.connect(self._load)
        self._patience.timeout.connect(self._waiting.show)
        self.open_library.clicked.connect(self.library_asked)
        self.date_button.clicked.connect(self._edit_date)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            self.start_first()
            return
        super().keyPressEvent(event)

    def start_first(self) -> None:
        """Do what stands first: the first item of the plan, or the way to the library."""
        if self._nothing.isVisible():
            self.open_library.click()
        elif self.plan_buttons:
            self.plan_buttons[0].click()

    def _load(self) -> None:
        self._patience.start()
        work = partial(insights.today, self._study, self._exam_id)
        self._tasks.run(work, owner=self, done=self._show, failed=self._failed)

    def _show(self, found: Today) -> None:
        self._patience.stop()
        if found.exam.id != self._exam_id:
            return
        self._waiting.hide()
        self._failure.hide()
        self._show_head(found)  # there may be more exams to choose from
        if found == self._shown:
            return
        self._shown = found
        self._show_plan(found)
        self._show_goal(found)
        self._show_below(found)
        self._cards.show()
        if self.squares is None:
            QTimer.singleShot(_SQUARES_AFTER_MS, self, self._show_squares)
        else:
            self._show_squares()

    def _failed(self, error: Exception) -> None:
        self._patience.stop()
        self._waiting.hide()
        self._failure.show_text(f"{error} Nothing is lost.", "notice-bad", "Try again")

    def _show_head(self, found: Today) -> None:
        self._show_subtitle(_date_words(found))
        self._streak.setText(f"{found.streak_days}-day streak")
        self._streak.setVisible(found.streak_days > 0)

    def _show_subtitle(self, text: str = "") -> None:
        """The exam and its day; the list of exams stands for the name where there is one."""
        has_list = self.picker.box.count() > 1
        self.picker.setVisible(has_list and bool(self._exam_id))
        name = "" if has_list or not self._exam_id else self.picker.box.currentText()
        parts = " · ".join(part for part in (name, text) if part)
        self._date_words.setText(parts[:1].upper() + parts[1:] if has_list else parts)
        self._date_words.setVisible(bool(parts))

    def _show_plan(self, found: Today) -> None:
        place = place_of_focus(self.plan_buttons)
        clear_layout(self._plan_rows)
        self.plan_buttons = []
        if is_empty(found):
            self._plan_heading.setText("Start here")
            self._offer_first_questions(found)
        else:
            minutes = found.plan_minutes
            self._plan_heading.setText(f"Plan for today · about {minutes} min" if minutes else "Plan for today")
            for item in found.plan:
                self._plan_rows.addLayout(self._plan_row(item))
            if not found.plan:
                self._plan_rows.addWidget(label("Everything is done for today.", "secondary", wraps=True))
        set_tab_order((self.picker.box, *self.plan_buttons, self.date_button))
        focus_at(place, self.plan_buttons, self)

    def _offer_first_questions(self, found: Today) -> None:
        even_ms = found.exam.time_limit_s * 1000 * FIRST_QUESTIONS // max(1, found.exam.question_count)
        text = f"Ten questions from all over the exam. About {duration(max(60_000, even_ms))}."
        self._plan_rows.addWidget(label(text, "secondary", wraps=True))
        button = Button(f"Practise {FIRST_QUESTIONS} questions", "primary", key="⏎")
        button.clicked.connect(self._practise_first)
        self.plan_buttons.append(button)
        self._plan_rows.addLayout(row(button, None))
        hint = "Your plan for each day appears here after your first answers."
        self._plan_rows.addWidget(label(hint, "hint", wraps=True))

    def _plan_row(self, item: PlanItem) -> QHBoxLayout:
        is_first = not self.plan_buttons
        action = _ACTIONS.get(item.kind, "Start")
        button = Button(
            action, "primary" if is_first else "", key="⏎" if is_first else "", name=f"{action}: {item.title}"
        )
        button.clicked.connect(partial(self._start, item))
        self.plan_buttons.append(button)
        count = label(f"{item.count:,}", _CHIPS.get(item.kind, "chip-count"))
        count.setProperty("alignment", _CENTRE)
        count.setAccessibleName(plural(item.count, "question"))
        line = row(count, spacing=14)
        line.addLayout(
            column(label(item.title, "strong", wraps=True), label(item.detail, "hint", wraps=True), spacing=2), 1
        )
        line.addWidget(button)
        return line

    def _show_goal(self, found: Today) -> None:
        left = found.daily_goal - found.answers_today
        self._goal_count.setText(f"{found.answers_today:,}")
        self._goal_words.setText(f"of {plural(found.daily_goal, 'answer')}")
        self._goal_bar.set_share(found.answers_today / found.daily_goal)
        self._goal_bar.setAccessibleName(f"{found.answers_today} of {plural(found.daily_goal, 'answer')} today")
        self._goal_hint.setText("Reached today" if left <= 0 else f"{left:,} to go today")
        if found.exam_date is None:
            self._exam_day.setText("No exam date yet")
            self._exam_hint.setText("Set it to see the days that are left.")
        else:
            self._exam_day.setText(words.day_text(found.exam_date, found.today))
            self._exam_hint.setText(_days_left(found.exam_date, found.today))
        is_set = found.exam_date is not None
        self.date_button.set_label(
            "Change" if is_set else "Set date", "Change the exam date" if is_set else "Set exam date"
        )

    def _show_below(self, found: Today) -> None:
        has_seen = found.first_answers > 0
        self._mastery_empty.setVisible(not has_seen)
        self.bars.setVisible(has_seen)
        self.bars.show_objectives(found.mastery if has_seen else ())
        totals = found.totals
        self._activity_empty.setVisible(not totals.answers)
        self._totals.setVisible(bool(totals.answers))
        self._totals.setText(_totals_words(found))

    def _show_squares(self) -> None:
        found = self._shown
        if found is None or not found.totals.answers:
            if self.squares is not None:
                self.squares.hide()
            return
        if self.squares is None:
            from pingtopass_desktop.ui.widgets.activity import ActivitySquares

            self.squares = ActivitySquares()
            self.squares.day_pointed_at.connect(self._show_day)
            self._activity.column.insertWidget(2, self.squares)
            QWidget.setTabOrder(self.date_button, self.squares)
        self.squares.show_days(found.activity, found.daily_goal)
        self.squares.show()

    def _show_day(self, day: insights.DayCount | None) -> None:
        """Say under the squares which day the pointer or the keyboard is on."""
        if self._shown is not None:
            from pingtopass_desktop.ui.widgets.activity import day_words

            self._totals.setText(day_words(day, self._shown.activity[-1]) if day else _totals_words(self._shown))

    def _practise_first(self) -> None:
        self.practise_asked.emit(self._exam_id, Selection.ALL, None, FIRST_QUESTIONS, "First questions")

    def _start(self, item: PlanItem, *_: object) -> None:
        if item.attempt is not None:
            self.resume_asked.emit(item.attempt)
        elif item.selection is None:
            self.exam_asked.emit(self._exam_id)
        else:
            objectives = [item.objective_id] if item.objective_id else None
            self.practise_asked.emit(self._exam_id, item.selection, objectives, item.count, item.title)

    def _edit_date(self) -> None:
        if self.date_field is None:
            from pingtopass_desktop.ui.widgets.date_choice import DateField

            self.date_field = DateField()
            self.date_field.chosen.connect(self._choose_date)
            self.date_field.edit.left.connect(self._leave_date_field)
            self._goal.column.insertWidget(self._goal.column.count() - 1, self.date_field)
            QWidget.setTabOrder(self.date_button, self.date_field.edit)
        kept = self._shown.exam_date if self._shown else None
        self.date_field.show_day(kept)
        self.date_field.show()
        self.date_button.hide()
        if kept is None:
            self.date_field.start.click()
        else:
            self.date_field.edit.setFocus()

    def _leave_date_field(self) -> None:
        self._close_date_field()
        self.date_button.setFocus()

    def _close_date_field(self) -> None:
        if self.date_field is not None:
            self.date_field.hide()
        self.date_button.show()

    def _choose_date(self, day: date | None) -> None:
        before = self._shown.exam_date if self._shown else None
        said = "Exam date set" if day else "Exam date removed"
        undo = partial(preferences.set_exam_date, self._study, self._exam_id, before)
        step = Undoable(said, undo, self._load)
        work = partial(preferences.set_exam_date, self._study, self._exam_id, day)
        self._tasks.run(work, owner=self, done=partial(self._date_kept, step), failed=self._failed)

    def _date_kept(self, step: Undoable, _: object) -> None:
        self._leave_date_field()
        self.undoable.emit(step)
        self._load()


def is_empty(found: Today) -> bool:
    """True where nothing of the exam was answered yet and nothing waits."""
    return not found.first_answers and not found.unfinished


def _date_words(found: Today) -> str:
    if found.exam_date is None or found.days_left is None:
        return "no exam date yet"
    day = words.unbroken(words.day_text(found.exam_date, found.today))
    if found.days_left < 0:
        return f"exam was on {day}"
    return f"exam on {day}, {_days_left(found.exam_date, found.today)}"


def _days_left(exam_date: date, today: date) -> str:
    days = (exam_date - today).days
    if days < 0:
        return f"{plural(-days, 'day')} ago"
    return "today" if days == 0 else "tomorrow" if days == 1 else f"{days:,} days left"


def _totals_words(found: Today) -> str:
    totals = found.totals
    if not totals.answers:
        return ""
    studied = duration(totals.elapsed_ms) if totals.elapsed_ms < 36_000_000 else f"{totals.elapsed_ms // 3_600_000:,} h"
    return f"{plural(totals.answers, 'answer')} · {totals.correct / totals.answers:.0%} correct · {studied} studied"
