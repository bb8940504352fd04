"""Set up a practice session: exam, objectives, which questions, how many. Or go on with one that waits."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout

from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.study import practice
from pingtopass_desktop.study.context import Study, new_seed
from pingtopass_desktop.study.practice import PracticeOffer, PracticeSitting, Selection
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Button,
    Card,
    Notice,
    Scroller,
    clear_layout,
    focus_at,
    label,
    place_of_focus,
    plural,
    row,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.layouts import Columns, Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.phrase import CheckBox

COUNTS = (10, 20, 40, 65)
SELECTION_WORDS = {
    Selection.ALL: "All",
    Selection.UNSEEN: "Unseen",
    Selection.MISSED: "Missed",
    Selection.DUE: "Due",
    Selection.BOOKMARKED: "Bookmarked",
    Selection.GUESSED: "Guessed",
}


class PracticeSetupPage(Page):
    """Signals: `started` with a `PracticeSitting` that may be shown; `exam_chosen` and `history_asked` with an exam's
    id; `undoable` with the step that takes a deletion back."""

    started = Signal(object)
    exam_chosen = Signal(str)
    history_asked = Signal(str)
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._exam_id = ""
        self._offer: PracticeOffer | None = None
        self._wishes_confidence = True  # as the settings had it when last looked at
        self._objectives: dict[str, CheckBox] = {}
        self._build()
        self._lay_out()
        self._connect()

    def show_exam(self, exam_id: str) -> None:
        """Show what can be practised of an exam; called each time the page comes to the front."""
        if exam_id != self._exam_id:
            self._exam_id = exam_id
            self._offer = None
        self.picker.select(exam_id)
        self._load()

    def _build(self) -> None:
        self.picker = ExamPicker()
        self._waiting = Card("Continue where you stopped")
        self._waiting_rows = QVBoxLayout()
        self._waiting_buttons: list[Button] = []
        self._what = Card("What to practise")
        self._objective_column = QVBoxLayout()
        self._objective_column.setSpacing(2)
        self._everything = CheckBox("All objectives")
        self._everything.setChecked(True)
        self._which = Card("Which questions")
        self._selections = QButtonGroup(self)
        self.selection_buttons: dict[Selection, Button] = {}
        for number, selection in enumerate(Selection):
            button = Button(SELECTION_WORDS[selection], "pill")
            button.setCheckable(True)
            self._selections.addButton(button, number)
            self.selection_buttons[selection] = button
        self.selection_buttons[Selection.ALL].setChecked(True)
        self._counts = QButtonGroup(self)
        self.count_buttons: dict[int, Button] = {}
        for count in COUNTS:
            button = Button(str(count), "pill", name=f"{count} questions")
            button.setCheckable(True)
            self._counts.addButton(button, count)
            self.count_buttons[count] = button
        self.count_buttons[COUNTS[0]].setChecked(True)
        self._confidence = CheckBox("Ask how sure I am before checking")
        self._confidence.setChecked(True)
        self._empty = Notice()
        self.start = Button("Start", "primary", key="⏎")
        self.all_attempts = Button("All attempts", "link")

    def _lay_out(self) -> None:
        scroller = Scroller()
        self.scroll_by_keys(scroller)
        column = scroller.column
        column.addLayout(row(label("Practice", "title"), None, self.picker))
        self._waiting.column.addLayout(self._waiting_rows)
        column.addWidget(self._waiting)
        self._what.column.addWidget(self._everything)
        self._what.column.addLayout(self._objective_column)
        self._which.column.addWidget(Flow(*self.selection_buttons.values()))
        self._which.column.addSpacing(4)
        self._which.column.addWidget(label("How many", "section"))
        self._which.column.addWidget(Flow(*self.count_buttons.values()))
        self._which.column.addSpacing(4)
        self._which.column.addWidget(self._confidence)
        self._which.column.addWidget(self._empty)
        self._which.column.addStretch(1)
        cards = Columns()
        cards.add(self._what)
        cards.add(self._which)
        column.addWidget(cards)
        column.addLayout(row(self.start, None, self.all_attempts))
        column.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)

    def _connect(self) -> None:
        self.picker.exam_chosen.connect(self.exam_chosen)
        self.picker.exam_chosen.connect(self.show_exam)
        self._everything.toggled.connect(self._toggle_everything)
        self._selections.idClicked.connect(self._show_counts)
        self.start.clicked.connect(self._start)
        self.all_attempts.clicked.connect(self._ask_history)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            self.start.click()
            return
        super().keyPressEvent(event)

    def _load(self) -> None:
        chosen = self._chosen_objectives()
        work = partial(practice.offer, self._study, self._exam_id, chosen)
        self._tasks.run(work, owner=self, done=self._show, failed=self._failed)

    def _show(self, offer: PracticeOffer) -> None:
        if offer.exam.id != self._exam_id:
            return
        is_first = self._offer is None
        self._offer = offer
        if offer.asks_confidence is not self._wishes_confidence:
            self._wishes_confidence = offer.asks_confidence
            self._confidence.setChecked(offer.asks_confidence)
        if is_first:
            self._list_objectives(offer)
        self._list_waiting(offer)
        self._show_counts()

    def _list_objectives(self, offer: PracticeOffer) -> None:
        clear_layout(self._objective_column)
        self._objectives = {}
        top = [objective for objective in offer.objectives if objective.parent_id is None]
        for objective in top:
            ids = practice.with_descendants(offer.objectives, [objective.id]) or []
            stock = sum(offer.stock.get(each, 0) for each in ids)
            box = CheckBox(f"{objective.title}  ({stock:,})")
            box.setAccessibleName(f"{objective.name}, {plural(stock, 'question')}")
            box.toggled.connect(self._objective_toggled)
            self._objectives[objective.id] = box
            self._objective_column.addWidget(box)
        self._objective_column.addStretch(1)
        self._everything.blockSignals(True)
        self._everything.setChecked(True)
        self._everything.blockSignals(False)

    def _order_tabs(self) -> None:
        pills = (*self.selection_buttons.values(), *self.count_buttons.values())
        boxes = (self._everything, *self._objectives.values())
        last = (self._confidence, self.start, self.all_attempts)
        set_tab_order((self.picker.box, *self._waiting_buttons, *boxes, *pills, *last))

    def _list_waiting(self, offer: PracticeOffer) -> None:
        place = place_of_focus(self._waiting_buttons)
        clear_layout(self._waiting_rows)
        self._waiting_buttons = []
        for summary in offer.unfinished:
            resume = Button("Continue")
            resume.setProperty("attempt", summary.id)
            resume.clicked.connect(self._resume)
            resume.setAccessibleName(f"Continue {_waiting_text(summary)}")
            delete = Button("Delete", "link", name=f"Delete {_waiting_text(summary)}")
            delete.setProperty("attempt", summary.id)
            delete.clicked.connect(self._delete)
            line = row(label(_waiting_text(summary), wraps=True), delete, resume)
            line.setStretch(0, 1)
            self._waiting_rows.addLayout(line)
            self._waiting_buttons += [delete, resume]
        self._waiting.setVisible(bool(offer.unfinished))
        self._order_tabs()
        focus_at(place, self._waiting_buttons, self)

    def _show_counts(self, number: int = 0) -> None:
        offer = self._offer
        if offer is None:
            return
        for selection, button in self.selection_buttons.items():
            button.set_label(f"{SELECTION_WORDS[selection]} {offer.counts[selection]:,}")
        selection = self._selection()
        available = offer.counts[selection]
        self.start.setEnabled(available > 0)
        if available == 0:
            self._empty.show_text(practice.why_empty(selection))
        else:
            self._empty.hide()
        count = min(self._counts.checkedId(), available)
        self.start.set_label(f"Start with {plural(count, 'question')}" if available else "Start")

    def _selection(self) -> Selection:
        return list(Selection)[max(0, self._selections.checkedId())]

    def _chosen_objectives(self) -> list[str] | None:
        if self._everything.isChecked() or self._offer is None:
            return None
        return [objective_id for objective_id, box in self._objectives.items() if box.isChecked()]

    def _toggle_everything(self, is_on: bool) -> None:
        if is_on:
            for box in self._objectives.values():
                box.blockSignals(True)
                box.setChecked(False)
                box.blockSignals(False)
        elif not any(box.isChecked() for box in self._objectives.values()):
            self._everything.setChecked(True)
        self._load()

    def _objective_toggled(self) -> None:
        is_any = any(box.isChecked() for box in self._objectives.values())
        self._everything.blockSignals(True)
        self._everything.setChecked(not is_any)
        self._everything.blockSignals(False)
        self._load()

    def _start(self) -> None:
        offer = self._offer
        if offer is None or not self.start.isEnabled():
            return
        chosen = self._chosen_objectives()
        names = [objective.name for objective in offer.objectives if chosen and objective.id in chosen]
        selection = self._selection()
        label_text = ", ".join(names) or "All objectives"
        if selection is not Selection.ALL:
            label_text += f" · {SELECTION_WORDS[selection].lower()}"
        work = partial(
            practice.start,
            self._study,
            self._exam_id,
            seed=new_seed(),
            count=self._counts.checkedId(),
            selection=selection,
            objective_ids=chosen,
            label=label_text,
            asks_confidence=self._confidence.isChecked(),
        )
        self._tasks.run(work, owner=self, done=self._started, failed=self._failed)

    def resume_first(self) -> None:
        """Go on with the session that was left last, if one waits."""
        if self._offer is not None and self._offer.unfinished:
            self._resume_attempt(self._offer.unfinished[0].id)

    def _delete(self) -> None:
        from pingtopass_desktop.ui.deleting import delete_attempt

        wanted = self.sender().property("attempt")
        for summary in self._offer.unfinished if self._offer is not None else ():
            if summary.id == wanted:
                delete_attempt(
                    self._study, self._tasks, summary, owner=self, offer=self.undoable.emit, changed=self._load,
                    failed=self._failed,
                )  # fmt: skip

    def _ask_history(self) -> None:
        self.history_asked.emit(self._exam_id)

    def _resume(self) -> None:
        self._resume_attempt(self.sender().property("attempt"))

    def _resume_attempt(self, attempt_id: str) -> None:
        work = partial(practice.resume, self._study, attempt_id)
        self._tasks.run(work, owner=self, done=self._started, failed=self._failed)

    def _started(self, sitting: PracticeSitting) -> None:
        self.started.emit(sitting)

    def _failed(self, error: Exception) -> None:
        self._empty.show_text(str(error), "notice-bad")


def _waiting_text(summary: AttemptSummary) -> str:
    what = summary.label or "Practice"
    return f"{what} · {summary.answered_count} of {plural(summary.question_count, 'question')} answered"
