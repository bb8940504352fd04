"""Where the program begins: a command of the command line, or the window. Qt is imported for the window only."""

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pingtopass_desktop.app.config import TourOptions

_DEBIAN = "libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4"
_FEDORA = "libglvnd-egl libglvnd-glx libxkbcommon libxkbcommon-x11 dbus-libs fontconfig xcb-util-cursor xcb-util-wm"


def main() -> int:
    """Do what the command line asks for and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a code page without our letters must not end in a traceback
    if len(sys.argv) == 1:
        return _open_window()  # without the parsers of all commands, which take longer than the rest of this module
    from pingtopass_desktop.app import commands

    options = commands.parse(sys.argv[1:])
    if isinstance(options, int):
        return options
    if options.command not in commands.WINDOW_COMMANDS:
        return commands.run(options)
    return _open_window(options.data_dir, commands.tour_options(options))


def _open_window(data_dir: str | None = None, tour: "TourOptions | None" = None) -> int:
    if tour is not None and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # pictures need no screen
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        _complain(
            "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set. Start the window from a desktop session "
            "or under an X server (xvfb-run pingtopass), or use a command such as pingtopass exams; "
            "pingtopass --help lists them."
        )
        return 1
    try:
        from pingtopass_desktop.app.main import run

        return run(data_dir, tour)
    except ImportError as error:
        if not _is_of_qt(error):
            raise
        _complain(_without_qt(error))
        return 1


def _complain(message: str) -> None:
    from pingtopass_desktop.app.commands import complain

    complain(message)


def _is_of_qt(error: ImportError) -> bool:
    """True where Qt, or a system library that it needs, is missing."""
    package = (error.name or "").partition(".")[0]
    return package in ("PySide6", "shiboken6") or "cannot open shared object file" in str(error)


def _without_qt(error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed. Install PingToPass again."
    if not sys.platform.startswith("linux"):
        return f"The window cannot be opened: {error}. Install PingToPass again."
    return (
        f"The window needs system libraries that are missing ({error}). Debian and Ubuntu: apt install {_DEBIAN}. "
        f"Fedora: dnf install {_FEDORA}. The commands work without them; pingtopass --help lists them."
    )


if __name__ == "__main__":
    sys.exit(main())
