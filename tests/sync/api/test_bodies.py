"""Bodies that are too large, that grow when inflated, that never end, and that are no good; and what is no HTTP at all:
over real sockets."""

import gzip
import itertools
import os
import struct
import zlib
from collections.abc import Iterator
from functools import partial

import httpx2
import pytest
import zstandard
from msgspec import json

from sync.wire import MAX_BODY_BYTES
from tests.fakes.service import Account, ServiceProcess, environment
from tests.sync.api.contract import Contract
from tests.sync.api.polling import wait_until
from tests.sync.api.signing import code
from tests.sync.api.sockets import Heard, chunk, connected, head, tell

SMALL = 16_384
"""The limit of all bodies but that of the exchange."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with ServiceProcess(environment(tmp_path_factory.mktemp("api"))) as running:
        yield running


@pytest.fixture(scope="module")
def account(process: ServiceProcess) -> Account:
    return process.add_account()


@pytest.fixture
def client(process: ServiceProcess, contract: Contract) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=process.url, trust_env=False, timeout=20) as opened:
        opened.event_hooks["response"] = [httpx2.Response.read, contract.check_read]
        yield opened


def _exchange(size: int = 0) -> bytes:
    """A request that is good, padded with a field that nobody knows."""
    body = {"p": 1, "stream": None, "cursor": 0, "device": "0", "n": 0, "padding": ""}
    return json.encode({**body, "padding": "x" * max(0, size - len(json.encode(body)))})


def _send(client: httpx2.Client, account: Account, body: bytes, encoding: str | None = None) -> httpx2.Response:
    headers = {**account.headers, **({"Content-Encoding": encoding} if encoding is not None else {})}
    return client.post("/v1/sync", content=body, headers=headers)


ENCODERS = {"identity": bytes, "gzip": gzip.compress, "zstd": zstandard.compress, "GZIP": gzip.compress}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_body_may_be_as_large_as_its_limit_and_no_larger(
    client: httpx2.Client, account: Account, encoding: str
) -> None:
    encode = ENCODERS[encoding]
    assert _send(client, account, encode(_exchange(MAX_BODY_BYTES)), encoding).status_code == 200
    beyond = _send(client, account, encode(_exchange(MAX_BODY_BYTES + 1)), encoding)
    assert (beyond.status_code, code(beyond)) == (413, "too_many")


def test_noise_that_does_not_compress_may_be_as_large_as_the_limit(client: httpx2.Client, account: Account) -> None:
    body = _exchange(MAX_BODY_BYTES)
    for encoded, encoding in ((gzip.compress(body, 0), "gzip"), (zstandard.compress(body, -100), "zstd")):
        assert _send(client, account, encoded, encoding).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/auth/logout"), ("POST", "/v1/auth/refresh")])
def test_other_bodies_have_a_smaller_limit(client: httpx2.Client, method: str, path: str) -> None:
    body = json.encode({"refresh_token": "t", "attempt": "attempt-number-one", "padding": "x" * SMALL})
    answer = client.request(method, path, content=body)
    assert (answer.status_code, code(answer)) == (413, "too_many")
    assert client.request(method, path, content=body[:200]).status_code == 400


def _gzip_bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def _zstd_bomb(size: int) -> bytes:
    """Blocks of one repeated byte: four bytes for 128 KiB (RFC 8878, section 3.1.1.2.2)."""
    block = (131_072 << 3 | 1 << 1).to_bytes(3, "little") + b"\0"
    return struct.pack("<I", 0xFD2FB528) + b"\x00\x38" + block * (size >> 17)


@pytest.mark.parametrize(
    ("bomb", "encoding"), [(_gzip_bomb(200 << 20), "gzip"), (_zstd_bomb(200 << 20), "zstd")], ids=["gzip", "zstd"]
)
def test_a_bomb_is_refused_before_it_fills_the_memory(
    client: httpx2.Client, process: ServiceProcess, account: Account, bomb: bytes, encoding: str
) -> None:
    assert len(bomb) < MAX_BODY_BYTES
    before = _peak_kb(process)
    answer = _send(client, account, bomb, encoding)
    assert (answer.status_code, code(answer)) == (413, "too_many")
    assert _peak_kb(process) - before < 64 << 10


def _peak_kb(process: ServiceProcess) -> int:
    """The most memory that the process ever had."""
    with open(f"/proc/{process.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def _wide_window(log: int) -> bytes:
    """A good request in a frame that wants 2**log bytes of memory to be inflated (RFC 8878, section 3.1.1.1.2)."""
    body = _exchange()
    block = (len(body) << 3 | 1).to_bytes(3, "little")
    return struct.pack("<I", 0xFD2FB528) + bytes([0, (log - 10) << 3]) + block + body


def test_a_frame_may_want_some_memory(client: httpx2.Client, account: Account) -> None:
    assert _send(client, account, _wide_window(23), "zstd").status_code == 200


def _gzip(body: bytes) -> bytes:
    """The same bytes each time: they are in the names of tests."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (_gzip(_exchange())[:-1], "gzip"),
        (_gzip(_exchange())[:20], "gzip"),
        (_gzip(_exchange())[:-8] + bytes(8), "gzip"),
        (_gzip(_exchange()) + b"and more", "gzip"),
        (zlib.compress(_exchange()), "gzip"),
        (_exchange(), "gzip"),
        (b"", "gzip"),
        (zstandard.compress(_exchange())[:-1], "zstd"),
        (zstandard.compress(_exchange()) + b"and more", "zstd"),
        (_wide_window(24), "zstd"),
        (_wide_window(31), "zstd"),
        (_exchange(), "zstd"),
        (b"", "zstd"),
        (_gzip(_exchange()), "zstd"),
        (_gzip(_exchange()), "identity"),
    ],
)
def test_a_body_that_is_not_what_its_encoding_says_is_a_bad_request(
    client: httpx2.Client, account: Account, body: bytes, encoding: str
) -> None:
    answer = _send(client, account, body, encoding)
    assert (answer.status_code, code(answer)) == (400, "bad_request")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x", "gzip;q=1"])
def test_another_encoding_is_named_as_the_reason(client: httpx2.Client, account: Account, encoding: str) -> None:
    answer = _send(client, account, _exchange(), encoding)
    assert (answer.status_code, code(answer)) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"{}", b"[" * 200_000, b'{"p":' + b"9" * 5_000 + b"}"],
    ids=["empty", "open", "null", "list", "text", "no UTF-8", "nothing", "deep", "long number"],
)
def test_a_body_that_is_no_request_is_a_bad_request(client: httpx2.Client, account: Account, body: bytes) -> None:
    answer = _send(client, account, body)
    assert (answer.status_code, code(answer)) == (400, "bad_request")


def _asking(account: Account, *lines: str) -> bytes:
    return head("POST", "/v1/sync", f"Authorization: Bearer {account.token}", "Transfer-Encoding: chunked", *lines)


def _endless(piece: bytes) -> Iterator[bytes]:
    """Bounded, so that a test that fails ends: 64 MiB."""
    return itertools.repeat(chunk(piece), (64 << 20) // len(piece))


def _refused_early(heard: Heard, status: int) -> None:
    assert (heard.status, heard.headers["content-type"]) == (status, "application/problem+json")
    assert heard.sent < 16 << 20  # what was under way in the buffers, and no more


def test_a_body_without_an_end_is_refused_at_its_limit(process: ServiceProcess, account: Account) -> None:
    _refused_early(tell(process.port, _asking(account), _endless(b"x" * 65_536)), 413)


def test_a_compressed_body_that_never_says_anything_is_refused(process: ServiceProcess, account: Account) -> None:
    begin = gzip.compress(b"")[:10]
    nothing = b"\x00\x00\x00\xff\xff"  # a stored block of no bytes (RFC 1951, section 3.2.4)
    parts = itertools.chain([chunk(begin)], _endless(nothing * 10_000))
    _refused_early(tell(process.port, _asking(account, "Content-Encoding: gzip"), parts), 413)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_follows_a_compressed_body_is_not_read_without_an_end(
    process: ServiceProcess, account: Account, encoding: str
) -> None:
    parts = itertools.chain([chunk(ENCODERS[encoding](_exchange()))], _endless(b"x" * 65_536))
    heard = tell(process.port, _asking(account, f"Content-Encoding: {encoding}"), parts)
    _refused_early(heard, 400)


def test_a_client_that_goes_away_within_its_body_is_no_error(process: ServiceProcess, account: Account) -> None:
    token = f"Authorization: Bearer {account.token}"
    for path, line in (
        ("/v1/sync", "Content-Length: 1000"),
        ("/v1/sync", "Transfer-Encoding: chunked"),
        ("/v1/auth/refresh", "Content-Length: 1000"),
    ):
        request_id = os.urandom(8).hex()
        with connected(process.port) as connection:
            connection.sendall(head("POST", path, token, line, f"X-Request-Id: {request_id}") + chunk(b'{"p":1'))
        wait_until(partial(_is_logged, process, request_id))
    assert "Traceback" not in process.log.read_text()
    assert httpx2.get(f"{process.url}/v1/me", headers=account.headers, trust_env=False).status_code == 200


def _is_logged(process: ServiceProcess, text: str) -> bool:
    return text in process.log.read_text()


def test_a_request_in_small_pieces_is_understood(process: ServiceProcess, account: Account) -> None:
    body = _gzip(_exchange())
    parts = [chunk(body[index : index + 1]) for index in range(len(body))]
    heard = tell(process.port, _asking(account, "Content-Encoding: gzip"), [*parts, chunk(b"")])
    assert heard.status == 200
    assert json.decode(heard.body)["stream"] == account.stream


def test_what_is_no_http_is_refused(process: ServiceProcess) -> None:
    for begin in (b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET /v1/me HTTP/9.9\r\n\r\n", b"GET\r\n\r\n"):
        assert tell(process.port, begin).status == 400
    upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    assert tell(process.port, head("GET", "/v1/secret-place", *upgrade)).status == 404
    assert "secret-place" not in process.log.read_text()
    assert "127.0.0.1:" not in process.log.read_text().replace(f"127.0.0.1:{process.port}", "")
