"""Daily copies, going on after damage, and reading a learner's file without touching it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.backup import (
    BackupFailed,
    BackupRefused,
    daily_backup,
    newest_backup,
    set_aside_and_replace,
)
from pingtopass_desktop.learner.database import StoreUnavailable
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.clock import ManualClock
from tests.fakes.folders import folder_for_all
from tests.fakes.learners import answered, damage, die_after_answering, events_in, files_in, write_learner

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


# Daily copies


def test_a_day_gets_one_copy_and_a_week_is_kept(learner: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    backups = tmp_path / "backups"
    for day in range(10):
        assert daily_backup(learner, backups, NOW + timedelta(days=day)) is not None
        assert daily_backup(learner, backups, NOW + timedelta(days=day, hours=3)) is None
    names = sorted(path.name for path in backups.iterdir())
    assert names == [
        f"learner-2026-{date}.db" for date in ("11-25", "11-26", "11-27", "11-28", "11-29", "11-30", "12-01")
    ]
    assert newest_backup(backups) == backups / "learner-2026-12-01.db"
    assert events_in(backups / "learner-2026-12-01.db") == 3


def test_a_store_without_a_single_event_is_not_copied(learner: Path, tmp_path: Path) -> None:
    assert daily_backup(learner, tmp_path / "backups", NOW) is None
    LearnerStore(learner, ManualClock()).close()
    assert daily_backup(learner, tmp_path / "backups", NOW) is None
    assert not (tmp_path / "backups").exists()


def test_a_daily_copy_is_made_while_the_store_is_open(learner: Path, tmp_path: Path) -> None:
    store = LearnerStore(learner, ManualClock())
    try:
        store.record(answered("q1", True))
        copy = daily_backup(learner, tmp_path / "backups", NOW)
        store.record(answered("q2", True))
    finally:
        store.close()
    assert copy is not None
    assert (events_in(copy), events_in(learner)) == (1, 2)


def test_a_damaged_file_never_pushes_out_a_sound_copy(learner: Path, tmp_path: Path) -> None:
    write_learner(learner, 300)
    backups = tmp_path / "backups"
    for day in range(7):
        daily_backup(learner, backups, NOW + timedelta(days=day))
    before = files_in(backups)
    damage(learner)
    with pytest.raises(BackupFailed, match="damaged"):
        daily_backup(learner, backups, NOW + timedelta(days=8))
    assert files_in(backups) == before


def test_only_daily_copies_are_removed_and_offered(learner: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "learner-of-mine.db").write_text("mine")
    (backups / "learner-9999-99-99.db").write_text("rotten")
    for day in range(3):
        daily_backup(learner, backups, NOW + timedelta(days=day), keep=2)
    assert (backups / "learner-of-mine.db").exists()
    assert newest_backup(backups) == backups / "learner-2026-11-24.db"


def test_there_is_no_newest_backup_where_there_is_none(tmp_path: Path) -> None:
    assert newest_backup(tmp_path / "backups") is None


# Damaged files


def test_a_damaged_file_gives_way_to_a_backup_and_is_kept_with_its_log(learner: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    backup = daily_backup(learner, tmp_path / "backups", NOW)
    learner.write_bytes(b"damaged")
    snapshot.sidecar(learner, "-wal").write_bytes(b"a log")
    kept = set_aside_and_replace(learner, backup, NOW)
    assert kept == learner.with_name("learner.damaged-20261122T143000Z.db")
    assert (kept.read_bytes(), snapshot.sidecar(kept, "-wal").read_bytes()) == (b"damaged", b"a log")
    assert events_in(learner) == 3
    assert backup is not None
    assert events_in(backup) == 3


def test_without_a_backup_the_place_is_free_for_a_fresh_file(learner: Path) -> None:
    write_learner(learner, 2)
    learner.write_bytes(b"damaged")
    kept = set_aside_and_replace(learner, None, NOW)
    assert kept.read_bytes() == b"damaged"
    assert not learner.exists()
    assert events_in(learner) == 0


def test_a_damaged_replacement_is_refused_and_the_file_stays(learner: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    learner.write_bytes(b"damaged")
    (tmp_path / "bad.db").write_bytes(b"also damaged")
    with pytest.raises(BackupRefused):
        set_aside_and_replace(learner, tmp_path / "bad.db", NOW)
    assert learner.read_bytes() == b"damaged"
    assert [path.name for path in learner.parent.iterdir()] == ["learner.db"]


# Reading


def test_reading_makes_no_file_beside_the_learner_file(learner: Path) -> None:
    write_learner(learner, 2)
    with snapshot.reading(learner) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 3
    assert [path.name for path in learner.parent.iterdir()] == ["learner.db"]


def test_reading_sees_what_a_killed_program_left_in_its_log(learner: Path) -> None:
    write_learner(learner, 2)
    die_after_answering(learner)
    with snapshot.reading(learner) as db:
        assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 4


def test_reading_works_where_the_folder_cannot_be_written() -> None:
    code = (
        "import os, sys; from pathlib import Path; from pingtopass_desktop.learner import database, snapshot\n"
        "database.latest_version()  # the other user may not read the folder of this Python\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "with snapshot.reading(Path(sys.argv[1])) as db: print(db.execute('SELECT count(*) FROM events').fetchone()[0])"
    )
    with folder_for_all() as folder:
        learner = folder / "learner.db"
        write_learner(learner, 2)
        die_after_answering(learner)
        snapshot.sidecar(learner, "-shm").unlink()
        done = subprocess.run(
            [sys.executable, "-c", code, str(learner)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert (done.stdout.strip(), done.returncode) == ("4", 0), done.stderr


def test_a_fold_that_differs_from_the_events_is_found(learner: Path) -> None:
    write_learner(learner, 4)
    assert snapshot.differing_folds(learner) == []
    store = LearnerStore(learner, ManualClock())
    store.db.execute("UPDATE days SET answers = answers + 1")
    store.close()
    assert snapshot.differing_folds(learner) == ["days"]
    with pytest.raises(StoreUnavailable):
        snapshot.check(learner.with_name("none.db"))
