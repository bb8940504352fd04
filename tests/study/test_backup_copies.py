"""Copies of the learner file beside the backups: what they hold, restoring one, finding what was put aside."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pingtopass_desktop.learner.backup import BackupRefused, daily_backup
from pingtopass_desktop.study.backup import back_up, copies, describe, restore
from tests.fakes.learners import damage, events_in, files_in, write_learner

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def learner(tmp_path: Path) -> Path:
    path = tmp_path / "guest" / "learner.db"
    path.parent.mkdir()
    write_learner(path, 5)
    return path


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def test_a_backup_is_described_without_a_change(learner: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.zip"
    written = back_up(learner, tmp_path / "packs", target, NOW)
    before = files_in(tmp_path)
    info = describe(target)
    assert (info.events, info.created_at, info.packs) == (written.events, NOW, ())
    assert info.size_bytes == target.stat().st_size
    assert files_in(tmp_path) == before


def test_a_copy_is_described_and_restored(learner: Path, backups: Path, tmp_path: Path) -> None:
    copy = daily_backup(learner, backups, NOW)
    assert copy is not None
    events = events_in(learner)
    write_learner(learner, 3, question="more{}")
    assert describe(copy).events == events
    info = restore(copy, learner, tmp_path / "packs", NOW)
    assert events_in(learner) == events == info.events
    assert info.set_aside is not None
    assert events_in(info.set_aside) == events + 4
    assert info.packs == ()


def test_what_was_put_aside_is_put_back(learner: Path, backups: Path, tmp_path: Path) -> None:
    copy = daily_backup(learner, backups, NOW)
    assert copy is not None
    write_learner(learner, 3, question="more{}")
    events = events_in(learner)
    aside = restore(copy, learner, tmp_path / "packs", NOW).set_aside
    assert aside is not None
    restore(aside, learner, tmp_path / "packs", NOW)
    assert events_in(learner) == events
    assert events_in(aside) == events, "the copy itself stays"


def test_copies_are_listed_the_latest_first(learner: Path, backups: Path, tmp_path: Path) -> None:
    copy = daily_backup(learner, backups, NOW)
    assert copy is not None
    (backups / "learner-notes.db").write_bytes(b"not ours")
    restore(copy, learner, tmp_path / "packs", NOW)
    found = copies(learner, backups)
    assert [each.is_daily for each in found] == [False, True]
    assert found[1].path == copy
    assert all(each.size_bytes > 0 for each in found)


def test_no_copies_is_an_empty_list(tmp_path: Path) -> None:
    assert copies(tmp_path / "guest" / "learner.db", tmp_path / "backups") == ()


def test_a_damaged_copy_is_refused_and_nothing_changes(learner: Path, backups: Path, tmp_path: Path) -> None:
    copy = daily_backup(learner, backups, NOW)
    assert copy is not None
    damage(copy)
    before = files_in(learner.parent)
    with pytest.raises(BackupRefused, match="damaged"):
        describe(copy)
    with pytest.raises(BackupRefused, match="damaged"):
        restore(copy, learner, tmp_path / "packs", NOW)
    assert files_in(learner.parent) == before


def test_the_file_in_use_is_no_backup_of_itself(learner: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="in use"):
        restore(learner, learner, tmp_path / "packs", NOW)


def test_a_foreign_database_is_refused(learner: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    other = tmp_path / "photos.db"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE photos (id INTEGER)")
        db.commit()
    with pytest.raises(BackupRefused):
        restore(other, learner, tmp_path / "packs", NOW)
