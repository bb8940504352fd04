"""Fixtures of the servers in tests/fakes/peers.py. The OAuth servers run once a session, reset for every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes import peers
from tests.fakes.browser import Browser
from tests.fakes.peers import EmulatedGoogle, OAuth2Mock, OAuthServer, Sqld, SqldKey


@pytest.fixture(scope="session")
def running_oauth2_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OAuth2Mock]:
    """Use `oauth2_mock`: this one keeps what other tests did to it."""
    with peers.oauth2_mock(tmp_path_factory.mktemp("oauth2-mock")) as server:
        yield server


@pytest.fixture(scope="session")
def running_google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedGoogle]:
    """Use `emulated_google`: this one keeps what other tests did to it."""
    with peers.emulated_google(tmp_path_factory.mktemp("google")) as server:
        yield server


@pytest.fixture
def oauth2_mock(running_oauth2_mock: OAuth2Mock) -> OAuth2Mock:
    """The server that breaks on command; Ada signs in and nothing is broken."""
    running_oauth2_mock.reset()
    return running_oauth2_mock


@pytest.fixture
def emulated_google(running_google: EmulatedGoogle) -> EmulatedGoogle:
    """The server with a page to pick an account; any redirect to a port that the system gave is registered."""
    running_google.reset()
    return running_google


@pytest.fixture(params=["oauth2_mock", "emulated_google"])
def oauth_server(request: pytest.FixtureRequest) -> OAuthServer:
    """Each of the two OAuth servers: the test runs twice."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def new_browser() -> Iterator[Callable[[str], Browser]]:
    """Makes a learner's browser for an address. What it does has ended when the test ends."""
    made: list[Browser] = []

    def make(email: str) -> Browser:
        made.append(Browser(email))
        return made[-1]

    yield make
    for browser in made:
        browser.close()


@pytest.fixture
def sqld_server(tmp_path: Path) -> Iterator[Sqld]:
    """An sqld of this test alone that wants no token."""
    with peers.sqld(tmp_path / "sqld") as server:
        yield server


@pytest.fixture
def sqld_key() -> SqldKey:
    return SqldKey()


@pytest.fixture
def locked_sqld(tmp_path: Path, sqld_key: SqldKey) -> Iterator[Sqld]:
    """An sqld of this test alone that wants tokens of `sqld_key`."""
    with peers.sqld(tmp_path / "locked sqld", sqld_key) as server:
        yield server


@pytest.fixture
def new_sqld(tmp_path: Path) -> Iterator[Callable[[], Sqld]]:
    """Starts as many as a test needs."""
    with ExitStack() as running:
        count = iter(range(100))
        yield lambda: running.enter_context(peers.sqld(tmp_path / f"sqld-{next(count)}"))
