"""How often an address and an account may ask, over a socket and through a proxy."""

from collections.abc import Iterator

import httpx2
import pytest

from sync.edge.limits import network_of
from tests.fakes.service import Account, ServiceProcess, environment
from tests.sync.api.contract import Contract
from tests.sync.api.pushing import body, events
from tests.sync.api.signing import code

ADDRESS, SIGN_IN, ACCOUNT, EXPORT, EVENTS = 20, 5, 10, 2, 30

RATES = {
    "RATE_ADDRESS": f"{ADDRESS}/hour",
    "RATE_SIGN_IN": f"{SIGN_IN}/hour",
    "RATE_ACCOUNT": f"{ACCOUNT}/hour",
    "RATE_EXPORT": f"{EXPORT}/hour",
    "RATE_EVENTS": f"{EVENTS}/hour",
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """Believes a proxy on this machine."""
    settings = environment(tmp_path_factory.mktemp("api"), FORWARDED_ALLOW_IPS="127.0.0.1", **RATES)
    with ServiceProcess(settings) as running:
        yield running


@pytest.fixture
def client(process: ServiceProcess, contract: Contract) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=process.url, trust_env=False) as opened:
        opened.event_hooks["response"] = [httpx2.Response.read, contract.check_read]
        yield opened


@pytest.fixture
def account(process: ServiceProcess) -> Account:
    return process.add_account()


def _from(address: str) -> dict[str, str]:
    """What a proxy says of a learner's address."""
    return {"X-Forwarded-For": address}


def _uses_up(client: httpx2.Client, times: int, method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    """Ask as often as one may, then once more; returns that answer."""
    answers = [client.request(method, path, headers=headers) for _ in range(times)]
    assert 429 not in [answer.status_code for answer in answers]
    return client.request(method, path, headers=headers)


def _is_slowed_down(answer: httpx2.Response) -> bool:
    if answer.status_code != 429:
        return False
    assert code(answer) == "slow_down"
    assert 1 <= int(answer.headers["retry-after"]) <= 3600
    assert answer.json()["retry_after_s"] == int(answer.headers["retry-after"])
    return True


def test_an_address_has_its_rate_whatever_it_asks_for(client: httpx2.Client) -> None:
    mine = _from("192.0.2.1")
    for path in ("/v1/me", "/v1/nothing", "/v1/auth/google", "/v1/me/export"):
        for _ in range(ADDRESS // 4):
            assert client.get(path, headers=mine).status_code != 429
    assert _is_slowed_down(client.get("/v1/me", headers=mine))
    assert _is_slowed_down(client.get("/v1/nothing", headers=mine))
    assert client.get("/v1/me", headers=_from("192.0.2.2")).status_code == 401


def test_operators_are_never_slowed_down(client: httpx2.Client) -> None:
    mine = _from("192.0.2.3")
    assert _is_slowed_down(_uses_up(client, ADDRESS, "GET", "/v1/me", mine))
    for path in ("/healthz", "/readyz", "/.well-known/jwks.json"):
        assert client.get(path, headers=mine).status_code == 200


def test_an_address_signs_in_so_often_and_no_more(client: httpx2.Client) -> None:
    mine = _from("192.0.2.4")
    for _ in range(SIGN_IN):
        assert client.post("/v1/auth/google", content=b"{}", headers=mine).status_code == 400
    assert _is_slowed_down(client.post("/v1/auth/google", content=b"{}", headers=mine))
    assert _is_slowed_down(client.get("/v1/auth/google", headers=mine))
    for path in ("/v1/auth/refresh", "/v1/auth/logout"):  # a school behind one address stays signed in
        assert client.post(path, content=b"{}", headers=mine).status_code == 400
    assert client.post("/v1/auth/google", content=b"{}", headers=_from("192.0.2.5")).status_code == 400


def test_the_addresses_of_one_ipv6_customer_are_one(client: httpx2.Client) -> None:
    for host in range(ADDRESS):
        assert client.get("/v1/me", headers=_from(f"2001:db8:1:1::{host:x}")).status_code == 401
    assert _is_slowed_down(client.get("/v1/me", headers=_from("2001:db8:1:1:ffff::1")))
    assert client.get("/v1/me", headers=_from("2001:db8:1:2::1")).status_code == 401


def test_ipv4_addresses_in_ipv6_are_as_many_as_they_are(client: httpx2.Client) -> None:
    assert _is_slowed_down(_uses_up(client, ADDRESS, "GET", "/v1/me", _from("::ffff:192.0.2.6")))
    assert _is_slowed_down(client.get("/v1/me", headers=_from("192.0.2.6")))
    assert client.get("/v1/me", headers=_from("::ffff:192.0.2.7")).status_code == 401


def test_an_account_has_its_rate_from_all_addresses_together(
    client: httpx2.Client, process: ServiceProcess, account: Account
) -> None:
    for turn in range(ACCOUNT):
        headers = {**account.headers, **_from(f"198.51.100.{turn}")}
        assert client.get("/v1/me", headers=headers).status_code == 200
    headers = {**account.headers, **_from("198.51.100.99")}
    assert _is_slowed_down(client.get("/v1/me", headers=headers))
    assert _is_slowed_down(client.post("/v1/sync", content=b"{}", headers=headers))
    other = process.add_account()
    assert client.get("/v1/me", headers={**other.headers, **_from("198.51.100.99")}).status_code == 200


def test_exports_have_a_rate_of_their_own(client: httpx2.Client, account: Account) -> None:
    headers = {**account.headers, **_from("192.0.2.8")}
    assert _is_slowed_down(_uses_up(client, EXPORT, "GET", "/v1/me/export", headers))
    assert client.get("/v1/me", headers=headers).status_code == 200


def test_events_have_a_rate_of_their_own_and_one_too_many_takes_none(client: httpx2.Client, account: Account) -> None:
    headers = {**account.headers, **_from("192.0.2.9")}

    def push(number: int) -> httpx2.Response:
        sent = body(events(["{}"] * number), account.stream)
        return client.post("/v1/sync", content=sent, headers=headers)

    assert push(EVENTS - 1).json()["head"] == EVENTS - 1
    assert _is_slowed_down(push(2))
    assert push(0).json()["head"] == EVENTS - 1
    assert push(1).json()["head"] == EVENTS
    assert _is_slowed_down(push(1))


def test_without_a_proxy_nobody_believes_what_a_learner_says_of_the_address(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = environment(tmp_path_factory.mktemp("api"), **RATES)
    with ServiceProcess(settings) as process, httpx2.Client(base_url=process.url, trust_env=False) as client:
        for turn in range(ADDRESS):
            assert client.get("/v1/me", headers=_from(f"192.0.2.{turn}")).status_code == 401
        assert _is_slowed_down(client.get("/v1/me", headers=_from("192.0.2.200")))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:1::1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network
