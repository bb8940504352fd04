"""What tests of the API share: a service in this process whose every answer is compared with its OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sync.app import create
from sync.database.opening import open_database
from sync.edge.clock import clock_ms
from sync.settings import Settings
from tests.fakes import peers
from tests.fakes.issuer import Issuer
from tests.fakes.peers import Sqld
from tests.fakes.service import Account, ServiceHere, environment
from tests.sync.api.contract import Contract

METRICS_TOKEN = "a metrics token of tests, of nothing else"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def service_settings() -> dict[str, str]:
    """More settings of `service`; a module or a test has its own."""
    return {}


@pytest.fixture
async def service(tmp_path: Path, service_settings: dict[str, str], contract: Contract) -> AsyncIterator[ServiceHere]:
    """The API in this process on a SQLite file, with a clock that stands still."""
    settings = Settings.from_environment(environment(tmp_path, METRICS_TOKEN=METRICS_TOKEN, **service_settings))
    async with ServiceHere(settings, [clock_ms()]) as running:
        running.client.event_hooks["response"].append(contract.check)
        yield running


@pytest.fixture
def new_service(tmp_path: Path) -> Callable[..., ServiceHere]:
    """Makes a service with settings of the test's own; its answers are not compared."""
    return lambda **settings: ServiceHere(Settings.from_environment(environment(tmp_path, **settings)))


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The OpenAPI document of the API."""
    settings = Settings.from_environment(environment(tmp_path_factory.mktemp("api"), METRICS_TOKEN=METRICS_TOKEN))
    database = open_database(settings)
    try:
        return Contract(create(settings, database).openapi())
    finally:
        asyncio.run(database.close())


@pytest.fixture
async def ada(service: ServiceHere) -> Account:
    return await service.add_account(email="ada@example.com")


@pytest.fixture
async def grace(service: ServiceHere) -> Account:
    return await service.add_account(email="grace@example.com")


@pytest.fixture(scope="session")
def shared_sqld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sqld]:
    """An sqld for tests that keep to accounts of their own. None may stop it."""
    with peers.sqld(tmp_path_factory.mktemp("sqld")) as server:
        yield server


@pytest.fixture(params=["file", "sqld"])
def on_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings that name each database in turn, for `service_settings`."""
    return {} if request.param == "file" else {"TURSO_DATABASE_URL": request.getfixturevalue("shared_sqld").url}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as running:
        yield running
