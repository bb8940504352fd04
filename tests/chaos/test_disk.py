"""Full disks, read-only folders, files that rotted: a clear message, nothing destroyed, the rest works."""

import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import Opened, close_study, keep_house, open_study
from pingtopass_desktop.learner.backup import daily_backup
from pingtopass_desktop.learner.database import StoreDamaged, StoreUnavailable
from pingtopass_desktop.library.publish import current_pack, pointer_file, publish
from pingtopass_desktop.study import exam
from pingtopass_desktop.study.context import Study
from tests.chaos.children import Children
from tests.chaos.exam_page import exam_on_screen, shown
from tests.fakes.banks import make_bank, publish_bank
from tests.fakes.disks import SmallDisk, fill
from tests.fakes.laptop import Laptop
from tests.fakes.learners import events_in, write_learner

FULL = "The disk is full. Free some space and try again; what was saved is safe."
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def opens(folder: DataFolder) -> Opened:
    """Open a data folder as the window does, and close it."""
    opened = open_study(folder)
    close_study(opened.study)
    return opened


# A full disk


def answer_until_full(sitting: exam.ExamSitting) -> int:
    """Answer one question after the other until the disk takes no more. Returns the question that was not saved."""
    for index in range(len(sitting.attempt.items)):
        sitting.visit(index)
        for _ in range(40):
            sitting.answer(sitting.current.question.key)
            sitting.answer(())
        sitting.answer(sitting.current.question.key)
    raise AssertionError("the disk was never full")


def test_a_full_disk_refuses_an_answer_and_takes_it_once_there_is_space(
    small_disk: SmallDisk, starter_packs: Path
) -> None:
    disk = small_disk("3m")
    laptop = Laptop(disk / "data", starter_packs)
    sitting = exam.start(laptop.open(), "net-101", seed=1)
    sitting.answer(sitting.current.question.key)
    ballast = fill(disk)
    with pytest.raises(StoreUnavailable) as caught:
        answer_until_full(sitting)
    assert str(caught.value) == FULL
    before = sitting.attempt
    other = next(index for index in range(65) if not before.is_answered(index))
    with pytest.raises(StoreUnavailable):
        sitting.visit(other)
    with pytest.raises(StoreUnavailable):
        sitting.flag(True)
    assert sitting.attempt == before
    ballast.unlink()
    sitting.visit(other)
    sitting.answer(sitting.current.question.key)
    again = exam.resume(laptop.open(), before.id)
    assert again.attempt.answers == sitting.attempt.answers
    assert again.attempt.answers == {**before.answers, other: sitting.attempt.answers[other]}
    laptop.close()


def test_the_exam_page_says_that_the_disk_is_full_and_try_again_saves(
    qtbot: QtBot, small_disk: SmallDisk, starter_packs: Path
) -> None:
    disk = small_disk("3m")
    laptop = Laptop(disk / "data", starter_packs)
    study = laptop.open()

    def sit() -> exam.ExamSitting:
        return exam.start(study, "net-101", seed=1)

    with exam_on_screen(qtbot, sit) as (page, lane):
        QTest.keyClick(page, Qt.Key.Key_M)
        qtbot.waitUntil(lambda: bool(shown(page).flagged))
        ballast = fill(disk)
        was_flagged = True
        while "Not saved" not in page.notice.text:
            was_flagged = bool(shown(page).flagged)
            QTest.keyClick(page, Qt.Key.Key_M)
            qtbot.waitUntil(lambda: lane.tasks.is_idle)
        assert page.notice.text == f"Not saved. {FULL}"
        assert bool(shown(page).flagged) == was_flagged
        assert page.flag.isChecked() == was_flagged
        ballast.unlink()
        QTest.mouseClick(page.notice.action, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: bool(shown(page).flagged) != was_flagged)
        assert page.notice.isHidden()
    attempt = exam.resume(laptop.open(), shown(page).id).attempt
    assert bool(attempt.flagged) != was_flagged
    laptop.close()


def start_until_full(study: Study) -> None:
    for seed in range(60):
        exam.start(study, "net-101", seed=seed).tick()


def test_a_clock_that_cannot_be_saved_is_told_and_goes_on_once_there_is_space(
    qtbot: QtBot, small_disk: SmallDisk, starter_packs: Path
) -> None:
    disk = small_disk("3m")
    laptop = Laptop(disk / "data", starter_packs)
    study = laptop.open()
    sitting = exam.start(study, "net-101", seed=1)  # its clock file is empty until the first tick
    ballast = fill(disk)
    with exam_on_screen(qtbot, lambda: sitting) as (page, lane):
        page.tick()
        qtbot.waitUntil(lambda: not page.notice.isHidden())
        assert page.notice.text == f"The clock is not saved. {FULL}"
        ballast.unlink()
        page.tick()
        qtbot.waitUntil(page.notice.isHidden)
        assert lane.tasks.is_idle
    laptop.close()


def test_an_exam_does_not_begin_on_a_full_disk_and_begins_once_there_is_space(
    small_disk: SmallDisk, starter_packs: Path
) -> None:
    disk = small_disk("3m")
    laptop = Laptop(disk / "data", starter_packs)
    study = laptop.open()
    ballast = fill(disk)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        start_until_full(study)
    ballast.unlink()
    exam.start(study, "net-101", seed=1).tick()
    laptop.close()


def test_a_pack_that_does_not_fit_leaves_the_old_one_in_force(small_disk: SmallDisk) -> None:
    disk = small_disk("3m")
    packs = disk / "packs"
    old = publish_bank(make_bank(), packs)
    ballast = fill(disk)
    bigger = make_bank(per_objective=40)
    with pytest.raises(OSError, match=r"Free some space and try again|No space left"):
        publish(bigger, packs, source="imported", now=NOW)
    pack = current_pack(packs, "golden")
    assert pack is not None
    assert pack.path == old
    pack.verify()
    pack.close()
    ballast.unlink()
    new = publish(bigger, packs, source="imported", now=NOW)
    assert new != old
    assert sorted(path.name for path in packs.glob("*.part")) == []


def window_says(children: Children, folder: Path, *presses: str) -> list[dict[str, list[str]]]:
    """What the window shows on a data folder: first, and after each button pressed."""
    child = children.start("-m", "tests.chaos.window_driver", str(folder), *presses)
    said: list[dict[str, list[str]]] = []
    for _ in range(1 + len(presses)):
        line = child.line()
        assert line is not None, child.errors
        said.append(json.loads(line))
    child.kill()
    assert "Traceback" not in child.errors
    return said


def test_the_window_on_a_full_disk_says_so_and_works_after_try_again(children: Children, small_disk: SmallDisk) -> None:
    disk = small_disk("6m")
    ballast = fill(disk)
    first = window_says(children, disk / "data")[0]
    assert "Your answers cannot be opened" in first["texts"]
    assert "disk" in " ".join(first["texts"])
    assert {"Try again", "Quit"} <= set(first["buttons"])
    ballast.unlink()
    second = window_says(children, disk / "data")[0]
    assert "Your answers cannot be opened" not in second["texts"]


# A folder that cannot be written


def test_the_window_on_a_read_only_folder_says_so_and_the_command_line_lists_packs(
    children: Children, small_disk: SmallDisk
) -> None:
    disk = small_disk("20m")
    folder = DataFolder(disk / "data")
    opens(folder)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    before = folder.learner.read_bytes()
    said = window_says(children, folder.root)[0]
    assert "Your answers cannot be opened" in said["texts"]
    assert any("cannot be written. Check the rights of the folder" in text for text in said["texts"])
    assert said["buttons"][-2:] == ["Try again", "Quit"]
    packs = children.command(folder.root, "packs")
    listed = packs.rest()
    assert packs.end() == 0, packs.errors
    assert any("starter" in line and "ok" in line for line in listed)
    assert folder.learner.read_bytes() == before


def test_the_window_on_a_folder_that_cannot_be_made_says_so(children: Children, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = window_says(children, tmp_path / "file" / "data")[0]
    assert "Your answers cannot be opened" in said["texts"]
    assert any("cannot be used: Not a directory" in text for text in said["texts"])


# A learner's file that rotted


def flip_pages(content: bytes) -> bytes:
    """Every third page but the first becomes noise."""
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    return b"".join(
        bytes(byte ^ 0x5A for byte in page) if number % 3 == 2 else page for number, page in enumerate(pages)
    )


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "garbage header": lambda content: b"\xde\xad" * 50 + content[100:],
    "truncated": lambda content: content[: len(content) // 2 + 7],
    "flipped pages": flip_pages,
    "zero length": lambda content: b"",
    "text file": lambda content: b"Dear diary,\n" * 500,
}


@pytest.fixture
def folder(data: Path) -> DataFolder:
    """A data folder with 40 answers, backed up, and 20 further ones."""
    folder = DataFolder(data)
    write_learner(folder.learner, 40)
    daily_backup(folder.learner, folder.backups, NOW)
    write_learner(folder.learner, 20, question="later{}")
    return folder


def spoil(folder: DataFolder, kind: str) -> bytes:
    damaged = DAMAGES[kind](folder.learner.read_bytes())
    folder.learner.write_bytes(damaged)
    return damaged


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_learner_file_is_refused_and_stays_as_it_is(folder: DataFolder, kind: str) -> None:
    damaged = spoil(folder, kind)
    with pytest.raises(StoreDamaged, match=r"learner\.db"):
        open_study(folder)
    assert folder.learner.read_bytes() == damaged
    assert sorted(path.name for path in folder.learner.parent.iterdir()) == ["learner.db"]


@pytest.mark.parametrize(
    ("kind", "choice", "events"),
    [
        ("garbage header", "Go on with the backup", 41),
        ("zero length", "Go on with the backup", 41),
        ("flipped pages", "Start with an empty file", 0),
        ("text file", "Start with an empty file", 0),
    ],
)
def test_the_window_offers_a_way_on_from_a_damaged_file_and_keeps_it(
    children: Children, folder: DataFolder, kind: str, choice: str, events: int
) -> None:
    damaged = spoil(folder, kind)
    first, after = window_says(children, folder.root, choice)
    assert "Your answers file is damaged" in first["texts"]
    assert "The newest automatic backup is from 22 November" in " ".join(first["texts"])
    assert first["buttons"][-4:] == ["Try again", "Go on with the backup", "Start with an empty file", "Quit"]
    assert "Your answers file is damaged" not in after["texts"]
    assert "Try again" not in after["buttons"]
    kept = list(folder.learner.parent.glob("learner.damaged-*.db"))
    assert [path.read_bytes() for path in kept] == [damaged]
    assert events_in(folder.learner) in (events, events + 1)  # and the time zone, once the window is up


def test_damage_that_only_the_daily_backup_finds_is_told(children: Children, folder: DataFolder) -> None:
    """An index that does not fit its table: no start looks for that, the copy of each day does."""
    for copy in folder.backups.iterdir():
        copy.unlink()
    spoil_an_index(folder.learner)
    damaged = folder.learner.read_bytes()
    opens(folder)
    child = children.start("-m", "tests.chaos.window_driver", str(folder.root))
    told = "Today's copy of your answers was not made. learner.db is damaged (row 1 missing from index events_id)."
    while (line := child.line(20)) is not None:
        if any(told in text for text in json.loads(line)["texts"]):
            break
    assert line is not None, "nothing was told"
    child.kill()
    assert list(folder.backups.iterdir()) == []
    assert folder.learner.read_bytes() == damaged


def spoil_an_index(path: Path) -> None:
    """Change one letter of an event's id in one of the places where it stands."""
    sound = path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        event_id = db.execute("SELECT id FROM events WHERE type = 'answered' LIMIT 1").fetchone()[0].encode()
    place = sound.find(event_id)
    while place >= 0:
        path.write_bytes(sound[:place] + event_id[:-1] + b"!" + sound[place + len(event_id) :])
        with closing(sqlite3.connect(path)) as db:
            quick, full = (db.execute(f"PRAGMA {kind}_check").fetchone()[0] for kind in ("quick", "integrity"))
        if quick == "ok" != full:
            return
        place = sound.find(event_id, place + 1)
    raise AssertionError("no place was found")


# Packs that rotted


def rot(path: Path, place: float) -> None:
    """Spoil 200 bytes of a file."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * place)
    content[start : start + 200] = bytes(byte ^ 0x5A for byte in content[start : start + 200])
    path.write_bytes(content)


@pytest.fixture
def two_banks(data: Path) -> tuple[DataFolder, Path]:
    """The starter bank and an imported one; with the path of the pack of the latter."""
    folder = DataFolder(data)
    return folder, publish_bank(make_bank(), folder.packs)


def test_a_damaged_pack_is_named_and_the_other_exams_go_on(
    children: Children, two_banks: tuple[DataFolder, Path]
) -> None:
    folder, pack = two_banks
    rot(pack, 0)
    damaged = pack.read_bytes()
    said = window_says(children, folder.root)[0]
    assert any(pack.name in text and "Import the bank again" in text for text in said["texts"])
    opened = open_study(folder)
    assert [listed.id for listed in opened.exams] == ["net-101"]
    exam.start(opened.study, "net-101", seed=1).submit()
    close_study(opened.study)
    assert pack.read_bytes() == damaged


@pytest.mark.parametrize("content", [b"", b"{", b'{"pack": 7}', b"\xff\xfe", b'{"pack": "gone.pack"}'])
def test_a_damaged_pointer_is_named_and_its_pack_is_not_thrown_away(
    two_banks: tuple[DataFolder, Path], content: bytes
) -> None:
    folder, pack = two_banks
    pointer_file(folder.packs, "golden").write_bytes(content)
    opened = open_study(folder)
    keep_house(opened.study, folder, "UTC")
    close_study(opened.study)
    assert [listed.id for listed in opened.exams] == ["net-101"]
    assert len(opened.notices) == 1
    assert pack.is_file()
    publish_bank(make_bank(), folder.packs)
    assert {listed.id for listed in opens(folder).exams} == {"net-101", "golden"}


@pytest.mark.parametrize("place", [0, 0.3, 0.6, 0.9])
def test_a_damaged_starter_pack_heals_itself(data: Path, place: float) -> None:
    folder = DataFolder(data)
    rot(next(folder.packs.glob("starter-*.pack")), place)
    opened = open_study(folder)
    keep_house(opened.study, folder, "UTC")
    assert [listed.id for listed in opened.exams] == ["net-101"]
    sit_every_question(opened.study)
    close_study(opened.study)
    pack = current_pack(folder.packs, "starter")
    assert pack is not None
    pack.verify()
    pack.close()


def sit_every_question(study: Study) -> None:
    listed = study.catalogue.exam("net-101")
    ids = listed.pack.question_ids("net-101")
    assert len(listed.pack.questions(ids)) == len(ids)
    exam.start(study, "net-101", seed=1).submit()


def test_a_damaged_starter_pointer_heals_itself(data: Path) -> None:
    folder = DataFolder(data)
    pointer_file(folder.packs, "starter").write_bytes(b"")
    opened = opens(folder)
    assert [listed.id for listed in opened.exams] == ["net-101"]
    assert opened.notices == ()
