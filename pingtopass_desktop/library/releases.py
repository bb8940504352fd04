"""Which release of a bank is in force: taking a bank out of the library, and taking an import back.

Only pointers change here. Packs stay until `publish.collect` finds that nothing needs them, at the next start.

NotInPlace   what is to be taken back is not as it was left; the message says what is the case
"""

from pathlib import Path

from msgspec import Struct

from pingtopass_desktop.disk import sync_folder
from pingtopass_desktop.library.lock import locked
from pingtopass_desktop.library.publish import Pointer, point, pointer_file, read_pointer


class NotInPlace(Exception):
    pass


class Change(Struct, frozen=True):
    """What was in force of a bank before, and what after; None for nothing."""

    bank_id: str
    before: Pointer | None
    after: Pointer | None

    @property
    def is_one(self) -> bool:
        return self.before != self.after


def in_force(folder: Path, bank_id: str) -> Pointer | None:
    return read_pointer(pointer_file(folder, bank_id))


def withdraw(folder: Path, bank_id: str) -> Change:
    """Take a bank out of the library. A pointer that cannot be read goes too. Raises: OSError, LockHeld."""
    with locked(folder / "publish.lock"):
        before = in_force(folder, bank_id)
        pointer_file(folder, bank_id).unlink(missing_ok=True)
        sync_folder(folder)
    return Change(bank_id, before, None)


def take_back(folder: Path, change: Change) -> None:
    """Put in force again what was before a change.

    Raises: NotInPlace where the bank was changed again since, or its pack is gone; OSError, LockHeld.
    """
    with locked(folder / "publish.lock"):
        if in_force(folder, change.bank_id) != change.after:
            raise NotInPlace(f"The bank {change.bank_id!r} was changed again since. Nothing was undone.")
        if change.before is None:
            pointer_file(folder, change.bank_id).unlink(missing_ok=True)
            sync_folder(folder)
            return
        if not (folder / change.before.pack).is_file():
            raise NotInPlace(f"{change.before.pack} is no longer there. Import the bank again.")
        point(folder, change.bank_id, change.before)
