"""Exports to one file: a zip, a table, JSON lines; whole or not at all."""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace

from pingtopass_desktop.authoring.exporting import ExportCancelled, ExportFailed, ExportStage, export_file
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.publish import publish
from tests.authoring.conftest import NOW, Desk
from tests.fakes.banks import make_bank

BANK = make_bank(10)
CHOICES = [question for question in BANK.questions if question.type.is_choice]


def always(stage: ExportStage, done: int, total: int) -> bool:
    return True


@pytest.fixture
def pack(desk: Desk) -> Path:
    return publish(BANK, desk.packs, source="imported", now=NOW)


@pytest.mark.parametrize("name", ["out.zip", "out.jsonl"])
def test_a_zip_and_json_lines_hold_everything(desk: Desk, pack: Path, name: str) -> None:
    report = export_file(pack, "golden", desk.folder / name, progress=always)
    assert (report.questions, report.left_out) == (len(BANK.questions), 0)
    other = Desk(desk.folder, desk.folder / "other packs")
    back = other.bring(desk.folder / name)
    assert (back.imported, back.skipped) == (len(BANK.questions), ())
    read = {question.id: question for question in other.questions(back.exam_id)}
    for question in BANK.questions:
        same = replace(read[question.id], exam_id="golden", objective_id=question.objective_id, revision=1)
        assert same == question


def test_a_table_holds_the_questions_with_options_to_choose_from(desk: Desk, pack: Path) -> None:
    target = desk.folder / "out.csv"
    report = export_file(pack, "golden", target, progress=always)
    assert (report.questions, report.left_out) == (len(CHOICES), len(BANK.questions) - len(CHOICES))
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [question.id for question in CHOICES]
    other = Desk(desk.folder, desk.folder / "other packs")
    back = other.bring(target)
    assert back.imported == len(CHOICES)
    keys = {question.id: question.key for question in other.questions("out")}
    assert keys == {question.id: question.key for question in CHOICES}
    types = {question.type for question in other.questions("out")}
    assert types == {QuestionType.MULTIPLE_CHOICE, QuestionType.MULTI_SELECT, QuestionType.TRUE_FALSE}


@pytest.mark.parametrize("name", ["out.zip", "out.csv", "out.jsonl"])
@pytest.mark.parametrize("stage", list(ExportStage))
def test_a_cancelled_export_leaves_the_file_that_was_there(
    desk: Desk, pack: Path, name: str, stage: ExportStage
) -> None:
    target = desk.write(name, "precious")
    before = set(desk.folder.iterdir())
    with pytest.raises(ExportCancelled):
        export_file(pack, "golden", target, progress=lambda at, done, total: at is not stage)
    assert target.read_text() == "precious"
    assert set(desk.folder.iterdir()) == before


@pytest.mark.parametrize("name", ["out.zip", "out.csv", "out.jsonl"])
def test_an_export_takes_the_place_of_a_file_when_it_is_complete(desk: Desk, pack: Path, name: str) -> None:
    target = desk.write(name, "old")
    export_file(pack, "golden", target, progress=always)
    assert target.read_bytes() != b"old"
    assert [path.name for path in desk.folder.iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_named(desk: Desk, pack: Path) -> None:
    desk.write("file", "no folder")
    with pytest.raises(ExportFailed, match="cannot be written"):
        export_file(pack, "golden", desk.folder / "file" / "out.csv", progress=always)


def test_a_pack_that_is_gone_is_named(desk: Desk, pack: Path) -> None:
    pack.unlink()
    with pytest.raises(ExportFailed, match="is missing"):
        export_file(pack, "golden", desk.folder / "out.zip", progress=always)
