"""The bundled bank: what a learner finds on the first run, and that it is rebuilt when it should be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pingtopass_desktop.domain.form import blueprint_counts, draw_form
from pingtopass_desktop.domain.question import Question, QuestionType
from pingtopass_desktop.library.bank.text import read_bank
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.publish import pointer_file, read_pointer
from pingtopass_desktop.library.starter import (
    BANK_ID,
    NAME,
    is_starter_current,
    publish_starter,
    resources_folder,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def pack(starter_packs: Path) -> Iterator[Pack]:
    pack = open_starter(starter_packs)
    yield pack
    pack.close()


def open_starter(folder: Path) -> Pack:
    pointer = read_pointer(pointer_file(folder, BANK_ID))
    assert pointer is not None
    return Pack(folder / pointer.pack)


def failing(questions: list[Question], is_fine: object) -> list[str]:
    assert callable(is_fine)
    return [question.id for question in questions if not is_fine(question)]


def test_the_bundled_text_has_neither_problems_nor_warnings() -> None:
    read = read_bank(resources_folder() / "starter", BANK_ID)
    assert [str(problem) for problem in (*read.skipped, *read.warnings)] == []


def test_the_bundled_bank_has_enough_questions_of_all_five_types(pack: Pack) -> None:
    questions = list(pack.all_questions())
    assert len(questions) >= 80
    assert {question.type for question in questions} == set(QuestionType)
    assert (pack.bank_id, pack.name, pack.source) == (BANK_ID, NAME, "bundled")


def test_every_bundled_question_explains_itself(pack: Pack) -> None:
    questions = list(pack.all_questions())
    assert failing(questions, lambda q: q.explanation.strip() and q.reference.strip()) == []
    assert failing(questions, lambda q: all(option.rationale.strip() for option in q.options)) == []


def test_bundled_questions_have_time_ordered_ids_and_different_texts(pack: Pack) -> None:
    questions = list(pack.all_questions())
    assert failing(questions, lambda q: q.id[14] == "7") == []
    assert len({question.text for question in questions}) == len(questions)


def test_three_hundred_seeds_draw_full_forms(pack: Pack) -> None:
    for exam in pack.exams():
        counts = blueprint_counts(exam, pack.objectives(exam.id))
        pool = pack.pool(exam.id)
        for seed in range(300):
            form = draw_form(counts, pool, seed, 0, lambda ids: {})
            assert form.shortfall == ()
            assert len(set(form.question_ids)) == exam.question_count


def test_the_starter_pack_is_built_once(tmp_path: Path) -> None:
    assert not is_starter_current(tmp_path)
    assert publish_starter(tmp_path, NOW)
    assert is_starter_current(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert not publish_starter(tmp_path, NOW + timedelta(days=1))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("keep", [0, 100, 5000, 200_000])
def test_a_starter_pack_that_was_cut_off_is_built_again(tmp_path: Path, keep: int) -> None:
    publish_starter(tmp_path, NOW)
    pack = open_starter(tmp_path)
    pack.close()
    pack.path.write_bytes(pack.path.read_bytes()[:keep])
    assert publish_starter(tmp_path, NOW)
    again = open_starter(tmp_path)
    again.verify()
    again.close()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pack": "nowhere.pack", "fingerprint": "x"}'])
def test_a_broken_pointer_is_repaired(tmp_path: Path, content: str) -> None:
    publish_starter(tmp_path, NOW)
    pointer_file(tmp_path, BANK_ID).write_text(content)
    assert publish_starter(tmp_path, NOW)
    assert is_starter_current(tmp_path)
