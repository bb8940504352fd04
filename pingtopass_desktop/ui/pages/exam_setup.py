"""Before a timed exam: its rules, its blueprint, extra time; exams that wait; exams that were sat."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import EXTRA_TIME_PERCENT, Mode
from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule, Navigation
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import review
from pingtopass_desktop.study.context import Study, new_seed
from pingtopass_desktop.study.exam import ExamOffer, ExamSitting
from pingtopass_desktop.study.review import HistoryRow
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.deleting import delete_attempt
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
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
from pingtopass_desktop.ui.widgets.layouts import Columns, Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.phrase import Phrase
from pingtopass_desktop.ui.words import date_text, verdict_word

_LATEST = 5
"""Exams listed below the rules; the page of all attempts has the others."""

_MULTI_RULES = {
    MultipleResponseRule.ALL_OR_NOTHING: "“Choose two” is right only when both are right.",
    MultipleResponseRule.PER_OPTION: "“Choose two” earns a share of the point for each option marked rightly.",
    MultipleResponseRule.RIGHT_MINUS_WRONG: "“Choose two” earns right minus wrong marks, never less than nothing.",
}


class ExamSetupPage(Page):
    """Signals: `started` with an `ExamSitting`; `report_asked` with an attempt's id; `exam_chosen` and `history_asked`
    with an exam's; `undoable` with the step that takes a deletion back."""

    started = Signal(object)
    report_asked = Signal(str)
    exam_chosen = Signal(str)
    history_asked = Signal(str)
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._exam_id = ""
        self._listed: tuple[list[HistoryRow], int] | None = None
        self._offer: ExamOffer | None = None
        self._wishes: tuple[int, bool] | None = None  # as the settings had them when last looked at
        self._build()
        self._lay_out()
        self._connect()

    def show_exam(self, exam_id: str) -> None:
        """Show the rules of an exam as they stand now; called each time the page comes to the front."""
        self._exam_id = exam_id
        self.picker.select(exam_id)
        self._tasks.run(self._load, owner=self, done=self._show, failed=self._failed)

    def _build(self) -> None:
        self.picker = ExamPicker()
        self._rules = Card()
        self._blueprint = Card("Drawn by the blueprint", spacing=8)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(7)
        self._blueprint_hint = label(
            "Nothing you answered in the last 24 hours. Two questions on one point never meet.", "hint", wraps=True
        )
        self._time = Card(spacing=4)
        self._time_hint = label(kind="hint")
        self._times = QButtonGroup(self)
        self.time_buttons: dict[int, Button] = {}
        for percent in EXTRA_TIME_PERCENT:
            words = "Standard" if percent == 100 else f"× {percent / 100:g}"
            button = Button(
                words, "pill", name="Standard time" if percent == 100 else f"{percent / 100:g} times the time"
            )
            button.setCheckable(True)
            self._times.addButton(button, percent)
            self.time_buttons[percent] = button
        self.time_buttons[100].setChecked(True)
        self._sure = Card(spacing=4)
        self.confidence = Button("Off", "pill", name="Rate how sure you are")
        self.confidence.setCheckable(True)
        self._notice = Notice()
        self.start = Button("Start exam", "primary", key="⏎")
        self._waiting = QVBoxLayout()
        self._waiting_buttons: list[Button] = []
        self._report_buttons: list[Button] = []
        self._history = Card("Exams so far", spacing=8)
        self._history_rows = QVBoxLayout()
        self._history_rows.setSpacing(6)
        self.all_attempts = Button("All attempts", "link")

    def _lay_out(self) -> None:
        scroller = Scroller(spacing=20)
        self.scroll_by_keys(scroller)
        self._rules_column = QVBoxLayout()
        self._rules_column.setSpacing(12)
        self._rules.column.addLayout(self._rules_column)
        self._rules.column.addStretch(1)
        self._blueprint.column.addLayout(self._grid)
        self._blueprint.column.addWidget(self._blueprint_hint)
        self._blueprint.column.addStretch(1)
        upper = Columns()
        upper.add(self._rules, 58)
        upper.add(self._blueprint, 42)
        self._time.column.addLayout(
            _with_text(label("Time", "strong"), self._time_hint, list(self.time_buttons.values()))
        )
        self._sure.column.addLayout(
            _with_text(
                label("Rate how sure you are", "strong"),
                label("Never counts towards the score", "hint"),
                [self.confidence],
            )
        )
        lower = Columns()
        lower.add(self._time)
        lower.add(self._sure)
        self._history.column.addLayout(self._history_rows)
        self._history.column.addLayout(row(self.all_attempts, None))
        page = scroller.column
        page.addLayout(row(label("Timed exam", "title"), None, self.picker))
        page.addWidget(upper)
        page.addWidget(lower)
        page.addWidget(self._notice)
        page.addLayout(row(self.start, None))
        page.addLayout(self._waiting)
        page.addWidget(self._history)
        page.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)

    def _connect(self) -> None:
        self.picker.exam_chosen.connect(self.exam_chosen)
        self.picker.exam_chosen.connect(self.show_exam)
        self._times.idClicked.connect(self._show_time)
        self.confidence.toggled.connect(self._show_confidence)
        self.start.clicked.connect(self._start)
        self.all_attempts.clicked.connect(self._ask_history)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            self.start.click()
            return
        super().keyPressEvent(event)

    def _load(self) -> tuple[ExamOffer, list[HistoryRow], int]:
        latest = review.history_rows(self._study, self._exam_id, Mode.EXAM, limit=_LATEST)
        return exams.offer(self._study, self._exam_id), latest, review.history_count(self._study, self._exam_id)

    def _show(self, loaded: tuple[ExamOffer, list[HistoryRow], int]) -> None:
        offer, latest, attempts = loaded
        if offer.exam.id != self._exam_id:
            return
        wishes = (offer.time_percent, offer.asks_confidence)
        if wishes != self._wishes:
            self._wishes = wishes
            self.time_buttons[offer.time_percent].setChecked(True)
            self.confidence.setChecked(offer.asks_confidence)
        before, self._offer = self._offer, offer
        self._notice.hide()
        if before is None or (before.exam, before.has_multi_select) != (offer.exam, offer.has_multi_select):
            self._state_rules(offer)
        if before is None or before.blueprint != offer.blueprint:
            self._fill_blueprint(offer)
        self._list_waiting(offer)
        if (latest, attempts) != self._listed:
            self._listed = (latest, attempts)
            self._list_history(latest, attempts)
        self._order_tabs()
        self._show_time()
        self.start.setEnabled(not offer.shortfall)
        if offer.shortfall:
            names = {line.objective_id: f"{line.code} {line.name}".strip() for line in offer.blueprint}
            missing = "; ".join(f"{names.get(s.objective_id, '')}: {s.missing} missing" for s in offer.shortfall)
            self._notice.show_text(f"The bank cannot serve this exam yet. {missing}.", "notice-warn")

    def _state_rules(self, offer: ExamOffer) -> None:
        exam = offer.exam
        clear_layout(self._rules_column)
        self._rules_column.addWidget(label(exam.title, "section", wraps=True))
        passing = f"of {exam.scale_max} to pass"
        facts = row(spacing=28)
        minutes = exam.time_limit_s / 60
        for number, unit in (
            (str(exam.question_count), "questions"),
            (f"{minutes:g}", "minutes"),
            (str(exam.pass_scaled), passing),
        ):
            facts.addLayout(column(label(number, "big"), label(unit, "hint"), spacing=0))
        facts.addStretch(1)
        self._rules_column.addLayout(facts)
        for sentence in rules_in_words(exam, has_multi_select=offer.has_multi_select):
            self._rules_column.addWidget(label(f"• {sentence}", wraps=True))

    def _fill_blueprint(self, offer: ExamOffer) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        has_weights = any(line.weight is not None for line in offer.blueprint)
        headings = ["Objective", "Weight" if has_weights else "", "Questions", "Unseen"]
        for place, heading in enumerate(headings):
            self._grid.addWidget(label(heading, "hint"), 0, place)
        for number, line in enumerate(offer.blueprint, start=1):
            self._grid.addWidget(rule(), 2 * number - 1, 0, 1, 4)
            weight = f"{line.weight:g}%" if line.weight is not None else ""
            texts = (
                line.name if line.name != line.code else line.code,
                weight,
                f"{line.questions}",
                f"{line.unseen:,}",
            )
            for place, text in enumerate(texts):
                self._grid.addWidget(label(text, wraps=place == 0), 2 * number, place)
        self._grid.setColumnStretch(0, 1)

    def _order_tabs(self) -> None:
        set_tab_order((self.start, *self._waiting_buttons, *self._report_buttons, self.all_attempts))

    def _list_waiting(self, offer: ExamOffer) -> None:
        place = place_of_focus(self._waiting_buttons)
        clear_layout(self._waiting)
        self._waiting_buttons = []
        for summary in offer.unfinished:
            left = duration(max(0, (summary.limit_ms or 0) - summary.elapsed_ms))
            words = (
                f"An unfinished exam from {date_text(summary.started_at)} waits: question {summary.position + 1} of "
                f"{summary.question_count}, {left} left."
            )
            resume = Button("Resume it")
            resume.setProperty("attempt", summary.id)
            resume.clicked.connect(self._resume)
            delete = Button("Delete it", "link", name=f"Delete the unfinished exam of {date_text(summary.started_at)}")
            delete.setProperty("attempt", summary.id)
            delete.clicked.connect(self._delete)
            self._waiting.addLayout(row(Phrase(words, "secondary"), resume, delete, None, spacing=10))
            self._waiting_buttons += [resume, delete]
        focus_at(place, self._waiting_buttons, self)

    def _list_history(self, latest: list[HistoryRow], attempts: int) -> None:
        clear_layout(self._history_rows)
        self._report_buttons = []
        for each in latest:
            summary, raw = each.summary, each.summary.raw or 0
            day = date_text(summary.finished_at or 0)
            verdict = label(verdict_word(summary), "chip-good" if summary.passed else "chip-bad")
            verdict.setMinimumWidth(theme.current().px(52))
            verdict.setAlignment(Qt.AlignmentFlag.AlignCenter)
            score = label(f"{summary.scaled}" + (f" / {each.exam.scale_max}" if each.exam else ""), "strong")
            details = label(
                f"{float(raw):.4g} of {summary.question_count} · {duration(summary.elapsed_ms)}"
                + (" · time ran out" if summary.reason == "expired" else ""),
                "secondary",
            )
            open_report = Button("Report", "link", name=f"Report on the exam of {day}")
            open_report.setProperty("attempt", summary.id)
            open_report.clicked.connect(self._open_report)
            when = label(day)
            when.setMinimumWidth(theme.current().px(110))
            line = row(Flow(when, verdict, score, details, spacing=14), open_report)
            line.setStretch(0, 1)
            self._history_rows.addLayout(line)
            self._report_buttons.append(open_report)
        if not latest:
            words = "No exam was finished yet. Practice sessions are under all attempts."
            self._history_rows.addWidget(label(words, "secondary", wraps=True))
        self.all_attempts.set_label(f"All {plural(attempts, 'attempt')}" if attempts > 1 else "All attempts")
        self._history.setVisible(attempts > 0)

    def _show_time(self, number: int = 0) -> None:
        if self._offer is not None:
            percent = self._times.checkedId()
            total = self._offer.exam.time_limit_s * percent / 100
            self._time_hint.setText(f"{'Exam rules' if percent == 100 else 'Extra time'}, {total / 60:g} min")

    def _show_confidence(self, is_on: bool) -> None:
        self.confidence.set_label("On" if is_on else "Off", "Rate how sure you are")

    def _start(self) -> None:
        if self._offer is None or not self.start.isEnabled():
            return
        self.start.setEnabled(False)
        work = partial(
            exams.start,
            self._study,
            self._exam_id,
            seed=new_seed(),
            time_percent=self._times.checkedId(),
            asks_confidence=self.confidence.isChecked(),
        )
        self._tasks.run(work, owner=self, done=self._started, failed=self._failed)

    def resume_first(self) -> None:
        """Go on with the exam that was left last, if one waits."""
        if self._offer is not None and self._offer.unfinished:
            self._resume_attempt(self._offer.unfinished[0].id)

    def _resume(self) -> None:
        self._resume_attempt(self.sender().property("attempt"))

    def _resume_attempt(self, attempt_id: str) -> None:
        work = partial(exams.resume, self._study, attempt_id)
        self._tasks.run(work, owner=self, done=self._started, failed=self._failed)

    def _started(self, sitting: ExamSitting) -> None:
        self.start.setEnabled(True)
        self.started.emit(sitting)

    def _delete(self) -> None:
        wanted = self.sender().property("attempt")
        for summary in self._offer.unfinished if self._offer is not None else ():
            if summary.id == wanted:
                delete_attempt(
                    self._study, self._tasks, summary, owner=self, offer=self.undoable.emit,
                    changed=partial(self.show_exam, self._exam_id), failed=self._failed,
                )  # fmt: skip

    def _ask_history(self) -> None:
        self.history_asked.emit(self._exam_id)

    def _open_report(self) -> None:
        self.report_asked.emit(self.sender().property("attempt"))

    def _failed(self, error: Exception) -> None:
        self.start.setEnabled(self._offer is not None and not self._offer.shortfall)
        self._notice.show_text(str(error), "notice-bad")


def rules_in_words(exam: Exam, *, has_multi_select: bool) -> list[str]:
    """The rules that a candidate must know, one sentence each."""
    if exam.navigation is Navigation.FREE:
        sentences = ["You may go back and change answers until you end the exam."]
    else:
        sentences = ["You cannot go back: leaving a question keeps its answer for good."]
    sentences.append("Unanswered questions score as wrong: guess rather than skip.")
    if has_multi_select:
        sentences.append(_MULTI_RULES[exam.multiple_response_rule])
    sentences.append(
        "The clock does not stop. If you close the program, the exam waits with the time you had, "
        "and the report says so."
    )
    sentences.append(f"{exam.cut_count} of {exam.question_count} points pass. The scaled score is a practice estimate.")
    sentences.append("No feedback until the score report.")
    return sentences


def _with_text(heading: QWidget, hint: QWidget, buttons: list[Button]) -> QHBoxLayout:
    line = row(spacing=12)
    line.addLayout(column(heading, hint, spacing=4))
    line.addStretch(1)
    for button in buttons:
        line.addWidget(button)
    return line
