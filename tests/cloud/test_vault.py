"""Where sign-ins are kept: the real keyring of a Linux desktop, unlocked, locked and absent, and what it is given."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked

from pingtopass_desktop.cloud.account import Account, SignedOff
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.errors import VaultUnavailable
from pingtopass_desktop.cloud.vault import (
    MAX_ENTRY_BYTES,
    Kept,
    KeyringVault,
    SessionVault,
    entry_name,
    entry_text,
    new_attempt,
)
from sync import wire
from tests.fakes.desktop import Desktop
from tests.fakes.peers import ADA, GRACE
from tests.fakes.processes import peer_is_missing
from tests.fakes.relay import Relay
from tests.fakes.service import ServiceProcess

ROOT = Path(__file__).resolve().parents[2]
ID = "01997f00-0000-7000-8000-000000000000"
ME = wire.Me(ID, "ada@example.org", "Ada Lovelace", "user", 1)


class Session:
    """The login session of a learner: a home of its own, and a bus with gnome-keyring where it is asked for."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.runtime = home / "run"
        self.runtime.mkdir(parents=True, mode=0o700)

    def run(self, *commands: str, keyring: str = "", folder: str = "data", **environment: str) -> list[str]:
        """What the commands of `vault_child` say, with the keyring ``unlocked``, ``locked`` or not there."""
        program = [sys.executable, "-m", "tests.cloud.vault_child", str(self.home / folder), *commands]
        if keyring:
            for needed in ("dbus-run-session", "gnome-keyring-daemon"):
                if shutil.which(needed) is None:
                    peer_is_missing(needed, "install the system's packages dbus and gnome-keyring")
            daemon = {
                "unlocked": "printf a-password | gnome-keyring-daemon --unlock --components=secrets",
                "locked": "gnome-keyring-daemon --start --components=secrets",
            }[keyring]
            program = ["dbus-run-session", "--", "sh", "-c", f'{daemon} >/dev/null 2>&1; exec "$@"', "sh", *program]
        done = subprocess.run(
            program, cwd=self.home, env=self._environment(environment), capture_output=True, text=True, timeout=60
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        of_no_session = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_KEYRING_BACKEND")
        inherited = {name: value for name, value in os.environ.items() if name not in of_no_session}
        home = {"HOME": str(self.home), "XDG_DATA_HOME": str(self.home / "share"), "PYTHONPATH": str(ROOT)}
        bus = f"unix:path={self.runtime / 'no bus'}"
        return {**inherited, **home, "XDG_RUNTIME_DIR": str(self.runtime), "DBUS_SESSION_BUS_ADDRESS": bus, **more}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "home")


def test_a_keyring_keeps_a_sign_in_over_sessions(session: Session) -> None:
    assert session.run("why", "load", "save", "first", "save", "token", keyring="unlocked") == [
        "",
        "",
        "saved",
        "saved",
    ]
    assert session.run("load", "clear", "load", "clear", keyring="unlocked") == ["token", "cleared", "", "cleared"]
    assert session.run("load", keyring="unlocked") == [""]


def test_two_data_folders_on_one_computer_have_sign_ins_of_their_own(session: Session) -> None:
    assert session.run("save", "one", keyring="unlocked", folder="one") == ["saved"]
    assert session.run("load", "save", "two", keyring="unlocked", folder="two") == ["", "saved"]
    assert session.run("load", keyring="unlocked", folder="one") == ["one"]


def test_a_keyring_that_is_locked_is_said_to_be_and_keeps_what_it_has(session: Session) -> None:
    assert session.run("save", "token", keyring="unlocked") == ["saved"]
    why, loaded, saved = session.run("why", "load", "save", "other", keyring="locked")
    assert why == ""
    assert loaded.startswith("unavailable: The keyring of this computer is locked")
    assert saved.startswith("unavailable: The keyring of this computer is locked")
    assert session.run("load", keyring="unlocked") == ["token"]


def test_without_a_keyring_a_sign_in_lasts_as_long_as_the_program(session: Session) -> None:
    why, *said = session.run("why", "save", "token", "load", "clear", "load")
    assert why.startswith("No keyring was found on this computer")
    assert said == ["saved", "token", "cleared", ""]
    assert session.run("load") == [""]


@pytest.mark.parametrize(
    "backend",
    [
        "tests.fakes.plaintext_keyring.Keyring",
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "no.such.Keyring",
        "nonsense",
    ],
)
def test_a_keyring_that_is_none_of_a_system_is_not_used(session: Session, backend: str) -> None:
    why, *said = session.run("why", "save", "token", "load", PYTHON_KEYRING_BACKEND=backend)
    assert why.startswith("No keyring was found on this computer")
    assert said == ["saved", "token"]
    assert not list(session.home.rglob("secrets.txt"))


def test_of_several_keyrings_the_one_of_the_system_is_used(session: Session) -> None:
    chainer = "keyring.backends.chainer.ChainerBackend"
    assert session.run("why", "save", "token", keyring="unlocked", PYTHON_KEYRING_BACKEND=chainer) == ["", "saved"]
    assert session.run("load", keyring="unlocked") == ["token"]


class BrokenKeyring(KeyringBackend):
    """A keyring whose system raises what it likes."""

    priority = 1  # pyright: ignore[reportAssignmentType]  the base computes it

    def __init__(self, error: Exception | None = None, text: str | None = None) -> None:
        super().__init__()
        self.error = error
        self.text = text

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.text

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        self.text = password

    def delete_password(self, service: str, username: str) -> None:
        self.text = None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyringLocked("x"), "is locked"),
        (KeyringError("secret words"), "did not answer"),
        (OSError("secret words"), "did not answer"),
        (RuntimeError("secret words"), "did not answer"),
    ],
)
def test_whatever_a_keyring_raises_is_said_without_its_words(
    error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    vault = KeyringVault(BrokenKeyring(error), "entry")
    for use in (vault.load, lambda: vault.save(Kept("token")), lambda: vault.save(Kept())):
        with pytest.raises(VaultUnavailable, match=words) as caught:
            use()
        assert "until PingToPass closes" in str(caught.value)
        assert "secret words" not in str(caught.value) + caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"refresh_token":7}', "\ud800", "plain words"])
def test_an_entry_that_cannot_be_read_is_none(text: str) -> None:
    assert KeyringVault(BrokenKeyring(text=text), "entry").load() == Kept()


def test_nothing_to_keep_leaves_no_entry() -> None:
    keyring = BrokenKeyring()
    vault = KeyringVault(keyring, "entry")
    for _ in range(2):
        vault.save(Kept("token"))
        vault.save(Kept())
        assert keyring.text is None


def test_an_entry_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    text = '{"refresh_token":"token","attempt":"a","mood":{"good":true}}'
    assert KeyringVault(BrokenKeyring(text=text), "entry").load() == Kept("token", "a")


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le"))


def test_an_entry_of_usual_size_is_kept_whole_with_a_sign_in_that_is_to_be_ended() -> None:
    token = "x" * 440  # a refresh token of the service
    kept = Kept(token, new_attempt(), ID, ME, [wire.Logout(token)])
    assert utf16(entry_text(kept)) <= MAX_ENTRY_BYTES
    assert msgspec.json.decode(entry_text(kept), type=Kept) == kept


letters = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.integers(1, 1000), letters, st.integers(0, 400), st.lists(st.integers(1, 900), max_size=4))
def test_an_entry_fits_into_every_keyring_and_keeps_the_token(
    token: int, name: str, email: int, ending: list[int]
) -> None:
    me = wire.Me(ID, "e" * email + "@x", name * 20, "user", 1)
    kept = Kept("t" * token, new_attempt(), ID, me, [wire.Logout("l" * length) for length in ending])
    text = entry_text(kept)
    assert utf16(text) <= MAX_ENTRY_BYTES
    read = msgspec.json.decode(text, type=Kept)
    assert (read.refresh_token, read.attempt, read.session) == (kept.refresh_token, kept.attempt, kept.session)
    assert read.ending == kept.ending[len(kept.ending) - len(read.ending) :]


def test_a_token_that_no_keyring_takes_is_said() -> None:
    with pytest.raises(VaultUnavailable, match="too long"):
        entry_text(Kept("t" * 2048, new_attempt()))


def test_entries_have_a_name_that_shows_no_folder(tmp_path: Path) -> None:
    name = entry_name("https://api.example.com", tmp_path)
    assert name.startswith("PingToPass api.example.com ")
    assert str(tmp_path) not in name
    assert name == entry_name("https://api.example.com", tmp_path / "x" / "..")
    assert (
        len({name, entry_name("https://api.example.com", tmp_path / "x"), entry_name("https://b.example", tmp_path)})
        == 3
    )


def test_a_keyring_that_does_not_answer_costs_the_next_start_and_not_the_sign_in(
    service: ServiceProcess, new_desktop: Callable[[str], Desktop]
) -> None:
    keyring = BrokenKeyring(KeyringLocked("x"))
    desktop = new_desktop(service.url)
    desktop.vault = KeyringVault(keyring, "entry")
    account = desktop.restart()
    assert "is locked" in account.standing.why_not_remembered
    desktop.sign_in(ADA.email)
    assert account.standing.is_signed_in
    assert "is locked" in account.standing.why_not_remembered
    assert desktop.restart().standing.me is None

    account = desktop.restart()
    desktop.sign_in(ADA.email)
    keyring.error = None
    desktop.clock.now += 3600
    account.access_token()
    assert account.standing.why_not_remembered == ""
    assert desktop.restart().standing == account.standing


def test_a_keyring_that_was_unlocked_since_the_start_is_used_by_the_next_sign_in(
    service: ServiceProcess, new_desktop: Callable[[str], Desktop]
) -> None:
    keyring = BrokenKeyring(KeyringLocked("x"))
    with Relay(service.url) as relay:
        desktop = new_desktop(relay.url)
        desktop.vault = KeyringVault(keyring, "entry")
        account = desktop.restart()
        keyring.error = None
        desktop.sign_in(ADA.email)
        [request] = [request for request in relay.requests if request.startswith(b"POST /v1/auth/google ")]
        assert b'"remembered":true' in request
        assert account.standing.why_not_remembered == ""
        desktop.close()


def test_signing_out_while_the_keyring_is_locked_says_that_it_is_not_forgotten(
    service: ServiceProcess, new_desktop: Callable[[str], Desktop]
) -> None:
    keyring = BrokenKeyring()
    desktop = new_desktop(service.url)
    desktop.vault = KeyringVault(keyring, "entry")
    account = desktop.restart()
    desktop.sign_in(ADA.email)
    keyring.error = KeyringLocked("x")
    done = account.sign_out()
    assert (done.is_service_told, done.is_forgotten) == (True, False)
    assert not account.standing.is_signed_in
    assert account.finish_sign_out() == done
    keyring.error = None
    assert account.finish_sign_out() == SignedOff(is_service_told=True, is_forgotten=True)
    assert keyring.text is None


def test_what_a_locked_keyring_holds_is_not_lost_when_it_is_unlocked_later(
    service: ServiceProcess, new_desktop: Callable[[str], Desktop]
) -> None:
    """The sign-in in it is not in use any more, so it is ended, like those that the service was not told of."""
    keyring = BrokenKeyring()
    desktop = new_desktop(service.url)
    vault = desktop.vault = KeyringVault(keyring, "entry")
    desktop.restart()
    desktop.sign_in(GRACE.email)
    kept = vault.load()
    vault.save(msgspec.structs.replace(kept, ending=[wire.Logout("told to nobody")]))
    keyring.error = KeyringLocked("x")
    account = desktop.restart()
    assert not account.standing.is_signed_in
    desktop.sign_in(GRACE.email)
    there = {device.id for device in account.devices()}
    keyring.error = None
    desktop.clock.now += 3600
    account.access_token()
    assert vault.load().ending == [wire.Logout("told to nobody"), wire.Logout(kept.refresh_token)]
    assert account.end_old_sessions()
    assert there - {device.id for device in account.devices()} == {kept.session}
    assert desktop.restart().standing == account.standing


def test_the_vault_is_opened_by_the_first_use_and_once() -> None:
    opened: list[SessionVault] = []

    def open_vault() -> SessionVault:
        opened.append(SessionVault("there is no keyring"))
        return opened[-1]

    account = Account(Client("http://127.0.0.1:1"), open_vault)
    assert opened == []
    assert account.restore().why_not_remembered == "there is no keyring"
    account.restore()
    assert len(opened) == 1
