"""The account of who is signed in, with the real service: devices, export, deletion, signing out, sign-ins that end."""

import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from pingtopass_desktop.cloud.account import Account
from pingtopass_desktop.cloud.errors import SignedOut, VaultUnavailable
from pingtopass_desktop.cloud.vault import Kept, SessionVault
from pingtopass_desktop.ui.pages.settings_account import AccountSection
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button
from pingtopass_desktop.ui.widgets.offer import Offer
from pingtopass_desktop.ui.window_account import Stage
from tests.fakes.browser import Browser
from tests.fakes.canned import problem
from tests.fakes.desktop import Desktop
from tests.fakes.disks import SmallDisk
from tests.fakes.peers import OAuth2Mock
from tests.fakes.relay import Relay
from tests.fakes.service import ServiceProcess, free_port
from tests.ui.account_driver import (
    Learner,
    account_of,
    come_back,
    keyboard,
    lane_is_left_behind,
    section_of,
    shown,
    sign_in,
)
from tests.ui.conftest import OpenWindow
from tests.ui.test_keyboard_alone import tab, tab_to, visited
from tests.ui.window import Window

NewBrowser = Callable[[str], Browser]
NewDesktop = Callable[[str], Desktop]


@pytest.fixture
def learner(relay: Relay, email: str, new_browser: NewBrowser) -> Learner:
    """A learner whose requests all go through the relay."""
    return Learner(relay.url, new_browser(email).open)


@pytest.fixture
def other(service: ServiceProcess, email: str, new_desktop: NewDesktop) -> Account:
    """The same learner on another computer."""
    desktop = new_desktop(service.url)
    desktop.sign_in(email)
    assert desktop.account is not None
    return desktop.account


@pytest.fixture
def section(window: Window, learner: Learner) -> AccountSection:
    """Signed in, in front."""
    return sign_in(window)


@pytest.fixture
def window(open_window: OpenWindow, learner: Learner) -> Window:
    return open_window(account=learner.window_account)


def press(window: Window, button: QWidget) -> None:
    """As by keyboard, to the end of what it leads to."""
    button.setFocus()
    assert button.hasFocus()
    window.press("Space")
    come_back(window)


def names(section: AccountSection) -> list[str]:
    return [row.device.name for row in section.account_rows.devices.rows]


def test_signing_out_here_leaves_other_devices_signed_in(
    section: AccountSection, window: Window, other: Account, learner: Learner
) -> None:
    press(window, section.account_rows.sign_out)
    assert section.notice.text == "You are signed out on this laptop."
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert keyboard() is section.sign_in
    assert "You were signed in as" not in shown(section), "that is for a sign-in which ended by itself"
    assert len(other.devices()) == 1
    assert not learner.vault.load().is_signed_in


def test_signing_out_everywhere_asks_first_and_ends_all(
    section: AccountSection, window: Window, other: Account
) -> None:
    press(window, section.account_rows.everywhere)
    assert "every other device will be signed out" in shown(section)
    assert keyboard() is section.account_rows.ask_everywhere.keep, "the quiet one"
    window.press("Escape")
    assert not section.account_rows.ask_everywhere.isVisible()
    assert keyboard() is section.account_rows.everywhere
    assert other.me()
    press(window, section.account_rows.everywhere)
    window.press("Tab", "Return")
    come_back(window)
    assert section.notice.text == "You are signed out everywhere."
    assert keyboard() is section.sign_in
    with pytest.raises(SignedOut):
        other.me()


def test_signing_out_without_a_network_is_told_the_service_later(
    section: AccountSection, window: Window, relay: Relay, other: Account
) -> None:
    relay.on("POST /v1/auth/logout", relay.lose_request)
    press(window, section.account_rows.sign_out)
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert "The service was not reached and does not know yet." in section.notice.text
    assert len(other.devices()) == 2
    press(window, section.notice.action)
    assert section.notice.text == "You are signed out on this laptop."
    assert len(other.devices()) == 1


class Breakable(SessionVault):
    """A keyring that breaks after it was used."""

    error: Exception | None = None

    def save(self, kept: Kept) -> None:
        if self.error is not None:
            raise self.error
        super().save(kept)


@pytest.fixture
def vault(learner: Learner) -> Breakable:
    """The learner's keyring; asked for before the section."""
    vault = learner.vault = Breakable("")
    return vault


def test_signing_out_with_a_locked_keyring_is_finished_when_it_is_unlocked(
    vault: Breakable, section: AccountSection, window: Window
) -> None:
    vault.error = VaultUnavailable("The keyring of this computer is locked.")
    press(window, section.account_rows.sign_out)
    assert "still holds your sign-in, which no longer works. Unlock" in section.notice.text
    assert not section.not_remembered.isVisible(), "nobody is signed in"
    vault.error = None
    press(window, section.notice.action)
    assert section.notice.text == "You are signed out on this laptop."
    assert not section.notice.action.isVisible()
    assert vault.load() == Kept()


def test_after_a_fault_of_the_program_the_page_shows_the_account_as_it_is(
    vault: Breakable, section: AccountSection, window: Window
) -> None:
    vault.error = RuntimeError("a fault")
    with window.qtbot.captureExceptions() as raised:
        press(window, section.account_rows.sign_out)
    assert [kind for kind, *_ in raised] == [RuntimeError]
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert section.sign_in.isEnabled()


def test_a_start_tells_the_service_what_the_last_one_could_not(
    section: AccountSection, window: Window, relay: Relay, other: Account, learner: Learner, open_window: OpenWindow
) -> None:
    relay.on("POST /v1/auth/logout", relay.lose_request)
    press(window, section.account_rows.sign_out)
    window.close()
    window = open_window(account=learner.window_account)
    come_back(window)
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert len(other.devices()) == 1


def test_devices_are_named_renamed_and_signed_out(section: AccountSection, window: Window, other: Account) -> None:
    [there] = [device for device in other.devices() if device.is_this]
    other.rename_device(there.id, "Tower")
    press(window, section.account_rows.manage)
    assert names(section)[1:] == ["Tower"], "this laptop comes first"
    assert section.account_rows.rows["devices"].hint == "This laptop · Tower, today"
    assert keyboard() is section.account_rows.manage
    row = section.account_rows.devices.rows[1]
    press(window, row.rename)
    assert row.edit is not None
    assert keyboard() is row.edit.field
    window.press("T", "W", "O", "Return")
    come_back(window)
    assert names(section)[1:] == ["two"]
    assert keyboard().accessibleName() == "Rename two"
    assert [device.name for device in other.devices() if device.is_this] == ["two"]
    end = section.account_rows.devices.rows[1].end
    assert end is not None
    press(window, end)
    assert section.notice.text == "two is signed out. What was answered there stays there."
    assert len(section.account_rows.devices.rows) == 1
    assert keyboard() is section.account_rows.devices.rows[0].rename
    with pytest.raises(SignedOut):
        other.me()


def test_a_device_that_was_signed_out_elsewhere_leaves_the_list_when_it_gets_a_name(
    section: AccountSection, window: Window, other: Account
) -> None:
    press(window, section.account_rows.manage)
    other.sign_out()
    row = section.account_rows.devices.rows[1]
    press(window, row.rename)
    window.press("X", "Return")
    come_back(window)
    assert section.notice.text == "The name was not changed. It is signed out already."
    assert not section.notice.action.isVisible()
    assert len(names(section)) == 1


def test_this_laptop_is_renamed_and_cannot_be_signed_out_in_the_list(section: AccountSection, window: Window) -> None:
    press(window, section.account_rows.manage)
    [row] = section.account_rows.devices.rows
    assert row.end is None
    assert row.hint.startswith("This laptop · ")
    press(window, row.rename)
    assert row.edit is not None
    row.edit.field.clear()
    assert not row.edit.save.isEnabled()
    window.press("Return")
    assert row.edit is not None, "a device has a name"
    window.press("Escape")
    assert row.edit is None
    assert keyboard() is row.rename
    window.press("Escape")
    assert not section.account_rows.devices.isVisible()
    assert keyboard() is section.account_rows.manage


def test_a_name_that_was_not_taken_is_tried_again_without_typing(
    section: AccountSection, window: Window, relay: Relay
) -> None:
    press(window, section.account_rows.manage)
    [row] = section.account_rows.devices.rows
    press(window, row.rename)
    relay.on("PATCH /v1/me/devices", relay.lose_request)
    window.press("X", "Return")
    come_back(window)
    assert section.notice.text.startswith("The name was not changed. ")
    assert names(section) != ["x"]
    press(window, section.notice.action)
    assert names(section) == ["x"]
    assert not section.notice.isVisible()


def test_a_name_that_is_being_written_outlives_what_comes_from_the_network(
    section: AccountSection, window: Window, other: Account
) -> None:
    press(window, section.account_rows.manage)
    row = section.account_rows.devices.rows[0]
    press(window, row.rename)
    window.press("Y")
    other.rename_device(other.devices()[0].id, "Elsewhere")
    account_of(window).read()
    come_back(window)
    assert row.edit is not None
    assert row.edit.field.text() == "y"
    assert row.edit.field.hasFocus()


class Opener(QObject):
    """Stands for the system's window of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.urls.append(url)


def test_my_data_are_saved_and_shown_where_they_are(section: AccountSection, window: Window, tmp_path: Path) -> None:
    target = tmp_path / "mine.zip"
    section.export_to(target)
    come_back(window)
    assert section.notice.text == f"Saved: {target}"
    assert zipfile.is_zipfile(target)
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")  # type: ignore[arg-type]
    try:
        press(window, section.notice.action)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert [Path(url.toLocalFile()) for url in opener.urls] == [tmp_path]


def test_an_export_shows_how_far_it_is_and_is_cancelled(
    section: AccountSection, window: Window, relay: Relay, let_go: Event, tmp_path: Path
) -> None:
    relay.on("GET /v1/me/export", relay.hold(let_go, first_bytes=600))
    section.account_rows.export.setFocus()
    section.export_to(tmp_path / "mine.zip")
    window.wait_until(lambda: "kB" in section.strip.text)
    assert section.strip.text.startswith("Exporting to mine.zip · 0 kB")
    assert not section.account_rows.sign_out.isEnabled()
    assert keyboard() is section.strip.cancel
    window.press("Space")
    let_go.set()
    come_back(window)
    assert section.notice.text == "The export was cancelled. No file was written."
    assert list(tmp_path.glob("*mine*")) == []
    assert keyboard() is section.account_rows.export


@pytest.mark.parametrize("place", ["full disk", "read-only disk", "no folder"])
def test_an_export_that_cannot_be_written_says_why(
    place: str, section: AccountSection, window: Window, small_disk: SmallDisk, tmp_path: Path
) -> None:
    folder, words = tmp_path / "nowhere", "is not there"
    if place != "no folder":
        folder, words = small_disk("64k"), "is full" if place == "full disk" else "cannot be written"
        (folder / "other").write_bytes(b"x" * 60_000)
    if place == "full disk":
        (folder / "last").write_bytes(b"x" * 4096)
    if place == "read-only disk":
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    section.export_to(folder / "mine.zip")
    come_back(window)
    assert section.notice.text.startswith("Not exported. ")
    assert words in section.notice.text
    assert not (folder / "mine.zip").exists()
    assert account_of(window).stage is Stage.SIGNED_IN


def test_deleting_asks_first_and_is_taken_back_by_one_press(
    section: AccountSection, window: Window, learner: Learner, open_window: OpenWindow, tmp_path: Path
) -> None:
    press(window, section.account_rows.delete)
    assert "removed in 14 days" in shown(section)
    assert keyboard() is section.account_rows.ask_delete.keep
    window.press("Space")
    assert keyboard() is section.account_rows.delete
    assert account_of(window).stage is Stage.SIGNED_IN
    press(window, section.account_rows.delete)
    window.press("Tab", "Return")
    come_back(window)
    assert "Your account will be deleted on" in shown(section)
    assert keyboard() is section.account_rows.keep
    assert not section.account_rows.rows["delete"].isVisible()
    section.export_to(tmp_path / "mine.zip")
    come_back(window)
    assert (tmp_path / "mine.zip").is_file()
    window.close()
    window = open_window(account=learner.window_account)
    section = section_of(window)
    assert "Your account will be deleted on" in shown(section)
    press(window, section.account_rows.keep)
    assert account_of(window).stage is Stage.SIGNED_IN
    assert section.notice.text == "Your account stays. Nothing was deleted."
    assert keyboard() is section.account_rows.manage


def test_a_deletion_asked_for_elsewhere_is_seen_here(section: AccountSection, window: Window, other: Account) -> None:
    other.request_deletion()
    press(window, section.account_rows.manage)
    assert account_of(window).stage is Stage.DELETING
    assert keyboard() is section.account_rows.keep


def end_this_one(other: Account) -> None:
    [device] = [device for device in other.devices() if not device.is_this]
    other.end_device(device.id)


@pytest.fixture
def ended(section: AccountSection, window: Window, other: Account, learner: Learner, open_window: OpenWindow) -> Window:
    """The window of the next start, after the sign-in was ended on the other computer."""
    window.close()
    end_this_one(other)
    window = open_window(account=learner.window_account)
    come_back(window)
    return window


def offer_of(window: Window) -> Offer:
    offer = window.shell._offer
    assert offer is not None
    return offer


def test_a_sign_in_that_ended_elsewhere_is_said_once_and_study_goes_on(
    ended: Window, learner: Learner, email: str, open_window: OpenWindow
) -> None:
    window, offer = ended, offer_of(ended)
    assert offer.isVisible()
    assert offer.text.startswith("You are signed out: your sign-in expired, or it was ended on another device.")
    assert QApplication.activeModalWidget() is None
    window.press("Return")
    page = window.shell.practice
    assert not offer.isVisible(), "not while a session fills the window"
    assert page.view.question is not None
    window.answer(page.view, page.view.question.key)
    window.press("Return")
    assert page.feedback.isVisible()
    page.end_session()
    window.settle()
    assert offer.isVisible()
    section = section_of(window)
    assert not offer.isVisible(), "the page says it"
    assert f"You were signed in as {email}." in shown(section)
    assert section.sign_in.isVisible()
    window.close()
    again = open_window(account=learner.window_account)
    come_back(again)
    assert again.shell._offer is None, "it was said"
    assert f"You were signed in as {email}." in shown(section_of(again))


def test_the_line_about_an_ended_sign_in_signs_in_again(ended: Window) -> None:
    offer = offer_of(ended)
    offer.action.click()
    assert not offer.isVisible()
    come_back(ended)
    assert ended.shell.shown_page is ended.shell.settings
    assert ended.shell.settings.section == "account"
    assert account_of(ended).stage is Stage.SIGNED_IN
    assert not offer.isVisible()


def test_the_line_about_an_ended_sign_in_is_put_away_for_good(ended: Window) -> None:
    offer = offer_of(ended)
    offer.close_button.click()
    for page in ("today", "library"):
        ended.go(page)
        assert not offer.isVisible()


def test_who_finds_the_sign_in_ended_on_its_page_sees_it_there_only(
    section: AccountSection, window: Window, other: Account, email: str
) -> None:
    end_this_one(other)
    press(window, section.account_rows.manage)
    assert f"You were signed in as {email}." in shown(section)
    assert window.shell._offer is None
    assert keyboard() is section.sign_in


def test_an_account_that_is_gone_is_said_to_be(
    section: AccountSection, window: Window, relay: Relay, learner: Learner, open_window: OpenWindow
) -> None:
    window.close()
    relay.on("POST /v1/auth/refresh", problem(410, "account_gone"))
    window = open_window(account=learner.window_account)
    come_back(window)
    assert offer_of(window).text == "This account was deleted. What you did on this device is still here."
    assert "You were signed in as" not in shown(section_of(window))


def test_an_account_that_is_found_gone_on_its_page_is_said_there(
    section: AccountSection, window: Window, relay: Relay
) -> None:
    relay.on("GET /v1/me", problem(410, "account_gone"))
    section = section_of(window)
    assert window.shell._offer is None
    assert section.notice.text == "This account was deleted. What you did on this device is still here."
    assert account_of(window).stage is Stage.SIGNED_OUT


def test_a_start_without_a_network_says_nothing(
    section: AccountSection, window: Window, learner: Learner, email: str, open_window: OpenWindow
) -> None:
    window.close()
    learner.url = f"http://127.0.0.1:{free_port()}"
    window = open_window(account=learner.window_account)
    come_back(window)
    assert window.shell._offer is None
    section = section_of(window)
    assert email in shown(section)
    assert not section.notice.isVisible()
    assert section.account_rows.rows["devices"].hint.startswith("The list cannot be read now. ")
    press(window, section.account_rows.delete)
    window.press("Tab", "Return")
    come_back(window)
    assert section.notice.text.startswith("Nothing was deleted. ")
    assert account_of(window).stage is Stage.SIGNED_IN


def test_what_takes_long_is_shown_to_be_under_way(
    section: AccountSection, window: Window, relay: Relay, let_go: Event
) -> None:
    relay.on("POST /v1/auth/logout", relay.hold(let_go))
    section.account_rows.sign_out.setFocus()
    section.account_rows.sign_out.click()
    window.wait_until(lambda: section.strip.isVisible())
    assert section.strip.text == "Signing out…"
    assert not section.account_rows.export.isEnabled()
    assert keyboard() is window.shell.settings
    window.go("practice")
    window.press("Ctrl+Comma")
    let_go.set()
    come_back(window)
    assert not section.strip.isVisible()
    assert account_of(window).stage is Stage.SIGNED_OUT


@pytest.mark.parametrize(
    "request_", ["GET /v1/me/devices", "GET /v1/me/export", "DELETE /v1/me", "POST /v1/auth/logout"]
)
def test_closing_the_window_waits_for_nothing(
    request_: str, section: AccountSection, window: Window, relay: Relay, let_go: Event, tmp_path: Path
) -> None:
    """What is asked for is held until the window is closed."""
    relay.on(request_, relay.hold(let_go))
    account = account_of(window)
    ask = {
        "GET /v1/me/devices": account.read,
        "GET /v1/me/export": lambda: account.export_to(tmp_path / "mine.zip"),
        "DELETE /v1/me": account.request_deletion,
        "POST /v1/auth/logout": account.sign_out,
    }
    earlier = len(relay.requests)  # the page has read the devices before
    ask[request_]()
    window.wait_until(lambda: any(each.startswith(request_.encode()) for each in relay.requests[earlier:]))
    window.close()
    assert lane_is_left_behind()
    assert not (tmp_path / "mine.zip").exists()


def test_tab_visits_the_account_in_reading_order(section: AccountSection, window: Window, other: Account) -> None:
    press(window, section.account_rows.manage)
    tab_to(window, section.account_rows.sign_out)
    rows = section.account_rows
    rows.everywhere.click()
    rows.delete.click()
    first, second = rows.devices.rows
    first.rename.click()
    assert first.edit is not None
    assert second.end is not None
    tab_to(window, rows.sign_out)
    wanted = [
        rows.everywhere, *rows.ask_everywhere.controls, rows.manage, first.rename, *first.edit.controls,
        second.rename, second.end, rows.export, rows.delete, *rows.ask_delete.controls,
    ]  # fmt: skip
    assert visited(window)[: len(wanted)] == wanted


@pytest.mark.parametrize("back", [False, True])
def test_what_tab_comes_to_is_in_sight(back: bool, open_window: OpenWindow, learner: Learner) -> None:
    window = open_window(WindowSettings(ThemeName.LIGHT, 200), account=learner.window_account)
    window.shell.resize(1024, 700)
    section = sign_in(window)
    for button in (section.account_rows.manage, section.account_rows.everywhere, section.account_rows.delete):
        press(window, button)
    for _ in range(24):
        widget = tab(window, back=back)
        assert not widget.visibleRegion().isEmpty(), widget.accessibleName()


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_long_names_are_no_wider_than_the_window(
    zoom: int, email: str, learner: Learner, open_window: OpenWindow, oauth2_mock: OAuth2Mock, new_browser: NewBrowser
) -> None:
    address = f"{'a-learner-with-a-name-that-has-no-end' * 2}{'x' * 30}.{email}"
    oauth2_mock.become(address, "Long")
    learner.browser = new_browser(address).open
    window = open_window(WindowSettings(ThemeName.LIGHT, zoom), account=learner.window_account)
    window.shell.resize(1024, 700)
    section = sign_in(window)
    press(window, section.account_rows.manage)
    [row] = section.account_rows.devices.rows
    press(window, row.rename)
    page = window.shell.settings
    _fits(page, section)
    assert row.edit is not None
    row.edit.field.setText("W" * 80)
    window.press("Return")
    come_back(window)
    press(window, section.account_rows.delete)
    section.account_rows.ask_everywhere.ask()
    window.settle()
    _fits(page, section)


def _fits(page: QWidget, section: AccountSection) -> None:
    for widget in section.findChildren(QWidget):
        if widget.isVisible():
            right = widget.mapTo(page, widget.rect().bottomRight()).x()
            assert right <= page.width(), widget
            if isinstance(widget, Button):
                assert widget.accessibleName()
                assert widget.height() >= 24
