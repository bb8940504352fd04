"""Which exam a page is about. A plain name where the library has one exam, a list where it has several."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets.phrase import OneLine

_LEAST_PX, _MOST_PX = 200, 400


class _ExamBox(QComboBox):
    """As wide as its longest name, within limits."""

    def __init__(self) -> None:
        super().__init__()
        sheets.wear(self, "combo")
        self.setAccessibleName("Exam")

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        px = theme.current().px
        return QSize(max(px(_LEAST_PX), min(hint.width(), px(_MOST_PX))), hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(_LEAST_PX), super().minimumSizeHint().height())


class ExamPicker(QWidget):
    """Signals: `exam_chosen` with an exam's id when the learner picks another one; `gone_chosen` with the id of one
    that the library no longer has."""

    exam_chosen = Signal(str)
    gone_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._exams: list[Exam] = []
        self._gone: list[str] = []
        self._name = OneLine(kind="secondary")
        self.box = _ExamBox()
        self.box.activated.connect(self._activated)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._name)
        line.addWidget(self.box)

    def set_exams(self, exams: list[Exam]) -> None:
        self._exams = list(exams)
        self._fill()

    def set_gone(self, exam_ids: list[str]) -> None:
        """Offer, after those of the library, exams that it no longer has."""
        if exam_ids != self._gone:
            self._gone = list(exam_ids)
            self._fill()

    def select(self, exam_id: str) -> None:
        index = self.box.findData(exam_id)
        if index >= 0:
            self.box.setCurrentIndex(index)

    def _fill(self) -> None:
        chosen = self.box.currentData()
        names = {exam.id: exam.title for exam in self._exams}
        for exam_id in self._gone:
            names.setdefault(exam_id, f"{exam_id} (no longer in the library)")
        self.box.clear()
        for exam_id, name in names.items():
            self.box.addItem(name, exam_id)
        self._name.setText(next(iter(names.values())) if len(names) == 1 else "")
        self._name.setVisible(len(names) == 1)
        self.box.setVisible(len(names) > 1)
        if chosen:
            self.select(chosen)

    def _activated(self) -> None:
        exam_id = self.box.currentData()
        is_gone = all(exam.id != exam_id for exam in self._exams)
        (self.gone_chosen if is_gone else self.exam_chosen).emit(exam_id)
