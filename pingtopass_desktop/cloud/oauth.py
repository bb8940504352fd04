"""Asking Google who the learner is: the system's browser, PKCE, and a redirect to this computer (RFC 8252).

What comes out is Google's signed word (`id_token`) for the service, which checks it. Nothing of Google is kept here,
and no other token of it is used.
"""

import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pingtopass_desktop.cloud.browser_pages import Page
from pingtopass_desktop.cloud.cancel import Cancel
from pingtopass_desktop.cloud.errors import BrowserNotOpened, Denied, ExchangeFailed, TimedOut
from pingtopass_desktop.cloud.receiver import Receiver
from sync import wire

if TYPE_CHECKING:
    from google_auth_oauthlib.flow import Flow

_log = logging.getLogger(__name__)

Browser = Callable[[str], bool]
"""Opens an address in the system's browser. False where it could not."""

SCOPES = ("openid", "email", "profile")
_EXCHANGE_S = 10


class Consent:
    """One visit to Google's page. Enter it with `with`: leaving it with an error tells the browser that waits."""

    def __init__(self, start: wire.GoogleStart, port: int = 0) -> None:
        """`port`: of this computer, 0 for a free one. Raises: SignInFailed."""
        self._start = start
        state = secrets.token_urlsafe(24)
        self._receiver = Receiver(state, port)
        try:
            self._flow = _flow(start, self._receiver.redirect_uri)
            self.address = self._authorization_address(state)
        except BaseException:
            self._receiver.close()
            raise

    def __enter__(self) -> "Consent":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is not None:
                self._receiver.answer(Page.DENIED if issubclass(kind, Denied) else Page.FAILED)
        finally:
            self._receiver.close()
            self._flow.oauth2session.close()

    def open(self, browser: Browser) -> bool:
        """Show Google's page. False where no browser opens: the learner can open `address` by hand then."""
        try:
            return bool(browser(self.address))
        except OSError as error:
            _log.info("no browser was opened (%s)", type(error).__name__)
            return False

    def code(self, cancel: Cancel, *, is_open: bool, timeout_s: float) -> str:
        """Wait for the learner's yes. Raises: Cancelled, TimedOut, BrowserNotOpened, Denied, ExchangeFailed."""
        try:
            redirect = self._receiver.wait(cancel, timeout_s)
        except TimedOut as error:
            if is_open:
                raise
            raise BrowserNotOpened(
                "No browser could be opened, and the address was not opened by hand. Choose a standard browser in the "
                "settings of this computer, then sign in again."
            ) from error
        if redirect.error == "access_denied":
            raise Denied("You said no on the page of Google, so you are not signed in. Nothing was changed.")
        if redirect.error:
            _log.info("google's page ended with an error of %d characters", len(redirect.error))
            raise ExchangeFailed("Google could not sign you in at the moment. Try again later.")
        return redirect.code

    def id_token(self, code: str) -> str:
        """Google's signed word for a code. Raises: ExchangeFailed."""
        import requests
        from oauthlib.oauth2 import OAuth2Error

        try:
            token = self._flow.fetch_token(code=code, include_client_id=True, timeout=_EXCHANGE_S)
        except requests.RequestException as error:
            _log.info("google's token address was not reached (%s)", type(error).__name__)
            raise ExchangeFailed(
                "Google was not reached to finish the sign-in. Check the connection to the internet and try again."
            ) from None  # what it chains holds the request with its code and its secret
        except (OAuth2Error, ValueError, TypeError, AttributeError, KeyError) as error:
            _log.info("google's token address said no (%s)", type(error).__name__)
            raise _unfinished() from None  # its words are Google's, about this person
        word: Any = token.get("id_token")
        if not isinstance(word, str) or not word:
            raise _unfinished()
        return word

    def show_signed_in(self) -> None:
        """Tell the browser that waits that all is done."""
        self._receiver.answer(Page.SIGNED_IN)

    def _authorization_address(self, state: str) -> str:
        from oauthlib.oauth2 import OAuth2Error

        try:
            address, _ = self._flow.authorization_url(
                state=state, nonce=self._start.nonce, prompt="select_account", access_type="online"
            )
        except (OAuth2Error, ValueError) as error:  # an address that is not https, or none at all
            raise ExchangeFailed(
                "The service named a page for signing in that is not safe to open. Its operator must correct that."
            ) from error
        # Google answers with the long names of the scopes. Which ones it grants is no matter: the service reads the
        # word itself. Without an expectation oauthlib compares nothing, and no setting for the whole process is needed.
        self._flow.oauth2session.scope = None
        return address


def _unfinished() -> ExchangeFailed:
    return ExchangeFailed("Google did not confirm the sign-in. Sign in again.")


def _flow(start: wire.GoogleStart, redirect_uri: str) -> "Flow":
    from google_auth_oauthlib.flow import Flow

    for name in ("requests_oauthlib", "oauthlib"):  # their lines for debugging hold tokens
        logging.getLogger(name).setLevel(logging.WARNING)
    client = {
        "client_id": start.client_id,
        "client_secret": start.client_secret,  # Flow asks for the key, be it empty
        "auth_uri": start.authorization_endpoint,
        "token_uri": start.token_endpoint,
    }
    flow = Flow.from_client_config({"installed": client}, list(SCOPES), redirect_uri=redirect_uri)
    flow.oauth2session.mount("https://", _system_certificates())
    return flow


def _system_certificates() -> Any:
    """Trusts what this computer trusts, as `client` does, instead of a list that came with a library."""
    import ssl

    import truststore
    from requests.adapters import HTTPAdapter

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    class SystemCertificates(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, ssl_context=context, **options)

        def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
            return super().proxy_manager_for(*args, ssl_context=context, **options)

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            conn.cert_reqs = "CERT_REQUIRED"  # and no list of its own

    return SystemCertificates()
