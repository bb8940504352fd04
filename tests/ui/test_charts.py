"""What charts draw: in the colours of the theme, in the place of their values; and what they leave to the page."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.study.review import PaceBar
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.charts.drawn import MasteryChart, ReviewsChart, step_of
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Scroller
from pingtopass_desktop.ui.widgets.pace_chart import PaceCard
from pingtopass_desktop.ui.words import short_day_text

FIRST = date(2026, 6, 2)


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    """Each test begins in the light theme and leaves it behind."""
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))
    yield
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(count)]


@pytest.fixture
def mastery(qtbot: QtBot) -> MasteryChart:
    """From a quarter to a half of all, and eight tenths of what was seen, over 41 days."""
    chart = MasteryChart()
    shares = [0.25 + 0.25 * number / 40 for number in range(41)]
    chart.show_shares(days(41), shares, [None, *[0.8] * 40], [f"day {number}" for number in range(41)])
    return _shown(qtbot, chart)


@pytest.fixture
def reviews(qtbot: QtBot) -> ReviewsChart:
    """18 today, five of them overdue; 12 tomorrow; none on the third day."""
    chart = ReviewsChart()
    chart.show_counts(days(14), [18, 12, 0, *[4] * 11], 5, [f"day {number}" for number in range(14)])
    return _shown(qtbot, chart)


def test_the_line_and_its_area_are_where_the_shares_are(mastery: MasteryChart) -> None:
    tokens = theme.current().tokens
    picture = _picture(mastery)
    middle = FIRST.toordinal() + 20
    assert _is_near(picture, mastery.pixel_of(middle, 0.375), tokens.primary)
    assert _colour(picture, mastery.pixel_of(middle + 0.4, 0.1)) == QColor(tokens.primary_soft)
    assert _is_near(picture, mastery.pixel_of(FIRST.toordinal() + 40, 0.5), tokens.primary)
    assert not _is_near(picture, mastery.pixel_of(middle, 0.6), tokens.primary)
    assert any(_is_near(picture, mastery.pixel_of(middle + part / 4, 0.8), tokens.ink_3) for part in range(8))


def test_bars_are_as_high_as_their_counts_and_overdue_has_its_own_colour(reviews: ReviewsChart) -> None:
    tokens = theme.current().tokens
    picture = _picture(reviews)
    assert _colour(picture, reviews.pixel_of(0, 15)) == QColor(tokens.primary)
    assert _colour(picture, reviews.pixel_of(1, 11)) == QColor(tokens.primary)
    assert _colour(picture, reviews.pixel_of(1, 13)) != QColor(tokens.primary)
    assert _colour(picture, reviews.pixel_of(2, 1)) != QColor(tokens.primary)
    overdue = {_colour(picture, reviews.pixel_of(x / 40, 2.5)).name() for x in range(-8, 9)}
    assert QColor(tokens.warn).name() in overdue
    assert len(overdue) > 1  # hatched: not by colour alone


def test_a_change_of_the_theme_repaints_a_chart_that_is_shown(reviews: ReviewsChart, mastery: MasteryChart) -> None:
    theme.apply(theme.resolve(ThemeName.DARK, 100))
    QApplication.processEvents()
    assert _colour(_picture(reviews), reviews.pixel_of(1, 6)) == QColor(theme.DARK.primary)
    middle = FIRST.toordinal() + 20
    assert _colour(_picture(mastery), mastery.pixel_of(middle + 0.4, 0.1)) == QColor(theme.DARK.primary_soft)


def test_a_chart_that_was_hidden_takes_the_theme_over_when_it_comes_back(reviews: ReviewsChart) -> None:
    reviews.hide()
    theme.apply(theme.resolve(ThemeName.DARK, 150))
    reviews.show()
    for _ in range(3):
        QApplication.processEvents()
    assert _colour(_picture(reviews), reviews.pixel_of(1, 6)) == QColor(theme.DARK.primary)


def test_larger_text_gives_the_axes_more_room(mastery: MasteryChart) -> None:
    before = mastery.pixel_of(FIRST.toordinal(), 0)
    theme.apply(theme.resolve(ThemeName.LIGHT, 200))
    QApplication.processEvents()
    QApplication.processEvents()
    after = mastery.pixel_of(FIRST.toordinal(), 0)
    assert after.x() > before.x() + 15
    assert after.y() < before.y() - 10


def test_labels_of_days_never_touch_and_today_is_among_them(mastery: MasteryChart, reviews: ReviewsChart) -> None:
    for chart, width in ((mastery, 700), (mastery, 320), (reviews, 320), (reviews, 900)):
        chart.resize(width, 240)
        QApplication.processEvents()
        marked = chart.marked_days()
        places = [chart.pixel_of(place, 0).x() for place, _ in marked]
        texts = [text for _, text in marked]
        assert (short_day_text(days(41)[-1], FIRST) if chart is mastery else "Today") in texts
        gaps = [after - before for before, after in pairwise(places)]
        assert all(gap > 45 for gap in gaps), (width, gaps)


def test_a_year_that_is_not_this_one_is_named() -> None:
    assert short_day_text(date(2025, 11, 22), date(2026, 1, 3)) != short_day_text(date(2026, 11, 22), date(2026, 1, 3))
    assert "25" in short_day_text(date(2025, 11, 22), date(2026, 1, 3))


def test_the_mouse_is_told_the_value_of_the_nearest_day(mastery: MasteryChart, reviews: ReviewsChart) -> None:
    assert mastery.words_at(mastery.pixel_of(FIRST.toordinal() + 12.3, 0).x()) == "day 12"
    assert mastery.words_at(0) == "day 0"
    assert reviews.words_at(reviews.pixel_of(13, 0).x()) == "day 13"


@pytest.mark.qt_log_ignore("does not support raise")  # of the tool tip
def test_pointing_at_a_day_moves_the_dot_there(mastery: MasteryChart) -> None:
    tokens = theme.current().tokens
    spot = mastery.pixel_of(FIRST.toordinal() + 10, 0.3125)
    beside = QPointF(spot.x(), spot.y() - 3)
    assert not _alike(_colour(_picture(mastery), beside), QColor(tokens.primary))
    QTest.mouseMove(mastery.viewport(), spot.toPoint())
    QApplication.processEvents()
    assert _alike(_colour(_picture(mastery), beside), QColor(tokens.primary))


def test_the_wheel_scrolls_the_page_and_not_the_chart(qtbot: QtBot) -> None:
    chart = ReviewsChart()
    chart.show_counts(days(14), [3] * 14, 0, [""] * 14)
    scroller = Scroller()
    scroller.column.addWidget(chart)
    tall = QWidget()
    tall.setFixedHeight(3000)
    scroller.column.addWidget(tall)
    scroller.resize(500, 400)
    _shown(qtbot, scroller)
    before = chart.box.viewRange()
    for spot in (chart.rect().center(), QPoint(8, chart.height() // 2)):  # the plot, its axis
        scroller.verticalScrollBar().setValue(0)
        QTest.wheelEvent(scroller.windowHandle(), QPointF(chart.mapTo(scroller, spot)), QPoint(0, -240))
        QApplication.processEvents()
        assert scroller.verticalScrollBar().value() > 0
    assert chart.box.viewRange() == before


@pytest.mark.qt_log_ignore("does not support raise", "not accepted by receiving widget")
def test_dragging_and_the_right_button_change_nothing(reviews: ReviewsChart) -> None:
    before = reviews.box.viewRange()
    view = reviews.viewport()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        QTest.mousePress(view, button, pos=QPoint(100, 60))
        QTest.mouseMove(view, QPoint(180, 90))
        QTest.mouseRelease(view, button, pos=QPoint(180, 90))
        QTest.mouseDClick(view, button, pos=QPoint(120, 60))
        QTest.mouseRelease(view, button, pos=QPoint(120, 60))  # a double click leaves it pressed, for every later test
    QApplication.processEvents()
    assert reviews.box.viewRange() == before
    assert QApplication.activePopupWidget() is None
    assert not reviews.hasFocus()


@pytest.mark.parametrize(("top", "step"), [(0, 1), (3, 1), (4, 1), (5, 2), (18, 5), (40, 10), (41, 20), (1000, 500)])
def test_the_lines_of_an_axis_are_at_round_numbers(top: int, step: int) -> None:
    assert step_of(top) == step


def test_one_day_is_drawn_as_a_dot(qtbot: QtBot) -> None:
    chart = MasteryChart()
    chart.show_shares(days(1), [0.4], [None], ["day 0"])
    _shown(qtbot, chart)
    assert _is_near(_picture(chart), chart.pixel_of(FIRST.toordinal(), 0.4), theme.current().tokens.primary)


def test_the_pace_of_an_exam_stands_in_a_table_too(qtbot: QtBot) -> None:
    card = PaceCard([PaceBar(1, 40, True, True), PaceBar(2, 95, False, True), PaceBar(3, 5, False, False)], 80)
    card.resize(600, 400)
    _shown(qtbot, card)
    assert card.chart is not None
    assert card.chart.accessibleName() == "Pace of 3 questions, slowest question 2 with 95 seconds"
    assert card.switch.accessibleName() == "Show the pace as a table"
    QTest.keyClick(card.switch, Qt.Key.Key_Return)
    assert not card.chart.isVisible()
    assert card.table is not None
    assert card.table.accessibleName() == "Pace"
    cells = [[card.table.item(row, place).text() for place in range(3)] for row in range(3)]  # type: ignore[union-attr]
    assert cells == [
        ["Question 1", "40 s", "Right"],
        ["Question 2", "95 s", "Wrong"],
        ["Question 3", "5 s", "Unanswered"],
    ]


def test_the_page_is_imported_without_what_draws() -> None:
    code = (
        "import sys; import pingtopass_desktop.ui.pages.progress, pingtopass_desktop.ui.pages.report\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('pyqtgraph', 'numpy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _shown(qtbot: QtBot, widget):
    qtbot.addWidget(widget)
    theme.follow(widget)
    if widget.width() > 600 or not widget.testAttribute(Qt.WidgetAttribute.WA_Resized):
        widget.resize(600, 260)
    widget.show()
    QApplication.processEvents()
    QApplication.processEvents()
    return widget


def _picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def _colour(picture: QImage, point: QPointF) -> QColor:
    return picture.pixelColor(point.toPoint())


def _is_near(picture: QImage, point: QPointF, colour: str, reach: int = 2) -> bool:
    """True where the colour is within some pixels."""
    steps: Sequence[int] = range(-reach, reach + 1)
    wanted = QColor(colour)
    return any(_alike(_colour(picture, point + QPointF(x, y)), wanted) for x in steps for y in steps)


def _alike(one: QColor, other: QColor) -> bool:
    """Smooth edges mix a colour with what is beside it."""
    parts = zip(one.getRgb(), other.getRgb(), strict=True)  # type: ignore[call-overload]
    return sum(abs(a - b) for a, b in parts) < 90
