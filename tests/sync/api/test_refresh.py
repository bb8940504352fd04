"""How a refresh token moves on, and what ends all of a sign-in. On both databases."""

import asyncio
from itertools import pairwise

import jwt
import pytest

from sync.auth.tokens import ACCESS_S, REMEMBERED_S, UNREMEMBERED_S, RefreshToken
from sync.wire import Tokens
from tests.fakes.issuer import Issuer
from tests.fakes.service import Account, ServiceHere
from tests.sync.api.signing import (
    first_refresh_token,
    me,
    refresh,
    says_nothing,
    sign_in,
    signer,
    try_me,
    try_refresh,
    try_sync,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def service_settings(issuer: Issuer, on_database: dict[str, str]) -> dict[str, str]:
    return {**issuer.environment, **on_database}


async def test_a_refresh_gives_new_tokens_that_work(service: ServiceHere, ada: Account) -> None:
    chain = [Tokens("", 0, first_refresh_token(service, ada))]
    for attempt in range(4):
        chain.append(await refresh(service, chain[-1].refresh_token, f"attempt number {attempt}".replace(" ", "-")))
        assert (await me(service, chain[-1].access_token)).id == ada.user
    assert all(before.refresh_token != after.refresh_token for before, after in pairwise(chain))
    assert {each.expires_in_s for each in chain[1:]} == {ACCESS_S}


async def test_a_refresh_whose_answer_was_lost_may_be_repeated(service: ServiceHere, ada: Account) -> None:
    token = first_refresh_token(service, ada)
    await refresh(service, token)
    again = await refresh(service, token)
    once_more = await refresh(service, token)

    assert await me(service, again.access_token)
    assert await refresh(service, once_more.refresh_token, "attempt-number-two")


async def test_a_refresh_may_not_be_repeated_after_its_answer_was_used(service: ServiceHere, ada: Account) -> None:
    token = first_refresh_token(service, ada)
    second = await refresh(service, token)
    third = await refresh(service, second.refresh_token, "attempt-number-two")

    says_nothing(await try_refresh(service, token))  # the attempt that was right then

    says_nothing(await try_refresh(service, third.refresh_token, "attempt-number-three"))


async def test_a_token_used_twice_ends_all_of_its_sign_in_at_once(service: ServiceHere, ada: Account) -> None:
    stolen = first_refresh_token(service, ada)
    owner = await refresh(service, stolen, "attempt-of-the-owner")

    says_nothing(await try_refresh(service, stolen, "attempt-of-the-thief"))

    for token in (ada.token, owner.access_token):
        says_nothing(await try_me(service, token))
        says_nothing(await try_sync(service, token))
    says_nothing(await try_refresh(service, owner.refresh_token, "next-attempt-of-the-owner"))
    says_nothing(await try_refresh(service, stolen, "attempt-of-the-owner"))


async def test_a_token_used_twice_ends_no_other_sign_in(service: ServiceHere, issuer: Issuer) -> None:
    laptop, desktop = await sign_in(service, issuer), await sign_in(service, issuer)
    await refresh(service, laptop.tokens.refresh_token)
    says_nothing(await try_refresh(service, laptop.tokens.refresh_token, "attempt-number-two"))
    assert await me(service, desktop.tokens.access_token)
    assert await refresh(service, desktop.tokens.refresh_token)


async def test_two_refreshes_at_once_never_leave_two_good_tokens(service: ServiceHere, ada: Account) -> None:
    token = first_refresh_token(service, ada)
    for turn in range(5):
        answers = await asyncio.gather(*[try_refresh(service, token, f"attempt-{turn}-number-{i}") for i in range(2)])
        won = [answer.json()["refresh_token"] for answer in answers if answer.status_code == 200]
        good = [each for each in won if (await try_refresh(service, each, f"attempt-{turn}-after")).status_code == 200]
        assert len(won) <= 1
        assert good == []  # the second one was a use too many
        ada = await service.add_account(email=f"ada{turn}@example.com")
        token = first_refresh_token(service, ada)


async def test_a_database_that_was_restored_takes_a_token_from_its_future(service: ServiceHere, ada: Account) -> None:
    later = signer(service).refresh(RefreshToken(ada.user, ada.session, 7), REMEMBERED_S)
    after = await refresh(service, later)
    assert signer(service).read_refresh(after.refresh_token).generation == 8
    says_nothing(await try_refresh(service, first_refresh_token(service, ada), "attempt-number-two"))


async def test_a_session_that_is_not_used_ends(service: ServiceHere, issuer: Issuer) -> None:
    assert service.now is not None
    for is_remembered, life_s in ((True, REMEMBERED_S), (False, UNREMEMBERED_S)):
        signed_in = await sign_in(service, issuer, remembered=is_remembered)
        token = signed_in.tokens.refresh_token
        said = jwt.decode(token, options={"verify_signature": False})
        assert said["exp"] - said["iat"] == life_s
        for turn in range(3):  # each use starts its life anew
            service.now[0] += life_s * 1000 - 60_000
            token = (await refresh(service, token, f"attempt-of-turn-{turn}")).refresh_token
        last = await refresh(service, token, "attempt-just-in-time")
        service.now[0] += life_s * 1000
        says_nothing(await try_refresh(service, token, "attempt-just-in-time"))  # repeated too late
        says_nothing(await try_refresh(service, last.refresh_token, "attempt-that-is-too-late"))
