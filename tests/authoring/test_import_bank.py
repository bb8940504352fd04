"""Our own format, re-import, dry runs, cancelling, and exports."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from pingtopass_desktop.authoring.exporting import ExportFailed, export_exam
from pingtopass_desktop.authoring.importing import ImportCancelled, ImportFailed, Stage, import_files
from pingtopass_desktop.library.bank.model import imported_id
from pingtopass_desktop.library.publish import current_pack, publish
from pingtopass_desktop.library.starter import publish_starter
from tests.authoring.conftest import NOW, Desk

EXAM = """\
[exam]
id = "net"
name = "Networks"
questions = 2
pass = { count = 1 }
[[objective]]
code = "1"
name = "Routing"
weight = 100
"""
QUESTION = """\
[[question]]
id = "{id}"
type = "multiple_choice"
text = "{text}"
answers = [{{ id = "a", text = "x", is_correct = true }}, {{ id = "b", text = "y" }}]
"""
PNG = b"\x89PNG\r\n\x1a\nimage"


def _bank(desk: Desk, *questions: str, folder: str = "bank") -> Path:
    desk.write(f"{folder}/exam.toml", EXAM)
    desk.write(f"{folder}/media/pic.png", PNG)
    desk.write(f"{folder}/questions/1.toml", "\n".join(['objective = "1"', *questions]))
    return desk.folder / folder


def _question(number: int, text: str = "What?") -> str:
    return QUESTION.format(id=f"q{number}", text=text)


def _zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return target


def test_a_bank_folder_and_its_zip_give_the_same_release(desk: Desk, new_desk: Callable[[], Desk]) -> None:
    folder = _bank(desk, _question(1, "See ![it](pic.png)"), _question(2))
    report = desk.bring(folder)
    assert (report.exam_id, report.imported, report.skipped) == ("net", 2, ())
    other = new_desk()
    other.bring(_zipped(folder, other.folder / "net.zip"))
    assert other.digest("net") == desk.digest("net")
    assert len(desk.bank("net").media) == 1


def test_a_bank_may_be_named_by_its_exam_file(desk: Desk) -> None:
    folder = _bank(desk, _question(1))
    assert desk.bring(folder / "exam.toml").imported == 1


def test_a_broken_question_is_skipped_with_file_line_and_field(desk: Desk) -> None:
    folder = _bank(desk, _question(1), '[[question]]\nid = "q2"\ntype = "riddle"\ntext = "?"\nanswers = []\n')
    report = desk.bring(folder)
    assert report.imported == 1
    skipped = report.as_json()["skipped"]
    assert skipped[0]["where"] == "questions/1.toml:10"
    assert skipped[0]["why"].startswith("type: 'riddle' is not one of")


def test_a_bank_with_several_exams_takes_the_name_of_its_folder(desk: Desk) -> None:
    for name in ("net", "sec"):
        folder = _bank(desk, _question(1), folder=f"My Banks/{name}")
        (folder / "exam.toml").write_text(EXAM.replace('"net"', f'"{name}"'))
    report = desk.bring(desk.folder / "My Banks")
    assert (report.exam_id, report.imported) == ("my-banks", 1)
    assert "id" in report.skipped[0].field


def test_ids_come_from_the_exam_and_the_source(desk: Desk) -> None:
    desk.bring(_bank(desk, _question(1)))
    assert desk.questions("net")[0].id == imported_id("net", "q1")


def test_a_further_import_updates_adds_and_keeps(desk: Desk) -> None:
    desk.bring(_bank(desk, _question(1), _question(2), _question(3)))
    report = desk.bring(_bank(desk, _question(1), _question(2, "Changed?"), _question(4)))
    assert (report.imported, report.updated, report.unchanged) == (1, 2, 1)
    revisions = {question.source_id: question.revision for question in desk.questions("net")}
    assert revisions == {"q1": 1, "q2": 2, "q3": 1, "q4": 1}


def test_the_same_import_again_publishes_nothing_new(desk: Desk) -> None:
    folder = _bank(desk, _question(1))
    first = desk.bring(folder)
    again = desk.bring(folder)
    assert (again.imported, again.updated, again.unchanged) == (0, 1, 1)
    assert again.pack == first.pack


def test_the_report_has_a_stable_shape(desk: Desk) -> None:
    report = desk.bring(_bank(desk, _question(1)))
    shape = report.as_json()
    assert list(shape) == ["imported", "updated", "unchanged", "skipped", "warnings", "exam"]
    assert json.loads(json.dumps(shape)) == shape


def test_a_dry_run_reports_the_same_and_writes_nothing(desk: Desk) -> None:
    report = desk.bring(_bank(desk, _question(1)), dry_run=True)
    assert (report.imported, report.pack) == (1, None)
    assert not desk.packs.exists()


def test_an_import_can_be_cancelled_and_writes_nothing(desk: Desk) -> None:
    rows = [f"{n},Q{n}?,x,y,A" for n in range(1000)]
    path = desk.write("net.csv", "\n".join(["id,question,a,b,answer", *rows]))
    seen: list[tuple[Stage, int, int]] = []

    def progress(stage: Stage, done: int, total: int) -> bool:
        seen.append((stage, done, total))
        return done < 400

    with pytest.raises(ImportCancelled):
        import_files([path], exam_file=None, packs=desk.packs, now=NOW, progress=progress)
    checked = [(Stage.CHECKING, done, 1000) for done in (0, 200, 400)]
    assert seen == [(Stage.READING, 0, 0), *checked]
    assert not desk.packs.exists()


def test_progress_ends_with_all_questions(desk: Desk) -> None:
    seen: list[tuple[Stage, int, int]] = []

    def progress(stage: Stage, done: int, total: int) -> bool:
        seen.append((stage, done, total))
        return True

    folder = _bank(desk, _question(1), _question(2))
    import_files([folder], exam_file=None, packs=desk.packs, now=NOW, progress=progress)
    assert seen[-1] == (Stage.WRITING, 2, 2)


def test_an_exam_of_another_bank_is_never_taken_over(desk: Desk) -> None:
    publish_starter(desk.packs, NOW)
    before = sorted(path.name for path in desk.packs.iterdir())
    with pytest.raises(ImportFailed, match="'net-101' belongs to the bank 'starter'"):
        desk.bring_text("net-101.csv", "question,a,b,answer\nOne?,x,y,A\n")
    with pytest.raises(ImportFailed, match="'starter' belongs to the bank 'starter'"):
        desk.bring_text("starter.csv", "question,a,b,answer\nOne?,x,y,A\n")
    bank = _bank(desk, _question(1))
    (bank / "exam.toml").write_text(EXAM.replace('"net"', '"net-101"'))
    with pytest.raises(ImportFailed, match="belongs to the bank 'starter'"):
        desk.bring(bank)
    assert sorted(path.name for path in desk.packs.iterdir()) == before


def test_a_pack_that_came_from_elsewhere_is_never_replaced(desk: Desk) -> None:
    folder = _bank(desk, _question(1))
    desk.bring(folder)
    publish(replace(desk.bank("net"), id="other"), desk.packs, source="cloud", now=NOW)
    with pytest.raises(ImportFailed, match="'other' belongs to the bank 'other'"):
        desk.bring_text("other.csv", "question,a,b,answer\nOne?,x,y,A\n")


def test_a_damaged_pack_is_repaired_by_an_import(desk: Desk) -> None:
    folder = _bank(desk, _question(1))
    first = desk.bring(folder)
    assert first.pack is not None
    first.pack.write_bytes(b"no pack at all")
    report = desk.bring(folder)
    assert report.imported == 1
    assert "damaged" in str(report.warnings[0])
    desk.digest("net")


@pytest.mark.parametrize("target", ["out", "out.zip"])
def test_an_export_can_be_imported_again_to_the_same_release(
    desk: Desk, new_desk: Callable[[], Desk], target: str
) -> None:
    desk.bring(_bank(desk, _question(1, "See ![it](pic.png)"), _question(2)))
    desk.bring(_bank(desk, _question(1, "Changed ![it](pic.png)"), _question(3)))
    pack = current_pack(desk.packs, "net")
    assert pack is not None
    assert export_exam(pack, "net", desk.folder / target) == 3
    other = new_desk()
    report = other.bring(desk.folder / target)
    assert (report.imported, report.skipped, report.warnings) == (3, (), ())
    assert other.digest("net") == desk.digest("net")
    with pytest.raises(ExportFailed, match="exists already"):
        export_exam(pack, "net", desk.folder / target)
    with pytest.raises(ExportFailed, match="holds no exam 'nope'"):
        export_exam(pack, "nope", desk.folder / "nope")
    pack.close()
    assert not (desk.folder / "nope").exists()


def test_an_export_of_foreign_questions_comes_back_the_same(
    desk: Desk, new_desk: Callable[[], Desk], fixtures_folder: Path
) -> None:
    desk.bring(fixtures_folder / "ham-general" / "general-2023-2027.csv")
    pack = current_pack(desk.packs, "general-2023-2027")
    assert pack is not None
    export_exam(pack, "general-2023-2027", desk.folder / "ham.zip")
    pack.close()
    other = new_desk()
    assert other.bring(desk.folder / "ham.zip").imported == 423
    assert other.digest("general-2023-2027") == desk.digest("general-2023-2027")
