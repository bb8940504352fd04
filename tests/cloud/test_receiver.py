"""The receiver: it waits for one redirect, whatever else browsers and others send to its port."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import httpx2
import pytest

from pingtopass_desktop.cloud.browser_pages import Page, page_answer
from pingtopass_desktop.cloud.errors import Cancelled, SignInFailed, TimedOut
from pingtopass_desktop.cloud.receiver import TURN_S, Receiver, Redirect
from tests.fakes.processes import free_port

STATE = "the-state"
WAIT_S = 20


class Waiting:
    """A receiver that waits on a thread of its own, as it does on the network lane."""

    def __init__(self) -> None:
        self.receiver = Receiver(STATE)
        self.cancel = Event()
        self._lane = ThreadPoolExecutor(1)
        self.redirect: Future[Redirect] = self._lane.submit(self.receiver.wait, self.cancel, 60)

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.receiver.redirect_uri.rsplit(":", 1)[1].strip("/"))

    def finish(self, page: Page = Page.SIGNED_IN) -> Redirect:
        """The redirect, once its browser has its page."""
        redirect = self.redirect.result(WAIT_S)
        self.receiver.answer(page)
        return redirect

    def stop(self) -> None:
        self.cancel.set()
        self._lane.shutdown()
        self.receiver.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, WAIT_S)

    def send(self, request: bytes) -> socket.socket:
        connection = self.connect()
        connection.sendall(request)
        return connection


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    waiting = Waiting()
    yield waiting
    waiting.stop()


def get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def read(connection: socket.socket) -> str:
    """All that comes until the other side ends."""
    with connection:
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received.decode()


REDIRECT = get(f"/?state={STATE}&code=4%2F0AbCd&scope=email%20profile&authuser=0")


def test_the_code_comes_through_and_the_browser_waits_for_what_became_of_it(waiting: Waiting) -> None:
    browser = waiting.send(REDIRECT)
    assert waiting.redirect.result(WAIT_S) == Redirect("4/0AbCd", "")
    browser.setblocking(False)
    with pytest.raises(BlockingIOError):
        browser.recv(1)
    browser.settimeout(WAIT_S)
    waiting.finish()
    page = read(browser)
    assert page.startswith("HTTP/1.1 200 OK\r\n")
    assert "<p>You can close this tab and go back to PingToPass.</p>" in page


def test_a_browser_that_was_told_no_brings_the_error(waiting: Waiting) -> None:
    browser = waiting.send(get(f"/?error=access_denied&state={STATE}"))
    assert waiting.finish(Page.DENIED) == Redirect("", "access_denied")
    assert "You are not signed in" in read(browser)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (get("/favicon.ico"), 404),
        (get(f"/other?state={STATE}&code=x"), 404),
        (get("/"), 400),
        (get("/?code=x"), 400),
        (get("/?state=another&code=x"), 400),
        (get(f"/?state={STATE}x&code=x"), 400),
        (get(f"/?state={STATE}&state={STATE}&code=x"), 400),
        (get(f"/?state={STATE}"), 400),
        (get(f"/?state={STATE}&code="), 400),
        (get(f"/?state={STATE}&code=x&code=y"), 400),
        (get(f"/?state={STATE}&code=x&error=access_denied"), 400),
        (get(f"/?state=%FF%00&code={'&' * 40}"), 400),
        (get("http://[::1/?"), 400),
        (get("/?" + "a=b&" * 40), 400),
        (b"POST /?state=the-state&code=x HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"HEAD /?state=the-state&code=x HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"GET /?state=the-state&code=x HTTP/2\r\n\r\n", 400),
        (b"GET /?state=the-state&code=\xff HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"GET /?state=the-state&code=x HTTP/1.1\r\nCookie: " + b"x" * 20_000, 400),
    ],
)
def test_a_stray_request_is_answered_and_ends_nothing(waiting: Waiting, request_: bytes, status: int) -> None:
    assert read(waiting.send(request_)).startswith(f"HTTP/1.1 {status} ")
    assert not waiting.redirect.done()
    waiting.send(REDIRECT).close()
    assert waiting.finish() == Redirect("4/0AbCd", "")


def test_connections_that_send_nothing_or_half_or_break_hold_up_nobody(waiting: Waiting) -> None:
    silent = [waiting.connect() for _ in range(8)]
    half = [waiting.send(REDIRECT[:cut]) for cut in (1, 20, len(REDIRECT) - 1)]
    for cut in (0, 30):
        broken = waiting.send(REDIRECT[:cut])
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        broken.close()
    assert "404" in read(waiting.send(get("/favicon.ico")))
    browser = waiting.send(REDIRECT)
    assert waiting.finish() == Redirect("4/0AbCd", "")
    assert "You are signed in" in read(browser)
    for connection in (*silent, *half):
        connection.close()


def test_a_connection_that_ends_in_the_middle_is_let_go(waiting: Waiting) -> None:
    half = waiting.send(REDIRECT[:20])
    half.shutdown(socket.SHUT_WR)
    assert read(half) == ""


def test_a_connection_that_was_opened_ahead_is_used_late(waiting: Waiting) -> None:
    ahead = waiting.connect()
    assert "404" in read(waiting.send(get("/favicon.ico")))
    ahead.sendall(REDIRECT)
    assert waiting.finish() == Redirect("4/0AbCd", "")
    assert "You are signed in" in read(ahead)


def test_a_request_that_comes_byte_by_byte_is_read(waiting: Waiting) -> None:
    browser = waiting.connect()
    browser.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in REDIRECT:
        browser.sendall(bytes([byte]))
    assert waiting.finish() == Redirect("4/0AbCd", "")
    assert "You are signed in" in read(browser)


def test_more_connections_than_a_browser_opens_push_out_the_oldest_and_not_the_redirect(waiting: Waiting) -> None:
    crowd = [waiting.connect() for _ in range(200)]
    assert crowd[0].recv(1) == b""
    browser = waiting.send(REDIRECT)
    assert waiting.finish() == Redirect("4/0AbCd", "")
    assert "You are signed in" in read(browser)
    for connection in crowd:
        connection.close()


def test_a_page_that_is_loaded_again_meanwhile_ends_as_the_first_one(waiting: Waiting) -> None:
    closed = waiting.send(REDIRECT)
    waiting.redirect.result(WAIT_S)
    closed.close()
    again = waiting.send(REDIRECT)
    assert waiting.finish() == Redirect("4/0AbCd", "")
    assert "You are signed in" in read(again)


def test_a_tab_that_was_closed_is_no_error(waiting: Waiting) -> None:
    browser = waiting.send(REDIRECT)
    waiting.redirect.result(WAIT_S)
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    browser.close()
    waiting.finish()


def test_cancelling_ends_the_waiting_within_a_tenth_of_a_second(waiting: Waiting) -> None:
    silent = waiting.connect()
    assert "404" in read(waiting.send(get("/favicon.ico")))
    waiting.cancel.set()
    with pytest.raises(Cancelled):
        waiting.redirect.result(WAIT_S)
    assert TURN_S <= 0.1  # it is looked for in every turn
    silent.close()


def test_waiting_ends_when_its_time_is_over() -> None:
    times = iter([0.0, 299.9, 300.0])
    with Receiver(STATE) as receiver, pytest.raises(TimedOut, match="within 5 min"):
        receiver.wait(Event(), 300, lambda: next(times))


def test_only_this_computer_is_listened_to_and_only_over_ipv4(waiting: Waiting) -> None:
    assert waiting.receiver.redirect_uri == f"http://127.0.0.1:{waiting.address[1]}/"
    for host in ("::1", "127.0.0.2", socket.gethostbyname(socket.gethostname())):
        if host != "127.0.0.1":
            with pytest.raises(OSError):  # noqa: PT011  each system says it in its own way
                socket.create_connection((host, waiting.address[1]), 1)


def test_a_given_port_is_used_and_one_that_is_taken_is_said() -> None:
    port = free_port()
    with Receiver(STATE, port) as receiver:
        assert receiver.redirect_uri == f"http://127.0.0.1:{port}/"
        with pytest.raises(SignInFailed, match="could not wait for the browser"):
            Receiver(STATE, port)
    Receiver(STATE, port).close()


def test_nobody_is_listened_to_after_the_end() -> None:
    receiver = Receiver(STATE)
    address = receiver.redirect_uri
    receiver.close()
    with pytest.raises(httpx2.ConnectError), httpx2.Client(trust_env=False) as client:
        client.get(address)


@pytest.mark.parametrize("page", Page)
def test_a_page_loads_nothing_and_leaks_nothing(page: Page) -> None:
    head, _, content = page_answer(page).decode().partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert {"Referrer-Policy: no-referrer", "Cache-Control: no-store", "Connection: close"} <= set(lines)
    assert f"Content-Length: {len(content.encode())}" in lines
    assert "default-src 'none'" in head
    assert "src=" not in content
    assert "url(" not in content
    assert content.count("href=") == 1  # the empty icon, so that none is asked for
    for needed in ('lang="en"', 'name="viewport"', "prefers-color-scheme: dark", page.value[1], page.value[2]):
        assert needed in content
