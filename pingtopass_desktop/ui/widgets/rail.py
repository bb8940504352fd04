"""The rail at the left: the pages of the window, its look, its keys."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QVBoxLayout

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button, frame, label, row

PAGES = (("practice", "Practice", "Ctrl 2"), ("exams", "Exams", "Ctrl 3"), ("library", "Library", "Ctrl 5"))
THEME_WORDS = {
    ThemeName.SYSTEM: "As the system",
    ThemeName.LIGHT: "Light",
    ThemeName.DARK: "Dark",
    ThemeName.HIGH_CONTRAST: "High contrast",
}


class Rail(QFrame):
    """Signals: `page_asked` with a page's name; `keys_asked`; `look_changed` with theme name and zoom in percent."""

    page_asked = Signal(str)
    keys_asked = Signal()
    look_changed = Signal(str, int)

    def __init__(self, theme_name: ThemeName, zoom: int) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(208)
        self._theme_name, self._zoom = theme_name, zoom
        self._group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 20, 12, 16)
        column.setSpacing(4)
        column.addLayout(row(frame(name="dot"), label("PingToPass", "section"), None, spacing=6, margins=(6, 0, 0, 12)))
        for name, words, key in PAGES:
            button = Button(words, "rail", key=key)
            button.setCheckable(True)
            button.clicked.connect(partial(self.page_asked.emit, name))
            self._group.addButton(button)
            self.buttons[name] = button
            column.addWidget(button)
        column.addStretch(1)
        self.look = Button("Appearance", "rail")
        self.look.setMenu(self._look_menu())
        self.keyboard = Button("Keyboard", "rail", key="F1")
        self.keyboard.clicked.connect(self.keys_asked)
        column.addWidget(self.look)
        column.addWidget(self.keyboard)

    @property
    def theme_name(self) -> ThemeName:
        return self._theme_name

    @property
    def zoom(self) -> int:
        return self._zoom

    def check(self, name: str) -> None:
        """Show which page is in front."""
        self.buttons[name].setChecked(True)

    def actions_of_look(self) -> list[QAction]:
        """The menu's actions, so that their keys work in the whole window."""
        return self.look.menu().actions()

    def change_zoom(self, step: int) -> None:
        """One step larger or smaller; 0 is back to 100 %."""
        index = theme.ZOOM_STEPS.index(self._zoom) if self._zoom in theme.ZOOM_STEPS else 0
        index = 0 if step == 0 else min(len(theme.ZOOM_STEPS) - 1, max(0, index + step))
        self._set_look(self._theme_name, theme.ZOOM_STEPS[index])

    def _look_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(self)
        for name, words in THEME_WORDS.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(name is self._theme_name)
            action.triggered.connect(partial(self._choose_theme, name))
            group.addAction(action)
        menu.addSeparator()
        for words, key, step in (
            ("Larger text", "Ctrl++", 1),
            ("Smaller text", "Ctrl+-", -1),
            ("Text at 100 %", "Ctrl+0", 0),
        ):
            action = menu.addAction(words)
            action.setShortcuts([QKeySequence(key), *([QKeySequence("Ctrl+=")] if step > 0 else [])])
            action.triggered.connect(partial(self.change_zoom, step))
        return menu

    def _choose_theme(self, name: ThemeName) -> None:
        self._set_look(name, self._zoom)

    def _set_look(self, name: ThemeName, zoom: int) -> None:
        self._theme_name, self._zoom = name, zoom
        theme.apply(theme.resolve(name, zoom))
        self.look_changed.emit(str(name), zoom)
