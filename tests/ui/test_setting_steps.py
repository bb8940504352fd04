"""Settings stepped through by keys: the last of quick steps is kept, once, and no step is ever lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.learner.backup import event_count
from pingtopass_desktop.ui.pages.settings import SettingsPage
from tests.ui.conftest import OpenWindow
from tests.ui.settings_driver import kept, settings, study_section
from tests.ui.window import Window


@pytest.fixture
def page(window: Window) -> SettingsPage:
    return settings(window)


def step(window: Window, control: QWidget, key: Qt.Key, times: int = 1) -> None:
    """Press a key quickly: nothing else happens between the presses."""
    control.setFocus()
    for _ in range(times):
        window.qtbot.keyClick(control, key)


def test_a_number_stepped_quickly_is_kept_once_with_the_last_value(
    page: SettingsPage, window: Window, qtbot: QtBot
) -> None:
    section = study_section(page, window)
    before = event_count(window.folder.learner)
    with qtbot.waitSignal(page.studied_changed):
        step(window, section.new, Qt.Key.Key_Up, 10)
        step(window, section.new, Qt.Key.Key_Down)
        assert section.new.text() == "65 questions", "seen at once"
        assert kept(window).new_per_day == 20
    window.settle()
    assert kept(window).new_per_day == 65
    assert event_count(window.folder.learner) == before + 1
    assert section.rows["new_per_day"].is_kept
    step(window, section.new, Qt.Key.Key_Up)
    assert not section.rows["new_per_day"].is_kept, "what is shown now is not kept yet"
    window.press("Return")
    assert kept(window).new_per_day == 70
    assert section.rows["new_per_day"].is_kept


def test_the_hour_of_the_day_stepped_quickly_is_kept_once(page: SettingsPage, window: Window, qtbot: QtBot) -> None:
    section = study_section(page, window)
    before = event_count(window.folder.learner)
    with qtbot.waitSignal(page.studied_changed):
        step(window, section.day_start, Qt.Key.Key_Down, 3)
        assert section.day_start.currentData() == 7
        assert kept(window).rollover_hour == 4
    window.settle()
    assert kept(window).rollover_hour == 7
    assert event_count(window.folder.learner) == before + 1
    step(window, section.day_start, Qt.Key.Key_Up)
    section.goal.setFocus()
    window.settle()
    assert kept(window).rollover_hour == 6, "leaving the list keeps it too"


def test_leaving_the_page_right_after_a_step_keeps_it(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    step(window, section.goal, Qt.Key.Key_Up)
    window.go("today")
    assert kept(window).daily_goal == 25
    assert "of 25" in window.texts(), "the page that follows knows it"


def test_leaving_the_section_right_after_a_step_keeps_it(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    step(window, section.retention, Qt.Key.Key_Down)
    step(window, section.day_start, Qt.Key.Key_Down)
    page.section_buttons["about"].click()
    window.settle()
    assert kept(window).retention == 0.89
    assert kept(window).rollover_hour == 5


def test_closing_the_window_right_after_a_step_keeps_it(open_window: OpenWindow) -> None:
    first = open_window()
    step(first, study_section(settings(first), first).goal, Qt.Key.Key_Up)
    first.close()
    second = open_window()
    step(second, study_section(settings(second), second).day_start, Qt.Key.Key_Up)
    second.close()
    third = open_window()
    section = study_section(settings(third), third)
    assert section.goal.text() == "25 answers"
    assert section.day_start.currentData() == 3


def test_a_step_that_waits_stays_when_everything_is_read_again(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    section.confidence.click()
    step(window, section.goal, Qt.Key.Key_Up)
    window.settle()
    assert kept(window).asks_confidence is False
    assert section.goal.text() == "25 answers"
    window.press("Return")
    assert kept(window).daily_goal == 25
    assert section.goal.text() == "25 answers"


def test_a_value_that_is_shown_takes_the_place_of_one_that_waits(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    for control, value in ((section.goal, 50), (section.day_start, 12)):
        step(window, control, Qt.Key.Key_Up)
        assert control.is_waiting
        control.show_value(value)
        assert not control.is_waiting
    page.leave()
    window.settle()
    assert (kept(window).daily_goal, kept(window).rollover_hour) == (20, 4)
