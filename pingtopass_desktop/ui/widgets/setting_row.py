"""What settings are made of: rows of words, a hint and a control, and the controls. They keep nothing themselves."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLayoutItem,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets.basics import Button, Card, label, rule
from pingtopass_desktop.ui.widgets.layouts import Flow

_LEAST_WORDS_PX = 230
_GAP = 16


class SettingRow(QWidget):
    """Words with a hint below and a control at the right; the control goes below them where they need the width."""

    def __init__(self, words: str, hint: str, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self._words = label(words, "strong", wraps=True)
        self._hint = label(hint, "hint", wraps=True)
        self._kept = label("✓ Kept", "status-good")
        self._kept.hide()
        if not control.accessibleName():
            control.setAccessibleName(words)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._words, 1)
        line.addWidget(self._kept)
        texts.addLayout(line)
        texts.addWidget(self._hint)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(_GAP)
        self._box.addLayout(texts, 1)
        self._box.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 4, 0, 4)
        self._outer.setSpacing(8)
        self._outer.addLayout(self._box)
        self.show_hint(hint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def hint(self) -> str:
        return self._hint.text()

    @property
    def is_kept(self) -> bool:
        """True while the row says that what was changed last in it is kept."""
        return not self._kept.isHidden()

    def show_hint(self, hint: str) -> None:
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.control.setAccessibleDescription(hint)

    def show_kept(self, is_kept: bool) -> None:
        """Say, or no longer say, that the change is kept."""
        self._kept.setVisible(is_kept)

    def add_below(self, widget: QWidget) -> None:
        """Show something more about the row below it."""
        self._outer.addWidget(widget)

    def minimumSizeHint(self) -> QSize:
        narrow = max(theme.current().px(120), self.control.minimumSizeHint().width())
        return QSize(narrow, self.control.minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.control.sizeHint().width() + _GAP + theme.current().px(_LEAST_WORDS_PX)
        is_beside = needed <= event.size().width()
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        if direction is not self._box.direction():
            self._box.setDirection(direction)
            self._box.setSpacing(_GAP if is_beside else 8)
            place = Qt.AlignmentFlag.AlignVCenter if is_beside else Qt.AlignmentFlag.AlignLeft
            self._box.setAlignment(self.control, place)
            self.updateGeometry()


class Section(QWidget):
    """Cards below each other.

    It asks for the height that its width needs. Words that wrap ask for that of the narrowest width, and a page would
    scroll that need not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(16)

    def set_cards(self, *cards: QWidget) -> None:
        for card in cards:
            self.box.addWidget(card)
        self.box.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class RowsCard(Card):
    """A card of rows with a line between them."""

    def __init__(self, heading: str, *rows: SettingRow) -> None:
        super().__init__(heading, spacing=8)
        for number, each in enumerate(rows):
            if number:
                self.column.addWidget(rule())
            self.column.addWidget(each)


class Switch(Button):
    """On or off, in words. Signals: `switched` when the learner turns it."""

    switched = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__("Off", "pill", name=name)
        self.setCheckable(True)
        self.clicked.connect(self._turned)

    def show_value(self, is_on: bool) -> None:
        self.setChecked(is_on)
        self.set_label("On" if is_on else "Off", self.accessibleName())

    def _turned(self, is_on: bool) -> None:
        self.show_value(is_on)
        self.switched.emit(is_on)


class Line(Flow):
    """Widgets on one line where there is room for them, else wrapped."""

    def sizeHint(self) -> QSize:
        items = [self.items.itemAt(index) for index in range(self.items.count())]
        hints = [item.sizeHint() for item in items if item is not None and not _is_hidden(item)]
        width = sum(hint.width() for hint in hints) + self.items.spacing() * (len(hints) - 1)
        return QSize(max(0, width), max((hint.height() for hint in hints), default=0))


class Pills(Line):
    """One of a few values, each a button. Signals: `chosen` with the value when the learner picks it."""

    chosen = Signal(object)

    def __init__(self, name: str, choices: Sequence[tuple[Any, str, str]]) -> None:
        """`choices` are value, word on the button, and how the word is read out."""
        buttons = [Button(words, "pill", name=f"{name}: {spoken}") for _, words, spoken in choices]
        super().__init__(*buttons)
        self.setAccessibleName(name)
        self._values = [value for value, _, _ in choices]
        self.buttons = dict(zip(self._values, buttons, strict=True))
        self._group = QButtonGroup(self)
        for number, button in enumerate(buttons):
            button.setCheckable(True)
            self._group.addButton(button, number)
        self._group.idClicked.connect(self._picked)

    @property
    def value(self) -> Any:
        number = self._group.checkedId()
        return self._values[number] if number >= 0 else None

    def show_value(self, value: Any) -> None:
        if value in self.buttons:
            self.buttons[value].setChecked(True)

    def _picked(self, number: int) -> None:
        self.chosen.emit(self._values[number])


class Number(QSpinBox):
    """A number with its unit. Signals: `entered` with it once it was typed to the end or stepped to."""

    entered = Signal(int)

    def __init__(self, least: int, most: int, step: int, unit: str, units: str) -> None:
        """`unit` follows the number one, `units` every other."""
        super().__init__()
        sheets.wear(self, "number")
        self._unit, self._units = unit, units
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setSuffix(units)
        self.setKeyboardTracking(False)
        self.setGroupSeparatorShown(True)
        self.lineEdit().setTextMargins(9, 0, 0, 0)  # a style sheet with buttons of its own leaves no padding here
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.valueChanged.connect(self._changed)

    def show_value(self, value: int) -> None:
        self.blockSignals(True)
        self.setValue(value)
        self._show_unit(value)
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page over a number must not change it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _changed(self, value: int) -> None:
        self._show_unit(value)
        self.entered.emit(value)

    def _show_unit(self, value: int) -> None:
        suffix = self._unit if value == 1 else self._units
        if suffix != self.suffix():
            self.setSuffix(suffix)


class Choice(QComboBox):
    """One of many values in a list. Signals: `chosen` with the value when the learner picks it."""

    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        sheets.wear(self, "combo")
        for value, words in choices:
            self.addItem(words, value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(self._activated)

    def show_value(self, value: Any) -> None:
        self.setCurrentIndex(self.findData(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _activated(self) -> None:
        self.chosen.emit(self.currentData())


def _is_hidden(item: QLayoutItem) -> bool:
    widget = item.widget()
    return widget is not None and widget.isHidden()
