"""The installed banks: version, questions, size, source, state, and what can be done with each."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from pingtopass_desktop.study.library import BankLine
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.basics import Button, focus_at, label, place_of_focus, plural, row, rule
from pingtopass_desktop.ui.widgets.layouts import Flow

_WIDE_PX = 700
"""From this width on (at 100 % text) a bank is one line; below, its parts wrap."""

_HEADINGS = ("Bank", "Version", "Questions", "Size", "Source", "State", "")
_SOURCES = {"bundled": "comes with PingToPass", "imported": "imported file"}


class PacksTable(QWidget):
    """Signals: `export_asked` and `remove_asked` with a bank's id."""

    export_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._banks: list[BankLine] = []
        self._is_wide = True
        self._buttons: dict[tuple[str, str], Button] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)

    def show_banks(self, banks: Sequence[BankLine]) -> None:
        self._banks = list(banks)
        self._fill()

    def button(self, action: str, bank_id: str) -> Button | None:
        """The button of a row: ``export`` or ``remove``."""
        return self._buttons.get((action, bank_id))

    @property
    def controls(self) -> list[QWidget]:
        return list(self._buttons.values())

    def minimumSizeHint(self) -> QSize:
        height = 0 if self.hasHeightForWidth() else super().minimumSizeHint().height()
        return QSize(theme.current().px(220), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits_wide() != self._is_wide:
            self._fill()

    def _fits_wide(self) -> bool:
        return self.width() >= theme.current().px(_WIDE_PX)

    def _fill(self) -> None:
        """Begin anew; the keyboard stays at its place, where the next press would be."""
        focused = place_of_focus(self.controls)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = {}
        self._is_wide = self._fits_wide()
        for place in range(len(_HEADINGS)):
            self._grid.setColumnStretch(place, 0)
        if self._is_wide:
            self._fill_wide()
        else:
            self._fill_narrow()
        focus_at(focused, self.controls, self)
        self.updateGeometry()

    def _fill_wide(self) -> None:
        for place, heading in enumerate(_HEADINGS):
            self._grid.addWidget(label(heading, "hint"), 0, place)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(5, 1 if all(not bank.problem for bank in self._banks) else 3)
        for number, bank in enumerate(self._banks):
            self._grid.addWidget(rule(), 2 * number + 1, 0, 1, len(_HEADINGS))
            cells: list[QWidget] = [label(bank.name, "strong", wraps=True)]
            cells += [label(text) for text in _facts(bank)]
            actions = QWidget()
            actions.setLayout(row(*self._actions(bank), None, spacing=12))
            cells += [_state(bank), actions]
            for place, cell in enumerate(cells):
                self._grid.addWidget(cell, 2 * number + 2, place)

    def _fill_narrow(self) -> None:
        self._grid.setColumnStretch(0, 1)
        at = 0
        for number, bank in enumerate(self._banks):
            if number:
                self._grid.addWidget(rule(), at, 0)
            facts = " · ".join(text for text in (bank.version, *_facts(bank)[1:]) if text)
            facts = facts.replace(f"· {bank.questions:,} ·", f"· {plural(bank.questions, 'question')} ·")
            parts = (label(bank.name, "strong", wraps=True), label(facts, "secondary", wraps=True), _state(bank))
            for part in (*parts, Flow(*self._actions(bank), spacing=12)):
                at += 1
                self._grid.addWidget(part, at, 0)
            at += 1

    def _actions(self, bank: BankLine) -> list[QWidget]:
        made: list[QWidget] = []
        actions = [("export", "Export…", self._export)] if bank.exams else []
        actions += [("remove", "Remove", self._remove)] if bank.can_be_removed else []
        for action, words, slot in actions:
            button = Button(words, "link", name=f"{words.rstrip('…')} {bank.name}")
            button.clicked.connect(partial(slot, bank.bank_id))
            self._buttons[action, bank.bank_id] = button
            made.append(button)
        return made

    def _export(self, bank_id: str) -> None:
        self.export_asked.emit(bank_id)

    def _remove(self, bank_id: str) -> None:
        self.remove_asked.emit(bank_id)


def _facts(bank: BankLine) -> tuple[str, str, str, str]:
    if bank.problem:
        return ("", "", "", "")
    size = f"{bank.size_bytes / 2**20:.1f} MB"
    return bank.version, f"{bank.questions:,}", size, _SOURCES.get(bank.source, bank.source)


def _state(bank: BankLine) -> QLabel:
    if bank.problem:
        problem = label(bank.problem, "bad", wraps=True)
        problem.setAccessibleName(f"Cannot be used: {bank.problem}")
        return problem
    return label("in use", "chip-primary") if bank.is_in_use else label("ready", "chip-good")
