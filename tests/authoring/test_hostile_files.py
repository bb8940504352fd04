"""Files that are broken, foreign or meant to do harm: a clear error, and nothing written."""

import contextlib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.authoring.importers.jsonfile import read_json
from pingtopass_desktop.authoring.importers.record import Unreadable
from pingtopass_desktop.authoring.importers.table import read_table
from pingtopass_desktop.authoring.importing import ImportFailed
from pingtopass_desktop.library.bank.source import MAX_FILE_BYTES
from tests.authoring.conftest import Desk

EXAM = '[exam]\nid = "net"\nname = "Networks"\nquestions = 1\n[[objective]]\ncode = "1"\nweight = 100\n'


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_every_hostile_zip_fails_with_a_clear_error_and_writes_nothing(desk: Desk, fixtures_folder: Path) -> None:
    archives = sorted((fixtures_folder / "hostile" / "zip-yauzl").rglob("*.zip"))
    assert archives
    before = _files(desk.folder.parent)
    for archive in archives:
        with pytest.raises(ImportFailed) as failed:
            desk.bring(archive)
        assert "\n" not in str(failed.value)
    assert _files(desk.folder.parent) == before


@pytest.mark.parametrize("folder", ["moodle", "anki", "hostile/xml"])
def test_foreign_formats_fail_and_name_those_that_are_supported(desk: Desk, fixtures_folder: Path, folder: str) -> None:
    for path in sorted((fixtures_folder / folder).iterdir()):
        with pytest.raises(ImportFailed, match=r"Supported: .*\.csv.*\.json"):
            desk.bring(path)
    assert not desk.packs.exists()


def test_tables_of_something_else_fail(desk: Desk, fixtures_folder: Path) -> None:
    for path in sorted((fixtures_folder / "statistics").glob("*.csv")):
        with pytest.raises(ImportFailed, match="no column holds the text of the question"):
            desk.bring(path)


@pytest.mark.parametrize("name", ["q.gift", "q.xml", "q.apkg", "q.txt", "q.pdf", "q"])
def test_a_file_of_another_kind_fails(desk: Desk, name: str) -> None:
    with pytest.raises(ImportFailed, match=r"cannot be imported\. Supported"):
        desk.bring_text(name, "x")


def test_a_zip_that_leaves_its_folder_fails(desk: Desk) -> None:
    path = desk.folder / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("exam.toml", EXAM)
        archive.writestr("../escaped.txt", "x")
    with pytest.raises(ImportFailed, match="outside the archive"):
        desk.bring(path)
    assert not (desk.folder.parent / "escaped.txt").exists()


def test_a_zip_with_a_nameless_member_fails_without_a_crash(desk: Desk) -> None:
    path = desk.folder / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), "x")
    with pytest.raises(ImportFailed, match=r"no exam\.toml"):
        desk.bring(path)


def test_a_damaged_member_fails(desk: Desk) -> None:
    path = desk.folder / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exam.toml", EXAM * 50)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match="not a readable zip file"):
        desk.bring(path)


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 5000, "{a=" * 50_000])
def test_a_bank_with_absurd_toml_fails(desk: Desk, value: str) -> None:
    desk.write("bank/exam.toml", f"x = {value}")
    with pytest.raises(ImportFailed, match="not valid TOML"):
        desk.bring(desk.folder / "bank")


@pytest.mark.parametrize("line", ['{"a": ' + "9" * 5000 + "}", "[" * 100_000])
def test_a_bank_with_an_absurd_line_skips_it(desk: Desk, line: str) -> None:
    desk.write("bank/exam.toml", EXAM)
    desk.write("bank/questions/1.jsonl", line)
    with pytest.raises(ImportFailed, match=r"1\.jsonl:1: is not valid JSON"):
        desk.bring(desk.folder / "bank")


def test_what_is_missing_or_no_file_fails(desk: Desk) -> None:
    with pytest.raises(ImportFailed, match="does not exist"):
        desk.bring(desk.folder / "nothing.csv")
    with pytest.raises(ImportFailed, match=r"folder without an exam\.toml"):
        desk.bring(desk.folder)
    (desk.folder / "folder.csv").mkdir()
    with pytest.raises(ImportFailed, match=r"folder without an exam\.toml"):
        desk.bring(desk.folder / "folder.csv")
    with pytest.raises(ImportFailed, match="No file was given"):
        desk.bring()


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.zip"])
def test_an_empty_file_fails(desk: Desk, name: str) -> None:
    with pytest.raises(ImportFailed, match="is empty"):
        desk.bring_text(name, b"")


def test_a_file_beyond_the_limit_fails_unread(desk: Desk) -> None:
    path = desk.folder / "giant.csv"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ImportFailed, match="larger than 64 MiB"):
        desk.bring(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"question,a,b\nOne\x00?,x,y\n", "NUL"),
        ("question,a,b\nOne?,x,y\n".encode("utf-16-le"), "byte order mark"),
        (b"\xff\xfeq\x00u", "is not UTF-16 text"),
        (b"\xff\xfeq\x00u\x00", "one column"),
        (b"question,a,b\ncaf\x81\n", "is not UTF-8 or Windows-1252 text"),
        ("question,a,b\nnaïve café\n".encode() + b"\xff", "is not UTF-8"),
        (b"PK\x03\x04\x00\x00", "NUL"),
    ],
)
def test_bytes_that_are_no_text_fail(desk: Desk, content: bytes, message: str) -> None:
    with pytest.raises(ImportFailed, match=message):
        desk.bring_text("net.csv", content)


def test_a_library_that_cannot_be_written_fails(desk: Desk) -> None:
    desk.packs.write_text("a file stands where the folder should be")
    with pytest.raises(ImportFailed):
        desk.bring_text("net.csv", "question,a,b,answer\nOne?,x,y,A\n")


@given(st.text(alphabet='",;|\t\n\r aAé=', max_size=200))
def test_any_text_is_a_table_or_unreadable(text: str) -> None:
    for content in (text, f"question,a\n{text}"):
        with contextlib.suppress(Unreadable):
            file = read_table(content, "any.csv")
            assert all(list(record.fields) == file.columns for record in file.records)


@given(st.text(alphabet='{}[]",:\\ \n0123456789eE.-truefalsnquestionoptions', max_size=200))
def test_any_text_is_json_or_unreadable(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert read_json(text, "any.json").records
