"""Mastery by objective: a bar of what is known of what was seen, with the numbers beside it in words.

Part of the first page, so without the namespace `Qt`; see `ui.looks`.
"""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.study.objectives import ObjectiveMastery
from pingtopass_desktop.study.plan import WEAK_SHARE
from pingtopass_desktop.ui.widgets.basics import Bar, clear_layout, column, label, row

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
    bar = Bar(share or 0.0, token(share))
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
