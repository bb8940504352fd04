"""The head of a page: its title at the left, its buttons at the right, below each other where that is too narrow."""

from PySide6 import QtCore
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.basics import column, label
from pingtopass_desktop.ui.widgets.layouts import Flow

_LEAST_WORDS_PX = 260
"""The title and the line below it get at least this beside the buttons, at 100 % text."""


class PageHead(QWidget):
    """`title` and `subtitle` are labels; the buttons stay on one line while the title has room beside them."""

    def __init__(self, title: str, *buttons: QWidget) -> None:
        super().__init__()
        self.title = label(title, "title", wraps=True)
        self.subtitle = label(kind="secondary", wraps=True)
        self._buttons = buttons
        self._flow = Flow(*buttons)
        self._place: QtCore.Qt.AlignmentFlag | None = None
        words = QWidget()
        words.setLayout(column(self.title, self.subtitle, spacing=2))
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(16)
        self._box.addWidget(words, 1)
        self._box.addWidget(self._flow, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def minimumSizeHint(self) -> QSize:
        narrow = max((button.minimumSizeHint().width() for button in self._shown()), default=0)
        return QSize(narrow, self.title.minimumSizeHint().height())  # how high it is follows from its width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def event(self, event: QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.LayoutRequest:
            self._turn()
        return super().event(event)

    def _turn(self) -> None:
        hints = [button.sizeHint().width() for button in self._shown()]
        line = sum(hints) + self._flow.items.spacing() * max(0, len(hints) - 1)
        fits = line + self._box.spacing() + theme.current().px(_LEAST_WORDS_PX) <= self.width()
        self._flow.setMinimumWidth(line if fits else 0)
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        flags = QtCore.Qt.AlignmentFlag
        beside = flags.AlignBottom if self.subtitle.text() else flags.AlignVCenter
        place = beside if fits else flags(0)
        if direction is not self._box.direction() or place != self._place:
            self._place = place
            self._box.setDirection(direction)
            self._box.setAlignment(self._flow, place)
            self.updateGeometry()

    def _shown(self) -> list[QWidget]:
        return [button for button in self._buttons if not button.isHidden()]
