"""A document is saved whole or not at all, and never over a file without being told to."""

import os
import subprocess
from pathlib import Path

import pytest

from pingtopass_desktop.study.saving import CannotSave, save_document
from tests.fakes.disks import SmallDisk


def test_a_document_is_written_with_nothing_beside_it(tmp_path: Path) -> None:
    save_document(tmp_path / "report.pdf", b"content", may_replace=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"report.pdf": b"content"}


def test_a_file_is_replaced_only_where_that_was_said(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    target.write_bytes(b"before")
    with pytest.raises(CannotSave, match=r"report\.pdf exists already"):
        save_document(target, b"after", may_replace=False)
    assert target.read_bytes() == b"before"
    save_document(target, b"after", may_replace=True)
    assert target.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="links need a right there that tests do not have")
def test_a_link_stays_and_what_it_points_at_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_bytes(b"before")
    link.symlink_to(real)
    save_document(link, b"after", may_replace=True)
    assert link.is_symlink()
    assert real.read_bytes() == b"after"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotSave, match="is a folder"):
        save_document(tmp_path, b"content", may_replace=True)


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotSave, match=r"is not there\. Choose another folder"):
        save_document(tmp_path / "gone" / "report.pdf", b"content", may_replace=False)


@pytest.mark.parametrize("was_there", [False, True])
def test_a_full_disk_leaves_what_was_there_and_no_half_file(small_disk: SmallDisk, was_there: bool) -> None:
    disk = small_disk("64k")
    target = disk / "report.pdf"
    if was_there:
        target.write_bytes(b"before")
    with pytest.raises(CannotSave, match=r"is full\. Free some space"):
        save_document(target, bytes(200_000), may_replace=True)
    assert {path.name: path.read_bytes() for path in disk.iterdir()} == ({"report.pdf": b"before"} if was_there else {})


def test_a_disk_that_is_read_only_says_so(small_disk: SmallDisk) -> None:
    disk = small_disk("64k")
    target = disk / "report.pdf"
    target.write_bytes(b"before")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(CannotSave, match=r"cannot be written\. Choose another folder"):
        save_document(target, b"after", may_replace=True)
    assert target.read_bytes() == b"before"
