"""The answer area of a question: options to mark, steps to order, pairs to match. It shows states, it decides none."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import Choice, Option, Question
from pingtopass_desktop.ui import richtext, theme
from pingtopass_desktop.ui.looks import CHIPS
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.widgets.basics import Chip, Surface, label
from pingtopass_desktop.ui.widgets.layouts import held

_GAP_PX = 12

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class RowState(StrEnum):
    NONE = ""
    CHOSEN = "chosen"
    RIGHT = "right"
    WRONG = "wrong"


class RowLook(Struct, frozen=True):
    """How one option is shown. `status` stands at its right, `reason` below its text once the solution is shown."""

    state: RowState = RowState.NONE
    is_struck: bool = False
    status: str = ""
    reason: str = ""


class Letter(Chip):
    """The letter or number of an option, in a square that grows with the text."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text, "letter")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)


def letter_size() -> int:
    """The height and the width of the square, in pixels."""
    return theme.current().px(CHIPS["letter"].least[0])


class OptionRow(Surface):
    """One option: a radio button or check box to a screen reader.

    Signals: `pressed` with the option's id; `strike_pressed` on a right click.
    """

    pressed = Signal(str)
    strike_pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__("option")
        self.option_id = ""
        self._is_radio = True
        self._text = ""
        self._look = RowLook()
        self._markdown: RichText | None = None
        self._reason: RichText | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._letter = Letter()
        self._label = label(kind="option-text", wraps=True)
        self._status = label(kind="status")
        self._status.hide()
        line = QHBoxLayout()
        line.setSpacing(_GAP_PX)
        line.addWidget(self._letter, 0, Qt.AlignmentFlag.AlignTop)
        self._texts = QVBoxLayout()
        self._texts.addWidget(self._label)
        line.addLayout(self._texts, 1)
        line.addWidget(self._status, 0, Qt.AlignmentFlag.AlignTop)
        self._below = QVBoxLayout()
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 13, 16, 13)
        box.setSpacing(4)
        box.addLayout(line)
        box.addLayout(self._below)
        self.restyle()

    def restyle(self) -> None:
        """What stands beside the letter is as high, the reason begins below the text."""
        letter_px = letter_size()
        self._status.setMinimumHeight(letter_px)
        self._below.setContentsMargins(letter_px + _GAP_PX, 0, 0, 0)

    def show_option(self, letter: str, option: Option, media: dict[str, bytes], *, is_radio: bool) -> None:
        self.option_id = option.id
        self._is_radio = is_radio
        self._text = option.text
        self._letter.setText(letter)
        is_plain = richtext.is_plain(option.text)
        self._label.setVisible(is_plain)
        if is_plain:
            self._label.setText(option.text.strip())
        else:
            if self._markdown is None:
                self._markdown = RichText(size=15)
                self._markdown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                self._texts.insertWidget(1, self._markdown)
            self._markdown.show_markdown(option.text, media)
        if self._markdown is not None:
            self._markdown.setVisible(not is_plain)
        self.show_look(RowLook(), media)

    def show_look(self, look: RowLook, media: dict[str, bytes]) -> None:
        if look != self._look:
            self._wear(look, media)
        self._describe()

    def _wear(self, look: RowLook, media: dict[str, bytes]) -> None:
        is_other_way = look.is_struck is not self._look.is_struck
        self._look = look
        state = f"-{look.state}" if look.state else ""
        self.set_kind(f"option{state}")
        self._letter.set_kind(f"letter{state}")
        self._label.set_kind("option-text-struck" if look.is_struck else "option-text")
        if is_other_way and self._markdown is not None:
            self._markdown.show_struck(look.is_struck)
        self._status.setText(look.status)
        kind = {RowState.RIGHT: "status-good", RowState.WRONG: "status-bad"}.get(look.state, "status")
        self._status.set_kind(kind)
        self._status.setVisible(bool(look.status))
        if look.reason:
            if self._reason is None:
                self._reason = RichText(size=13)
                self._reason.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                self._below.addWidget(self._reason)
            self._reason.show_markdown(look.reason, media)
        if self._reason is not None:
            self._reason.setVisible(bool(look.reason))

    @property
    def look(self) -> RowLook:
        return self._look

    @property
    def is_radio(self) -> bool:
        return self._is_radio

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is Qt.MouseButton.RightButton:
            self.strike_pressed.emit(self.option_id)
        elif event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(self.option_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.pressed.emit(self.option_id)
            return
        super().keyPressEvent(event)

    def _describe(self) -> None:
        look = self._look
        role = "option" if self._is_radio else "check box"
        states = ["chosen" if look.state is RowState.CHOSEN else "", "struck out" if look.is_struck else ""]
        if look.status:
            states = [*states, look.status]
        said = ", ".join(state for state in states if state)
        name = f"{self._letter.text()}, {self._text.strip()}" + (f", {said}" if said else "")
        if name != self.accessibleName():
            self.setAccessibleName(name)
            self.setAccessibleDescription(f"{role}. Space chooses, S then {self._letter.text()} strikes out.")
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))


class OptionList(QWidget):
    """Options of a multiple choice, multi select or true/false question. Rows are kept and used again.

    Signals: `choice_made` with the new choice; `strike_asked` with the option's id.
    """

    choice_made = Signal(tuple)
    strike_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[OptionRow] = []
        self._question: Question | None = None
        self._order: tuple[str, ...] = ()
        self._media: dict[str, bytes] = {}
        self._chosen: Choice = ()
        self._is_open = True
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(14)

    @property
    def rows(self) -> list[OptionRow]:
        """The rows shown, in the order shown."""
        return self._rows[: len(self._order)]

    @property
    def controls(self) -> list[QWidget]:
        return list(self.rows)

    def show_question(self, question: Question, order: Sequence[str], media: dict[str, bytes]) -> None:
        self._question, self._order, self._media = question, tuple(order), media
        self._chosen, self._is_open = (), True
        while len(self._rows) < len(self._order):
            self._add_row()
        for index, widget in enumerate(self._rows):
            if index < len(self._order):
                option = question.option(self._order[index])
                letter = LETTERS[index] if index < len(LETTERS) else str(index + 1)
                widget.show_option(letter, option, media, is_radio=question.type.has_one_key)
                widget.show()
            else:
                widget.hide()

    def show_state(
        self, choice: Choice, struck: frozenset[str], *, is_open: bool, looks: Callable[[str], RowLook]
    ) -> None:
        """Show what stands: `looks` gives the look of each option by its id."""
        self._chosen, self._is_open = choice, is_open
        with held(self._layout):
            for widget in self.rows:
                widget.show_look(looks(widget.option_id), self._media)
                widget.setCursor(Qt.CursorShape.PointingHandCursor if is_open else Qt.CursorShape.ArrowCursor)

    def choose_index(self, index: int) -> None:
        """As a press on the option at an index from 0; out of range does nothing."""
        if index < len(self._order):
            self.rows[index].setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._press(self._order[index])

    def strike_index(self, index: int) -> None:
        if index < len(self._order) and self._is_open:
            self.strike_asked.emit(self._order[index])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move between options, as in any group of radio buttons."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self.rows:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                index = (self.rows.index(watched) + step) % len(self.rows)  # type: ignore[arg-type]
                self.rows[index].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _add_row(self) -> None:
        widget = OptionRow()
        widget.pressed.connect(self._press)
        widget.strike_pressed.connect(self._strike)
        widget.installEventFilter(self)
        self._rows.append(widget)
        self._layout.addWidget(widget)

    def _press(self, option_id: str) -> None:
        if self._question is None or not self._is_open:
            return
        if self._question.type.has_one_key:
            chosen = (option_id,)
        elif option_id in self._chosen:
            chosen = tuple(each for each in self._chosen if each != option_id)
        else:
            chosen = tuple(sorted((*self._chosen, option_id)))
        self._chosen = chosen
        self.choice_made.emit(chosen)

    def _strike(self, option_id: str) -> None:
        if self._is_open:
            self.strike_asked.emit(option_id)
