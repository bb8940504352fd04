"""What goes into the bundle, told from the source tree. `make bundle` builds one and tries it."""

import ast
import fnmatch
import runpy
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pingtopass_desktop.app.commands.installation import PACKAGES, WINDOW_PACKAGES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def contents() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "packaging" / "bundle_contents.py"))


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Every module that the program imports anywhere, however late; ``from PySide6 import QtGui`` counts as both."""
    names: set[str] = set()
    for path in (ROOT / "pingtopass_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_every_module_of_the_program_is_in_the_bundle_also_those_imported_late(
    contents: dict[str, Any], imported: set[str]
) -> None:
    modules = set(contents["modules"]())
    assert {"pingtopass_desktop", "pingtopass_desktop.ui.shell", "pingtopass_desktop.ui.pages.exam"} <= modules
    ours = {name for name in imported if name.startswith("pingtopass_desktop.")}
    missing = {name for name in ours if name not in modules and name.rpartition(".")[0] not in modules}
    assert missing == set()


def test_nothing_that_the_program_imports_is_left_out_of_the_bundle(
    contents: dict[str, Any], imported: set[str]
) -> None:
    excluded = contents["EXCLUDED_MODULES"]
    assert {name for name in imported if any(f"{name}.".startswith(f"{each}.") for each in excluded)} == set()


def test_every_file_that_is_not_code_is_in_the_bundle_and_in_an_installation(contents: dict[str, Any]) -> None:
    files = {Path(source) for source, _ in contents["data_files"]()}
    for known in (
        "pingtopass_desktop/library/schema.sql",
        "pingtopass_desktop/learner/schema/0001_events.sql",
        "resources/icons/check-on-dark.svg",
        "resources/starter/net-101/exam.toml",
        "resources/licences/LGPL-3.0-only.txt",
    ):
        assert ROOT / known in files
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    not_installed = [path for path in files if not any(fnmatch.fnmatch(path.name, pattern) for pattern in patterns)]
    assert not_installed == []


def test_every_file_keeps_its_place_beside_the_code_that_looks_for_it(contents: dict[str, Any]) -> None:
    for source, folder in contents["data_files"]():
        assert ROOT / folder == Path(source).parent


def test_self_check_looks_for_every_library_that_the_program_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {line.partition(";")[0].partition(">")[0] for line in project["project"]["dependencies"]}
    wanted.discard("tzdata")  # the check of the time zone misses it
    assert wanted <= {*PACKAGES.values(), *WINDOW_PACKAGES.values()}


@pytest.mark.parametrize(
    ("place", "is_wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6\\plugins\\platforms\\qdirect2d.dll", False),
        ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", True),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", True),
        ("PySide6/Qt/plugins/imageformats/libqtiff.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6\\translations\\qtbase_de.qm", False),
        ("PySide6/QtWidgets.abi3.so", True),
        ("pyqtgraph/icons/lock.png", True),
        ("pyqtgraph/Qt/QtSvg.pyi", False),
    ],
)
def test_of_qt_only_what_the_window_can_use_is_in_the_bundle(
    contents: dict[str, Any], place: str, is_wanted: bool
) -> None:
    assert contents["is_wanted"](place) is is_wanted


def test_a_library_goes_when_nothing_needs_it_and_links_to_it_go_too(contents: dict[str, Any]) -> None:
    needs = {
        "/v/QtGui.so": ["libGui.so.6", "libc.so.6"],
        "/v/libGui.so.6": ["libicu.so"],
        "/v/libgtk.so": ["libcairo.so"],
    }
    binaries = [
        ("PySide6/QtGui.so", "/v/QtGui.so", "EXTENSION"),
        ("PySide6/lib/libGui.so.6", "/v/libGui.so.6", "BINARY"),
        ("libicu.so", "/v/libicu.so", "BINARY"),
        ("libgtk.so", "/v/libgtk.so", "BINARY"),
        ("libcairo.so", "/v/libcairo.so", "BINARY"),
        ("libpython3.11.so.1.0", "/v/libpython", "BINARY"),
    ]
    kept = contents["reachable"](binaries, lambda source: [(name, None) for name in needs.get(source, [])])
    places = [place for place, _, _ in kept]
    assert places == ["PySide6/QtGui.so", "PySide6/lib/libGui.so.6", "libicu.so", "libpython3.11.so.1.0"]
    links = [
        ("libGui.so.6", "PySide6/lib/libGui.so.6", "SYMLINK"),
        ("PySide6/libcairo.so", "../libcairo.so", "SYMLINK"),
        ("resources/a.svg", "/v/a.svg", "DATA"),
    ]
    dropped = {"libgtk.so", "libcairo.so"}
    assert contents["without_dangling"](links, dropped) == [links[0], links[2]]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="symbols are taken off on Linux only")
def test_only_pythons_own_libraries_are_stripped(contents: dict[str, Any], tmp_path: Path) -> None:
    wheel = ("numpy/_core.so", "/anywhere/numpy/_core.so", "EXTENSION")
    assert contents["stripped"]([wheel], tmp_path / "stripped") == [wheel]
    assert contents["is_of_python"]("python3.11/lib-dynload/_ssl.so")
    assert contents["is_of_python"]("libpython3.11.so.1.0")
    assert not contents["is_of_python"]("libssl.so.3")
