"""Signing in at two OAuth servers that do not know each other, with the API as a process: all over sockets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import json, to_builtins

from sync.wire import Devices, GoogleSignIn, GoogleStart, Me, SignedIn
from tests.fakes import peers
from tests.fakes.peers import ADA, GRACE, UNVERIFIED, EmulatedGoogle, OAuth2Mock, OAuthServer, Sqld
from tests.fakes.program import ask_for_id_token
from tests.fakes.service import ServiceProcess, environment
from tests.sync.api.contract import Contract
from tests.sync.api.signing import LAPTOP, bearer, code


class Api:
    """The API behind a socket, for learners of one OAuth server. Every answer is compared with its OpenAPI document."""

    def __init__(self, process: ServiceProcess) -> None:
        self._client = httpx2.Client(base_url=process.url, trust_env=False)
        contract = Contract(self._client.get("/openapi.json").json())
        self._client.event_hooks["response"] = [_read, contract.check_read]

    def close(self) -> None:
        self._client.close()

    def start(self) -> GoogleStart:
        return json.decode(self._client.get("/v1/auth/google").raise_for_status().content, type=GoogleStart)

    def try_sign_in(self, id_token: str, nonce: str) -> httpx2.Response:
        return self._client.post("/v1/auth/google", json=to_builtins(GoogleSignIn(id_token, nonce, LAPTOP)))

    def try_as(self, server: OAuthServer) -> httpx2.Response:
        """All of a sign-in, of the learner who is at the server now."""
        start = self.start()
        return self.try_sign_in(ask_for_id_token(start, server.learner.email), start.nonce)

    def sign_in(self, server: OAuthServer) -> SignedIn:
        answer = self.try_as(server)
        assert answer.status_code == 200, answer.text
        return json.decode(answer.content, type=SignedIn)

    def get(self, path: str, signed_in: SignedIn) -> bytes:
        answer = self._client.get(path, headers=bearer(signed_in.tokens.access_token))
        assert answer.status_code == 200, answer.text
        return answer.content


def _read(response: httpx2.Response) -> None:
    response.read()


def _settings(server: OAuthServer) -> dict[str, str]:
    return {
        "GOOGLE_CLIENT_ID": server.client_id,
        "GOOGLE_CLIENT_SECRET": server.client_secret,
        "GOOGLE_DISCOVERY_URL": server.discovery_url,
    }


@pytest.fixture(scope="module")
def api_of_mock(running_oauth2_mock: OAuth2Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with ServiceProcess(environment(tmp_path_factory.mktemp("api"), **_settings(running_oauth2_mock))) as process:
        yield process


@pytest.fixture(scope="module")
def api_of_google(running_google: EmulatedGoogle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with ServiceProcess(environment(tmp_path_factory.mktemp("api"), **_settings(running_google))) as process:
        yield process


@pytest.fixture
def api(oauth_server: OAuthServer, request: pytest.FixtureRequest) -> Iterator[Api]:
    """The API that trusts `oauth_server`. Accounts of other tests may be there."""
    name = "api_of_mock" if isinstance(oauth_server, OAuth2Mock) else "api_of_google"
    opened = Api(request.getfixturevalue(name))
    yield opened
    opened.close()


@pytest.fixture
def mocked(api_of_mock: ServiceProcess) -> Iterator[Api]:
    """The API that trusts `oauth2_mock`."""
    opened = Api(api_of_mock)
    yield opened
    opened.close()


def test_a_learner_signs_in_and_is_known(api: Api, oauth_server: OAuthServer) -> None:
    signed_in = api.sign_in(oauth_server)

    assert (signed_in.me.email, signed_in.me.name, signed_in.me.role) == (ADA.email, ADA.name, "user")
    assert json.decode(api.get("/v1/me", signed_in), type=Me) == signed_in.me
    this = [each for each in json.decode(api.get("/v1/me/devices", signed_in), type=Devices).devices if each.is_this]
    assert [(each.id, each.name, each.platform) for each in this] == [(signed_in.session, LAPTOP.name, LAPTOP.platform)]


def test_the_same_learner_has_the_same_account_on_another_laptop(api: Api, oauth_server: OAuthServer) -> None:
    first, second = api.sign_in(oauth_server), api.sign_in(oauth_server)

    assert first.me == second.me
    assert first.session != second.session
    ids = {each.id for each in json.decode(api.get("/v1/me/devices", first), type=Devices).devices}
    assert ids >= {first.session, second.session}


def test_two_learners_have_two_accounts(api: Api, oauth_server: OAuthServer) -> None:
    ada = api.sign_in(oauth_server)
    oauth_server.become(GRACE.email)
    grace = api.sign_in(oauth_server)

    assert ada.me.id != grace.me.id
    assert grace.me.email == GRACE.email


def test_an_address_that_is_not_verified_makes_no_account(api: Api, oauth_server: OAuthServer) -> None:
    oauth_server.become(UNVERIFIED.email)
    answer = api.try_as(oauth_server)
    assert (answer.status_code, code(answer)) == (401, "email_not_verified")


def test_a_sign_in_works_once(api: Api, oauth_server: OAuthServer) -> None:
    start = api.start()
    id_token = ask_for_id_token(start, oauth_server.learner.email)
    assert api.try_sign_in(id_token, start.nonce).status_code == 200

    again = api.try_sign_in(id_token, start.nonce)

    assert (again.status_code, code(again)) == (401, "nonce_refused")


def test_the_token_of_another_sign_in_is_refused(api: Api, oauth_server: OAuthServer) -> None:
    mine, other = api.start(), api.start()
    id_token = ask_for_id_token(other, oauth_server.learner.email)

    answer = api.try_sign_in(id_token, mine.nonce)

    assert (answer.status_code, code(answer)) == (401, "nonce_refused")
    assert api.try_sign_in(id_token, other.nonce).status_code == 200  # it is good where it belongs


@pytest.mark.parametrize("fault", [*peers.TOKEN_FAULTS, "two_audiences"])
def test_a_token_that_is_not_as_it_must_be_is_refused(fault: str, mocked: Api, oauth2_mock: OAuth2Mock) -> None:
    oauth2_mock.fault(fault)
    answer = mocked.try_as(oauth2_mock)
    is_nonce = fault in ("wrong_nonce", "no_nonce")
    assert (answer.status_code, code(answer)) == (401, "nonce_refused" if is_nonce else "google_token_refused")
    assert mocked.try_as(oauth2_mock).status_code == 200  # the next one is sound


@pytest.mark.parametrize("fault", peers.EMAIL_FAULTS)
def test_a_token_that_vouches_for_no_address_is_refused(fault: str, mocked: Api, oauth2_mock: OAuth2Mock) -> None:
    oauth2_mock.fault(fault)
    answer = mocked.try_as(oauth2_mock)
    assert (answer.status_code, code(answer)) == (401, "email_not_verified")


def test_a_learner_without_a_name_signs_in(mocked: Api, oauth2_mock: OAuth2Mock) -> None:
    oauth2_mock.become("nameless@example.com")
    oauth2_mock.fault("no_name")
    assert mocked.sign_in(oauth2_mock).me.name == ""


def test_a_learner_with_a_new_address_keeps_the_account(mocked: Api, oauth2_mock: OAuth2Mock) -> None:
    oauth2_mock.become("ada@example.com", sub="the same person")
    before = mocked.sign_in(oauth2_mock)
    oauth2_mock.become("lovelace@example.com", name="Ada King", sub="the same person")
    after = mocked.sign_in(oauth2_mock)

    assert after.me.id == before.me.id
    assert json.decode(mocked.get("/v1/me", before), type=Me).email == "lovelace@example.com"
    assert after.me.name == "Ada King"


def test_an_address_that_changed_hands_is_another_account(mocked: Api, oauth2_mock: OAuth2Mock) -> None:
    oauth2_mock.become("shared@example.com", sub="first owner")
    first = mocked.sign_in(oauth2_mock)
    oauth2_mock.become("shared@example.com", sub="second owner")
    second = mocked.sign_in(oauth2_mock)

    assert first.me.email == second.me.email
    assert first.me.id != second.me.id


def test_a_learner_signs_in_where_accounts_live_in_sqld(
    oauth2_mock: OAuth2Mock, shared_sqld: Sqld, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {**_settings(oauth2_mock), "TURSO_DATABASE_URL": shared_sqld.url}
    with ServiceProcess(environment(tmp_path, **settings)) as process:
        api = Api(process)
        start = api.start()
        id_token = ask_for_id_token(start, oauth2_mock.learner.email)
        signed_in = json.decode(api.try_sign_in(id_token, start.nonce).content, type=SignedIn)
        assert code(api.try_sign_in(id_token, start.nonce)) == "nonce_refused"
        assert json.decode(api.get("/v1/me", signed_in), type=Me) == signed_in.me
        assert api.sign_in(oauth2_mock).me.id == signed_in.me.id
        api.close()
