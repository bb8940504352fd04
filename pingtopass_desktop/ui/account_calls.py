"""What the window asks of the account, as it runs on the network lane. No Qt: the window does not wait for its end."""

from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pingtopass_desktop.cloud.errors import Cancelled, CloudError
from pingtopass_desktop.disk import CannotSave

if TYPE_CHECKING:
    from pingtopass_desktop.cloud.account import Account, SignedOff, Standing
    from pingtopass_desktop.ui.online_lane import Tell
    from sync.wire import Device

_TELL_EVERY_S = 0.1
"""An export is told about this often: more than can be seen only keeps the window busy."""


class Outcome(Struct, frozen=True):
    """What comes back: a result, or an error that a learner meets; and always how the account stands now."""

    standing: "Standing"
    result: Any = None
    error: CloudError | CannotSave | None = None


def call(account: "Account", work: "Callable[[Account], Any]") -> Outcome:
    result, error = None, None
    try:
        result = work(account)
    except (CloudError, CannotSave) as raised:
        error = raised
    return Outcome(account.standing, result, error)


def open_account(make: "Callable[[], Account | None]") -> "tuple[Account, Standing] | None":
    """The account with what the last start kept; None where there is no service. Raises: CloudError."""
    account = make()
    return None if account is None else (account, account.restore())


def check(account: "Account") -> None:
    """Does the sign-in still hold, and does the service know of those that the learner ended?"""
    try:
        if account.standing.is_signed_in:
            account.me()
    finally:
        account.end_old_sessions()


def read(account: "Account") -> "list[Device]":
    account.me()
    return account.devices()


def sign_in(
    account: "Account", browser: Callable[[str], bool], cancel: Event, timeout_s: float | None, tell: "Tell"
) -> Outcome:
    from pingtopass_desktop.cloud.account import SIGN_IN_S  # the window has no need of that module

    def work(account: "Account") -> None:
        account.sign_in(browser, cancel, tell, SIGN_IN_S if timeout_s is None else timeout_s)
        if cancel.is_set():
            account.sign_out()
            raise Cancelled("The sign-in was cancelled.")

    return call(account, work)


def sign_out(everywhere: bool, account: "Account") -> "SignedOff":
    return account.sign_out(everywhere=everywhere)


def finish_sign_out(account: "Account") -> "SignedOff":
    return account.finish_sign_out()


def rename(device_id: str, name: str, account: "Account") -> "Device":
    return account.rename_device(device_id, name)


def end_device(device_id: str, account: "Account") -> None:
    account.end_device(device_id)


def export(account: "Account", target: Path, cancel: Event, tell: "Tell") -> Outcome:
    told_at, told = 0.0, 0

    def progress(done: int, total: int | None) -> None:
        nonlocal told_at, told
        now = monotonic()
        if not told or now - told_at >= _TELL_EVERY_S:
            told_at, told = now, done
            tell((done, total))

    return call(account, lambda account: account.export(target, progress, cancel, may_replace=True))


def delete(account: "Account") -> None:
    account.request_deletion()


def keep(account: "Account") -> None:
    account.restore_account()
