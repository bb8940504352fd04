"""The frame of the main window: rail, lines above and below, the stack of pages, the commands that hold everywhere.

It knows no page. A page takes part in commands by a method `commands`, which returns what it can do now, by command id.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6 import QtCore
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.keys import COMMANDS, KeyMap, Place
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button, Notice, bring_into_sight
from pingtopass_desktop.ui.widgets.rail import PAGES, Rail

if TYPE_CHECKING:
    from pingtopass_desktop.ui.widgets.offer import Offer

Commands = dict[str, Callable[[], Any]]

_Page = TypeVar("_Page", bound=QWidget)


class WindowFrame(QMainWindow):
    """Signals: `closing` before the window goes; `page_asked` with the name of a page of the rail."""

    closing = Signal()
    page_asked = Signal(str)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setWindowTitle("PingToPass")
        self.setMinimumSize(960, 640)
        self.preferences = preferences
        preferences.setParent(self)  # it goes with the window: a theme follows the system as long as one is there
        self.rail = Rail()
        self._notice = Notice()
        self._toast = Notice()
        self._offer: Offer | None = None
        self._stack = QStackedWidget()
        self._shortcuts: list[QShortcut] = []
        self._key_map: KeyMap | None = None
        for part in (self.rail, self._notice, self._toast):
            theme.follow(part)
        self._lay_out()
        self._connect()
        self._bind()

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
        if self._offer is not None:
            self._offer.stand_back(rail_name is None)
        self._toast.hide()
        theme.paint_apart(self._stack)
        self._stack.setCurrentWidget(page)

    def show_problem(self, page: QWidget) -> None:
        """Show a page in place of everything else."""
        self.bring_forward(self.add_page(page), rail_name=None)

    def show_notice(self, text: str, kind: str = "notice-warn") -> None:
        """Show a problem that leaves the rest usable."""
        self._notice.show_text(text, kind, "Close")

    def show_offer(self, text: str, action: str, command_id: str) -> None:
        """Say something that can wait, with a command that answers it; never while a session fills the window."""
        from pingtopass_desktop.ui.widgets.offer import Offer

        if self._offer is None:
            self._offer = Offer()
            theme.follow(self._offer)
            self._right.insertWidget(1, self._offer)
        self._offer.make(text, action, partial(self.run_command, command_id), is_in_way=self.rail.isHidden())

    def withdraw_offer(self) -> None:
        """What was offered is done, or can no longer be."""
        if self._offer is not None:
            self._offer.withdraw()

    def show_toast(self, text: str, action: str = "") -> None:
        """Say at the foot of the page what was done; `action` is Undo or nothing. It goes with the page."""
        self._toast.show_text(text, "notice", action)

    def commands(self) -> Commands:
        """What can be done now, by command id: the page's own commands and those of the window."""
        page_commands = getattr(self.shown_page, "commands", None)
        look = {f"theme_{name}": partial(self.preferences.change, theme=name) for name in ThemeName}
        return {
            **{name: partial(self.page_asked.emit, name) for name, _ in PAGES},
            "palette": self.show_palette,
            "larger": partial(self.preferences.zoom_by, 1),
            "smaller": partial(self.preferences.zoom_by, -1),
            "full_size": partial(self.preferences.zoom_by, 0),
            "keys": self.show_keys,
            "quit": self.close,
            **look,
            **(page_commands() if page_commands is not None else {}),
        }

    def run_command(self, command_id: str) -> None:
        """Do what a command does, where it can be done now."""
        action = self.commands().get(command_id)
        if action is not None:
            action()

    def palette_entries(self) -> list[tuple[str, str, Callable[[], Any]]]:
        """What the palette lists: words, key, action. Windows with more to offer add to it."""
        possible = self.commands()
        key_map = keys.current()
        return [
            (command.words, key_map.words(command.id), possible[command.id])
            for command in COMMANDS
            if command.id in possible and command.id != "palette"
        ]

    def show_palette(self) -> None:
        """Open the list of commands with a field to search it."""
        from pingtopass_desktop.ui.widgets.palette import Palette

        self._open_dialog(Palette(self, self.palette_entries()))

    def show_keys(self) -> None:
        """Show the sheet of all keys."""
        from pingtopass_desktop.ui.widgets.keys_sheet import KeysSheet

        self._open_dialog(KeysSheet(self))

    def follow_focus(self) -> None:
        """From now on, scroll to what the keyboard comes to: Qt does so for Tab alone, and not from outside a scroller.

        Called after the first paint, which does without the namespace `Qt`.
        """
        QApplication.instance().focusChanged.connect(self._bring_focus_into_sight)  # type: ignore[union-attr]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = "" if keys.is_writing() else keys.current().command(event, Place.WINDOW)
        if command:
            self.run_command(command)
        elif event.key() == QtCore.Qt.Key.Key_Escape and self.shown_page and self.rail.isAncestorOf(self.focusWidget()):
            self.shown_page.setFocus()  # where Esc means something
        else:
            super().keyPressEvent(event)

    def _open_dialog(self, dialog: Any) -> None:
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self.activateWindow)
        dialog.open()

    def _lay_out(self) -> None:
        self._right = right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._notice)
        right.addWidget(self._stack, 1)
        right.addWidget(self._toast)
        centre = QWidget()
        box = QHBoxLayout(centre)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.rail)
        box.addLayout(right, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        QApplication.styleHints().colorSchemeChanged.connect(self.preferences.follow_system)
        self.preferences.changed.connect(self._bind)
        self._notice.action.clicked.connect(self._notice.hide)
        self._toast.action.clicked.connect(partial(self.run_command, "undo"))
        self.rail.page_asked.connect(self.page_asked)

    def _bring_focus_into_sight(self, before: QWidget | None, now: QWidget | None) -> None:
        """Not for the mouse: what it presses is in sight, and must not slip away from under it."""
        if now is not None and QApplication.mouseButtons() == QtCore.Qt.MouseButton.NoButton:
            QtCore.QTimer.singleShot(0, now, partial(bring_into_sight, now))  # once it has its place

    def _bind(self) -> None:
        """Give the window's commands the keys that they have now. Single characters come by `keyPressEvent`."""
        key_map = keys.current()
        if key_map is self._key_map:
            return
        self._key_map = key_map
        for button in self.findChildren(Button):
            button.show_key()
        wanted = [
            (key, c.id) for c in COMMANDS if c.place is Place.WINDOW for key in key_map.keys(c.id) if len(key) > 1
        ]
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        for key, command_id in wanted:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(partial(self.run_command, command_id))
            self._shortcuts.append(shortcut)
