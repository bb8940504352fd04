"""Where a sign-in is kept between two starts: the keyring of the system, or only this process where there is none.

One entry for each service and data folder, so that two folders on one computer have accounts of their own. Never a file
of ours: a token in plain text is worse than signing in again.
"""

import hashlib
import logging
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.cloud.errors import VaultUnavailable
from sync import wire

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)

MAX_ENTRY_BYTES = 2560
"""Of one credential on Windows, which keeps text as UTF-16. Held everywhere, so that it is tested everywhere."""

ALLOWED_BACKENDS = (
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.libsecret.Keyring",
)
"""The keyrings of the systems. Others, such as those of keyrings.alt, may write plain text into a file."""

_CHAINER = "keyring.backends.chainer.ChainerBackend"
_USER = "account"
_MAX_NAME = 80


class Kept(Struct, frozen=True, omit_defaults=True):
    """What outlives a start. Without a `refresh_token`, `me` is who was signed in when the sign-in ended.

    `attempt` is made together with the token and goes with its one refresh, however often that is sent: an answer that
    got lost, or a kill before the next token was kept, then never looks like theft. `ending`: sign-ins that the learner
    ended and the service does not know of yet.
    """

    refresh_token: str = ""
    attempt: str = ""
    session: str = ""
    me: wire.Me | None = None
    ending: list[wire.Logout] = []

    @property
    def is_signed_in(self) -> bool:
        return bool(self.refresh_token)


class Vault(Protocol):
    """Keeps one `Kept`. `why_not_remembered` is "" where it outlives this process."""

    @property
    def why_not_remembered(self) -> str: ...

    def load(self) -> Kept:
        """What was kept last; nothing where there is none, or none that can be read. Raises: VaultUnavailable."""
        ...

    def save(self, kept: Kept) -> None:
        """Keep it instead of what was kept. Raises: VaultUnavailable."""
        ...


class SessionVault:
    """Keeps it until this process ends."""

    def __init__(self, why: str) -> None:
        self.why_not_remembered = why
        self._kept = Kept()

    def load(self) -> Kept:
        return self._kept

    def save(self, kept: Kept) -> None:
        self._kept = kept


class KeyringVault:
    """Keeps it in a keyring of the system, which may ask the learner to unlock it."""

    why_not_remembered = ""

    def __init__(self, backend: "KeyringBackend", entry: str) -> None:
        self._backend = backend
        self._entry = entry

    def load(self) -> Kept:
        try:
            text = self._backend.get_password(self._entry, _USER)
        except Exception as error:  # each backend raises what its system raises
            raise _unavailable(error) from error
        if text is None:
            return Kept()
        try:
            return msgspec.json.decode(text, type=Kept)
        except (msgspec.DecodeError, UnicodeEncodeError):
            _log.warning("the entry in the keyring is of another version or damaged")
            return Kept()

    def save(self, kept: Kept) -> None:
        try:
            if kept == Kept():
                self._remove()
            else:
                self._backend.set_password(self._entry, _USER, entry_text(kept))
        except VaultUnavailable:
            raise
        except Exception as error:  # each backend raises what its system raises
            raise _unavailable(error) from error

    def _remove(self) -> None:
        if self._backend.get_password(self._entry, _USER) is not None:  # removing nothing is an error there
            self._backend.delete_password(self._entry, _USER)


def open_vault(service: str, folder: Path) -> Vault:
    """The vault of a service and a data folder. Takes tenths of a second: it looks for the keyring of the system."""
    backend = _allowed_backend()
    if backend is None:
        return SessionVault(
            "No keyring was found on this computer, so you stay signed in only until PingToPass closes. Set up the "
            "keyring of your system to stay signed in."
        )
    return KeyringVault(backend, entry_name(service, folder))


def entry_name(service: str, folder: Path) -> str:
    """The name of the entry as keyrings show it: the service, and a digest in place of the folder's path."""
    place = os.path.normcase(os.path.realpath(folder))
    digest = hashlib.sha256(f"{service}\n{place}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"PingToPass {service.partition('//')[2]} {digest[:16]}"


def entry_text(kept: Kept) -> str:
    """The entry, short enough for every keyring: what is least needed goes first. Raises: VaultUnavailable."""
    while True:
        text = msgspec.json.encode(kept).decode()
        if len(text.encode("utf-16-le")) <= MAX_ENTRY_BYTES:
            return text
        if kept.ending:
            kept = replace(kept, ending=kept.ending[1:])
            _log.warning("a sign-in that ended is left to run out: the keyring takes no more")
        elif kept.me is not None and kept.me.name:
            kept = replace(kept, me=replace(kept.me, name=kept.me.name[: min(_MAX_NAME, len(kept.me.name) // 2)]))
        elif kept.me is not None:
            kept = replace(kept, me=None)
        else:
            raise VaultUnavailable(
                "The service's token is too long for the keyring, so you stay signed in only until PingToPass closes."
            )


def new_attempt() -> str:
    """An `attempt` for a token that was just given."""
    return secrets.token_urlsafe(24)


def _allowed_backend() -> "KeyringBackend | None":
    try:
        import keyring

        backend = keyring.get_keyring()
        candidates = backend.backends if _name(backend) == _CHAINER else [backend]  # pyright: ignore[reportAttributeAccessIssue]
    except Exception as error:  # noqa: BLE001  a setting of keyring may name a backend that cannot even be imported
        _log.warning("no keyring can be opened (%s)", type(error).__name__)
        return None
    for candidate in candidates:
        if _name(candidate) in ALLOWED_BACKENDS:
            _log.info("sign-ins are kept by %s", _name(candidate))
            if hasattr(candidate, "persist"):  # on Windows the entry would follow the learner to other computers,
                setattr(candidate, "persist", "local machine")  # noqa: B010  and two users of a token look like theft
            return candidate
    _log.info("sign-ins are not kept: %s is no keyring of a system", _name(backend))
    return None


def _name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _unavailable(error: Exception) -> VaultUnavailable:
    from keyring.errors import KeyringLocked

    _log.warning("the keyring does not answer (%s)", type(error).__name__)
    if isinstance(error, KeyringLocked):
        return VaultUnavailable(
            "The keyring of this computer is locked, so you stay signed in only until PingToPass closes. Unlock the "
            "keyring to stay signed in."
        )
    return VaultUnavailable(
        f"The keyring of this computer did not answer ({type(error).__name__}), so you stay signed in only until "
        "PingToPass closes."
    )
