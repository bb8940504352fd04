"""Publishing: merging, revisions, the pointer, collecting, and what a kill or a second process can do (nothing)."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pingtopass_desktop.library.bank.model import Bank, Media, content_rows, release_digest
from pingtopass_desktop.library.catalogue import Catalogue, UnknownExam
from pingtopass_desktop.library.lock import FileLock, LockHeld
from pingtopass_desktop.library.pack import Pack, PackDamaged
from pingtopass_desktop.library.publish import collect, current_pack, merge, pointer_file, read_pointer
from tests.fakes.banks import (
    PNG,
    PNG_SHA256,
    PUBLISHED,
    banks,
    make_bank,
    make_exam,
    make_objective,
    make_question,
    publish_bank,
)
from tests.fakes.counts import runs

BANK = make_bank(3)


def changed(bank: Bank, number: int = 0, text: str = "Another text?") -> Bank:
    questions = list(bank.questions)
    questions[number] = replace(questions[number], text=text)
    return replace(bank, questions=tuple(questions))


def read_current(folder: Path, bank_id: str = "golden") -> Bank:
    pack = current_pack(folder, bank_id)
    assert pack is not None
    pack.verify()
    bank = pack.bank()
    pack.close()
    return bank


@given(banks())
def test_merging_the_same_bank_changes_nothing(bank: Bank) -> None:
    merged = merge(bank, bank)
    assert release_digest(content_rows(merged)) == release_digest(content_rows(bank))
    assert merged.questions == bank.questions


def test_a_changed_question_gets_the_next_revision_and_the_others_keep_theirs() -> None:
    merged = merge(BANK, changed(BANK))
    assert [q.revision for q in merged.questions] == [2] + [1] * (len(BANK.questions) - 1)
    assert [q.id for q in merged.questions] == [q.id for q in BANK.questions]
    again = merge(merged, changed(BANK))
    assert again.questions == merged.questions
    back = merge(merged, BANK)
    assert back.questions[0].revision == 3


def test_a_revision_that_comes_in_higher_is_taken_over() -> None:
    incoming = changed(BANK)
    incoming = replace(incoming, questions=(replace(incoming.questions[0], revision=7), *incoming.questions[1:]))
    assert merge(BANK, incoming).questions[0].revision == 7


def test_merging_adds_and_never_removes_questions() -> None:
    incoming = replace(BANK, questions=(make_question(500), *BANK.questions[:2]))
    merged = merge(BANK, incoming)
    assert {q.id for q in merged.questions} == {q.id for q in (*BANK.questions, *incoming.questions)}


def test_exams_of_the_bank_that_did_not_come_in_are_kept() -> None:
    other = make_exam(id="other")
    objective = make_objective("x", exam_id="other")
    current = replace(BANK, exams=(*BANK.exams, other), objectives=(*BANK.objectives, objective))
    merged = merge(current, BANK)
    assert {exam.id for exam in merged.exams} == {"golden", "other"}
    assert objective in merged.objectives


def test_an_objective_that_only_old_questions_use_is_kept_out_of_the_blueprint() -> None:
    """The blueprint is that of the exam that came in: a form must not grow by what it no longer has."""
    old = replace(
        BANK,
        objectives=(make_objective("8", weight=60.0), make_objective("9", weight=40.0, position=1)),
        questions=(make_question(77, objective="9"),),
    )
    merged = merge(old, BANK)
    assert [objective.id for objective in merged.objectives[:3]] == [o.id for o in BANK.objectives]
    assert merged.objectives[3:] == (make_objective("9", position=3),)


def test_a_kept_objective_stays_below_a_parent_that_came_in() -> None:
    child = make_objective("1.1", parent="1", position=1)
    old = replace(BANK, objectives=(*BANK.objectives, child), questions=(make_question(77, objective="1.1"),))
    assert merge(old, BANK).objectives[3] == replace(child, position=3)


def test_pictures_that_no_question_shows_any_more_go() -> None:
    media = (Media(PNG_SHA256, "image/png", PNG),)
    current = replace(changed(BANK, text=f"![x](media:{PNG_SHA256})"), media=media)
    assert merge(current, replace(BANK, media=())).media == ()
    assert merge(BANK, current).media == media


def test_the_same_content_publishes_nothing_new(tmp_path: Path) -> None:
    first = publish_bank(BANK, tmp_path)
    before = first.read_bytes()
    second = publish_bank(BANK, tmp_path, PUBLISHED + timedelta(days=3))
    assert first == second
    assert first.read_bytes() == before
    assert len(list(tmp_path.glob("*.pack"))) == 1


def test_new_content_is_a_new_release_beside_the_old_one(tmp_path: Path) -> None:
    first = publish_bank(BANK, tmp_path)
    before = first.read_bytes()
    second = publish_bank(merge(BANK, changed(BANK)), tmp_path, PUBLISHED + timedelta(days=3))
    assert first.read_bytes() == before
    assert second.name.startswith("golden-2-")
    assert read_current(tmp_path).questions[0].text == "Another text?"


def test_questions_remember_when_they_came_and_when_they_changed(tmp_path: Path) -> None:
    publish_bank(BANK, tmp_path)
    pack = Pack(publish_bank(merge(BANK, changed(BANK)), tmp_path, PUBLISHED + timedelta(days=3)))
    stamps = pack.stamps()
    pack.close()
    assert stamps[BANK.questions[0].id] == ("2026-11-22T12:00:00+00:00", "2026-11-25T12:00:00+00:00")
    assert stamps[BANK.questions[1].id] == ("2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00+00:00")


@pytest.mark.parametrize("where", ["beginning", "question"])
def test_publishing_the_same_bank_again_repairs_a_damaged_pack(tmp_path: Path, where: str) -> None:
    """What the message of `PackDamaged` promises."""
    path = publish_bank(BANK, tmp_path)
    content = path.read_bytes()
    at = 0 if where == "beginning" else content.index(b"Question 2 about")
    path.write_bytes(content[:at] + b"#" + content[at + 1 :])
    repaired = publish_bank(BANK, tmp_path)
    assert repaired != path
    assert read_current(tmp_path).questions == BANK.questions


def test_publishing_changed_content_over_a_damaged_pack_works(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    path.write_bytes(path.read_bytes()[:8192])
    publish_bank(changed(BANK), tmp_path)
    assert read_current(tmp_path).questions[0].text == "Another text?"


def test_a_weight_given_as_a_whole_number_is_verified(tmp_path: Path) -> None:
    bank = replace(BANK, objectives=(make_objective("1", weight=100),), questions=(make_question(1),))
    publish_bank(bank, tmp_path)
    read_current(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((NotADirectoryError, FileExistsError)):
        publish_bank(BANK, tmp_path / "file" / "packs")


def test_old_packs_are_collected_unless_in_use(tmp_path: Path) -> None:
    first = publish_bank(BANK, tmp_path)
    second = publish_bank(changed(BANK), tmp_path)
    third = publish_bank(changed(BANK, text="A third text?"), tmp_path)
    (tmp_path / "golden-9-deadbeef.part").write_bytes(b"left by a kill")
    assert {path.name for path in collect(tmp_path, {first.name})} == {second.name, "golden-9-deadbeef.part"}
    assert {path.name for path in tmp_path.glob("*.pa*")} == {first.name, third.name}
    assert collect(tmp_path, ()) == [first]


def test_collecting_where_there_is_no_library_does_nothing(tmp_path: Path) -> None:
    assert collect(tmp_path / "nowhere", ()) == []


def test_a_bank_without_its_pointer_is_gone_from_the_catalogue_and_collected(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    catalogue = Catalogue(tmp_path)
    assert catalogue.bank_of("golden") == "golden"
    pointer_file(tmp_path, "golden").unlink()
    assert catalogue.refresh()
    assert catalogue.exams() == []
    assert catalogue.pack_file(path.name).bank_id == "golden"
    catalogue.close()
    assert collect(tmp_path, ()) == [path]


def test_the_catalogue_follows_the_pointer(tmp_path: Path) -> None:
    publish_bank(BANK, tmp_path)
    catalogue = Catalogue(tmp_path)
    old = catalogue.exam("GLD-1").pack
    publish_bank(changed(BANK), tmp_path)
    assert catalogue.exam("golden").pack is old
    assert catalogue.refresh()
    assert not catalogue.refresh()
    assert catalogue.exam("golden").pack is not old
    assert catalogue.pack_file(old.path.name) is old
    with pytest.raises(UnknownExam, match="Known exams: golden"):
        catalogue.exam("nothing")
    catalogue.close()


def test_a_damaged_pack_is_a_problem_and_the_others_go_on(tmp_path: Path) -> None:
    publish_bank(BANK, tmp_path)
    damaged = publish_bank(make_bank(2, bank_id="second"), tmp_path)
    damaged.write_bytes(b"no pack")
    pointer_file(tmp_path, "third").write_text("{broken")
    catalogue = Catalogue(tmp_path)
    assert [listed.exam.id for listed in catalogue.exams()] == ["golden"]
    assert {type(problem) for problem in catalogue.problems} == {PackDamaged}
    assert len(catalogue.problems) == 2
    catalogue.close()


@given(st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode()))
def test_an_unreadable_pointer_is_no_pointer(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("pointers") / "bank.current"
    path.write_bytes(content)
    assert read_pointer(path) is None


def test_a_lock_is_held_by_one_and_free_after_it(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(LockHeld):
        FileLock(tmp_path / "lock")
    lock.close()
    FileLock(tmp_path / "lock").close()


PUBLISHER = """
    import sys
    from pathlib import Path
    from tests.fakes.banks import make_bank, publish_bank
    from msgspec.structs import replace

    folder, bank_id, first, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    bank = make_bank(40, bank_id=bank_id)
    print("ready", flush=True)
    for number in range(first, last):
        question = replace(bank.questions[0], text=f"Release {number}?")
        publish_bank(replace(bank, questions=(question, *bank.questions[1:])), folder)
        print(number, flush=True)
"""


def start_publisher(folder: Path, bank_id: str, first: int, last: int) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PUBLISHER), str(folder), bank_id, str(first), str(last)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a POSIX signal")
@pytest.mark.timeout(900)
def test_a_kill_in_the_middle_of_publishing_leaves_the_old_pack_or_the_new_one(tmp_path: Path) -> None:
    """The kill comes after a number of file operations that differs each time, seen from outside."""
    random = Random(9)
    release = 0
    for _ in range(runs(6, 100)):
        publisher = start_publisher(tmp_path, "golden", release, release + 1000)
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "ready\n"
        told = release - 1
        for _ in range(random.randint(1, 4)):
            told = int(publisher.stdout.readline())
        watched = random.choice(["*.part", "*.pack", "*.current"])
        before = {(path.name, path.stat().st_mtime_ns) for path in tmp_path.glob(watched)}
        spins = random.randint(0, 400)
        while spins and {(p.name, mtime(p)) for p in tmp_path.glob(watched)} == before:
            spins -= 1
        publisher.send_signal(signal.SIGKILL)
        rest, _ = publisher.communicate()
        told = max([told, *(int(line) for line in rest.split())])
        bank = read_current(tmp_path)
        assert len(bank.questions) == 120
        found = int(bank.questions[0].text.removeprefix("Release ").removesuffix("?"))
        assert found in (told, told + 1), "a release that was reported is lost, or one came from nowhere"
        release = told + 2
    publish_bank(make_bank(40), tmp_path)
    collect(tmp_path, ())
    assert len(list(tmp_path.glob("*.pack"))) == 1
    assert list(tmp_path.glob("*.part")) == []


def mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def test_two_processes_publish_at_once_and_every_pack_is_whole(tmp_path: Path) -> None:
    count = runs(15, 200)
    publishers = [
        start_publisher(tmp_path, "golden", 0, count),
        start_publisher(tmp_path, "golden", 1000, 1000 + count),
        start_publisher(tmp_path, "other", 0, count),
    ]
    for publisher in publishers:
        output, _ = publisher.communicate()
        assert publisher.returncode == 0
        assert len(output.split()) == count + 1
    last = [read_current(tmp_path, bank_id).questions[0].text for bank_id in ("golden", "other")]
    assert last[0] in (f"Release {count - 1}?", f"Release {1000 + count - 1}?")
    assert last[1] == f"Release {count - 1}?"
    releases = []
    for path in tmp_path.glob("*.pack"):
        pack = Pack(path)
        pack.verify()
        releases.append((pack.bank_id, pack.release.id))
        pack.close()
    assert sorted(releases) == sorted(
        [("golden", n + 1) for n in range(2 * count)] + [("other", n + 1) for n in range(count)]
    )
