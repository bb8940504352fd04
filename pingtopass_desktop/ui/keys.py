"""The commands of the window and their keys: what each does in words, which keys call it, what the learner changed.

Fixed for good are the keys of answering and moving: A–I and 1–9, Enter, Space, Tab, arrows up and down, Esc. Letters
from J on are commands, so they never collide with options. Keys are written as `QKeySequence` does: ``Ctrl+K``, ``M``.
"""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from PySide6 import QtCore
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication


class Place(StrEnum):
    """Where a command works; the value is the heading in lists of keys."""

    WINDOW = "Everywhere"
    QUESTION = "In a question"
    PRACTICE = "Practice, library and review"
    EXAM = "Timed exam"


class Command(Struct, frozen=True):
    """Something that a key does. `keys` are the ones it comes with; none for what is reached by the palette only."""

    id: str
    words: str
    place: Place
    keys: tuple[str, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command("today", "Today", Place.WINDOW, ("Ctrl+1",)),
    Command("practice", "Practice", Place.WINDOW, ("Ctrl+2",)),
    Command("exams", "Exams", Place.WINDOW, ("Ctrl+3",)),
    Command("progress", "Progress", Place.WINDOW, ("Ctrl+4",)),
    Command("library", "Library", Place.WINDOW, ("Ctrl+5",)),
    Command("settings", "Settings", Place.WINDOW, ("Ctrl+,",)),
    Command("palette", "Find a command", Place.WINDOW, ("Ctrl+K",)),
    Command("search", "Search the library", Place.WINDOW, ("Ctrl+F",)),
    Command("import", "Import a question file…", Place.WINDOW, ("Ctrl+O",)),
    Command("history", "All attempts", Place.WINDOW, ("Ctrl+H",)),
    Command("undo", "Undo", Place.WINDOW, ("Ctrl+Z",)),
    Command("save_pdf", "Save the report as PDF…", Place.WINDOW, ("Ctrl+S",)),
    Command("save_csv", "Save the report as CSV…", Place.WINDOW),
    Command("larger", "Larger text", Place.WINDOW, ("Ctrl++", "Ctrl+=")),
    Command("smaller", "Smaller text", Place.WINDOW, ("Ctrl+-",)),
    Command("full_size", "Text at 100%", Place.WINDOW, ("Ctrl+0",)),
    Command("keys", "All keys", Place.WINDOW, ("F1", "?")),
    Command("theme_system", "Theme: as the system", Place.WINDOW),
    Command("theme_light", "Theme: light", Place.WINDOW),
    Command("theme_dark", "Theme: dark", Place.WINDOW),
    Command("theme_high_contrast", "Theme: high contrast", Place.WINDOW),
    Command("sign_in", "Sign in with Google", Place.WINDOW),
    Command("sign_out", "Sign out", Place.WINDOW),
    Command("quit", "Quit PingToPass", Place.WINDOW, ("Ctrl+Q",)),
    Command("strike", "Strike out: then the letter of the option", Place.QUESTION, ("S",)),
    Command("previous", "Previous question", Place.QUESTION, ("Left", "Backspace")),
    Command("next", "Next question", Place.QUESTION, ("Right",)),
    Command("sure", "Sure", Place.QUESTION, ("V",)),
    Command("think_so", "Think so", Place.QUESTION, ("W",)),
    Command("guess", "Guess", Place.QUESTION, ("Y",)),
    Command("keep", "Keep as a bookmark, or not any more", Place.PRACTICE, ("K",)),
    Command("note", "Write a note", Place.PRACTICE, ("N",)),
    Command("explanation", "Show or hide the answer and its explanation", Place.PRACTICE, ("X",)),
    Command("report", "Report a problem", Place.PRACTICE, ("P",)),
    Command("end_session", "End the session", Place.PRACTICE),
    Command("mark", "Mark for review, or not any more", Place.EXAM, ("M",)),
    Command("review", "Review screen", Place.EXAM, ("R",)),
    Command("clock", "Hide or show the clock", Place.EXAM, ("T",)),
    Command("end_exam", "End the exam…", Place.EXAM),
)

FIXED_KEYS: tuple[tuple[str, str], ...] = (
    ("A–I or 1–9", "Choose an option"),
    ("↑ ↓, Space", "Move between options, choose"),
    ("Alt ↑, Alt ↓", "Move a step of an ordering question"),
    ("Enter", "Check, next"),
    ("Page Up, Page Down", "Scroll; Home and End too"),
    ("Esc", "Leave a field or close a panel; never ends an exam"),
)

_COMMANDS = {command.id: command for command in COMMANDS}

_RESERVED = {
    **dict.fromkeys("ABCDEFGHI123456789", "choosing an option"),
    "Return": "checking an answer and going on",
    "Esc": "leaving a field or closing a panel",
    "Space": "pressing what has the focus",
    "Tab": "moving the focus",
    "Shift+Tab": "moving the focus",
    **dict.fromkeys(("Up", "Down"), "moving between options"),
    **dict.fromkeys(("Alt+Up", "Alt+Down"), "moving a step of an ordering question"),
}

_LAST_OPTION_LETTER = "I"

_WRITING = ("QLineEdit", "QTextEdit", "QPlainTextEdit", "QAbstractSpinBox", "QComboBox")
"""By name: importing the classes would be most of what this module costs at the start."""

_REPEATED = ("previous", "next", "larger", "smaller")
"""What goes on while a key is held down. Anything else would be done, undone and done again."""

_SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "⏎", "-": "−"}


class KeyMap:
    """Which keys call which command. `changed` holds the commands whose keys the learner chose.

    Where single letters are off, a key without a modifier needs Alt: ``Alt+M``, and Alt A to choose the first option.
    """

    def __init__(
        self, changed: Mapping[str, tuple[str, ...]] | None = None, *, has_single_letters: bool = True
    ) -> None:
        self._changed = {id: keys for id, keys in (changed or {}).items() if id in _COMMANDS}
        self._has_single_letters = has_single_letters

    def keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command, as they must be pressed now."""
        keys = self._changed.get(command_id, _COMMANDS[command_id].keys)
        if self._has_single_letters:
            return keys
        return tuple(f"Alt+{key}" if len(key) == 1 else key for key in keys)

    def words(self, command_id: str) -> str:
        """The first key of a command as a person reads it, ``Ctrl K``; empty where it has none."""
        return next((key_in_words(key) for key in self.keys(command_id)), "")

    def option_words(self) -> str:
        """``A–I``, as it stands in hints."""
        return "A–I" if self._has_single_letters else "Alt A–I"

    def command(self, event: QKeyEvent, *places: Place) -> str:
        """The command that a key press calls in one of the places; empty for none."""
        pressed = key_of(event)
        for command in COMMANDS if pressed else ():
            if command.place in places and pressed in self.keys(command.id):
                return command.id if command.id in _REPEATED or not event.isAutoRepeat() else ""
        return ""

    def option_index(self, event: QKeyEvent) -> int | None:
        """The option that a key press names, from 0: A–I or 1–9; none for a key that is still held down."""
        pressed = key_of(event) if not event.isAutoRepeat() else ""
        if not self._has_single_letters:
            pressed = pressed.removeprefix("Alt+") if pressed.startswith("Alt+") else ""
        if len(pressed) != 1:
            return None
        if "A" <= pressed <= _LAST_OPTION_LETTER:
            return ord(pressed) - ord("A")
        return ord(pressed) - ord("1") if "1" <= pressed <= "9" else None

    def taken_by(self, command_id: str, key: str) -> str:
        """What a key does already where the command works, in words; empty where it is free."""
        if key in _RESERVED:
            return _RESERVED[key]
        for other in COMMANDS:
            is_own = other.id == command_id
            if not is_own and _meet(other.place, _COMMANDS[command_id].place) and key in self._plain_keys(other.id):
                return f"“{other.words.rstrip('…')}”"
        return ""

    def holders(self, command_id: str, key: str) -> tuple[str, ...]:
        """The ids of the commands that a key calls already where this one works; none where it is free or fixed."""
        place = _COMMANDS[command_id].place
        others = (other for other in COMMANDS if other.id != command_id and _meet(other.place, place))
        return tuple(other.id for other in others if key in self._plain_keys(other.id))

    def _plain_keys(self, command_id: str) -> tuple[str, ...]:
        return self._changed.get(command_id, _COMMANDS[command_id].keys)


_current = KeyMap()


def current() -> KeyMap:
    """The keys in force."""
    return _current


def use(key_map: KeyMap) -> None:
    """Put keys in force for the whole window."""
    global _current  # the one place that holds it; pages read it through `current`
    _current = key_map


def key_of(event: QKeyEvent) -> str:
    """A key press as `QKeySequence` writes it; a printable character without Ctrl, Alt and Meta as that character."""
    modifier = QtCore.Qt.KeyboardModifier
    others = event.modifiers() & (modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier)
    text = event.text().upper()
    if others == modifier.NoModifier and len(text) == 1 and text.isprintable() and text != " ":
        return text
    key = event.key()
    if key in _MODIFIER_KEYS:
        return ""
    if key == QtCore.Qt.Key.Key_Enter:
        key = QtCore.Qt.Key.Key_Return
    kept = event.modifiers() & ~modifier.KeypadModifier
    return QKeySequence(QtCore.QKeyCombination(kept, QtCore.Qt.Key(key))).toString(
        QKeySequence.SequenceFormat.PortableText
    )


_MODIFIER_KEYS = (0x01000020, 0x01000021, 0x01000022, 0x01000023, 0x01001103, 0x01FFFFFF, 0)
"""Shift, Control, Meta, Alt, AltGr, unknown and no key: a press of them alone is no key."""


def key_in_words(key: str) -> str:
    """``Ctrl K`` for ``Ctrl+K``; the plus that is a key of its own stays."""
    head, _, last = key.rpartition("+")
    if not last and head:
        head, last = head.removesuffix("+"), "+"
    parts = [*head.split("+"), last] if head else [last]
    return " ".join(_SIGNS.get(part, part) for part in parts if part)


def is_writing() -> bool:
    """True while the keyboard is in a field that takes letters."""
    widget = QApplication.focusWidget()
    return widget is not None and any(widget.inherits(name) for name in _WRITING)


def belongs_to_field(event: QKeyEvent) -> bool:
    """True for a key pressed in a field that takes letters; a closed list has no use for some keys and leaves them."""
    key = QtCore.Qt.Key
    is_left = event.key() in (key.Key_Return, key.Key_Enter, key.Key_Left, key.Key_Right)
    widget = QApplication.focusWidget()
    return is_writing() and not (is_left and widget is not None and widget.inherits("QComboBox"))


def is_enter(event: QKeyEvent) -> bool:
    """True for Enter on either part of the keyboard, alone and pressed anew: who holds it down a moment too long has
    checked an answer and still sees what came of it."""
    return key_of(event) == "Return" and not event.isAutoRepeat()


def _meet(one: Place, other: Place) -> bool:
    """True where two places can be on the screen together."""
    return one is other or Place.WINDOW in (one, other) or {one, other} != {Place.PRACTICE, Place.EXAM}
