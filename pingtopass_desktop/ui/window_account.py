"""The account as the window knows it: what a page shows of it, and what can be asked of it. No widgets.

It outlives the pages, so a sign-in goes on while another one is in front. Everything that waits is done on the network
lane; what comes back changes what is known here, and `changed` says so.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from pingtopass_desktop.cloud.errors import AccountGone, Cancelled, CloudError, DeletionPending, Refused, SignedOut
from pingtopass_desktop.disk import CannotSave
from pingtopass_desktop.ui import account_calls
from pingtopass_desktop.ui import account_words as words
from pingtopass_desktop.ui.account_calls import Outcome
from pingtopass_desktop.ui.tasks import Tasks

if TYPE_CHECKING:
    from pingtopass_desktop.cloud.account import Account, SignedOff, SignInProgress, Standing
    from sync.wire import Device


class Stage(Enum):
    """What the account page is about."""

    LOOKING = "looking"
    NO_SERVICE = "no service"
    SIGNED_OUT = "signed out"
    SIGNING_IN = "signing in"
    SIGNED_IN = "signed in"
    DELETING = "deleting"


class Said(Struct, frozen=True):
    """A line about what came of something, with a way to try it `again` or the `file` that was saved."""

    text: str
    kind: str = "notice"
    again: Callable[[], object] | None = None
    file: Path | None = None


class Export(Struct, frozen=True):
    """An export that is under way: bytes there, and of how many where that is known."""

    target: Path
    done: int = 0
    total: int | None = None


class WindowAccount(QObject):
    """Signals: `changed` after anything but the progress of an export did, which is `progressed`; `ended` with a
    sentence when a sign-in is found to be over; `seen` when the learner comes to see the account."""

    changed = Signal()
    progressed = Signal()
    ended = Signal(str)
    seen = Signal()

    def __init__(
        self,
        tasks: Tasks,
        open_account: "Callable[[], Account | None]",
        browser: Callable[[str], bool],
        *,
        sign_in_s: float | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`open_account` is called on the network lane; None is no service. `browser` shows an address, on a lane, and
        is waited for so many seconds, by default as long as the account does."""
        super().__init__(parent)
        self._tasks = tasks
        self._open_account = open_account
        self._browser = browser
        self._sign_in_s = sign_in_s
        self._account: Account | None = None
        self._has_begun = False
        self._has_service = True
        self._cancel: Event | None = None
        self._cancel_export: Event | None = None
        self._is_reading = False
        self._is_read_wanted = False
        self.standing: Standing | None = None
        self.progress: SignInProgress | None = None
        self.devices: list[Device] | None = None
        self.devices_problem = ""
        self.export: Export | None = None
        self.doing = ""
        """What is being asked of the service, in words; "" where nothing is."""
        self.said: Said | None = None

    @property
    def stage(self) -> Stage:
        if not self._has_service:
            return Stage.NO_SERVICE
        if self._cancel is not None:
            return Stage.SIGNING_IN
        if self.standing is None:
            return Stage.LOOKING
        if not self.standing.is_signed_in:
            return Stage.SIGNED_OUT
        return Stage.SIGNED_IN if self.deletion_due_at is None else Stage.DELETING

    @property
    def is_signed_in(self) -> bool:
        return self.stage in (Stage.SIGNED_IN, Stage.DELETING)

    @property
    def is_busy(self) -> bool:
        return bool(self.doing) or self.export is not None

    @property
    def email(self) -> str:
        """Of who is signed in; or of who was, until the sign-in ended."""
        return self.standing.me.email if self.standing is not None and self.standing.me is not None else ""

    @property
    def deletion_due_at(self) -> int | None:
        return self.standing.me.deletion_due_at if self.standing is not None and self.standing.me is not None else None

    @property
    def can_sign_in(self) -> bool:
        return self.stage is Stage.SIGNED_OUT and not self.is_busy

    @property
    def can_sign_out(self) -> bool:
        return self.is_signed_in and not self.is_busy

    def commands(self) -> dict[str, Callable[[], None]]:
        """What can be done now, by command id."""
        possible = {"sign_in": (self.can_sign_in, self.sign_in), "sign_out": (self.can_sign_out, self.sign_out)}
        return {name: act for name, (can, act) in possible.items() if can}

    def begin(self) -> None:
        """Look for the sign-in of the last time and whether it still holds. Once, after the first page is painted."""
        if not self._has_begun:
            self._has_begun = True
            self._tasks.run_online(
                partial(account_calls.open_account, self._open_account), owner=self, done=self._opened,
                failed=self._not_opened,
            )  # fmt: skip

    def read(self) -> None:
        """Read account and devices again, without a word where that is not possible."""
        self._is_read_wanted = self.stage is Stage.LOOKING
        if self._account is not None and self.can_sign_out and not self._is_reading:
            self._is_reading = True
            self._run(account_calls.read, self._was_read)

    def look(self) -> None:
        """The learner comes to see the account: say no more what was said and needs nothing, and read it again."""
        self.seen.emit()
        if self.said is not None and self.said.again is None and self._has_service:
            self._say(None)
        self.read()

    def sign_in(self) -> None:
        if self._account is None or not self.can_sign_in:
            return
        cancel = self._cancel = Event()
        self._say(None)
        self._tasks.run_online(
            partial(account_calls.sign_in, self._account, self._browser, cancel, self._sign_in_s), owner=self,
            done=partial(self._signed_in, cancel), failed=self._broken, told=partial(self._step, cancel),
        )  # fmt: skip

    def cancel_sign_in(self) -> None:
        """At once for the learner; the lane may still wait for an answer that nobody wants."""
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = self.progress = None
            self._say(Said(words.SIGN_IN_STOPPED))

    def open_page_again(self) -> None:
        """Show Google's page once more. Not on the network lane, which waits for the browser."""
        if self.progress is not None and self.progress.address:
            work = partial(self._browser, self.progress.address)
            self._tasks.run_job(work, owner=self, done=self._page_opened, failed=self._page_not_opened)

    def sign_out(self, *, everywhere: bool = False) -> None:
        if self.can_sign_out:
            work = partial(account_calls.sign_out, everywhere)
            self._ask("Signing out…", work, partial(self._signed_out, everywhere), "")

    def rename_device(self, device_id: str, name: str) -> None:
        work = partial(account_calls.rename, device_id, name)
        again = partial(self.rename_device, device_id, name)
        self._ask("Renaming the device…", work, self._renamed, "The name was not changed.", again)

    def end_device(self, device_id: str) -> None:
        """Sign another device out."""
        name = next((each.name for each in self.devices or () if each.id == device_id), "The device")
        again = partial(self.end_device, device_id)
        done = partial(self._device_ended, device_id, name)
        self._ask(
            f"Signing out {name}…",
            partial(account_calls.end_device, device_id),
            done,
            f"{name} was not signed out.",
            again,
        )

    def export_to(self, target: Path) -> None:
        """Save everything that the service holds; a file with that name gives way to a complete new one."""
        if self._account is None or not self.can_sign_out:
            return
        cancel = self._cancel_export = Event()
        self.export = Export(target)
        self._say(None)
        self._tasks.run_online(
            partial(account_calls.export, self._account, target, cancel), owner=self,
            done=partial(self._exported, target), failed=self._broken, told=self._export_step,
        )  # fmt: skip

    def cancel_export(self) -> None:
        if self._cancel_export is not None:
            self._cancel_export.set()

    def request_deletion(self) -> None:
        self._ask("Asking for the deletion…", account_calls.delete, self._changed_account, "Nothing was deleted.",
                  self.request_deletion)  # fmt: skip

    def keep_account(self) -> None:
        """Take the deletion back."""
        self._ask(
            "Taking the deletion back…",
            account_calls.keep,
            self._kept,
            "The deletion was not taken back.",
            self.keep_account,
        )

    def stop(self) -> None:
        """The window closes: what waits for the learner's browser or for a file stops. Nobody waits for the rest."""
        for cancel in (self._cancel, self._cancel_export):
            if cancel is not None:
                cancel.set()

    def close(self) -> None:
        """After the event loop, before the lanes close."""
        self.stop()
        self._tasks.end_online(self._account.close if self._account is not None else None)

    def _ask(
        self,
        doing: str,
        work: "Callable[[Account], Any]",
        done: Callable[[Any], None],
        failed: str,
        again: Callable[[], object] | None = None,
    ) -> None:
        """Ask something of the service for the learner. `failed` begins the sentence that says that it did not work."""
        if self._account is not None and not self.is_busy:
            self.doing = doing
            self._say(None)
            self._run(work, partial(self._answered, done, failed, again))

    def _run(self, work: "Callable[[Account], Any]", done: Callable[[Outcome], None]) -> None:
        assert self._account is not None
        self._tasks.run_online(
            partial(account_calls.call, self._account, work), owner=self, done=done, failed=self._broken
        )

    def _say(self, said: Said | None) -> None:
        self.said = said
        self.changed.emit()

    def _broken(self, error: Exception) -> None:
        """A fault of this program: what was asked for is over, and the crash handler shows the error."""
        self.doing, self._cancel, self.progress, self.export, self._is_reading = "", None, None, None, False
        if self._account is not None:
            self.standing = self._account.standing  # it may have gone half the way
        self.changed.emit()
        raise error

    def _not_opened(self, error: Exception) -> None:
        """The address of the service cannot be one, so there is none."""
        if not isinstance(error, CloudError):
            raise error
        self._has_service = False
        self._say(Said(str(error), "notice-bad"))

    def _opened(self, opened: "tuple[Account, Standing] | None") -> None:
        if opened is None:
            self._has_service = False
        else:
            self._account, self.standing = opened
            self._run(account_calls.check, self._was_checked)
        self.changed.emit()

    def _was_checked(self, outcome: Outcome) -> None:
        self._stand(outcome)
        self.changed.emit()
        if self._is_read_wanted:
            self.read()

    def _stand(self, outcome: Outcome) -> None:
        """Take over how the account stands, and tell where a sign-in is found to be over."""
        was_signed_in = self.standing is not None and self.standing.is_signed_in
        self.standing = outcome.standing
        if not outcome.standing.is_signed_in:
            self.devices, self.devices_problem = None, ""
            if was_signed_in and isinstance(outcome.error, SignedOut | AccountGone):
                self.ended.emit(words.ended_words(outcome.error))

    def _answered(
        self, done: Callable[[Any], None], failed: str, again: Callable[[], object] | None, outcome: Outcome
    ) -> None:
        self.doing = ""
        self._stand(outcome)
        if outcome.error is None:
            done(outcome.result)
        else:
            self._say_why(outcome.error, failed, again)

    def _say_why(self, error: CloudError | CannotSave, failed: str, again: Callable[[], object] | None) -> None:
        match error:
            case SignedOut() | DeletionPending():
                self._say(None)  # the page itself says so
            case AccountGone():
                self._say(Said(str(error), "notice-warn"))
            case Cancelled():
                self._say(Said(str(error)))
            case Refused(code="not_found"):  # a device of a list that is old
                self._say(Said(f"{failed} It is signed out already."))
                self.read()
            case CannotSave():
                self._say(Said(f"{failed} {error}", "notice-bad"))
            case _:
                self._say(Said(f"{failed} {error}", "notice-bad", again))

    def _was_read(self, outcome: Outcome) -> None:
        self._is_reading = False
        self._stand(outcome)
        if outcome.error is None:
            self.devices, self.devices_problem = outcome.result, ""
        elif outcome.standing.is_signed_in:
            self.devices_problem = str(outcome.error)
        elif isinstance(outcome.error, AccountGone):
            self.said = Said(str(outcome.error), "notice-warn")
        self.changed.emit()

    def _step(self, cancel: Event, progress: "SignInProgress") -> None:
        if self._cancel is cancel:
            self.progress = progress
            self.changed.emit()

    def _signed_in(self, cancel: Event, outcome: Outcome) -> None:
        is_wanted = self._cancel is cancel
        if is_wanted:
            self._cancel = self.progress = None
        self._stand(outcome)
        if not is_wanted:  # cancelled, and said so
            if outcome.error is None:  # the answer crossed the press on Cancel
                self.sign_out()
            self.changed.emit()
        elif outcome.error is None:
            self._say(None)
            self.read()
        else:
            assert isinstance(outcome.error, CloudError)
            text = words.sign_in_failed(outcome.error)
            self._say(Said(text, "notice-bad", self.sign_in))

    def _page_opened(self, is_open: bool) -> None:
        if not is_open:
            self._say_no_browser()
        elif self.progress is not None:
            self.progress = replace(self.progress, is_browser_open=True)
            self._say(None)

    def _page_not_opened(self, error: Exception) -> None:
        if not isinstance(error, OSError):
            raise error
        self._say_no_browser()

    def _say_no_browser(self) -> None:
        if self.progress is not None:
            self._say(Said("No browser could be opened. Copy the address instead.", "notice-warn"))

    def _signed_out(self, everywhere: bool, result: "SignedOff") -> None:
        text = words.signed_off_words(result, everywhere=everywhere)
        if result.is_service_told and result.is_forgotten:
            self._say(Said(text))
        else:
            self._say(Said(text, "notice-warn", partial(self._finish_sign_out, everywhere)))

    def _finish_sign_out(self, everywhere: bool) -> None:
        self._ask("Signing out…", account_calls.finish_sign_out, partial(self._signed_out, everywhere), "")

    def _renamed(self, device: "Device") -> None:
        self.devices = [device if each.id == device.id else each for each in self.devices or ()]
        self._say(None)

    def _device_ended(self, device_id: str, name: str, nothing: None) -> None:
        self.devices = [each for each in self.devices or () if each.id != device_id]
        self._say(Said(f"{name} is signed out. What was answered there stays there."))

    def _export_step(self, step: tuple[int, int | None]) -> None:
        if self.export is not None:
            self.export = replace(self.export, done=step[0], total=step[1])
            self.progressed.emit()

    def _exported(self, target: Path, outcome: Outcome) -> None:
        self.export = self._cancel_export = None
        self._stand(outcome)
        if outcome.error is None:
            self._say(Said(f"Saved: {target}", file=target))
        else:
            self._say_why(outcome.error, "Not exported.", partial(self.export_to, target))

    def _changed_account(self, me: object) -> None:
        self._say(None)

    def _kept(self, me: object) -> None:
        self._say(Said("Your account stays. Nothing was deleted."))
        self.read()
