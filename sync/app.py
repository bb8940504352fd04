"""Builds the API: every object once, its routes, what runs beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from sync.accounts import endpoints as account_endpoints
from sync.accounts.deletions import DeletionLog
from sync.accounts.repository import AccountRepository
from sync.accounts.service import AccountService
from sync.auth import endpoints as auth_endpoints
from sync.auth.caller import Callers
from sync.auth.repository import SessionRepository
from sync.auth.service import AuthService
from sync.auth.tokens import TokenSigner
from sync.database import Database, DatabaseError
from sync.edge.clock import clock_ms
from sync.edge.contract import describe
from sync.edge.limits import RateLimits
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError
from sync.edge.requests import Edge
from sync.events import endpoints as event_endpoints
from sync.events.repository import EventRepository
from sync.events.service import SyncService
from sync.ops import endpoints as ops_endpoints
from sync.settings import Settings

_TIDY_EVERY_S = 3600

_log = structlog.get_logger("sync.app")


def create(settings: Settings, database: Database, now_ms: Callable[[], int] = clock_ms) -> FastAPI:
    """The application, on a database whose schema fits; it closes the database when it stops."""
    metrics = Metrics()
    rates = RateLimits()
    auth = AuthService(
        SessionRepository(database), TokenSigner(settings.site_url, settings.jwt_secrets), settings.google, now_ms
    )
    callers = Callers(auth, rates, settings.limits)
    accounts = AccountService(AccountRepository(database), DeletionLog(settings.deletions_file), now_ms)
    events = SyncService(EventRepository(database), rates, settings.limits, metrics, now_ms)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tidying = asyncio.create_task(_tidy(auth, accounts))
        yield
        tidying.cancel()
        with suppress(asyncio.CancelledError):
            await tidying
        await database.close()

    app = FastAPI(
        title="PingToPass", version="1", description="Accounts, devices and the exchange of learner events.",
        lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    for router in (
        event_endpoints.router(events, callers),
        auth_endpoints.router(auth, rates, settings.limits.sign_in, metrics),
        account_endpoints.router(accounts, callers, rates, settings.limits.export),
        ops_endpoints.router(database, metrics, settings.metrics_token, settings.entitlement_keys),
    ):
        app.router.routes.extend(router.routes)  # an included router would be searched anew for each request
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_middleware(Edge, metrics=metrics, rates=rates, address_rate=settings.limits.address)
    describe(app)
    return app


def _not_routed(request: Request, error: Exception) -> Response:
    """No route, or not with this method: the edge answers with a problem."""
    if not (isinstance(error, HTTPException) and error.status_code == 405):
        raise ServiceError("not_found")
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
    raise ServiceError("method_not_allowed", allow=sorted({method for route in routes for method in route.methods}))


async def _tidy(auth: AuthService, accounts: AccountService) -> None:
    """Every hour. Several processes may do it at once: each step does nothing the second time."""
    while True:
        try:
            await accounts.erase_due()
            await auth.tidy()
        except DatabaseError as error:
            _log.warning("tidying waits for the database", reason=str(error))
        await asyncio.sleep(_TIDY_EVERY_S)
