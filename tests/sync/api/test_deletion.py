"""Deleting an account: fourteen days in which it can be taken back, and nothing of it afterwards. On both databases."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec import json, structs

from sync.accounts.deletions import Deletion, DeletionLog
from sync.accounts.repository import AccountRepository
from sync.accounts.service import AccountService
from sync.auth.tokens import Caller
from sync.database import Database, DatabaseAway, Step
from sync.database.opening import open_database
from sync.settings import Settings
from sync.wire import Me, SignedIn
from tests.fakes.issuer import Issuer
from tests.fakes.service import Account, ServiceHere, ServiceProcess, environment
from tests.sync.api.polling import wait_until
from tests.sync.api.pushing import body, events, push
from tests.sync.api.signing import (
    bearer,
    code,
    first_refresh_token,
    log_out,
    me,
    refresh,
    sign_in,
    signer,
    start,
    try_refresh,
    try_sign_in,
)

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
GRACE_MS = 14 * DAY_MS


@pytest.fixture
def service_settings(issuer: Issuer, on_database: dict[str, str]) -> dict[str, str]:
    return {**issuer.environment, **on_database}


@pytest.fixture
async def ada(service: ServiceHere, issuer: Issuer) -> Account:
    """Signed in with Google, with three events."""
    signed_in = await sign_in(service, issuer, sub=f"ada of {id(service)}")
    row = await _rows(service.database, "SELECT stream FROM users WHERE id = :user", signed_in.me.id)
    account = Account(signed_in.me.id, signed_in.session, row[0][0], signed_in.tokens.access_token)
    await push(service.client, account, events(['{"a":1}', '{"a":2}', '{"a":3}']))
    return account


async def _rows(database: Database, sql: str, user: str) -> list[Any]:
    [rows] = await database.read([Step(sql, {"user": user})])
    return rows


async def _delete(service: ServiceHere, account: Account) -> httpx2.Response:
    return await service.client.delete("/v1/me", headers=account.headers)


async def _take_back(service: ServiceHere, account: Account) -> httpx2.Response:
    return await service.client.post("/v1/me/restore", headers=account.headers)


async def _try_push(service: ServiceHere, account: Account) -> httpx2.Response:
    return await service.client.post("/v1/sync", content=body(events(["{}"]), account.stream), headers=account.headers)


async def _erase_due(service: ServiceHere) -> None:
    """What the service does every hour."""
    deletions = DeletionLog(service.settings.deletions_file)
    await AccountService(AccountRepository(service.database), deletions, lambda: _now(service)).erase_due()


def _now(service: ServiceHere) -> int:
    assert service.now is not None
    return service.now[0]


def _pass_days(service: ServiceHere, days: float) -> None:
    assert service.now is not None
    service.now[0] += int(days * DAY_MS)


def _listed(service: ServiceHere, account: Account) -> list[Deletion]:
    """What the list of deletions says of an account."""
    lines = service.settings.deletions_file.read_bytes().splitlines()
    listed = [json.decode(line, type=Deletion) for line in lines]
    return [each for each in listed if each.user == account.user]


async def _events_of(service: ServiceHere, account: Account) -> int:
    return (await _rows(service.database, "SELECT count(*) FROM events WHERE user = :user", account.user))[0][0]


async def test_a_deletion_is_due_in_fourteen_days(service: ServiceHere, ada: Account) -> None:
    before = await me(service, ada.token)
    answer = await _delete(service, ada)
    assert answer.status_code == 200
    assert json.decode(answer.content, type=Me) == structs.replace(before, deletion_due_at=_now(service) + GRACE_MS)
    assert await me(service, ada.token) == json.decode(answer.content, type=Me)
    assert _listed(service, ada) == [Deletion(ada.user, "asked", _now(service))]


async def test_asking_again_does_not_put_it_off(service: ServiceHere, ada: Account) -> None:
    first = (await _delete(service, ada)).json()
    _pass_days(service, 3)
    assert (await _delete(service, ada)).json() == first
    assert len({each.at for each in _listed(service, ada)}) == 1
    assert await me(service, ada.token) == json.decode(json.encode(first), type=Me)


async def test_meanwhile_nothing_is_taken_and_nothing_is_changed(service: ServiceHere, ada: Account) -> None:
    due_at = (await _delete(service, ada)).json()["deletion_due_at"]
    renamed = await service.client.patch(f"/v1/me/devices/{ada.session}", json={"name": "New"}, headers=ada.headers)
    for answer in (await _try_push(service, ada), renamed):
        assert (answer.status_code, code(answer), answer.json()["due_at"]) == (403, "deletion_pending", due_at)
    assert await _events_of(service, ada) == 3


async def test_meanwhile_the_learner_may_look_export_and_sign_in_and_out(
    service: ServiceHere, issuer: Issuer, ada: Account
) -> None:
    await _delete(service, ada)
    for path in ("/v1/me", "/v1/me/devices", "/v1/me/export"):
        assert (await service.client.get(path, headers=ada.headers)).status_code == 200
    again = await sign_in(service, issuer, sub=f"ada of {id(service)}")
    assert (again.me.id, again.me.deletion_due_at) == (ada.user, _now(service) + GRACE_MS)
    tokens = await refresh(service, again.tokens.refresh_token)
    ended = await service.client.delete(f"/v1/me/devices/{ada.session}", headers=bearer(tokens.access_token))
    assert ended.status_code == 204
    assert (await log_out(service, tokens.refresh_token)).status_code == 204


async def test_a_deletion_can_be_taken_back_until_the_last_moment(service: ServiceHere, ada: Account) -> None:
    await _delete(service, ada)
    _pass_days(service, 14 - 1 / DAY_MS)
    await _erase_due(service)

    answer = await _take_back(service, ada)

    assert answer.status_code == 200
    assert answer.json()["deletion_due_at"] is None
    assert [each.state for each in _listed(service, ada)] == ["asked", "taken_back"]
    _pass_days(service, 100)
    await _erase_due(service)
    assert (await _try_push(service, ada)).status_code == 200
    assert await _events_of(service, ada) == 4


async def test_taking_back_what_was_not_asked_for_changes_nothing(service: ServiceHere, ada: Account) -> None:
    before = await me(service, ada.token)
    answer = await _take_back(service, ada)
    assert json.decode(answer.content, type=Me) == before


async def test_after_the_last_moment_the_account_is_gone_everywhere(
    service: ServiceHere, issuer: Issuer, ada: Account
) -> None:
    token = first_refresh_token(service, ada)
    await _delete(service, ada)
    _pass_days(service, 14)
    for is_erased in (False, True):
        if is_erased:
            await _erase_due(service)
        answers = [
            await service.client.get("/v1/me", headers=ada.headers),
            await service.client.get("/v1/me/devices", headers=ada.headers),
            await service.client.get("/v1/me/export", headers=ada.headers),
            await service.client.patch(f"/v1/me/devices/{ada.session}", json={"name": "N"}, headers=ada.headers),
            await service.client.delete(f"/v1/me/devices/{ada.session}", headers=ada.headers),
            await _delete(service, ada),
            await _take_back(service, ada),
            await _try_push(service, ada),
            await try_refresh(service, token),
        ]
        assert [(each.status_code, code(each)) for each in answers] == [(410, "account_gone")] * len(answers)
        assert (await log_out(service, token, everywhere=True)).status_code == 204


async def test_nothing_of_an_erased_account_is_left_but_its_id(service: ServiceHere, ada: Account) -> None:
    await push(service.client, ada, events(["{}"] * 2_500))  # more than one portion
    await _delete(service, ada)
    deleted_at = _now(service)
    _pass_days(service, 14)

    await _erase_due(service)

    for table in ("events", "sessions", "accounts"):
        column = "id" if table == "accounts" else "user"
        assert await _rows(service.database, f"SELECT * FROM {table} WHERE {column} = :user", ada.user) == []
    left = await _rows(service.database, "SELECT * FROM users WHERE id = :user", ada.user)
    assert left == [(ada.user, "", 0, 0, 0, deleted_at)]
    await _erase_due(service)
    assert [each.state for each in _listed(service, ada)] == ["asked", "erased"]
    assert _listed(service, ada)[-1].at == deleted_at


async def test_other_accounts_are_left_alone(service: ServiceHere, ada: Account, grace: Account) -> None:
    await push(service.client, grace, events(['{"b":1}']))
    await _delete(service, ada)
    _pass_days(service, 20)
    await _erase_due(service)
    assert await me(service, grace.token)
    assert await _events_of(service, grace) == 1
    assert (await _try_push(service, grace)).status_code == 200


async def test_whoever_signs_in_after_that_is_a_new_learner(service: ServiceHere, issuer: Issuer, ada: Account) -> None:
    await _delete(service, ada)
    _pass_days(service, 14)
    nonce = (await start(service)).nonce
    too_early = await try_sign_in(service, issuer.id_token(nonce, sub=f"ada of {id(service)}"), nonce)
    assert (too_early.status_code, code(too_early)) == (410, "account_gone")
    await _erase_due(service)

    again: SignedIn = await sign_in(service, issuer, sub=f"ada of {id(service)}")

    assert again.me.id != ada.user
    assert again.me.deletion_due_at is None
    fresh = Account(again.me.id, again.session, "", again.tokens.access_token)
    assert await _events_of(service, fresh) == 0
    assert code(await service.client.get("/v1/me", headers=ada.headers)) == "account_gone"


async def test_a_deletion_that_cannot_be_listed_is_not_begun(service: ServiceHere, ada: Account) -> None:
    service.settings.deletions_file.mkdir()  # nobody can write to that
    answer = await _delete(service, ada)
    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert (await me(service, ada.token)).deletion_due_at is None


async def test_what_cannot_be_listed_is_not_taken_back_either(service: ServiceHere, ada: Account) -> None:
    """Otherwise a restored backup would delete an account whose owner was told that it lives."""
    await _delete(service, ada)
    service.settings.deletions_file.unlink()
    service.settings.deletions_file.mkdir()
    answer = await _take_back(service, ada)
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert (await me(service, ada.token)).deletion_due_at is not None


async def test_an_account_that_cannot_be_listed_as_erased_is_kept_until_it_can(
    service: ServiceHere, ada: Account
) -> None:
    await _delete(service, ada)
    _pass_days(service, 14)
    deletions = service.settings.deletions_file
    deletions.rename(deletions.with_suffix(".away"))
    deletions.mkdir()
    with pytest.raises(DatabaseAway, match=r"deletions\.jsonl"):
        await _erase_due(service)
    assert await _events_of(service, ada) == 3
    deletions.rmdir()
    await _erase_due(service)
    assert await _events_of(service, ada) == 0


async def test_the_list_of_deletions_holds_no_name_and_is_its_owner_s(service: ServiceHere, ada: Account) -> None:
    await _delete(service, ada)
    assert service.settings.deletions_file.stat().st_mode & 0o777 == 0o600
    assert b"ada" not in service.settings.deletions_file.read_bytes().lower()


async def test_two_deletions_at_once_are_one(service: ServiceHere, ada: Account) -> None:
    answers = await asyncio.gather(*[_delete(service, ada) for _ in range(3)])
    assert {answer.text for answer in answers} == {answers[0].text}


async def test_the_first_of_two_marks_stands(service: ServiceHere, ada: Account) -> None:
    """As of two requests that both found the account without one."""
    repository = AccountRepository(service.database)
    assert [await repository.set_deleted(ada.user, at) for at in (1_000, 2_000)] == [1_000, 1_000]


async def test_a_session_of_an_unknown_account_is_not_gone_but_unknown(service: ServiceHere, ada: Account) -> None:
    token = signer(service).access(Caller("01a2076c-8cec-77e2-99a9-fcc1645da525", ada.session, "user"))
    assert code(await service.client.get("/v1/me", headers=bearer(token))) == "sign_in"


def test_the_service_erases_what_is_due_when_it_starts(tmp_path: Path) -> None:
    process = ServiceProcess(environment(tmp_path))
    process.run("migrate")
    account = process.add_account()
    asyncio.run(_delete_long_ago(process.settings, account))
    with process:
        wait_until(lambda: asyncio.run(_is_erased(process.settings, account)))
        answer = httpx2.get(f"{process.url}/v1/me", headers=account.headers, trust_env=False)
        assert (answer.status_code, code(answer)) == (410, "account_gone")
        assert account.user in process.settings.deletions_file.read_text()


async def _delete_long_ago(settings: Settings, account: Account) -> None:
    await _with_database(settings, "UPDATE users SET deleted_at = 1 WHERE id = :user RETURNING id", account)


async def _is_erased(settings: Settings, account: Account) -> bool:
    return not await _with_database(settings, "SELECT * FROM accounts WHERE id = :user", account)


async def _with_database(settings: Settings, sql: str, account: Account) -> list[Any]:
    database = open_database(settings)
    try:
        [rows] = await database.write([Step(sql, {"user": account.user})])
    finally:
        await database.close()
    return rows
