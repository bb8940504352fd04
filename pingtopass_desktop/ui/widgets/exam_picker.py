"""Which exam a page is about. A plain name where the library has one exam, a list where it has several."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.widgets.basics import label


class ExamPicker(QWidget):
    """Signals: `exam_chosen` with an exam's id when the learner picks another one."""

    exam_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._name = label(kind="secondary")
        self.box = QComboBox()
        sheets.wear(self.box, "combo")
        self.box.setAccessibleName("Exam")
        self.box.setMinimumWidth(280)
        self.box.activated.connect(self._activated)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._name)
        line.addWidget(self.box)

    def set_exams(self, exams: list[Exam]) -> None:
        chosen = self.box.currentData()
        self.box.clear()
        for exam in exams:
            self.box.addItem(exam.title, exam.id)
        self._name.setText(exams[0].title if len(exams) == 1 else "")
        self._name.setVisible(len(exams) == 1)
        self.box.setVisible(len(exams) > 1)
        if chosen:
            self.select(chosen)

    def select(self, exam_id: str) -> None:
        index = self.box.findData(exam_id)
        if index >= 0:
            self.box.setCurrentIndex(index)

    def _activated(self) -> None:
        self.exam_chosen.emit(self.box.currentData())
