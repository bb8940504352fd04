"""Back up and restore: a zip with what the learner did and the banks that did not come with the program.

The zip holds `manifest.json`, `learner.db`, and for every bank that is not bundled its pack and the pointer that puts
it in force. A copy is the learner file alone, as those of the days and what a restore puts aside are; it is restored
like a backup without banks. Whatever happens, also a kill, either the old learner file or the new one is in place; the
one that gave way stays beside it under another name. The errors are those of `learner.backup`.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from pingtopass_desktop import __version__
from pingtopass_desktop.disk import put_in_place, sync_file
from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.backup import (
    BackupFailed,
    BackupRefused,
    check_restorable,
    event_count,
    set_aside,
    translated,
)
from pingtopass_desktop.learner.backup_file import (
    FORMAT,
    LEARNER,
    BackupFile,
    BackupUnreadable,
    Manifest,
    open_backup,
    write_backup,
)
from pingtopass_desktop.learner.snapshot import sidecar
from pingtopass_desktop.library.lock import LockHeld, locked
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import POINTER_SUFFIX, current_pack, pointer_file
from pingtopass_desktop.library.starter import BANK_ID as STARTER

_ASIDE = "learner-before-restore-"
_DAILY = re.compile(r"learner-\d{4}-\d{2}-\d{2}\.db")
_SQLITE = b"SQLite format 3\x00"


class Copy(Struct, frozen=True):
    """A copy of the learner file on this computer. `is_daily` for that of a day, else it was put aside by a restore."""

    path: Path
    made_at: datetime
    size_bytes: int
    is_daily: bool


class BackupInfo(Struct, frozen=True):
    """A backup written, described or restored. `packs` are the banks in it, `left_out` those whose pack cannot be read.

    Only after a restore: `set_aside` is where the learner file before it is (None where there was none),
    `restored_packs` the banks that the backup put in force, `kept_packs` those that were as new already.
    """

    path: Path
    created_at: datetime
    program: str
    events: int
    size_bytes: int
    packs: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    set_aside: Path | None = None
    restored_packs: tuple[str, ...] = ()
    kept_packs: tuple[str, ...] = ()


def back_up(learner: Path, packs: Path, target: Path, now: datetime) -> BackupInfo:
    """Write a backup to a new file; works while the program is running. `now` is aware.

    Raises: BackupRefused where the target exists, BackupFailed.
    """
    _check_free(target)
    partial = target.with_name(target.name + ".part")
    copy = target.with_name(target.name + ".db.part")
    with _translated(target.parent):
        try:
            partial.unlink(missing_ok=True)
            copy.unlink(missing_ok=True)
            snapshot.copy_to(learner, copy)
            snapshot.check(copy, original=learner)
            events = event_count(copy)
            banks, left_out = _imported_banks(packs)
            files = {LEARNER: copy}
            for bank_id, pack in banks.items():
                files[f"packs/{pack.name}"] = pack
                files[f"packs/{bank_id}{POINTER_SUFFIX}"] = pointer_file(packs, bank_id)
            names = {bank_id: pack.name for bank_id, pack in banks.items()}
            manifest = Manifest(FORMAT, __version__, now.astimezone(UTC), events, names)
            write_backup(partial, manifest, files)
            _check_written(partial)
            _check_free(target)
            put_in_place(partial, target)
        finally:
            partial.unlink(missing_ok=True)
            copy.unlink(missing_ok=True)
    size = target.stat().st_size
    return BackupInfo(target, manifest.created_at, __version__, events, size, tuple(banks), left_out)


def describe(source: Path) -> BackupInfo:
    """What a backup or a copy holds, without restoring it. Raises: BackupRefused, BackupFailed."""
    size = source.stat().st_size if source.is_file() else 0
    if _is_copy(source):
        with _translated(source.parent):
            check_restorable(source, source)
            return BackupInfo(source, _made_at(source), "", event_count(source), size, ())
    with _translated(source.parent), _opened(source) as backup:
        manifest = backup.manifest
        return BackupInfo(source, manifest.created_at, manifest.program, manifest.events, size, tuple(manifest.packs))


def copies(learner: Path, backups: Path) -> tuple[Copy, ...]:
    """The copies of the days and what restores have put aside, the latest first."""
    found: list[Copy] = []
    for path in (*backups.glob("learner-*.db"), *learner.parent.glob(f"{_ASIDE}*.db")):
        is_daily = path.parent == backups and bool(_DAILY.fullmatch(path.name))
        if not is_daily and not path.name.startswith(_ASIDE):
            continue
        try:
            found.append(Copy(path, _made_at(path), path.stat().st_size, is_daily))
        except OSError:
            continue  # it went away between the two looks
    return tuple(sorted(found, key=lambda copy: copy.made_at, reverse=True))


def restore(source: Path, learner: Path, packs: Path, now: datetime) -> BackupInfo:
    """Put a backup or a copy in place of the learner file, kept as `learner-before-restore-<UTC>.db` in its folder.

    Everything is read, checked and written beside its place first. Then the packs come into force, then the learner
    file is replaced. A pack in force gives way only to one that has both the higher release number and the later date,
    or where it is missing or damaged; bundled packs are no part of a backup.

    The caller makes sure that no window is open: see `DataFolder.window_lock`.

    Raises: BackupRefused, BackupFailed.
    """
    if _is_copy(source):
        return _restore_copy(source, learner, now)
    staged = sidecar(learner, ".restore.part")
    staged_packs: dict[str, Path] = {}
    with _translated(learner.parent):
        try:
            with _opened(source) as backup:
                manifest = backup.manifest
                learner.parent.mkdir(parents=True, exist_ok=True)
                backup.extract(LEARNER, staged)
                check_restorable(staged, source)
                packs.mkdir(parents=True, exist_ok=True)
                for bank_id in manifest.packs:
                    staged_packs[bank_id] = _staged_pack(backup, bank_id, packs)
            aside = set_aside(learner, _ASIDE, now)
            restored = _put_packs_in_force(manifest, staged_packs, packs)
            put_in_place(staged, learner)
        finally:
            staged.unlink(missing_ok=True)
            for path in staged_packs.values():
                path.unlink(missing_ok=True)
    return BackupInfo(
        path=source,
        created_at=manifest.created_at,
        program=manifest.program,
        events=manifest.events,
        size_bytes=source.stat().st_size,
        packs=tuple(manifest.packs),
        set_aside=aside,
        restored_packs=restored,
        kept_packs=tuple(bank_id for bank_id in manifest.packs if bank_id not in restored),
    )


def _restore_copy(source: Path, learner: Path, now: datetime) -> BackupInfo:
    staged = sidecar(learner, ".restore.part")
    with _translated(learner.parent):
        made_at, size = _made_at(source), source.stat().st_size
        if learner.exists() and source.samefile(learner):
            raise BackupRefused(f"{source.name} is the file in use. Choose a backup of it.")
        try:
            learner.parent.mkdir(parents=True, exist_ok=True)
            staged.unlink(missing_ok=True)
            check_restorable(source, source)
            snapshot.copy_to(source, staged)
            events = event_count(staged)
            aside = set_aside(learner, _ASIDE, now)
            put_in_place(staged, learner)
        finally:
            staged.unlink(missing_ok=True)
    return BackupInfo(source, made_at, "", events, size, (), set_aside=aside)


def _is_copy(source: Path) -> bool:
    try:
        with source.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False


def _made_at(copy: Path) -> datetime:
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def _check_free(target: Path) -> None:
    if target.exists():
        raise BackupRefused(f"{target} exists already. Choose another name; a backup never replaces a file.")


def _check_written(partial: Path) -> None:
    """Refuse a backup whose pointers and packs do not belong together: an import ran while it was written."""
    try:
        with open_backup(partial):
            pass
    except BackupUnreadable as error:
        raise BackupFailed("The library changed while the backup was written. Try again.") from error


def _imported_banks(packs: Path) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The pack file of every bank in force that is not bundled, and the banks whose pack cannot be read."""
    found: dict[str, Path] = {}
    left_out: list[str] = []
    for path in sorted(packs.glob(f"*{POINTER_SUFFIX}")):
        bank_id = path.name.removesuffix(POINTER_SUFFIX)
        if bank_id == STARTER:
            continue
        try:
            pack = current_pack(packs, bank_id)
        except PackError:
            pack = None
        if pack is None:
            left_out.append(bank_id)
            continue
        pack.close()
        found[bank_id] = pack.path
    return found, tuple(left_out)


@contextmanager
def _opened(source: Path) -> Iterator[BackupFile]:
    try:
        with open_backup(source) as backup:
            yield backup
    except BackupUnreadable as error:
        raise BackupRefused(str(error)) from error


def _staged_pack(backup: BackupFile, bank_id: str, packs: Path) -> Path:
    """Write a pack beside its place and verify it. Raises: BackupRefused."""
    name = backup.manifest.packs[bank_id]
    staged = packs / f"{name}.restore.part"
    try:
        backup.extract(f"packs/{name}", staged)
        with closing(Pack(staged)) as pack:
            pack.verify()
            is_own = pack.bank_id == bank_id
    except (PackError, BackupUnreadable) as error:
        staged.unlink(missing_ok=True)
        raise BackupRefused(f"The pack {name} in {backup.path.name} is damaged. Choose another backup.") from error
    if not is_own:
        staged.unlink(missing_ok=True)
        raise BackupRefused(f"The pack {name} in {backup.path.name} is not of the bank {bank_id!r}.")
    return staged


def _put_packs_in_force(manifest: Manifest, staged: dict[str, Path], packs: Path) -> tuple[str, ...]:
    restored: list[str] = []
    with locked(packs / "publish.lock"):
        for bank_id, path in staged.items():
            if not _is_newer(path, packs, bank_id):
                continue
            put_in_place(path, packs / manifest.packs[bank_id])
            pointer = pointer_file(packs, bank_id)
            partial = sidecar(pointer, ".restore.part")
            partial.write_bytes(manifest.pointers[bank_id])
            sync_file(partial)
            put_in_place(partial, pointer)
            restored.append(bank_id)
    return tuple(restored)


def _is_newer(staged: Path, packs: Path, bank_id: str) -> bool:
    """True where the pack in force gives way to the staged one; see `restore`."""
    try:
        current = current_pack(packs, bank_id)
        if current is None:
            return True
        with closing(current), closing(Pack(staged)) as incoming:
            if current.release.digest == incoming.release.digest:
                current.verify()
                return False
            ours, theirs = current.release, incoming.release
            is_newer = theirs.id > ours.id and theirs.published_at > ours.published_at
            if not is_newer:
                current.verify()
            return is_newer
    except PackError:
        return True


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turn what the stores, the library and the system raise into `BackupFailed`."""
    try:
        with translated(folder):
            yield
    except PackError as error:
        raise BackupFailed(str(error)) from error
    except LockHeld as error:
        raise BackupFailed("The library is being written by another program. Try again when it is done.") from error
