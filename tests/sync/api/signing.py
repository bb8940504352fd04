"""Steps of signing in and out that tests of the API share, as a desktop would take them."""

from typing import Any

import httpx2
from msgspec import json, to_builtins

from sync.auth.tokens import REMEMBERED_S, RefreshToken, TokenSigner
from sync.wire import DeviceLabel, GoogleSignIn, GoogleStart, Me, SignedIn, Tokens
from tests.fakes.issuer import Issuer
from tests.fakes.service import Account, ServiceHere

LAPTOP = DeviceLabel("Ada's laptop", "Linux")


def signer(service: ServiceHere) -> TokenSigner:
    """Makes tokens as the service does."""
    return TokenSigner(service.settings.site_url, service.settings.jwt_secrets)


def first_refresh_token(service: ServiceHere, account: Account) -> str:
    """The refresh token of the sign-in that made an account's session."""
    return signer(service).refresh(RefreshToken(account.user, account.session, 0), REMEMBERED_S)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def start(service: ServiceHere) -> GoogleStart:
    answer = await service.client.get("/v1/auth/google")
    assert answer.status_code == 200, answer.text
    return json.decode(answer.content, type=GoogleStart)


async def try_sign_in(service: ServiceHere, id_token: str, nonce: str, *, remembered: bool = True) -> httpx2.Response:
    return await service.client.post(
        "/v1/auth/google", json=to_builtins(GoogleSignIn(id_token, nonce, LAPTOP, remembered))
    )


async def sign_in(service: ServiceHere, issuer: Issuer, *, remembered: bool = True, **changes: Any) -> SignedIn:
    """Of Ada, or of whom the changes of her id token tell."""
    nonce = (await start(service)).nonce
    answer = await try_sign_in(service, issuer.id_token(nonce, **changes), nonce, remembered=remembered)
    assert answer.status_code == 200, answer.text
    return json.decode(answer.content, type=SignedIn)


async def try_refresh(service: ServiceHere, token: str, attempt: str = "attempt-number-one") -> httpx2.Response:
    return await service.client.post("/v1/auth/refresh", json={"refresh_token": token, "attempt": attempt})


async def refresh(service: ServiceHere, token: str, attempt: str = "attempt-number-one") -> Tokens:
    answer = await try_refresh(service, token, attempt)
    assert answer.status_code == 200, answer.text
    return json.decode(answer.content, type=Tokens)


async def log_out(service: ServiceHere, token: str, *, everywhere: bool = False) -> httpx2.Response:
    return await service.client.post("/v1/auth/logout", json={"refresh_token": token, "everywhere": everywhere})


async def try_me(service: ServiceHere, token: str) -> httpx2.Response:
    return await service.client.get("/v1/me", headers=bearer(token))


async def me(service: ServiceHere, token: str) -> Me:
    answer = await try_me(service, token)
    assert answer.status_code == 200, answer.text
    return json.decode(answer.content, type=Me)


async def try_sync(service: ServiceHere, token: str, **changes: Any) -> httpx2.Response:
    """An exchange that sends nothing, or what the changes say."""
    body = {"p": 1, "stream": None, "cursor": 0, "device": "0", "n": 0, **changes}
    return await service.client.post("/v1/sync", json=body, headers=bearer(token))


def code(answer: httpx2.Response) -> str:
    """Of the problem."""
    return answer.json()["code"]


def says_nothing(answer: httpx2.Response, case: str = "") -> None:
    """Assert that it is a refusal which names its code and the request, and not why. `case` says which one it was."""
    assert answer.status_code == 401, f"{case}: {answer.text}"
    problem = answer.json()
    assert (problem.pop("code"), problem.pop("status")) == ("sign_in", 401)
    assert problem.pop("request_id") == answer.headers["x-request-id"]
    assert problem == {"type": "about:blank", "title": "Sign in again"}
    assert answer.headers["www-authenticate"] == "Bearer"
