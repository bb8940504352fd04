"""Several files at once: what belongs together, what fails alone, and a cancel that takes back what was done."""

from pathlib import Path

import pytest

from pingtopass_desktop.authoring.batch import Batch, import_all, together
from pingtopass_desktop.authoring.importing import ImportCancelled, Stage
from pingtopass_desktop.library.index import has_index
from pingtopass_desktop.library.publish import current_pack
from tests.authoring.conftest import NOW, Desk

CSV = "id,question,a,b,answer\n{id}1,One?,x,y,A\n{id}2,Two?,x,y,B\n"
EXAM = """\
[exam]
id = "joint"
name = "Joint"
questions = 2
pass = { count = 1 }
[[objective]]
code = "1"
name = "All"
weight = 100
[import]
add_objectives = "weight:equal"
"""


def bring_all(desk: Desk, *paths: Path) -> Batch:
    return import_all(paths, packs=desk.packs, now=NOW, progress=lambda *_: True)


def test_data_files_are_exams_of_their_own(desk: Desk) -> None:
    paths = [desk.write(f"{name}.csv", CSV.format(id=name)) for name in ("net", "sec")]
    batch = bring_all(desk, *paths)
    assert [(report.exam_id, report.imported) for report in batch.reports] == [("net", 2), ("sec", 2)]
    assert batch.failures == ()


def test_data_files_beside_an_exam_file_are_one_exam(desk: Desk) -> None:
    desk.write("joint/exam.toml", EXAM)
    paths = [desk.write(f"joint/{name}.csv", CSV.format(id=name).replace("question", "objective,question").replace(
        "1,One", "1,1,One").replace("2,Two", "2,1,Two")) for name in ("a", "b")]  # fmt: skip
    alone = desk.write("alone.csv", CSV.format(id="c"))
    assert together([paths[0], alone, paths[1]]) == [[path.resolve() for path in paths], [alone.resolve()]]
    batch = bring_all(desk, *paths)
    assert [(report.exam_id, report.imported) for report in batch.reports] == [("joint", 4)]


def test_a_file_named_twice_is_imported_once(desk: Desk) -> None:
    path = desk.write("net.csv", CSV.format(id="q"))
    assert together([path, path]) == [[path.resolve()]]


def test_an_exam_file_stands_for_its_folder(desk: Desk) -> None:
    path = desk.write("joint/exam.toml", EXAM)
    assert together([path, path.parent]) == [[path.parent.resolve()]]


def test_a_file_that_cannot_be_imported_does_not_stop_the_others(desk: Desk) -> None:
    broken = desk.write("broken.json", "{")
    batch = bring_all(desk, broken, desk.write("net.csv", CSV.format(id="q")))
    assert [failure.name for failure in batch.failures] == ["broken.json"]
    assert "broken.json:1" in batch.failures[0].message
    assert [report.exam_id for report in batch.reports] == ["net"]


def test_a_cancel_takes_back_what_was_imported_before(desk: Desk) -> None:
    desk.bring_text("net.csv", CSV.format(id="q"))
    before = desk.digest("net")
    changed = desk.write("net.csv", CSV.format(id="q").replace("Two?", "Changed?"))
    new = desk.write("new.csv", CSV.format(id="n"))
    last = desk.write("last.csv", CSV.format(id="l"))

    def progress(name: str, stage: Stage, done: int, total: int) -> bool:
        return name != "last.csv"

    with pytest.raises(ImportCancelled):
        import_all([changed, new, last], packs=desk.packs, now=NOW, progress=progress)
    assert desk.digest("net") == before
    assert current_pack(desk.packs, "new") is None


@pytest.mark.parametrize("stage", [Stage.READING, Stage.CHECKING, Stage.WRITING])
def test_an_import_can_be_cancelled_at_every_stage_and_changes_nothing(desk: Desk, stage: Stage) -> None:
    desk.bring_text("net.csv", CSV.format(id="q"))
    before = {path.name: path.read_bytes() for path in desk.packs.iterdir()}
    path = desk.write("net.csv", CSV.format(id="r"))
    with pytest.raises(ImportCancelled):
        import_all([path], packs=desk.packs, now=NOW, progress=lambda _name, at, _done, _total: at is not stage)
    assert {path.name: path.read_bytes() for path in desk.packs.iterdir()} == before


def test_the_search_index_is_left_to_the_caller(desk: Desk) -> None:
    bring_all(desk, desk.write("net.csv", CSV.format(id="q")))
    pack = current_pack(desk.packs, "net")
    assert pack is not None
    assert not has_index(pack)
    pack.close()


def test_an_import_says_what_it_replaced(desk: Desk) -> None:
    first = bring_all(desk, desk.write("net.csv", CSV.format(id="q"))).reports[0]
    again = bring_all(desk, desk.write("net.csv", CSV.format(id="q"))).reports[0]
    more = bring_all(desk, desk.write("net.csv", CSV.format(id="r"))).reports[0]
    assert first.change is not None
    assert again.change is not None
    assert more.change is not None
    assert (first.change.before, first.change.is_one) == (None, True)
    assert not again.change.is_one
    assert more.change.before == first.change.after
