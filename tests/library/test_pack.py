"""Packs: what was published is what is read, nothing is ever written, and damage is never taken for content."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.domain.form import WHOLE_BANK
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.bank.model import Bank, Media, content_rows, release_digest
from pingtopass_desktop.library.pack import FORMAT, Pack, PackDamaged, PackError, PackTooNew
from pingtopass_desktop.library.search import search
from tests.fakes.banks import PNG, PNG_SHA256, banks, make_bank, make_objective, make_question, publish_bank
from tests.fakes.counts import runs

SMALL = make_bank(10, question_count=12)


def pictured(bank: Bank) -> Bank:
    first = replace(bank.questions[0], text=f"See ![figure](media:{PNG_SHA256})")
    return replace(bank, questions=(first, *bank.questions[1:]), media=(Media(PNG_SHA256, "image/png", PNG),))


class Content(Struct):
    """Everything that a pack says about itself and its questions."""

    head: tuple[Any, ...]
    bank: Bank
    by_id: dict[str, Any]
    media: dict[str, Media]


def read_all(path: Path) -> Content:
    pack = Pack(path)
    try:
        bank = pack.bank()
        head = (pack.bank_id, pack.name, pack.source, pack.release)
        return Content(head, bank, pack.questions(q.id for q in bank.questions), pack.media([PNG_SHA256]))
    finally:
        pack.close()


def derived(path: Path) -> None:
    """Ask everything else of a pack. The answers may be wrong in a damaged pack, but there must be answers."""
    pack = Pack(path)
    try:
        for exam in pack.exams():
            pack.objectives(exam.id)
            pack.pool(exam.id)
            pack.counts(exam.id)
            pack.question_ids(exam.id)
        pack.stamps()
        search(pack, "question topic")
    finally:
        pack.close()


def verified(path: Path) -> bool:
    try:
        pack = Pack(path)
    except PackError:
        return False
    try:
        pack.verify()
    except PackError:
        return False
    else:
        return True
    finally:
        pack.close()


def test_what_was_published_is_read_row_by_row(tmp_path: Path) -> None:
    bank = pictured(SMALL)
    assert {question.type for question in bank.questions} == set(QuestionType)
    content = read_all(publish_bank(bank, tmp_path))
    assert content.bank.exams == bank.exams
    assert content.bank.objectives == bank.objectives
    assert content.bank.questions == bank.questions
    assert content.bank.media == bank.media
    assert content.by_id == {question.id: question for question in bank.questions}
    assert content.media == {PNG_SHA256: bank.media[0]}
    assert content.head[:3] == ("golden", "Golden bank", "test")


@given(banks())
def test_any_bank_is_read_as_it_was_published(tmp_path_factory: pytest.TempPathFactory, bank: Bank) -> None:
    path = publish_bank(bank, tmp_path_factory.mktemp("packs"))
    content = read_all(path)
    assert content.bank.questions == bank.questions
    assert set(content.bank.exams) == set(bank.exams)
    assert set(content.bank.objectives) == set(bank.objectives)
    assert content.bank.media == bank.media
    assert verified(path)


def test_the_release_names_count_digest_and_time(tmp_path: Path) -> None:
    pack = Pack(publish_bank(SMALL, tmp_path))
    digest = release_digest(content_rows(SMALL))
    assert (pack.release.id, pack.release.version, pack.release.question_count) == (1, "1", 30)
    assert (pack.release.digest, pack.release.published_at) == (digest, "2026-11-22T12:00:00+00:00")
    assert pack.path.name == f"golden-1-{digest[:8]}.pack"
    assert pack.size_bytes == pack.path.stat().st_size
    pack.close()


def test_reading_creates_no_file_and_changes_no_byte(tmp_path: Path) -> None:
    path = publish_bank(SMALL, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    pack = Pack(path)
    pack.verify()
    search(pack, "question")
    during = {file.name for file in tmp_path.iterdir()}
    pack.close()
    assert during == set(before)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_pack_cannot_be_written_through_its_connection(tmp_path: Path) -> None:
    pack = Pack(publish_bank(SMALL, tmp_path))
    with pytest.raises(PackError):
        pack.execute("DELETE FROM questions", ())
    pack.close()


def test_a_pack_is_found_by_a_path_with_odd_characters(tmp_path: Path) -> None:
    folder = tmp_path / "100% sure? #1 ünï"
    pack = Pack(publish_bank(SMALL, folder))
    assert len(list(pack.all_questions())) == 30
    pack.close()


def test_pool_ids_and_counts_hold_active_questions_only(tmp_path: Path) -> None:
    retired = replace(SMALL.questions[0], is_active=False)
    grouped = replace(SMALL.questions[1], sibling_group="twins")
    bank = replace(SMALL, questions=(retired, grouped, *SMALL.questions[2:]))
    pack = Pack(publish_bank(bank, tmp_path))
    pool = pack.pool("golden")
    ids = [candidate.id for candidates in pool.values() for candidate in candidates]
    active = [question.id for question in bank.questions[1:]]
    assert sorted(ids) == sorted(active)
    assert {c.sibling_group for c in pool["golden:1"] if c.id == grouped.id} == {"twins"}
    assert pack.question_ids("golden") == active
    assert pack.question_ids("golden", ["golden:2"]) == [q.id for q in bank.questions if q.objective_id == "golden:2"]
    assert sum(pack.counts("golden").values()) == len(active)
    assert [q.id for q in pack.all_questions()] == [q.id for q in bank.questions]
    pack.close()


def test_questions_of_sub_objectives_are_pooled_for_the_one_that_is_drawn(tmp_path: Path) -> None:
    objectives = (
        make_objective("1", weight=100.0),
        make_objective("1.1", parent="1", position=1),
        make_objective("2", position=2),
    )
    questions = tuple(make_question(n, objective=code) for n, code in enumerate(["1", "1.1", "2"], start=1))
    pack = Pack(publish_bank(replace(SMALL, objectives=objectives, questions=questions), tmp_path))
    assert {key: len(pool) for key, pool in pack.pool("golden").items()} == {"golden:1": 2}
    pack.close()


def test_a_bank_without_a_blueprint_is_one_pool(tmp_path: Path) -> None:
    bank = replace(SMALL, objectives=tuple(replace(o, weight=None) for o in SMALL.objectives))
    pack = Pack(publish_bank(bank, tmp_path))
    assert {key: len(pool) for key, pool in pack.pool("golden").items()} == {WHOLE_BANK: 30}
    pack.close()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: b"This is no database. " * 300, id="text"),
        pytest.param(lambda content: content[:100], id="header only"),
        pytest.param(lambda content: content[:16], id="magic only"),
        pytest.param(lambda content: bytes(len(content)), id="zeros"),
        pytest.param(lambda content: content[:4096] + bytes(len(content) - 4096), id="first page only"),
    ],
)
def test_a_file_that_is_no_pack_is_damaged(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = publish_bank(SMALL, tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(PackDamaged, match=path.name):
        read_all(path)


def test_another_program_s_database_is_no_pack(tmp_path: Path) -> None:
    path = tmp_path / "other.pack"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE release(id)")
    db.close()
    with pytest.raises(PackDamaged, match="not a pack"):
        Pack(path)


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["nothing", "a folder"])
def test_a_pack_that_is_not_there_says_so(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "gone.pack")
    with pytest.raises(PackDamaged, match=r"gone\.pack is missing"):
        Pack(tmp_path / "gone.pack")


def test_a_pack_of_a_newer_program_is_refused_as_such(tmp_path: Path) -> None:
    path = publish_bank(SMALL, tmp_path)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()
    with pytest.raises(PackTooNew, match="newer version"):
        Pack(path)


def test_a_release_that_was_never_finished_is_refused(tmp_path: Path) -> None:
    path = publish_bank(SMALL, tmp_path)
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE release SET state = 'publishing'")
    db.close()
    with pytest.raises(PackDamaged, match="no finished release"):
        Pack(path)


CHANGES = [
    "UPDATE questions SET text = 'Changed' WHERE number = 3",
    "UPDATE questions SET answers = replace(answers, 'true', 'false') WHERE number = 2",
    "UPDATE questions SET is_active = 0 WHERE number = 3",
    "UPDATE questions SET answers = '7' WHERE number = 3",
    "UPDATE questions SET answers = '[\"x\"]' WHERE number = 3",
    "UPDATE questions SET answers = '[[]]' WHERE number = 3",
    "UPDATE questions SET answers = '{broken' WHERE number = 3",
    "UPDATE questions SET answers = replace(answers, 'option', char(92) || 'ud800') WHERE number = 2",
    "UPDATE questions SET type = 'essay' WHERE number = 3",
    "UPDATE questions SET text = CAST(X'80FF' AS TEXT) WHERE number = 3",
    "UPDATE exams SET name = 'Another'",
    "UPDATE exams SET cut_count = 1",
    "UPDATE exams SET navigation = 'sideways'",
    "UPDATE exams SET multiple_response_rule = 'x'",
    "UPDATE objectives SET weight = 99 WHERE code = '1'",
    "UPDATE objectives SET name = 'Another' WHERE code = '1'",
    "DELETE FROM objectives WHERE code = '3'",
    "DELETE FROM exams",
    "UPDATE bank SET name = 'Another'",
    "UPDATE release SET version = 'another'",
    "UPDATE media SET bytes = X'00'",
    "ALTER TABLE objectives RENAME COLUMN weight TO wait",
    "ALTER TABLE questions RENAME COLUMN id TO ident",
    "ALTER TABLE media RENAME COLUMN mime TO mine",
    "ALTER TABLE exams RENAME COLUMN tier TO tear",
    "ALTER TABLE exams RENAME TO tests",
]


@pytest.mark.parametrize("sql", CHANGES)
def test_changed_content_is_damage_to_whoever_reads_it(tmp_path: Path, sql: str) -> None:
    path = publish_bank(pictured(SMALL), tmp_path)
    db = sqlite3.connect(path)
    with db:
        db.execute(sql)
    db.close()
    with pytest.raises(PackDamaged):
        read_all(path)
    assert not verified(path)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM questions WHERE number = 3", "DELETE FROM media", "UPDATE media SET mime = 'text/html'"]
)
def test_missing_content_and_a_wrong_media_type_are_found_by_verify(tmp_path: Path, sql: str) -> None:
    path = publish_bank(pictured(SMALL), tmp_path)
    db = sqlite3.connect(path)
    with db:
        db.execute(sql)
    db.close()
    assert not verified(path)


def assert_right_or_refused(path: Path, truth: Content) -> bool:
    """Read everything of a damaged file. True where all of it could be read, and then it was right."""
    found = None
    try:
        found = read_all(path)
    except PackError:
        assert not verified(path), "reading found damage that verify() does not"
    if found is not None:
        assert found.head == truth.head
        assert found.bank.exams == truth.bank.exams
        assert found.bank.objectives == truth.bank.objectives
        assert found.by_id.items() <= truth.by_id.items()
        assert {m.sha256: m.content for m in found.bank.media} in ({}, {PNG_SHA256: PNG})
        assert set(found.bank.questions) <= set(truth.bank.questions)
        if found != truth:
            assert not verified(path), "verify() does not find what is missing"
    with suppress(PackError):
        derived(path)
    return found == truth


@pytest.mark.timeout(900)
def test_a_flipped_byte_is_never_taken_for_content(tmp_path: Path) -> None:
    path = publish_bank(pictured(SMALL), tmp_path)
    sound, truth = path.read_bytes(), read_all(path)
    random = Random(20261122)
    positions = random.sample(range(len(sound)), runs(200, 10_000))
    structure = [*range(0, 100, 4), *random.sample(range(100, 4 * 4096), runs(100, 3000))]
    harmed = 0
    for position in {*positions, *structure}:
        spoiled = bytearray(sound)
        spoiled[position] ^= random.choice([0x01, 0x02, 0x20, 0x80, 0xFF])
        path.write_bytes(spoiled)
        harmed += not assert_right_or_refused(path, truth)
    assert harmed > 40, "the flips do not reach the content"


@pytest.mark.timeout(900)
def test_a_truncated_pack_is_never_taken_for_content(tmp_path: Path) -> None:
    path = publish_bank(pictured(SMALL), tmp_path)
    sound, truth = path.read_bytes(), read_all(path)
    random = Random(7)
    for length in [*range(0, 200, 20), *random.sample(range(len(sound)), runs(40, 1000))]:
        path.write_bytes(sound[:length])
        assert_right_or_refused(path, truth)
        assert not verified(path)
