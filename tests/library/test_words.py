"""Words and excerpts: what is marked is what the index finds, and an excerpt is the text itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.library.words import MARK_END, MARK_START, Marker, fold, plain, runs


def marked(query: str, text: str, *others: str) -> list[str]:
    return [part for part, is_marked in runs(Marker(query).excerpt(text, others)) if is_marked]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("span tree", "Spanning tree: a span of trees", ["tree", "span", "trees"]),
        ("span ", "Spanning tree: a span of trees", ["span"]),
        ("gerat", "Ein Gerät, zwei GERÄTE", ["Gerät", "GERÄTE"]),
        ("GERÄT", "ein geraet und ein gerat", ["gerat"]),
        ("192.0", "The subnet 192.0.2.0/24", ["192", "0", "0"]),
        ("c++", "C++ is not C or D", ["C", "C"]),
        ("한국", "대한민국 한국어", ["한국어"]),
        ("zebra", "no such animal", []),
        ("", "nothing is looked for", []),
    ],
)
def test_words_are_marked_as_the_index_finds_them(query: str, text: str, words: list[str]) -> None:
    assert marked(query, text) == words


def test_a_word_in_the_options_is_shown_behind_the_beginning_of_the_stem() -> None:
    excerpt = Marker("multiplexing").excerpt("Which of these?", ("a · b", "explained by multiplexing"))
    assert excerpt == f"Which of these? … explained by {MARK_START}multiplexing{MARK_END}"


def test_an_excerpt_begins_shortly_before_a_word_that_comes_late() -> None:
    text = "word " * 100 + "needle in the hay"
    pieces = runs(Marker("needle").excerpt(text))
    assert pieces[0][0].startswith("…word")
    assert len(pieces[0][0]) < 45
    assert pieces[1:] == [("needle", True), (" in the hay", False)]


def test_markdown_and_pictures_become_plain_words() -> None:
    assert plain("**Which** `ip`\n\n```sh\nip a\n```\n![the plan](media:00ff)") == "Which ip ip a the plan"


@given(st.text(max_size=200))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(st.sampled_from('ab Ä"é_1\x02`*['), max_size=60), st.text(st.sampled_from("ab äE1_ "), max_size=8))
def test_an_excerpt_without_its_marks_is_the_text(text: str, query: str) -> None:
    excerpt = Marker(query).excerpt(text)
    assert "".join(part for part, _ in runs(excerpt)).strip("…") in plain(text)
    assert excerpt.count(MARK_START) == excerpt.count(MARK_END)
