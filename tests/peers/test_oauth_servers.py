"""What the tests of the sign-in rely on in the two OAuth servers, seen from a program that is not ours."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import jwt
import pytest
from google_auth_oauthlib.flow import Flow
from msgspec import Struct

from tests.fakes import peers
from tests.fakes.browser import Browser, Lost, visit
from tests.fakes.peers import ADA, GRACE, UNVERIFIED, EmulatedGoogle, OAuth2Mock, OAuthServer
from tests.fakes.processes import PeerBroken

_NONCE = "a nonce of this sign-in"
_STATE = "a state of this sign-in"
_LONG_SCOPES = [
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
]


class Program:
    """The desktop's part: waits on a loopback port and notes what the browser brings."""

    def __init__(self) -> None:
        self.verifier = secrets.token_urlsafe(48)
        self.brought: dict[str, str] = {}
        self.asked: list[str] = []
        self._server = _Receiver(("127.0.0.1", 0), _handler(self.brought, self.asked))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="program")
        self._thread.start()
        self.port = self._server.server_port
        self.redirect = f"http://127.0.0.1:{self.port}/"

    def authorization_url(self, server: OAuthServer, **changes: str) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "client_id": server.client_id,
            "redirect_uri": self.redirect,
            "response_type": "code",
            "scope": "openid email profile",
            "state": _STATE,
            "nonce": _NONCE,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{_discovery(server)['authorization_endpoint']}?{urlencode({**query, **changes})}"

    def exchange(self, server: OAuthServer, **changes: str | None) -> httpx2.Response:
        body = {
            "grant_type": "authorization_code",
            "code": self.brought["code"],
            "redirect_uri": self.redirect,
            "client_id": server.client_id,
            "client_secret": server.client_secret,
            "code_verifier": self.verifier,
        }
        sent = {name: value for name, value in {**body, **changes}.items() if value is not None}
        return httpx2.post(_discovery(server)["token_endpoint"], data=sent, trust_env=False, verify=False)

    def sign_in(self, server: OAuthServer) -> str:
        """All of it: the id token."""
        visit(self.authorization_url(server), server.learner.email)
        answer = self.exchange(server)
        assert answer.status_code == 200, answer.text
        return answer.json()["id_token"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Receiver(ThreadingHTTPServer):
    daemon_threads = False  # so that closing it waits for them


def _handler(brought: dict[str, str], asked: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked.append(parts.path)
            if parts.path == "/":
                brought.update({name: values[0] for name, values in parse_qs(parts.query).items()})
            page = b"<title>PingToPass</title><style>p {}</style><p>You are <b>signed in</b>.</p>"
            self.send_response(200 if parts.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def program() -> Iterator[Program]:
    waiting = Program()
    yield waiting
    waiting.close()


def _discovery(server: OAuthServer) -> dict[str, Any]:
    return httpx2.get(server.discovery_url, trust_env=False, verify=False).json()


def _verified(server: OAuthServer, token: str) -> dict[str, Any]:
    """The claims, after all that OpenID Connect wants of a verifier but the nonce. Raises: jwt.PyJWTError."""
    found = _discovery(server)
    keys = jwt.PyJWKSet.from_dict(httpx2.get(found["jwks_uri"], trust_env=False, verify=False).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=server.client_id,
        issuer=found["issuer"],
        options={"require": ["exp", "iat", "aud", "iss", "sub"]},
    )


class Refused(Struct, frozen=True):
    """A token that a verifier does not take."""


def _claims_or_refused(server: OAuthServer, token: str) -> dict[str, Any] | Refused:
    try:
        claims = _verified(server, token)
    except (jwt.PyJWTError, KeyError):
        return Refused()
    return claims if claims.get("nonce") == _NONCE else Refused()


def test_a_learner_signs_in_with_code_pkce_and_nonce(oauth_server: OAuthServer, program: Program) -> None:
    page = visit(program.authorization_url(oauth_server), ADA.email)

    assert page.text == "You are signed in."
    assert program.brought["state"] == _STATE
    claims = _verified(oauth_server, program.exchange(oauth_server).json()["id_token"])
    assert claims["nonce"] == _NONCE
    assert (claims["email"], claims["email_verified"], claims["name"]) == (ADA.email, True, ADA.name)


def test_a_code_is_refused_with_another_verifier(oauth_server: OAuthServer, program: Program) -> None:
    visit(program.authorization_url(oauth_server), ADA.email)
    assert program.exchange(oauth_server, code_verifier=secrets.token_urlsafe(48)).status_code == 400


def test_a_code_is_refused_without_its_verifier(oauth_server: OAuthServer, program: Program) -> None:
    visit(program.authorization_url(oauth_server), ADA.email)
    assert program.exchange(oauth_server, code_verifier=None).status_code == 400


def test_a_code_is_taken_once(oauth_server: OAuthServer, program: Program) -> None:
    program.sign_in(oauth_server)
    assert program.exchange(oauth_server).status_code == 400


def test_a_learner_is_the_same_one_at_the_next_sign_in(oauth_server: OAuthServer, program: Program) -> None:
    first = _verified(oauth_server, program.sign_in(oauth_server))["sub"]
    again = _verified(oauth_server, program.sign_in(oauth_server))["sub"]
    oauth_server.become(GRACE.email)
    other = _verified(oauth_server, program.sign_in(oauth_server))

    assert first == again != other["sub"]
    assert other["name"] == GRACE.name


def test_an_account_may_have_an_address_that_is_not_verified(oauth_server: OAuthServer, program: Program) -> None:
    oauth_server.become(UNVERIFIED.email)
    assert _verified(oauth_server, program.sign_in(oauth_server))["email_verified"] is False


def test_a_browser_opens_away_from_the_program(oauth_server: OAuthServer, program: Program) -> None:
    browser = Browser(ADA.email)
    assert browser.open(program.authorization_url(oauth_server))
    assert browser.page().text == "You are signed in."
    browser.close()
    assert program.asked == ["/", "/favicon.ico"]


def test_the_library_of_google_signs_in(
    oauth_server: OAuthServer, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    found = _discovery(oauth_server)
    places = {"auth_uri": found["authorization_endpoint"], "token_uri": found["token_endpoint"]}
    client = {"client_id": oauth_server.client_id, "client_secret": oauth_server.client_secret, **places}
    flow = Flow.from_client_config({"installed": client}, _LONG_SCOPES, redirect_uri=program.redirect)
    url, _ = flow.authorization_url(nonce=_NONCE, prompt="select_account")

    visit(url, ADA.email)
    flow.fetch_token(code=program.brought["code"], include_client_id=True, timeout=10)

    assert _verified(oauth_server, flow.oauth2session.token["id_token"])["nonce"] == _NONCE


def test_the_mock_names_the_granted_scopes_as_google_does(oauth2_mock: OAuth2Mock, program: Program) -> None:
    visit(program.authorization_url(oauth2_mock), ADA.email)
    assert program.exchange(oauth2_mock).json()["scope"].split() == sorted(_LONG_SCOPES)


@pytest.mark.parametrize("fault", peers.TOKEN_FAULTS)
def test_a_fault_makes_one_token_that_a_verifier_refuses(fault: str, oauth2_mock: OAuth2Mock, program: Program) -> None:
    oauth2_mock.fault(fault)
    assert _claims_or_refused(oauth2_mock, program.sign_in(oauth2_mock)) == Refused()
    assert _claims_or_refused(oauth2_mock, program.sign_in(oauth2_mock)) != Refused()


@pytest.mark.parametrize("fault", peers.EMAIL_FAULTS)
def test_a_fault_makes_one_token_that_vouches_for_no_address(
    fault: str, oauth2_mock: OAuth2Mock, program: Program
) -> None:
    oauth2_mock.fault(fault)
    claims = _verified(oauth2_mock, program.sign_in(oauth2_mock))
    assert not (claims.get("email") == ADA.email and claims.get("email_verified") is True)


@pytest.mark.parametrize("fault", peers.HARMLESS_FAULTS)
def test_an_odd_token_is_sound(fault: str, oauth2_mock: OAuth2Mock, program: Program) -> None:
    oauth2_mock.fault(fault)
    assert _verified(oauth2_mock, program.sign_in(oauth2_mock))["email"] == ADA.email


@pytest.mark.parametrize(("fault", "status"), [*zip(peers.RESPONSE_FAULTS, (200, 400, 500), strict=True)])
def test_a_fault_spoils_one_answer_with_tokens(
    fault: str, status: int, oauth2_mock: OAuth2Mock, program: Program
) -> None:
    oauth2_mock.fault(fault)
    visit(program.authorization_url(oauth2_mock), ADA.email)
    answer = program.exchange(oauth2_mock)
    assert answer.status_code == status
    assert "id_token" not in answer.json()


def test_a_fault_spoils_one_redirect(oauth2_mock: OAuth2Mock, program: Program) -> None:
    found = {}
    for fault in peers.REDIRECT_FAULTS:
        program.brought.clear()
        oauth2_mock.fault(fault)
        visit(program.authorization_url(oauth2_mock), ADA.email)
        found[fault] = dict(program.brought)

    assert found["access_denied"] == {"error": "access_denied", "state": _STATE}
    assert found["no_code"] == {"state": _STATE}
    assert found["wrong_state"].pop("code")
    assert found["wrong_state"]["state"] not in ("", _STATE)


def test_a_fault_may_last_for_several_tokens(oauth2_mock: OAuth2Mock, program: Program) -> None:
    oauth2_mock.fault("expired", times=2)
    taken = [_claims_or_refused(oauth2_mock, program.sign_in(oauth2_mock)) != Refused() for _ in range(3)]
    assert taken == [False, False, True]


def test_a_fault_that_does_not_exist_is_refused(oauth2_mock: OAuth2Mock) -> None:
    with pytest.raises(PeerBroken, match="no fault expird; there are wrong_nonce, "):
        oauth2_mock.fault("expird")


def test_a_test_says_who_signs_in_at_the_mock(oauth2_mock: OAuth2Mock, program: Program) -> None:
    oauth2_mock.become("zoë@example.com", name="Zoë\n\N{ZERO WIDTH SPACE}<b>", sub="42")
    claims = _verified(oauth2_mock, program.sign_in(oauth2_mock))
    assert (claims["sub"], claims["email"], claims["name"]) == ("42", "zoë@example.com", "Zoë\n\N{ZERO WIDTH SPACE}<b>")


def test_tokens_of_a_new_key_are_sound_and_those_of_the_old_one_stay_so(
    oauth2_mock: OAuth2Mock, program: Program
) -> None:
    old = program.sign_in(oauth2_mock)
    oauth2_mock.rotate_keys()
    new = program.sign_in(oauth2_mock)

    assert jwt.get_unverified_header(old)["kid"] != jwt.get_unverified_header(new)["kid"]
    assert _verified(oauth2_mock, old)["sub"] == _verified(oauth2_mock, new)["sub"]


def test_emulate_refuses_a_redirect_to_a_port_that_is_not_registered(
    tmp_path_factory: pytest.TempPathFactory, program: Program
) -> None:
    with peers.emulated_google(tmp_path_factory.mktemp("strict"), redirect_ports=[program.port]) as server:
        program.sign_in(server)
        url = program.authorization_url(server, redirect_uri=f"http://127.0.0.1:{program.port + 1}/")
        page = visit(url, ADA.email)
    assert page.status == 400
    assert "Redirect URI mismatch" in page.text


def test_emulate_refuses_another_client_and_another_secret(emulated_google: EmulatedGoogle, program: Program) -> None:
    assert visit(program.authorization_url(emulated_google, client_id="nobody"), ADA.email).status == 400
    visit(program.authorization_url(emulated_google), ADA.email)
    assert program.exchange(emulated_google, client_secret="guessed").status_code == 401


def test_a_browser_says_when_the_account_is_not_on_the_page(emulated_google: EmulatedGoogle, program: Program) -> None:
    with pytest.raises(Lost, match=r"no account nobody@example.com on the page: .*ada@example.com"):
        visit(program.authorization_url(emulated_google), "nobody@example.com")
