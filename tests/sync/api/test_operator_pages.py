"""What operators and other programs ask the service about itself: health, readiness, keys."""

import base64
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fakes.peers import Sqld
from tests.fakes.service import ServiceHere
from tests.sync.api.signing import code

pytestmark = pytest.mark.anyio

SEED, PUBLIC, THUMBPRINT = (
    "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
    "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
)
"""RFC 8037, appendices A.1 to A.3."""


def _setting(seed: str) -> str:
    """As `openssl rand -base64 32` writes it."""
    return base64.b64encode(base64.urlsafe_b64decode(seed)).decode()


async def test_a_service_is_healthy_and_ready(service: ServiceHere) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await service.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_service_without_its_database_is_healthy_and_not_ready(
    new_service: Callable[..., ServiceHere], sqld_server: Sqld
) -> None:
    async with new_service(TURSO_DATABASE_URL=sqld_server.url) as service:
        assert (await service.client.get("/readyz")).status_code == 200
        sqld_server.stop()
        answer = await service.client.get("/readyz")
        assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "unavailable", "5")
        assert (await service.client.get("/healthz")).status_code == 200
        sqld_server.start()
        assert (await service.client.get("/readyz")).status_code == 200


async def test_without_keys_none_is_published(service: ServiceHere) -> None:
    assert (await service.client.get("/.well-known/jwks.json")).json() == {"keys": []}


async def test_the_keys_are_published_as_the_standard_says(new_service: Callable[..., ServiceHere]) -> None:
    other = base64.b64encode(bytes(range(32))).decode()
    settings = {"ENTITLEMENT_SIGNING_KEY": _setting(SEED), "ENTITLEMENT_SIGNING_KEY_PREVIOUS": other}
    async with new_service(**settings) as service:
        answer = await service.client.get("/.well-known/jwks.json")
    first, second = answer.json()["keys"]
    assert first == {
        "kty": "OKP", "crv": "Ed25519", "x": PUBLIC, "kid": THUMBPRINT, "use": "sig", "alg": "EdDSA",
    }  # fmt: skip
    assert second["kid"] != first["kid"]
    assert not _verifies(second, SEED)
    assert _verifies(first, SEED)
    assert SEED[:20] not in answer.text


def _verifies(key: dict[str, Any], seed: str) -> bool:
    """Whether what a seed signed is taken by a stranger who knows the published key."""
    private = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed))
    token = jwt.encode({"plan": "x"}, private, "EdDSA")
    try:
        return jwt.decode(token, jwt.PyJWK(key), ["EdDSA"]) == {"plan": "x"}
    except jwt.InvalidSignatureError:
        return False
