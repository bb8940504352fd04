"""Problems that the API answers with: RFC 9457 `application/problem+json` with a stable `code`."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import json
from starlette.responses import Response

from sync.wire import Problem


class Kind(NamedTuple):
    status: int
    title: str


KINDS = {
    "bad_request": Kind(400, "The request does not have the documented shape"),
    "sign_in": Kind(401, "Sign in again"),
    "google_token_refused": Kind(401, "Google's answer could not be verified"),
    "nonce_refused": Kind(401, "This sign-in was used already or took too long"),
    "email_not_verified": Kind(401, "The e-mail address is not verified at Google"),
    "deletion_pending": Kind(403, "The account is to be deleted"),
    "not_found": Kind(404, "There is no such thing here"),
    "not_configured": Kind(404, "This service does not offer that"),
    "method_not_allowed": Kind(405, "That cannot be done with this address"),
    "stream_changed": Kind(409, "The server's events were restored or replaced"),
    "account_gone": Kind(410, "The account was deleted"),
    "too_many": Kind(413, "Too much in one request"),
    "unsupported_encoding": Kind(415, "The body has an encoding that is not accepted here"),
    "upgrade_required": Kind(426, "This program is too old for the service"),
    "slow_down": Kind(429, "Too many requests"),
    "over_quota": Kind(429, "The account has no room left"),
    "internal": Kind(500, "Something went wrong here"),
    "unavailable": Kind(503, "The service cannot do this now"),
    "google_away": Kind(503, "Google does not answer"),
}
"""All codes. A code is never renamed."""

MEDIA_TYPE = "application/problem+json"


class ServiceError(Exception):
    """A request that is answered with a problem. `code` is one of `KINDS`; `allow` are the methods of an address, for
    `method_not_allowed` only."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        retry_after_s: int | None = None,
        due_at: int | None = None,
        allow: Sequence[str] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.due_at = due_at
        self.allow = allow


def problem(error: ServiceError, request_id: str) -> Response:
    """The answer to a request that failed."""
    kind = KINDS[error.code]
    body = Problem(
        "about:blank", kind.title, kind.status, error.code, error.detail, request_id, error.retry_after_s, error.due_at
    )
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.allow:
        headers["Allow"] = ", ".join(error.allow)
    return Response(json.encode(body), kind.status, headers, MEDIA_TYPE)
