"""Export and read again: the same content by the same digest."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from msgspec.structs import replace

from pingtopass_desktop.library.bank.export import write_bank
from pingtopass_desktop.library.bank.model import Bank, content_rows, release_digest
from pingtopass_desktop.library.bank.text import read_bank
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.publish import current_pack, merge
from tests.fakes.banks import banks, make_bank, make_objective, make_question, publish_bank


def digest(bank: Bank) -> str:
    return release_digest(content_rows(bank))


@given(banks())
def test_a_bank_is_the_same_after_export_and_reading(tmp_path_factory: pytest.TempPathFactory, bank: Bank) -> None:
    folder = tmp_path_factory.mktemp("export")
    for target in (folder / "bank", folder / "bank.zip"):
        write_bank(bank, target)
        read = read_bank(target, bank.id)
        assert [str(problem) for problem in read.skipped] == []
        assert digest(read.bank) == digest(bank)
        assert {q.id: q for q in read.bank.questions} == {q.id: q for q in bank.questions}
        assert read.bank.media == bank.media
        assert read.bank.version == bank.version


def test_the_starter_pack_survives_export_and_import(tmp_path: Path, starter_packs: Path) -> None:
    pack = current_pack(starter_packs, "starter")
    assert pack is not None
    bank = pack.bank()
    pack.close()
    write_bank(bank, tmp_path / "out.zip")
    read = read_bank(tmp_path / "out.zip", "starter")
    assert (read.skipped, read.warnings) == ([], [])
    again = Pack(publish_bank(read.bank, tmp_path / "packs"))
    assert again.release.digest == pack.release.digest
    again.close()


def test_a_merged_bank_can_be_exported_and_read_with_the_same_digest(tmp_path: Path) -> None:
    """Objectives that only old questions use stay, and their parents may be gone."""
    parent, child = make_objective("9", position=0), make_objective("9.1", parent="9", position=1)
    old = make_bank(2)
    old = replace(old, objectives=(parent, child), questions=(make_question(99, objective="9.1"),))
    merged = merge(old, make_bank(2))
    write_bank(merged, tmp_path / "bank")
    read = read_bank(tmp_path / "bank")
    assert read.skipped == []
    assert digest(read.bank) == digest(merged)


@pytest.mark.parametrize("name", ["bank", "bank.zip"])
def test_an_export_never_overwrites(tmp_path: Path, name: str) -> None:
    write_bank(make_bank(1), tmp_path / name)
    with pytest.raises(FileExistsError, match="exists already"):
        write_bank(make_bank(2), tmp_path / name)


@pytest.mark.parametrize("name", ["bank", "bank.zip"])
def test_an_export_into_a_place_that_cannot_be_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(NotADirectoryError):
        write_bank(make_bank(1), tmp_path / "file" / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_export_has_one_file_for_each_objective(tmp_path: Path) -> None:
    write_bank(make_bank(2), tmp_path / "bank.zip")
    with zipfile.ZipFile(tmp_path / "bank.zip") as archive:
        assert sorted(archive.namelist()) == [
            "exam.toml",
            "questions/001.jsonl",
            "questions/002.jsonl",
            "questions/003.jsonl",
        ]
