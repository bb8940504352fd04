"""The API as a process that trusts one of two OAuth servers, and desktops that sign in to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.browser import Browser
from tests.fakes.desktop import Desktop
from tests.fakes.peers import EmulatedGoogle, OAuth2Mock, OAuthServer
from tests.fakes.service import ServiceProcess, environment


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The OAuth servers of tests speak no TLS, which oauthlib takes in tests only."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def _service(folder: Path, server: OAuthServer) -> ServiceProcess:
    google = {
        "GOOGLE_CLIENT_ID": server.client_id,
        "GOOGLE_CLIENT_SECRET": server.client_secret,
        "GOOGLE_DISCOVERY_URL": server.discovery_url,
    }
    return ServiceProcess(environment(folder, **google))


@pytest.fixture(scope="session")
def running_mock_service(
    running_oauth2_mock: OAuth2Mock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    with _service(tmp_path_factory.mktemp("service"), running_oauth2_mock) as service:
        yield service


@pytest.fixture(scope="session")
def running_google_service(
    running_google: EmulatedGoogle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    with _service(tmp_path_factory.mktemp("service"), running_google) as service:
        yield service


@pytest.fixture
def service(oauth2_mock: OAuth2Mock, running_mock_service: ServiceProcess, plain_http: None) -> ServiceProcess:
    """The API that trusts the OAuth server that breaks on command; its accounts stay from test to test."""
    return running_mock_service


@pytest.fixture
def each_service(oauth_server: OAuthServer, request: pytest.FixtureRequest, plain_http: None) -> ServiceProcess:
    """The API that trusts `oauth_server`: the test runs twice."""
    name = "running_google_service" if isinstance(oauth_server, EmulatedGoogle) else "running_mock_service"
    return request.getfixturevalue(name)


@pytest.fixture
def new_desktop(new_browser: Callable[[str], Browser]) -> Iterator[Callable[[str], Desktop]]:
    """Starts the program on a new computer, for a service at an address."""
    with ExitStack() as running:

        def start(url: str) -> Desktop:
            desktop = Desktop(url, new_browser)
            running.callback(desktop.close)
            desktop.start()
            return desktop

        yield start
