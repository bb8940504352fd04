"""Who sent a request, for the endpoints that need to know."""

from fastapi import Request

from sync.auth.repository import SessionRow
from sync.auth.service import AuthService, refuse_pending
from sync.auth.tokens import Caller
from sync.edge.limits import RateLimits
from sync.edge.problems import ServiceError
from sync.settings import Limits


class Callers:
    """Reads the bearer token of a request and counts it for the account's rate."""

    def __init__(self, auth: AuthService, rates: RateLimits, limits: Limits) -> None:
        self._auth = auth
        self._rates = rates
        self._limits = limits

    def by_token(self, request: Request) -> Caller:
        """By the token alone; its session may have ended. Raises: ServiceError sign_in, slow_down."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ServiceError("sign_in")
        caller = self._auth.read_access(token.strip())
        self._rates.take(self._limits.account, "requests of one account", caller.user)
        return caller

    async def known(self, request: Request) -> SessionRow:
        """A session that is good, with its account. Raises: ServiceError."""
        return await self._auth.check(self.by_token(request))

    async def active(self, request: Request) -> SessionRow:
        """As `known`, of an account that is not about to be deleted. Raises: ServiceError."""
        row = await self.known(request)
        refuse_pending(row.deleted_at)
        return row
