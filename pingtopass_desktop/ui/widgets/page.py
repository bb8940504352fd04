"""What every page of the window is, and every dialog."""

from PySide6 import QtCore
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.basics import Scroller


class Page(QWidget):
    """Follows the theme; one that is hidden puts it on when it comes to the front."""

    def __init__(self) -> None:
        super().__init__()
        self._scrolled: Scroller | None = None
        theme.follow(self)

    def scroll_by_keys(self, scroller: Scroller) -> None:
        """Let the keys that scroll reach what the page is read in, wherever the keyboard is on the page."""
        self._scrolled = scroller

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._scrolled is None or not self._scrolled.scroll_by_key(event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        theme.catch_up(self)
        super().showEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows no focus of its own; Qt would paint the whole page again."""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """As `focusInEvent`."""


class Dialog(QDialog):
    """A window over the page, on the colour of cards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.follow(self)
        self.restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go from button to button, as in the dialogs of every system."""
        if event.key() in (QtCore.Qt.Key.Key_Left, QtCore.Qt.Key.Key_Right):
            self.focusNextPrevChild(event.key() == QtCore.Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def restyle(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.current().tokens.surface))
        self.setPalette(palette)
