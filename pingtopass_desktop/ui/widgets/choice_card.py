"""Cards of which one is chosen, such as exams or themes: radio buttons to a screen reader, one press each.

The first run is built of them and may be the first page, so they do without the namespace `Qt`; see `basics`.
"""

from collections.abc import Sequence

from PySide6 import QtCore
from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.basics import Button, label, row

_GAP = 16
_MOST_PX = 260
"""As wide as a card gets, in pixels at 100 % text."""


class ChoiceCard(Button):
    """A title, a quieter line, a sentence; `letter` is the key that chooses it, `picture` stands above the title."""

    def __init__(self, title: str, hint: str = "", text: str = "", letter: str = "", picture: QWidget | None = None):
        super().__init__("", "choice", name=title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self._title = title
        self._hint = label(hint, "hint", wraps=True)
        self._text = label(text, "secondary", wraps=True)
        self._letter = label(letter, "hint")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 18)
        self._column.setSpacing(6)
        if picture is not None:
            self._column.addWidget(picture)
            self._column.addSpacing(4)
        heading = row(label(title, "section", wraps=True), self._letter, spacing=8)
        heading.setStretch(0, 1)
        self._column.addLayout(heading)
        self._column.addWidget(self._hint)
        self._column.addWidget(self._text)
        self._column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.describe(hint, text)

    def describe(self, hint: str, text: str) -> None:
        """Change what stands below the title."""
        for part, words in ((self._hint, hint), (self._text, text)):
            part.setText(words)
            part.setVisible(bool(words))
        self.setAccessibleDescription(". ".join(words for words in (hint, text) if words))
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._column.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return self._column.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Low, for words that wrap ask for more height than they need; `heightForWidth` says what they do need."""
        return QSize(theme.current().px(150), theme.current().px(40))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space chooses; Enter belongs to the page, which goes on with what is chosen."""
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            event.ignore()
            return
        super().keyPressEvent(event)


class CardGrid(QWidget):
    """Cards of one width, as many in a line as have `least_px` each (pixels at 100 % text); few of them stay narrow.

    Arrow keys move between the cards and choose. Signals: `chosen` with a card's index when the learner picks it.
    """

    chosen = Signal(int)

    def __init__(self, cards: Sequence[ChoiceCard] = (), *, least_px: int = 220, most_in_line: int = 3) -> None:
        super().__init__()
        self.cards: list[ChoiceCard] = []
        self._least_px, self._most_in_line = least_px, most_in_line
        self._in_line = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.set_cards(cards)

    @property
    def chosen_index(self) -> int:
        """The index of the card that is chosen; -1 for none."""
        return next((index for index, card in enumerate(self.cards) if card.isChecked()), -1)

    def set_cards(self, cards: Sequence[ChoiceCard]) -> None:
        """Show other cards."""
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = list(cards)
        for card in self.cards:
            card.clicked.connect(self._clicked)
            card.installEventFilter(self)
        self._in_line = 0
        self._arrange()

    def choose(self, index: int) -> None:
        """Choose as a press would; out of range does nothing."""
        if 0 <= index < len(self.cards):
            self.cards[index].setFocus()
            self.cards[index].click()

    def show_chosen(self, index: int) -> None:
        if 0 <= index < len(self.cards):
            self.cards[index].setChecked(True)

    def minimumSizeHint(self) -> QSize:
        narrow = max((card.minimumSizeHint().width() for card in self.cards), default=0)
        return QSize(narrow, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def restyle(self) -> None:
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, ChoiceCard):
            key = QtCore.Qt.Key
            line = self._in_line if self._in_line < len(self.cards) else 1
            steps = {key.Key_Right: 1, key.Key_Left: -1, key.Key_Down: line, key.Key_Up: -line}
            step = steps.get(key(event.key())) if event.modifiers() == QtCore.Qt.KeyboardModifier.NoModifier else None
            if step is not None:
                self.choose(self.cards.index(watched) + step)
                return True
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        px = theme.current().px
        self.setMaximumWidth(min(len(self.cards) or 1, self._most_in_line) * (px(_MOST_PX) + _GAP) - _GAP)
        least = px(self._least_px) + _GAP
        fitting = max(1, (self.width() + _GAP) // least)
        in_line = max(1, min(fitting, self._most_in_line, len(self.cards)))
        if in_line == 3 and len(self.cards) == 4:
            in_line = 2
        if in_line == self._in_line:
            return
        self._in_line = in_line
        for place in range(self._grid.columnCount()):
            self._grid.setColumnStretch(place, 1 if place < in_line else 0)
        for index, card in enumerate(self.cards):
            self._grid.addWidget(card, index // in_line, index % in_line)
            self._grid.setColumnStretch(index % in_line, 1)
        self.updateGeometry()

    def _clicked(self) -> None:
        self.chosen.emit(self.chosen_index)
