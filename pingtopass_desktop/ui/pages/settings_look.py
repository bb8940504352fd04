"""The sections about the window: its look, and its keys. What is changed here is in force at once."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.widgets.basics import Card, Surface, label
from pingtopass_desktop.ui.widgets.key_editor import KeyEditor
from pingtopass_desktop.ui.widgets.setting_row import Pills, RowsCard, Section, SettingRow, Switch
from pingtopass_desktop.ui.widgets.theme_cards import ThemeCards

_SAMPLE_STEM = "Which device forwards packets between two networks?"
_SAMPLE_OPTION = "A   A router, by the destination address of each packet"


class AppearanceSection(Section):
    """Theme, size of the text, motion."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.themes = ThemeCards(preferences)
        self.zoom = Pills("Text size", [(step, f"{step}%", f"{step}%") for step in theme.ZOOM_STEPS])
        self.motion = Switch("Reduce motion")
        self.rows = {
            "zoom": SettingRow("Text size", "", self.zoom),
            "motion": SettingRow("Reduce motion", "Nothing moves by itself, changes show at once", self.motion),
        }
        look = Card("Theme", spacing=14)
        look.column.addWidget(self.themes)
        size = RowsCard("Text", self.rows["zoom"])
        size.column.addWidget(_sample())
        self.set_cards(look, size, RowsCard("Motion", self.rows["motion"]))
        self.zoom.chosen.connect(self._zoom_chosen)
        self.motion.switched.connect(self._motion_switched)
        preferences.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        settings, key_map = self._preferences.settings, keys.current()
        self.zoom.show_value(settings.zoom)
        self.motion.show_value(settings.reduces_motion)
        steps = [key_map.words(each) for each in ("larger", "smaller", "full_size")]
        hint = f"{steps[0]} and {steps[1]} change it on every page, {steps[2]} is 100\u00a0%." if all(steps) else ""
        self.rows["zoom"].show_hint(hint)

    def _zoom_chosen(self, zoom: int) -> None:
        self._preferences.change(zoom=zoom)

    def _motion_switched(self, is_on: bool) -> None:
        self._preferences.change(reduces_motion=is_on)


class KeyboardSection(Section):
    """Single letters on or off, and the keys of all commands. Signals: `undoable`, `revealed`."""

    undoable = Signal(object)
    revealed = Signal(QWidget)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self.letters = Switch("Single letters")
        self.rows = {"letters": SettingRow("Single letters", "", self.letters)}
        self.editor = KeyEditor(preferences)
        self.set_cards(RowsCard("Keyboard", self.rows["letters"]), self.editor)
        self.letters.switched.connect(self._letters_switched)
        self.editor.undoable.connect(self.undoable)
        self.editor.revealed.connect(self.revealed)
        preferences.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.letters.show_value(self._preferences.settings.has_single_letters)
        mark = keys.current().words("mark") or "a letter"
        is_on = self._preferences.settings.has_single_letters
        words = f"{mark} marks a question, {keys.current().option_words()} choose. "
        more = "Off, each needs Alt: turn them off where speech or a slip of the hand types letters."
        self.rows["letters"].show_hint(words + (more if is_on else "On, the letter alone is enough."))

    def _letters_switched(self, is_on: bool) -> None:
        self._preferences.change(has_single_letters=is_on)


def _sample() -> QWidget:
    """A question as practice shows it, in the size chosen."""
    option = Surface("option")
    line = QVBoxLayout(option)
    line.setContentsMargins(16, 13, 16, 13)
    line.addWidget(label(_SAMPLE_OPTION, "option-text", wraps=True))
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 8, 0, 0)
    box.setSpacing(10)
    box.addWidget(label(_SAMPLE_STEM, "sample", wraps=True))
    box.addWidget(option)
    return holder
