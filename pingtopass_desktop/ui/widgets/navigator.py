"""The numbered tiles of an exam: where one is, what is answered, what is marked."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.ui import looks, theme
from pingtopass_desktop.ui.widgets.basics import Button, Scroller, Surface, label, row

COLUMNS = 6

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS}


class Tile(Button):
    """The number of a question."""

    def __init__(self, index: int) -> None:
        super().__init__(str(index + 1), "tile")
        self.index = index
        self._is_flagged = False

    def show_state(self, *, is_here: bool, is_answered: bool, is_flagged: bool) -> None:
        self._is_flagged = is_flagged
        self.set_kind("tile-here" if is_here else "tile-answered" if is_answered else "tile")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_flagged:
            with QPainter(self) as painter:
                looks.fill(painter, QRectF(1, self.height() - 3, self.width() - 2, 3), "mark", 1.5)


class Navigator(QWidget):
    """Signals: `visited` with an index from 0. Arrow keys move between tiles."""

    visited = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._tiles: list[Tile] = []
        self._shown: list[tuple[bool, bool, bool, bool]] = []
        self._where = label(kind="hint")
        self._legend = label("Filled = answered · violet = flagged", "hint", wraps=True)
        side = Surface("side-left")
        self._grid = QGridLayout()
        self._grid.setSpacing(6)
        scroller = Scroller(margins=(20, 20, 20, 20), spacing=8)
        scroller.column.addWidget(self._where)
        tiles = row(spacing=0)
        tiles.addLayout(self._grid)
        tiles.addStretch(1)
        scroller.column.addLayout(tiles)
        scroller.column.addSpacing(4)
        scroller.column.addWidget(self._legend)
        scroller.column.addStretch(1)
        inner = QVBoxLayout(side)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(scroller)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(side)
        self._scroller = scroller

    @property
    def tiles(self) -> list[Tile]:
        return self._tiles

    def open(self, attempt: Attempt) -> None:
        """Make the tiles of another form."""
        for tile in self._tiles:
            self._grid.removeWidget(tile)
            tile.deleteLater()
        self._tiles, self._shown = [], []
        for index in range(len(attempt.items)):
            tile = Tile(index)
            tile.clicked.connect(self._clicked)
            tile.installEventFilter(self)
            self._tiles.append(tile)
            self._grid.addWidget(tile, index // COLUMNS, index % COLUMNS)
        tile_px = max(27, theme.current().px(27))
        self.setFixedWidth(COLUMNS * (tile_px + 6) - 6 + 41)
        self._legend.setText(
            "Filled = answered · violet = flagged"
            if attempt.may_go_back
            else "Filled = answered. This exam does not go back."
        )
        self.show_attempt(attempt)

    def show_attempt(self, attempt: Attempt) -> None:
        self._where.setText(f"Question {attempt.position + 1} of {len(attempt.items)}")
        here, flagged = attempt.position, attempt.flagged
        states = [
            (index == here, attempt.is_answered(index), index in flagged, attempt.may_go_back or index == here)
            for index in range(len(self._tiles))
        ]
        before = self._shown or [None] * len(states)
        for index, state in enumerate(states):
            if state != before[index]:
                self._show_state(index, *state)
        self._shown = states

    def _show_state(self, index: int, is_here: bool, is_answered: bool, is_flagged: bool, is_open: bool) -> None:
        tile = self._tiles[index]
        tile.show_state(is_here=is_here, is_answered=is_answered, is_flagged=is_flagged)
        tile.setEnabled(is_open)
        tile.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_here else Qt.FocusPolicy.ClickFocus)
        words = ["answered" if is_answered else "unanswered"]
        words += ["marked for review"] if is_flagged else []
        words += ["shown now"] if is_here else []
        tile.setAccessibleName(f"Question {index + 1}, {', '.join(words)}")
        if is_here:
            self._scroller.ensureWidgetVisible(tile)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows on a tile; what the tiles lie in would scroll with them."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self._tiles:
            step = _STEPS.get(Qt.Key(event.key()))
            if step is not None:
                target = self._tiles.index(watched) + step  # type: ignore[arg-type]
                if 0 <= target < len(self._tiles):
                    self._tiles[target].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, Tile):
            self.visited.emit(tile.index)
