"""The search index beside a pack: built once, never trusted, made anew when it is missing, stale or damaged."""

import sqlite3
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from pingtopass_desktop.library.index import build_index, has_index, index_file
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.publish import collect
from pingtopass_desktop.library.search import search
from tests.fakes.banks import make_bank, make_question, publish_bank
from tests.fakes.counts import runs

BANK = replace(make_bank(1), questions=tuple(make_question(n, text=f"ether {n} routes") for n in range(1, 40)))


def found(path: Path, text: str = "ether") -> int:
    pack = Pack(path)
    try:
        return len(search(pack, text))
    finally:
        pack.close()


def is_indexed(path: Path) -> bool:
    pack = Pack(path)
    try:
        return has_index(pack)
    finally:
        pack.close()


def test_an_index_finds_what_a_search_without_one_finds(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    assert not is_indexed(path)
    without = [found(path, text) for text in ("ether", "option", "because", "7", "routes 1")]
    assert build_index(path) == index_file(path)
    assert is_indexed(path)
    assert [found(path, text) for text in ("ether", "option", "because", "7", "routes 1")] == without


def test_a_built_index_is_left_as_it_is(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    before = build_index(path).stat().st_mtime_ns
    assert build_index(path).stat().st_mtime_ns == before


def test_an_index_of_another_release_is_not_used(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    other = replace(BANK, questions=(make_question(1, text="something else"),))
    foreign = build_index(publish_bank(other, tmp_path / "other"))
    index_file(path).write_bytes(foreign.read_bytes())
    assert not is_indexed(path)
    assert found(path) == 39
    build_index(path)
    assert is_indexed(path)


def test_a_pack_that_holds_its_index_goes_on_with_it(tmp_path: Path) -> None:
    """Packs of the first format do."""
    path = publish_bank(BANK, tmp_path)
    db = sqlite3.connect(path)
    db.execute("CREATE VIRTUAL TABLE search USING fts5(text, options, explanation, content = '')")
    db.execute("INSERT INTO search(rowid, text) SELECT number, 'old words' FROM questions WHERE number = 3")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    assert is_indexed(path)
    assert (found(path, "old words"), found(path)) == (1, 0)
    assert build_index(path) == index_file(path)
    assert not index_file(path).exists()


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    before = set(tmp_path.iterdir())

    def stop(done: int, total: int) -> None:
        assert (done, total) == (39, 39)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        build_index(path, stop)
    assert set(tmp_path.iterdir()) == before


def test_a_full_disk_is_an_os_error_and_the_search_goes_on_in_memory(tmp_path: Path) -> None:
    path = publish_bank(BANK, tmp_path)
    blocker = index_file(path).with_name(f"{index_file(path).name}.part")
    blocker.mkdir()
    with pytest.raises(OSError):  # noqa: PT011  which one depends on the system
        build_index(path)
    assert found(path) == 39


def test_an_index_goes_with_its_pack(tmp_path: Path) -> None:
    first = publish_bank(BANK, tmp_path)
    build_index(first)
    second = publish_bank(replace(BANK, questions=BANK.questions[1:]), tmp_path)
    build_index(second)
    (tmp_path / "gone-1-00000000.search").write_bytes(b"")
    assert {path.name for path in collect(tmp_path, ())} == {
        first.name,
        index_file(first).name,
        "gone-1-00000000.search",
    }
    assert index_file(second).is_file()


def test_a_damaged_index_is_never_the_end_of_the_search(tmp_path: Path) -> None:
    """Flipped bytes may hide a question, but they raise nothing and make none up."""
    path = publish_bank(BANK, tmp_path)
    sound = build_index(path).read_bytes()
    random = Random(5)
    rebuilt = 0
    for _ in range(runs(40, 2000)):
        spoiled = bytearray(sound)
        for place in random.sample(range(len(sound)), 3):
            spoiled[place] ^= random.choice([1, 0x40, 0xFF])
        index_file(path).write_bytes(spoiled)
        assert found(path) <= 39
        rebuilt += not index_file(path).exists()
    index_file(path).write_bytes(sound[: len(sound) // 2])
    assert found(path) == 39
