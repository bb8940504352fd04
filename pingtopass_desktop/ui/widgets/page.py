"""What every page of the window is, and every dialog."""

from PySide6.QtGui import QColor, QFocusEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from pingtopass_desktop.ui import theme


class Page(QWidget):
    """Follows the theme; one that is hidden puts it on when it comes to the front."""

    def __init__(self) -> None:
        super().__init__()
        theme.follow(self)

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

    def restyle(self) -> None:
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.current().tokens.surface))
        self.setPalette(palette)
