"""The card of the installed banks: exporting an exam of one, removing one and bringing it back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.library.releases import Change
from pingtopass_desktop.study import library
from pingtopass_desktop.study.library import BankLine
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.library_jobs import LibraryJobs
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Card
from pingtopass_desktop.ui.widgets.packs_table import PacksTable


class BanksCard(Card):
    """Signals: `library_changed` after a bank went or came back; `undoable` with a step."""

    library_changed = Signal()
    undoable = Signal(object)

    def __init__(self, tasks: Tasks, packs: Path, jobs: LibraryJobs) -> None:
        super().__init__("Installed banks", spacing=12)
        self._tasks = tasks
        self._packs = packs
        self._jobs = jobs
        self._banks: tuple[BankLine, ...] = ()
        self.table = PacksTable()
        self.column.addWidget(self.table)
        self.table.export_asked.connect(self._export_bank)
        self.table.remove_asked.connect(self._remove)

    def show_banks(self, banks: Sequence[BankLine]) -> None:
        self._banks = tuple(banks)
        self.table.show_banks(banks)

    def export(self, exam_id: str | None, *, beside: QWidget) -> None:
        """Ask where to export an exam to. Where it is None and there are several, a menu at `beside` asks which."""
        exams = [exam for bank in self._banks for exam in bank.exams]
        self._export_one_of([exam for exam in exams if exam_id in (None, exam.id)], beside)

    def _export_bank(self, bank_id: str) -> None:
        beside = self.table.button("export", bank_id)
        exams = [exam for bank in self._banks if bank.bank_id == bank_id for exam in bank.exams]
        self._export_one_of(exams, beside or self)

    def _export_one_of(self, exams: Sequence[Exam], beside: QWidget) -> None:
        if len(exams) == 1:
            self._export_exam(exams[0])
            return
        menu = QMenu(self)
        sheets.wear(menu, "menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for exam in sorted(exams, key=lambda exam: exam.title.casefold()):
            action = menu.addAction(exam.title.replace("&", "&&"))
            action.triggered.connect(partial(self._export_exam, exam))
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))

    def _export_exam(self, exam: Exam, _: bool = False) -> None:
        bank = next((bank for bank in self._banks if exam in bank.exams), None)
        if bank is not None and bank.pack is not None:
            self._jobs.ask_for_target(bank.pack, exam.id, exam.title)

    def _remove(self, bank_id: str) -> None:
        name = next((bank.name for bank in self._banks if bank.bank_id == bank_id), bank_id)
        work = partial(library.remove_bank, self._packs, bank_id)
        self._tasks.run(work, owner=self, done=partial(self._removed, name), failed=self._remove_failed)

    def _removed(self, name: str, change: Change) -> None:
        undo = partial(library.take_back, self._packs, (change,))
        self.undoable.emit(Undoable(f"{name} removed; your answers are kept", undo, self.library_changed.emit))
        self.library_changed.emit()

    def _remove_failed(self, error: Exception) -> None:
        self._jobs.say(f"Not removed. {error}", "notice-bad")
