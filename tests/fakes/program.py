"""The desktop's part of a sign-in at an OAuth server, for tests of the API: an authorization code with PKCE (RFC 7636)
that a browser brings to a port of loopback (RFC 8252), exchanged for Google's id token."""

import base64
import hashlib
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from sync.wire import GoogleStart
from tests.fakes.browser import visit


def ask_for_id_token(start: GoogleStart, email: str) -> str:
    """Sign a learner in at the server that the API names, with the nonce that it gave."""
    verifier = secrets.token_urlsafe(48)
    with _Waiting() as program:
        visit(f"{start.authorization_endpoint}?{urlencode(_query(start, program.redirect, verifier))}", email)
    body = {
        "grant_type": "authorization_code",
        "code": program.code,
        "redirect_uri": program.redirect,
        "client_id": start.client_id,
        "client_secret": start.client_secret,
        "code_verifier": verifier,
    }
    answer = httpx2.post(start.token_endpoint, data=body, trust_env=False, verify=False)
    assert answer.status_code == 200, answer.text
    return answer.json()["id_token"]


def _query(start: GoogleStart, redirect: str, verifier: str) -> dict[str, str]:
    return {
        "client_id": start.client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": "openid email profile",
        "state": secrets.token_urlsafe(16),
        "nonce": start.nonce,
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }


class _Waiting:
    """Listens for the redirect."""

    def __enter__(self) -> "_Waiting":
        self.code = ""
        self._server = _Receiver(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="program")
        self._thread.start()
        self.redirect = f"http://127.0.0.1:{self._server.server_port}/"
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Receiver(ThreadingHTTPServer):
    daemon_threads = False  # so that closing it waits for them


def _handler(program: _Waiting) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            found = parse_qs(urlsplit(self.path).query).get("code")
            if found:
                program.code = found[0]
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
