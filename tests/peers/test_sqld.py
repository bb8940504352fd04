"""What the tests of the database rely on in sqld: Hrana over HTTP, exact integers, kill and restart at one address."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.fakes.peers import Sqld, SqldKey


def _run(server: Sqld, *statements: str, token: str | None = None) -> httpx2.Response:
    requests: list[dict[str, Any]] = [{"type": "execute", "stmt": {"sql": sql}} for sql in statements]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"requests": [*requests, {"type": "close"}]}
    return httpx2.post(f"{server.url}/v2/pipeline", json=body, headers=headers, trust_env=False, verify=False)


def _value(server: Sqld, sql: str) -> Any:
    return _run(server, sql).json()["results"][0]["response"]["result"]["rows"][0][0]


def test_sqld_keeps_an_integer_of_64_bits_exact(sqld_server: Sqld) -> None:
    for number in (2**63 - 1, -(2**63), 2**53 + 1):
        assert _value(sqld_server, f"SELECT {number}") == {"type": "integer", "value": str(number)}


@pytest.mark.parametrize("end", [Sqld.kill, Sqld.stop])
def test_sqld_has_what_it_acknowledged_after_its_end(end: Callable[[Sqld], None], sqld_server: Sqld) -> None:
    url = sqld_server.url
    assert _run(sqld_server, "CREATE TABLE t (v)", "INSERT INTO t VALUES (7)").status_code == 200
    end(sqld_server)
    with pytest.raises(httpx2.ConnectError):
        _value(sqld_server, "SELECT v FROM t")

    sqld_server.restart()

    assert sqld_server.url == url
    assert _value(sqld_server, "SELECT v FROM t") == {"type": "integer", "value": "7"}


def test_sqld_with_a_key_wants_its_tokens(locked_sqld: Sqld, sqld_key: SqldKey) -> None:
    assert _run(locked_sqld, "SELECT 1").status_code == 401
    assert _run(locked_sqld, "SELECT 1", token=SqldKey().token()).status_code == 401
    assert _run(locked_sqld, "SELECT 1", token=sqld_key.token(lifetime_s=-3600)).status_code == 401
    assert _run(locked_sqld, "SELECT 1", token=sqld_key.token()).status_code == 200


def test_a_token_to_read_may_not_write(locked_sqld: Sqld, sqld_key: SqldKey) -> None:
    assert _run(locked_sqld, "CREATE TABLE t (v)", token=sqld_key.token("ro")).status_code == 403
    assert _run(locked_sqld, "SELECT 1", token=sqld_key.token("ro")).status_code == 200
