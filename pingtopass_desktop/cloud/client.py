"""HTTP to the companion API: one kept-alive client, messages of `sync.wire`, our own errors. It keeps no token."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pingtopass_desktop import __version__
from pingtopass_desktop.cloud.address import service_address
from pingtopass_desktop.cloud.errors import Offline
from pingtopass_desktop.cloud.outcome import failure, refusal, unknown_answer

if TYPE_CHECKING:
    import httpx2

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

MAX_ANSWER_BYTES = 8 * 1024 * 1024
_MAX_PROBLEM_BYTES = 64 * 1024
_CONNECT_S = 5.0
_READ_S = 10.0
_DOWNLOAD_READ_S = 60.0
"""The service gathers a whole account before the first byte."""
_WHOLE_ANSWER_S = 60.0
"""A read time-out alone lets a connection of one byte a second hold the lane for ever."""
_IDLE_S = 4.0
"""Less than the five seconds after which uvicorn closes an idle connection, so that it is not used as it closes."""


class Download:
    """A file on its way. `size` where the service says it."""

    def __init__(self, chunks: Iterator[bytes], size: int | None) -> None:
        self.chunks = chunks
        self.size = size


class Client:
    """Requests to one service, made by one thread. The connection is opened by the first of them."""

    def __init__(self, address: str) -> None:
        """Raises: WrongAddress."""
        self.address = service_address(address)
        self.host = self.address.partition("//")[2].partition("/")[0]
        self._http: httpx2.Client | None = None

    def ask(
        self, method: str, path: str, answer: type[_T], *, body: msgspec.Struct | None = None, token: str | None = None
    ) -> _T:
        """Send a message and read the answer. Raises: CloudError."""
        with self._exchange(method, path, body, token, _READ_S) as response:
            content = self._content(response, MAX_ANSWER_BYTES)
            if len(content) > MAX_ANSWER_BYTES:
                raise unknown_answer(self.host, f"more than {MAX_ANSWER_BYTES} bytes")
        try:
            return msgspec.json.decode(content, type=answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise unknown_answer(self.host, f"no {answer.__name__}") from error

    def tell(self, method: str, path: str, *, body: msgspec.Struct | None = None, token: str | None = None) -> None:
        """Send a message whose answer has no content. Raises: CloudError."""
        with self._exchange(method, path, body, token, _READ_S):
            pass

    @contextmanager
    def download(self, path: str, content_type: str, *, token: str) -> Iterator[Download]:
        """The bytes of a file as they arrive. Raises: CloudError, while its chunks are read too."""
        with self._exchange("GET", path, None, token, _DOWNLOAD_READ_S) as response:
            if response.headers.get("content-type", "").partition(";")[0].strip().lower() != content_type:
                raise unknown_answer(self.host, f"no {content_type}")
            length = response.headers.get("content-length", "")
            is_plain = "content-encoding" not in response.headers  # else it counts other bytes than those that arrive
            yield Download(response.iter_bytes(), int(length) if is_plain and length.isdigit() else None)

    def close(self) -> None:
        """Close the connection. The next request opens another one."""
        if self._http is not None:
            self._http.close()
            self._http = None

    @contextmanager
    def _exchange(
        self, method: str, path: str, body: msgspec.Struct | None, token: str | None, read_s: float
    ) -> Iterator["httpx2.Response"]:
        """Send a request and give its answer, of which only the head is read, where it says yes."""
        import httpx2

        headers: dict[bytes, bytes] = {}
        if body is not None:
            headers[b"Content-Type"] = b"application/json"
        if token is not None:
            headers[b"Authorization"] = b"Bearer " + token.encode()
        begun = time.monotonic()
        try:
            with self._opened().stream(
                method,
                self.address + path,
                content=None if body is None else msgspec.json.encode(body),
                headers=headers,
                timeout=httpx2.Timeout(read_s, connect=_CONNECT_S),
            ) as response:
                elapsed_ms = (time.monotonic() - begun) * 1000
                request_id = response.headers.get("x-request-id", "none")[:64]
                _log.info("%s: HTTP %d after %.0f ms, request %s", method, response.status_code, elapsed_ms, request_id)
                if not response.is_success:
                    content = self._content(response, _MAX_PROBLEM_BYTES)
                    raise refusal(response.status_code, response.headers, content, self.host)
                yield response
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamError) as error:
            _log.info("%s: no answer (%s)", method, type(error).__name__)
            raise failure(error, self.host) from error

    def _content(self, response: "httpx2.Response", limit: int) -> bytes:
        """An answer, or its beginning where it is longer than the limit: the rest is not read."""
        deadline = time.monotonic() + _WHOLE_ANSWER_S
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > limit:
                break
            if time.monotonic() > deadline:
                raise Offline(f"{self.host} was too slow to answer. Try again later.")
        return bytes(content)

    def _opened(self) -> "httpx2.Client":
        if self._http is None:
            import ssl

            import httpx2
            import truststore

            logging.getLogger("httpx2").setLevel(logging.WARNING)  # its lines name whole addresses; ours do not
            try:
                self._http = httpx2.Client(
                    verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                    headers={"User-Agent": f"PingToPass/{__version__}", "Accept-Encoding": "gzip"},
                    limits=httpx2.Limits(max_connections=2, keepalive_expiry=_IDLE_S),
                    follow_redirects=False,
                )
            except (ValueError, ImportError) as error:  # it reads the proxies of the system and refuses SOCKS
                raise Offline(
                    f"{self.host} was not reached: this computer names a proxy that PingToPass cannot use. It goes "
                    "through http and https proxies, not SOCKS (ALL_PROXY in the environment)."
                ) from error
        return self._http
