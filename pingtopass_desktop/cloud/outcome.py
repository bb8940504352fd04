"""What the absence of an answer means, and an answer that says no. Every way a request can end is one error of ours."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from pingtopass_desktop.cloud.errors import (
    AccountGone,
    BadAnswer,
    CloudError,
    DeletionPending,
    NotSent,
    Offline,
    Refused,
    ServiceAway,
    SignedOut,
)
from sync import wire

if TYPE_CHECKING:
    import httpx2

_MAX_WAIT_S = 24 * 3600
_MAX_WORDS = 300

SIGNED_OUT = "You are signed out on this device. Sign in again to sync; everything you did is kept here."
ACCOUNT_GONE = "This account was deleted. What you did on this device is still here."


def failure(error: "Exception | httpx2.HTTPError", host: str) -> CloudError:
    """What an error of httpx2 means. `host` is the service's."""
    import httpx2

    match error:
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return Offline(f"{host} did not answer in time. Check the connection to the internet and try again.")
        case httpx2.TimeoutException():
            return Offline(f"{host} was too slow to answer. Try again later.")
        case httpx2.ProxyError():
            return Offline(f"The proxy of this network does not let PingToPass reach {host}. Ask who runs the network.")
        case httpx2.NetworkError():
            return _unreached(error, host)
        case httpx2.RemoteProtocolError():
            return ServiceAway(f"{host} ended the connection before it had answered. Try again later.")
        case httpx2.DecodingError() | httpx2.TooManyRedirects():
            return unknown_answer(host, "damaged")
    return NotSent(f"PingToPass could not make a request to {host} ({type(error).__name__}).")


def refusal(status: int, headers: Mapping[str, str], content: bytes, host: str) -> CloudError:
    """What an answer with a status other than 2xx means.

    Only a problem in the service's own form ends a sign-in: the page of a hotel's network may say 401 too.
    """
    problem = _problem(headers, content)
    if problem is None:
        if status >= 500 or status in (408, 429):
            return ServiceAway(f"{host} cannot work at the moment. Try again later.", "", _wait_s(headers, None))
        if status == 407:
            return Offline(f"The proxy of this network does not let PingToPass reach {host}. Ask who runs the network.")
        return unknown_answer(host, f"HTTP {status}")
    words = (problem.detail or problem.title)[:_MAX_WORDS]
    match status, problem.code:
        case 401, "sign_in":
            return SignedOut(SIGNED_OUT)
        case 410, "account_gone":
            return AccountGone(ACCOUNT_GONE)
        case 403, "deletion_pending":
            return DeletionPending(words, problem.due_at)
    if status >= 500 or status == 429:
        return ServiceAway(words, problem.code, _wait_s(headers, problem))
    return Refused(words, problem.code, status)


def unknown_answer(host: str, why: str) -> BadAnswer:
    """Another program answers at that address, or a service that is newer than this program."""
    return BadAnswer(
        f"{host} gave an answer that PingToPass does not know ({why}). A page of this network may answer in its place, "
        "or PingToPass must be updated."
    )


def _unreached(error: BaseException, host: str) -> Offline:
    import socket
    import ssl

    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return Offline(
                    f"The connection to {host} is not safe: {cause.verify_message or cause.reason}. Check the date of "
                    "this computer; a network that reads along can be the reason too."
                )
            case ssl.SSLError():
                return Offline(f"No safe connection to {host} could be made ({cause.reason}). Try another network.")
            case socket.gaierror():
                return Offline(f"{host} was not found. Check the connection to the internet and try again.")
            case ConnectionRefusedError():
                return Offline(f"{host} takes no connection at the moment. Try again later.")
    return Offline(f"The connection to {host} failed. Check the connection to the internet and try again.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _problem(headers: Mapping[str, str], content: bytes) -> wire.Problem | None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/problem+json":
        return None
    try:
        return msgspec.json.decode(content, type=wire.Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _wait_s(headers: Mapping[str, str], problem: wire.Problem | None) -> int | None:
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(int(asked[:9]), _MAX_WAIT_S)
    if problem is None or problem.retry_after_s is None:
        return None
    return min(max(problem.retry_after_s, 0), _MAX_WAIT_S)
