"""The licences of the libraries: from what is installed, and as a bundle carries them."""

import runpy
import sys
from pathlib import Path

import msgspec
import pytest

from pingtopass_desktop.app.licences import (
    INDEX,
    IndexedLicence,
    bundled_folder,
    installed_licences,
    is_bundled,
    licences,
    read_licences,
)

ROOT = Path(__file__).resolve().parents[2]


def test_every_library_that_the_program_needs_is_listed_with_the_whole_text_of_its_licence() -> None:
    listed = {licence.name: licence for licence in licences()}
    assert {"fsrs", "markdown-it-py", "mdurl", "numpy", "pyqtgraph", "Pygments", "Python", "tzlocal"} <= set(listed)
    assert [name for name, licence in listed.items() if not licence.text or not licence.version] == []
    assert listed["fsrs"].licence == "MIT License"
    assert "Permission is hereby granted" in listed["fsrs"].text
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in listed["Python"].text


def test_tools_of_development_are_not_listed() -> None:
    names = {licence.name.casefold() for licence in installed_licences()}
    assert names.isdisjoint({"pytest", "pyinstaller", "pyright", "ruff", "hypothesis", "import-linter", "setuptools"})


def test_qt_stands_under_the_lgpl_whose_text_and_that_of_the_gpl_it_refers_to_are_there() -> None:
    (qt,) = [licence for licence in licences() if licence.name.startswith("PySide6")]
    assert "LGPL-3.0" in qt.licence
    assert qt.text.lstrip().startswith("GNU LESSER GENERAL PUBLIC LICENSE")
    assert "TERMS AND CONDITIONS" in qt.text
    assert "GNU GENERAL PUBLIC LICENSE\n                       Version 3" in qt.text


def test_libraries_are_in_the_order_of_their_names_and_none_comes_twice() -> None:
    names = [licence.name.casefold() for licence in licences()]
    assert names == sorted(set(names))


def test_what_a_build_writes_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    write_licences = runpy.run_path(str(ROOT / "packaging" / "bundle_licences.py"))["write_licences"]
    folder = tmp_path / "licences"
    folder.mkdir()
    (folder / "left-from-before.txt").write_text("old")
    unknown = write_licences(folder, [("libfoo.so.1", str(tmp_path / "libfoo.so.1"), "BINARY")])
    assert unknown == (["libfoo.so.1"] if sys.platform.startswith("linux") else [])
    written = {licence.name: licence for licence in read_licences(folder)}
    assert {licence.name: licence for licence in installed_licences()}.items() <= written.items()
    assert "bootloader" in written["pyinstaller"].text.casefold()
    assert not (folder / "left-from-before.txt").exists()


def test_a_bundle_reads_its_licences_from_the_folder_beside_its_resources(tmp_path: Path) -> None:
    assert not is_bundled()
    assert bundled_folder() == ROOT / "licences"
    index = [IndexedLicence("fsrs", "6.3", "MIT", "fsrs.txt")]
    (tmp_path / INDEX).write_bytes(msgspec.json.encode(index))
    (tmp_path / "fsrs.txt").write_text("Permission ist hierbij …", "utf-8")
    (licence,) = read_licences(tmp_path)
    assert (licence.name, licence.version, licence.licence) == ("fsrs", "6.3", "MIT")
    assert licence.text == "Permission ist hierbij …"


def test_a_damaged_bundle_is_told_from_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_licences(tmp_path)
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(msgspec.DecodeError):
        read_licences(tmp_path)
