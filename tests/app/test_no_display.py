"""A machine that cannot show a window says so in one line: no display, or libraries of the system missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")


def window(tmp_path: Path, *, python_path: Path | None = None, **environment: str) -> list[str]:
    """Start the window; returns the lines on stderr of a start that failed with 1."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONPATH")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    variables |= environment
    if python_path is not None:
        variables["PYTHONPATH"] = str(python_path)
    done = subprocess.run(
        [sys.executable, "-m", "pingtopass_desktop", "--data-dir", str(tmp_path / "data")],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    return done.stderr.splitlines()


def broken_qt(folder: Path, line: str) -> Path:
    """A PySide6 in front of the real one that cannot be loaded, as on a machine without the libraries it needs."""
    package = folder / "PySide6"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for module in ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtSvg"):
        (package / f"{module}.py").write_text(line)
    return folder


def test_without_a_display_one_line_says_so_and_what_still_works(tmp_path: Path) -> None:
    (line,) = window(tmp_path)
    assert line.startswith("pingtopass: There is no display")
    assert "xvfb-run" in line
    assert "--help" in line
    assert not (tmp_path / "data").exists()


def test_a_missing_system_library_names_the_packages_to_install(tmp_path: Path) -> None:
    line = 'raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")'
    (message,) = window(tmp_path, python_path=broken_qt(tmp_path, line), QT_QPA_PLATFORM="offscreen")
    assert "libEGL.so.1" in message
    assert "apt install libegl1" in message
    assert "dnf install" in message


def test_a_missing_qt_is_told_in_one_line(tmp_path: Path) -> None:
    line = 'raise ModuleNotFoundError("No module named PySide6.QtWidgets", name="PySide6.QtWidgets")'
    (message,) = window(tmp_path, python_path=broken_qt(tmp_path, line), QT_QPA_PLATFORM="offscreen")
    assert message == "pingtopass: PySide6.QtWidgets is not installed. Install PingToPass again."


def test_commands_work_where_qt_cannot_be_loaded(tmp_path: Path) -> None:
    folder = broken_qt(tmp_path, "raise ImportError('libEGL.so.1: cannot open shared object file')")
    done = subprocess.run(
        [sys.executable, "-m", "pingtopass_desktop", "exams", "--data-dir", str(tmp_path / "data")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
