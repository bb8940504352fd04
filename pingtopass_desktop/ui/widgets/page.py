"""What every page of the window is."""

from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from pingtopass_desktop.ui import theme


class Page(QWidget):
    """Wears the theme, and puts on another one when it comes to the front."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")

    def showEvent(self, event: QShowEvent) -> None:
        theme.dress(self)
        super().showEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows no focus of its own; Qt would paint the whole page again."""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """As `focusInEvent`."""
