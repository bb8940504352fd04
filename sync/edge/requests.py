"""Around every request: its id, the problem that answers a failure, the log, the metrics and the address's rate.

What was refused or slow has a line in the log; the rest is counted only. A line holds the route's
template, never an address with ids, and nothing of who asked.
"""

import os
import re
from time import perf_counter

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.database import DatabaseAway
from sync.edge.limits import RateLimits, network_of
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError, problem
from sync.settings import Rate

SLOW_MS = 100

_log = structlog.get_logger("sync.requests")

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

_USABLE_ID = re.compile("[A-Za-z0-9_-]{8,64}")


class Edge:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp, metrics: Metrics, rates: RateLimits, address_rate: Rate) -> None:
        self._app = app
        self._metrics = metrics
        self._rates = rates
        self._address_rate = address_rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _request_id(scope)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), *_HEADERS]
            await send(message)

        try:
            if scope["path"].startswith("/v1/"):
                self._rates.take(
                    self._address_rate, "requests from one address", network_of((scope.get("client") or ("",))[0])
                )
            await self._app(scope, receive, send_with_id)
        except Exception as error:
            failure = self._failure(error, request_id)
            if status:
                raise  # the answer had begun; the server closes the connection
            await problem(failure, request_id)(scope, receive, send_with_id)
        finally:
            self._tell(scope, status, (perf_counter() - started) * 1000, request_id)

    def _failure(self, error: Exception, request_id: str) -> ServiceError:
        if isinstance(error, ServiceError):
            return error
        if isinstance(error, DatabaseAway):
            _log.warning("database away", request_id=request_id, reason=str(error))
            return ServiceError("unavailable", retry_after_s=5)
        _log.error("request failed", request_id=request_id, exc_info=error)
        return ServiceError("internal", "The request id helps to find out why.")

    def _tell(self, scope: Scope, status: int, elapsed_ms: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.request_done(method, route, status, elapsed_ms / 1000)
        line = {"method": method, "route": route, "status": status, "ms": round(elapsed_ms, 1)}
        if elapsed_ms > SLOW_MS:
            _log.warning("slow request", request_id=request_id, **line)
        elif not 200 <= status < 300:
            _log.info("request refused", request_id=request_id, **line)


_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]


def _request_id(scope: Scope) -> str:
    given = Request(scope).headers.get("x-request-id", "")
    return given if _USABLE_ID.fullmatch(given) else os.urandom(12).hex()
