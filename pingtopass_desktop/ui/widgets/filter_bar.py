"""What narrows a list of questions: exam, objective, type, state, bookmarked, with a note. One pill each."""

from collections.abc import Sequence
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QMenu

from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.study.finding import Query, QuestionState
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.widgets.basics import Button
from pingtopass_desktop.ui.widgets.layouts import Flow

TYPE_WORDS = {
    QuestionType.MULTIPLE_CHOICE: "Multiple choice",
    QuestionType.MULTI_SELECT: "Multiple response",
    QuestionType.TRUE_FALSE: "True or false",
    QuestionType.ORDERING: "Ordering",
    QuestionType.MATCHING: "Matching",
}
STATE_WORDS = {
    QuestionState.NEW: "New",
    QuestionState.RIGHT: "Right last time",
    QuestionState.MISSED: "Missed last time",
    QuestionState.DUE: "Due for review",
    QuestionState.GUESSED: "Guessed last time",
}
_LONGEST = 34


class FilterPill(Button):
    """A pill with a menu of values; the first one is "any". Signals: `value_chosen` with a value, None for any."""

    value_chosen = Signal(object)

    def __init__(self, what: str, any_words: str) -> None:
        super().__init__(any_words, "pill")
        self.setCheckable(True)
        self._what, self._any_words = what, any_words
        self._entries: list[tuple[str, object]] = []
        self._value: object = None
        self._menu = QMenu(self)
        sheets.wear(self._menu, "menu")
        self.clicked.connect(self.open_menu)

    def set_entries(self, entries: Sequence[tuple[str, object]]) -> None:
        """The values with their words; "any" comes by itself."""
        self._entries = list(entries)
        self.set_value(self._value)

    def set_value(self, value: object) -> None:
        words = next((words for words, known in self._entries if known == value), "")
        self._value = value if words else None
        self.setChecked(bool(words))
        text = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"
        said = words or "any"
        shown = f"{self._what}: {text[:1].lower() + text[1:] if self._what == 'State' else text}"
        self.set_label(f"{shown if words else self._any_words} ▾", name=f"{self._what}: {said}. Opens a list.")
        self.setToolTip(f"{self._what}: {words}" if len(words) > _LONGEST else "")

    def open_menu(self) -> None:
        """Show the values below the pill."""
        self.setChecked(self._value is not None)
        self._menu.clear()
        group = QActionGroup(self._menu)
        for words, value in [(self._any_words, None), *self._entries]:
            action = QAction(words.replace("&", "&&"), self._menu)
            action.setCheckable(True)
            action.setChecked(value == self._value)
            action.triggered.connect(partial(self._choose, value))
            group.addAction(action)
            self._menu.addAction(action)
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    @property
    def menu_actions(self) -> list[QAction]:
        return list(self._menu.actions())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _DOWN:
            self.open_menu()
            return
        super().keyPressEvent(event)

    def _choose(self, value: object, _: bool = False) -> None:
        self.set_value(value)
        self.value_chosen.emit(value)


_DOWN = 0x01000015
"""Qt.Key.Key_Down."""


class FilterBar(Flow):
    """Signals: `changed` with the query as it now is, its words left as they were."""

    changed = Signal(object)

    def __init__(self) -> None:
        self.exam = FilterPill("Exam", "All exams")
        self.objective = FilterPill("Objective", "Objective: any")
        self.type = FilterPill("Type", "Type: any")
        self.state = FilterPill("State", "State: any")
        self.bookmarked = Button("Bookmarked", "pill")
        self.noted = Button("With a note", "pill")
        super().__init__(self.exam, self.objective, self.type, self.state, self.bookmarked, self.noted, spacing=8)
        self._query = Query()
        self._objectives: dict[str, tuple[Objective, ...]] = {}
        self.type.set_entries([(words, value) for value, words in TYPE_WORDS.items()])
        self.state.set_entries([(words, value) for value, words in STATE_WORDS.items()])
        for pill in (self.bookmarked, self.noted):
            pill.setCheckable(True)
        self.exam.value_chosen.connect(self._choose_exam)
        for name, pill in (("objective_id", self.objective), ("type", self.type), ("state", self.state)):
            pill.value_chosen.connect(partial(self._choose, name))
        self.bookmarked.clicked.connect(self._choose_marks)
        self.noted.clicked.connect(self._choose_marks)
        self.show_query(self._query)

    def set_library(self, exams: Sequence[Exam], objectives: dict[str, tuple[Objective, ...]]) -> None:
        """The exams there are, each with its objectives."""
        self._objectives = objectives
        self.exam.set_entries([(exam.title, exam.id) for exam in exams])
        self.exam.setVisible(len(exams) > 1)
        self.show_query(self._query)

    def show_query(self, query: Query) -> None:
        """Show what a query narrows."""
        self._query = query
        self.exam.set_value(query.exam_id)
        listed = self._listed(query)
        self.objective.set_entries([(objective.title, objective.id) for objective in listed])
        self.objective.set_value(query.objective_id)
        self.objective.setEnabled(bool(listed))
        self.objective.setToolTip("" if listed else "Choose an exam first")
        self.type.set_value(query.type)
        self.state.set_value(query.state)
        self.bookmarked.setChecked(query.is_bookmarked)
        self.noted.setChecked(query.has_note)

    def _listed(self, query: Query) -> tuple[Objective, ...]:
        """The objectives of the chosen exam, or of the only one."""
        if query.exam_id is None and len(self._objectives) == 1:
            return next(iter(self._objectives.values()))
        return self._objectives.get(query.exam_id or "", ())

    def minimumSizeHint(self) -> QSize:
        return QSize(max(pill.sizeHint().width() for pill in self.pills), self.sizeHint().height())

    @property
    def pills(self) -> list[Button]:
        """In the order of reading."""
        return [self.exam, self.objective, self.type, self.state, self.bookmarked, self.noted]

    def _choose_exam(self, exam_id: str | None) -> None:
        self._change(replace(self._query, exam_id=exam_id, objective_id=None))

    def _choose(self, name: str, value: object) -> None:
        self._change(replace(self._query, **{name: value}))

    def _choose_marks(self) -> None:
        is_bookmarked, has_note = self.bookmarked.isChecked(), self.noted.isChecked()
        self._change(replace(self._query, is_bookmarked=is_bookmarked, has_note=has_note))

    def _change(self, query: Query) -> None:
        self.show_query(query)
        self.changed.emit(query)
