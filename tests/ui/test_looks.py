"""What is drawn stands where it should: headings above their cells, whole words, bars of one length, hints to read."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtWidgets import QApplication, QDateEdit, QLineEdit, QPlainTextEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui import looks, sheets, theme
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import Theme, ThemeName
from pingtopass_desktop.ui.widgets.basics import Button, Card, label
from pingtopass_desktop.ui.widgets.chart_card import ChartValues, ValueTable
from pingtopass_desktop.ui.widgets.exam_clock import ExamClock
from pingtopass_desktop.ui.widgets.marks_edit import NoteEdit
from tests.ui.conftest import OpenWindow
from tests.ui.test_theme import THEMES, contrast
from tests.ui.window import Window

_FAR = 200
"""Apart by so much, of 765, a pixel is of the text and not of the ground."""


@pytest.fixture
def put_on(qtbot: QtBot) -> Iterator[None]:
    """Whatever theme a test puts in force ends with it."""
    before = theme.current()
    yield
    theme.apply(before)


def _columns_of_text(picture: QImage, area: QRect) -> list[int]:
    """Where, from the left of an area, something is drawn in it."""
    ground = picture.pixelColor(area.topLeft())
    return [
        x - area.x()
        for x in range(area.left(), area.right())
        if any(_apart(picture.pixelColor(x, y), ground) > _FAR for y in range(area.top(), area.bottom()))
    ]


def _apart(one: QColor, other: QColor) -> int:
    return abs(one.red() - other.red()) + abs(one.green() - other.green()) + abs(one.blue() - other.blue())


@pytest.mark.parametrize("zoom", [100, 200])
def test_a_heading_stands_above_the_text_of_its_cells(qtbot: QtBot, put_on: None, zoom: int) -> None:
    theme.apply(Theme(theme.LIGHT, zoom))
    table = ValueTable()
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show_values(ChartValues("Numbers", ("H", "H"), (("H", "H"),)))
    table.show()
    picture = table.grab().toImage()
    header = table.horizontalHeader()
    starts = []
    for part, height in ((header, header.height() - 2), (table.viewport(), table.rowHeight(0) - 2)):
        corner = part.mapTo(table, QPoint(header.sectionPosition(1) + 1, 1))
        starts.append(_columns_of_text(picture, QRect(corner.x(), corner.y(), header.sectionSize(1) - 2, height))[0])
    assert abs(starts[0] - starts[1]) <= 1


def test_a_heading_is_never_cut_where_its_card_is_narrow(qtbot: QtBot) -> None:
    table = ValueTable()
    qtbot.addWidget(table)
    table.resize(278, 300)
    table.show_values(
        ChartValues("Calibration", ("You said", "Answers", "Right", "Share"), (("Sure", "455", "4", "9"),))
    )
    table.show()
    metrics = QFontMetrics(looks.font(12, 600, 100))
    for place, heading in enumerate(("You said", "Answers", "Right", "Share")):
        assert table.columnWidth(place) >= metrics.horizontalAdvance(heading) + 20, heading


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", [QLineEdit, NoteEdit])
def test_a_hint_in_an_empty_field_can_be_read(
    qtbot: QtBot, put_on: None, kind: type[QLineEdit | QPlainTextEdit], name: str
) -> None:
    theme.apply(Theme(THEMES[name]))
    field = kind()
    qtbot.addWidget(field)
    sheets.wear(field, "text")
    field.setPlaceholderText("\N{FULL BLOCK}" * 8)
    field.resize(200, 60)
    field.show()
    picture = field.grab().toImage()
    ground = QColor(THEMES[name].surface)
    inside = [picture.pixelColor(x, y) for x in range(20, 60) for y in range(8, 40)]
    drawn = max(inside, key=lambda colour: _apart(colour, ground))
    assert contrast(drawn.name(), ground.name()) >= 4.5


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_fields_are_as_high_as_buttons(window: Window, zoom: int) -> None:
    window.application.preferences.change(zoom=zoom)
    window.shell.show_page("settings")
    window.settle()
    section = window.shell.settings.show_section("study")
    window.settle()
    section.date.start.click()
    window.settle()
    height = Button("Set a date").sizeHint().height()
    assert {each.height() for each in (section.date.edit, section.goal, section.new, section.retention)} == {height}


def test_the_last_week_of_the_calendar_is_whole(window: Window) -> None:
    window.shell.show_page("settings")
    window.settle()
    section = window.shell.settings.show_section("study")
    section.date.start.click()
    window.settle()
    edit = section.date.edit
    assert isinstance(edit, QDateEdit)
    window.qtbot.mouseClick(edit, Qt.MouseButton.LeftButton, pos=QPoint(edit.width() - 10, edit.height() // 2))
    window.settle()
    [view] = edit.calendarWidget().findChildren(QTableView)
    last = view.model().rowCount() - 1
    assert view.rowViewportPosition(last) + view.rowHeight(last) <= view.viewport().height() + 1
    assert view.rowHeight(last) >= view.fontMetrics().height()
    popup = edit.calendarWidget().parentWidget()
    assert popup is not None
    popup.close()


def test_the_page_in_front_is_written_beside_its_key(open_window: OpenWindow) -> None:
    window = open_window(WindowSettings(ThemeName.LIGHT, 200))
    for name, button in window.shell.rail.buttons.items():
        words = QFontMetrics(looks.font(14, 600, 200)).horizontalAdvance(button.text())
        key = QFontMetrics(looks.font(12, 400, 200)).horizontalAdvance(button.key)
        assert button.width() - 20 - words - key >= 8, name


def test_the_clock_is_of_one_width_whatever_it_shows(window: Window) -> None:
    clock = ExamClock()
    window.qtbot.addWidget(clock)
    widths = set()
    for remaining_ms in (671_000, 1_200_000, 1_668_000):  # 11:11, 20:00, 27:48
        clock.show_remaining(remaining_ms)
        widths.add(clock.sizeHint().width())
    assert len(widths) == 1


def test_the_clock_stays_where_it_is_on_the_review_screen(window: Window) -> None:
    window.go("exams")
    window.shell.exam_setup.start.click()
    window.settle()
    clock = window.shell.exam.clock
    before = clock.mapTo(window.shell, QPoint()).y()
    window.press("R")
    window.settle()
    assert clock.mapTo(window.shell, QPoint()).y() == before


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_cards_side_by_side_have_their_headings_on_one_line(qtbot: QtBot, put_on: None, zoom: int) -> None:
    theme.apply(Theme(theme.LIGHT, zoom))
    without, titled = Card(), label("Pace", "section")
    without.column.addWidget(other := label("What to do next", "section"))
    with_link = Card()
    with_link.add_head(titled, Button("Show as table", "link"))
    for card in (without, with_link):
        qtbot.addWidget(card)
        card.column.addStretch(1)
        card.resize(400, 200)
        card.show()
    QApplication.sendPostedEvents()
    assert abs(_middle(titled, with_link) - _middle(other, without)) <= 1


def _middle(widget: QWidget, card: QWidget) -> int:
    return widget.mapTo(card, widget.rect().center()).y()
