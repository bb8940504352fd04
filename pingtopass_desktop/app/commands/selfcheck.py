"""The command self-check: is this installation whole, are the packs and the learner file sound? It repairs nothing."""

import shutil
import sqlite3
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from pingtopass_desktop import __version__
from pingtopass_desktop.app.commands.installation import Check, installation_checks
from pingtopass_desktop.app.commands.output import ensure_starter, folder_of, print_json, print_table
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.database import StoreError
from pingtopass_desktop.learner.snapshot import NoLearnerFile
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import POINTER_SUFFIX, read_pointer

ENOUGH_BYTES = 200 * 1024 * 1024
"""Less free space than this fails the check: an import of a large bank would not fit."""


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
    yield from installation_checks()
    yield from _packs(folder)
    yield _learner(folder)
    yield _writable(folder)
    yield _free_space(folder)


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
