"""The devices of an account: which there are, their names, and ending one of them. On both databases."""

import pytest
from msgspec import json

from sync.edge.ids import new_id
from sync.wire import Device, Devices, SignedIn
from tests.fakes.issuer import Issuer
from tests.fakes.service import Account, ServiceHere
from tests.sync.api.signing import LAPTOP, bearer, code, log_out, me, refresh, says_nothing, sign_in, try_me

pytestmark = pytest.mark.anyio

FAMILY = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"


@pytest.fixture
def service_settings(issuer: Issuer, on_database: dict[str, str]) -> dict[str, str]:
    return {**issuer.environment, **on_database}


@pytest.fixture
async def laptop(service: ServiceHere, issuer: Issuer) -> SignedIn:
    """A sign-in of Ada; a minute passes."""
    signed_in = await sign_in(service, issuer, sub=f"ada of {id(service)}")
    assert service.now is not None
    service.now[0] += 60_000
    return signed_in


@pytest.fixture
async def desktop(service: ServiceHere, issuer: Issuer, laptop: SignedIn) -> SignedIn:
    """A later sign-in of Ada."""
    return await sign_in(service, issuer, sub=f"ada of {id(service)}")


async def _devices(service: ServiceHere, of: SignedIn) -> list[Device]:
    answer = await service.client.get("/v1/me/devices", headers=bearer(of.tokens.access_token))
    assert answer.status_code == 200
    return json.decode(answer.content, type=Devices).devices


async def _rename(service: ServiceHere, of: SignedIn, session: str, name: str) -> tuple[int, str]:
    answer = await service.client.patch(
        f"/v1/me/devices/{session}", json={"name": name}, headers=bearer(of.tokens.access_token)
    )
    return answer.status_code, answer.json().get("code", answer.json().get("name"))


async def _end(service: ServiceHere, of: SignedIn, session: str) -> int:
    answer = await service.client.delete(f"/v1/me/devices/{session}", headers=bearer(of.tokens.access_token))
    return answer.status_code


async def test_the_list_has_the_one_used_last_first_and_marks_this_one(
    service: ServiceHere, laptop: SignedIn, desktop: SignedIn
) -> None:
    assert service.now is not None
    now = service.now[0]
    assert await _devices(service, laptop) == [
        Device(desktop.session, LAPTOP.name, LAPTOP.platform, now, now, False),
        Device(laptop.session, LAPTOP.name, LAPTOP.platform, now - 60_000, now - 60_000, True),
    ]
    service.now[0] += 60_000
    await refresh(service, laptop.tokens.refresh_token)
    listed = await _devices(service, desktop)
    assert [(each.id, each.used_at, each.is_this) for each in listed] == [
        (laptop.session, now + 60_000, False),
        (desktop.session, now, True),
    ]


async def test_a_device_that_signed_out_is_not_listed(
    service: ServiceHere, laptop: SignedIn, desktop: SignedIn
) -> None:
    await log_out(service, desktop.tokens.refresh_token)
    assert [each.id for each in await _devices(service, laptop)] == [laptop.session]


async def test_a_device_that_was_not_used_for_too_long_is_not_listed(
    service: ServiceHere, issuer: Issuer, laptop: SignedIn
) -> None:
    assert service.now is not None
    borrowed = await sign_in(service, issuer, remembered=False, sub=f"ada of {id(service)}")
    service.now[0] += 86_400_000
    assert [each.id for each in await _devices(service, laptop)] == [laptop.session]
    assert (await _rename(service, laptop, borrowed.session, "Library"))[0] == 404


async def test_a_device_gets_the_name_that_it_is_given(service: ServiceHere, laptop: SignedIn) -> None:
    long = ["x" * 80, "🎓" * 80, FAMILY * 26]
    for name in ("Work", *long, " ", "Zoë's <b>laptop</b>", '"', "a\u2028b", "a\0b"):
        assert await _rename(service, laptop, laptop.session, name) == (200, name)
        assert [each.name for each in await _devices(service, laptop)] == [name]


async def test_a_name_of_a_wrong_length_is_refused(service: ServiceHere, laptop: SignedIn) -> None:
    for name in ("", "x" * 81, "🎓" * 81):
        assert await _rename(service, laptop, laptop.session, name) == (400, "bad_request")
    assert [each.name for each in await _devices(service, laptop)] == [LAPTOP.name]


async def test_a_body_without_a_name_is_a_bad_request(service: ServiceHere, laptop: SignedIn) -> None:
    place, headers = f"/v1/me/devices/{laptop.session}", bearer(laptop.tokens.access_token)
    for body in (b"", b"{}", b'{"name": null}', b'{"name": "\\ud800"}', b'{"name": "\xff"}'):
        answer = await service.client.patch(place, content=body, headers=headers)
        assert (answer.status_code, code(answer)) == (400, "bad_request"), body


async def test_another_device_gets_a_name_too(service: ServiceHere, laptop: SignedIn, desktop: SignedIn) -> None:
    assert await _rename(service, laptop, desktop.session, "Desktop") == (200, "Desktop")
    assert {each.id: each.name for each in await _devices(service, laptop)} == {
        laptop.session: LAPTOP.name,
        desktop.session: "Desktop",
    }


async def test_ending_another_device_signs_it_out_at_once(
    service: ServiceHere, laptop: SignedIn, desktop: SignedIn
) -> None:
    assert await _end(service, laptop, desktop.session) == 204

    says_nothing(await try_me(service, desktop.tokens.access_token))
    assert await me(service, laptop.tokens.access_token)
    assert [each.id for each in await _devices(service, laptop)] == [laptop.session]
    assert await _end(service, laptop, desktop.session) == 204  # once more is no error
    assert await _rename(service, laptop, desktop.session, "Gone") == (404, "not_found")


async def test_a_device_may_end_itself(service: ServiceHere, laptop: SignedIn) -> None:
    assert await _end(service, laptop, laptop.session) == 204
    says_nothing(await try_me(service, laptop.tokens.access_token))


async def test_a_device_of_somebody_else_does_not_exist(service: ServiceHere, laptop: SignedIn, grace: Account) -> None:
    assert await _rename(service, laptop, grace.session, "Mine") == (404, "not_found")
    assert await _end(service, laptop, grace.session) == 404

    answer = await service.client.get("/v1/me/devices", headers=grace.headers)
    assert [(each["id"], each["name"]) for each in answer.json()["devices"]] == [(grace.session, "Laptop")]


async def test_a_device_that_does_not_exist_is_not_found(service: ServiceHere, laptop: SignedIn) -> None:
    for session in (new_id(1), "nothing", "' OR 1=1 --", "%00", "%F0%9F%8E%93", "..%2F..", "x" * 5000):
        assert await _rename(service, laptop, session, "Name") == (404, "not_found"), session
        assert await _end(service, laptop, session) == 404, session
    assert [each.name for each in await _devices(service, laptop)] == [LAPTOP.name]
