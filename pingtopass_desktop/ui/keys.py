"""The keys of the window: what they do in words, and how a key press becomes an option's index."""

from PySide6 import QtCore
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("Ctrl 2, 3, 5", "Practice, Exams, Library"),
            ("Ctrl +  and  Ctrl −", "Larger and smaller text"),
            ("Ctrl 0", "Text at 100 %"),
            ("F1 or ?", "This list"),
            ("Esc", "Leave a field or close a panel; never ends an exam"),
        ),
    ),
    (
        "In a question",
        (
            ("A–I or 1–9", "Choose an option"),
            ("↑ ↓, Space", "Move between options, choose"),
            ("Alt ↑, Alt ↓", "Move a step of an ordering question"),
            ("S, then a letter", "Strike an option out, or take it back"),
            ("Enter", "Check, next"),
            ("Backspace or ←", "Previous question"),
            ("→", "Next question"),
        ),
    ),
    (
        "Practice",
        (
            ("V, W, Y", "Sure, think so, guess"),
            ("K", "Keep as a bookmark"),
            ("N", "Write a note"),
            ("X", "Show or hide the explanation"),
        ),
    ),
    (
        "Timed exam",
        (
            ("M", "Mark for review"),
            ("R", "Review screen"),
            ("T", "Hide or show the clock"),
        ),
    ),
)

_LAST_OPTION_LETTER = "I"

_WRITING = ("QLineEdit", "QTextEdit", "QPlainTextEdit", "QAbstractSpinBox", "QComboBox")
"""By name: importing the classes would be most of what this module costs at the start."""


def option_index(event: QKeyEvent) -> int | None:
    """The option that a key press names, from 0: A–I or 1–9 without Ctrl, Alt or Meta."""
    modifier = QtCore.Qt.KeyboardModifier
    if event.modifiers() & ~(modifier.ShiftModifier | modifier.KeypadModifier) != modifier.NoModifier:
        return None
    text = event.text().upper()
    if len(text) == 1 and "A" <= text <= _LAST_OPTION_LETTER:
        return ord(text) - ord("A")
    if len(text) == 1 and "1" <= text <= "9":
        return ord(text) - ord("1")
    return None


def is_plain_press(event: QKeyEvent) -> bool:
    """True for a key without Ctrl, Alt or Meta."""
    modifier = QtCore.Qt.KeyboardModifier
    return not event.modifiers() & (modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier)


def is_writing() -> bool:
    """True while the keyboard is in a field that takes letters."""
    widget = QApplication.focusWidget()
    return widget is not None and any(widget.inherits(name) for name in _WRITING)


def belongs_to_field(event: QKeyEvent) -> bool:
    """True for a key pressed in a field that takes letters; a closed list has no use for Enter and leaves it."""
    is_enter = event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter)
    widget = QApplication.focusWidget()
    return is_writing() and not (is_enter and widget is not None and widget.inherits("QComboBox"))
