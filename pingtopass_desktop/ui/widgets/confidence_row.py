"""How sure the learner is of an answer: three buttons and their keys."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.ui.widgets.basics import Button, column, label
from pingtopass_desktop.ui.widgets.layouts import Flow

CONFIDENCE_WORDS = {Confidence.SURE: "Sure", Confidence.THINK_SO: "Think so", Confidence.GUESS: "Guess"}


class ConfidenceRow(QWidget):
    """Signals: `rated` with a `Confidence` when the learner chooses one."""

    rated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons = {
            confidence: Button(words, "pill", command=str(confidence)) for confidence, words in CONFIDENCE_WORDS.items()
        }
        for number, button in enumerate(self._buttons.values()):
            button.setCheckable(True)
            self._group.addButton(button, number)
        self.setLayout(column(Flow(label("How sure are you?", "hint"), *self._buttons.values()), margins=(0, 6, 0, 0)))
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

    def commands(self) -> dict[str, Callable[[], None]]:
        """What can be rated now, by command id; nothing where the row is not shown or closed."""
        open_now = {each: button for each, button in self._buttons.items() if self.isVisible() and button.isEnabled()}
        return {str(confidence): button.click for confidence, button in open_now.items()}

    def _clicked(self, number: int) -> None:
        self.rated.emit(list(Confidence)[number])
