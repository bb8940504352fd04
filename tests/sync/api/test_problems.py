"""What is answered when a request cannot be served: always a problem, with a code and the id of the request."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import httpx2
import pytest

from sync.database import Step
from sync.edge.problems import KINDS
from tests.fakes.service import Account, ServiceHere, ServiceProcess, environment
from tests.sync.api.contract import PROBLEM
from tests.sync.api.pushing import events, push
from tests.sync.api.signing import code
from tests.sync.api.sockets import head, tell

pytestmark = pytest.mark.anyio

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", "/v1/me/", "/v1/me/nothing", "/v1/sync/", "/docs", "/redoc", "/favicon.ico", "/V1/me",
     "/v1/me/devices/a/b", "/v1//me", "/%2e%2e/etc/passwd", "/v1/me%00", "/\N{GRADUATION CAP}", "/" + "x" * 5_000],
)  # fmt: skip
async def test_an_address_that_is_nothing_is_not_found(service: ServiceHere, ada: Account, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await service.client.request(method, path, headers=ada.headers)
        assert (answer.status_code, code(answer)) == (404, "not_found")


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


@pytest.mark.parametrize("given", ["0123abcd", "A-b_c" * 12, "f47ac10b-58cc-4372-a567-0e02b2c3d479"])
async def test_a_usable_request_id_is_kept(service: ServiceHere, given: str) -> None:
    answer = await service.client.get("/v1/me", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space", "a\tb", "ünïcödé-id", "<script>alert", "../../etc"]
)
async def test_another_request_id_is_replaced(service: ServiceHere, given: str) -> None:
    answer = await service.client.get("/v1/me", headers=[(b"X-Request-Id", given.encode("latin-1"))])
    assert re.fullmatch("[0-9a-f]{24}", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_each_answer_has_an_id_and_is_not_kept_by_anybody(service: ServiceHere, ada: Account) -> None:
    ids = set()
    for path in ("/v1/me", "/v1/me/export", "/v1/nothing", "/healthz", "/openapi.json", "/metrics"):
        answer = await service.client.get(path, headers=ada.headers)
        ids.add(answer.headers["x-request-id"])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(ids) == 6


async def test_a_fault_of_ours_tells_nothing_but_its_id(service: ServiceHere, ada: Account) -> None:
    await service.database.write([Step("ALTER TABLE sessions RENAME TO elsewhere")])
    answer = await service.client.get("/v1/me", headers=ada.headers)
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "about:blank", "title": "Something went wrong here", "status": 500, "code": "internal",
        "detail": "The request id helps to find out why.", "request_id": answer.headers["x-request-id"],
    }  # fmt: skip


def test_every_code_is_a_word_and_every_problem_a_sentence() -> None:
    for code_, kind in KINDS.items():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", code_)
        assert 400 <= kind.status < 600
        assert kind.title[0].isupper()
        assert not kind.title.endswith(".")


@pytest.fixture
def crowded(tmp_path: Path, small_disk: Callable[[str], Path]) -> Iterator[tuple[ServiceProcess, Account]]:
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


def test_what_is_no_http_is_refused(tmp_path: Path) -> None:
    with ServiceProcess(environment(tmp_path)) as process:
        for begin in (b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET /v1/me HTTP/9.9\r\n\r\n", b"GET\r\n\r\n"):
            assert tell(process.port, begin).status == 400
        upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        assert tell(process.port, head("GET", "/v1/secret-place", *upgrade)).status == 404
        assert "secret-place" not in process.log.read_text()
        assert "127.0.0.1:" not in process.log.read_text().replace(f"127.0.0.1:{process.port}", "")
        assert httpx2.get(f"{process.url}/healthz", trust_env=False).status_code == 200
