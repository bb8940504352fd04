"""The frame of the main window: rail, notice, the stack of pages, the keys that hold everywhere. It knows no page."""

from functools import partial
from typing import TypeVar

from PySide6 import QtCore
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Notice
from pingtopass_desktop.ui.widgets.rail import Rail

_Page = TypeVar("_Page", bound=QWidget)


class WindowFrame(QMainWindow):
    """Signals: `closing` before the window goes; `page_asked` with the name of a page of the rail."""

    closing = Signal()
    page_asked = Signal(str)

    def __init__(self, theme_name: ThemeName, zoom: int) -> None:
        super().__init__()
        self.setWindowTitle("PingToPass")
        self.setMinimumSize(960, 640)
        self.rail = Rail(theme_name, zoom)
        self._notice = Notice()
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()

    @property
    def shown_page(self) -> QWidget | None:
        return self._stack.currentWidget()

    def add_page(self, page: _Page) -> _Page:
        """Keep a page in the window, behind the one that is shown."""
        self._stack.addWidget(page)
        return page

    def bring_forward(self, page: QWidget, *, rail_name: str | None) -> None:
        """Show a page; with a rail that marks `rail_name`, or over the whole window where that is None."""
        if rail_name is not None:
            self.rail.check(rail_name)
        self.rail.setVisible(rail_name is not None)
        self._stack.setCurrentWidget(page)

    def show_problem(self, page: QWidget) -> None:
        """Show a page in place of everything else."""
        self.bring_forward(self.add_page(page), rail_name=None)

    def show_notice(self, text: str, kind: str = "notice-warn") -> None:
        """Show a problem that leaves the rest usable."""
        self._notice.show_text(text, kind, "Close")

    def show_keys(self) -> None:
        """Show the sheet of all keys."""
        from pingtopass_desktop.ui.widgets.keys_sheet import KeysSheet

        sheet = KeysSheet(self)
        sheet.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.finished.connect(self.activateWindow)
        sheet.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?" and not keys.is_writing():
            self.show_keys()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._notice)
        right.addWidget(self._stack, 1)
        centre = QWidget()
        centre.setObjectName("centre")
        box = QHBoxLayout(centre)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.rail)
        box.addLayout(right, 1)
        self.setCentralWidget(centre)

    def _follow_system(self) -> None:
        if self.rail.theme_name is ThemeName.SYSTEM:
            theme.apply(theme.resolve(ThemeName.SYSTEM, self.rail.zoom))

    def _connect(self) -> None:
        QApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._notice.action.clicked.connect(self._notice.hide)
        self.rail.page_asked.connect(self.page_asked)
        self.rail.keys_asked.connect(self.show_keys)
        self.addActions(self.rail.actions_of_look())
        for key, name in (("Ctrl+2", "practice"), ("Ctrl+3", "exams"), ("Ctrl+5", "library")):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.page_asked.emit, name))
        QShortcut(QKeySequence("F1"), self).activated.connect(self.show_keys)
