"""The account of a real window: as a learner comes to it, signs in with a browser of the test, and reads it."""

import threading
from collections.abc import Callable

from msgspec import Struct, field
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from pingtopass_desktop.cloud.account import Account
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.vault import SessionVault, Vault
from pingtopass_desktop.ui.pages.settings_account import AccountSection
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.window_account import Stage, WindowAccount
from tests.ui.settings_driver import settings
from tests.ui.window import Window


class Learner(Struct):
    """A learner with a computer: the vault outlives a start of the program. `browser` is what opens an address."""

    url: str
    browser: Callable[[str], bool]
    vault: Vault = field(default_factory=lambda: SessionVault(""))
    sign_in_s: float | None = None

    def window_account(self, tasks: Tasks) -> WindowAccount:
        """For `open_window(account=…)`."""
        return WindowAccount(tasks, self.open_account, self.browser, sign_in_s=self.sign_in_s)

    def open_account(self) -> Account | None:
        return Account(Client(self.url), lambda: self.vault) if self.url else None


def section_of(window: Window) -> AccountSection:
    """The section, brought to the front as a learner does, after what it asks of the network has come."""
    page = settings(window)
    page.section_buttons["account"].click()
    come_back(window)
    section = page._sections["account"]
    assert isinstance(section, AccountSection)
    return section


def account_of(window: Window) -> WindowAccount:
    return window.application.account()


def come_back(window: Window) -> None:
    """Wait until nothing is asked of the network any more."""
    window.wait_until(lambda: window.application.tasks.is_online_idle)
    window.settle()


def sign_in(window: Window) -> AccountSection:
    """By mouse, in the browser of the learner, to its end."""
    section = section_of(window)
    section.sign_in.click()
    come_back(window)
    assert account_of(window).stage is Stage.SIGNED_IN, section.notice.text
    return section


def shown(section: AccountSection) -> str:
    """What the section says now, one label a line."""
    labels = section.findChildren(QLabel)
    found = (each.text().replace("\u00a0", " ").replace("\u200b", "") for each in labels if each.isVisible())
    return "\n".join(each for each in found if each)


def keyboard() -> QWidget:
    """What has the keyboard, which must be in sight."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    assert widget.isVisible()
    assert widget.isEnabled()
    return widget


def lane_is_left_behind() -> bool:
    """Whether the thread for the network still hangs in a request."""
    return "online" in [thread.name for thread in threading.enumerate()]
