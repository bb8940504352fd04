"""What the service writes down: its log, as in production, after everything was done that can be done; its metrics."""

import json
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
import trustme
from msgspec import json as msgspec_json
from msgspec import to_builtins
from prometheus_client.parser import text_string_to_metric_families

from sync.wire import DeviceLabel, GoogleSignIn, SignedIn
from tests.fakes.issuer import Broken, Issuer
from tests.fakes.service import Account, ServiceHere, ServiceProcess, environment
from tests.sync.api.conftest import METRICS_TOKEN
from tests.sync.api.pushing import body, events
from tests.sync.api.signing import bearer, code
from tests.sync.api.sockets import connected, head

EMAIL, NAME, DEVICE = "ada.recognisable@example.com", "Ada Recognisable", "Recognisable laptop"
ADDRESS, NOTE = "203.0.113.77", "recognisable note"


class InProduction(ServiceProcess):
    """Its learners would come through a proxy that speaks TLS; these tests are the proxy."""

    def __init__(self, settings: dict[str, str]) -> None:
        super().__init__(settings)
        self.environment |= {"ENVIRONMENT": "production", "SITE_URL": "https://api.example.org"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    """Over TLS, as production wants it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with Issuer(tls=tls) as running:
        yield running


@pytest.fixture
def process(tmp_path: Path, issuer: Issuer) -> Iterator[ServiceProcess]:
    settings = environment(
        tmp_path, **issuer.environment, METRICS_TOKEN=METRICS_TOKEN, FORWARDED_ALLOW_IPS="127.0.0.1",
        SSL_CERT_FILE=str(tmp_path / "authority.pem"), RATE_EXPORT="2/hour",
    )  # fmt: skip
    with InProduction(settings) as running:
        yield running


class Learner:
    """Does everything once, rightly and wrongly, and remembers what must not be written down."""

    def __init__(self, process: ServiceProcess, issuer: Issuer) -> None:
        self.client = httpx2.Client(
            base_url=process.url, trust_env=False,
            headers={"X-Forwarded-For": ADDRESS, "User-Agent": "Recognisable agent"},
        )  # fmt: skip
        self._issuer = issuer
        self.secrets = [EMAIL, NAME, DEVICE, ADDRESS, NOTE, "Recognisable agent", "recognisable", METRICS_TOKEN]

    def sign_in(self, **changes: Any) -> SignedIn | None:
        start = self.client.get("/v1/auth/google").json()
        claims = {"email": EMAIL, "name": NAME, **changes}
        token = self._issuer.id_token(start["nonce"], **claims)
        request = GoogleSignIn(token, start["nonce"], DeviceLabel(DEVICE, "Recognisable OS"))
        self.secrets += [start["nonce"], token]
        answer = self.client.post("/v1/auth/google", json=to_builtins(request))
        if answer.status_code != 200:
            return None
        signed_in = msgspec_json.decode(answer.content, type=SignedIn)
        self.secrets += [signed_in.tokens.access_token, signed_in.tokens.refresh_token, signed_in.me.id]
        self.secrets += [signed_in.session]
        return signed_in

    def statuses(self, signed_in: SignedIn) -> list[int]:
        """Of all the requests that a signed-in learner can make."""
        mine = bearer(signed_in.tokens.access_token)
        here = f"/v1/me/devices/{signed_in.session}"
        note = json.dumps({"text": NOTE})
        stream = self.client.post("/v1/sync", content=body([], None), headers=mine).json()["stream"]
        self.secrets.append(stream)
        noise = [json.dumps(Random(index).randbytes(8_000).hex()) for index in range(300)]
        requests: list[tuple[str, str, Any]] = [
            ("GET", "/v1/me", None),
            ("GET", "/v1/me/devices", None),
            ("PATCH", here, json.dumps({"name": DEVICE})),
            ("PATCH", here, json.dumps({"name": EMAIL * 10})),
            ("PATCH", f"/v1/me/devices/{EMAIL}", json.dumps({"name": DEVICE})),
            ("POST", "/v1/sync", body(events([note]), stream)),
            ("POST", "/v1/sync", body(events([note]), "another stream")),
            ("POST", "/v1/sync", json.dumps({"p": EMAIL})),
            ("POST", "/v1/sync", b"no JSON of " + EMAIL.encode()),
            *[("POST", "/v1/sync", body(events(noise[start : start + 60]), stream)) for start in range(0, 300, 60)],
            ("GET", "/v1/me/export", None),
            ("GET", f"/v1/me?email={EMAIL}", None),
            ("GET", f"/v1/me/{EMAIL}", None),
            ("PUT", f"/v1/me/devices/{EMAIL}", None),
            ("DELETE", "/v1/me", None),
            ("POST", "/v1/sync", body(events([note]), stream)),
            ("POST", "/v1/me/restore", None),
            ("GET", "/v1/me/export", None),
            ("GET", "/v1/me/export", None),
        ]
        answers = [self.client.request(verb, path, content=sent, headers=mine) for verb, path, sent in requests]
        return [answer.status_code for answer in answers]


def test_the_log_of_everything_names_nobody(process: ServiceProcess, issuer: Issuer) -> None:
    learner = Learner(process, issuer)
    signed_in = learner.sign_in()
    assert signed_in is not None
    assert learner.sign_in(email_verified=False) is None
    assert learner.sign_in(aud=EMAIL) is None
    statuses = learner.statuses(signed_in)
    pushes = [200] * 5
    assert statuses[:9] == [200, 200, 200, 400, 404, 200, 409, 400, 400]
    assert statuses[9:] == [*pushes, 200, 200, 404, 405, 200, 403, 200, 200, 429]
    for attempt in ("attempt-number-one", "attempt-number-two"):
        learner.client.post(
            "/v1/auth/refresh", json={"refresh_token": signed_in.tokens.refresh_token, "attempt": attempt}
        )
    learner.client.get("/v1/me", headers=bearer(signed_in.tokens.access_token + EMAIL))
    learner.client.get("/metrics", headers=bearer(METRICS_TOKEN))
    issuer.broken["/keys"] = Broken(500, EMAIL.encode())
    again = learner.sign_in()
    assert again is not None
    with connected(process.port) as connection:
        connection.sendall(head("POST", "/v1/sync", f"Authorization: Bearer {EMAIL}", "Content-Length: 9"))
    _break_the_database(process)
    broken = learner.client.get("/v1/me", headers=bearer(again.tokens.access_token))
    assert broken.status_code == 500
    assert broken.json() == {
        "type": "about:blank", "title": "Something went wrong here", "status": 500, "code": "internal",
        "detail": "The request id helps to find out why.", "request_id": broken.headers["x-request-id"],
    }  # fmt: skip
    found = [line for line in process.run("grant-admin", EMAIL).stdout.splitlines() if EMAIL in line]
    assert process.stop() is not None
    learner.client.close()

    log = process.log.read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert found == []
    for secret in learner.secrets:
        assert secret not in log
    assert EMAIL.split("@")[0] not in log.lower()
    assert {line["logger"] for line in lines} == {"uvicorn.error", "sync.requests"}
    routes = {line["route"] for line in lines if "route" in line}
    assert routes >= {"/v1/me/export", "/v1/me/devices/{session}", "/v1/sync", "unmatched"}
    [slow] = [line for line in lines if line.get("route") == "/v1/me/export" and line["status"] == 200][:1]
    assert (slow["event"], slow["level"]) == ("slow request", "warning")
    assert slow["ms"] > 100
    [failed] = [line for line in lines if line["event"] == "request failed"]
    assert failed["request_id"] == broken.headers["x-request-id"]
    assert "DatabaseFault" in failed["exception"]


def _break_the_database(process: ServiceProcess) -> None:
    with sqlite3.connect(process.settings.accounts_file) as connection:
        connection.execute("ALTER TABLE sessions RENAME TO elsewhere")
    connection.close()


async def _metrics(service: ServiceHere) -> dict[tuple[str, ...], float]:
    """By name and labels."""
    answer = await service.client.get("/metrics", headers=bearer(METRICS_TOKEN))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.anyio
async def test_metrics_are_by_template_and_name_nobody(service: ServiceHere, ada: Account) -> None:
    for session in (ada.session, "one-that-is-not-there"):
        await service.client.patch(f"/v1/me/devices/{session}", json={"name": "Name"}, headers=ada.headers)
    await service.client.get(f"/v1/people/{ada.user}")
    await service.client.request("BREW", "/v1/me")
    sent = events(["{}", "{}", "no JSON"])
    for part in (sent, sent[:1]):  # what comes again is not counted again
        await service.client.post("/v1/sync", content=body(part, ada.stream), headers=ada.headers)
    await service.client.get("/v1/auth/google")

    found = await _metrics(service)

    requests = {labels: value for (name, *labels), value in found.items() if name == "pingtopass_requests_total"
                for labels in [tuple(labels)]}  # fmt: skip
    assert requests == {
        ("method=PATCH", "route=/v1/me/devices/{session}", "status=200"): 1,
        ("method=PATCH", "route=/v1/me/devices/{session}", "status=404"): 1,
        ("method=GET", "route=unmatched", "status=404"): 1,
        ("method=other", "route=/v1/me", "status=405"): 1,
        ("method=POST", "route=/v1/sync", "status=200"): 2,
        ("method=GET", "route=/v1/auth/google", "status=404"): 1,
    }
    assert found["pingtopass_events_total", "outcome=stored"] == 2
    assert found["pingtopass_events_total", "outcome=refused"] == 1
    assert found["pingtopass_request_seconds_count", "method=POST", "route=/v1/sync"] == 2
    for label in (part for key in found for part in key):
        assert ada.user not in label
        assert ada.session not in label


@pytest.mark.anyio
async def test_metrics_want_their_token(service: ServiceHere, ada: Account) -> None:
    guesses = ["", "guessed", METRICS_TOKEN[:-1], METRICS_TOKEN + "x", METRICS_TOKEN.upper(), ada.token]
    for headers in ({}, *map(bearer, guesses)):
        answer = await service.client.get("/metrics", headers=headers)
        assert (answer.status_code, code(answer)) == (401, "sign_in")


@pytest.mark.anyio
async def test_the_metrics_token_opens_nothing_else(service: ServiceHere) -> None:
    assert code(await service.client.get("/v1/me", headers=bearer(METRICS_TOKEN))) == "sign_in"


@pytest.mark.anyio
async def test_without_a_token_there_are_no_metrics(new_service: Callable[..., Any]) -> None:
    async with new_service() as service:
        answer = await service.client.get("/metrics", headers=bearer(""))
        assert (answer.status_code, code(answer)) == (404, "not_found")
        assert "/metrics" not in (await service.client.get("/openapi.json")).json()["paths"]


@pytest.mark.anyio
async def test_sign_ins_are_counted_by_outcome(new_service: Callable[..., Any]) -> None:
    with Issuer() as issuer:
        async with new_service(METRICS_TOKEN=METRICS_TOKEN, **issuer.environment) as service:
            changed: list[dict[str, Any]] = [{}, {}, {"email_verified": False}, {"aud": "x"}]
            for changes in changed:
                nonce = (await service.client.get("/v1/auth/google")).json()["nonce"]
                request = GoogleSignIn(issuer.id_token(nonce, **changes), nonce, DeviceLabel("a", "b"))
                await service.client.post("/v1/auth/google", json=to_builtins(request))
            found = await _metrics(service)
    sign_ins = {key[1]: value for key, value in found.items() if key[0] == "pingtopass_sign_ins_total"}
    assert sign_ins == {"outcome=ok": 2, "outcome=email_not_verified": 1, "outcome=google_token_refused": 1}
