"""A desktop of a learner, as far as the account goes: a vault that outlives a start, a clock, a browser."""

from collections.abc import Callable
from threading import Event

from msgspec import Struct, field

from pingtopass_desktop.cloud.account import Account, SignInProgress
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.vault import SessionVault, Vault
from sync import wire
from tests.fakes.browser import Browser

TIMEOUT_S = 30.0


class Seconds(Struct):
    """A clock that stands still until a test moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Desktop(Struct):
    """`restart` is what the next start of the program finds."""

    url: str
    new_browser: Callable[[str], Browser]
    vault: Vault = field(default_factory=lambda: SessionVault(""))
    clock: Seconds = field(default_factory=Seconds)
    cancel: Event = field(default_factory=Event)
    progress: list[SignInProgress] = field(default_factory=list)
    browser: Browser | None = None
    account: Account | None = None

    def start(self) -> Account:
        self.close()
        self.account = Account(Client(self.url), lambda: self.vault, clock=self.clock)
        self.account.restore()
        return self.account

    restart = start

    def sign_in(self, email: str) -> wire.Me:
        """As a learner with that address does it in the browser."""
        assert self.account is not None
        self.browser = self.new_browser(email)
        self.progress.clear()
        return self.account.sign_in(self.browser.open, self.cancel, self.progress.append, TIMEOUT_S)

    def close(self) -> None:
        if self.account is not None:
            self.account.close()
            self.account = None
