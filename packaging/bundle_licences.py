"""Writes the licences of everything in the bundle into a folder, in the shape that `app.licences` reads."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from bundle_contents import Entry, is_of_python

from pingtopass_desktop.app.licences import INDEX, IndexedLicence, Licence, installed_licences, licence_of

_DOCUMENTS = Path("/usr/share/doc")


def write_licences(folder: Path, binaries: Iterable[Entry]) -> list[str]:
    """Replace the folder's content. Returns the files in the bundle whose licence was not found."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    taken = [Path(source) for place, source, kind in binaries if kind == "BINARY" and not is_of_python(place)]
    system, unknown = _of_system([path for path in taken if "site-packages" not in path.parts])
    # The executable begins with PyInstaller's own code, which may be given on under any licence.
    found = [*installed_licences(), licence_of("pyinstaller"), *system]
    index: list[IndexedLicence] = []
    for licence in sorted(found, key=lambda each: each.name.casefold()):
        file = re.sub(r"[^\w.+-]", "_", licence.name) + ".txt"
        (folder / file).write_text(licence.text, "utf-8")
        index.append(IndexedLicence(licence.name, licence.version, licence.licence, file))
    (folder / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index)))
    return [*unknown, *(licence.name for licence in found if not licence.text)]


def _of_system(paths: Sequence[Path]) -> tuple[list[Licence], list[str]]:
    """Libraries that the build took from the system, by the package that they belong to."""
    packages: dict[str, Licence] = {}
    unknown: list[str] = []
    if not sys.platform.startswith("linux"):  # elsewhere Python and the wheels bring all of it
        return [], []
    for path in paths:
        package = _package_of(path)
        text = _copyright(package) if package else ""
        if not text:
            unknown.append(path.name)
            continue
        packages[package] = Licence(package, _version(package), "see text", text)
    return list(packages.values()), unknown


def _package_of(path: Path) -> str:
    """The Debian package of a file. It may be known by its name before or after /lib became a link to /usr/lib."""
    resolved = Path(os.path.realpath(path))
    for place in dict.fromkeys((path, resolved, Path(str(resolved).removeprefix("/usr")))):
        line = _output("dpkg-query", "--search", str(place))
        if line:
            return line.partition(":")[0]
    return ""


def _version(package: str) -> str:
    return _output("dpkg-query", "--show", "--showformat=${Version}\n", package).partition("\n")[0]


def _copyright(package: str) -> str:
    try:
        return (_DOCUMENTS / package / "copyright").read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _output(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
