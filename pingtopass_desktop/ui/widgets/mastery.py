"""Mastery by objective: a bar of what is known of what was seen, with the numbers beside it in words.

Part of the first page, so without the namespace `Qt`; see `ui.looks`.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from pingtopass_desktop.study.objectives import ObjectiveMastery
from pingtopass_desktop.study.plan import WEAK_SHARE
from pingtopass_desktop.ui import looks
from pingtopass_desktop.ui.widgets.basics import clear_layout, column, label, row

_WHOLE, _BAR_PX = 1000, 8

_HALF_KNOWN = 0.6
"""Below, a bar has the colour of what is weak; from `WEAK_SHARE` on that of what is good."""


class MasteryBars(QWidget):
    """One bar for each objective, in the order of the blueprint."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        self._shown: tuple[ObjectiveMastery, ...] = ()

    def show_objectives(self, objectives: Sequence[ObjectiveMastery]) -> None:
        if tuple(objectives) == self._shown:
            return
        self._shown = tuple(objectives)
        clear_layout(self._column)
        for objective in objectives:
            self._column.addWidget(_objective_row(objective))


def _objective_row(objective: ObjectiveMastery) -> QWidget:
    share = objective.share
    numbers = f"{objective.seen:,} of {objective.questions:,} seen"
    if objective.weight_percent is not None:
        numbers = f"{objective.weight_percent:g}% of exam · {numbers}"
    words = f"{share:.0%}" if share is not None else "Too few answers" if objective.seen else ""
    line = row(label(objective.name, wraps=True), label(words, "hint" if share is None else "strong"), spacing=12)
    line.setStretch(0, 1)
    bar = ShareBar(share, token(share))
    bar.setAccessibleName(f"{objective.name}: {words or 'no answers'}, {numbers}")
    whole = QWidget()
    box = column(bar, label(numbers, "hint", wraps=True), spacing=4)
    box.insertLayout(0, line)
    whole.setLayout(box)
    return whole


def token(share: float | None) -> str:
    """The colour of the bar for a share: good, weak, or between. The number beside it says the same."""
    if share is None or _HALF_KNOWN <= share < WEAK_SHARE:
        return "primary"
    return "good" if share >= WEAK_SHARE else "warn"


class ShareBar(QProgressBar):
    """A bar for a share from 0 to 1; `token` is its colour."""

    def __init__(self, share: float | None = None, token: str = "primary") -> None:
        super().__init__()
        self._token = token
        self.setRange(0, _WHOLE)
        self.setTextVisible(False)
        self.setFixedHeight(_BAR_PX)
        self.show_share(share)

    def show_share(self, share: float | None) -> None:
        """Fill the bar."""
        self.setValue(round(_WHOLE * min(1.0, share or 0.0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            looks.draw_share(painter, QRectF(self.rect()), self.value() / _WHOLE, self._token)
