"""The exchange with Google's token address: every answer that is none, and whom the connection trusts."""

import ssl
from pathlib import Path

import pytest
import trustme

from pingtopass_desktop.cloud.errors import ExchangeFailed
from pingtopass_desktop.cloud.oauth import Consent
from sync import wire
from tests.fakes.canned import Answer, CannedServer, answer, tunnel


def start(token_endpoint: str, authorization_endpoint: str = "https://accounts.example/authorize") -> wire.GoogleStart:
    return wire.GoogleStart("client", "secret", authorization_endpoint, token_endpoint, "nonce", 600)


def exchanged(given: Answer, tls: ssl.SSLContext | None = None) -> str:
    """The id token that a server's answer becomes."""
    with CannedServer(given, tls=tls) as server, Consent(start(f"{server.url}/token")) as consent:
        return consent.id_token("code")


@pytest.mark.parametrize(
    "given",
    [
        answer(200, b""),
        answer(200, b"<html>"),
        answer(200, b"null"),
        answer(200, b"7"),
        answer(200, b"[1]"),
        answer(200, b'"text"'),
        answer(200, b"{}"),
        answer(200, b'{"access_token":"a"}'),
        answer(200, b'{"access_token":"a","id_token":7}'),
        answer(200, b'{"access_token":"a","id_token":""}'),
        answer(200, b'{"access_token":"a","id_token":"i","expires_in":"soon"}'),
        answer(200, b'{"access_token":"a","id_token":"i","expires_in":[]}'),
        answer(200, b'{"access_token":"a","id_token":"i","scope":7}'),
        answer(200, b"\xff\xfe\x00"),
        answer(400, b'{"error":"invalid_grant","error_description":"Bad Request"}'),
        answer(400, b'{"error":7}'),
        answer(500, b"away"),
        answer(302, headers=("Location: http://127.0.0.1:1/",)),
        answer(302, headers=("Location: http://[/",)),
        b"",
        b"SSH-2.0\r\n",
        answer(200, b'{"access_token"')[:-3],
    ],
)
def test_an_answer_without_googles_word_is_an_exchange_that_failed(given: bytes, plain_http: None) -> None:
    with pytest.raises(ExchangeFailed):
        exchanged(given)


def test_the_names_of_the_granted_scopes_are_no_matter(plain_http: None) -> None:
    content = (
        b'{"access_token":"a","id_token":"the word","scope":"https://www.googleapis.com/auth/userinfo.email openid"}'
    )
    assert exchanged(answer(200, content)) == "the word"


def test_addresses_without_tls_are_refused() -> None:
    with pytest.raises(ExchangeFailed, match="not safe to open"):
        Consent(start("https://token.example", "http://accounts.example/authorize"))
    with pytest.raises(ExchangeFailed, match="not safe to open"):
        Consent(start("https://token.example", "file:///etc/passwd"))
    with CannedServer(answer(200)) as server, Consent(start(f"{server.url}/token")) as consent:
        with pytest.raises(ExchangeFailed):
            consent.id_token("code")
        assert server.requests == []


def trust_only_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The one authority that this computer trusts."""
    trusted = trustme.CA()
    trusted.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    return trusted


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_the_exchange_trusts_what_this_computer_trusts_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = trust_only_one(tmp_path, monkeypatch)
    word = answer(200, b'{"access_token":"a","id_token":"the word"}')
    assert exchanged(word, tls(trusted, "localhost")) == "the word"
    with pytest.raises(ExchangeFailed, match="was not reached"):
        exchanged(word, tls(trusted, "other.example"))
    with pytest.raises(ExchangeFailed, match="was not reached"):
        exchanged(word, tls(trustme.CA(), "localhost"))


def test_the_exchange_behind_a_proxy_trusts_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trust_only_one(tmp_path, monkeypatch)
    word = answer(200, b'{"access_token":"a","id_token":"the word"}')
    with CannedServer(lambda connection: tunnel(connection, proxy.requests[-1])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert exchanged(word, tls(authority, "localhost")) == "the word"
        with pytest.raises(ExchangeFailed, match="was not reached"):
            exchanged(word, tls(trustme.CA(), "localhost"))
        assert [request.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"] * 2


def test_two_sign_ins_share_neither_state_nor_verifier() -> None:
    with Consent(start("https://token.example")) as one, Consent(start("https://token.example")) as other:
        fields = [dict(pair.split("=") for pair in c.address.split("?")[1].split("&")) for c in (one, other)]
    for name in ("state", "code_challenge", "redirect_uri"):
        assert fields[0][name] != fields[1][name]
    assert len(fields[0]["state"]) >= 32
    assert fields[0]["nonce"] == "nonce"
