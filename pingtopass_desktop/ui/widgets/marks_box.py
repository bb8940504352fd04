"""A question's marks in little room: history in a sentence, bookmark, note, report."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.learner.memory import QuestionHistory
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.marks import QuestionMarks
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, label
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.marks_edit import MarksEdit
from pingtopass_desktop.ui.words import date_text, review_text

_NOTE_PX = 90


class MarksBox(QWidget):
    """Note and report of `edit`, whose bookmark and the sentence `history` are for the owner to place."""

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self.edit = MarksEdit(study, tasks, self, button_kind="", note_px=_NOTE_PX)
        self.history = label(kind="hint", wraps=True)
        self._write = Button("Note", command="note")
        self.edit.note.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        for widget in (Flow(self._write, self.edit.report), self.edit.note, self.edit.form, self.edit.thanks):
            box.addWidget(widget)
        self._write.clicked.connect(self.edit.write_note)
        self.edit.read.connect(self._show)
        self.edit.note_replaced.connect(self._show_note)
        self.edit.opened.connect(self._open)

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading."""
        return [self._write, self.edit.report, self.edit.note, *self.edit.form.controls]

    def _show(self, found: QuestionMarks) -> None:
        self.history.setText(history_text(found.history, self._study.now_ms()))

    def _show_note(self, text: str) -> None:
        self.edit.note.setVisible(bool(text))

    def _open(self, part: QWidget) -> None:
        part.show()


def history_text(history: QuestionHistory | None, now_ms: int) -> str:
    """``Seen 12 November and 19 November · next review tomorrow``"""
    if history is None:
        return "Not seen before"
    first, last = date_text(history.first_at), date_text(history.last_at)
    count = len(history.results)
    if count == 1 or (count == 2 and first == last):
        seen = f"Seen {first}" if count == 1 else f"Seen twice on {first}"
    elif count == 2:
        seen = f"Seen {first} and {last}"
    else:
        seen = f"Seen {count} times, last {last}"
    return f"{seen} · next review {review_text(history.due_at, now_ms)}"
