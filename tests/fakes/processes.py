"""Servers of others as processes on loopback: started, waited for until they answer, and stopped."""

import json
import os
import random
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest

PEERS = Path(__file__).resolve().parents[1] / "peers"
START_S = 30
"""How long a peer may take until it answers: several may start at once on a busy machine."""
ANSWER_S = 10
_POLL_S = 0.02


class PeerBroken(Exception):
    """A peer did not start or refused a command. The message has its log."""


def node_peer(script: str, *arguments: str) -> list[str]:
    """The command of a peer written in JavaScript. Skips where the peers are not installed."""
    node = shutil.which("node")
    if node is None or not peers_are_installed():
        peer_is_missing(script)
    return [node, str(PEERS / script), *arguments]


def peers_are_installed() -> bool:
    """Whether `make peers` was run."""
    return shutil.which("node") is not None and (PEERS / "node_modules" / "oauth2-mock-server").is_dir()


def peer_is_missing(name: str, how: str = "install Node.js 18 or newer with npm and run `make peers`") -> NoReturn:
    """Skip on a developer's machine; fail where everything must be there."""
    message = f"the test peer {name} is not installed: {how}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, below those that systems give to outgoing connections: one of those
    could be taken while a server restarts, and a client that retries could even connect to itself."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Process:
    """One server. Its stderr, and its stdout where that is no channel for answers, go to a log that is kept."""

    def __init__(self, log: Path, is_ready: Callable[[], bool]) -> None:
        self.log = log
        self._is_ready = is_ready
        self._running: subprocess.Popen[bytes] | None = None
        self._buffer = b""

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def start(
        self, command: Sequence[str], *, takes_commands: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start it and return when it answers. Raises: PeerBroken."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._buffer = b""
        channel = subprocess.PIPE if takes_commands else subprocess.DEVNULL
        with self.log.open("ab") as log:
            output = subprocess.PIPE if takes_commands else log
            self._running = subprocess.Popen(
                command, stdin=channel, stdout=output, stderr=log, cwd=self.log.parent, env=environment
            )
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self._has_ended(_POLL_S) or time.monotonic() > deadline:
                self.kill()
                raise PeerBroken(f"{Path(command[0]).name} does not answer:\n{self.logged()}")

    def command(self, message: Mapping[str, Any]) -> None:
        """Have a peer that takes commands carry one out. Raises: PeerBroken."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(message).encode() + b"\n")
        stdin.flush()
        answer = json.loads(self.line())
        if not answer["ok"]:
            raise PeerBroken(answer["error"])

    def line(self) -> bytes:
        """The next line of its stdout. Raises: PeerBroken."""
        stdout = self._process.stdout
        assert stdout is not None
        deadline = time.monotonic() + ANSWER_S
        while b"\n" not in self._buffer:
            is_readable = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]
            chunk = os.read(stdout.fileno(), 1 << 16) if is_readable else b""
            if not chunk:
                raise PeerBroken(f"no answer from the peer:\n{self.logged()}")
            self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def stop(self) -> int | None:
        """SIGTERM, and SIGKILL where that does not help. Returns its exit code."""
        if self._running is None:
            return None
        self._running.terminate()
        self._has_ended(ANSWER_S)
        code = self._running.poll()
        self.kill()
        return code

    def kill(self) -> None:
        """SIGKILL. Returns when it is gone."""
        if self._running is None:
            return
        self._running.kill()
        self._running.wait(ANSWER_S)
        for channel in (self._running.stdin, self._running.stdout):
            if channel is not None:
                channel.close()
        self._running = None

    def logged(self) -> str:
        return self.log.read_text("utf-8", "replace")[-4000:]

    @property
    def _process(self) -> subprocess.Popen[bytes]:
        assert self._running is not None, "the peer is not running"
        return self._running

    def _has_ended(self, timeout_s: float) -> bool:
        """Wait for its end."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True


def answers(url: str) -> bool:
    """Whether a GET of an address is answered with success."""
    try:
        return httpx2.get(url, trust_env=False, verify=False, timeout=ANSWER_S).is_success
    except httpx2.TransportError:
        return False
