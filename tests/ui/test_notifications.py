"""A word about due reviews: off at first, once a day, never while the window is in front, no icon while it is off."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui.notifications import Answer, Due, DueNotifier
from pingtopass_desktop.ui.preferences import Preferences, WindowSettings

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # a platform without a tray says so


class Desk:
    """What is around the program: the day, which window is in front, what is due, and what was shown."""

    def __init__(self, preferences: Preferences) -> None:
        self.day = date(2026, 11, 22)
        self.is_in_front = False
        self.has_tray = True
        self.due = Due(18, 9)
        self.asked = 0
        self.waiting: list[Answer] = []
        self.shown: list[str] = []
        self.icons: list[QSystemTrayIcon] = []
        self.answers_at_once = True
        self.notifier = DueNotifier(
            preferences,
            self.ask,
            today=lambda: self.day,
            is_in_front=lambda: self.is_in_front,
            can_notify=lambda: self.has_tray,
            make_icon=self.make_icon,
        )

    def ask(self, answer: Answer) -> None:
        self.asked += 1
        if self.answers_at_once:
            answer(self.due)
        else:
            self.waiting.append(answer)

    def make_icon(self) -> QSystemTrayIcon:
        desk = self

        class Icon(QSystemTrayIcon):
            def showMessage(self, title: str, text: str, *more: object) -> None:  # type: ignore[override]
                desk.shown.append(f"{title}: {text}")

        self.icons.append(Icon())
        return self.icons[-1]


@pytest.fixture
def preferences(qtbot: QtBot) -> Preferences:
    return Preferences(WindowSettings())


@pytest.fixture
def desk(preferences: Preferences) -> Iterator[Desk]:
    desk = Desk(preferences)
    yield desk
    desk.notifier.stop()


def test_nothing_is_asked_or_shown_while_it_is_off(desk: Desk) -> None:
    desk.notifier.look()
    assert (desk.asked, desk.shown, desk.icons) == (0, [], [])
    assert not desk.notifier.is_on


def test_due_reviews_are_told_once_a_day(desk: Desk, preferences: Preferences) -> None:
    preferences.change(notifies=True)
    desk.notifier.look()
    desk.notifier.look()
    assert desk.shown == ["PingToPass: 18 reviews are due · about 9 min"]
    assert desk.asked == 1
    desk.day += timedelta(days=1)
    desk.due = Due(1, 1)
    desk.notifier.look()
    assert desk.shown[1:] == ["PingToPass: 1 review is due · about 1 min"]


def test_a_second_start_on_the_day_tells_nothing_again(desk: Desk, preferences: Preferences) -> None:
    preferences.change(notifies=True)
    desk.notifier.look()
    later = Desk(preferences)
    later.notifier.look()
    assert later.shown == []
    later.notifier.stop()


def test_nothing_is_told_while_the_window_is_in_front(desk: Desk, preferences: Preferences) -> None:
    preferences.change(notifies=True)
    desk.is_in_front = True
    desk.notifier.look()
    assert desk.asked == 0
    desk.is_in_front = False
    desk.answers_at_once = False
    desk.notifier.look()
    desk.is_in_front = True  # the learner came back while it was counted
    desk.waiting.pop()(desk.due)
    assert desk.shown == []


def test_nothing_due_is_no_news_and_is_asked_again(desk: Desk, preferences: Preferences) -> None:
    preferences.change(notifies=True)
    desk.due = Due(0, 0)
    desk.notifier.look()
    desk.due = Due(2, 1)
    desk.notifier.look()
    assert len(desk.shown) == 1


def test_the_icon_goes_when_it_is_switched_off(desk: Desk, preferences: Preferences) -> None:
    preferences.change(notifies=True)
    assert [icon.isVisible() for icon in desk.icons] == [True]
    preferences.change(notifies=False)
    assert not desk.notifier.is_on
    desk.notifier.look()
    assert desk.asked == 0
    preferences.change(notifies=True)
    assert len(desk.icons) == 2, "and a fresh one comes"


def test_a_system_without_a_tray_gets_nothing(desk: Desk, preferences: Preferences) -> None:
    desk.has_tray = False
    preferences.change(notifies=True)
    assert not desk.notifier.is_on
    assert desk.icons == []


def test_it_looks_every_fifteen_minutes_and_not_more_often(desk: Desk, preferences: Preferences) -> None:
    assert not desk.notifier._timer.isActive()
    preferences.change(notifies=True)
    assert desk.notifier._timer.isActive()
    assert desk.notifier._timer.interval() >= 15 * 60 * 1000
    desk.notifier._timer.timeout.emit()
    assert len(desk.shown) == 1


def test_a_press_on_the_notification_asks_for_the_window(desk: Desk, preferences: Preferences, qtbot: QtBot) -> None:
    preferences.change(notifies=True)
    with qtbot.waitSignal(desk.notifier.opened):
        desk.icons[0].messageClicked.emit()
    with qtbot.waitSignal(desk.notifier.opened):
        desk.icons[0].activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
