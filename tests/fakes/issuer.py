"""An OpenID issuer on loopback whose every answer and token a test decides: for what the two independent servers of
tests/fakes/peers.py cannot be brought to say. It has a discovery document and keys; tokens are made by `id_token`."""

import json
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm
from msgspec import Struct

GOOGLE = "https://accounts.google.com"

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"


class Broken(Struct, frozen=True):
    """An answer instead of the sound one. `is_cut`: the connection ends before all of the body was sent."""

    status: int
    body: bytes = b""
    is_cut: bool = False


@cache
def key(name: str) -> RSAPrivateKey:
    """The key of a name, the same in all tests of a run."""
    return generate_private_key(65_537, 2048)


class Issuer:
    """Use as a context manager. `calls_itself` is its name in the discovery document; `broken` has answers by path;
    `asked` notes the paths that were asked for."""

    client_id = "desktop-of-tests.apps.example.com"
    client_secret = "not-a-secret-of-tests"

    def __init__(self, port: int = 0, tls: SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self.calls_itself = ""
        self.broken: dict[str, Broken] = {}
        self.asked: list[str] = []
        self.published = ["first"]

    def __enter__(self) -> "Issuer":
        self._server = _Server(("127.0.0.1", self._port), _handler(self))
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(self._server.socket, server_side=True)
        self._port = self._server.server_port
        self.calls_itself = self.calls_itself or self.url
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="issuer")
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of an API that trusts it."""
        return {
            "GOOGLE_CLIENT_ID": self.client_id,
            "GOOGLE_CLIENT_SECRET": self.client_secret,
            "GOOGLE_DISCOVERY_URL": self.url + DISCOVERY,
        }

    def claims(self, nonce: str) -> dict[str, Any]:
        """What a sound token says of Ada."""
        now_s = int(time())
        return {
            "iss": self.calls_itself, "aud": self.client_id, "azp": self.client_id, "sub": "1815", "nonce": nonce,
            "iat": now_s, "exp": now_s + 3600, "email": "ada@example.com", "email_verified": True,
            "name": "Ada Lovelace",
        }  # fmt: skip

    def id_token(self, for_nonce: str, *, signed_by: str = "first", kid: str | None = None, **changes: Any) -> str:
        """A token of Ada. A change of None leaves a claim out."""
        claims = {name: value for name, value in {**self.claims(for_nonce), **changes}.items() if value is not None}
        return jwt.encode(claims, key(signed_by), "RS256", {"kid": kid or signed_by})

    def document(self, path: str) -> Any:
        if path == KEYS:
            return {"keys": [_public(name) for name in self.published]}
        return {
            "issuer": self.calls_itself,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": self.url + KEYS,
        }


def _public(name: str) -> dict[str, Any]:
    published = json.loads(RSAAlgorithm.to_jwk(key(name).public_key()))
    return {**published, "kid": name, "use": "sig", "alg": "RS256"}


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing it waits for them


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            answer = issuer.broken.get(self.path)
            if answer is None:
                answer = Broken(200, json.dumps(issuer.document(self.path)).encode())
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body) + 1000 * answer.is_cut))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
