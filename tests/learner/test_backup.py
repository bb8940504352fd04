"""Backups: written whole or not at all, restored whole or not at all, whatever is in them and whenever it is killed."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.backup import (
    BackupFailed,
    BackupRefused,
    daily_backup,
    set_aside_and_replace,
)
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.library.publish import current_pack, merge, pointer_file, read_pointer
from pingtopass_desktop.study.backup import back_up, restore
from tests.fakes.banks import PUBLISHED, make_bank, make_question, publish_bank
from tests.fakes.clock import ManualClock
from tests.fakes.disks import SmallDisk
from tests.fakes.learners import answered, damage, die_after_answering, events_in, files_in, write_learner

NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def rewritten(source: Path, target: Path, **members: bytes | None) -> Path:
    """A copy of a zip with members replaced, added, or with None removed; `__` in a name stands for a slash."""
    changed = {name.replace("__", "/"): content for name, content in members.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name not in changed:
                new.writestr(name, old.read(name))
        for name, content in changed.items():
            if content is not None:
                new.writestr(name, content)
    return target


# Writing


def test_a_backup_brings_back_what_was_there(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 5)
    publish_bank(make_bank(), packs)
    written = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    other = tmp_path / "other"
    restored = restore(written.path, other / "guest" / "learner.db", other / "packs", NOW)
    assert (written.events, written.packs, restored.events, restored.restored_packs) == (6, ("golden",), 6, ("golden",))
    assert restored.set_aside is None
    assert events_in(other / "guest" / "learner.db") == 6
    pack = current_pack(other / "packs", "golden")
    assert pack is not None
    pack.verify()
    pack.close()


def test_a_backup_is_written_while_the_program_is_answering(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 3)
    store = LearnerStore(learner, ManualClock())
    try:
        store.record(answered("q9", True))
        store.db.execute("BEGIN IMMEDIATE")
        store.db.execute("DELETE FROM events")
        info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
        store.db.execute("ROLLBACK")
    finally:
        store.close()
    assert info.events == 5


def test_a_backup_never_replaces_a_file(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    target = tmp_path / "letter.zip"
    target.write_text("dear")
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(learner, packs, target, NOW)
    assert target.read_text() == "dear"


def test_a_backup_names_its_members_and_leaves_the_starter_bank_out(
    learner: Path, packs: Path, tmp_path: Path, starter_packs: Path
) -> None:
    shutil.copytree(starter_packs, packs)
    write_learner(learner, 2)
    pack = publish_bank(make_bank(), packs)
    back_up(learner, packs, tmp_path / "mine.zip", NOW)
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        assert set(archive.namelist()) == {
            "manifest.json",
            "learner.db",
            f"packs/{pack.name}",
            "packs/golden.current",
        }
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["format"] == 1
    assert manifest["created_at"] == "2026-11-22T14:30:00+00:00"


def test_a_bank_whose_pack_is_gone_is_left_out_and_named(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    publish_bank(make_bank(), packs).unlink()
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    assert (info.packs, info.left_out) == ((), ("golden",))


def test_a_backup_of_nothing_or_of_a_damaged_file_fails_and_leaves_nothing(
    learner: Path, packs: Path, tmp_path: Path
) -> None:
    with pytest.raises(BackupFailed, match="no learner file yet"):
        back_up(learner, packs, tmp_path / "mine.zip", NOW)
    write_learner(learner, 200)
    damage(learner)
    with pytest.raises(BackupFailed, match="damaged"):
        back_up(learner, packs, tmp_path / "mine.zip", NOW)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_full_disk_leaves_no_half_backup(learner: Path, packs: Path, small_disk: SmallDisk) -> None:
    disk = small_disk("64k")
    write_learner(learner, 300)
    with pytest.raises(BackupFailed, match=r"full|space"):
        back_up(learner, packs, disk / "mine.zip", NOW)
    assert list(disk.iterdir()) == []


# Restoring


def test_restoring_keeps_what_was_there_under_another_name(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    store = LearnerStore(learner, ManualClock())
    store.record(answered("q9", True))
    store.close()
    kept = learner.with_name("learner-before-restore-20261122T143000Z.db")
    assert restore(info.path, learner, packs, NOW).set_aside == kept
    assert (events_in(learner), events_in(kept)) == (3, 4)


def test_restoring_twice_in_a_second_keeps_both(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    first, second = (restore(info.path, learner, packs, NOW).set_aside for _ in range(2))
    assert first is not None
    assert second is not None
    assert first != second
    assert first.exists()


def test_the_log_of_a_killed_program_is_kept_and_never_replayed_into_the_restored_file(
    learner: Path, packs: Path, tmp_path: Path
) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    die_after_answering(learner)
    assert snapshot.sidecar(learner, "-wal").stat().st_size > 0
    restored = restore(info.path, learner, packs, NOW)
    assert restored.set_aside is not None
    assert (events_in(learner), events_in(restored.set_aside)) == (3, 4)


def test_a_damaged_present_file_is_kept_with_its_log(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 200)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    learner.write_bytes(b"no database at all" * 100)
    snapshot.sidecar(learner, "-wal").write_bytes(b"a log")
    restored = restore(info.path, learner, packs, NOW)
    assert restored.set_aside is not None
    assert restored.set_aside.read_bytes().startswith(b"no database")
    assert snapshot.sidecar(restored.set_aside, "-wal").read_bytes() == b"a log"
    assert events_in(learner) == 201


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"learner.db": None}, "no backup"),
        ({"manifest.json": None}, "no backup"),
        ({"manifest.json": b"{}"}, "damaged"),
        ({"manifest.json": b"[" * 100_000}, "damaged"),
        ({"manifest.json": b'{"format": 2}'}, "newer version"),
        ({"learner.db": b"other bytes"}, "damaged"),
        ({"../evil.db": b""}, "evil"),
        ({"/etc/evil": b""}, "evil"),
        ({"packs/../../evil.pack": b""}, "evil"),
        ({"packs/..\\evil.pack": b""}, "evil"),
        ({"packs/extra.pack": b""}, "damaged"),
        ({"guest/learner.db": b""}, "which no backup does"),
    ],
)
def test_a_zip_that_is_no_sound_backup_is_refused_and_nothing_is_touched(
    learner: Path, packs: Path, tmp_path: Path, members: dict[str, bytes | None], message: str
) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    bad = rewritten(info.path, tmp_path / "bad.zip", **members)
    before = files_in(tmp_path)
    with pytest.raises(BackupRefused, match=message):
        restore(bad, learner, packs, NOW)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize("share", [0, 10, 50, 90, 99])
def test_a_truncated_backup_is_refused(learner: Path, packs: Path, tmp_path: Path, share: int) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    content = info.path.read_bytes()
    bad = tmp_path / "bad.zip"
    bad.write_bytes(content[: len(content) * share // 100])
    with pytest.raises(BackupRefused):
        restore(bad, learner, packs, NOW)
    assert events_in(learner) == 3


def test_every_flipped_byte_is_refused_or_without_effect(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    content = info.path.read_bytes()
    bad = tmp_path / "bad.zip"
    for position in range(0, len(content), max(1, len(content) // 150)):
        flipped = bytearray(content)
        flipped[position] ^= 0x41
        bad.write_bytes(flipped)
        target = tmp_path / "target" / "learner.db"
        try:
            restore(bad, target, tmp_path / "target" / "packs", NOW)
        except BackupRefused:
            assert not target.exists()
        else:
            assert events_in(target) == 3
            shutil.rmtree(target.parent)


def test_a_flipped_byte_in_the_directory_of_the_zip_is_refused(learner: Path, packs: Path, tmp_path: Path) -> None:
    """Some of them send zipfile to a place before the beginning of the file."""
    write_learner(learner, 2)
    content = back_up(learner, packs, tmp_path / "mine.zip", NOW).path.read_bytes()
    bad, target = tmp_path / "bad.zip", tmp_path / "target" / "learner.db"
    for position in range(content.rindex(b"PK\5\6") + 12, len(content) - 2):  # size and place of the directory
        flipped = bytearray(content)
        flipped[position] ^= 0x41
        bad.write_bytes(flipped)
        with pytest.raises(BackupRefused):
            restore(bad, target, tmp_path / "target" / "packs", NOW)
        assert not target.exists()


def test_a_backup_of_a_newer_program_is_refused_and_nothing_is_touched(
    learner: Path, packs: Path, tmp_path: Path
) -> None:
    write_learner(learner, 2)
    newer = tmp_path / "newer.db"
    shutil.copyfile(learner, newer)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA user_version = 99")
    db.close()
    bad = with_learner(info.path, tmp_path / "bad.zip", newer)
    before = files_in(tmp_path)
    with pytest.raises(BackupRefused, match="newer version"):
        restore(bad, learner, packs, NOW)
    assert files_in(tmp_path) == before


def test_a_foreign_database_is_refused(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as db:
        db.execute("CREATE TABLE bookmarks(url)")
    db.close()
    with pytest.raises(BackupRefused, match="damaged"):
        restore(with_learner(info.path, tmp_path / "bad.zip", foreign), learner, packs, NOW)
    assert events_in(learner) == 3


def test_restoring_while_another_program_writes_is_refused(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 2)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    store = LearnerStore(learner, ManualClock())
    try:
        store.db.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupFailed, match="in use"):
            restore(info.path, learner, packs, NOW)
        store.db.execute("ROLLBACK")
    finally:
        store.close()
    assert [path.name for path in learner.parent.glob("*.db")] == ["learner.db"]


def test_a_newer_pack_in_force_stays(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    publish_bank(make_bank(), packs)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    newer = publish_bank(grown(), packs, PUBLISHED + timedelta(days=1))
    restored = restore(info.path, learner, packs, NOW)
    assert (restored.restored_packs, restored.kept_packs) == ((), ("golden",))
    pointer = read_pointer(pointer_file(packs, "golden"))
    assert pointer is not None
    assert pointer.pack == newer.name


def test_an_older_pack_in_force_gives_way(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    publish_bank(make_bank(), packs)
    old = tmp_path / "old"
    shutil.copytree(packs, old)
    newer = publish_bank(grown(), packs, PUBLISHED + timedelta(days=1))
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    assert restore(info.path, learner, old, NOW).restored_packs == ("golden",)
    pointer = read_pointer(pointer_file(old, "golden"))
    assert pointer is not None
    assert pointer.pack == newer.name


def test_a_damaged_pack_in_force_gives_way(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    path = publish_bank(make_bank(), packs)
    sound = path.read_bytes()
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    damage(path)
    assert restore(info.path, learner, packs, NOW).restored_packs == ("golden",)
    assert path.read_bytes() == sound


def test_a_damaged_pack_in_a_backup_refuses_all_of_it(learner: Path, packs: Path, tmp_path: Path) -> None:
    write_learner(learner, 1)
    damage(publish_bank(make_bank(per_objective=40), packs), at=0.6)
    info = back_up(learner, packs, tmp_path / "mine.zip", NOW)
    other = tmp_path / "other"
    with pytest.raises(BackupRefused, match="damaged"):
        restore(info.path, other / "learner.db", other / "packs", NOW)
    assert [path for path in files_in(other) if not path.endswith(".lock")] == []


# Killing it

_KILLED = """
import os, shutil, sys
from datetime import UTC, datetime
from pathlib import Path
from pingtopass_desktop.learner.backup import daily_backup, set_aside_and_replace
from pingtopass_desktop.study.backup import restore

def run(operation, folder):
    learner = folder / "guest" / "learner.db"
    now = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    if operation == "restore":
        restore(folder / "mine.zip", learner, folder / "packs", now)
    elif operation == "replace":
        set_aside_and_replace(learner, folder / "copy.db", now)
    else:
        daily_backup(learner, folder / "backups", now)

def run_until(last, operation, folder):
    steps = 0
    def kill_at_last_step(event, arguments):
        nonlocal steps
        if event in ("open", "os.rename", "os.remove", "shutil.copyfile", "sqlite3.connect", "os.mkdir"):
            steps += 1
            if steps == last:
                os._exit(9)
    sys.addaudithook(kill_at_last_step)
    run(operation, folder)
    os._exit(0)

operation, source, copies = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
shutil.copytree(source, copies / "warm")
run(operation, copies / "warm")  # imports what is imported late, so that only the disk is counted
shutil.rmtree(copies / "warm")
step, status = 0, 1
while status != 0:
    step += 1
    shutil.copytree(source, copies / f"{step:03}")
    child = os.fork()
    if child == 0:
        run_until(step, operation, copies / f"{step:03}")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status not in (0, 9):
        sys.exit(f"step {step} ended with {status}")
"""

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def killed_at_each_step(operation: str, source: Path, copies: Path) -> list[Path]:
    """Copies of a folder: in the n-th one the operation died before its n-th touch of the disk; the last came to its
    end."""
    command = [sys.executable, "-c", _KILLED, operation, str(source), str(copies)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(copies.iterdir())


@needs_fork
def test_a_restore_killed_at_any_step_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    laptop = tmp_path / "laptop"
    learner, packs = laptop / "guest" / "learner.db", laptop / "packs"
    write_learner(learner, 7)
    publish_bank(make_bank(), packs)
    back_up(learner, packs, laptop / "mine.zip", NOW)
    store = LearnerStore(learner, ManualClock())
    store.record(answered("q9", True))
    store.close()
    die_after_answering(learner)
    shutil.rmtree(packs)
    outcomes = []
    for copy in killed_at_each_step("restore", laptop, tmp_path / "copies"):
        outcomes.append(events_in(copy / "guest" / "learner.db"))
        again = restore(copy / "mine.zip", copy / "guest" / "learner.db", copy / "packs", NOW)
        assert events_in(copy / "guest" / "learner.db") == again.events == 8
        pack = current_pack(copy / "packs", "golden")
        assert pack is not None
        pack.verify()
        pack.close()
    assert len(outcomes) > 10
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) == {10, 8}


@needs_fork
def test_replacing_a_damaged_file_killed_at_any_step_loses_neither(tmp_path: Path) -> None:
    laptop = tmp_path / "laptop"
    learner = laptop / "guest" / "learner.db"
    write_learner(learner, 4)
    shutil.copyfile(learner, laptop / "copy.db")
    learner.write_bytes(b"damaged" * 1000)
    copies = killed_at_each_step("replace", laptop, tmp_path / "copies")
    for copy in copies:
        present = copy / "guest" / "learner.db"
        if present.read_bytes().startswith(b"damaged"):
            assert copy != copies[-1]
            set_aside_and_replace(present, copy / "copy.db", NOW)
        assert events_in(present) == 5
        kept = sorted(present.parent.glob("learner.damaged-*.db"))
        assert kept
        assert all(path.read_bytes() == b"damaged" * 1000 for path in kept)
    assert len(copies) > 5


@needs_fork
def test_a_daily_copy_killed_at_any_step_is_whole_or_absent(tmp_path: Path) -> None:
    laptop = tmp_path / "laptop"
    write_learner(laptop / "guest" / "learner.db", 4)
    copies = killed_at_each_step("daily", laptop, tmp_path / "copies")
    for copy in copies:
        target = copy / "backups" / "learner-2026-11-22.db"
        if not target.exists():
            assert copy != copies[-1]
            assert daily_backup(copy / "guest" / "learner.db", copy / "backups", NOW) == target
        assert events_in(target) == 5
    assert len(copies) > 3


def with_learner(source: Path, target: Path, learner: Path) -> Path:
    """A copy of a backup with another learner file and a manifest that agrees with it."""
    import hashlib

    content = learner.read_bytes()
    with zipfile.ZipFile(source) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["members"]["learner.db"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    members = {"learner.db": content, "manifest.json": json.dumps(manifest).encode()}
    return rewritten(source, target, **members)


def grown() -> Bank:
    bank = make_bank()
    return merge(bank, replace(bank, questions=(make_question(999, objective="1"),)))
