"""Chips in the cells of a table: painted, for a widget in each cell takes as long to build as the table itself."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableWidgetItem, QWidget

from pingtopass_desktop.ui import looks, theme
from pingtopass_desktop.ui.looks import CHIPS

_Index = QModelIndex | QPersistentModelIndex

_KIND = int(Qt.ItemDataRole.UserRole) + 1
_CELL_SIDE_PX = 10


def show_as_chip(item: QTableWidgetItem, kind: str) -> None:
    """Let the text of a cell be painted as a chip of one of the kinds of `looks.CHIPS`."""
    item.setData(_KIND, kind)


class ChipDelegate(QStyledItemDelegate):
    """Paints cells of `show_as_chip` as chips and every other as it is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        kind = index.data(_KIND)
        if not kind:
            super().paint(painter, option, index)
            return
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        widget = blank.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, widget)
        draw_chip(painter, widget, option.rect.adjusted(_CELL_SIDE_PX, 0, 0, 0), index.data(), kind)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        if not index.data(_KIND):
            return super().sizeHint(option, index)
        return _size(index.data() or "") + QSize(2 * _CELL_SIDE_PX, 8)


def draw_chip(painter: QPainter, widget: QWidget, area: QRect, text: str, kind: str) -> int:
    """Draw a chip of one of the kinds of `looks.CHIPS` at the left of an area, in the middle of its height. Returns its
    width."""
    look, size = CHIPS[kind], _size(text)
    chip = QRectF(area.x(), area.center().y() - size.height() // 2, size.width(), size.height())
    painter.save()
    looks.draw_box(painter, chip, look.fill, look.edge, size.height() / 2)
    painter.setFont(_font())
    looks.draw_text(painter, widget, chip.toRect(), text, look.ink, looks.CENTRED)
    painter.restore()
    return size.width()


def _size(text: str) -> QSize:
    look, metrics = CHIPS["chip"], QFontMetrics(_font())
    width = metrics.horizontalAdvance(text) + 2 * theme.current().px(look.side)
    return QSize(width, metrics.height() + 2 * look.above)


def _font() -> QFont:
    look = CHIPS["chip"]
    return looks.font(look.size, look.weight, theme.current().zoom)
