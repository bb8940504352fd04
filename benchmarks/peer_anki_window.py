"""Anki's window as the peer, in a process of its own and run by its own Python; imports nothing of ours.

Usage: ``peer_anki_window.py BASE make [COLLECTION]`` makes a base folder with one profile and a copy of the collection.
``BASE start`` says "ready" when the decks are painted; it closes the window when a line or the end comes on stdin.
``BASE answers COUNT`` prints JSON: ``times``, the milliseconds from the key that answers to the painted next question,
and ``frame_waits``, the part of each in which the card was in the page and the next frame had not begun.

The profile has no account and looks for no updates, so that nothing is asked and nothing is fetched. What Anki itself
prints goes to a file in BASE.
"""

import faulthandler
import json
import os
import shutil
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import aqt  # pyright: ignore[reportMissingImports]
from aqt import gui_hooks  # pyright: ignore[reportMissingImports]
from aqt.profiles import ProfileManager, VideoDriver  # pyright: ignore[reportMissingImports]
from PyQt6.QtCore import QEventLoop, Qt, QTimer  # pyright: ignore[reportMissingImports]

_PROFILE = "benchmark"
_DECK = 1
_LONGEST_S = 120
"""A window that shows nothing for so long, a dialog for instance, ends with a traceback."""

_SETTLE_MS = 100
"""Before a key, so that nothing is still on its way."""

_MARK = "benchmark:"
_WHEN_PAINTED = """
(window._queueAction || (action => action()))(() => {
    const changed = performance.now();
    requestAnimationFrame(() => {
        const waited = performance.now() - changed;
        const painted = new MessageChannel();
        painted.port1.onmessage = () => pycmd("%s" + JSON.stringify([document.body.innerText.trim().length, waited]));
        painted.port2.postMessage(null);
    });
});
"""
"""In the reviewer it takes its turn behind the card in the page's own queue. The callback begins the frame that has the
card, in which the page is laid out and painted; the message comes right behind that frame. What the compositor then
does to bring it to the screen is not measured. Chromium begins 60 frames a second."""


class Window:
    """Anki's window, started as usual. A wait that takes too long ends the process; `errors` gets a traceback."""

    def __init__(self, errors: TextIO) -> None:
        self._errors = errors
        self._awaited = ""
        self.frame_wait_ms = 0.0
        """Of what was painted last: how long the page, changed already, waited for its frame."""
        self._letters = 0
        gui_hooks.deck_browser_did_render.append(lambda browser: self._ask("decks"))
        gui_hooks.reviewer_did_show_question.append(lambda card: self._ask("question"))
        gui_hooks.reviewer_did_show_answer.append(lambda card: self._ask("answer"))
        gui_hooks.webview_did_receive_js_message.append(self._receive)
        self.application = aqt._run(exec=False)
        self._loop = QEventLoop()

    def wait_painted(self, what: str) -> None:
        """Until the decks, a question or an answer is painted. Raises: RuntimeError where the page has no text."""
        faulthandler.dump_traceback_later(_LONGEST_S, exit=True, file=self._errors)
        self._awaited = f"{_MARK}{what}:"
        self._loop.exec()
        if self._letters == 0:
            raise RuntimeError(f"{what}: an empty page")

    def settle(self) -> None:
        QTimer.singleShot(_SETTLE_MS, self._loop.quit)
        self._loop.exec()

    def close(self) -> None:
        aqt.mw.close()
        self.application.exec()

    def _ask(self, what: str) -> None:
        aqt.mw.web.eval(_WHEN_PAINTED % f"{_MARK}{what}:")

    def _receive(self, handled: Any, message: str, context: object) -> Any:
        if not message.startswith(_MARK):
            return handled
        if self._awaited and message.startswith(self._awaited):
            self._letters, self.frame_wait_ms = json.loads(message.removeprefix(self._awaited))
            self._awaited = ""
            self._loop.quit()
        return True, None


def make(base: Path, collection: Path | None) -> None:
    """As it is after a first run: a language is chosen, there is a profile; without a graphics card for drawing."""
    manager = ProfileManager(ProfileManager.get_created_base_folder(str(base)))
    manager.setupMeta()
    manager.meta.update(firstRun=False, defaultLang="en_US", check_for_updates=False, check_for_addon_updates=False)
    manager.create(_PROFILE)
    manager.load(_PROFILE)
    manager.profile.update(autoSync=False, syncMedia=False)
    manager.save()
    manager.set_video_driver(VideoDriver.Software)
    if collection is not None:
        shutil.copyfile(collection, manager.collectionPath())
    manager.db.close()


def answers(window: Window, count: int) -> dict[str, list[float]]:
    aqt.mw.col.decks.select(_DECK)
    aqt.mw.moveToState("review")
    window.wait_painted("question")
    times, frame_waits = [], []
    for _ in range(count):
        times.append(_until_next(window))
        frame_waits.append(window.frame_wait_ms)
    return {"times": times, "frame_waits": frame_waits}


def _until_next(window: Window) -> float:
    """Milliseconds from the key for "good" until another card's question is painted; the answer is shown before."""
    reviewer = aqt.mw.reviewer
    before = reviewer.card.id
    _press(Qt.Key.Key_Space)
    window.wait_painted("answer")
    window.settle()
    started = time.perf_counter_ns()
    _press(Qt.Key.Key_3)
    window.wait_painted("question")
    elapsed_ms = (time.perf_counter_ns() - started) / 1e6
    if reviewer.card.id == before or reviewer.state != "question":
        raise RuntimeError("the same card is still there")
    return elapsed_ms


def _press(key: Any) -> None:
    from PyQt6.QtTest import QTest  # pyright: ignore[reportMissingImports]

    QTest.keyClick(aqt.mw.app.focusWidget() or aqt.mw, key)


def main() -> None:
    """Do what the command line asks for."""
    base, what, *rest = sys.argv[1:]
    sys.argv[1:] = ["--base", base, "--profile", _PROFILE]
    said, errors = os.dup(1), os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8")
    prints = os.open(Path(base) / "prints.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(prints, 1)
    os.dup2(prints, 2)
    sys.excepthook = partial(traceback.print_exception, file=errors)  # Anki's writes to a dialog that no one sees
    if what == "make":
        make(Path(base), Path(rest[0]) if rest else None)
        return
    window = Window(errors)
    window.wait_painted("decks")
    if what == "start":
        os.write(said, b"ready\n")
        sys.stdin.buffer.readline()  # who looks at the process lets go of it here
    else:
        os.write(said, json.dumps(answers(window, int(rest[0]))).encode())
    window.close()


if __name__ == "__main__":
    main()
