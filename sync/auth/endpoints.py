"""`/v1/auth/…`: the requests of signing in and out."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from sync.auth.service import AuthService
from sync.edge import contract
from sync.edge.answers import answer
from sync.edge.bodies import read_body
from sync.edge.contract import operation
from sync.edge.limits import RateLimits, network_of
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError
from sync.settings import Rate
from sync.wire import GoogleSignIn, GoogleStart, Logout, Refresh, SignedIn, Tokens


def router(auth: AuthService, rates: RateLimits, rate: Rate, metrics: Metrics) -> APIRouter:
    """The routes, on their service. `rate` limits an address."""
    routes = contract.router("/v1/auth", "auth")

    def count(request: Request) -> None:
        rates.take(rate, "sign-ins from one address", network_of(request.client.host if request.client else ""))

    @routes.get("/google", **operation(answer=GoogleStart, problems=["not_configured", "google_away"]))
    async def start_google(request: Request) -> Response:
        """Where a sign-in with Google begins."""
        count(request)
        return answer(await auth.start())

    @routes.post("/google", **operation(body=GoogleSignIn, answer=SignedIn, problems=_SIGN_IN_PROBLEMS))
    async def sign_in_with_google(request: Request) -> Response:
        """Exchange Google's id token for a session; the first time this makes the account."""
        count(request)
        try:
            signed_in = await auth.sign_in(await read_body(request, GoogleSignIn))
        except ServiceError as error:
            metrics.sign_in(error.code)
            raise
        metrics.sign_in("ok")
        return answer(signed_in)

    @routes.post("/refresh", **operation(body=Refresh, answer=Tokens, problems=["sign_in", "account_gone"]))
    async def refresh(request: Request) -> Response:
        """New tokens for a refresh token, which is good for one use. A second use ends the session."""
        return answer(await auth.refresh(await read_body(request, Refresh)))

    @routes.post("/logout", **operation(body=Logout, status=204))
    async def log_out(request: Request) -> Response:
        """End the session of a refresh token, or all sessions of its account."""
        await auth.log_out(await read_body(request, Logout))
        return Response(status_code=204)

    return routes


_SIGN_IN_PROBLEMS = [
    "google_token_refused",
    "nonce_refused",
    "email_not_verified",
    "google_away",
    "not_configured",
    "account_gone",
]
