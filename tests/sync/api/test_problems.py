"""What is answered when a request cannot be served: always a problem, with a code and the id of the request."""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx2
import pytest

from sync.edge.problems import KINDS
from tests.fakes.disks import SmallDisk
from tests.fakes.service import Account, ServiceHere, ServiceProcess, environment
from tests.sync.api.contract import PROBLEM
from tests.sync.api.pushing import events, push
from tests.sync.api.signing import code

pytestmark = pytest.mark.anyio

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


NOWHERE = [
    "/", "/v1", "/v1/", "/v1/me/", "/v1/me/nothing", "/v1/sync/", "/docs", "/redoc", "/favicon.ico", "/V1/me",
    "/v1/me/devices/a/b", "/v1//me", "/%2e%2e/etc/passwd", "/v1/me%00", "/\N{GRADUATION CAP}", "/" + "x" * 5_000,
]  # fmt: skip


async def test_an_address_that_is_nothing_is_not_found(service: ServiceHere, ada: Account) -> None:
    for path in NOWHERE:
        for method in ("GET", "POST", "DELETE"):
            answer = await service.client.request(method, path, headers=ada.headers)
            assert (answer.status_code, code(answer)) == (404, "not_found"), path


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/me", "DELETE, GET"),
        ("/v1/me/devices/1", "DELETE, PATCH"),
        ("/v1/sync", "POST"),
        ("/v1/auth/google", "GET, POST"),
        ("/healthz", "GET"),
        ("/metrics", "GET"),
    ],
)
async def test_a_method_that_an_address_does_not_know_is_told_which_it_knows(
    service: ServiceHere, path: str, allowed: str
) -> None:
    for method in METHODS:
        if method in allowed:
            continue
        answer = await service.client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == allowed  # RFC 9110, section 15.5.6
        if method != "HEAD":
            assert code(answer) == "method_not_allowed"


async def test_a_usable_request_id_is_kept(service: ServiceHere) -> None:
    for given in ("0123abcd", "A-b_c" * 12, "f47ac10b-58cc-4372-a567-0e02b2c3d479"):
        answer = await service.client.get("/v1/me", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


async def test_another_request_id_is_replaced(service: ServiceHere) -> None:
    for given in ("", "short", "x" * 65, "with space", "a\tb", "ünïcödé-id", "<script>alert", "../../etc"):
        answer = await service.client.get("/v1/me", headers=[(b"X-Request-Id", given.encode("latin-1"))])
        assert re.fullmatch("[0-9a-f]{24}", answer.headers["x-request-id"]), given
        assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_each_answer_has_an_id_and_is_not_kept_by_anybody(service: ServiceHere, ada: Account) -> None:
    ids = set()
    for path in ("/v1/me", "/v1/me/export", "/v1/nothing", "/healthz", "/openapi.json", "/metrics"):
        answer = await service.client.get(path, headers=ada.headers)
        ids.add(answer.headers["x-request-id"])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(ids) == 6


def test_every_code_is_a_word_and_every_problem_a_sentence() -> None:
    for code_, kind in KINDS.items():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", code_)
        assert 400 <= kind.status < 600
        assert kind.title[0].isupper()
        assert not kind.title.endswith(".")


@pytest.fixture
def crowded(tmp_path: Path, small_disk: SmallDisk) -> Iterator[tuple[ServiceProcess, Account]]:
    """A service whose temporary files have next to no room, and an account there."""
    with ServiceProcess({**environment(tmp_path), "TMPDIR": str(small_disk("100k"))}) as process:
        yield process, process.add_account()


async def test_an_export_without_room_is_put_off(crowded: tuple[ServiceProcess, Account]) -> None:
    process, account = crowded
    noise = [f'"{Random(index).randbytes(5_000).hex()}"' for index in range(60)]
    async with httpx2.AsyncClient(base_url=process.url, trust_env=False) as client:
        await push(client, account, events(noise))
        answer = await client.get("/v1/me/export", headers=account.headers)
        assert (answer.status_code, code(answer)) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert answer.headers["content-type"] == PROBLEM
        assert (await client.get("/v1/me", headers=account.headers)).status_code == 200
