"""An account after its sign-in: tokens that are renewed, answers that get lost, devices, sign-out, export, deletion."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from pingtopass_desktop.cloud.account import Account, SignedOff, Standing
from pingtopass_desktop.cloud.errors import (
    AccountGone,
    BadAnswer,
    Cancelled,
    CloudError,
    DeletionPending,
    Offline,
    Refused,
    ServiceAway,
    SignedOut,
)
from pingtopass_desktop.cloud.vault import Kept
from pingtopass_desktop.disk import CannotSave
from tests.fakes.canned import answer, problem
from tests.fakes.desktop import Desktop
from tests.fakes.peers import GRACE, OAuth2Mock
from tests.fakes.processes import free_port
from tests.fakes.relay import Relay
from tests.fakes.service import ServiceProcess

NewDesktop = Callable[[str], Desktop]
REFRESH = "POST /v1/auth/refresh"


@pytest.fixture
def email(request: pytest.FixtureRequest, oauth2_mock: OAuth2Mock) -> str:
    """Of a learner of this test alone."""
    address = f"{abs(hash(request.node.nodeid))}@example.com"
    oauth2_mock.become(address, "Test Learner")
    return address


@pytest.fixture
def first_laptop(service: ServiceProcess, new_desktop: NewDesktop, email: str) -> Desktop:
    return signed_in(new_desktop(service.url), email)


@pytest.fixture
def second_laptop(first_laptop: Desktop, service: ServiceProcess, new_desktop: NewDesktop, email: str) -> Desktop:
    """Another computer of the same learner."""
    return signed_in(new_desktop(service.url), email)


def signed_in(desktop: Desktop, email: str) -> Desktop:
    desktop.sign_in(email)
    return desktop


def account_of(desktop: Desktop) -> Account:
    assert desktop.account is not None
    return desktop.account


def through(relay: Relay, desktop: Desktop) -> Account:
    """The desktop started again, with the relay between it and the service."""
    desktop.url = relay.url
    return desktop.restart()


def other_device(desktop: Desktop) -> str:
    """The id of the learner's one other device."""
    [device] = [device for device in account_of(desktop).devices() if not device.is_this]
    return device.id


def test_a_restart_keeps_the_sign_in_and_asks_nobody(first_laptop: Desktop) -> None:
    before = account_of(first_laptop).standing
    first_laptop.url = f"http://127.0.0.1:{free_port()}"
    assert first_laptop.restart().standing == before
    assert before.is_signed_in


def test_a_token_is_used_until_its_last_minute(first_laptop: Desktop) -> None:
    account = account_of(first_laptop)
    token = account.access_token()
    first_laptop.clock.now += 15 * 60 - 61
    assert account.access_token() == token
    kept = first_laptop.vault.load()
    first_laptop.clock.now += 2
    account.access_token()
    assert first_laptop.vault.load().refresh_token != kept.refresh_token
    assert first_laptop.vault.load().attempt != kept.attempt


def test_a_refresh_whose_answer_got_lost_is_repeated(first_laptop: Desktop, service: ServiceProcess) -> None:
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        for _ in range(3):
            relay.on(REFRESH, relay.lose_answer)
            with pytest.raises(ServiceAway):
                account.access_token()
        account.access_token()
        assert account.me() == account.standing.me
        first_laptop.close()


def test_a_program_that_was_killed_while_it_refreshed_stays_signed_in(
    first_laptop: Desktop, service: ServiceProcess
) -> None:
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        before = first_laptop.vault.load()
        account.access_token()
        first_laptop.vault.save(before)  # it was killed before it had kept the answer
        account = through(relay, first_laptop)
        account.access_token()
        assert account.me() == account.standing.me
        first_laptop.close()


def test_a_token_that_was_copied_ends_the_sign_in_and_nothing_else(first_laptop: Desktop) -> None:
    account = account_of(first_laptop)
    me, copied = account.standing.me, first_laptop.vault.load()
    first_laptop.restart().access_token()
    account_of(first_laptop).close()
    first_laptop.restart().access_token()
    first_laptop.vault.save(Kept(copied.refresh_token, "another-attempt-altogether", copied.session, copied.me))
    thief = first_laptop.restart()
    with pytest.raises(SignedOut, match="everything you did is kept here"):
        thief.access_token()
    assert thief.standing == Standing(me, is_signed_in=False)


def test_a_computer_that_slept_gets_a_new_token(first_laptop: Desktop, service: ServiceProcess) -> None:
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        account.access_token()
        relay.on("GET /v1/me", problem(401, "sign_in"))
        assert account.me() == account.standing.me
        assert len([request for request in relay.requests if request.startswith(REFRESH.encode())]) == 2
        first_laptop.close()


@pytest.mark.parametrize("request_", ["GET /v1/me", REFRESH])
def test_the_page_of_a_hotels_network_signs_nobody_out(
    request_: str, first_laptop: Desktop, service: ServiceProcess
) -> None:
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        relay.on(request_, answer(401, b"<h1>Welcome</h1>", "text/html"))
        with pytest.raises(BadAnswer):
            account.me()
        assert account.me() == account.standing.me
        assert account.standing.is_signed_in
        first_laptop.close()


def test_a_sign_in_that_was_ended_elsewhere_is_forgotten_and_its_learner_is_not(
    first_laptop: Desktop, second_laptop: Desktop
) -> None:
    me = account_of(first_laptop).me()
    account_of(second_laptop).end_device(other_device(second_laptop))
    with pytest.raises(SignedOut):
        account_of(first_laptop).me()
    assert account_of(first_laptop).standing == Standing(me, is_signed_in=False)
    assert first_laptop.restart().standing == Standing(me, is_signed_in=False)
    assert account_of(second_laptop).me() == me


def test_signed_out_asks_nobody(new_desktop: NewDesktop) -> None:
    account = account_of(new_desktop(f"http://127.0.0.1:{free_port()}"))
    for request in (account.me, account.devices, account.access_token, account.request_deletion):
        with pytest.raises(SignedOut):
            request()
    assert account.standing == Standing()


def test_signing_out_ends_the_sign_in_here_and_at_the_service(first_laptop: Desktop, second_laptop: Desktop) -> None:
    assert account_of(first_laptop).sign_out() == SignedOff(is_service_told=True, is_forgotten=True)
    assert account_of(first_laptop).standing == Standing()
    assert first_laptop.vault.load() == Kept()
    assert len(account_of(second_laptop).devices()) == 1


def test_signing_out_everywhere_ends_all_sign_ins(first_laptop: Desktop, second_laptop: Desktop) -> None:
    account_of(first_laptop).sign_out(everywhere=True)
    with pytest.raises(SignedOut):
        account_of(second_laptop).me()


@pytest.mark.parametrize("everywhere", [False, True])
def test_signing_out_without_a_network_reaches_the_service_later(
    everywhere: bool, first_laptop: Desktop, second_laptop: Desktop
) -> None:
    there, first_laptop.url = first_laptop.url, f"http://127.0.0.1:{free_port()}"
    account = first_laptop.restart()
    assert account.sign_out(everywhere=everywhere) == SignedOff(is_service_told=False, is_forgotten=True)
    assert account.standing == Standing()
    first_laptop.url = there
    account = first_laptop.restart()
    assert account.standing == Standing()
    assert account.end_old_sessions()
    assert first_laptop.vault.load() == Kept()
    if everywhere:
        with pytest.raises(SignedOut):
            account_of(second_laptop).me()
    else:
        assert len(account_of(second_laptop).devices()) == 1


def test_a_device_gets_another_name(first_laptop: Desktop, second_laptop: Desktop) -> None:
    device = account_of(first_laptop).rename_device(other_device(first_laptop), "Kitchen")
    assert (device.name, device.is_this) == ("Kitchen", False)
    assert {device.name for device in account_of(second_laptop).devices() if device.is_this} == {"Kitchen"}
    with pytest.raises(Refused):
        account_of(first_laptop).rename_device(device.id, "")


def test_the_export_is_a_whole_zip(first_laptop: Desktop, tmp_path: Path) -> None:
    target, told = tmp_path / "my-data.zip", []
    account_of(first_laptop).export(target, lambda *there: told.append(there), Event(), may_replace=False)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        content = b"".join(archive.read(name) for name in archive.namelist())
    me = account_of(first_laptop).standing.me
    assert me is not None
    assert me.email.encode() in content
    assert told[0][0] == 0
    assert told[-1][0] == target.stat().st_size
    assert list(tmp_path.iterdir()) == [target]


def _zip(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("account.json", bytes(size))
    return file.getvalue()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(200, _zip(99)[:-30], "application/zip"), BadAnswer),
        (answer(200, b"", "application/zip"), BadAnswer),
        (answer(200, _zip(99), "text/html"), BadAnswer),
        (answer(200, _zip(999), "application/zip")[:-500], ServiceAway),
        (problem(429, "slow_down"), ServiceAway),
    ],
)
def test_an_export_that_is_not_whole_is_no_file(
    given: bytes, kind: type[CloudError], first_laptop: Desktop, service: ServiceProcess, tmp_path: Path
) -> None:
    target = tmp_path / "my-data.zip"
    target.write_bytes(b"of last year")
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        relay.on("GET /v1/me/export", given)
        with pytest.raises(kind):
            account.export(target, lambda *_: None, Event(), may_replace=True)
        first_laptop.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"my-data.zip": b"of last year"}


def test_an_export_that_is_cancelled_is_no_file(first_laptop: Desktop, service: ServiceProcess, tmp_path: Path) -> None:
    cancel = Event()

    def stop_soon(there: int, size: int | None) -> None:
        if there:
            cancel.set()

    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        relay.on("GET /v1/me/export", answer(200, _zip(4_000_000), "application/zip"))
        with pytest.raises(Cancelled):
            account.export(tmp_path / "my-data.zip", stop_soon, cancel, may_replace=False)
        first_laptop.close()
    assert list(tmp_path.iterdir()) == []


def test_an_export_never_replaces_a_file_without_being_told_to(first_laptop: Desktop, tmp_path: Path) -> None:
    target = tmp_path / "my-data.zip"
    target.write_bytes(b"mine")
    with pytest.raises(CannotSave, match="exists already"):
        account_of(first_laptop).export(target, lambda *_: None, Event(), may_replace=False)
    assert target.read_bytes() == b"mine"


def test_an_account_that_is_to_be_deleted_can_be_taken_back(first_laptop: Desktop, second_laptop: Desktop) -> None:
    account, other = account_of(first_laptop), account_of(second_laptop)
    due_at = account.request_deletion().deletion_due_at
    assert due_at is not None
    assert account.standing.me is not None
    assert account.standing.me.deletion_due_at == due_at
    with pytest.raises(DeletionPending) as pending:
        other.rename_device(other_device(second_laptop), "Kitchen")
    assert pending.value.due_at == due_at
    assert other.standing.me == account.standing.me
    assert other.standing.is_signed_in
    assert len(account.devices()) == 2
    assert account.restore_account().deletion_due_at is None
    assert other.me().deletion_due_at is None


@pytest.mark.parametrize("request_", ["GET /v1/me", REFRESH])
def test_an_account_that_is_gone_is_forgotten(request_: str, first_laptop: Desktop, service: ServiceProcess) -> None:
    with Relay(service.url) as relay:
        account = through(relay, first_laptop)
        relay.on(request_, problem(410, "account_gone"))
        with pytest.raises(AccountGone, match="is still here"):
            account.me()
        assert account.standing == Standing()
        assert first_laptop.restart().standing == Standing()
        first_laptop.close()


def test_a_network_that_is_away_changes_nothing(first_laptop: Desktop) -> None:
    before = account_of(first_laptop).standing
    first_laptop.url = f"http://127.0.0.1:{free_port()}"
    account = first_laptop.restart()
    for request in (account.me, account.devices, account.access_token, account.request_deletion):
        with pytest.raises(Offline):
            request()
    assert account.standing == before


def test_another_learner_on_this_computer_is_another_account(first_laptop: Desktop, oauth2_mock: OAuth2Mock) -> None:
    before = account_of(first_laptop).standing.me
    assert before is not None
    oauth2_mock.become(GRACE.email)
    me = first_laptop.sign_in(GRACE.email)
    assert me.id != before.id
    assert account_of(first_laptop).me() == me
