"""A learner's browser for tests of the sign-in, over real HTTP: it picks an account and ends at the waiting program.

Like a real one it connects ahead without sending anything, and asks the program for an icon. `visit` does it all before
it returns. `Browser.open` returns at once, so that the program can wait for the redirect; `page` waits for what the
learner sees at the end. As a program, for `BROWSER` in the environment of a desktop that is a process of its own:
`python -m tests.fakes.browser EMAIL URL`.
"""

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx2
from msgspec import Struct

MAX_STEPS = 10
_INLINE = ("a", "b", "code", "em", "i", "span", "strong")
"""Elements whose end does not end a word."""
TIMEOUT_S = 30
ICON_TIMEOUT_S = 2


class Page(Struct, frozen=True):
    """Where the learner ended. `text` is what is shown, without what a browser hides; `headers` in lower case."""

    url: str
    status: int
    text: str
    headers: dict[str, str]


class Lost(Exception):
    """The browser could not go on. The message says where it stood."""


class Browser:
    """Opens addresses one after the other, away from the caller's thread. `opened` has them all."""

    def __init__(self, email: str) -> None:
        self.email = email
        self.opened: list[str] = []
        self._pages: list[Future[Page]] = []
        self._tab = ThreadPoolExecutor(1, "browser")

    def open(self, url: str) -> bool:
        """As `webbrowser.open`: true at once, the rest happens elsewhere."""
        self.opened.append(url)
        self._pages.append(self._tab.submit(visit, url, self.email))
        return True

    def page(self) -> Page:
        """What the learner sees at the end of what was opened last. Raises: as `visit`."""
        return self._pages[-1].result(TIMEOUT_S)

    def close(self) -> None:
        self._tab.shutdown()


def visit(url: str, email: str) -> Page:
    """Follow an authorization address to its end: the page of the program, or the one on which the server refuses.

    Raises: Lost, httpx2.TransportError (nobody listens for the redirect).
    """
    home = _loopback_of(url)
    with _connected_ahead(home), httpx2.Client(trust_env=False, verify=False, timeout=TIMEOUT_S) as client:
        answer = client.get(url)
        for _ in range(MAX_STEPS):
            if answer.next_request is not None:
                answer = client.send(answer.next_request)
            elif answer.is_error or _origin(str(answer.url)) == home:
                _ask_for_an_icon(client, home)
                return _shown(answer)
            else:
                answer = _pick(client, answer, email)
    raise Lost(f"still on the way after {MAX_STEPS} steps, at {_origin(str(answer.url))}")


@contextmanager
def _connected_ahead(origin: str) -> Iterator[None]:
    """A connection on which nothing is sent, as Chrome opens them to save time. Nobody has to listen."""
    place = urlsplit(origin)
    try:
        connection = socket.create_connection((place.hostname or "", place.port or 80), TIMEOUT_S)
    except OSError:
        yield
        return
    with closing(connection):
        yield


def _ask_for_an_icon(client: httpx2.Client, origin: str) -> None:
    with suppress(httpx2.TransportError):  # the program may be done and gone
        client.get(f"{origin}/favicon.ico", timeout=ICON_TIMEOUT_S)


def _pick(client: httpx2.Client, answer: httpx2.Response, email: str) -> httpx2.Response:
    """Press the button of the learner's account on a page to choose one."""
    page = _Reader(answer.text)
    for form in page.forms:
        if form.fields.get("email") == email:
            return client.request(form.method, answer.url.join(form.action), data=form.fields)
    raise Lost(f"no account {email} on the page: {page.text}")


def _shown(answer: httpx2.Response) -> Page:
    is_html = answer.headers.get("content-type", "").startswith("text/html")
    text = _Reader(answer.text).text if is_html else answer.text
    return Page(
        str(answer.url), answer.status_code, text, {name.lower(): value for name, value in answer.headers.items()}
    )


def _loopback_of(url: str) -> str:
    """The origin of the program that waits for the redirect."""
    return _origin(parse_qs(urlsplit(url).query)["redirect_uri"][0])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Form(Struct):
    action: str
    method: str
    fields: dict[str, str]


class _Reader(HTMLParser):
    """The forms of a page and the text that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._shown: list[str] = []
        self._hidden_in: str | None = None
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self._shown).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._hidden_in is None and tag in ("head", "title", "script", "style", "template"):
            self._hidden_in = tag
        elif tag == "form":
            self.forms.append(_Form(values.get("action", ""), values.get("method", "get").upper(), {}))
        elif tag == "input" and self.forms and "name" in values:
            self.forms[-1].fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden_in:
            self._hidden_in = None
        if tag not in _INLINE:
            self._shown.append(" ")

    def handle_data(self, data: str) -> None:
        if self._hidden_in is None:
            self._shown.append(data)


if __name__ == "__main__":
    print(visit(sys.argv[2], sys.argv[1]).text)
