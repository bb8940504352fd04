"""Answer areas for ordering and matching questions, by keyboard and by mouse."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import Choice, Question
from pingtopass_desktop.ui import looks, richtext, sheets, theme
from pingtopass_desktop.ui.richtext import RichText
from pingtopass_desktop.ui.widgets.basics import Button, Surface, clear_layout, label
from pingtopass_desktop.ui.widgets.options import Letter, letter_size
from pingtopass_desktop.ui.widgets.phrase import breakable

_GAP_PX = 12

_LONG_PARTNER = 40
"""Characters from which a partner is chosen below its left side instead of beside it."""


class _Row(Surface):
    """A bordered row with a number or text, texts below each other, and room for controls."""

    def __init__(self, number: str, text: str, media: dict[str, bytes]) -> None:
        super().__init__("option")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.number = Letter(number)
        if not number:
            self.number.hide()
        self.texts = QVBoxLayout()
        self.texts.setSpacing(4)
        self.texts.addWidget(_text(text, media))
        self.status = label(kind="status")
        self.status.hide()
        self.line = QHBoxLayout()
        self.line.setSpacing(_GAP_PX)
        self.line.addWidget(self.number, 0, Qt.AlignmentFlag.AlignTop)
        self.line.addLayout(self.texts, 1)
        self.line.addWidget(self.status, 0, Qt.AlignmentFlag.AlignTop)
        self._below = QVBoxLayout()
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 10, 16, 10)
        box.setSpacing(4)
        box.addLayout(self.line)
        box.addLayout(self._below)
        self.restyle()

    def restyle(self) -> None:
        """What stands beside the number is as high, the reason begins below the text."""
        has_number = bool(self.number.text())
        line_px = QFontMetrics(looks.font(15, 0, theme.current().zoom)).height()
        self.status.setMinimumHeight(letter_size() if has_number else line_px)
        self._below.setContentsMargins(letter_size() + _GAP_PX if has_number else 0, 0, 0, 0)

    def show_result(self, is_right: bool, status: str, reason: str, media: dict[str, bytes]) -> None:
        self.set_kind("option-right" if is_right else "option-wrong")
        self.number.set_kind("letter-right" if is_right else "letter-wrong")
        self.status.set_kind("status-good" if is_right else "status-bad")
        self.status.setText(status)
        self.status.show()
        if reason:
            view = RichText(size=13)
            self._below.addWidget(view)
            view.show_markdown(reason, media)


class OrderingList(QWidget):
    """Steps to bring into order: the arrow buttons or Alt and the arrow keys move a step.

    Signals: `choice_made` with the ids in their new order; `rebuilt` when the rows are new ones.
    """

    choice_made = Signal(tuple)
    rebuilt = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._question: Question | None = None
        self._media: dict[str, bytes] = {}
        self._order: list[str] = []
        self._is_open = True
        self._rows: list[_Row] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)

    @property
    def order(self) -> list[str]:
        """The option ids as they now stand."""
        return list(self._order)

    @property
    def rows(self) -> list["_Row"]:
        return self._rows

    @property
    def controls(self) -> list[QWidget]:
        return [each for widget in self._rows for each in (widget, *widget.findChildren(Button))]

    def show_question(self, question: Question, order: Sequence[str], media: dict[str, bytes]) -> None:
        self._question, self._media = question, media
        self._order, self._is_open = list(order), True
        self._build()

    def show_state(self, choice: Choice, *, is_open: bool) -> None:
        if (choice and list(choice) != self._order) or is_open != self._is_open:
            self._order, self._is_open = list(choice) or self._order, is_open
            self._build()

    def show_solution(self, choice: Choice) -> None:
        """Mark each step as in place or not, with its right place and the reason."""
        if self._question is None:
            return
        self.show_state(choice, is_open=False)
        for index, (option_id, widget) in enumerate(zip(self._order, self._rows, strict=True)):
            option = self._question.option(option_id)
            is_right = option.position == index + 1
            status = "In place" if is_right else f"Belongs at {option.position}"
            widget.show_result(is_right, status, option.rationale, self._media)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self._rows:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            index = self._rows.index(watched)  # type: ignore[arg-type]
            if step is not None:
                if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                    self._move(index, step)
                else:
                    self._rows[(index + step) % len(self._rows)].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        if self._question is None:
            return
        clear_layout(self._layout)
        self._rows = []
        for index, option_id in enumerate(self._order):
            option = self._question.option(option_id)
            widget = _Row(str(index + 1), option.text, self._media)
            widget.setAccessibleName(f"Step {index + 1} of {len(self._order)}: {option.text}")
            widget.setAccessibleDescription("Alt with the up or down arrow moves this step.")
            if self._is_open:
                widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                widget.installEventFilter(self)
                self._add_arrows(widget, index)
            self._rows.append(widget)
            self._layout.addWidget(widget)
        self.rebuilt.emit()

    def _add_arrows(self, widget: _Row, index: int) -> None:
        for step, sign, name in ((-1, "↑", "Move up"), (1, "↓", "Move down")):
            button = Button(sign, "small", name=f"{name}, step {index + 1}")
            button.setFixedWidth(theme.current().px(34))
            button.setEnabled(0 <= index + step < len(self._order))
            button.setProperty("move", (index, step))
            button.clicked.connect(self._arrow_clicked)
            widget.line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _arrow_clicked(self) -> None:
        index, step = self.sender().property("move")
        self._move(index, step)

    def _move(self, index: int, step: int) -> None:
        target = index + step
        if not self._is_open or not 0 <= target < len(self._order):
            return
        self._order[index], self._order[target] = self._order[target], self._order[index]
        self._build()
        self._rows[target].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.choice_made.emit(tuple(self._order))


class MatchingList(QWidget):
    """Left sides, each with a list of partners to choose from.

    Signals: `choice_made` with the pairs chosen so far.
    """

    choice_made = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self._question: Question | None = None
        self._media: dict[str, bytes] = {}
        self._partners: tuple[str, ...] = ()
        self._boxes: dict[str, QComboBox] = {}
        self._rows: dict[str, _Row] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)

    def show_question(self, question: Question, order: Sequence[str], media: dict[str, bytes]) -> None:
        self._question, self._media = question, media
        self._partners = tuple(order)
        clear_layout(self._layout)
        self._boxes, self._rows = {}, {}
        is_long = max(len(option.match or "") for option in question.options) > _LONG_PARTNER
        for option in question.options:
            widget = _Row("", option.text, media)
            box = QComboBox()
            sheets.wear(box, "combo")
            box.setMinimumWidth(240)
            box.addItem("Choose a partner…", "")
            for partner_id in self._partners:
                box.addItem(question.option(partner_id).match or "", partner_id)
            box.setAccessibleName(f"Partner of {option.text}")
            box.activated.connect(self._chosen)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            if is_long:
                widget.texts.addWidget(box)
            else:
                widget.line.insertWidget(2, box, 1)
            self._boxes[option.id] = box
            self._rows[option.id] = widget
            self._layout.addWidget(widget)

    def show_state(self, choice: Choice, *, is_open: bool) -> None:
        partners = dict(pair.split("=", 1) for pair in choice)
        for option_id, box in self._boxes.items():
            box.setCurrentIndex(max(0, box.findData(partners.get(option_id, ""))))
            box.setEnabled(is_open)

    def show_solution(self, choice: Choice) -> None:
        """Mark each pair as fitting or not, with the right partner and the reason."""
        if self._question is None:
            return
        self.show_state(choice, is_open=False)
        partners = dict(pair.split("=", 1) for pair in choice)
        for option in self._question.options:
            chosen = partners.get(option.id)
            given = self._question.option(chosen).match if chosen else None
            is_right = given == option.match
            widget = self._rows[option.id]
            self._boxes[option.id].hide()
            widget.texts.addWidget(label(breakable(f"→ {option.match}"), "strong", wraps=True))
            if not is_right:
                widget.texts.addWidget(label(breakable(f"You chose: {given or 'nothing'}"), "secondary", wraps=True))
            widget.show_result(is_right, "Fits" if is_right else "Does not fit", option.rationale, self._media)

    @property
    def controls(self) -> list[QWidget]:
        return list(self._boxes.values())

    def _chosen(self) -> None:
        pairs = [f"{left}={box.currentData()}" for left, box in self._boxes.items() if box.currentData()]
        self.choice_made.emit(tuple(sorted(pairs)))


def _text(text: str, media: dict[str, bytes]) -> QWidget:
    if richtext.is_plain(text):
        return label(text.strip(), "option-text", wraps=True)
    view = RichText(size=15)
    view.show_markdown(text, media)
    return view
