"""That `/openapi.json` is true: what it declares, seen from the code; and what it promises, tried with schemathesis."""

import ast
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

import sync
from sync.app import create
from sync.database.opening import open_database
from sync.edge.problems import KINDS
from sync.settings import Settings
from tests.fakes.counts import IS_SOAK, runs
from tests.fakes.issuer import Issuer
from tests.fakes.service import Account, ServiceProcess, environment
from tests.sync.api.conftest import METRICS_TOKEN
from tests.sync.api.contract import PROBLEM, Contract

EVERYWHERE = {"bad_request", "slow_down", "internal", "unavailable"}
SIGNED_IN = {"sign_in", "account_gone"}
BODY = {"too_many", "unsupported_encoding"}

DECLARED = {
    ("get", "/v1/auth/google"): {"not_configured", "google_away"},
    ("post", "/v1/auth/google"): {
        *BODY, "not_configured", "google_away", "google_token_refused", "nonce_refused", "email_not_verified",
        "account_gone",
    },
    ("post", "/v1/auth/refresh"): {*BODY, *SIGNED_IN},
    ("post", "/v1/auth/logout"): BODY,
    ("get", "/v1/me"): SIGNED_IN,
    ("delete", "/v1/me"): SIGNED_IN,
    ("post", "/v1/me/restore"): SIGNED_IN,
    ("get", "/v1/me/export"): SIGNED_IN,
    ("get", "/v1/me/devices"): SIGNED_IN,
    ("patch", "/v1/me/devices/{session}"): {*SIGNED_IN, *BODY, "deletion_pending", "not_found"},
    ("delete", "/v1/me/devices/{session}"): {*SIGNED_IN, "not_found"},
    ("post", "/v1/sync"): {
        *SIGNED_IN, *BODY, "deletion_pending", "stream_changed", "upgrade_required", "over_quota",
    },
    ("get", "/healthz"): set(),
    ("get", "/readyz"): set(),
    ("get", "/.well-known/jwks.json"): set(),
    ("get", "/metrics"): {"sign_in"},
}  # fmt: skip
"""By operation, the codes beside those of every operation."""


def _operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation for path, found in document["paths"].items() for method, operation in found.items()
    }


def _codes(operation: dict[str, Any]) -> set[str]:
    texts = [each["description"] for status, each in operation["responses"].items() if int(status) >= 400]
    return {code for text in texts for code in text.split()}


def test_every_operation_declares_what_it_answers(contract: Contract) -> None:
    found = {key: _codes(operation) for key, operation in _operations(contract.document).items()}
    assert found == {key: EVERYWHERE | codes for key, codes in DECLARED.items()}


def test_every_problem_is_declared_with_its_status_and_shape(contract: Contract) -> None:
    for operation in _operations(contract.document).values():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert {KINDS[code].status for code in answer["description"].split()} == {int(status)}
                assert answer["content"] == {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_route_is_described(tmp_path: Path, contract: Contract) -> None:
    settings = Settings.from_environment(environment(tmp_path, METRICS_TOKEN=METRICS_TOKEN))
    database = open_database(settings)
    routes = create(settings, database).routes
    asyncio.run(database.close())
    ours = [route for route in routes if isinstance(route, APIRoute)]
    assert {(method.lower(), route.path) for route in ours for method in route.methods or ()} == set(
        _operations(contract.document)
    )
    assert [getattr(route, "path", "") for route in routes if route not in ours] == ["/openapi.json"]


def test_what_wants_a_token_says_so(contract: Contract) -> None:
    for (_, path), operation in _operations(contract.document).items():
        wants = (path.startswith("/v1/") and not path.startswith("/v1/auth/")) or path == "/metrics"
        assert operation.get("security") == ([{"bearer": []}] if wants else None)
        assert [each["name"] for each in operation.get("parameters", [])] == (["session"] if "{" in path else [])
        assert "422" not in operation["responses"]


def _raised() -> dict[str, set[str]]:
    """The codes of the problems that modules of the API raise."""
    found: dict[str, set[str]] = {}
    root = Path(sync.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ServiceError":
                texts = {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)}
                found.setdefault(str(path.relative_to(root)), set()).update(map(str, texts & set(KINDS)))
    return found


def test_every_code_that_is_raised_is_declared_and_every_code_that_exists_is_raised(contract: Contract) -> None:
    raised = set().union(*_raised().values())
    declared = set().union(*map(_codes, _operations(contract.document).values()))
    assert raised == set(KINDS)
    assert declared == set(KINDS) - {"method_not_allowed"}  # no operation, so nowhere to declare it


@pytest.mark.parametrize(
    ("tag", "modules"),
    [
        ("auth", ["auth/google.py", "auth/tokens.py", "auth/service.py"]),
        ("me", ["accounts/service.py", "accounts/endpoints.py"]),
        ("sync", ["events/service.py", "events/endpoints.py"]),
        ("operations", ["ops/endpoints.py"]),
    ],
)
def test_what_a_package_raises_its_operations_declare(contract: Contract, tag: str, modules: list[str]) -> None:
    raised = set().union(*(_raised().get(module, set()) for module in modules)) - {"deletion_pending"}
    tagged = [operation for operation in _operations(contract.document).values() if operation["tags"] == [tag]]
    assert tagged
    assert raised <= set().union(*map(_codes, tagged))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with Issuer() as issuer:
        settings = environment(tmp_path_factory.mktemp("api"), METRICS_TOKEN=METRICS_TOKEN, **issuer.environment)
        with ServiceProcess(settings) as running:
            yield running


@pytest.fixture(scope="module")
def account(process: ServiceProcess) -> Account:
    return process.add_account()


CONFIG = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 415, 426]

[[operations]]
include-path = "/v1/sync"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 403, 409, 413, 426]
"""
"""A schema cannot say of an exchange that its columns have as many values as it has events."""


@pytest.mark.parametrize("whose", ["nobody's", "a learner's"])
def test_schemathesis_finds_no_answer_that_is_not_declared(
    process: ServiceProcess, account: Account, tmp_path: Path, whose: str
) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    is_learner = whose == "a learner's"
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run",
        f"{process.url}/openapi.json", "--no-color", "--continue-on-failure", "--generation-database", "none",
        "--max-examples", str(runs(5, 500)),
        "--phases", "coverage,fuzzing" if is_learner or IS_SOAK else "fuzzing",
        *(["--header", f"Authorization: {account.headers['Authorization']}"] if is_learner else []),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Tested: {len(DECLARED)}\n" in done.stdout
    assert "Traceback" not in process.log.read_text()
