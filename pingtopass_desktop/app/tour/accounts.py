"""The accounts of the tour: real ones, before a service that nobody runs. What only a service can show is left out."""

from msgspec import Struct

from pingtopass_desktop.cloud.account import Account
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.vault import Kept, SessionVault, new_attempt
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.window_account import WindowAccount
from sync import wire

_NOBODY = "http://127.0.0.1:9"
_DUE_AT_MS = 1_796_680_800_000
_ME = wire.Me("01936c00-0000-7000-8000-000000000001", "learner@example.org", "Learner", "user", 0)
_NO_KEYRING = (
    "No keyring was found on this computer, so you stay signed in only until PingToPass closes. Set up the keyring of "
    "your system to stay signed in."
)


class AccountState(Struct, frozen=True):
    """A start of the program: what its vault holds, and why it would forget that."""

    name: str
    me: wire.Me | None = None
    is_signed_in: bool = False
    why_not_remembered: str = ""

    def window_account(self, tasks: Tasks) -> WindowAccount:
        return WindowAccount(tasks, self._open, _no_browser)

    def _open(self) -> Account:
        vault = SessionVault(self.why_not_remembered)
        token = "of-nobody" if self.is_signed_in else ""
        vault.save(Kept(token, new_attempt() if token else "", me=self.me))
        return Account(Client(_NOBODY), lambda: vault)


STATES = (
    AccountState("signed-out"),
    AccountState("ended", _ME),
    AccountState("signed-in", _ME, is_signed_in=True),
    AccountState("not-remembered", _ME, is_signed_in=True, why_not_remembered=_NO_KEYRING),
    AccountState("deletion", wire.Me(_ME.id, _ME.email, _ME.name, _ME.role, 0, _DUE_AT_MS), is_signed_in=True),
)


def no_account(tasks: Tasks) -> WindowAccount:
    """The tour asks nothing of the service that this installation may know."""
    return WindowAccount(tasks, _nothing, _no_browser)


def _nothing() -> None:
    return None


def _no_browser(address: str) -> bool:
    return False
