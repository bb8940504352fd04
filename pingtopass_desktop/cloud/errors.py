"""What can go wrong between this program and the service. Every message is a sentence for the learner.

* CloudError
  x WrongAddress            the address of the service cannot be one
  x Offline                 the service was not reached, or the connection broke
  x ServiceAway             it was reached and cannot work now
  x SignedOut               this sign-in has ended
  x AccountGone             the account was deleted
  x DeletionPending         the account will be deleted, and does nothing else until that is taken back
  x Refused                 it understood the request and does not do it
  x BadAnswer               the answer is none that this version knows
  x NotSent                 the request could not be made: a fault of this program
  x Cancelled               the learner stopped it
  x VaultUnavailable        the keyring of the system keeps no sign-in
  x SignInFailed
    + BrowserNotOpened
    + Denied
    + TimedOut
    + ExchangeFailed

An export that cannot be written raises `disk.CannotSave`. Errors of httpx2, requests, oauthlib and keyring never leave
this package.
"""


class CloudError(Exception):
    """The message is a sentence for the learner, without a token, an e-mail address or a name."""


class WrongAddress(CloudError):
    """The address of the service is no web address that may be used."""


class Offline(CloudError):
    """The service was not reached, or the connection broke. Trying again later is right."""


class ServiceAway(CloudError):
    """The service cannot work now. `retry_after_s` is the wait that it asks for; `code` as in `wire.Problem`, or ""."""

    def __init__(self, message: str, code: str = "", retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


class SignedOut(CloudError):
    """The sign-in of this device has ended: expired, ended elsewhere, or there never was one."""


class AccountGone(CloudError):
    """The account was deleted for good."""


class DeletionPending(CloudError):
    """The account waits to be deleted. `due_at`: when, in milliseconds since 1970."""

    def __init__(self, message: str, due_at: int | None) -> None:
        super().__init__(message)
        self.due_at = due_at


class Refused(CloudError):
    """The service does not do it. `code` as in `wire.Problem`."""

    def __init__(self, message: str, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class BadAnswer(CloudError):
    """The answer is none that this version knows: another program answers there, or a newer service."""


class NotSent(CloudError):
    """The request could not be made. That is a fault of this program."""


class Cancelled(CloudError):
    """The learner stopped it."""


class VaultUnavailable(CloudError):
    """The keyring of the system cannot keep or give the sign-in. The message says why."""


class SignInFailed(CloudError):
    """A sign-in came to no end."""


class BrowserNotOpened(SignInFailed):
    """No browser could be opened, and nobody used the address either. `address` is no longer of use."""


class Denied(SignInFailed):
    """The learner said no on the page of Google."""


class TimedOut(SignInFailed):
    """Nobody finished the sign-in in the browser in time."""


class ExchangeFailed(SignInFailed):
    """Google's answer could not be turned into a proof of who the learner is."""
