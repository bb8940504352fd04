"""Signing out: here, everywhere, again, and with a token that is no good any more. On both databases."""

import pytest

from sync.wire import SignedIn
from tests.fakes.issuer import Issuer
from tests.fakes.service import ServiceHere
from tests.sync.api.signing import (
    code,
    log_out,
    me,
    refresh,
    says_nothing,
    sign_in,
    try_me,
    try_refresh,
    try_sync,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def service_settings(issuer: Issuer, on_database: dict[str, str]) -> dict[str, str]:
    return {**issuer.environment, **on_database}


@pytest.fixture
async def laptop(service: ServiceHere, issuer: Issuer) -> SignedIn:
    """A sign-in of Ada."""
    return await sign_in(service, issuer, sub="ada")


@pytest.fixture
async def desktop(service: ServiceHere, issuer: Issuer) -> SignedIn:
    """Another sign-in of Ada."""
    return await sign_in(service, issuer, sub="ada")


async def _is_signed_out(service: ServiceHere, signed_in: SignedIn) -> None:
    says_nothing(await try_me(service, signed_in.tokens.access_token))
    says_nothing(await try_sync(service, signed_in.tokens.access_token))
    says_nothing(await try_refresh(service, signed_in.tokens.refresh_token, "attempt-after-sign-out"))


async def test_signing_out_ends_this_session_and_no_other(
    service: ServiceHere, laptop: SignedIn, desktop: SignedIn
) -> None:
    assert (await log_out(service, laptop.tokens.refresh_token)).status_code == 204

    await _is_signed_out(service, laptop)
    assert await me(service, desktop.tokens.access_token)
    assert await refresh(service, desktop.tokens.refresh_token)


async def test_signing_out_everywhere_ends_all_sessions_of_the_account(
    service: ServiceHere, issuer: Issuer, laptop: SignedIn, desktop: SignedIn
) -> None:
    other = await sign_in(service, issuer, sub="grace", email="grace@example.com")

    assert (await log_out(service, laptop.tokens.refresh_token, everywhere=True)).status_code == 204

    for signed_in in (laptop, desktop):
        await _is_signed_out(service, signed_in)
    assert await me(service, other.tokens.access_token)


async def test_signing_out_again_changes_nothing(service: ServiceHere, laptop: SignedIn, desktop: SignedIn) -> None:
    for _ in range(3):
        assert (await log_out(service, laptop.tokens.refresh_token)).status_code == 204
    await _is_signed_out(service, laptop)
    assert await me(service, desktop.tokens.access_token)


async def test_a_session_that_ended_cannot_end_the_others(
    service: ServiceHere, laptop: SignedIn, desktop: SignedIn
) -> None:
    await log_out(service, laptop.tokens.refresh_token)
    assert (await log_out(service, laptop.tokens.refresh_token, everywhere=True)).status_code == 204
    assert await me(service, desktop.tokens.access_token)


async def test_a_used_token_still_signs_out(service: ServiceHere, laptop: SignedIn) -> None:
    """A laptop that was killed between refreshing and keeping the new token may say goodbye with the old one."""
    after = await refresh(service, laptop.tokens.refresh_token)
    await log_out(service, laptop.tokens.refresh_token)
    says_nothing(await try_refresh(service, after.refresh_token, "attempt-number-two"))


async def test_garbage_signs_nobody_out_and_is_no_error(service: ServiceHere, laptop: SignedIn) -> None:
    for token in ("", "garbage", "a.b.c", "\x00", "ä" * 300):
        assert (await log_out(service, token, everywhere=True)).status_code == 204
    assert await me(service, laptop.tokens.access_token)


async def test_a_body_without_a_token_is_a_bad_request(service: ServiceHere) -> None:
    for body in (b"", b"{}", b"[]", b'{"refresh_token": 5}', b'{"refresh_token": "a", "everywhere": "yes"}', b"\xff"):
        answer = await service.client.post("/v1/auth/logout", content=body)
        assert (answer.status_code, code(answer)) == (400, "bad_request")


async def test_after_signing_out_one_can_sign_in_again(service: ServiceHere, issuer: Issuer, laptop: SignedIn) -> None:
    await log_out(service, laptop.tokens.refresh_token, everywhere=True)
    again = await sign_in(service, issuer, sub="ada")
    assert again.me == laptop.me
    assert again.session != laptop.session
