"""Verifying what Google says of a person: OpenID Connect Core 1.0, section 3.1.3.7."""

import asyncio
import ssl
from typing import Any

import httpx2
import jwt
from msgspec import DecodeError, Struct, ValidationError, json

from sync.edge.problems import ServiceError
from sync.settings import Google

_LEEWAY_S = 60
_TIMEOUT_S = 5
_ISSUER = "https://accounts.google.com"
_OTHER_FORM = "accounts.google.com"
"""Google writes its issuer in both forms; they are one."""

_DISCOVERY_S = _KEYS_S = 3600
_TRY_AGAIN_S = 60


class Endpoints(Struct, frozen=True):
    """What is needed of a discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Identity(Struct, frozen=True):
    """A person at an issuer. (issuer, subject) never changes; e-mail and name do."""

    issuer: str
    subject: str
    email: str
    name: str


class GoogleVerifier:
    """Reads Google's discovery document and keys, and keeps both for an hour."""

    def __init__(self, settings: Google) -> None:
        self._settings = settings
        self._endpoints: Endpoints | None = None
        self._keys: jwt.PyJWKClient | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Raises: ServiceError google_away."""
        async with self._reading:
            now = asyncio.get_running_loop().time()
            if self._endpoints is None or now - self._read_at > _DISCOVERY_S:
                try:
                    self._endpoints = await self._discover()
                    self._read_at = now
                except ServiceError:
                    if self._endpoints is None:
                        raise
                    self._read_at = now - _DISCOVERY_S + _TRY_AGAIN_S  # what was read goes on for a while
            return self._endpoints

    async def verify(self, id_token: str, nonce: str) -> Identity:
        """Raises: ServiceError google_token_refused, nonce_refused, email_not_verified, google_away."""
        endpoints = await self.endpoints()
        if self._keys is None or self._keys.uri != endpoints.jwks_uri:
            # One by one they would be kept for good, also those that Google takes back: `cache_keys` stays off.
            self._keys = jwt.PyJWKClient(endpoints.jwks_uri, lifespan=_KEYS_S, timeout=_TIMEOUT_S)
        claims = await asyncio.to_thread(self._claims, self._keys, endpoints.issuer, id_token)
        if claims.get("nonce") != nonce:
            raise ServiceError("nonce_refused")
        email, name = claims.get("email"), claims.get("name")
        if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
            raise ServiceError("email_not_verified")
        issuer = _ISSUER if claims["iss"] == _OTHER_FORM else claims["iss"]
        return Identity(issuer, claims["sub"], email, name if isinstance(name, str) else "")

    def _claims(self, keys: jwt.PyJWKClient, issuer: str, id_token: str) -> dict[str, Any]:
        issuers = [_ISSUER, _OTHER_FORM] if issuer == _ISSUER else [issuer]
        try:
            keys.get_signing_keys()
        except (jwt.PyJWTError, OSError, ValueError, RecursionError) as error:  # it may answer with anything
            raise ServiceError("google_away", retry_after_s=5) from error
        try:
            claims = jwt.decode(
                id_token,
                keys.get_signing_key_from_jwt(id_token).key,
                algorithms=["RS256"],
                audience=self._settings.client_id,
                issuer=issuers,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "aud", "iss", "sub"], "strict_aud": True},
            )
        except (jwt.PyJWKClientConnectionError, OSError) as error:  # an unknown key makes it ask again
            raise ServiceError("google_away", retry_after_s=5) from error
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise ServiceError("google_token_refused", _REASONS.get(type(error), "")) from error
        if not claims["sub"]:
            raise ServiceError("google_token_refused")
        return claims

    async def _discover(self) -> Endpoints:
        is_secure = self._settings.discovery_url.startswith("https:")
        verify = await asyncio.to_thread(ssl.create_default_context) if is_secure else False  # it reads many files
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT_S, verify=verify) as client:
                response = await client.get(self._settings.discovery_url)
                response.raise_for_status()
                return json.decode(response.content, type=Endpoints)
        except (httpx2.HTTPError, DecodeError, ValidationError) as error:
            raise ServiceError("google_away", retry_after_s=5) from error


_REASONS: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "It has expired. Is this computer's clock right?",
    jwt.ImmatureSignatureError: "It is not valid yet. Is this computer's clock right?",
    jwt.InvalidAudienceError: "It was made for another program.",
    jwt.InvalidIssuerError: "It was not made by Google.",
}
