"""Builds the account of a data folder: which service, which keyring, which browser. Nothing of it is imported before it
is needed, which is on the network lane."""

import logging
import os
import sys
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.ui.shell import Shell
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.window_account import WindowAccount

if TYPE_CHECKING:
    from pingtopass_desktop.cloud.account import Account

_log = logging.getLogger(__name__)

_BROWSER_S = 3.0


def window_account(folder: DataFolder, tasks: Tasks) -> WindowAccount:
    """What the window knows of the account of a data folder, and asks of it."""
    return WindowAccount(tasks, partial(open_account, folder.root), open_browser)


def connect(account: WindowAccount, shell: Shell) -> None:
    """Let the window say that a sign-in is over, and stop what waits when it closes."""
    account.setParent(shell)
    account.ended.connect(partial(_offer_sign_in, shell))
    account.changed.connect(partial(_follow, account, shell))
    account.seen.connect(shell.withdraw_offer)
    shell.closing.connect(account.stop)


def _offer_sign_in(shell: Shell, why: str) -> None:
    """Once, and not where the page that shows it is in front."""
    if not (shell.shown_page in shell.built("settings") and shell.settings.section == "account"):
        shell.show_offer(why, "Sign in again", "sign_in")


def _follow(account: WindowAccount, shell: Shell) -> None:
    if not account.can_sign_in:  # someone is signing in
        shell.withdraw_offer()


def open_account(root: Path) -> "Account | None":
    """The account of a data folder; None where this program knows no service. Raises: WrongAddress."""
    from pingtopass_desktop.app.config import WrongServiceUrl, service_url
    from pingtopass_desktop.cloud.errors import WrongAddress

    try:
        address = service_url()
    except WrongServiceUrl as error:
        raise WrongAddress(str(error)) from error
    if not address:
        return None
    from pingtopass_desktop.cloud.account import Account
    from pingtopass_desktop.cloud.client import Client
    from pingtopass_desktop.cloud.vault import open_vault

    return Account(Client(address), partial(open_vault, address, root))


def open_browser(address: str) -> bool:
    """Show a page in the system's browser. False where there is none.

    Some do not return before the browser is closed: what takes longer than a moment has opened it.
    """
    import webbrowser

    _leave_libraries_to_others()
    found: list[bool] = []

    def show() -> None:
        try:
            found.append(webbrowser.open(address))
        except (OSError, webbrowser.Error) as error:
            _log.info("no browser was opened (%s)", type(error).__name__)
            found.append(False)

    thread = Thread(target=show, name="browser", daemon=True)
    thread.start()
    thread.join(_BROWSER_S)
    return found[0] if found else True


def _leave_libraries_to_others() -> None:
    """A bundle on Linux was started with a path to its own libraries. This process has read it; a browser that it
    starts must not. https://pyinstaller.org/en/stable/runtime-information.html#ld-library-path-libpath-considerations
    """
    if getattr(sys, "frozen", False) and sys.platform.startswith("linux"):
        before = os.environ.get("LD_LIBRARY_PATH_ORIG")
        if before is None:
            os.environ.pop("LD_LIBRARY_PATH", None)
        else:
            os.environ["LD_LIBRARY_PATH"] = before
