"""How the learner came to stand where they stand: mastery over time, calibration, exams, reviews ahead, activity."""

import logging
from enum import Enum, auto
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study import insights, preferences, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.insights import Progress
from pingtopass_desktop.study.review import HistoryRow
from pingtopass_desktop.ui import charts
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Notice, Scroller, label, set_tab_order
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.exams_card import ExamsCard
from pingtopass_desktop.ui.widgets.layouts import Columns
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.page_head import PageHead
from pingtopass_desktop.ui.widgets.progress_cards import ActivityCard, CalibrationCard, MasteryCard, ReviewsCard

_log = logging.getLogger(__name__)

SHOWN_EXAMS = 6

_SAY_AFTER_MS = 400
"""What takes longer is said; what takes less would only flicker."""


class _Charts(Enum):
    """Whether what draws charts is imported."""

    UNKNOWN = auto()
    ON_THEIR_WAY = auto()
    THERE = auto()
    IMPOSSIBLE = auto()


class _Loaded(Struct, frozen=True):
    progress: Progress
    rows: list[HistoryRow]
    exams: int
    attempts: int
    daily_goal: int


class ProgressPage(Page):
    """Signals: `exam_chosen`, `history_asked`, `exam_asked` and `practise_asked` with an exam's id; `report_asked` with
    an attempt's."""

    exam_chosen = Signal(str)
    report_asked = Signal(str)
    history_asked = Signal(str)
    exam_asked = Signal(str)
    practise_asked = Signal(str)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._exam_id = ""
        self._shown_id = ""
        self._shown: tuple[_Loaded, bool] | None = None
        self._state = _Charts.UNKNOWN
        self._build()
        self._lay_out()
        self._connect()

    def show_exam(self, exam_id: str) -> None:
        """Show the progress in an exam as it is now; what is shown stays until then. Called each time the page comes to
        the front."""
        self._exam_id = exam_id
        self.picker.select(exam_id)
        self._slow.start()
        work = partial(_load, self._study, exam_id)
        self._tasks.run(work, owner=self, done=self._show, failed=partial(self._failed, exam_id))

    def _build(self) -> None:
        self.picker = ExamPicker()
        self.notice = Notice()
        self._waiting = label("Adding up your answers…", "secondary")
        self.mastery = MasteryCard()
        self.calibration = CalibrationCard()
        self.exams = ExamsCard()
        self.reviews = ReviewsCard()
        self.activity = ActivityCard()
        self._drawn = (self.mastery, self.reviews)
        self._slow = _once(self, _SAY_AFTER_MS)
        self._slow_charts = _once(self, _SAY_AFTER_MS)

    def _lay_out(self) -> None:
        self._cards = QWidget()
        column = QVBoxLayout(self._cards)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(20)
        upper = Columns(least_px=250)
        upper.add(self.mastery, 67)
        upper.add(self.calibration, 33)
        lower = Columns(least_px=250)
        lower.add(self.exams, 67)
        lower.add(self.reviews, 33)
        for widget in (upper, lower, self.activity):
            column.addWidget(widget)
        scroller = Scroller(spacing=16)
        self.scroll_by_keys(scroller)
        head = PageHead("Progress", self.picker)
        head.subtitle.hide()
        for widget in (head, self.notice, self._waiting, self._cards):
            scroller.column.addWidget(widget)
        scroller.column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)
        self._cards.hide()
        self._waiting.hide()
        set_tab_order(
            (self.picker.box, self.notice.action, self.mastery.switch, self.mastery.action, self.calibration.switch,
             self.exams.all_attempts, self.exams.table, self.exams.sit, self.reviews.switch, self.activity.switch)
        )  # fmt: skip

    def _connect(self) -> None:
        self.picker.exam_chosen.connect(self.exam_chosen)
        self.picker.exam_chosen.connect(self.show_exam)
        self.notice.action.clicked.connect(self._try_again)
        self.mastery.action_asked.connect(self._ask_practice)
        self.exams.report_asked.connect(self.report_asked)
        self.exams.history_asked.connect(self._ask_history)
        self.exams.exam_asked.connect(self._ask_exam)
        self._slow.timeout.connect(self._say_waiting)
        self._slow_charts.timeout.connect(self._say_charts_wait)

    def _show(self, loaded: _Loaded) -> None:
        progress = loaded.progress
        if progress.exam.id != self._exam_id:
            return
        self._slow.stop()
        self._waiting.hide()
        self.notice.hide()
        self._shown_id = progress.exam.id
        has_more_exams = self.picker.box.count() > 1
        if (loaded, has_more_exams) == self._shown:
            return
        self._shown = (loaded, has_more_exams)
        self._tasks.in_turns(
            (
                partial(self.mastery.show_progress, progress),
                partial(self.calibration.show_progress, progress, has_more_exams=has_more_exams),
                partial(self.exams.show_exams, loaded.rows, loaded.exams, loaded.attempts),
                partial(self.reviews.show_progress, progress),
                partial(self.activity.show_progress, progress, loaded.daily_goal, has_more_exams=has_more_exams),
                self._cards.show,
                self._draw,
            ),
            owner=self,
        )

    def _draw(self) -> None:
        """Draw the charts; what draws them is imported for the first one, off the window's thread."""
        if self._shown is None or not self._shown[0].progress.mastery:
            return
        if self._state is _Charts.THERE:
            self._tasks.in_turns((self.mastery.draw, self.reviews.draw), owner=self)
        elif self._state is _Charts.UNKNOWN:
            self._state = _Charts.ON_THEIR_WAY
            self._slow_charts.start()
            self._tasks.run_job(charts.prepare, owner=self, done=self._load_charts, failed=self._charts_failed)
        elif self._state is _Charts.IMPOSSIBLE:
            for card in self._drawn:
                card.show_table()

    def _load_charts(self, nothing: None) -> None:
        self._tasks.in_turns((*charts.names_first(), self._import_charts), owner=self._slow_charts)

    def _import_charts(self) -> None:
        try:
            charts.load()
        except ImportError as error:
            self._charts_failed(error)
            return
        self._slow_charts.stop()
        self._state = _Charts.THERE
        self._draw()

    def _charts_failed(self, error: Exception) -> None:
        """The tables have the same values."""
        self._slow_charts.stop()
        self._state = _Charts.IMPOSSIBLE
        _log.warning("charts cannot be drawn", exc_info=error)
        for card in self._drawn:
            card.say(f"The chart cannot be drawn on this computer; the table shows the same. {error}")
            card.show_table()

    def _say_waiting(self) -> None:
        self._waiting.setVisible(not self._shown_id)

    def _say_charts_wait(self) -> None:
        for card in self._drawn:
            card.say("The chart comes in a moment. The table is there already.")

    def _failed(self, exam_id: str, error: Exception) -> None:
        if exam_id != self._exam_id:
            return
        self._slow.stop()
        self._shown = None
        self._waiting.hide()
        kept = "Your answers are kept." if self._shown_id != exam_id else "What you see is from before."
        if self._shown_id != exam_id:
            self._cards.hide()
        self.notice.show_text(f"Your progress could not be read. {kept} {error}", "notice-bad", "Try again")

    def _try_again(self) -> None:
        self.show_exam(self._exam_id)

    def _ask_practice(self) -> None:
        self.practise_asked.emit(self._exam_id)

    def _ask_history(self) -> None:
        self.history_asked.emit(self._exam_id)

    def _ask_exam(self) -> None:
        self.exam_asked.emit(self._exam_id)


def _load(study: Study, exam_id: str) -> _Loaded:
    return _Loaded(
        insights.progress(study, exam_id),
        review.history_rows(study, exam_id, Mode.EXAM, limit=SHOWN_EXAMS),
        review.history_count(study, exam_id, Mode.EXAM),
        review.history_count(study, exam_id),
        preferences.load(study).daily_goal,
    )


def _once(owner: QWidget, after_ms: int) -> QTimer:
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(after_ms)
    return timer
