"""The licences of what this program is made of: libraries, Python, and in a bundle the system's libraries too.

A bundle carries them in its folder `licences`, written when it was built. An installation has none: there they are read
from what its libraries were installed with. Nothing here is needed before somebody asks for it, and Qt is not imported.
"""

import platform
import re
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import msgspec
from msgspec import Struct

from pingtopass_desktop.library.starter import resources_folder

INDEX = "index.json"

_DISTRIBUTION = "pingtopass-desktop"
_IS_LICENCE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
_NO_TEXT = (".py", ".pyc", ".pyi")


class Licence(Struct, frozen=True):
    """One library. `licence` is what it calls its licence in a few words, `text` the whole; either may be empty."""

    name: str
    version: str
    licence: str
    text: str


class IndexedLicence(Struct, frozen=True):
    """A line of the index in a bundle; the text stands in `file` beside it."""

    name: str
    version: str
    licence: str
    file: str


def licences() -> list[Licence]:
    """Every library of this program by name, as it came with the bundle or as it is installed.

    Raises: OSError, msgspec.DecodeError where a bundle is damaged.
    """
    return read_licences(bundled_folder()) if is_bundled() else installed_licences()


def is_bundled() -> bool:
    """True in a bundle that PyInstaller built."""
    return bool(getattr(sys, "frozen", False))


def bundled_folder() -> Path:
    """Where a bundle has its licences."""
    return resources_folder().with_name("licences")


def read_licences(folder: Path) -> list[Licence]:
    """What a build wrote into a folder: an index, and a file of text for each library."""
    index = msgspec.json.decode((folder / INDEX).read_bytes(), type=list[IndexedLicence])
    return [Licence(i.name, i.version, i.licence, (folder / i.file).read_text("utf-8")) for i in index]


def installed_licences() -> list[Licence]:
    """Python, and every installed distribution that the program needs, whether directly or through another."""
    found = {"python": _of_python()}
    waiting = _requirements(_DISTRIBUTION)
    while waiting:
        name = waiting.pop()
        if normal_name(name) in found:
            continue
        try:
            licence = licence_of(name)
        except metadata.PackageNotFoundError:  # what another platform needs
            continue
        found[normal_name(name)] = licence
        waiting += _requirements(name)
    return sorted(found.values(), key=lambda licence: licence.name.casefold())


def licence_of(name: str) -> Licence:
    """The licence of one distribution. Raises: PackageNotFoundError."""
    distribution = metadata.distribution(name)
    title = _title(distribution)
    texts = [
        f"{file.name}\n\n{text}"
        for file in distribution.files or ()
        if _IS_LICENCE.search(file.name)
        and file.suffix not in _NO_TEXT
        and (text := _text_of(Path(str(file.locate()))))
    ]
    if not texts:  # Qt for Python comes without the text that it stands under
        known = sorted((resources_folder() / "licences").glob("*.txt"), reverse=True)
        texts = [text for path in known if path.stem in title and (text := _text_of(path))]
    return Licence(distribution.name, distribution.version, title, "\n\n".join(texts))


def _of_python() -> Licence:
    places = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    text = next((text for place in places if (text := _text_of(place / "LICENSE.txt"))), "")
    return Licence("Python", platform.python_version(), "PSF-2.0", text)


def _requirements(name: str) -> list[str]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    names = [re.match(r"[\w.-]+", line) for line in lines if not re.search(r"\bextra\s*==", line)]
    return [match.group() for match in names if match]


def _title(distribution: metadata.Distribution) -> str:
    """The SPDX expression where there is one, else what the classifiers say, else the first line of the field."""

    def field(name: str) -> list[str]:
        return distribution.metadata.get_all(name) or []

    classified = [line.rpartition("::")[2].strip() for line in field("Classifier") if line.startswith("License ::")]
    free = "".join(field("License")).strip().partition("\n")[0]
    return "".join(field("License-Expression")) or ", ".join(classified) or free


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""


def normal_name(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
