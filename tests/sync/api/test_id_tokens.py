"""Verifying what an issuer says: its two names, its clock, its odd tokens, and days on which it does not answer."""

import asyncio
from pathlib import Path
from time import time
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.utils import base64url_encode

from sync.auth.tokens import Caller, TokenSigner
from sync.settings import Settings
from tests.fakes.issuer import DISCOVERY, GOOGLE, KEYS, Broken, Issuer
from tests.fakes.processes import free_port
from tests.fakes.service import SECRET, ServiceHere, environment
from tests.sync.api.contract import Contract
from tests.sync.api.signing import code, me, sign_in, signer, start, try_me, try_sign_in

pytestmark = pytest.mark.anyio

AWAY = {
    "an error": Broken(500),
    "not there": Broken(404),
    "a page": Broken(200, b"<html>Please sign in to this network"),
    "another shape": Broken(200, b'{"hello": []}'),
    "a list": Broken(200, b"[]"),
    "nothing": Broken(200),
    "a part": Broken(200, b'{"iss', is_cut=True),
    "a deep page": Broken(200, b"[" * 100_000),
}


@pytest.fixture
def service_settings(issuer: Issuer) -> dict[str, str]:
    return issuer.environment


async def _refused(service: ServiceHere, issuer: Issuer, **changes: Any) -> str:
    nonce = (await start(service)).nonce
    answer = await try_sign_in(service, issuer.id_token(nonce, **changes), nonce)
    assert answer.status_code == 401
    return code(answer)


def _moved(offsets_s: dict[str, int]) -> dict[str, Any]:
    """Claims so many seconds from now."""
    return {name: int(time()) + offset_s for name, offset_s in offsets_s.items()}


async def test_the_desktop_is_told_where_to_go(service: ServiceHere, issuer: Issuer) -> None:
    begun = await start(service)

    assert (begun.client_id, begun.client_secret) == (issuer.client_id, issuer.client_secret)
    assert begun.authorization_endpoint == f"{issuer.url}/authorize"
    assert begun.token_endpoint == f"{issuer.url}/token"
    assert begun.expires_in_s == 600
    assert begun.nonce != (await start(service)).nonce


async def test_google_writes_its_name_in_two_ways_and_is_one(service: ServiceHere, issuer: Issuer) -> None:
    issuer.calls_itself = GOOGLE
    with_scheme = await sign_in(service, issuer, iss="https://accounts.google.com")
    without = await sign_in(service, issuer, iss="accounts.google.com")

    assert with_scheme.me.id == without.me.id
    assert await _refused(service, issuer, iss="http://accounts.google.com") == "google_token_refused"


async def test_only_google_has_a_second_name(service: ServiceHere, issuer: Issuer) -> None:
    await sign_in(service, issuer)
    assert await _refused(service, issuer, iss="accounts.google.com") == "google_token_refused"
    assert await _refused(service, issuer, iss=issuer.url.removeprefix("http://")) == "google_token_refused"


@pytest.mark.parametrize("changes", [{"exp": -30}, {"iat": 30}, {"iat": 30, "nbf": 30}])
async def test_a_clock_may_be_wrong_by_some_seconds(
    service: ServiceHere, issuer: Issuer, changes: dict[str, Any]
) -> None:
    assert await sign_in(service, issuer, **_moved(changes))


@pytest.mark.parametrize("changes", [{"exp": -120}, {"iat": 120}, {"nbf": 120}])
async def test_a_clock_that_is_wrong_by_minutes_is_named(
    service: ServiceHere, issuer: Issuer, changes: dict[str, Any]
) -> None:
    nonce = (await start(service)).nonce
    wrong = _moved(changes)
    answer = await try_sign_in(service, issuer.id_token(nonce, **wrong), nonce)
    assert code(answer) == "google_token_refused"
    assert "Is this computer's clock right?" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email_verified": "true"}, "email_not_verified"),
        ({"email_verified": 1}, "email_not_verified"),
        ({"email": ["ada@example.com"]}, "email_not_verified"),
        ({"email": ""}, "email_not_verified"),
        ({"sub": 1815}, "google_token_refused"),
        ({"sub": ""}, "google_token_refused"),
        ({"aud": [Issuer.client_id]}, "google_token_refused"),
        ({"nonce": ["a"]}, "nonce_refused"),
        ({"exp": "soon"}, "google_token_refused"),
        ({"iat": "now"}, "google_token_refused"),
    ],
)
async def test_a_claim_of_another_type_is_refused(
    service: ServiceHere, issuer: Issuer, changes: dict[str, Any], expected: str
) -> None:
    assert await _refused(service, issuer, **changes) == expected


async def test_a_name_that_is_no_text_is_none(service: ServiceHere, issuer: Issuer) -> None:
    assert (await sign_in(service, issuer, name=["Ada"])).me.name == ""


async def test_a_foreign_key_under_a_known_name_is_refused(service: ServiceHere, issuer: Issuer) -> None:
    assert await _refused(service, issuer, signed_by="foreign", kid="first") == "google_token_refused"


async def test_unknown_keys_do_not_make_the_service_ask_each_time(service: ServiceHere, issuer: Issuer) -> None:
    await sign_in(service, issuer)
    for _ in range(3):
        assert await _refused(service, issuer, signed_by="foreign") == "google_token_refused"
    assert issuer.asked.count(KEYS) == 1
    assert issuer.asked.count(DISCOVERY) == 1


async def test_each_published_key_is_good(service: ServiceHere, issuer: Issuer) -> None:
    issuer.published = ["first", "second"]
    first, second = await sign_in(service, issuer), await sign_in(service, issuer, signed_by="second")
    assert first.me.id == second.me.id


@pytest.mark.parametrize("broken", AWAY.values(), ids=AWAY)
async def test_a_sign_in_cannot_begin_while_google_is_away_and_can_when_it_is_back(
    service: ServiceHere, issuer: Issuer, broken: Broken
) -> None:
    issuer.broken[DISCOVERY] = broken
    answer = await service.client.get("/v1/auth/google")
    assert (answer.status_code, code(answer)) == (503, "google_away")
    assert answer.headers["retry-after"] == "5"

    issuer.broken.clear()

    assert await sign_in(service, issuer)


@pytest.mark.parametrize("broken", [*AWAY.values(), Broken(200, b'{"keys": []}')], ids=[*AWAY, "no key"])
async def test_a_token_waits_for_google_s_keys(service: ServiceHere, issuer: Issuer, broken: Broken) -> None:
    nonce = (await start(service)).nonce
    issuer.broken[KEYS] = broken
    answer = await try_sign_in(service, issuer.id_token(nonce), nonce)
    assert (answer.status_code, code(answer)) == (503, "google_away")

    issuer.broken.clear()

    assert (await try_sign_in(service, issuer.id_token(nonce), nonce)).status_code == 200  # the nonce is still good


async def test_a_sign_in_survives_that_google_goes_away_after_it_was_read_once(
    service: ServiceHere, issuer: Issuer
) -> None:
    await sign_in(service, issuer)
    issuer.broken = {DISCOVERY: Broken(500), KEYS: Broken(500)}
    assert await sign_in(service, issuer)


async def test_google_may_be_unreachable_when_the_service_starts(tmp_path: Path, contract: Contract) -> None:
    port = free_port()
    silent = Issuer(port)
    async with ServiceHere(Settings.from_environment(environment(tmp_path, **silent.environment))) as service:
        service.client.event_hooks["response"].append(contract.check)
        assert code(await service.client.get("/v1/auth/google")) == "google_away"
        with silent:
            assert await sign_in(service, silent)


async def test_without_google_s_settings_nobody_can_sign_in(tmp_path: Path, contract: Contract) -> None:
    async with ServiceHere(Settings.from_environment(environment(tmp_path))) as service:
        service.client.event_hooks["response"].append(contract.check)
        begun = await service.client.get("/v1/auth/google")
        tried = await try_sign_in(service, "a.b.c", "nonce")
        assert [(each.status_code, code(each)) for each in (begun, tried)] == [(404, "not_configured")] * 2


def _nonce(secret: str = SECRET, expires_in_s: int = 600, **changes: Any) -> str:
    """A nonce as the service makes them, but for the changes."""
    usual = _signer(SECRET).nonce("random")
    claims = {**jwt.decode(usual, options={"verify_signature": False}), "exp": int(time()) + expires_in_s, **changes}
    return jwt.encode(claims, secret, "HS256", {"kid": jwt.get_unverified_header(usual)["kid"]})


def _signer(secret: str) -> TokenSigner:
    return TokenSigner("http://127.0.0.1:8000", (secret,))


async def test_a_nonce_as_the_service_makes_it_is_good(service: ServiceHere, issuer: Issuer) -> None:
    nonce = _nonce()
    assert (await try_sign_in(service, issuer.id_token(nonce), nonce)).status_code == 200


@pytest.mark.parametrize(
    "nonce",
    [
        _nonce(secret="the secret of another service, also long"),
        _nonce(expires_in_s=-1),
        _nonce(iss="https://another.example"),
        _nonce(jti=None),
        _signer("a secret that this service never had").nonce("random"),
        _signer(SECRET).access(Caller("user", "session", "user")),
        "",
        "a nonce of the learner's own",
    ],
    ids=["foreign secret", "expired", "foreign issuer", "empty", "foreign key", "an access token", "no text", "own"],
)
async def test_a_nonce_that_the_service_did_not_give_is_refused(
    service: ServiceHere, issuer: Issuer, nonce: str
) -> None:
    answer = await try_sign_in(service, issuer.id_token(nonce), nonce)
    assert (answer.status_code, code(answer)) == (401, "nonce_refused")


async def test_a_nonce_is_no_access_token(service: ServiceHere) -> None:
    assert code(await try_me(service, (await start(service)).nonce)) == "sign_in"


async def test_two_sign_ins_with_one_nonce_at_the_same_time_make_one_session(
    service: ServiceHere, issuer: Issuer
) -> None:
    nonce = (await start(service)).nonce
    token = issuer.id_token(nonce)
    answers = await asyncio.gather(*[try_sign_in(service, token, nonce) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


@given(
    st.text(max_size=200)
    | st.builds(lambda parts: ".".join(parts), st.lists(st.text("abcABC019_-=", max_size=40), max_size=4))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
async def test_text_that_is_no_token_is_refused(service: ServiceHere, issuer: Issuer, text: str) -> None:
    nonce = (await start(service)).nonce
    answer = await try_sign_in(service, text, nonce)
    assert (answer.status_code, code(answer)) == (401, "google_token_refused")


@pytest.mark.parametrize("depth", [900, 3000])
@pytest.mark.parametrize("part", [0, 1])
async def test_a_token_of_brackets_is_refused(service: ServiceHere, issuer: Issuer, part: int, depth: int) -> None:
    nonce = (await start(service)).nonce
    parts = issuer.id_token(nonce).split(".")
    parts[part] = base64url_encode(b"[" * depth).decode()
    answer = await try_sign_in(service, ".".join(parts), nonce)
    assert (answer.status_code, code(answer)) == (401, "google_token_refused")


async def test_the_account_of_a_sign_in_is_seen_by_its_token(service: ServiceHere, issuer: Issuer) -> None:
    signed_in = await sign_in(service, issuer)
    assert await me(service, signed_in.tokens.access_token) == signed_in.me
    assert signer(service).read_access(signed_in.tokens.access_token).session == signed_in.session
