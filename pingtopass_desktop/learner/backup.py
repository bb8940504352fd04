"""Copies of the learner's file, and putting one in its place. The zip of everything is `study.backup`.

Whatever happens, also a kill, either the old file or the new one is in place; the old one stays under another name.

BackupError
  BackupRefused   the target exists, or the source is no sound backup that this version can read; nothing was changed
  BackupFailed    the environment's fault: disk full, no right to write, file in use, learner file missing or damaged
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pingtopass_desktop.disk import put_in_place, sync_file, sync_folder
from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.database import StoreDamaged, StoreError, StoreTooNew, store_error
from pingtopass_desktop.learner.snapshot import SHM, WAL, NoLearnerFile, sidecar

_DAILY = re.compile(r"learner-\d{4}-\d{2}-\d{2}\.db")


class BackupError(Exception):
    """A backup that was not written or not restored. The message says what to do."""


class BackupRefused(BackupError):
    pass


class BackupFailed(BackupError):
    pass


def daily_backup(learner: Path, backups: Path, now: datetime, keep: int = 7) -> Path | None:
    """Copy the learner file to `learner-YYYY-MM-DD.db` once a day, and remove the oldest copies beyond `keep`.

    The day is that of `now` in its own time zone. Returns None where the day's copy exists or nothing was done yet. A
    damaged file is not copied, so it never pushes out a sound copy.

    Raises: BackupFailed.
    """
    target = backups / f"learner-{now.date().isoformat()}.db"
    partial = sidecar(target, ".part")
    with translated(backups):
        if target.exists():
            return None
        try:
            if not event_count(learner):
                return None
            backups.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            snapshot.copy_to(learner, partial)
            snapshot.check(partial, original=learner)
            put_in_place(partial, target)
        except NoLearnerFile:
            return None
        finally:
            partial.unlink(missing_ok=True)
        for path in _daily_backups(backups)[keep:]:
            path.unlink(missing_ok=True)
    return target


def newest_backup(backups: Path) -> Path | None:
    """The latest daily copy that is sound and that this version can open; None where there is none."""
    for path in _daily_backups(backups):
        try:
            snapshot.check(path)
        except StoreError:
            continue
        return path
    return None


def set_aside_and_replace(learner: Path, replacement: Path | None, now: datetime) -> Path:
    """Move a damaged learner file to `learner.damaged-<UTC>.db` and put a copy of the replacement in its place.

    Without a replacement the next start creates a fresh file. Returns where the damaged file is. No connection may be
    open. Raises: BackupRefused where the replacement is unsound, BackupFailed; the damaged file is in place then.
    """
    aside = _unused(learner, f"{learner.stem}.damaged-{_stamp(now)}")
    staged = sidecar(learner, ".restore.part")
    with translated(learner.parent):
        if replacement is None:
            _copy_log(learner, aside)
            _drop_log(learner)
            put_in_place(learner, aside)
            return aside
        try:
            staged.unlink(missing_ok=True)
            check_restorable(replacement, replacement)
            snapshot.copy_to(replacement, staged)
            _copy_as_it_is(learner, aside)
            put_in_place(staged, learner)
        finally:
            staged.unlink(missing_ok=True)
    return aside


def check_restorable(path: Path, source: Path) -> None:
    """Refuse a learner file that is damaged, foreign, or of a newer program. Raises: BackupRefused naming `source`."""
    try:
        snapshot.check(path)
    except StoreTooNew as error:
        raise BackupRefused(
            f"{source.name} was written by a newer version of PingToPass. Update PingToPass to restore it."
        ) from error
    except (StoreDamaged, NoLearnerFile) as error:
        raise BackupRefused(f"The learner file in {source.name} is damaged. Choose another backup.") from error


def set_aside(learner: Path, prefix: str, now: datetime) -> Path | None:
    """Copy the present file to `<prefix><UTC>.db` beside it and empty its log; None where there is no file.

    A file that cannot be read, or is of a newer program, is copied as it is. Raises: StoreError, OSError.
    """
    if not learner.exists():
        _drop_log(learner)
        return None
    aside = _unused(learner, prefix + _stamp(now))
    try:
        snapshot.copy_to(learner, aside)
        _fold_log_in(learner)
    except (StoreDamaged, StoreTooNew, NoLearnerFile):
        aside.unlink(missing_ok=True)
        _copy_as_it_is(learner, aside)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def event_count(path: Path) -> int:
    """How many actions a learner file holds. Raises: StoreError."""
    with snapshot.reading(path) as db:
        return db.execute("SELECT count(*) FROM events").fetchone()[0]


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn what the stores and the system raise into `BackupFailed`."""
    try:
        yield
    except StoreError as error:
        raise BackupFailed(str(error)) from error
    except OSError as error:
        raise BackupFailed(f"{error.filename or folder} cannot be used: {error.strerror or error}.") from error


def _fold_log_in(learner: Path) -> None:
    """Move everything from the log into the file. Raises: StoreUnavailable where another program has it open."""
    try:
        with closing(sqlite3.connect(learner, isolation_level=None, timeout=2)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise store_error(learner, error) from error


def _copy_as_it_is(learner: Path, aside: Path) -> None:
    """Copy a file that cannot be opened together with its log, then take the log away from it."""
    partial = sidecar(aside, ".part")
    try:
        shutil.copyfile(learner, partial)
        sync_file(partial)
        _copy_log(learner, aside)
        put_in_place(partial, aside)
    finally:
        partial.unlink(missing_ok=True)
    _drop_log(learner)


def _copy_log(learner: Path, aside: Path) -> None:
    if sidecar(learner, WAL).exists():
        shutil.copyfile(sidecar(learner, WAL), sidecar(aside, WAL))
        sync_file(sidecar(aside, WAL))
        sync_folder(aside.parent)


def _drop_log(learner: Path) -> None:
    """A log left behind would be replayed into the file that comes next."""
    sidecar(learner, WAL).unlink(missing_ok=True)
    sidecar(learner, SHM).unlink(missing_ok=True)


def _daily_backups(backups: Path) -> list[Path]:
    """The latest first."""
    return sorted((path for path in backups.glob("learner-*.db") if _DAILY.fullmatch(path.name)), reverse=True)


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _unused(learner: Path, stem: str) -> Path:
    number, candidate = 1, learner.with_name(f"{stem}.db")
    while candidate.exists():
        number += 1
        candidate = learner.with_name(f"{stem}-{number}.db")
    return candidate
