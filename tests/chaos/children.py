"""Child processes of the durability tests: started, read line by line with time-outs, killed at the end."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
"""How long a child may take to its first line: several may start at once on a busy machine."""


class Child:
    """One process of ours. Its stdout is read as lines; its stderr goes to a file."""

    def __init__(self, arguments: Sequence[str], stderr: Path, environment: Mapping[str, str] | None = None) -> None:
        self._stderr = stderr
        self._buffer = b""
        self._is_at_end = False
        with stderr.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **(environment or {})},
            )

    @property
    def errors(self) -> str:
        """What it wrote to stderr, without what Qt says of every window that has no screen."""
        lines = self._stderr.read_text("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if not line.startswith("This plugin does not support"))

    def line(self, timeout_s: float = START_S) -> str | None:
        """The next line; None at the end of its output or after the time-out."""
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if self._is_at_end or not self._wait(max(0.0, left)):
                return None
        text, self._buffer = self._buffer.split(b"\n", 1)
        return text.decode()

    def rest(self) -> list[str]:
        """All whole lines up to the end of its output; for a process that ended or was killed."""
        lines: list[str] = []
        while (line := self.line(10)) is not None:
            lines.append(line)
        return lines

    def kill(self) -> int:
        """SIGKILL. Returns when it is gone, with the monotonic time in ms at which the signal was sent."""
        at = time.monotonic_ns() // 1_000_000
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        return at

    def end(self, timeout_s: float = START_S) -> int:
        """Wait for its own end and return the exit code."""
        return self.process.wait(timeout_s)

    def close(self) -> None:
        self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _wait(self, timeout_s: float) -> bool:
        stdout = self.process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], timeout_s)[0]:
            return False
        chunk = os.read(stdout.fileno(), 1 << 16)
        self._buffer += chunk
        self._is_at_end = not chunk
        return bool(chunk)


class Children:
    """Starts children and sees to it that none is left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[Child] = []
        self._count = 0

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Child:
        """Run ``python ARGUMENTS`` from the root of the repository."""
        self._count += 1
        child = Child(arguments, self._folder / f"stderr-{self._count}.txt", environment)
        self._started.append(child)
        return child

    def window(self, data: Path) -> Child:
        """The program itself, as a learner starts it, without a screen."""
        return self.start("-m", "pingtopass_desktop", "--data-dir", str(data))

    def command(self, data: Path, *arguments: str) -> Child:
        """A command of the command line on a data folder."""
        return self.start("-m", "pingtopass_desktop", "--data-dir", str(data), *arguments)

    def done_with(self, child: Child) -> None:
        child.close()
        self._started.remove(child)

    def close(self) -> None:
        for child in self._started:
            child.close()
        self._started.clear()


def messages(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Lines of JSON. A line that a kill cut in two does not arrive: it was never shown as whole."""
    for line in lines:
        yield json.loads(line)


def logged(data: Path) -> str:
    """Everything in the log of a data folder."""
    files = sorted((data / "logs").glob("pingtopass.log*"), reverse=True)
    return "".join(file.read_text("utf-8") for file in files)
