"""How sure the learner is of an answer: three buttons and their keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.ui.widgets.basics import Button, label, row

CONFIDENCE_WORDS = {Confidence.SURE: "Sure", Confidence.THINK_SO: "Think so", Confidence.GUESS: "Guess"}
_KEYS = {Qt.Key.Key_V: Confidence.SURE, Qt.Key.Key_W: Confidence.THINK_SO, Qt.Key.Key_Y: Confidence.GUESS}


class ConfidenceRow(QWidget):
    """Signals: `rated` with a `Confidence` when the learner chooses one."""

    rated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons = {confidence: Button(words, "pill") for confidence, words in CONFIDENCE_WORDS.items()}
        for number, button in enumerate(self._buttons.values()):
            button.setCheckable(True)
            self._group.addButton(button, number)
        self.setLayout(row(label("How sure are you?", "hint"), *self._buttons.values(), None, margins=(0, 6, 0, 0)))
        self._group.idClicked.connect(self._clicked)

    @property
    def confidence(self) -> Confidence | None:
        """What is chosen now."""
        return next((each for each, button in self._buttons.items() if button.isChecked()), None)

    @property
    def controls(self) -> list[Button]:
        return list(self._buttons.values())

    def show_confidence(self, confidence: Confidence | None, *, is_open: bool = True) -> None:
        """Show what was chosen, or nothing; closed buttons cannot be pressed."""
        self._group.setExclusive(False)
        for each, button in self._buttons.items():
            button.setChecked(each is confidence)
            button.setEnabled(is_open)
        self._group.setExclusive(True)

    def press(self, key: Qt.Key) -> bool:
        """Take a key press; False where the key is none of this row or the row is not shown."""
        if key not in _KEYS or not self.isVisible():
            return False
        self._buttons[_KEYS[key]].click()
        return True

    def _clicked(self, number: int) -> None:
        self.rated.emit(list(Confidence)[number])
