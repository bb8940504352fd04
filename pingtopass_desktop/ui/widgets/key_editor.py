"""All commands with their keys, to search, change, add, remove and reset. What is changed is in force at once."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from pingtopass_desktop.ui import keys, sheets
from pingtopass_desktop.ui.keys import COMMANDS, FIXED_KEYS, Command, KeyMap, Place, key_in_words
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Button, Card, Surface, clear_layout, label, row, rule
from pingtopass_desktop.ui.widgets.setting_row import Line, SettingRow

_ALT = "Alt+"

Keys = dict[str, tuple[str, ...]]
"""The commands whose keys are not those they come with, as in `WindowSettings.keys`."""


class KeyCapture(Surface):
    """Waits for a key press and says what came of it.

    Signals: `caught` with the key; `answered` when the offer is taken; `removed`; `cancelled`, also by Esc.
    """

    caught = Signal(str)
    answered = Signal()
    removed = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("notice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._words = label(wraps=True)
        self.replace = Button("Use it here")
        self.remove = Button("Remove this key")
        self.cancel = Button("Cancel", key="Esc")
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 12, 14, 12)
        box.setSpacing(10)
        box.addWidget(self._words)
        box.addWidget(Line(self.replace, self.remove, self.cancel))
        self.replace.clicked.connect(self.answered)
        self.remove.clicked.connect(self.removed)
        self.cancel.clicked.connect(self.cancelled)

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, text: str, kind: str = "notice", *, can_replace: bool = False) -> None:
        """Show a sentence; with `can_replace` it is an offer to take the key away from another command."""
        self.set_kind(kind)
        self._words.setText(text)
        self.setAccessibleName(text)
        self.replace.setVisible(can_replace)
        if can_replace:
            self.replace.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # the key is to be caught, not to do what it does elsewhere in the window
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif key := keys.key_of(event):
            self.caught.emit(key)


class CommandRow(SettingRow):
    """One command: a button for each of its keys, one to add a key and, where they are changed, one to reset them.

    Signals: `change_asked` with the command's id and the key to change, or "" for a further one; `reset_asked`.
    """

    change_asked = Signal(str, str)
    reset_asked = Signal(str)

    def __init__(self, command: Command) -> None:
        line = Line(spacing=6)
        super().__init__(command.words, "", line)
        self._line = line
        self.command = command
        self.keys: tuple[str, ...] | None = None
        self.buttons: list[Button] = []

    def show_keys(self, plain: tuple[str, ...], key_map: KeyMap) -> None:
        """Show the keys of the command, `plain` as they are kept, in words as they must be pressed now."""
        pressed = tuple(key_in_words(key) for key in key_map.keys(self.command.id))
        if (plain, pressed) == (self.keys, tuple(button.text() for button in self.buttons)):
            return
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self.keys = plain
        clear_layout(self._line.items)
        self.buttons = [Button(words, "small", name=f"{self.command.words}: change {words}") for words in pressed]
        for button, key in zip(self.buttons, plain, strict=True):
            button.clicked.connect(partial(self.change_asked.emit, self.command.id, key))
        self.add = Button("Add", "link", name=f"{self.command.words}: add a key")
        self.add.clicked.connect(partial(self.change_asked.emit, self.command.id, ""))
        is_changed = plain != self.command.keys
        self.reset = Button("Reset", "link", name=f"{self.command.words}: reset its keys") if is_changed else None
        for each in (*self.buttons, self.add, self.reset):
            if each is not None:
                self._line.items.addWidget(each)
        if self.reset is not None:
            self.reset.clicked.connect(partial(self.reset_asked.emit, self.command.id))
        before = " or ".join(key_in_words(key) for key in self.command.keys) or "no key"
        self.show_hint(f"Comes with {before}" if is_changed else "")
        self._line.updateGeometry()
        if had_focus:
            self.focus()

    def focus(self) -> None:
        """Bring the keyboard to the first key, or to where one is added."""
        (self.buttons[0] if self.buttons else self.add).setFocus(Qt.FocusReason.OtherFocusReason)

    def matches(self, words: list[str]) -> bool:
        text = " ".join((self.command.words, *(button.text() for button in self.buttons))).casefold()
        return all(word in text for word in words)


class KeyEditor(QWidget):
    """Signals: `undoable` with each change as a step that can be taken back; `revealed` with what came into view."""

    undoable = Signal(object)
    revealed = Signal(QWidget)

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._asked: tuple[str, str] | None = None
        self._offered = ""
        self.search = QLineEdit()
        sheets.wear(self.search, "field")
        self.search.setPlaceholderText("Search commands and keys")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search commands and keys")
        self.reset_all = Button("Reset all keys")
        self._nothing = label("No command of these words.", "secondary")
        self.rows = {command.id: CommandRow(command) for command in COMMANDS}
        self._groups: list[tuple[Card, list[tuple[CommandRow, QWidget | None]]]] = []
        self._fixed = Card("Fixed for good", spacing=8)
        self.capture: KeyCapture | None = None
        self._lay_out()
        self._connect()
        self._show()
        self._filter("")

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(16)
        top = row(self.search, self.reset_all, spacing=12)
        top.setStretch(0, 1)
        box.addLayout(top)
        box.addWidget(self._nothing)
        for place in Place:
            card = Card(str(place), spacing=6)
            members: list[tuple[CommandRow, QWidget | None]] = []
            for command in COMMANDS:
                if command.place is place:
                    line = rule() if members else None
                    if line is not None:
                        card.column.addWidget(line)
                    card.column.addWidget(self.rows[command.id])
                    members.append((self.rows[command.id], line))
            self._groups.append((card, members))
            box.addWidget(card)
        for key, words in FIXED_KEYS:
            line = row(label(words, wraps=True), label(key, "strong"), spacing=16)
            line.setStretch(0, 1)
            self._fixed.column.addLayout(line)
        box.addWidget(self._fixed)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        self.reset_all.clicked.connect(self._reset_all)
        self._preferences.changed.connect(self._show)
        for each in self.rows.values():
            each.change_asked.connect(self._ask)
            each.reset_asked.connect(self._reset)

    @property
    def _changed(self) -> Keys:
        return self._preferences.settings.keys

    def _show(self) -> None:
        key_map = keys.current()
        for each in self.rows.values():
            each.show_keys(self._keys_of(each.command), key_map)
        self.reset_all.setEnabled(bool(self._changed))

    def _keys_of(self, command: Command) -> tuple[str, ...]:
        return self._changed.get(command.id, command.keys)

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        is_any = False
        for card, members in self._groups:
            is_first = True
            for each, line in members:
                is_found = each.matches(words)
                each.setVisible(is_found)
                if line is not None:
                    line.setVisible(is_found and not is_first)
                is_first = is_first and not is_found
            card.setVisible(not is_first)
            is_any = is_any or not is_first
        self._nothing.setVisible(not is_any)
        self._fixed.setVisible(not words)

    def _ask(self, command_id: str, key: str) -> None:
        """Wait for the key that takes the place of another one of a command, or is a further one."""
        self._stop()
        self._asked, self._offered = (command_id, key), ""
        target = self.rows[command_id]
        self.capture = KeyCapture()
        self.capture.caught.connect(self._caught)
        self.capture.answered.connect(self._take_over)
        self.capture.removed.connect(self._remove)
        self.capture.cancelled.connect(self._cancel)
        self.capture.remove.setVisible(bool(key))
        target.add_below(self.capture)
        self.capture.show()  # now: what is not shown takes no focus
        what = f", in place of {key_in_words(key)}" if key else ""
        self.capture.say(f"Press a key for “{target.command.words.rstrip('…')}”{what}.")
        self.revealed.emit(self.capture)

    def _caught(self, pressed: str) -> None:
        if self._asked is None or self.capture is None:
            return
        command_id, before = self._asked
        has_letters = self._preferences.settings.has_single_letters
        is_alt_letter = pressed.startswith(_ALT) and len(pressed) == len(_ALT) + 1
        key = pressed.removeprefix(_ALT) if is_alt_letter and not has_letters else pressed
        words = key_in_words(key)
        key_map = KeyMap(self._changed)
        if key == before or key in self._keys_of(self.rows[command_id].command):
            self._cancel()
        elif is_alt_letter and has_letters:
            self.capture.say(
                f"{words} is kept free: with single letters off it is what {words[-1]} is now. Press another key.",
                "notice-warn",
            )
        elif key_map.holders(command_id, key):
            self._offered = key
            taken = key_map.taken_by(command_id, key)
            self.capture.say(f"{words} does already {taken}.", "notice-warn", can_replace=True)
        elif taken := key_map.taken_by(command_id, key):
            self.capture.say(f"{words} is fixed: it is for {taken}. Press another key.", "notice-warn")
        else:
            self._set(key)

    def _take_over(self) -> None:
        if self._offered:
            self._set(self._offered)

    def _remove(self) -> None:
        self._set("")

    def _set(self, key: str) -> None:
        """Give the command a key in place of the one asked about; no other command that it meets keeps that key."""
        if self._asked is None:
            return
        command_id, before = self._asked
        command = self.rows[command_id].command
        wanted = dict(self._changed)
        for other in KeyMap(self._changed).holders(command_id, key) if key else ():
            wanted[other] = tuple(each for each in self._keys_of(self.rows[other].command) if each != key)
        own = self._keys_of(command)
        new = [key if each == before else each for each in own] if before else [*own, key]
        wanted[command_id] = tuple(each for each in new if each)
        words = command.words.rstrip("…")
        done = f"{key_in_words(key)} is now “{words}”" if key else f"{key_in_words(before)} is no longer “{words}”"
        self._stop()
        self._put(wanted, done)
        self.rows[command_id].focus()

    def _reset(self, command_id: str) -> None:
        """Give a command the keys it came with; a command that has taken one of them gives it back."""
        command = self.rows[command_id].command
        wanted = {id: own for id, own in self._changed.items() if id != command_id}
        for key in command.keys:
            for other in KeyMap(wanted).holders(command_id, key):
                wanted[other] = tuple(e for e in wanted.get(other, self.rows[other].command.keys) if e != key)
        self._stop()
        self._put(wanted, f"Keys of “{command.words.rstrip('…')}” reset")
        self.rows[command_id].focus()

    def _reset_all(self) -> None:
        self._stop()
        self._put({}, "All keys reset")
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self, wanted: Keys, words: str) -> None:
        before = self._changed
        kept = {id: own for id, own in wanted.items() if id in self.rows and own != self.rows[id].command.keys}
        if kept == before:
            return
        self._preferences.change(keys=kept)
        self.undoable.emit(Undoable(words, _nothing, partial(self._preferences.change, keys=before)))

    def _cancel(self) -> None:
        asked = self._asked
        self._stop()
        if asked is not None:
            self.rows[asked[0]].focus()

    def _stop(self) -> None:
        self._asked, self._offered = None, ""
        if self.capture is not None:
            self.capture.hide()
            self.capture.deleteLater()
            self.capture = None


def _nothing() -> None:
    """Keys are kept by the window; the learner's file has no part in it."""
