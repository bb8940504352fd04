"""Taking banks out of the library and imports back: only pointers move."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.publish import current_pack, pointer_file
from pingtopass_desktop.library.releases import Change, NotInPlace, in_force, take_back, withdraw
from tests.fakes.banks import make_bank, make_question, publish_bank

BANK = make_bank(2)
LATER = replace(BANK, questions=(*BANK.questions, make_question(700)))


def questions(folder: Path) -> int:
    pack = current_pack(folder, "golden")
    if pack is None:
        return 0
    pack.close()
    return pack.release.question_count


def published(folder: Path) -> Change:
    """A second release over the first."""
    publish_bank(BANK, folder)
    before = in_force(folder, "golden")
    publish_bank(LATER, folder)
    return Change("golden", before, in_force(folder, "golden"))


def test_a_withdrawn_bank_is_gone_and_comes_back(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    change = withdraw(tmp_path, "golden")
    assert Catalogue(tmp_path).exams() == []
    assert path.is_file()
    take_back(tmp_path, change)
    assert questions(tmp_path) == len(BANK.questions)


def test_a_release_gives_way_to_the_one_before(tmp_path: Path) -> None:
    change = published(tmp_path)
    assert change.is_one
    take_back(tmp_path, change)
    assert questions(tmp_path) == len(BANK.questions)


def test_a_bank_that_was_new_is_gone_again(tmp_path: Path) -> None:
    publish_bank(BANK, tmp_path)
    take_back(tmp_path, Change("golden", None, in_force(tmp_path, "golden")))
    assert questions(tmp_path) == 0


def test_what_was_changed_again_since_is_left_alone(tmp_path: Path) -> None:
    change = published(tmp_path)
    publish_bank(replace(LATER, questions=LATER.questions[:3]), tmp_path)
    with pytest.raises(NotInPlace, match="changed again since"):
        take_back(tmp_path, change)
    assert questions(tmp_path) == 3


def test_a_pack_that_is_gone_cannot_come_back(tmp_path: Path) -> None:
    change = published(tmp_path)
    assert change.before is not None
    (tmp_path / change.before.pack).unlink()
    with pytest.raises(NotInPlace, match="no longer there"):
        take_back(tmp_path, change)
    assert questions(tmp_path) == len(LATER.questions)


def test_a_pointer_that_cannot_be_read_is_withdrawn_too(tmp_path: Path) -> None:
    publish_bank(BANK, tmp_path)
    pointer_file(tmp_path, "golden").write_text("{broken")
    assert withdraw(tmp_path, "golden") == Change("golden", None, None)
    assert Catalogue(tmp_path).problems == []
