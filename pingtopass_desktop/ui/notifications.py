"""A word about due reviews while another window is in front: once a day at most, and only where it is switched on."""

from collections.abc import Callable
from datetime import date, datetime

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.widgets.basics import plural

LOOK_EVERY_MS = 15 * 60 * 1000
_SHOWN_MS = 10_000


class Due(Struct, frozen=True):
    """What is due now: reviews, and about how many minutes they take."""

    reviews: int
    minutes: int


Answer = Callable[[Due], None]


def can_notify() -> bool:
    """True where the system shows notifications of programs."""
    return QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()


def this_day() -> date:
    return datetime.now().astimezone().date()


def is_in_front() -> bool:
    """True while a window of the program has the keyboard."""
    return QApplication.activeWindow() is not None


class DueNotifier(QObject):
    """Looks every 15 minutes while it is switched on. There is no icon and no timer while it is off.

    `ask` counts what is due and calls back with it, at once or later. Signals: `opened` when the learner presses the
    notification or the icon.
    """

    opened = Signal()

    def __init__(
        self,
        preferences: Preferences,
        ask: Callable[[Answer], None],
        *,
        today: Callable[[], date] = this_day,
        is_in_front: Callable[[], bool] = is_in_front,
        can_notify: Callable[[], bool] = can_notify,
        make_icon: Callable[[], QSystemTrayIcon] = QSystemTrayIcon,
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._ask = ask
        self._today = today
        self._is_in_front = is_in_front
        self._can_notify = can_notify
        self._make_icon = make_icon
        self._icon: QSystemTrayIcon | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        preferences.changed.connect(self._follow)
        self._follow()

    @property
    def is_on(self) -> bool:
        return self._icon is not None

    @property
    def _was_told(self) -> bool:
        return self._preferences.settings.told_on == self._today().isoformat()

    def look(self) -> None:
        """Ask what is due, unless the learner is here or was told today."""
        if self.is_on and not self._is_in_front() and not self._was_told:
            self._ask(self._tell)

    def stop(self) -> None:
        """Take the icon away and look no more."""
        self._timer.stop()
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def _follow(self) -> None:
        is_wanted = self._preferences.settings.notifies and self._can_notify()
        if is_wanted and self._icon is None:
            self._icon = self._make_icon()
            self._icon.setIcon(QApplication.windowIcon())
            self._icon.setToolTip("PingToPass")
            self._icon.messageClicked.connect(self.opened)
            self._icon.activated.connect(self._activated)
            self._icon.show()
            self._timer.start()
        elif not is_wanted:
            self.stop()

    def _tell(self, due: Due) -> None:
        """The count may come a while after it was asked for."""
        if due.reviews == 0 or self._icon is None or self._is_in_front() or self._was_told:
            return
        self._preferences.change(told_on=self._today().isoformat())
        verb = "is" if due.reviews == 1 else "are"
        text = f"{plural(due.reviews, 'review')} {verb} due · about {due.minutes} min"
        self._icon.showMessage("PingToPass", text, QApplication.windowIcon(), _SHOWN_MS)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit()
