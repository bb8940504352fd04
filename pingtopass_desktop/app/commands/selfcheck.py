"""The command self-check: is this installation whole, are the packs and the learner file sound? It repairs nothing."""

import shutil
import sqlite3
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from pingtopass_desktop import __version__
from pingtopass_desktop.app.commands.output import ensure_starter, folder_of, print_json, print_table
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.database import StoreError
from pingtopass_desktop.learner.snapshot import NoLearnerFile
from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.bank.text import read_bank
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import POINTER_SUFFIX, read_pointer
from pingtopass_desktop.library.starter import BANK_ID, resources_folder

ENOUGH_BYTES = 200 * 1024 * 1024
"""Less free space than this fails the check: an import of a large bank would not fit."""

_PACKAGES = {
    "fsrs": "fsrs",
    "markdown_it": "markdown-it-py",
    "platformdirs": "platformdirs",
    "pygments": "Pygments",
    "tomli_w": "tomli-w",
    "tzlocal": "tzlocal",
}


class Check(Struct, frozen=True):
    name: str
    ok: bool
    detail: str


def self_check_command(options: Namespace) -> int:
    folder = folder_of(options)
    ensure_starter(folder)
    checks = list(_checks(folder))
    is_sound = all(check.ok for check in checks)
    if options.json:
        rows = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
        print_json({"ok": is_sound, "checks": rows})
    else:
        print_table(("", "check", ""), [("ok" if c.ok else "FAILED", c.name, c.detail) for c in checks])
    return 0 if is_sound else 1


def _checks(folder: DataFolder) -> Iterator[Check]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Check("program", True, f"{__version__}, Python {python}, SQLite {sqlite3.sqlite_version}")
    yield from _packages()
    yield _starter_text()
    yield from _packs(folder)
    yield _learner(folder)
    yield _writable(folder)
    yield _free_space(folder)


def _packages() -> Iterator[Check]:
    for module, package in _PACKAGES.items():
        try:
            import_module(module)
        except ImportError as error:
            yield Check(f"package {package}", False, f"cannot be imported: {error}")
        else:
            yield Check(f"package {package}", True, _version(package))
    # Qt is looked for and not imported: this command works where there is no display and no graphics library.
    has_qt = find_spec("PySide6") is not None
    yield Check("package PySide6", has_qt, _version("PySide6-Essentials") if has_qt else "is not installed")


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a frozen bundle may leave the metadata out
        return "bundled"


def _starter_text() -> Check:
    try:
        read = read_bank(resources_folder() / "starter", BANK_ID)
    except BankError as error:
        return Check("starter bank", False, str(error.problems[0]))
    if read.skipped:
        return Check("starter bank", False, f"{len(read.skipped)} questions are invalid, first {read.skipped[0]}")
    exams = ", ".join(exam.id for exam in read.bank.exams)
    return Check("starter bank", True, f"{len(read.bank.questions)} questions in {exams}")


def _packs(folder: DataFolder) -> Iterator[Check]:
    pointers = sorted(folder.packs.glob(f"*{POINTER_SUFFIX}"))
    if not pointers:
        yield Check("packs", False, "there is none, not even the starter pack")
    for path in pointers:
        name = f"pack {path.name.removesuffix(POINTER_SUFFIX)}"
        pointer = read_pointer(path)
        if pointer is None:
            yield Check(name, False, f"{path.name} cannot be read. Import the bank again.")
            continue
        try:
            pack = Pack(folder.packs / pointer.pack)
            try:
                pack.verify()
                detail = f"release {pack.release.id}, {pack.release.question_count} questions, {pack.path.name}"
            finally:
                pack.close()
        except PackError as error:
            yield Check(name, False, str(error))
        else:
            yield Check(name, True, detail)


def _learner(folder: DataFolder) -> Check:
    name = "learner file"
    try:
        snapshot.check(folder.learner)
        differing = snapshot.differing_folds(folder.learner)
        with snapshot.reading(folder.learner) as db:
            events = db.execute("SELECT count(*) FROM events").fetchone()[0]
    except NoLearnerFile:
        return Check(name, True, "none yet")
    except StoreError as error:
        return Check(name, False, str(error))
    except OSError as error:
        return Check(name, False, f"cannot be checked: {error.strerror or error}")
    if differing:
        return Check(name, False, f"these tables differ from the events: {', '.join(differing)}")
    return Check(name, True, f"{events} events, every table agrees with them")


def _writable(folder: DataFolder) -> Check:
    name = "data folder"
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder.root) as file:
            file.write(b"1")
    except OSError as error:
        return Check(name, False, f"{folder.root} cannot be written: {error.strerror or error}")
    return Check(name, True, str(folder.root))


def _free_space(folder: DataFolder) -> Check:
    place: Path = folder.root
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError as error:
        return Check("free disk space", False, f"cannot be read: {error.strerror or error}")
    return Check("free disk space", free >= ENOUGH_BYTES, f"{free / 2**20:,.0f} MiB")
