"""Choices in canonical form, keys, and the order in which options are shown."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.question import (
    NOT_ANSWERED,
    QuestionType,
    canonical_choice,
    fitting_choice,
    is_complete,
    presented_order,
)
from tests.fakes.banks import make_question, options

ALL_TYPES = st.sampled_from(QuestionType)
CHOICE_TYPES = [kind for kind in QuestionType if kind.is_choice]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (QuestionType.MULTIPLE_CHOICE, ("a",)),
        (QuestionType.TRUE_FALSE, ("a",)),
        (QuestionType.MULTI_SELECT, ("a", "c")),
        (QuestionType.ORDERING, ("d", "c", "b", "a")),
        (QuestionType.MATCHING, ("a=a", "b=b", "c=c", "d=d")),
    ],
)
def test_the_key_is_a_choice_in_canonical_form(kind: QuestionType, key: tuple[str, ...]) -> None:
    question = make_question(kind=kind, keys=(2, 0) if kind is QuestionType.MULTI_SELECT else (0,))
    assert question.key == key
    assert canonical_choice(question, key) == key


def test_marked_options_are_kept_sorted() -> None:
    question = make_question(kind=QuestionType.MULTI_SELECT, keys=(0, 2))
    assert canonical_choice(question, ["c", "a"]) == ("a", "c")


def test_the_order_of_steps_is_kept_as_given() -> None:
    question = make_question(kind=QuestionType.ORDERING)
    assert canonical_choice(question, ["b", "d", "a", "c"]) == ("b", "d", "a", "c")


def test_pairs_are_sorted_by_their_left_side() -> None:
    question = make_question(kind=QuestionType.MATCHING)
    assert canonical_choice(question, ["c=a", "a=c"]) == ("a=c", "c=a")


@pytest.mark.parametrize("kind", list(QuestionType))
def test_no_marks_at_all_is_not_answered(kind: QuestionType) -> None:
    assert canonical_choice(make_question(kind=kind), []) == NOT_ANSWERED


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (QuestionType.MULTIPLE_CHOICE, ["z"], "does not have"),
        (QuestionType.MULTIPLE_CHOICE, ["a", "b"], "takes one option, not 2"),
        (QuestionType.TRUE_FALSE, ["a", "b"], "takes one option, not 2"),
        (QuestionType.MULTI_SELECT, ["a", "a"], "twice"),
        (QuestionType.MULTI_SELECT, ["a", "z"], "does not have"),
        (QuestionType.ORDERING, ["a", "b", "a"], "twice"),
        (QuestionType.ORDERING, ["a", "z"], "does not have"),
        (QuestionType.MATCHING, ["a"], "does not pair"),
        (QuestionType.MATCHING, ["a=z"], "does not pair"),
        (QuestionType.MATCHING, ["z=a"], "does not pair"),
        (QuestionType.MATCHING, ["a=b", "a=c"], "twice"),
        (QuestionType.MATCHING, ["a=b=c"], "does not pair"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_reason(
    kind: QuestionType, given: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        canonical_choice(make_question(kind=kind), given)


def test_two_left_sides_may_have_the_same_partner() -> None:
    question = make_question(kind=QuestionType.MATCHING)
    assert canonical_choice(question, ["a=c", "b=c"]) == ("a=c", "b=c")


def test_an_answer_is_complete_with_as_many_marks_as_the_key_has() -> None:
    question = make_question(kind=QuestionType.MULTI_SELECT, keys=(0, 2))
    assert not is_complete(question, ("a",))
    assert is_complete(question, ("a", "b"))
    assert not is_complete(question, ("a", "b", "c"))


@given(kind=ALL_TYPES, data=st.data(), seed=st.integers())
def test_every_option_is_shown_once(kind: QuestionType, data: st.DataObject, seed: int) -> None:
    question = make_question(kind=kind)
    shown = presented_order(question, Random(seed))
    assert sorted(shown) == sorted(option.id for option in question.options)
    assert shown == presented_order(question, Random(seed))


@given(size=st.integers(2, 8), seed=st.integers())
def test_an_ordering_question_is_never_shown_solved(size: int, seed: int) -> None:
    question = make_question(kind=QuestionType.ORDERING, size=size)
    assert presented_order(question, Random(seed)) != question.key


@pytest.mark.parametrize("kind", CHOICE_TYPES)
def test_a_locked_question_shows_its_options_as_written(kind: QuestionType) -> None:
    question = make_question(kind=kind, shuffle_options=False)
    assert presented_order(question, Random(1)) == tuple(option.id for option in question.options)


def test_the_partners_of_a_matching_question_are_shuffled_even_when_locked() -> None:
    question = make_question(kind=QuestionType.MATCHING, size=8, shuffle_options=False)
    orders = {presented_order(question, Random(seed)) for seed in range(20)}
    assert len(orders) > 10


@given(kind=ALL_TYPES, data=st.data())
def test_an_option_is_found_by_its_id_and_a_stranger_is_not(kind: QuestionType, data: st.DataObject) -> None:
    own = data.draw(options(kind))
    question = make_question(kind=kind, options=own)
    assert [question.option(option.id) for option in own] == list(own)
    with pytest.raises(KeyError):
        question.option("no such id")


def test_of_an_answer_to_another_revision_stays_what_the_question_has() -> None:
    single = make_question(1)
    assert fitting_choice(single, ("a", "z", "a=b")) == ("a",)
    matching = make_question(2, QuestionType.MATCHING)
    assert fitting_choice(matching, ("a=b", "b", "c=z")) == ("a=b",)
    ordering = make_question(3, QuestionType.ORDERING)
    assert fitting_choice(ordering, ("b", "a", "d", "c")) == ("b", "a", "d", "c")
    assert fitting_choice(ordering, ("b", "a")) == ()
