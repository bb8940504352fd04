"""What operators and other programs ask the service about itself."""

import asyncio
import base64
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import APIRouter, Request
from msgspec import json
from starlette.responses import Response

from sync.database import Database, DatabaseError, Step
from sync.edge import contract
from sync.edge.answers import answer
from sync.edge.contract import operation
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError
from sync.wire import Health, Key, Keys

_READY_S = 3
"""A load balancer asks more often than a database that is away would let it know."""


def router(database: Database, metrics: Metrics, metrics_token: str, entitlement_keys: tuple[bytes, ...]) -> APIRouter:
    """The routes. Without a `metrics_token` there is no `/metrics`."""
    routes = contract.router("", "operations")
    keys = Keys([public_key(seed) for seed in entitlement_keys])

    @routes.get("/healthz", **operation(answer=Health))
    async def read_health(request: Request) -> Response:
        """The process runs."""
        return answer(Health("ok"))

    @routes.get("/readyz", **operation(answer=Health))
    async def read_readiness(request: Request) -> Response:
        """The database answers."""
        try:
            async with asyncio.timeout(_READY_S):
                await database.read([Step("SELECT max(version) FROM schema_migrations")])
        except (DatabaseError, TimeoutError) as error:
            raise ServiceError("unavailable", "The database does not answer.", retry_after_s=5) from error
        return answer(Health("ok"))

    @routes.get("/.well-known/jwks.json", **operation(answer=Keys))
    async def read_keys(request: Request) -> Response:
        """The public keys of what this service signs for use without a network (RFC 7517)."""
        return Response(json.encode(keys), media_type="application/json")

    if metrics_token:

        @routes.get("/metrics", **operation(media_type="text/plain", problems=["sign_in"], bearer=True))
        async def read_metrics(request: Request) -> Response:
            """Counters for Prometheus. Not for the public: it asks for METRICS_TOKEN."""
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), metrics_token.encode()):
                raise ServiceError("sign_in")
            return Response(metrics.text(), media_type=metrics.content_type)

    return routes


def public_key(seed: bytes) -> Key:
    """The public half of an Ed25519 key; its id is the thumbprint of RFC 7638."""
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = _base64url(raw)
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return Key("OKP", "Ed25519", x, _base64url(thumbprint))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
