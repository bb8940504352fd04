"""The client: what it sends, what it takes, and that every way a request can end is an error of our own."""

import gzip
import inspect
import json
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx2
import pytest
import trustme

from pingtopass_desktop import __version__
from pingtopass_desktop.cloud import errors
from pingtopass_desktop.cloud.client import MAX_ANSWER_BYTES, Client
from pingtopass_desktop.cloud.errors import (
    AccountGone,
    BadAnswer,
    CloudError,
    DeletionPending,
    NotSent,
    Offline,
    Refused,
    ServiceAway,
    SignedOut,
)
from sync import wire
from sync.edge.problems import KINDS
from tests.fakes.canned import Answer, CannedServer, answer, problem
from tests.fakes.processes import free_port

HEALTHY = answer(200, b'{"status":"ok"}')


@pytest.fixture
def ask() -> Iterator[Callable[[str], wire.Health]]:
    """Asks a service for its health with a client of its own."""
    clients: list[Client] = []

    def asking(url: str) -> wire.Health:
        clients.append(Client(url))
        return clients[-1].ask("GET", "/healthz", wire.Health)

    yield asking
    for client in clients:
        client.close()


def refused(given: Answer, kind: type[CloudError], ask: Callable[[str], wire.Health]) -> CloudError:
    """The error that an answer becomes: exactly this kind."""
    with CannedServer(given) as server:
        with pytest.raises(CloudError) as caught:
            ask(server.url)
        assert type(caught.value) is kind, repr(caught.value)
        return caught.value


def classes(base: type[BaseException]) -> Iterator[type[BaseException]]:
    yield base
    for below in base.__subclasses__():
        yield from classes(below)


def made(kind: type[Exception]) -> Exception:
    """An error of httpx2, made with what its constructor asks for."""
    request = httpx2.Request("GET", "https://service.example/")
    known = {"message": "words", "request": request, "response": httpx2.Response(500, request=request)}
    parameters = inspect.signature(kind.__init__).parameters.values()
    needed = [p.name for p in parameters if p.name in known and p.default is inspect.Parameter.empty]
    return kind(**{name: known[name] for name in needed})


HTTPX2_ERRORS = sorted(
    {
        value
        for value in vars(httpx2).values()
        if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning)
    },
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", HTTPX2_ERRORS)
def test_every_error_of_httpx2_becomes_one_of_ours(kind: type[Exception]) -> None:
    with CannedServer(answer(200, b"bytes", "application/zip")) as server:
        client = Client(server.url)
        with (
            pytest.raises(CloudError) as caught,
            client.download("/v1/me/export", "application/zip", token="a token"),
        ):
            raise made(kind)
        client.close()
    assert type(caught.value) in (Offline, ServiceAway, BadAnswer, NotSent)
    assert str(caught.value).endswith((".", ").")), caught.value


@pytest.mark.parametrize("proxy", ["socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080"])
def test_a_proxy_that_cannot_be_used_is_named_and_not_a_fault_of_the_program(
    proxy: str, ask: Callable[[str], wire.Health], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Offline, match="proxy that PingToPass cannot use"):
        ask("https://api.example.com")


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_problem_of_the_service_becomes_one_of_ours(code: str, ask: Callable[[str], wire.Health]) -> None:
    status = KINDS[code].status
    kinds: dict[str, type[CloudError]] = {
        "sign_in": SignedOut, "account_gone": AccountGone, "deletion_pending": DeletionPending,
        "slow_down": ServiceAway, "over_quota": ServiceAway, "internal": ServiceAway, "unavailable": ServiceAway,
        "google_away": ServiceAway,
    }  # fmt: skip
    error = refused(problem(status, code, "What it is."), kinds.get(code, Refused), ask)
    if isinstance(error, (Refused, ServiceAway)):
        assert (error.code, str(error)) == (code, "What it is.")
    if isinstance(error, Refused):
        assert error.status == status


@pytest.mark.parametrize("status", [*range(300, 309), *range(400, 432), 451, *range(500, 512), 599])
def test_a_status_without_a_problem_never_signs_out(status: int, ask: Callable[[str], wire.Health]) -> None:
    away = status >= 500 or status in (408, 429)
    kind = ServiceAway if away else Offline if status == 407 else BadAnswer
    refused(answer(status, b"<h1>Welcome to the hotel</h1>", "text/html"), kind, ask)
    whole = problem(status, "sign_in").partition(b"\r\n\r\n")[2]
    refused(answer(status, whole, "application/json"), kind, ask)
    refused(answer(status, b'{"code":"sign_in"', "application/problem+json"), kind, ask)


def test_the_wait_that_the_service_asks_for_is_told(ask: Callable[[str], wire.Health]) -> None:
    def wait(given: bytes) -> int | None:
        error = refused(given, ServiceAway, ask)
        assert isinstance(error, ServiceAway)
        return error.retry_after_s

    assert wait(problem(429, "slow_down", headers=("Retry-After: 17",))) == 17
    assert wait(problem(503, "unavailable", retry_after_s=9)) == 9
    assert wait(problem(503, "unavailable")) is None
    assert wait(answer(503, b"", headers=("Retry-After: 99999999999999999999",))) == 86_400
    assert wait(answer(503, b"", headers=("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT",))) is None


def test_the_day_of_the_deletion_is_told(ask: Callable[[str], wire.Health]) -> None:
    error = refused(problem(403, "deletion_pending", due_at=1_900_000_000_000), DeletionPending, ask)
    assert isinstance(error, DeletionPending)
    assert error.due_at == 1_900_000_000_000


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b'{"status":"ill"}', b"\xff\xfe", b'{"status":' + b"[" * 100_000, b'{"status":1}'],
)
def test_an_answer_that_is_no_message_is_said_to_be_none(content: bytes, ask: Callable[[str], wire.Health]) -> None:
    refused(answer(200, content), BadAnswer, ask)


def test_fields_that_this_version_does_not_know_are_ignored(ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(answer(200, b'{"status":"ok","mood":{"good":[1,2]}}')) as server:
        assert ask(server.url) == wire.Health("ok")


def _endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    sent = 0
    while sent < 64 * MAX_ANSWER_BYTES:
        sent += connection.send(b" " * 65536)
    raise AssertionError("the client read it all")


def test_an_answer_without_end_is_cut_off(ask: Callable[[str], wire.Health]) -> None:
    refused(_endless, BadAnswer, ask)


def test_a_small_answer_that_inflates_to_a_large_one_is_cut_off(ask: Callable[[str], wire.Health]) -> None:
    packed = gzip.compress(b" " * (4 * MAX_ANSWER_BYTES))
    refused(answer(200, packed, headers=("Content-Encoding: gzip",)), BadAnswer, ask)


def test_an_answer_that_is_packed_is_read(ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(answer(200, gzip.compress(b'{"status":"ok"}'), headers=("Content-Encoding: gzip",))) as server:
        assert ask(server.url) == wire.Health("ok")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (b"", ServiceAway),
        (b"HTTP/1.1 200 OK\r\nContent-Le", ServiceAway),
        (b"SSH-2.0-OpenSSH_9.9\r\n", ServiceAway),
        (HEALTHY[:-3], ServiceAway),
        (answer(200, b"no gzip", headers=("Content-Encoding: gzip",)), BadAnswer),
        (answer(200, zlib.compress(b"x" * 99)[:20], headers=("Content-Encoding: deflate",)), BadAnswer),
        (answer(302, headers=("Location: http://127.0.0.1:1/",)), BadAnswer),
        (answer(302, headers=("Location: http://[/",)), BadAnswer),
    ],
)
def test_broken_answers_are_told_apart_from_refusals(
    given: bytes, kind: type[CloudError], ask: Callable[[str], wire.Health]
) -> None:
    refused(given, kind, ask)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    connection.close()


def test_a_connection_that_is_reset_means_offline(ask: Callable[[str], wire.Health]) -> None:
    refused(_reset, Offline, ask)


def test_nobody_listening_means_offline(ask: Callable[[str], wire.Health]) -> None:
    with pytest.raises(Offline, match="takes no connection"):
        ask(f"http://127.0.0.1:{free_port()}")


def test_a_host_that_does_not_exist_means_offline(ask: Callable[[str], wire.Health]) -> None:
    with pytest.raises(Offline):
        ask("https://nowhere.invalid")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this computer trusts, and no other."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    return authority


def server_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_what_this_computer_trusts_is_trusted(authority: trustme.CA, ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(HEALTHY, tls=server_context(authority, "localhost")) as server:
        assert ask(server.url) == wire.Health("ok")


def test_a_certificate_of_somebody_else_is_not_trusted(
    authority: trustme.CA, ask: Callable[[str], wire.Health]
) -> None:
    with CannedServer(HEALTHY, tls=server_context(trustme.CA(), "localhost")) as server:
        with pytest.raises(Offline, match="is not safe: unable to get local issuer certificate"):
            ask(server.url)
        assert server.requests == []


def test_a_certificate_of_another_host_is_not_trusted(authority: trustme.CA, ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(HEALTHY, tls=server_context(authority, "other.example")) as server:
        with pytest.raises(Offline, match=r"is not safe: Hostname mismatch"):
            ask(server.url)
        assert server.requests == []


def test_a_server_without_tls_at_https_means_offline(ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(HEALTHY) as server, pytest.raises(Offline):
        ask(f"https://localhost:{server.port}")


def test_a_request_says_who_asks_and_what(ask: Callable[[str], wire.Health]) -> None:
    with CannedServer(answer(204)) as server:
        client = Client(f"{server.url}/base/")
        client.tell("POST", "/v1/auth/logout", body=wire.Logout("a token"), token="secret")
        client.close()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /base/v1/auth/logout HTTP/1.1"
    assert {f"User-Agent: PingToPass/{__version__}", "Authorization: Bearer secret"} <= set(lines)
    assert {"Content-Type: application/json", "Accept-Encoding: gzip"} <= set(lines)
    assert json.loads(body) == {"refresh_token": "a token", "everywhere": False}


@pytest.mark.parametrize("token", ["two\r\nHost: other", "\0", "a\nb"])
def test_a_token_that_no_header_can_hold_is_not_sent(token: str) -> None:
    with CannedServer(HEALTHY) as server:
        client = Client(server.url)
        with pytest.raises(NotSent):
            client.ask("GET", "/healthz", wire.Health, token=token)
        client.close()
    assert server.requests == []


def test_a_connection_is_kept_and_closing_it_is_no_end() -> None:
    connections: list[socket.socket] = []
    done = Event()

    def two_answers(connection: socket.socket) -> None:
        connections.append(connection)
        kept = HEALTHY.replace(b"Connection: close\r\n", b"")
        connection.sendall(kept)
        if connection.recv(65536):
            connection.sendall(kept)
        done.wait(10)

    with CannedServer(two_answers, HEALTHY) as server:
        client = Client(server.url)
        assert client.ask("GET", "/healthz", wire.Health) == wire.Health("ok")
        assert client.ask("GET", "/healthz", wire.Health) == wire.Health("ok")
        assert len(connections) == 1
        client.close()
        done.set()
        assert client.ask("GET", "/healthz", wire.Health) == wire.Health("ok")
        client.close()
        assert len(server.requests) == 2


def test_nothing_private_is_logged(caplog: pytest.LogCaptureFixture, ask: Callable[[str], wire.Health]) -> None:
    caplog.set_level("DEBUG")
    with CannedServer(problem(409, "stream_changed", "ada@example.org has none")) as server:
        client = Client(server.url)
        body = wire.Logout("refresh-token")
        with pytest.raises(Refused):
            client.ask("GET", "/v1/me", wire.Me, body=body, token="access-token")
        client.close()
    assert "HTTP 409" in caplog.text
    for private in (client.address, "refresh-token", "access-token", "ada@example.org"):
        assert private not in caplog.text


def test_every_error_of_ours_is_drawn_in_the_tree() -> None:
    drawn = errors.__doc__ or ""
    for kind in classes(CloudError):
        assert f" {kind.__name__} " in drawn.replace("\n", " "), kind
