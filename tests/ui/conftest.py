"""Windows for tests: offscreen, each on a folder of its own, closed at the end."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.window_account import WindowAccount
from tests.fakes.peers import OAuth2Mock
from tests.fakes.relay import Relay
from tests.fakes.service import ServiceProcess
from tests.ui.window import Window

OpenWindow = Callable[..., Window]


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    """The lanes of a page that is shown without a window."""
    tasks = Tasks(ThreadPoolExecutor(max_workers=1, thread_name_prefix="store"))
    yield tasks
    tasks.close()


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens a window on the test's data folder; again after it was closed."""
    windows: list[Window] = []

    def open_one(
        look: WindowSettings | None = None,
        page: str | None = "practice",
        *,
        keeps_settings: bool = False,
        account: Callable[[Tasks], WindowAccount] | None = None,
    ) -> Window:
        window = Window(qtbot, tmp_path / "data", look, page, keeps_settings=keeps_settings, account=account)
        windows.append(window)
        return window

    yield open_one
    for window in windows:
        window.close()


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """A window on a fresh folder, with the starter bank."""
    return open_window()


@pytest.fixture
def email(request: pytest.FixtureRequest, oauth2_mock: OAuth2Mock) -> str:
    """Of a learner of this test alone."""
    address = f"{abs(hash(request.node.nodeid))}@example.com"
    oauth2_mock.become(address, "Test Learner")
    return address


@pytest.fixture
def relay(service: ServiceProcess) -> Iterator[Relay]:
    with Relay(service.url) as relay:
        yield relay


@pytest.fixture
def let_go() -> Iterator[Event]:
    """What is held goes on when it is set, at the latest at the end of the test."""
    event = Event()
    yield event
    event.set()
