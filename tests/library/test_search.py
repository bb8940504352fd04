"""Search: words and beginnings of words; nothing that a learner types is an operator or an error."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pingtopass_desktop.domain.question import Option, QuestionType
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.search import MARK_END, MARK_START, search
from tests.fakes.banks import make_bank, make_question, publish_bank

TEXTS = {
    1: "Which port does the *Domain Name System* use?",
    2: "Ein Gerät im Ausfall — Überprüfung der Verfügbarkeit",
    3: "Why is C++ OR Rust AND NOT assembler near the metal?",
    4: "The subnet 192.0.2.0/24 has a gateway",
    5: "A retired question about subnets",
    6: "Café naïve: TCP/IP over Wi‑Fi 日本語",
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    options = (Option("a", "spanning tree", is_correct=True, rationale="rationalia"), Option("b", "multiplexing"))
    questions = [make_question(n, text=text, explanation=f"explained{n}") for n, text in TEXTS.items()]
    questions[0] = replace(questions[0], options=options)
    questions[4] = replace(questions[4], is_active=False)
    matching = make_question(7, QuestionType.MATCHING, text="Pair them", explanation="")
    bank = replace(make_bank(1), questions=(*questions, matching))
    pack = Pack(publish_bank(bank, tmp_path_factory.mktemp("packs")))
    yield pack
    pack.close()


def found(pack: Pack, text: str) -> list[int]:
    return sorted(int(hit.question_id[-4:], 16) for hit in search(pack, text))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("domain name", [1]),
        ("DOMAIN", [1]),
        ("name domain", [1]),
        ("dom", [1]),
        ("dom ", []),
        ("dom nam", []),
        ("domain nam", [1]),
        ("gerat", [2]),
        ("GERÄT", [2]),
        ("uberprufung", [2]),
        ("cafe naive", [6]),
        ("日本語", [6]),
        ("192.0.2.0/24", [4]),
        ("subnet", [4]),
        ("spanning", [1]),
        ("multiplexing", [1]),
        ("explained3", [3]),
        ("assembler NOT", [3]),
        ("OR", [3]),
        ("rust AND domain", []),
        ("zebra", []),
        ("a" * 200, []),
    ],
)
def test_words_find_the_questions_that_have_all_of_them(pack: Pack, text: str, numbers: list[int]) -> None:
    assert found(pack, text) == numbers


@pytest.mark.parametrize("text", ["", " ", '"', '""', "*", "***", "(", "-", "^", ":", "'", "—", "\x00", "\u2028", "🦜"])
def test_no_words_find_nothing(pack: Pack, text: str) -> None:
    assert search(pack, text) == []


@pytest.mark.parametrize(
    "text",
    [
        '"domain',
        'domain"',
        '"domain name"',
        "domain*",
        "(domain",
        "name:domain",
        "-domain",
        "^domain",
        "domain\x00",
        "{domain}",
    ],
)
def test_punctuation_is_never_an_operator(pack: Pack, text: str) -> None:
    assert found(pack, text) == [1]


@pytest.mark.parametrize("text", ["NEAR(domain name)", "domain NEAR name", "domain OR zebra", "domain NOT zebra"])
def test_operators_are_words_like_any_other(pack: Pack, text: str) -> None:
    assert search(pack, text) == []


def test_retired_questions_are_not_found(pack: Pack) -> None:
    assert found(pack, "retired") == []


def test_the_snippet_marks_the_word_and_holds_no_markup_of_its_own(pack: Pack) -> None:
    snippet = search(pack, "domain")[0].snippet
    assert f"{MARK_START}Domain{MARK_END}" in snippet
    assert "is_correct" not in snippet


def test_search_can_be_kept_to_an_exam_and_a_number(pack: Pack) -> None:
    assert search(pack, "domain", exam_id="golden")
    assert search(pack, "domain", exam_id="another") == []
    assert len(search(pack, "a", limit=2)) == 2


def test_naughty_strings_are_searched_for_without_an_error(pack: Pack, fixtures_folder: Path) -> None:
    """https://github.com/minimaxir/big-list-of-naughty-strings (MIT)"""
    for text in json.loads((fixtures_folder / "hostile" / "blns.json").read_text("utf-8")):
        search(pack, text)
        search(pack, f"domain {text}")


@given(st.text(max_size=60) | st.text(st.sampled_from('"*()^-:{}+ NEARORDabc_²½Ⅷ\ud800\x00'), max_size=30))
def test_any_text_is_searched_for_without_an_error(pack: Pack, text: str) -> None:
    search(pack, text)


def test_a_whole_page_of_text_is_searched_for_without_an_error(pack: Pack) -> None:
    assert search(pack, "word " * 5000) == []
