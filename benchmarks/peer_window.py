"""The peer's window from outside: starts `peer_anki_window.py` with the peer's Python, anew for each measurement."""

import json
import os
import subprocess
from pathlib import Path

from msgspec import Struct

from benchmarks.measure import ROOT, child_environment, progress
from benchmarks.spawn import ready_mib, ready_ms


class Answers(Struct, frozen=True):
    """Milliseconds, one of each for every answer. `frame_waits` is the part of `times` in which the card was in the
    page and the next of 60 frames a second had not begun."""

    times: list[float]
    frame_waits: list[float]


class PeerWindow:
    """Anki's window on a new profile, or on the questions of the bank as notes. `work` is an empty folder; Anki writes
    nothing outside it."""

    def __init__(self, python: str, cache: Path, work: Path, collection: Path) -> None:
        self._command = [python, str(ROOT / "benchmarks" / "peer_anki_window.py")]
        self._cache = cache
        self._new, self._large = work / "new", work / "large"
        self._collection = collection

    def start(self) -> float:
        """Milliseconds from the spawn to the painted decks of a new profile."""
        self._make(self._new)
        return ready_ms([*self._command, str(self._new), "start"], self._environment(self._new))

    def memory(self) -> float:
        """MiB of all its processes at the painted decks, on the large collection."""
        self._make(self._large, str(self._collection))
        return ready_mib([*self._command, str(self._large), "start"], self._environment(self._large))

    def answers(self, count: int) -> Answers:
        """So many answers, each until the next question is painted, on the large collection."""
        self._make(self._large, str(self._collection))
        found = json.loads(self._run(self._large, "answers", str(count)))
        return Answers(found["times"], found["frame_waits"])

    def _make(self, base: Path, *collection: str) -> None:
        if not base.exists():
            base.mkdir(mode=0o700, parents=True)
            self._run(base, "make", *collection)

    def _run(self, base: Path, *arguments: str) -> bytes:
        return subprocess.run(
            [*self._command, str(base), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env=self._environment(base),
            check=True,
        ).stdout

    def _environment(self, base: Path) -> dict[str, str]:
        """All that it and Chromium write goes below its base folder. The key keeps it from talking to an Anki that the
        user of this computer has open."""
        environment = _environment(self._cache)
        for name in ("HOME", "TMPDIR", "TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "XDG_RUNTIME_DIR"):
            environment[name] = str(base)
        environment["ANKI_SINGLE_INSTANCE_KEY"] = f"benchmark{os.getpid()}"
        return environment


def has_window(python: str, cache: Path) -> bool:
    """Whether that Python has Anki's window and not its library alone."""
    if not subprocess.run([python, "-c", "import aqt"], env=_environment(cache), capture_output=True).returncode:
        return True
    progress("the peer has no window (aqt): rows beside Anki's window are left out")
    return False


def _environment(cache: Path) -> dict[str, str]:
    """Of a measured process, without our modules. Chromium's sandbox does not let root in, and hides its processes'
    memory."""
    kept = {name: value for name, value in child_environment(cache).items() if not name.startswith(("XDG_", "ANKI"))}
    del kept["PYTHONPATH"]
    return {**kept, "QTWEBENGINE_DISABLE_SANDBOX": "1"}
