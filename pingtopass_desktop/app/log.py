"""The log of this program on this computer, and the bundle of it that a learner may send to support.

The rule for every line: ids, counts, durations and kinds of errors. Never the text of a question, an answer or a note,
never a name or an address of a person, never a path outside the data folder. The home folder is written as ``~``
wherever it appears, tracebacks included. Times are UTC.
"""

import json
import logging
import os
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pingtopass_desktop.app.config import DataFolder

FILE_BYTES = 1024 * 1024
FILE_COUNT = 5
NAME = "pingtopass.log"


class RunningLog:
    """The handlers of this process. `path` is None where the folder takes no log."""

    def __init__(self, path: Path | None, handlers: list[logging.Handler]) -> None:
        self.path = path
        self._handlers = handlers

    def close(self) -> None:
        """Stop logging and close the file."""
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        self._handlers = []


def start_logging(folder: Path, to_stderr: bool = False) -> RunningLog:
    """Log to `pingtopass.log` in a folder (`DataFolder.logs`), and to stderr where asked. Never fails.

    Where the folder cannot be written, warnings go to stderr instead; without a stderr there is no log.
    """
    handlers: list[logging.Handler] = []
    path: Path | None = folder / NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(_RotatingFile(folder / NAME))
    except OSError:
        path = None
    if sys.stderr is not None and (to_stderr or path is None):
        stderr = logging.StreamHandler(sys.stderr)
        stderr.setLevel(logging.INFO if to_stderr else logging.WARNING)
        handlers.append(stderr)
    root = logging.getLogger()
    for handler in handlers:
        handler.setFormatter(_PrivateFormatter())
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    return RunningLog(path, handlers)


def without_home(text: str) -> str:
    """The text with every path into the home folder shortened to ``~``."""
    home = os.path.expanduser("~")
    if len(home) < 2 or home == "~":  # no home, or "/", which is in every path
        return text
    for spelling in {home, home.replace("\\", "/"), home.replace("\\", "\\\\")}:
        text = text.replace(spelling, "~")
    return text


def write_log_bundle(folder: DataFolder, target: Path, about: dict[str, Any]) -> Path:
    """Write a zip of the logs and an ``about.json``: versions, platform, sizes of files by name. No learner data.

    `about` adds what the caller knows, such as the version of Qt. An existing target is replaced.

    Raises: OSError where the target cannot be written.
    """
    import zipfile

    partial = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("about.json", json.dumps(_about(folder, about), indent=2, ensure_ascii=False))
            for path in sorted(folder.logs.glob(f"{NAME}*")):
                archive.write(path, f"logs/{path.name}")
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


class _PrivateFormatter(logging.Formatter):
    """One line for each record. It is a formatter and no filter because a filter does not see tracebacks."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        return without_home(super().format(record))


class _RotatingFile(logging.FileHandler):
    """At most `FILE_COUNT` files of `FILE_BYTES`. A disk that is full or a file that is held costs lines, never more.

    `logging.handlers` has the same and imports sockets, queues and pickle before the first paint.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.stream is not None and self.stream.tell() > FILE_BYTES:
                self._rotate()
        except (OSError, ValueError):
            self.handleError(record)
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def _rotate(self) -> None:
        if self.stream is not None:
            self.stream.close()
        try:
            for number in range(FILE_COUNT - 1, 0, -1):
                older = f"{self.baseFilename}.{number}"
                newer = f"{self.baseFilename}.{number - 1}" if number > 1 else self.baseFilename
                if os.path.exists(newer):
                    os.replace(newer, older)
        finally:
            self.stream = self._open()


def _about(folder: DataFolder, about: dict[str, Any]) -> dict[str, Any]:
    import platform

    from pingtopass_desktop import __version__

    return {
        "version": __version__,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "data_folder": without_home(str(folder.root)),
        "files": {
            path.relative_to(folder.root).as_posix(): path.stat().st_size
            for path in sorted(folder.root.rglob("*"))
            if path.is_file()
        },
        **about,
    }
