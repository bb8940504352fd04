"""SIGKILL at any moment of an exam, of a start, of a publication, of a backup: nothing confirmed is lost."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.learner import snapshot
from pingtopass_desktop.learner.backup_file import LEARNER, open_backup
from pingtopass_desktop.library.publish import collect, current_pack
from tests.chaos.children import Children
from tests.chaos.exam_chain import TOLERANCE_MS, Chain
from tests.fakes.banks import make_bank, publish_bank
from tests.fakes.counts import runs
from tests.fakes.learners import events_in, write_learner

pytestmark = pytest.mark.alone

KINDS = ("anytime", "after a line", "anytime", "resume", "after a line", "anytime", "start", "anytime")
SUBMIT_EVERY = 25


@pytest.mark.timeout(3600)
def test_no_kill_in_an_exam_loses_an_answer_a_mark_or_more_than_a_second(
    children: Children, data: Path, random: Random, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = Chain(children, data, random)
    for number in range(runs(8, 300)):
        is_submit = number % SUBMIT_EVERY == SUBMIT_EVERY - 1
        chain.live("submit" if is_submit else KINDS[number % len(KINDS)])
    chain.check_what_is_on_disk()
    with capsys.disabled():
        print(f"\n{chain.tally}")
    assert chain.tally.lost == []
    assert [error for error in chain.tally.clock_errors if abs(error) > TOLERANCE_MS] == []


@pytest.mark.timeout(600)
def test_kills_at_the_end_of_an_exam_leave_it_running_or_finished_with_all_answers(
    children: Children, data: Path, random: Random
) -> None:
    chain = Chain(children, data, random)
    for _ in range(runs(1, 20)):
        chain.live("submit")
    chain.check_what_is_on_disk()
    assert chain.tally.lost == []


def test_an_answer_that_is_gone_would_be_noticed(children: Children, data: Path, random: Random) -> None:
    """The test of the test: saved answers are taken out of the file behind the program's back."""
    chain = Chain(children, data, random)
    while chain.tally.answers_confirmed < 20:
        chain.live("anytime")
    assert chain.tally.lost == []
    with closing(sqlite3.connect(DataFolder(data).learner)) as db, db:
        db.execute("DELETE FROM attempt_items")
    chain.check_what_is_on_disk()
    assert chain.tally.lost


@pytest.mark.timeout(600)
def test_kills_at_the_first_starts_leave_a_folder_that_opens(
    children: Children, tmp_path: Path, random: Random
) -> None:
    for number in range(runs(1, 15)):
        folder = DataFolder(tmp_path / f"fresh {number}")
        for _ in range(runs(2, 4)):
            window = children.window(folder.root)
            window.line(random.uniform(0.05, 1.5))
            window.kill()
            assert window.errors == ""
        window = children.start("-m", "tests.chaos.window_driver", str(folder.root))
        said = json.loads(window.line() or "{}")
        assert any("Network Essentials" in text for text in said["texts"]), said
        assert not any("damaged" in text for text in said["texts"])
        window.kill()
        snapshot.check(folder.learner)


@pytest.mark.timeout(600)
def test_kills_while_publishing_leave_one_whole_release_in_force(
    children: Children, data: Path, random: Random
) -> None:
    packs = DataFolder(data).packs
    publish_bank(make_bank(), packs)
    release = 0
    for _ in range(runs(4, 60)):
        writer = children.start("-m", "tests.chaos.writer", "publish", str(data))
        first = writer.line()
        assert first is not None, writer.errors
        second = writer.line(random.uniform(0, 0.1))
        writer.kill()
        done = [line for line in (first, second, *writer.rest()) if line]
        pack = current_pack(packs, "golden")
        assert pack is not None
        pack.verify()
        assert pack.release.id >= max(release, int(done[-1].split("-")[1]))
        release = pack.release.id
        pack.close()
        collect(packs, ())
        assert len(list(packs.glob("golden-*"))) == 1
        assert not list(packs.glob("*.part*"))


@pytest.mark.timeout(600)
def test_kills_while_backing_up_leave_whole_backups_and_the_file_as_it_was(
    children: Children, data: Path, random: Random
) -> None:
    folder = DataFolder(data)
    write_learner(folder.learner, 200)
    publish_bank(make_bank(), folder.packs)
    before = folder.learner.read_bytes()
    for _ in range(runs(3, 60)):
        writer = children.start("-m", "tests.chaos.writer", "backup", str(data))
        assert writer.line() is not None, writer.errors
        writer.line(random.uniform(0, 0.2))
        writer.kill()
    backups = list(folder.root.glob("backup-*.zip"))
    assert backups
    for path in backups:
        with open_backup(path) as backup:
            backup.extract(LEARNER, folder.root / "extracted.db")
        assert events_in(folder.root / "extracted.db") == events_in(folder.learner)
    assert folder.learner.read_bytes() == before
