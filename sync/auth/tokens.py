"""The API's own tokens: JWTs signed with HMAC-SHA-256 (RFC 7519), an access token of 15 minutes and a refresh token
that is good for one use."""

import hashlib
import hmac
import time
from typing import Any

import jwt
from msgspec import Struct

from sync.edge.problems import ServiceError
from sync.wire import Role

ACCESS_S = 15 * 60
REMEMBERED_S = 180 * 86_400
"""How long a device may be unused until it has to sign in again."""
UNREMEMBERED_S = 86_400
NONCE_S = 10 * 60

_MOST_VERIFIED = 10_000

_ALGORITHM = "HS256"
_ACCESS, _REFRESH, _NONCE = "access", "refresh", "nonce"


class Caller(Struct, frozen=True):
    """Who sent a request."""

    user: str
    session: str
    role: Role


class RefreshToken(Struct, frozen=True):
    user: str
    session: str
    generation: int


class TokenSigner:
    """Makes and reads tokens. The first secret signs, all verify."""

    def __init__(self, site_url: str, secrets: tuple[str, ...]) -> None:
        self._issuer = site_url
        self._secrets = {_key_id(secret): secret for secret in reversed(secrets)}
        self._current = secrets[0]
        self._verified_access: dict[str, tuple[Caller, int]] = {}

    def access(self, caller: Caller) -> str:
        return self._sign(_ACCESS, ACCESS_S, sub=caller.user, sid=caller.session, role=caller.role)

    def refresh(self, token: RefreshToken, expires_in_s: int) -> str:
        return self._sign(_REFRESH, expires_in_s, sub=token.user, sid=token.session, gen=token.generation)

    def nonce(self, random: str) -> str:
        """A nonce that this service can recognise as its own without remembering it."""
        return self._sign(_NONCE, NONCE_S, jti=random)

    def read_access(self, token: str) -> Caller:
        """A token that was verified is known until it expires: it comes with each request.

        Raises: ServiceError sign_in.
        """
        known = self._verified_access.get(token)
        if known is None or known[1] <= time.time():
            claims = self._verified(token, _ACCESS, ("sub", "sid", "role"))
            if len(self._verified_access) >= _MOST_VERIFIED:
                self._verified_access.clear()
            known = Caller(claims["sub"], claims["sid"], claims["role"]), claims["exp"]
            self._verified_access[token] = known
        return known[0]

    def read_refresh(self, token: str) -> RefreshToken:
        """Raises: ServiceError sign_in."""
        claims = self._verified(token, _REFRESH, ("sub", "sid", "gen"))
        return RefreshToken(claims["sub"], claims["sid"], claims["gen"])

    def read_nonce(self, nonce: str) -> int:
        """When it expires, in seconds since 1970. Raises: ServiceError nonce_refused."""
        try:
            return int(self._verified(nonce, _NONCE, ("jti",))["exp"])
        except ServiceError as error:
            raise ServiceError("nonce_refused") from error

    def _sign(self, kind: str, expires_in_s: int, **claims: object) -> str:
        now_s = int(time.time())
        payload = {**claims, "iss": self._issuer, "aud": kind, "iat": now_s, "exp": now_s + expires_in_s}
        return jwt.encode(payload, self._current, _ALGORITHM, {"kid": _key_id(self._current)})

    def _verified(self, token: str, kind: str, required: tuple[str, ...]) -> dict[str, Any]:
        try:
            secret = self._secrets[jwt.get_unverified_header(token).get("kid", "")]
            return jwt.decode(
                token,
                secret,
                algorithms=[_ALGORITHM],
                audience=kind,
                issuer=self._issuer,
                options={"require": ["exp", "iat", "aud", "iss", *required], "strict_aud": True},
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise ServiceError("sign_in") from error


def _key_id(secret: str) -> str:
    """A name of a secret that tells nothing of it."""
    return hmac.new(secret.encode(), b"pingtopass key id", hashlib.sha256).hexdigest()[:12]
