"""All finished attempts at an exam: timed exams and practice sessions, to read again, to compare and to delete."""

from functools import partial

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study import review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import HistoryRow
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.deleting import STILL_COUNTS, delete_attempt
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.attempt_table import AttemptTable
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, Scroller, label, plural, row
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.page_head import PageHead

PAGE_ROWS = 25
"""So many attempts at first, and so many more at each press."""

_FILTERS: dict[str, Mode | None] = {"All": None, "Exams": Mode.EXAM, "Practice": Mode.PRACTICE}
_EMPTY = {
    None: "Nothing was finished yet. Exams and practice sessions are listed here when they end.",
    Mode.EXAM: "No exam was finished yet. It is listed here with its score when it ends.",
    Mode.PRACTICE: "No practice session was finished yet. It is listed here when it ends.",
}


class _Loaded(Struct, frozen=True):
    exam_id: str
    mode: Mode | None
    rows: list[HistoryRow]
    counts: dict[Mode | None, int]
    gone: list[str]


class HistoryPage(Page):
    """Signals: `report_asked` with an attempt's id; `compare_asked` with the ids of two; `exam_chosen` with an exam's
    id; `undoable` with the step that takes a deletion back; `closed`."""

    report_asked = Signal(str)
    compare_asked = Signal(str, str)
    exam_chosen = Signal(str)
    undoable = Signal(object)
    closed = Signal()

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._exam_id = ""
        self._shown = PAGE_ROWS
        self._rows: list[HistoryRow] = []
        self._build()
        self._lay_out()
        self._connect()

    @property
    def rows(self) -> list[HistoryRow]:
        return self._rows

    def show_exam(self, exam_id: str) -> None:
        """Show the attempts at an exam, be it gone from the library, or at all exams where the id is empty.

        Called each time the page comes to the front.
        """
        if exam_id != self._exam_id:
            self._exam_id, self._shown = exam_id, PAGE_ROWS
        self.picker.select(exam_id)
        self.refresh()

    def refresh(self) -> None:
        """Read the attempts again."""
        work = partial(_load, self._study, self._exam_id, self._mode, self._shown)
        self._tasks.run(work, owner=self, done=self._show, failed=self._failed)

    def _build(self) -> None:
        self.picker = ExamPicker()
        self.back = Button("Back")
        self.compare = Button("Compare", "primary")
        self._head = PageHead("All attempts", self.picker, self.back, self.compare)
        self._filters = QButtonGroup(self)
        self.filter_buttons: dict[Mode | None, Button] = {}
        for number, (words, mode) in enumerate(_FILTERS.items()):
            button = Button(words, "pill")
            button.setCheckable(True)
            self._filters.addButton(button, number)
            self.filter_buttons[mode] = button
        self.filter_buttons[None].setChecked(True)
        self.notice = Notice()
        self._card = Card(spacing=8)
        self.table = AttemptTable()
        self._empty = label(kind="secondary", wraps=True)
        self._hint = label(kind="hint", wraps=True)
        self.more = Button("Show more")

    def _lay_out(self) -> None:
        scroller = self._scroller = Scroller()
        self.scroll_by_keys(scroller)
        self._card.column.addWidget(self._empty)
        self._card.column.addWidget(self.table)
        self._card.column.addLayout(row(self.more, None))
        for widget in (self._head, Flow(*self.filter_buttons.values()), self.notice, self._card, self._hint):
            scroller.column.addWidget(widget)
        scroller.column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)
        for widget in (self._empty, self.more, self.compare, self._card):
            widget.hide()

    def _connect(self) -> None:
        self.picker.exam_chosen.connect(self.exam_chosen)
        self.picker.exam_chosen.connect(self.show_exam)
        self.picker.gone_chosen.connect(self.show_exam)
        self._filters.idClicked.connect(self._choose_filter)
        self.table.report_asked.connect(self.report_asked)
        self.table.delete_asked.connect(self._delete)
        self.table.chosen_changed.connect(self._show_chosen)
        self.table.filled.connect(self._show_chosen)
        self.more.clicked.connect(self._show_more)
        self.compare.clicked.connect(self._compare)
        self.back.clicked.connect(self.closed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif keys.is_enter(event) and self.compare.isEnabled():
            self._compare()
        else:
            super().keyPressEvent(event)

    @property
    def _mode(self) -> Mode | None:
        return list(self.filter_buttons)[max(0, self._filters.checkedId())]

    def _show(self, loaded: _Loaded) -> None:
        if (loaded.exam_id, loaded.mode) != (self._exam_id, self._mode):
            return
        self.notice.hide()
        self._rows = loaded.rows
        self.picker.set_gone(loaded.gone)
        self.picker.select(loaded.exam_id)
        for words, (mode, button) in zip(_FILTERS, self.filter_buttons.items(), strict=True):
            button.set_label(f"{words} {loaded.counts[mode]:,}", f"{words}, {loaded.counts[mode]:,}")
        total = loaded.counts[loaded.mode]
        left = total - len(loaded.rows)
        self._head.subtitle.setText(plural(total, "finished attempt"))
        self._empty.setText(_EMPTY[loaded.mode])
        self._empty.setVisible(not loaded.rows)
        self.table.setVisible(bool(loaded.rows))
        self.more.set_label(f"Show {min(left, PAGE_ROWS)} more", f"Show {min(left, PAGE_ROWS)} more attempts")
        self.more.setVisible(left > 0)
        self._card.show()
        self._scroller.column.activate()  # the table gets its width before it is filled
        self.table.show_rows(loaded.rows)
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Two exams can be compared; say so, and how many are ticked."""
        chosen, exams = len(self.table.chosen), len(self.table.boxes)
        self.compare.setVisible(exams > 1)
        self.compare.setEnabled(chosen == 2)
        self.compare.set_label("Compare 2 exams" if chosen == 2 else "Compare")
        words = f"Delete takes an attempt out of every list; {STILL_COUNTS[:1].lower()}{STILL_COUNTS[1:]}"
        if exams > 1:
            ticked = "" if chosen in (0, 2) else f" {chosen} {'is' if chosen == 1 else 'are'} ticked."
            words = f"Tick two exams to compare them.{ticked} {words}"
        self._hint.setText(words)
        self._hint.setVisible(bool(self._rows))

    def _choose_filter(self, number: int) -> None:
        self._shown = PAGE_ROWS
        self.refresh()

    def _show_more(self) -> None:
        self._shown += PAGE_ROWS
        self.refresh()

    def _compare(self) -> None:
        chosen = self.table.chosen
        if len(chosen) == 2:
            self.compare_asked.emit(chosen[1], chosen[0])

    def _delete(self, attempt_id: str) -> None:
        place = next((number for number, each in enumerate(self._rows) if each.summary.id == attempt_id), None)
        if place is not None:
            delete_attempt(
                self._study,
                self._tasks,
                self._rows[place].summary,
                owner=self,
                offer=self.undoable.emit,
                changed=partial(self._changed, place),
                failed=self._failed,
            )

    def _changed(self, place: int) -> None:
        """After a deletion, or when it was taken back: the keyboard stays where the row was."""
        work = partial(_load, self._study, self._exam_id, self._mode, self._shown)
        self._tasks.run(work, owner=self, done=partial(self._show_at, place), failed=self._failed)

    def _show_at(self, place: int, loaded: _Loaded) -> None:
        self._show(loaded)
        if self.isVisible():
            self.table.focus_row(place) if self._rows else self.back.setFocus()

    def _failed(self, error: Exception) -> None:
        self.notice.show_text(str(error), "notice-bad")


def _load(study: Study, exam_id: str, mode: Mode | None, limit: int) -> _Loaded:
    of_exam = exam_id or None
    counts = {each: review.history_count(study, of_exam, each) for each in _FILTERS.values()}
    gone = review.gone_exams(study) if exam_id else []
    if exam_id and exam_id not in gone and all(entry.exam.id != exam_id for entry in study.catalogue.exams()):
        gone.append(exam_id)  # its last attempt was deleted here, and can still be taken back
    return _Loaded(exam_id, mode, review.history_rows(study, of_exam, mode, limit=limit), counts, gone)
