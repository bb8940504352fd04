"""Is the program whole? What it needs besides its own code, looked at without a display: Qt is never imported."""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

import msgspec
from msgspec import Struct

from pingtopass_desktop.app.licences import is_bundled, licences, normal_name
from pingtopass_desktop.learner.database import Database, StoreError, latest_version
from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.bank.text import read_bank
from pingtopass_desktop.library.starter import BANK_ID, resources_folder

PACKAGES = {
    "fsrs": "fsrs",
    "google_auth_oauthlib": "google-auth-oauthlib",
    "httpx2": "httpx2",
    "keyring": "keyring",
    "markdown_it": "markdown-it-py",
    "msgspec": "msgspec",
    "numpy": "numpy",
    "platformdirs": "platformdirs",
    "pygments": "Pygments",
    "tomli_w": "tomli-w",
    "truststore": "truststore",
    "tzlocal": "tzlocal",
}
"""The libraries that commands may import, by the name of the module."""

WINDOW_PACKAGES = {"PySide6": "PySide6-Essentials", "shiboken6": "shiboken6", "pyqtgraph": "pyqtgraph"}
"""The libraries that need a display: these are looked for and not imported."""

_LANGUAGES = ("bash", "ini", "json", "powershell", "python", "sql", "xml", "yaml")
"""Code that questions show often. Pygments keeps each language in a module that is imported by name."""

_STYLES = ("default", "github-dark")

_PLATFORM_PLUGINS = {"linux": ("qxcb", "qoffscreen"), "win32": ("qwindows",), "darwin": ("qcocoa",)}
_IMAGE_PLUGINS = ("qgif", "qjpeg", "qsvg")
"""PNG needs none."""


class Check(Struct, frozen=True):
    name: str
    ok: bool
    detail: str


def installation_checks() -> Iterator[Check]:
    """One after the other; nothing is repaired, and nothing is written outside the system's temporary folder."""
    licences_check, versions = _licences()
    for module, package in {**PACKAGES, **WINDOW_PACKAGES}.items():
        yield _package(module, package, versions)
    yield _qt_plugins()
    yield _full_text_search()
    yield _learner_schema()
    yield _code_colours()
    yield _time_zones()
    yield _icons()
    yield _starter_text()
    if licences_check is not None:
        yield licences_check


def _package(module: str, package: str, versions: dict[str, str]) -> Check:
    name = f"package {package if module in PACKAGES else module}"
    try:
        if module in PACKAGES:
            import_module(module)
        elif find_spec(module) is None:
            return Check(name, False, "is not installed")
    except ImportError as error:
        return Check(name, False, f"cannot be imported: {error}")
    try:
        return Check(name, True, versions.get(normal_name(package)) or metadata.version(package))
    except metadata.PackageNotFoundError:
        return Check(name, True, "of unknown version")


def _qt_plugins() -> Check:
    """The files of the plugins that the window loads. Qt of the system, which has them elsewhere, is left alone."""
    name = "Qt plugins"
    spec = find_spec("PySide6")
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec is not None else []
    folder = next((p for place in places for p in (place / "Qt" / "plugins", place / "plugins") if p.is_dir()), None)
    if folder is None:
        return Check(name, not is_bundled(), "are not with PySide6")
    wanted = {"platforms": _PLATFORM_PLUGINS.get(sys.platform, ()), "imageformats": _IMAGE_PLUGINS}
    missing = [
        f"{kind}/{plugin}" for kind, plugins in wanted.items() for plugin in plugins if not _has(folder / kind, plugin)
    ]
    if missing:
        return Check(name, False, f"missing: {', '.join(missing)}. Install PingToPass again.")
    return Check(name, True, ", ".join(plugin for plugins in wanted.values() for plugin in plugins))


def _has(folder: Path, plugin: str) -> bool:
    return any(path.stem.removeprefix("lib") == plugin for path in folder.glob(f"*{plugin}.*"))


def _full_text_search() -> Check:
    name = "SQLite full-text search"
    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE search USING fts5(text)")
        db.execute("INSERT INTO search VALUES ('spanning tree')")
        found = db.execute("SELECT count(*) FROM search WHERE search MATCH 'span*'").fetchone()[0]
    except sqlite3.Error as error:
        return Check(name, False, f"SQLite {sqlite3.sqlite_version} of this system has none: {error}")
    finally:
        db.close()
    return Check(name, found == 1, "FTS5")


def _learner_schema() -> Check:
    """Makes an empty learner file as the first start does."""
    name = "learner schema"
    try:
        with tempfile.TemporaryDirectory(prefix="pingtopass-check-") as folder:
            Database(Path(folder) / "learner.db").close()
    except (StoreError, OSError, ValueError) as error:
        return Check(name, False, str(error))
    return Check(name, True, f"version {latest_version()}")


def _code_colours() -> Check:
    name = "code colours"
    try:
        from pygments.lexers import get_lexer_by_name
        from pygments.styles import get_style_by_name

        for language in _LANGUAGES:
            get_lexer_by_name(language)
        for style in _STYLES:
            get_style_by_name(style)
    except (ImportError, ValueError) as error:  # what Pygments does not know is a ValueError
        return Check(name, False, str(error))
    return Check(name, True, ", ".join(_LANGUAGES))


def _time_zones() -> Check:
    """Without its time zone the days of a learner would begin when those of UTC do."""
    name = "time zone"
    zone = "the zone of this system"
    try:
        from zoneinfo import ZoneInfo

        from tzlocal import get_localzone_name

        zone = get_localzone_name() or "UTC"
        ZoneInfo(zone)
    except (ImportError, KeyError, ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        return Check(name, False, f"{zone} is unknown, days are counted in UTC: {error}")
    return Check(name, True, zone)


def _icons() -> Check:
    name = "icons"
    try:
        sizes = [path.stat().st_size for path in (resources_folder() / "icons").iterdir()]
    except OSError as error:
        return Check(name, False, f"cannot be read: {error.strerror or error}. Install PingToPass again.")
    return Check(name, bool(sizes) and all(sizes), f"{len(sizes)} files")


def _starter_text() -> Check:
    name = "starter bank"
    try:
        read = read_bank(resources_folder() / "starter", BANK_ID)
    except BankError as error:
        return Check(name, False, str(error.problems[0]))
    if read.skipped:
        return Check(name, False, f"{len(read.skipped)} questions are invalid, first {read.skipped[0]}")
    exams = ", ".join(exam.id for exam in read.bank.exams)
    return Check(name, True, f"{len(read.bank.questions)} questions in {exams}")


def _licences() -> tuple[Check | None, dict[str, str]]:
    """What a bundle says of its licences, and the versions that it names; nothing where the program is installed."""
    name = "licences"
    if not is_bundled():
        return None, {}
    try:
        listed = licences()
    except (OSError, msgspec.DecodeError) as error:
        return Check(name, False, f"cannot be read: {error}. Install PingToPass again."), {}
    versions = {normal_name(licence.name): licence.version for licence in listed}
    without = [licence.name for licence in listed if not licence.text]
    if without or not listed:
        return Check(name, False, f"no text for {', '.join(without) or 'anything'}"), versions
    return Check(name, True, f"texts of {len(listed)} libraries"), versions
