"""The learner's account on this device: signed in or not, its tokens, and what the learner can ask of it.

Used from the network lane only. It touches nothing that was learned: whatever happens to a sign-in, study goes on.
"""

import logging
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.cloud.cancel import Cancel
from pingtopass_desktop.cloud.client import Client
from pingtopass_desktop.cloud.device import this_device
from pingtopass_desktop.cloud.errors import (
    AccountGone,
    BadAnswer,
    Cancelled,
    CloudError,
    DeletionPending,
    Offline,
    ServiceAway,
    SignedOut,
    VaultUnavailable,
)
from pingtopass_desktop.cloud.export import save_export
from pingtopass_desktop.cloud.outcome import SIGNED_OUT
from pingtopass_desktop.cloud.vault import Kept, Vault, new_attempt
from sync import wire

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

SIGN_IN_S = 300.0
"""How long the browser is waited for."""
_REFRESH_BEFORE_S = 60


class SignInStep(Enum):
    ASKING = "asking the service"
    WAITING = "waiting for the browser"
    CHECKING = "checking"
    DONE = "done"


class SignInProgress(Struct, frozen=True):
    """Where a sign-in is. While it waits: `address` is Google's page, to be opened by hand where no browser opened."""

    step: SignInStep
    address: str = ""
    is_browser_open: bool = False


class Standing(Struct, frozen=True):
    """Who is signed in; or with `is_signed_in` false, who was until the sign-in ended. `why_not_remembered` says why
    the sign-in ends with this process; "" where it does not."""

    me: wire.Me | None = None
    is_signed_in: bool = False
    why_not_remembered: str = ""


class SignedOff(Struct, frozen=True):
    """What a sign-out reached. The rest is for `finish_sign_out`, or for the next start."""

    is_service_told: bool
    is_forgotten: bool
    """False where the keyring did not take it and still holds the sign-in."""


class Account:
    """`open_vault` looks for the keyring and is called by the first use. `redirect_port`: 0 takes a free one."""

    def __init__(
        self,
        client: Client,
        open_vault: Callable[[], Vault],
        *,
        clock: Callable[[], float] = time.monotonic,
        redirect_port: int = 0,
    ) -> None:
        self._client = client
        self._open_vault = open_vault
        self._clock = clock
        self._redirect_port = redirect_port
        self._vault: Vault | None = None
        self._kept = Kept()
        self._is_read = False
        self._is_changed = False
        self._is_saved = False
        self._why_not_remembered = ""
        self._access: tuple[str, float] | None = None

    @property
    def standing(self) -> Standing:
        return Standing(self._kept.me, self._kept.is_signed_in, self._why_not_remembered)

    def restore(self) -> Standing:
        """Read what the last start kept. No network; the system may ask the learner to unlock the keyring."""
        vault = self._vault = self._vault or self._open_vault()
        self._why_not_remembered = vault.why_not_remembered
        try:
            self._read(vault)
        except VaultUnavailable as error:
            self._why_not_remembered = str(error)
        return self.standing

    def sign_in(
        self,
        browser: Callable[[str], bool],
        cancel: Cancel,
        on_progress: Callable[[SignInProgress], None],
        timeout_s: float = SIGN_IN_S,
    ) -> wire.Me:
        """Sign in with Google. An older sign-in of this device ends when the new one is there, and not before.

        Raises: CloudError, after which all is as it was. `on_progress` is called on this thread.
        """
        from pingtopass_desktop.cloud.oauth import Consent  # not for those who are signed in

        self.restore()
        on_progress(SignInProgress(SignInStep.ASKING))
        _stop_where_cancelled(cancel)
        start = self._client.ask("GET", "/v1/auth/google", wire.GoogleStart)
        with Consent(start, self._redirect_port) as consent:
            _stop_where_cancelled(cancel)
            is_open = consent.open(browser)
            on_progress(SignInProgress(SignInStep.WAITING, consent.address, is_open))
            code = consent.code(cancel, is_open=is_open, timeout_s=timeout_s)
            on_progress(SignInProgress(SignInStep.CHECKING))
            id_token = consent.id_token(code)
            _stop_where_cancelled(cancel)
            body = wire.GoogleSignIn(id_token, start.nonce, this_device(), remembered=not self._why_not_remembered)
            signed_in = self._client.ask("POST", "/v1/auth/google", wire.SignedIn, body=body)
            if cancel.is_set():
                self._end(wire.Logout(signed_in.tokens.refresh_token))
                _stop_where_cancelled(cancel)
            self._begin(signed_in)
            consent.show_signed_in()
        _log.info("signed in, session %s", signed_in.session)
        self.end_old_sessions()
        on_progress(SignInProgress(SignInStep.DONE))
        return signed_in.me

    def access_token(self) -> str:
        """A token for requests, good for a minute at least. Raises: CloudError."""
        if self._access is not None and self._clock() < self._access[1] - _REFRESH_BEFORE_S:
            return self._access[0]
        return self._refreshed()

    def with_token(self, request: Callable[[str], _T]) -> _T:
        """Make a request with an access token, and once more with a new one where that has ended: this computer may
        have slept, and then its clock says nothing about the token. Raises: CloudError."""
        try:
            try:
                return request(self.access_token())
            except SignedOut:
                if self._access is None:  # it was the refresh that said so
                    raise
                return request(self._refreshed())
        except SignedOut:
            if self._kept.is_signed_in:
                self._forget()
            raise
        except AccountGone:
            self._forget(is_gone=True)
            raise
        except DeletionPending as error:
            if self._kept.me is not None:
                self._know(replace(self._kept.me, deletion_due_at=error.due_at))
            raise

    def me(self) -> wire.Me:
        """The account as the service knows it now. Raises: CloudError."""
        return self._know(self.with_token(lambda token: self._client.ask("GET", "/v1/me", wire.Me, token=token)))

    def devices(self) -> list[wire.Device]:
        """Where the account is signed in. Raises: CloudError."""
        answer = self.with_token(
            lambda token: self._client.ask("GET", "/v1/me/devices", wire.Devices, token=token)
        )  # fmt: skip
        return answer.devices

    def rename_device(self, device_id: str, name: str) -> wire.Device:
        """Raises: CloudError."""
        path, body = f"/v1/me/devices/{device_id}", wire.DeviceName(name)
        return self.with_token(lambda token: self._client.ask("PATCH", path, wire.Device, body=body, token=token))

    def end_device(self, device_id: str) -> None:
        """Sign another device out. Raises: CloudError."""
        self.with_token(lambda token: self._client.tell("DELETE", f"/v1/me/devices/{device_id}", token=token))

    def export(
        self, target: Path, on_progress: Callable[[int, int | None], None], cancel: Cancel, *, may_replace: bool
    ) -> None:
        """Save everything that the service knows of the learner as a zip. `on_progress` gets the bytes there, and of
        how many where that is known. Raises: CloudError, CannotSave; what stood there before is untouched then."""
        self.with_token(
            lambda token: save_export(self._client, token, target, on_progress, cancel, may_replace=may_replace)
        )

    def request_deletion(self) -> wire.Me:
        """Ask for the account to be deleted; `deletion_due_at` says when. Raises: CloudError."""
        return self._know(self.with_token(lambda token: self._client.ask("DELETE", "/v1/me", wire.Me, token=token)))

    def restore_account(self) -> wire.Me:
        """Take the deletion back. Raises: CloudError."""
        return self._know(
            self.with_token(lambda token: self._client.ask("POST", "/v1/me/restore", wire.Me, token=token))
        )

    def sign_out(self, *, everywhere: bool = False) -> SignedOff:
        """Forget the sign-in here at once, then tell the service, which ends those of other devices too where asked."""
        kept = self._kept
        ended = [wire.Logout(kept.refresh_token, everywhere)] if kept.is_signed_in else []
        self._access = None
        self._keep(Kept(ending=[*kept.ending, *ended]))
        _log.info("signed out")
        return self._signed_off()

    def finish_sign_out(self) -> SignedOff:
        """Forget and tell what a sign-out could not."""
        self._keep(self._kept)
        return self._signed_off()

    def end_old_sessions(self) -> bool:
        """Tell the service of sign-ins that the learner ended. True where it knows of all of them now."""
        while self._kept.ending:
            logout = self._kept.ending[0]
            try:
                self._client.tell("POST", "/v1/auth/logout", body=logout)
            except (Offline, ServiceAway, BadAnswer) as error:
                _log.info("a sign-in that ended is kept to be told later (%s)", type(error).__name__)
                return False
            except CloudError as error:
                _log.info("a sign-in that ended was not known any more (%s)", type(error).__name__)
            self._keep(replace(self._kept, ending=[other for other in self._kept.ending if other != logout]))
        return True

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _signed_off(self) -> SignedOff:
        is_service_told = self.end_old_sessions()
        return SignedOff(is_service_told, self._is_saved)

    def _begin(self, signed_in: wire.SignedIn) -> None:
        old = [wire.Logout(self._kept.refresh_token)] if self._kept.is_signed_in else []
        ending = [*self._kept.ending, *old]
        self._take(signed_in.tokens, Kept(session=signed_in.session, me=signed_in.me, ending=ending))

    def _refreshed(self) -> str:
        kept = self._kept
        self._access = None
        if not kept.is_signed_in:
            raise SignedOut(SIGNED_OUT)
        try:
            tokens = self._client.ask(
                "POST", "/v1/auth/refresh", wire.Tokens, body=wire.Refresh(kept.refresh_token, kept.attempt)
            )
        except SignedOut:
            self._forget()
            raise
        except AccountGone:
            self._forget(is_gone=True)
            raise
        return self._take(tokens, kept)

    def _take(self, tokens: wire.Tokens, kept: Kept) -> str:
        """Use new tokens. The next refresh's attempt is kept with them, so it is on the disk before that is sent."""
        self._access = (tokens.access_token, self._clock() + tokens.expires_in_s)
        self._keep(replace(kept, refresh_token=tokens.refresh_token, attempt=new_attempt()))
        return tokens.access_token

    def _forget(self, *, is_gone: bool = False) -> None:
        """The service ended this sign-in. Who it was stays known, so that the page can say so."""
        _log.info("the service ended session %s", self._kept.session)
        self._access = None
        self._keep(Kept(me=None if is_gone else self._kept.me, ending=self._kept.ending))

    def _know(self, me: wire.Me) -> wire.Me:
        if me != self._kept.me:
            self._keep(replace(self._kept, me=me))
        return me

    def _read(self, vault: Vault) -> None:
        """Take over what the last start kept, once: as it is, or to be ended where something was done before it could
        be read. Raises: VaultUnavailable."""
        kept = vault.load()
        if self._is_read:
            return
        self._is_read = True
        if self._is_changed:
            old = [wire.Logout(kept.refresh_token)] if kept.is_signed_in else []
            kept = replace(self._kept, ending=[*kept.ending, *old, *self._kept.ending])
        self._kept = kept

    def _keep(self, kept: Kept) -> None:
        """Remember, and in the vault too where that takes it."""
        self._kept = kept
        self._is_changed, self._is_saved = True, False
        vault = self._vault = self._vault or self._open_vault()
        try:
            if not self._is_read:  # it was locked: what is in it must not get lost
                self._read(vault)
            vault.save(self._kept)
        except VaultUnavailable as error:
            self._why_not_remembered = str(error)
        else:
            self._is_saved = True
            self._why_not_remembered = vault.why_not_remembered

    def _end(self, logout: wire.Logout) -> None:
        """End a sign-in that was never used."""
        self._keep(replace(self._kept, ending=[*self._kept.ending, logout]))
        self.end_old_sessions()


def _stop_where_cancelled(cancel: Cancel) -> None:
    if cancel.is_set():
        raise Cancelled("The sign-in was cancelled. Nothing was changed.")
