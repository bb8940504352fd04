"""A question as the learner meets it: chips, stem, and the answer area that fits its type."""

from collections.abc import Sequence

from PySide6 import QtCore
from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import Choice, Question, QuestionType, fitting_choice, is_complete
from pingtopass_desktop.study.context import ShownQuestion
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.widgets.arranging import MatchingList, OrderingList
from pingtopass_desktop.ui.widgets.layouts import Flow, held
from pingtopass_desktop.ui.widgets.options import OptionList, RowLook, RowState
from pingtopass_desktop.ui.widgets.phrase import OneLineChip

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number_word(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def instruction(question: Question) -> str:
    """What the learner is to do: ``Choose TWO``."""
    if question.type is QuestionType.MULTI_SELECT:
        return f"Choose {number_word(question.answer_size).upper()}"
    if question.type is QuestionType.ORDERING:
        return "Put in order"
    if question.type is QuestionType.MATCHING:
        return "Match the pairs"
    return "True or false" if question.type is QuestionType.TRUE_FALSE else "Choose ONE"


def incomplete_hint(question: Question, choice: Choice) -> str:
    """What is still missing or too much in an answer; empty where it is complete."""
    size, given = question.answer_size, len(choice)
    if is_complete(question, choice):
        return ""
    if question.type is QuestionType.MATCHING:
        return f"{given} of {size} pairs are matched."
    if question.type is QuestionType.ORDERING:
        return "The steps are not in an order of yours yet."
    if given == 0:
        return f"Choose {number_word(size)}: nothing is chosen yet."
    return f"Choose {number_word(size)}: you have chosen {number_word(given)}."


class QuestionView(QWidget):
    """One question.

    Signals: `choice_made` with the choice as it now stands; `strike_asked` with an option's id; `strike_awaited` with
    True while the next letter strikes out; `rebuilt` when the controls of the answer area are others than before, so
    that their place in the order of Tab must be set again.
    """

    choice_made = Signal(tuple)
    strike_asked = Signal(str)
    strike_awaited = Signal(bool)
    rebuilt = Signal()

    def __init__(self, *, shows_chips: bool) -> None:
        super().__init__()
        self._shown: ShownQuestion | None = None
        self._shows_chips = shows_chips
        self._is_open = False
        self._awaits_strike = False
        self._chips = Flow(spacing=4)
        self._chip_labels: list[QLabel] = []
        self._controls: list[QWidget] = []
        self.stem = RichText(size=18, weight=500)
        self.options = OptionList()
        self.ordering = OrderingList()
        self.matching = MatchingList()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addWidget(self._chips)
        box.addWidget(self.stem)
        for area in (self.options, self.ordering, self.matching):
            box.addWidget(area)
            area.choice_made.connect(self.choice_made)
        self.options.strike_asked.connect(self.strike_asked)
        self.ordering.rebuilt.connect(self.rebuilt)

    @property
    def question(self) -> Question | None:
        return self._shown.question if self._shown else None

    def show_question(self, shown: ShownQuestion, order: Sequence[str], extra_chips: Sequence[str] = ()) -> None:
        """Show a question that is not answered yet, its options in the given order."""
        with held(self.layout(), self.options.layout()):
            self._show_question(shown, order, extra_chips)
        if self.controls != self._controls:
            self._controls = self.controls
            self.rebuilt.emit()

    def _show_question(self, shown: ShownQuestion, order: Sequence[str], extra_chips: Sequence[str]) -> None:
        self._shown = shown
        self.await_strike(False)
        question = shown.question
        chips = [instruction(question)]
        if not self._shows_chips and question.type is QuestionType.MULTIPLE_CHOICE:
            chips = []
        if self._shows_chips:
            chips += [f"Difficulty {question.difficulty}", shown.objective_title]
        self._show_chips([*chips, *extra_chips])
        self.stem.show_markdown(question.text, shown.media)
        area = self._area()
        for each in (self.options, self.ordering, self.matching):
            each.setVisible(each is area)
        area.show_question(question, order, shown.media)

    def _show_chips(self, words: list[str]) -> None:
        """The labels are kept: most questions of a session have the same number of them."""
        while len(self._chip_labels) < len(words):
            self._chip_labels.append(OneLineChip())
            self._chips.items.addWidget(self._chip_labels[-1])
        for number, chip in enumerate(self._chip_labels):
            chip.setText(words[number] if number < len(words) else "")
            chip.setVisible(number < len(words))
        self._chips.setVisible(bool(words))

    def show_answer(self, choice: Choice, struck: frozenset[str], *, is_open: bool) -> None:
        """Show what was chosen and struck out, as far as the question has it; no word of right or wrong."""
        if self._shown is None:
            return
        choice = fitting_choice(self._shown.question, choice)
        self._is_open = is_open
        area = self._area()
        if area is self.options:

            def look(option_id: str) -> RowLook:
                state = RowState.CHOSEN if option_id in choice else RowState.NONE
                return RowLook(state, option_id in struck)

            self.options.show_state(choice, struck, is_open=is_open, looks=look)
        elif area is self.ordering:
            self.ordering.show_state(choice, is_open=is_open)
        else:
            self.matching.show_state(choice, is_open=is_open)

    def show_solution(self, choice: Choice, struck: frozenset[str]) -> None:
        """Show the key, what was chosen, and the reason for every option."""
        if self._shown is None:
            return
        self._is_open = False
        question = self._shown.question
        choice = fitting_choice(question, choice)
        area = self._area()
        if area is self.options:
            self.options.show_state(
                choice, struck, is_open=False, looks=lambda option_id: _solved(question, option_id, choice, struck)
            )
        elif area is self.ordering:
            self.ordering.show_solution(choice)
        else:
            self.matching.show_solution(choice)

    def press(self, event: QKeyEvent) -> bool:
        """Take the keys of answering: a letter or number chooses, or strikes out when that is awaited; up and down come
        here from elsewhere on the page and lead to the options, as long as these can be chosen."""
        index = keys.current().option_index(event)
        if index is not None and self._awaits_strike:
            self.await_strike(False)
            self.strike_index(index)
        elif index is not None:
            self.choose_index(index)
        elif self._is_open and self.controls and (key := keys.key_of(event)) in ("Up", "Down"):
            self.controls[0 if key == "Down" else -1].setFocus(QtCore.Qt.FocusReason.TabFocusReason)
        else:
            return False
        return True

    def toggle_strike(self) -> None:
        """Let the next letter strike out; a second time leaves that."""
        self.await_strike(not self._awaits_strike)

    def await_strike(self, is_waiting: bool) -> None:
        """Let the next letter strike out, or not any more."""
        is_waiting = is_waiting and self._is_open
        if is_waiting is not self._awaits_strike:
            self._awaits_strike = is_waiting
            self.strike_awaited.emit(is_waiting)

    def choose_index(self, index: int) -> None:
        """As if the option at an index from 0 were pressed; only where options are marked."""
        if self._area() is self.options:
            self.options.choose_index(index)

    def strike_index(self, index: int) -> None:
        if self._area() is self.options:
            self.options.strike_index(index)

    @property
    def controls(self) -> list[QWidget]:
        """What the keyboard visits in the answer area, in the order of reading."""
        return list(self._area().controls)

    def _area(self) -> OptionList | OrderingList | MatchingList:
        question_type = self._shown.question.type if self._shown else QuestionType.MULTIPLE_CHOICE
        if question_type is QuestionType.ORDERING:
            return self.ordering
        return self.matching if question_type is QuestionType.MATCHING else self.options


def _solved(question: Question, option_id: str, choice: Choice, struck: frozenset[str]) -> RowLook:
    option = question.option(option_id)
    is_chosen = option_id in choice
    if option.is_correct:
        status = "Correct · you chose it" if is_chosen else "Correct"
        return RowLook(RowState.RIGHT, option_id in struck, status, option.rationale)
    if is_chosen:
        return RowLook(RowState.WRONG, option_id in struck, "Your answer", option.rationale)
    return RowLook(RowState.NONE, option_id in struck, "", option.rationale)
