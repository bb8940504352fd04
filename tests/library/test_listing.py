"""Lists of questions: narrowed before anything is counted or cut off, searched, page by page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.listing import MAX_RANKED, Hit, Wish, count, matches, narrow, page
from pingtopass_desktop.library.pack import Pack
from tests.fakes.banks import make_bank, make_exam, make_objective, make_question, publish_bank, question_id

SIZE = 600


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    """600 questions of two exams; every tenth is about ether, the last of them twice; number 5 is retired."""
    kinds = list(QuestionType)
    questions = [
        make_question(
            n,
            kinds[n % len(kinds)],
            objective=str(n % 3 + 1),
            exam_id="golden" if n % 2 else "other",
            text=f"Question {n} on {'ether' if n % 10 == 0 else 'routes'}{' ether ether' if n == 600 else ''}?",
            is_active=n != 5,
        )
        for n in range(1, SIZE + 1)
    ]
    exams = (make_exam(), make_exam(id="other", code="OTH"))
    objectives = tuple(make_objective(code, exam_id=exam.id) for exam in exams for code in "123")
    bank = replace(make_bank(1), exams=exams, objectives=objectives, questions=tuple(questions))
    pack = Pack(publish_bank(bank, tmp_path_factory.mktemp("packs")))
    yield pack
    pack.close()


def numbers(hits: list[Hit]) -> list[int]:
    return [int(hit.question_id[-4:], 16) for hit in hits]


def test_without_a_wish_all_but_retired_questions_are_listed(pack: Pack) -> None:
    narrow(pack, Wish())
    assert count(pack) == SIZE - 1
    assert numbers(page(pack, 0, 6)) == [1, 2, 3, 4, 6, 7]


def test_pages_follow_each_other(pack: Pack) -> None:
    narrow(pack, Wish())
    pages = [numbers(page(pack, offset, 250)) for offset in (0, 250, 500, 750)]
    assert [number for each in pages for number in each] == [n for n in range(1, SIZE + 1) if n != 5]
    assert pages[3] == []


def test_exam_objective_and_type_combine(pack: Pack) -> None:
    narrow(pack, Wish(("other",), ("other:2",), str(QuestionType.ORDERING)))
    found = numbers(page(pack, 0, SIZE))
    ordering = list(QuestionType).index(QuestionType.ORDERING)
    assert found == [n for n in range(1, SIZE + 1) if n % 2 == 0 and n % 3 + 1 == 2 and n % 5 == ordering]
    assert count(pack) == len(found)


def test_ids_are_heeded_before_the_list_is_cut_off(pack: Pack) -> None:
    """The only question wished for is the last of sixty that have the word."""
    narrow(pack, Wish(only=frozenset([question_id(590), question_id(3)])))
    total, hits = matches(pack, "ether", 0, 5)
    assert (total, numbers(hits)) == (1, [590])
    narrow(pack, Wish(without=frozenset(question_id(n) for n in range(1, 581))))
    total, hits = matches(pack, "ether", 0, 1)
    assert total == 2
    assert len(hits) == 1


def test_thousands_of_ids_are_heeded_as_a_few_are(pack: Pack) -> None:
    strangers = frozenset(question_id(n) for n in range(10_000, 13_000))
    narrow(pack, Wish(("golden",), only=strangers | {question_id(590), question_id(591)}))
    assert numbers(page(pack, 0, 5)) == [591]
    narrow(pack, Wish(without=strangers | {question_id(1)}))
    assert count(pack) == SIZE - 2


def test_the_best_match_comes_first_and_pages_go_on(pack: Pack) -> None:
    narrow(pack, Wish())
    total, first = matches(pack, "ether", 0, 25)
    assert total == 60
    assert numbers(first)[0] == 600
    rest = matches(pack, "ether", 25, 200)[1]
    assert sorted(numbers(first) + numbers(rest)) == list(range(10, SIZE + 1, 10))


def test_a_word_of_very_many_questions_lists_them_in_the_order_of_the_bank(pack: Pack) -> None:
    narrow(pack, Wish())
    total, hits = matches(pack, "question", 0, 3)
    assert total == SIZE - 1 > MAX_RANKED
    assert numbers(hits) == [1, 2, 3]


def test_another_wish_is_another_list_and_the_first_one_comes_back(pack: Pack) -> None:
    everything, nothing = Wish(), Wish(only=frozenset())
    for _ in range(2):
        narrow(pack, everything)
        assert count(pack) == SIZE - 1
        narrow(pack, nothing)
        assert count(pack) == 0
        assert matches(pack, "ether", 0, 5) == (0, [])


def test_listing_writes_nothing_beside_the_pack(pack: Pack) -> None:
    narrow(pack, Wish())
    matches(pack, "ether", 0, 5)
    assert {path.suffix for path in pack.path.parent.iterdir()} == {".pack", ".current", ".lock"}


@given(
    st.frozensets(st.integers(1, SIZE)) | st.none(),
    st.frozensets(st.integers(1, SIZE)),
    st.sampled_from([None, ("golden",), ("other",)]),
    st.sampled_from(["", "ether", "routes"]),
)
def test_a_list_holds_what_is_wished_and_nothing_else(
    pack: Pack, only: frozenset[int] | None, without: frozenset[int], exam_ids: tuple[str, ...] | None, text: str
) -> None:
    narrow(
        pack,
        Wish(
            exam_ids,
            only=None if only is None else frozenset(map(question_id, only)),
            without=frozenset(map(question_id, without)),
        ),
    )
    expected = {
        n
        for n in range(1, SIZE + 1)
        if n != 5
        and (only is None or n in only)
        and n not in without
        and (exam_ids is None or exam_ids == ("golden" if n % 2 else "other",))
    }
    if text:
        expected = {n for n in expected if ("ether" if n % 10 == 0 else "routes") == text}
    total, hits = matches(pack, text, 0, SIZE) if text else (count(pack), page(pack, 0, SIZE))
    assert set(numbers(hits)) == expected
    assert total == len(hits)


def test_a_pack_without_questions_lists_none(tmp_path: Path) -> None:
    pack = Pack(publish_bank(replace(make_bank(1), questions=()), tmp_path))
    narrow(pack, Wish())
    assert (count(pack), page(pack, 0, 5), matches(pack, "x", 0, 5)) == (0, [], (0, []))
    pack.close()
