"""The keys of the window: what they do in words, and how a key press becomes an option's index."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit

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


def option_index(event: QKeyEvent) -> int | None:
    """The option that a key press names, from 0: A–I or 1–9 without Ctrl, Alt or Meta."""
    modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    if modifiers != Qt.KeyboardModifier.NoModifier:
        return None
    text = event.text().upper()
    if len(text) == 1 and "A" <= text <= _LAST_OPTION_LETTER:
        return ord(text) - ord("A")
    if len(text) == 1 and "1" <= text <= "9":
        return ord(text) - ord("1")
    return None


def is_plain_press(event: QKeyEvent) -> bool:
    """True for a key without Ctrl, Alt or Meta."""
    blocking = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    return not event.modifiers() & blocking


def is_writing() -> bool:
    """True while the keyboard is in a field that takes letters."""
    fields = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)
    return isinstance(QApplication.focusWidget(), fields)
