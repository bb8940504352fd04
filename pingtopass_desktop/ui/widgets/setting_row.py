"""What settings are made of: rows of words, a hint and a control, and the controls. They keep nothing themselves."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent, QWheelEvent
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
from pingtopass_desktop.ui.widgets.basics import Button, Card, Label, label, rule
from pingtopass_desktop.ui.widgets.layouts import Flow

STEP_PAUSE_MS = 600
"""A step by a key, a button or the wheel is told once no further one followed for so long: after some settings every
question is counted again, which no one wants for each value on the way to the one that is meant."""

_LEAST_WORDS_PX = 230
_GAP = 16


class SettingRow(QWidget):
    """Words with a hint below and a control at the right; the control goes below them where they need the width.

    What a row does not say yet has no label: there are forty rows of commands.
    """

    def __init__(self, words: str, hint: str, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self._words = label(words, "strong", wraps=True)
        self._hint: Label | None = None
        self._kept: Label | None = None
        if not control.accessibleName():
            control.setAccessibleName(words)
        if isinstance(control, Number | Choice):
            control.stepped.connect(partial(self.show_kept, False))
        self._texts = QVBoxLayout()
        self._texts.setSpacing(4)
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._line.addWidget(self._words, 1)
        self._texts.addStretch(1)  # beside a higher control the words stay together, on its middle
        self._texts.addLayout(self._line)
        self._texts.addStretch(1)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(_GAP)
        self._box.addLayout(self._texts, 1)
        self._box.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 4, 0, 4)
        self._outer.setSpacing(8)
        self._outer.addLayout(self._box)
        self.show_hint(hint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def hint(self) -> str:
        return self._hint.text() if self._hint is not None else ""

    @property
    def is_kept(self) -> bool:
        """True while the row says that what was changed last in it is kept."""
        return self._kept is not None and not self._kept.isHidden()

    def show_words(self, words: str) -> None:
        self._words.setText(words)

    def show_hint(self, hint: str) -> None:
        if self._hint is None and hint:
            self._hint = label(kind="hint", wraps=True)
            self._texts.insertWidget(self._texts.count() - 1, self._hint)
        if self._hint is not None:
            self._hint.setText(hint)
            self._hint.setVisible(bool(hint))
        self.control.setAccessibleDescription(hint)

    def show_kept(self, is_kept: bool) -> None:
        """Say, or no longer say, that the change is kept. Never while the control shows a value that is not."""
        is_waiting = isinstance(self.control, Number | Choice) and self.control.is_waiting
        if self._kept is None and is_kept:
            self._kept = label("✓ Kept", "status-good")
            self._line.addWidget(self._kept)
        if self._kept is not None:
            self._kept.setVisible(is_kept and not is_waiting)

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


class _Pause(QTimer):
    """Waits for a further step. Signals: `over` when there was none, or none can come."""

    over = Signal()

    def __init__(self, control: QWidget) -> None:
        super().__init__(control)
        self.setSingleShot(True)
        self.setInterval(STEP_PAUSE_MS)
        self.timeout.connect(self.over)

    def end(self) -> None:
        if self.isActive():
            self.stop()
            self.over.emit()


class Number(QSpinBox):
    """A number with its unit.

    Signals: `stepped` as soon as it is changed; `entered` with it after the last of quick steps, and at once on Enter
    and where the number is left or hidden, so that none is lost.
    """

    stepped = Signal()
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
        self._pause = _Pause(self)
        self._pause.over.connect(self._enter)
        self.valueChanged.connect(self._changed)
        self.editingFinished.connect(self._pause.end)

    @property
    def is_waiting(self) -> bool:
        """True from a step until it is told."""
        return self._pause.isActive()

    def show_value(self, value: int) -> None:
        """Show a value in place of any other, also of one that waits."""
        self._pause.stop()
        self.blockSignals(True)
        self.setValue(value)
        self._show_unit(value)
        self.blockSignals(False)

    def finish(self) -> None:
        """Tell at once what was stepped to or typed."""
        self.interpretText()
        self._pause.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page over a number must not change it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.finish()

    def _changed(self, value: int) -> None:
        self._show_unit(value)
        self._pause.start()
        self.stepped.emit()

    def _enter(self) -> None:
        self.entered.emit(self.value())

    def _show_unit(self, value: int) -> None:
        suffix = self._unit if value == 1 else self._units
        if suffix != self.suffix():
            self.setSuffix(suffix)


class Choice(QComboBox):
    """One of many values in a list.

    Signals: `stepped` as soon as another is shown by a key; `chosen` with the value when the learner picks it in the
    open list, after the last of quick steps by keys, and where the list is left or hidden.
    """

    stepped = Signal()
    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        sheets.wear(self, "combo")
        for value, words in choices:
            self.addItem(words, value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._is_key_down = False
        self._pause = _Pause(self)
        self._pause.over.connect(self._choose)
        self.activated.connect(self._activated)

    @property
    def is_waiting(self) -> bool:
        """True from a step until it is told."""
        return self._pause.isActive()

    def show_value(self, value: Any) -> None:
        """Show a value in place of any other, also of one that waits."""
        self._pause.stop()
        self.setCurrentIndex(self.findData(value))

    def finish(self) -> None:
        """Tell at once what was stepped to."""
        self._pause.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._is_key_down = True
        super().keyPressEvent(event)
        self._is_key_down = False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finish()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.finish()

    def _activated(self) -> None:
        self._pause.start()
        if self._is_key_down:
            self.stepped.emit()
        else:
            self.finish()

    def _choose(self) -> None:
        self.chosen.emit(self.currentData())


def _is_hidden(item: QLayoutItem) -> bool:
    widget = item.widget()
    return widget is not None and widget.isHidden()
