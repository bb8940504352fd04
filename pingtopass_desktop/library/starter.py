"""The starter bank that comes with the program: text files in resources/, built into a pack when they change."""

import hashlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from pingtopass_desktop.library.bank.model import BankError
from pingtopass_desktop.library.index import build_index
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import pointer_file, publish, read_pointer

BANK_ID = "starter"
NAME = "Starter bank"


def resources_folder() -> Path:
    """The folder `resources` beside the package, in a checkout, an installation and a frozen bundle alike."""
    return Path(__file__).resolve().parents[2] / "resources"


def is_starter_current(packs: Path) -> bool:
    """True when the starter pack exists, opens, and was built from the text of this version. Reads little."""
    pointer = read_pointer(pointer_file(packs, BANK_ID))
    if pointer is None or pointer.fingerprint != _fingerprint(resources_folder() / "starter"):
        return False
    try:
        Pack(packs / pointer.pack).close()
    except PackError:
        return False
    return True


def publish_starter(packs: Path, now: datetime) -> bool:
    """Build the starter pack unless it is current and sound to the last row. True when a pack was built.

    Raises: BankError where the bundled text is broken, OSError where the folder cannot be written.
    """
    pointer = read_pointer(pointer_file(packs, BANK_ID))
    is_sound = pointer is not None and _is_sound(packs / pointer.pack)
    if is_sound and is_starter_current(packs):
        return False
    folder = resources_folder() / "starter"
    from pingtopass_desktop.library.bank.text import read_bank  # not on every start

    read = read_bank(folder, BANK_ID)
    if read.skipped:
        raise BankError(read.skipped)
    bank = replace(read.bank, name=NAME)
    if pointer is not None and not is_sound:
        pointer_file(packs, BANK_ID).unlink(missing_ok=True)
        (packs / pointer.pack).unlink(missing_ok=True)
    pack = publish(bank, packs, source="bundled", now=now, fingerprint=_fingerprint(folder))
    with suppress(OSError):  # the search makes one in memory then
        build_index(pack)
    return True


def _is_sound(path: Path) -> bool:
    try:
        pack = Pack(path)
        try:
            pack.verify()
        finally:
            pack.close()
    except PackError:
        return False
    return True


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
