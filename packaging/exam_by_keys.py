"""Sits an exam in a running window from outside: an X server without a screen, and keys as a keyboard sends them.

What the window did is read from the learner's file, where every answer is before the window shows it.
"""

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType

_TITLE = "PingToPass"
_QUESTIONS = 65
_START_S = 30
_TRIES = 8
_PAGES = ("ctrl+1", "ctrl+2", "ctrl+3", "ctrl+4", "ctrl+5", "ctrl+comma")
_LOOK_S = 2
"""How long each page of the rail is shown. What it cannot load stands in the log."""
_STEP_S = 0.4
"""A key that has done nothing after this long, such as A in an ordering question, does nothing."""


class NoDisplay(Exception):
    """The programs for it are not installed."""


class NoProgress(Exception):
    """The window does not do what its keys should do."""


class VirtualScreen:
    """An X server of its own, and the keyboard at it."""

    def __init__(self) -> None:
        server, keyboard = shutil.which("Xvfb"), shutil.which("xdotool")
        if server is None or keyboard is None:
            raise NoDisplay("Xvfb and xdotool are not installed")
        self._keyboard = keyboard
        self._server = subprocess.Popen(
            [server, "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._server.stdout is not None
        number = self._server.stdout.readline().decode().strip()
        if not number:
            self._server.wait()
            raise NoDisplay("Xvfb does not start")
        self.display = f":{number}"

    def __enter__(self) -> "VirtualScreen":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.terminate()
        self._server.communicate()

    def press(self, *keys: str) -> None:
        """As `xdotool key` names them: ``ctrl+3``, ``Return``."""
        self._do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        self._do("type", text)

    def has_window(self, title: str) -> bool:
        """True where a visible window has the title; it then has the keyboard, which nobody else gives it here."""
        found = self._do("search", "--onlyvisible", "--name", f"^{title}$").split()
        if found:
            self._do("windowfocus", "--sync", found[0])
        return bool(found)

    def _do(self, *command: str) -> str:
        environment = {"DISPLAY": self.display}
        done = subprocess.run([self._keyboard, *command], env=environment, capture_output=True, text=True, check=False)
        return done.stdout


def sit_exam(screen: VirtualScreen, command: Sequence[str], environment: Mapping[str, str], learner: Path) -> None:
    """Start the program, sit the starter bank's exam to its end, look at every page and close the window.

    Raises: NoProgress.
    """
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _sit(screen, learner)
        screen.press("ctrl+q")
        try:
            code = program.wait(_START_S)
        except subprocess.TimeoutExpired as error:
            raise NoProgress("the window does not close") from error
        if code:
            raise NoProgress(f"the program ended with {code}")
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()


def _sit(screen: VirtualScreen, learner: Path) -> None:
    _wait("the window opens", lambda: screen.has_window(_TITLE))
    _wait("the first page is filled, after which the time zone is noted", lambda: _has_events(learner))
    _wait("the window takes the keyboard", lambda: screen.has_window(_TITLE))
    with closing(sqlite3.connect(f"{learner.as_uri()}?mode=ro", uri=True)) as db:
        desk = _Desk(screen, db)
        for key in ("Escape", "Escape", "Escape", "ctrl+3"):  # passes over the three screens of the first run
            desk.rest()
            screen.press(key)
        desk.rest()
        desk.press_until_written("the exam starts", "Return")
        for number in range(1, _QUESTIONS + 1):
            if not desk.press("a"):  # the page may not be there yet; an ordering question takes no letter
                desk.press("a")
            if number < _QUESTIONS:  # a second Enter where the first one warns that not enough options are chosen
                desk.press_until_written(f"question {number} is left", "Return")
        screen.press("ctrl+k")
        _wait("the palette opens", lambda: screen.has_window("Find a command"))
        screen.type("end the exam")
        screen.press("Return")
        _wait("the end is asked for", lambda: screen.has_window(r"End the exam\?"))
        desk.press_until_written("the exam ends", "Tab", "Return")
        _wait("the report is shown", lambda: screen.has_window(_TITLE))
        for key in _PAGES:
            screen.press(key)
            time.sleep(_LOOK_S)


class _Desk:
    """The keyboard, and a look at whether the program wrote something after a key."""

    def __init__(self, screen: VirtualScreen, db: sqlite3.Connection) -> None:
        self._screen = screen
        self._db = db

    def press_until_written(self, what: str, *keys: str) -> None:
        for _ in range(_TRIES):
            if self.press(*keys):
                return
        raise NoProgress(f"it was waited that {what}")

    def press(self, *keys: str) -> bool:
        """Press keys one after the other. True where the learner's file changed."""
        before = self._version()
        for key in keys:
            self._screen.press(key)
        until = time.monotonic() + _STEP_S
        while time.monotonic() < until:
            if self._version() != before:
                return True
            time.sleep(0.01)
        return False

    def rest(self) -> None:
        """Wait until the program has written nothing for a while, as after its start."""
        while self.press():
            pass

    def _version(self) -> int:
        """Another number after each commit of another connection: https://www.sqlite.org/pragma.html#pragma_data_version"""
        return self._db.execute("PRAGMA data_version").fetchone()[0]


def _has_events(learner: Path) -> bool:
    """False while the file is being made."""
    try:
        with closing(sqlite3.connect(f"{learner.as_uri()}?mode=ro", uri=True)) as db:
            return bool(db.execute("SELECT count(*) FROM events").fetchone()[0])
    except sqlite3.Error:
        return False


def _wait(what: str, is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _START_S
    while not is_so():
        if time.monotonic() > until:
            raise NoProgress(f"it was waited that {what}")
        time.sleep(0.05)
