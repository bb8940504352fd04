"""The API's own tokens: which are refused, and that a refusal tells nothing."""

from time import time
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwt.utils import base64url_decode, base64url_encode

from sync.auth.tokens import Caller, RefreshToken, TokenSigner
from sync.edge.problems import ServiceError
from tests.fakes.service import SECRET, Account, ServiceHere
from tests.sync.api.signing import (
    bearer,
    code,
    first_refresh_token,
    log_out,
    me,
    refresh,
    says_nothing,
    signer,
    try_me,
    try_refresh,
    try_sync,
)

pytestmark = pytest.mark.anyio

_ACCESS = Caller("01a2076c-8cec-77e2-99a9-fcc1645da525", "01a2076c-8cec-77e2-99a9-fcc1645da526", "user")
_REFRESH = RefreshToken(_ACCESS.user, _ACCESS.session, 0)


def _spoiled(token: str) -> dict[str, str]:
    """A token's relatives that nobody may take for it."""
    header, claims, signature = token.split(".")
    kid = jwt.get_unverified_header(token)["kid"]
    said = jwt.decode(token, options={"verify_signature": False})

    def signed(secret: str = SECRET, algorithm: str = "HS256", key_id: str = kid, **changes: Any) -> str:
        changed = {name: value for name, value in {**said, **changes}.items() if value is not None}
        return jwt.encode(changed, secret, algorithm, {"kid": key_id})

    return {
        "tampered header": ".".join((_flipped(header), claims, signature)),
        "tampered claims": ".".join((header, _flipped(claims), signature)),
        "tampered signature": ".".join((header, claims, _flipped(signature))),
        "claims of another": ".".join((header, signed(secret="x" * 40, sub="somebody-else").split(".")[1], signature)),
        "no signature": f"{header}.{claims}.",
        "two parts": f"{header}.{claims}",
        "cut": token[:-5],
        "alg none": jwt.encode(said, "", "none", {"kid": kid}),
        "another hash": signed(algorithm="HS384"),
        "another secret": signed(secret="another secret, which is long enough too"),
        "another key": signed(key_id="0123456789ab"),
        "expired": signed(exp=int(time()) - 1),
        "issued in the future": signed(iat=int(time()) + 600),
        "another issuer": signed(iss="https://another.example"),
        "another audience": signed(aud="refresh" if said["aud"] == "access" else "access"),
        "several audiences": signed(aud=["access", "refresh", "nonce"]),
        "no expiry": signed(exp=None),
        "no audience": signed(aud=None),
        "no issuer": signed(iss=None),
        "no subject": signed(sub=None),
        "no session": signed(sid=None),
    }


def _flipped(part: str) -> str:
    data = bytearray(base64url_decode(part))
    data[len(data) // 2] ^= 1
    return base64url_encode(bytes(data)).decode()


async def test_a_spoiled_access_token_is_refused_and_the_answer_does_not_say_why(
    service: ServiceHere, ada: Account
) -> None:
    for kind, spoiled in _spoiled(ada.token).items():
        says_nothing(await try_me(service, spoiled), kind)
        says_nothing(await try_sync(service, spoiled), kind)
    assert await me(service, ada.token)


async def test_a_spoiled_refresh_token_is_refused_and_ends_nothing(service: ServiceHere, ada: Account) -> None:
    sound = first_refresh_token(service, ada)
    for kind, spoiled in _spoiled(sound).items():
        says_nothing(await try_refresh(service, spoiled), kind)
    assert await refresh(service, sound)


async def test_a_header_that_is_no_bearer_token_is_refused(service: ServiceHere) -> None:
    basic, long = "Basic YWRhOnNlY3JldA==", "Bearer " + "a." * 2000
    for authorization in ("", "Bearer", "Bearer ", basic, "Bearer null", "Bearer \x80\xff", long):
        headers = [(b"Authorization", authorization.encode("latin-1"))]
        says_nothing(await service.client.get("/v1/me", headers=headers), authorization)


async def test_a_request_without_a_token_is_refused(service: ServiceHere) -> None:
    says_nothing(await service.client.get("/v1/me"))
    says_nothing(await service.client.post("/v1/sync", content=b"no JSON"))


async def test_no_token_does_the_work_of_another(service: ServiceHere, ada: Account) -> None:
    nonce = signer(service).nonce("random")
    sound = first_refresh_token(service, ada)
    for token in (sound, nonce):
        says_nothing(await try_me(service, token))
    for token in (ada.token, nonce):
        says_nothing(await try_refresh(service, token))
        assert (await log_out(service, token)).status_code == 204
    assert await me(service, ada.token)
    assert await refresh(service, sound)


async def test_a_token_of_a_session_that_does_not_exist_is_refused(
    service: ServiceHere, ada: Account, grace: Account
) -> None:
    for user, session in ((ada.user, _ACCESS.session), (ada.user, grace.session), (_ACCESS.user, ada.session)):
        token = signer(service).access(Caller(user, session, "admin"))
        says_nothing(await try_me(service, token))
        says_nothing(await try_sync(service, token))
        says_nothing(await try_refresh(service, signer(service).refresh(RefreshToken(user, session, 0), 60)))
    assert await me(service, ada.token)


@given(st.text(max_size=300) | st.lists(st.text("abcXYZ019_-=", max_size=60), max_size=5).map(".".join))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_text_that_is_no_token_is_refused(text: str) -> None:
    signer = TokenSigner("https://service.example", (SECRET,))
    for read in (signer.read_access, signer.read_refresh, signer.read_nonce):
        with pytest.raises(ServiceError) as raised:
            read(text)
        assert raised.value.code in ("sign_in", "nonce_refused")


@pytest.mark.parametrize("depth", [10, 1000, 100_000])
def test_a_token_of_brackets_is_refused(depth: int) -> None:
    part = base64url_encode(b"[" * depth).decode()
    with pytest.raises(ServiceError):
        TokenSigner("https://service.example", (SECRET,)).read_access(f"{part}.{part}.{part}")


async def test_tokens_of_the_secret_before_are_good_until_it_is_taken_away(service: ServiceHere, ada: Account) -> None:
    now, before = "the secret that signs now, long enough", SECRET
    site = service.settings.site_url
    old = TokenSigner(site, (before,))
    both, only_new = TokenSigner(site, (now, before)), TokenSigner(site, (now,))
    caller = old.read_access(ada.token)

    assert both.read_access(ada.token) == caller
    assert both.read_refresh(first_refresh_token(service, ada)).session == ada.session
    assert only_new.read_access(both.access(caller)) == caller  # it signs with the new one
    for signer_, token in ((only_new, ada.token), (old, both.access(caller))):
        with pytest.raises(ServiceError):
            signer_.read_access(token)


async def test_a_scheme_is_written_in_any_case(service: ServiceHere, ada: Account) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = await service.client.get("/v1/me", headers={"Authorization": f"{scheme}  {ada.token} "})
        assert answer.status_code == 200


async def test_an_attempt_has_to_be_random_enough(service: ServiceHere, ada: Account) -> None:
    token = first_refresh_token(service, ada)
    for attempt in ("", "short", "has a space in it, and is long", "x" * 65, "ünïcödé-attempt-number-one"):
        assert code(await try_refresh(service, token, attempt)) == "bad_request"
    assert await refresh(service, token)


async def test_the_role_is_that_of_the_account_and_not_of_the_token(service: ServiceHere, ada: Account) -> None:
    boasting = signer(service).access(Caller(ada.user, ada.session, "admin"))
    assert (await me(service, boasting)).role == "user"
    assert bearer(boasting) != ada.headers
