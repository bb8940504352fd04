"""The peer from outside: starts `peer_anki.py` with the peer's own Python and asks it for one measurement at a time."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bank import published
from benchmarks.measure import ROOT, progress


class Peer:
    """A running peer. Each method returns milliseconds."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def answer(self) -> float:
        """Answer one card durably."""
        return self._ask("answer")

    def next(self) -> float:
        """Answer one card durably, fetch the next and render its question."""
        return self._ask("next")

    def search(self, word: str) -> float:
        """Find all notes with a word."""
        return self._ask("search", word)

    def draw(self) -> float:
        """Make a filtered deck of 65 cards."""
        return self._ask("draw")

    def graphs(self) -> float:
        """Work out the statistics of 500,000 reviews; the first call writes them, which takes a while."""
        return self._ask("graphs")

    def bring(self, count: int) -> float:
        """Import so many notes from a table into a new collection."""
        return self._ask("import", str(count))

    def read(self) -> Any:
        """The next line. Raises: RuntimeError where the peer has ended; its error is on stderr."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the peer ended")
        return json.loads(line)

    def _ask(self, *request: str) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self.read()


@contextmanager
def running(python: str, cache: Path, work: Path, size: int) -> Iterator[Peer]:
    """Start the peer on the questions of the bank of so many as notes: the stem in front, the explanation behind."""
    progress(f"the peer gets {size:,} notes; the first time takes minutes")
    work.mkdir()
    notes = cache / f"notes-{size}.jsonl"
    if not notes.exists():
        _write_notes(published(size, cache).pack, notes)
    command = [python, str(ROOT / "benchmarks" / "peer_anki.py"), str(notes), str(collection(cache, size))]
    with subprocess.Popen(
        [*command, str(work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        peer = Peer(process)
        peer.read()
        yield peer
        assert process.stdin is not None
        process.stdin.close()


def collection(cache: Path, size: int) -> Path:
    """The questions of the bank of so many as a collection of Anki's; it is there once a peer was `running`."""
    return cache / f"notes-{size}.anki2"


def _write_notes(pack: Path, target: Path) -> None:
    db = sqlite3.connect(f"file:{pack}?mode=ro&immutable=1", uri=True)
    with target.open("w", encoding="utf-8") as file:
        options = "(SELECT group_concat(answer.value ->> 'text', ' · ') FROM json_each(answers) AS answer)"
        for row in db.execute(f"SELECT text || ' ' || {options}, explanation FROM questions"):
            file.write(json.dumps(row) + "\n")
    db.close()
