"""What goes into the bundle and what stays out. Read by the spec and by the tests; it builds nothing by itself."""

import posixpath
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "pingtopass_desktop"
RESOURCES = "resources"

Entry = tuple[str, str, str]
"""As PyInstaller keeps it: place in the bundle, source, kind."""

EXCLUDED_MODULES = (
    "_curses",
    "_gdbm",
    "_pytest",
    "_tkinter",
    "click",  # httpx2 has a command line of its own
    "curses",
    "distutils",
    "doctest",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "numpy.f2py",
    "numpy.testing",
    "pdb",
    "pip",
    "pkg_resources",
    "pyqtgraph.console",
    "pyqtgraph.examples",
    "pyqtgraph.jupyter",
    "pyqtgraph.opengl",
    "pytest",
    "readline",  # a library under the GPL, for a prompt that the program does not have
    "rich",
    "setuptools",
    "test",
    "tkinter",
    "turtle",
    "unittest",
    "uvloop",  # the API's, and httpx2 would take it where it runs in asyncio
    "venv",
    "xmlrpc",
    "yaml",
    # Bindings that no page uses but that hooks bring along. The libraries of Qt below them stay where others need them.
    "PySide6.QtDBus",
    "PySide6.QtDesigner",
    "PySide6.QtHelp",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "PySide6.QtUiTools",
)

_UNWANTED_PLUGINS: dict[str, tuple[str, ...]] = {
    "egldeviceintegrations": ("*",),  # devices without a desktop
    "generic": ("*",),
    "imageformats": ("qicns", "qpdf", "qtga", "qtiff", "qwbmp"),  # formats that questions cannot have
    "networkinformation": ("qglib",),  # brings GLib; the plugin of NetworkManager does the same
    "platforminputcontexts": ("qtvirtualkeyboardplugin",),  # brings Qt Quick
    "platforms": ("qdirect2d", "qeglfs", "qlinuxfb", "qminimal", "qminimalegl", "qvkkhrdisplay", "qvnc"),
    "platformthemes": ("qgtk3",),  # brings GTK; the portal's theme serves GNOME too
    "qmltooling": ("*",),
    "sqldrivers": ("*",),
    "vectorimageformats": ("*",),
}

_UNWANTED_FILES = (
    "PySide6/*translations/*",  # the window speaks English and loads none
    "PySide6/opengl32sw.dll",  # nothing is drawn by OpenGL
    "PySide6/QtDBus.*",
    "pyqtgraph/icons/peegee/*",
    "*.pyi",
    "*.dist-info/RECORD",
    "*.dist-info/licenses/*",  # all licences stand in one folder of their own
)

UNWANTED_HOOKS = ("pyi_rth_pyside6", "pyi_rth_multiprocessing", "pyi_rth_pyqtgraph_multiprocess")
"""What PyInstaller runs before the program. These would load Qt for every command, and prepare for processes that are
never started. Qt for Python finds its plugins by itself."""


def modules() -> list[str]:
    """Every module of the program, also those that are imported when first needed."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    parts = [path.relative_to(ROOT).with_suffix("").parts for path in paths]
    return [".".join(each[:-1] if each[-1] == "__init__" else each) for each in parts if each[-1] != "__main__"]


def data_files() -> list[tuple[str, str]]:
    """Every file of the package and of `resources` that is not code, with its folder in the bundle."""
    files = [
        path
        for folder in (PACKAGE, RESOURCES)
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith(".")
    ]
    return [(str(path), path.parent.relative_to(ROOT).as_posix()) for path in files]


def is_wanted(place: str) -> bool:
    """False for a file that a hook of PyInstaller brings and that the program does not need."""
    path = PurePosixPath(place.replace("\\", "/"))
    if "plugins" in path.parts:
        names = _UNWANTED_PLUGINS.get(path.parent.name, ())
        return not ("*" in names or path.name.split(".")[0].removeprefix("lib") in names)
    return not any(fnmatchcase(path.as_posix(), pattern) for pattern in _UNWANTED_FILES)


def reachable(binaries: Iterable[Entry], imports: Callable[[str], Iterable[tuple[str, object]]]) -> list[Entry]:
    """The binaries without the libraries that nothing needs any more. `imports` tells which a file links with.

    Extension modules, plugins and Python itself are loaded by name, so they are where it begins.
    """
    entries = list(binaries)
    sources: defaultdict[str, list[str]] = defaultdict(list)
    found: set[str] = set()
    for place, source, kind in entries:
        path = PurePosixPath(place)
        if kind == "SYMLINK":
            continue
        sources[path.name].append(source)
        if kind == "EXTENSION" or "plugins" in path.parts or path.name.startswith("libpython"):
            found.add(path.name)
    waiting = list(found)
    while waiting:
        for source in sources[waiting.pop()]:
            new = {name for name, _ in imports(source)} & sources.keys() - found
            found |= new
            waiting += new
    return [entry for entry in entries if PurePosixPath(entry[0]).name in found]


def without_dangling(entries: Iterable[Entry], dropped: set[str]) -> list[Entry]:
    """The entries without links to what was dropped; PyInstaller links Qt's libraries where the loader looks first."""
    return [
        (place, source, kind)
        for place, source, kind in entries
        if kind != "SYMLINK" or posixpath.normpath(posixpath.join(posixpath.dirname(place), source)) not in dropped
    ]


def stripped(binaries: Sequence[Entry], folder: Path) -> list[Entry]:
    """The binaries with Python's own as copies without debugging symbols, which are three quarters of some.

    Those of wheels stay as they are: they come stripped, and some do not survive it.
    """
    tool = shutil.which("strip")
    if tool is None:
        return list(binaries)
    shutil.rmtree(folder, ignore_errors=True)
    entries: list[Entry] = []
    for place, source, kind in binaries:
        if kind != "SYMLINK" and is_of_python(place):
            copy = folder / place
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
            subprocess.run([tool, "--strip-unneeded", str(copy)], check=True)
            source = str(copy)
        entries.append((place, source, kind))
    return entries


def is_of_python(place: str) -> bool:
    """True for the parts of Python itself, by their place in the bundle."""
    path = PurePosixPath(place)
    return "lib-dynload" in path.parts or path.name.startswith("libpython")
