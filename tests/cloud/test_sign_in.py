"""Signing in from the desktop: a real browser's steps, two OAuth servers, the real service, and what goes wrong."""

import logging
from collections.abc import Callable
from threading import Event, Thread

import pytest

from pingtopass_desktop.cloud.account import SignInProgress, SignInStep
from pingtopass_desktop.cloud.device import this_device
from pingtopass_desktop.cloud.errors import (
    BrowserNotOpened,
    Cancelled,
    CloudError,
    Denied,
    ExchangeFailed,
    Offline,
    Refused,
    TimedOut,
)
from pingtopass_desktop.cloud.vault import SessionVault
from tests.fakes.browser import visit
from tests.fakes.desktop import TIMEOUT_S, Desktop
from tests.fakes.peers import (
    ADA,
    EMAIL_FAULTS,
    GRACE,
    RESPONSE_FAULTS,
    TOKEN_FAULTS,
    OAuth2Mock,
    OAuthServer,
)
from tests.fakes.processes import free_port
from tests.fakes.relay import Relay
from tests.fakes.service import ServiceProcess

NewDesktop = Callable[[str], Desktop]


def devices_of(desktop: Desktop) -> int:
    assert desktop.account is not None
    return len(desktop.account.devices())


def signed_in(service: ServiceProcess, new_desktop: NewDesktop, email: str = ADA.email) -> Desktop:
    """A desktop that is signed in, and the only one of its account."""
    desktop = new_desktop(service.url)
    assert desktop.account is not None
    desktop.sign_in(email)
    for device in desktop.account.devices():
        if not device.is_this:
            desktop.account.end_device(device.id)
    return desktop


def test_a_learner_signs_in(oauth_server: OAuthServer, each_service: ServiceProcess, new_desktop: NewDesktop) -> None:
    desktop = new_desktop(each_service.url)
    me = desktop.sign_in(oauth_server.learner.email)
    assert (me.email, me.name, me.role) == (oauth_server.learner.email, oauth_server.learner.name, "user")
    assert desktop.browser is not None
    assert desktop.browser.page().text == "You are signed in You can close this tab and go back to PingToPass."
    assert desktop.account is not None
    assert (desktop.account.standing.me, desktop.account.standing.is_signed_in) == (me, True)
    device = next(device for device in desktop.account.devices() if device.is_this)
    assert (device.name, device.platform) == (this_device().name, this_device().platform)


def test_the_steps_are_told_with_the_address_while_the_browser_is_waited_for(
    oauth_server: OAuthServer, each_service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(each_service.url)
    desktop.sign_in(oauth_server.learner.email)
    assert [told.step for told in desktop.progress] == list(SignInStep)
    assert desktop.browser is not None
    waiting = desktop.progress[1]
    assert (waiting.address, waiting.is_browser_open) == (desktop.browser.opened[0], True)
    for needed in ("code_challenge_method=S256", "prompt=select_account", "scope=openid+email+profile", "nonce="):
        assert needed in waiting.address


def test_who_signs_in_again_is_the_same_account(
    oauth_server: OAuthServer, each_service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    first, second = new_desktop(each_service.url), new_desktop(each_service.url)
    assert first.sign_in(oauth_server.learner.email).id == second.sign_in(oauth_server.learner.email).id
    oauth_server.become(GRACE.email)
    assert second.sign_in(GRACE.email).email == GRACE.email


def _cannot_open(url: str) -> bool:
    raise FileNotFoundError("xdg-open")


@pytest.mark.parametrize("browser", [_cannot_open, lambda url: False])
def test_where_no_browser_opens_the_address_is_opened_by_hand(
    browser: Callable[[str], bool], service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    assert desktop.account is not None
    hands: list[Thread] = []

    def by_hand(told: SignInProgress) -> None:
        if told.step is SignInStep.WAITING:
            assert not told.is_browser_open
            hands.append(Thread(target=visit, args=(told.address, ADA.email)))
            hands[0].start()

    assert desktop.account.sign_in(browser, Event(), by_hand, TIMEOUT_S).email == ADA.email
    hands[0].join()


def test_where_no_browser_opens_and_nobody_does_it_by_hand_that_is_said(
    service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    assert desktop.account is not None
    with pytest.raises(BrowserNotOpened, match="No browser could be opened"):
        desktop.account.sign_in(lambda url: False, Event(), desktop.progress.append, timeout_s=0)


def test_a_browser_that_was_closed_ends_in_a_time_out(service: ServiceProcess, new_desktop: NewDesktop) -> None:
    desktop = signed_in(service, new_desktop)
    assert desktop.account is not None
    with pytest.raises(TimedOut):
        desktop.account.sign_in(lambda url: True, Event(), desktop.progress.append, timeout_s=0)
    assert devices_of(desktop) == 1


def test_a_learner_who_says_no_is_told_so_here_and_in_the_browser(
    oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    oauth2_mock.fault("access_denied")
    with pytest.raises(Denied, match="You said no"):
        desktop.sign_in(ADA.email)
    assert desktop.browser is not None
    assert "You are not signed in" in desktop.browser.page().text


@pytest.mark.parametrize("fault", ["wrong_state", "no_code"])
def test_a_redirect_of_another_sign_in_is_not_taken(
    fault: str, oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    assert desktop.account is not None
    browser = desktop.new_browser(ADA.email)
    oauth2_mock.fault(fault)

    def cancel_when_shown(told: SignInProgress) -> None:
        if told.step is SignInStep.WAITING:
            shown.start()

    def wait_for_the_page() -> None:
        pages.append(browser.page().status)
        desktop.cancel.set()

    pages: list[int] = []
    shown = Thread(target=wait_for_the_page)
    with pytest.raises(Cancelled):
        desktop.account.sign_in(browser.open, desktop.cancel, cancel_when_shown, TIMEOUT_S)
    shown.join()
    assert pages == [400]


@pytest.mark.parametrize("fault", [*TOKEN_FAULTS, *EMAIL_FAULTS])
def test_what_google_never_signed_is_refused_and_changes_nothing(
    fault: str, oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    assert desktop.account is not None
    oauth2_mock.fault(fault)
    with pytest.raises(Refused) as refused:
        desktop.sign_in(ADA.email)
    assert refused.value.code in ("google_token_refused", "nonce_refused", "email_not_verified")
    assert not desktop.account.standing.is_signed_in
    assert desktop.browser is not None
    assert "The sign-in did not work" in desktop.browser.page().text


@pytest.mark.parametrize("fault", RESPONSE_FAULTS)
def test_a_token_that_google_does_not_give_is_an_exchange_that_failed(
    fault: str, oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = new_desktop(service.url)
    oauth2_mock.fault(fault)
    with pytest.raises(ExchangeFailed, match="Sign in again"):
        desktop.sign_in(ADA.email)
    assert desktop.browser is not None
    assert "The sign-in did not work" in desktop.browser.page().text


def test_a_service_that_is_not_reached_opens_no_browser(new_desktop: NewDesktop) -> None:
    desktop = new_desktop(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Offline):
        desktop.sign_in(ADA.email)
    assert desktop.browser is not None
    assert desktop.browser.opened == []


@pytest.mark.parametrize("step", [SignInStep.ASKING, SignInStep.WAITING, SignInStep.CHECKING])
def test_cancelling_at_any_step_leaves_the_older_sign_in_as_it_was(
    step: SignInStep, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = signed_in(service, new_desktop)
    assert desktop.account is not None
    before, token = desktop.account.standing, desktop.account.access_token()
    browser = desktop.new_browser(ADA.email)

    def cancel(told: SignInProgress) -> None:
        if told.step is step:
            desktop.cancel.set()

    with pytest.raises(Cancelled):
        desktop.account.sign_in(browser.open, desktop.cancel, cancel, TIMEOUT_S)
    assert (desktop.account.standing, desktop.account.access_token()) == (before, token)
    assert devices_of(desktop) == 1


def test_cancelling_while_the_service_answers_ends_what_it_made(
    service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = signed_in(service, new_desktop)
    with Relay(service.url) as relay:
        other = new_desktop(relay.url)
        assert other.account is not None
        relay.on("POST /v1/auth/google", relay.after(other.cancel.set))
        with pytest.raises(Cancelled):
            other.sign_in(ADA.email)
        assert not other.account.standing.is_signed_in
        other.close()
    assert devices_of(desktop) == 1


def test_a_sign_in_that_fails_leaves_the_older_one(
    oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = signed_in(service, new_desktop)
    assert desktop.account is not None
    before = desktop.account.standing
    oauth2_mock.fault("wrong_nonce")
    with pytest.raises(Refused):
        desktop.sign_in(ADA.email)
    assert desktop.account.standing == before
    assert devices_of(desktop) == 1


def test_a_sign_in_that_works_ends_the_older_one_of_this_device(
    service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = signed_in(service, new_desktop)
    desktop.sign_in(ADA.email)
    assert devices_of(desktop) == 1


def test_an_older_sign_in_that_cannot_be_ended_now_is_ended_later(
    service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    desktop = signed_in(service, new_desktop)
    with Relay(service.url) as relay:
        relay.on("POST /v1/auth/logout", relay.lose_request)
        desktop.url = relay.url
        desktop.restart()
        desktop.sign_in(ADA.email)
        assert devices_of(desktop) == 2
        account = desktop.restart()
        assert account.end_old_sessions()
        assert devices_of(desktop) == 1
        desktop.close()


@pytest.mark.parametrize(("why", "remembered"), [("", b"true"), ("there is no keyring", b"false")])
def test_the_service_is_told_whether_the_sign_in_is_remembered(
    why: str, remembered: bytes, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    with Relay(service.url) as relay:
        desktop = new_desktop(relay.url)
        desktop.vault = SessionVault(why)
        desktop.restart()
        desktop.sign_in(ADA.email)
        [request] = [request for request in relay.requests if request.startswith(b"POST /v1/auth/google ")]
        assert b'"remembered":' + remembered in request
        desktop.close()


def test_nobody_who_signs_in_is_in_the_log(
    oauth_server: OAuthServer,
    each_service: ServiceProcess,
    new_desktop: NewDesktop,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    desktop = new_desktop(each_service.url)
    desktop.sign_in(oauth_server.learner.email)
    assert desktop.account is not None
    token = desktop.account.access_token()
    kept = desktop.vault.load()
    desktop.account.sign_out()
    assert "signed in, session" in caplog.text
    for private in (oauth_server.learner.email, oauth_server.learner.name, token, kept.refresh_token, "id_token"):
        assert private not in caplog.text


def test_the_errors_of_a_sign_in_name_nobody(
    oauth2_mock: OAuth2Mock, service: ServiceProcess, new_desktop: NewDesktop
) -> None:
    for fault in ("access_denied", "token_refused", "wrong_nonce", "no_email"):
        oauth2_mock.fault(fault)
        with pytest.raises(CloudError) as caught:
            new_desktop(service.url).sign_in(ADA.email)
        assert ADA.email not in str(caught.value)
        assert ADA.name not in str(caught.value)
