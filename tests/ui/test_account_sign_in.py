"""Signing in from the real window: with the real service, two OAuth servers and a browser, and all that goes wrong."""

from collections.abc import Callable
from threading import Event

import pytest
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.app.config import API_URL_VARIABLE
from pingtopass_desktop.cloud.vault import Kept, SessionVault
from pingtopass_desktop.ui.pages.settings_account import AccountSection
from pingtopass_desktop.ui.window_account import Stage
from tests.fakes.browser import Browser, visit
from tests.fakes.canned import answer
from tests.fakes.peers import OAuth2Mock, OAuthServer
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
from tests.ui.test_keyboard_alone import tab, tab_to
from tests.ui.window import Window

NewBrowser = Callable[[str], Browser]

STEPS = {"asking": "GET /v1/auth/google", "checking": "POST /v1/auth/google"}
"""The request that a step waits for."""


class Idle:
    """A browser in which nobody does anything yet."""

    def __init__(self, *, opens: bool = True) -> None:
        self.opens = opens
        self.opened: list[str] = []

    def open(self, address: str) -> bool:
        self.opened.append(address)
        return self.opens


def begin(window: Window) -> AccountSection:
    """Press the button and wait until the browser is waited for."""
    section = section_of(window)
    section.sign_in.setFocus()
    section.sign_in.click()
    account = account_of(window)
    window.wait_until(lambda: account.progress is not None and bool(account.progress.address))
    assert account.stage is Stage.SIGNING_IN
    return section


def test_a_learner_signs_in_by_mouse(
    oauth_server: OAuthServer, each_service: ServiceProcess, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    browser = new_browser(oauth_server.learner.email)
    window = open_window(account=Learner(each_service.url, browser.open).window_account)
    section = section_of(window)
    assert "no account is needed to study" in shown(section)
    sign_in(window)
    assert f"{oauth_server.learner.email}\nSigned in with Google" in shown(section)
    assert browser.page().text == "You are signed in You can close this tab and go back to PingToPass."
    assert not section.notice.isVisible()
    assert "This laptop" in section.account_rows.rows["devices"].hint


def test_a_learner_signs_in_by_keyboard_alone(
    oauth_server: OAuthServer, each_service: ServiceProcess, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    window = open_window(account=Learner(each_service.url, new_browser(oauth_server.learner.email).open).window_account)
    come_back(window)
    window.press("Ctrl+Comma")
    page = window.shell.settings
    tab_to(window, page.section_buttons["study"])
    while not page.section_buttons["account"].hasFocus():
        window.press("Down")
    section = page._sections["account"]
    assert isinstance(section, AccountSection)
    tab_to(window, section.sign_in)
    window.press("Return")
    come_back(window)
    assert oauth_server.learner.email in shown(section)
    assert keyboard() is section.account_rows.manage, "Enter there does nothing that one would regret"


def test_the_rest_of_the_window_works_while_the_browser_is_waited_for(
    service: ServiceProcess, email: str, open_window: OpenWindow
) -> None:
    browser = Idle()
    window = open_window(account=Learner(service.url, browser.open).window_account)
    section = begin(window)
    assert "Waiting for your browser…" in shown(section)
    assert keyboard() is section.panel.cancel
    window.press("Escape")
    assert account_of(window).stage is Stage.SIGNING_IN, "Esc does not stop it"
    window.go("practice")
    window.press("Return")
    view = window.shell.practice.view
    assert view.question is not None
    window.answer(view, view.question.key)
    window.press("Return")
    assert window.shell.practice.feedback.isVisible()
    window.shell.practice.end_session()
    window.settle()
    window.press("Ctrl+Comma")
    assert "Waiting for your browser…" in shown(section)
    assert section.panel.open.isVisible()
    section.panel.open.click()
    window.settle()
    assert browser.opened == [browser.opened[0]] * 2
    section.panel.copy.click()
    assert QApplication.clipboard().text() == browser.opened[0]
    visit(browser.opened[0], email)
    come_back(window)
    assert email in shown(section)


def test_where_no_browser_opens_the_address_is_opened_by_hand(
    service: ServiceProcess, email: str, open_window: OpenWindow
) -> None:
    browser = Idle(opens=False)
    window = open_window(account=Learner(service.url, browser.open).window_account)
    section = begin(window)
    assert "No browser could be opened." in shown(section)
    section.panel.open.click()
    window.settle()
    assert "Copy the address instead." in section.notice.text
    section.panel.copy.click()
    visit(QApplication.clipboard().text(), email)
    come_back(window)
    assert email in shown(section)


@pytest.mark.parametrize("step", STEPS)
def test_cancelling_holds_at_once_and_leaves_everything_as_it_was(
    step: str, relay: Relay, email: str, new_browser: NewBrowser, let_go: Event, open_window: OpenWindow
) -> None:
    learner = Learner(relay.url, new_browser(email).open)
    window = open_window(account=learner.window_account)
    section = section_of(window)
    relay.on(STEPS[step], relay.hold(let_go))
    section.sign_in.setFocus()
    section.sign_in.click()
    window.wait_until(lambda: any(each.startswith(STEPS[step].encode()) for each in relay.requests))
    window.press("Space")
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert section.notice.text == "Sign-in cancelled. Nothing was changed."
    assert keyboard() is section.sign_in
    let_go.set()
    come_back(window)
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert learner.vault.load() == Kept()
    sign_in(window)
    assert section.account_rows.rows["devices"].hint == "This laptop", "no sign-in is left over"


def test_cancelling_while_the_browser_is_waited_for_holds_at_once(
    service: ServiceProcess, email: str, open_window: OpenWindow
) -> None:
    browser = Idle()
    window = open_window(account=Learner(service.url, browser.open).window_account)
    section = begin(window)
    section.panel.cancel.click()
    assert account_of(window).stage is Stage.SIGNED_OUT
    come_back(window)
    assert section.notice.text == "Sign-in cancelled. Nothing was changed."
    assert section.sign_in.isVisible()


def test_a_browser_that_was_closed_is_not_waited_for_for_ever(
    service: ServiceProcess, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    learner = Learner(service.url, Idle().open, sign_in_s=0.2)
    window = open_window(account=learner.window_account)
    section = begin(window)
    come_back(window)
    assert "Nobody finished signing in" in section.notice.text
    assert section.notice.action.text() == "Try again"
    assert keyboard() is section.notice.action


def test_who_says_no_to_google_is_told_and_may_try_again(
    service: ServiceProcess, oauth2_mock: OAuth2Mock, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    window = open_window(account=Learner(service.url, new_browser(email).open).window_account)
    section = section_of(window)
    oauth2_mock.fault("access_denied")
    section.sign_in.setFocus()
    section.sign_in.click()
    come_back(window)
    assert section.notice.text.startswith("You said no on the page of Google")
    assert keyboard() is section.notice.action
    window.press("Return")
    come_back(window)
    assert email in shown(section)
    assert not section.notice.isVisible()


def test_an_account_that_the_service_refuses_is_told_why(
    service: ServiceProcess, oauth2_mock: OAuth2Mock, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    window = open_window(account=Learner(service.url, new_browser(email).open).window_account)
    section = section_of(window)
    oauth2_mock.fault("email_not_verified")
    section.sign_in.click()
    come_back(window)
    assert account_of(window).stage is Stage.SIGNED_OUT
    assert section.notice.text.startswith("You are not signed in. ")
    assert "verified" in section.notice.text


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", ["away", "damaged"])
def test_a_service_that_fails_in_the_middle_is_said_and_nothing_is_lost(
    fault: str, step: str, relay: Relay, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    window = open_window(account=Learner(relay.url, new_browser(email).open).window_account)
    section = section_of(window)
    relay.on(STEPS[step], relay.lose_request if fault == "away" else answer(200, b"<h1>Welcome</h1>"))
    section.sign_in.click()
    come_back(window)
    assert account_of(window).stage is Stage.SIGNED_OUT
    words = "ended the connection before it had answered" if fault == "away" else "does not know"
    assert words in section.notice.text
    section.notice.action.click()
    come_back(window)
    assert email in shown(section)


def test_a_service_that_is_not_there_is_said(open_window: OpenWindow) -> None:
    browser = Idle()
    window = open_window(account=Learner(f"http://127.0.0.1:{free_port()}", browser.open).window_account)
    section = section_of(window)
    section.sign_in.click()
    come_back(window)
    assert "takes no connection at the moment. Try again later." in section.notice.text
    assert browser.opened == []


def test_without_a_keyring_it_is_said_that_the_sign_in_ends_with_the_program(
    service: ServiceProcess, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    why = "No keyring was found on this computer, so you stay signed in only until PingToPass closes."
    learner = Learner(service.url, new_browser(email).open, vault=SessionVault(why))
    window = open_window(account=learner.window_account)
    section = sign_in(window)
    assert section.not_remembered.isVisible()
    assert section.not_remembered.text == why


def test_where_no_service_is_known_there_is_no_button_to_press(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    section = section_of(window)
    assert account_of(window).stage is Stage.NO_SERVICE
    assert "everything about study works without an account" in shown(section)
    assert API_URL_VARIABLE in shown(section)
    assert not section.sign_in.isVisible()
    assert not {"sign_in", "sign_out"} & set(window.shell.commands())


def test_an_address_that_cannot_be_used_is_named(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_URL_VARIABLE, "http://api.example.com")
    window = open_window()
    section = section_of(window)
    assert account_of(window).stage is Stage.NO_SERVICE
    assert "'http://api.example.com' is not encrypted" in section.notice.text
    assert API_URL_VARIABLE in section.notice.text


def test_the_palette_signs_in_and_out(
    service: ServiceProcess, email: str, new_browser: NewBrowser, open_window: OpenWindow
) -> None:
    window = open_window(account=Learner(service.url, new_browser(email).open).window_account)
    come_back(window)
    for words, stage in (("sign in", Stage.SIGNED_IN), ("sign out", Stage.SIGNED_OUT)):
        window.go("today")
        window.press("Ctrl+K")
        window.qtbot.keyClicks(keyboard(), words)
        window.press("Return")
        come_back(window)
        assert account_of(window).stage is stage
        assert window.shell.shown_page is window.shell.settings
        assert window.shell.settings.section == "account"
        possible = {"sign_in", "sign_out"} & set(window.shell.commands())
        assert possible == ({"sign_out"} if stage is Stage.SIGNED_IN else {"sign_in"})
        assert tab(window)


@pytest.mark.parametrize("step", ["asking", "waiting", "checking"])
def test_closing_the_window_waits_for_no_sign_in(
    step: str, relay: Relay, email: str, new_browser: NewBrowser, let_go: Event, open_window: OpenWindow
) -> None:
    """What is asked for is held until the window is closed."""
    learner = Learner(relay.url, Idle().open if step == "waiting" else new_browser(email).open)
    window = open_window(account=learner.window_account)
    section = section_of(window)
    if step == "waiting":
        begin(window)
    else:
        relay.on(STEPS[step], relay.hold(let_go))
        section.sign_in.click()
        window.wait_until(lambda: any(each.startswith(STEPS[step].encode()) for each in relay.requests))
    window.close()
    assert lane_is_left_behind() is (step != "waiting")
    assert learner.vault.load() == Kept()
