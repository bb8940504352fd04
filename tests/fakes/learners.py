"""Learner files for tests: a store with some answers in it, written by the real store."""

import subprocess
import sys
from pathlib import Path

from pingtopass_desktop.learner.events import Answered, NoteSet
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.clock import ManualClock

_ROOT = Path(__file__).resolve().parents[2]


def answered(question: str, is_correct: bool, number: int = 1) -> Answered:
    """A practice answer."""
    return Answered("attempt", "sitting", "practice", question, 1, ("a",), is_correct, 1500, 1500 * number, "sure")


def write_learner(path: Path, answers: int, *, notes: int = 1, question: str = "q{}") -> None:
    """A learner file with that many practice answers, every third one wrong, and some notes."""
    store = LearnerStore(path, ManualClock())
    try:
        for number in range(1, answers + 1):
            store.record(answered(question.format(number), number % 3 != 0, number))
        for number in range(1, notes + 1):
            store.record(NoteSet(question.format(number), f"my note {number}"))
    finally:
        store.close()


def events_in(path: Path) -> int:
    """How many events a learner file holds, opened as the program opens it."""
    store = LearnerStore(path, ManualClock())
    try:
        store.database.check()
        return store.db.execute("SELECT count(*) FROM events").fetchone()[0]
    finally:
        store.close()


def damage(path: Path, at: float = 0.3) -> None:
    content = bytearray(path.read_bytes())
    start = int(len(content) * at) // 4096 * 4096
    content[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(content)


def die_after_answering(learner: Path) -> None:
    """Answer once more in a process that dies without a goodbye; the answer is in the log only."""
    code = (
        "import os, sys; from pathlib import Path\n"
        "from pingtopass_desktop.learner.journal import LearnerStore\n"
        "from tests.fakes.clock import ManualClock; from tests.fakes.learners import answered\n"
        "LearnerStore(Path(sys.argv[1]), ManualClock()).record(answered('q77', True)); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(learner)], cwd=_ROOT, capture_output=True, check=False)
    assert done.returncode == 9, done.stderr


def files_in(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
