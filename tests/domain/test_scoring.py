"""Credit, raw and scaled scores: the golden table of ARCHITECTURE.md and the rules of partial credit."""

import math
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pingtopass_desktop.domain.exam import MultipleResponseRule
from pingtopass_desktop.domain.question import NOT_ANSWERED, QuestionType, canonical_choice
from pingtopass_desktop.domain.scoring import credit, cut_from_permille, is_right, scaled_cut, scaled_score
from tests.fakes.banks import make_exam, make_options, make_question

ALL, PER_OPTION, RIGHT_MINUS_WRONG = MultipleResponseRule
RULES = list(MultipleResponseRule)


@pytest.mark.parametrize(("raw", "scaled"), [(0, 100), (35, 703), (36, 720), (43, 860), (50, 1000)])
def test_the_scaled_score_follows_the_golden_table(raw: int, scaled: int) -> None:
    """Source: ARCHITECTURE.md, "Exams": N=50, cut=36, 100/720/1000."""
    assert scaled_score(raw, 50, make_exam()) == scaled


@pytest.mark.parametrize(("raw", "scaled"), [("35", 35), ("143/4", 35), ("35999/1000", 35), ("36", 36), ("73/2", 37)])
def test_a_score_is_rounded_half_up_but_never_up_to_the_pass_mark(raw: str, scaled: int) -> None:
    """A scale of the raw points themselves: 35.75 would round to the 36 that passes."""
    exam = make_exam(scale_min=0, pass_scaled=36, scale_max=50)
    assert scaled_score(Fraction(raw), 50, exam) == scaled


@st.composite
def scored(draw: st.DrawFn):
    count = draw(st.integers(1, 200))
    low = draw(st.integers(-500, 500))
    passing = low + draw(st.integers(1, 900))
    exam = make_exam(
        question_count=count,
        cut_count=draw(st.integers(1, count)),
        scale_min=low,
        pass_scaled=passing,
        scale_max=passing + draw(st.integers(0, 900)),
    )
    return exam, draw(st.integers(1, count))


def raw_scores(count: int) -> st.SearchStrategy[Fraction]:
    return st.fractions(0, count, max_denominator=12)


@given(scored(), st.data())
def test_more_points_never_scale_to_less(case, data: st.DataObject) -> None:
    exam, count = case
    low, high = sorted(data.draw(st.tuples(raw_scores(count), raw_scores(count))))
    assert scaled_score(low, count, exam) <= scaled_score(high, count, exam)


@given(scored(), st.data())
def test_a_raw_score_below_the_cut_never_reaches_the_pass_mark(case, data: st.DataObject) -> None:
    exam, count = case
    raw = data.draw(raw_scores(count))
    assume(raw < scaled_cut(count, exam))
    assert exam.scale_min <= scaled_score(raw, count, exam) < exam.pass_scaled


@given(scored(), st.data())
def test_a_raw_score_at_or_above_the_cut_always_passes(case, data: st.DataObject) -> None:
    exam, count = case
    raw = data.draw(raw_scores(count))
    assume(raw >= scaled_cut(count, exam))
    assert exam.pass_scaled <= scaled_score(raw, count, exam) <= exam.scale_max


@given(scored())
def test_exactly_the_cut_scales_to_exactly_the_pass_mark(case) -> None:
    exam, count = case
    assert scaled_score(scaled_cut(count, exam), count, exam) == exam.pass_scaled


@given(scored())
def test_the_ends_of_the_scale_are_reached(case) -> None:
    exam, count = case
    assert scaled_score(0, count, exam) == exam.scale_min
    if scaled_cut(count, exam) < count:
        assert scaled_score(count, count, exam) == exam.scale_max


@given(scored())
def test_a_shorter_form_asks_for_the_same_share(case) -> None:
    exam, count = case
    cut = scaled_cut(count, exam)
    share = Fraction(exam.cut_count, exam.question_count)
    assert Fraction(cut - 1, count) < share <= Fraction(cut, count)


@given(st.integers(1, 1000), st.integers(1, 500))
def test_a_share_in_thousandths_becomes_the_smallest_count_that_reaches_it(permille: int, count: int) -> None:
    assert cut_from_permille(permille, count) == math.ceil(Fraction(permille * count, 1000))


def test_seventy_percent_of_ten_is_seven() -> None:
    """`ceil(0.7 * 10)` would be 8 in floats on some routes."""
    assert cut_from_permille(700, 10) == 7


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", list(QuestionType))
def test_the_key_earns_the_whole_point_under_every_rule(kind: QuestionType, rule: MultipleResponseRule) -> None:
    question = make_question(kind=kind, keys=(0, 2) if kind is QuestionType.MULTI_SELECT else (0,))
    assert credit(question, question.key, rule) == 1
    assert is_right(question, question.key)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", list(QuestionType))
def test_no_answer_earns_nothing_under_every_rule(kind: QuestionType, rule: MultipleResponseRule) -> None:
    question = make_question(kind=kind)
    assert credit(question, NOT_ANSWERED, rule) == 0
    assert not is_right(question, NOT_ANSWERED)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", [QuestionType.MULTIPLE_CHOICE, QuestionType.TRUE_FALSE])
def test_a_question_with_one_key_gives_all_or_nothing_under_every_rule(
    kind: QuestionType, rule: MultipleResponseRule
) -> None:
    question = make_question(kind=kind, keys=(1,))
    earned = {option.id: credit(question, (option.id,), rule) for option in question.options}
    assert earned == {option.id: int(option.id == "b") for option in question.options}


def subsets(letters: str) -> list[tuple[str, ...]]:
    return [chosen for size in range(1, len(letters) + 1) for chosen in combinations(letters, size)]


@pytest.mark.parametrize("chosen", subsets("abcd"))
def test_multi_select_is_right_only_when_the_whole_set_matches(chosen: tuple[str, ...]) -> None:
    """The original compared with the first right answer only: a defect not to repeat."""
    question = make_question(kind=QuestionType.MULTI_SELECT, keys=(0, 2))
    assert is_right(question, chosen) == (set(chosen) == {"a", "c"})
    assert credit(question, chosen, ALL) == int(set(chosen) == {"a", "c"})


@pytest.mark.parametrize(
    ("chosen", "per_option", "right_minus_wrong"),
    [
        ("a", "4/5", "1/2"),
        ("c", "4/5", "1/2"),
        ("ac", "1", "1"),
        ("ab", "3/5", "0"),
        ("acd", "4/5", "1/2"),
        ("b", "2/5", "0"),
        ("bd", "1/5", "0"),
        ("bde", "0", "0"),
        ("abcde", "2/5", "0"),
    ],
)
def test_multi_select_earns_partial_credit_by_the_rule(chosen: str, per_option: str, right_minus_wrong: str) -> None:
    """Five options, a and c are right. Worked by hand from ARCHITECTURE.md, "Content schema"."""
    question = make_question(kind=QuestionType.MULTI_SELECT, size=5, keys=(0, 2))
    assert credit(question, tuple(chosen), PER_OPTION) == Fraction(per_option)
    assert credit(question, tuple(chosen), RIGHT_MINUS_WRONG) == Fraction(right_minus_wrong)


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_ordering_is_all_or_nothing_save_per_option_where_each_step_in_place_counts(order: tuple[str, ...]) -> None:
    question = make_question(kind=QuestionType.ORDERING, size=3)
    in_place = sum(given == right for given, right in zip(order, ("c", "b", "a"), strict=True))
    assert credit(question, order, ALL) == credit(question, order, RIGHT_MINUS_WRONG) == int(in_place == 3)
    assert credit(question, order, PER_OPTION) == Fraction(in_place, 3)


@pytest.mark.parametrize("rights", list(permutations("abc")))
def test_matching_is_all_or_nothing_save_per_option_where_each_pair_counts(rights: tuple[str, ...]) -> None:
    question = make_question(kind=QuestionType.MATCHING, size=3)
    choice = tuple(f"{left}={right}" for left, right in zip("abc", rights, strict=True))
    hits = sum(left == right for left, right in zip("abc", rights, strict=True))
    assert credit(question, choice, ALL) == credit(question, choice, RIGHT_MINUS_WRONG) == int(hits == 3)
    assert credit(question, choice, PER_OPTION) == Fraction(hits, 3)


@pytest.mark.parametrize(
    ("kind", "part", "share"),
    [
        (QuestionType.ORDERING, ("d", "c"), Fraction(1, 2)),
        (QuestionType.MATCHING, ("a=a", "b=c"), Fraction(1, 4)),
    ],
)
def test_an_unfinished_order_or_matching_is_wrong_and_shares_only_what_fits(
    kind: QuestionType, part: tuple[str, ...], share: Fraction
) -> None:
    question = make_question(kind=kind)
    assert credit(question, part, ALL) == 0
    assert credit(question, part, PER_OPTION) == share


def test_partners_of_the_same_text_are_the_same_partner() -> None:
    first, second, third = make_options(QuestionType.MATCHING, 3)
    twin = type(second)(id="b", text=second.text, match=first.match)
    question = make_question(kind=QuestionType.MATCHING, options=(first, twin, third))
    assert is_right(question, ("a=b", "b=a", "c=c"))
    assert not is_right(question, ("a=c", "b=a", "c=c"))


@given(kind=st.sampled_from(QuestionType), rule=st.sampled_from(RULES), data=st.data())
def test_credit_is_a_share_and_a_whole_point_is_always_a_right_answer(
    kind: QuestionType, rule: MultipleResponseRule, data: st.DataObject
) -> None:
    question = make_question(kind=kind, keys=(0, 2) if kind is QuestionType.MULTI_SELECT else (0,))
    ids = [option.id for option in question.options]
    if kind is QuestionType.MATCHING:
        rights = data.draw(st.permutations(ids))
        given_ = [f"{left}={right}" for left, right in zip(ids, rights, strict=True)]
    elif kind is QuestionType.ORDERING:
        given_ = data.draw(st.permutations(ids))
    else:
        given_ = data.draw(st.lists(st.sampled_from(ids), max_size=1 if kind.has_one_key else 4, unique=True))
    choice = canonical_choice(question, given_)
    earned = credit(question, choice, rule)
    assert 0 <= earned <= 1
    assert (earned == 1) == is_right(question, choice)


def test_an_answer_that_pairs_nothing_of_the_question_earns_nothing() -> None:
    question = make_question(1, QuestionType.MATCHING)
    assert credit(question, ("a", "y=z"), MultipleResponseRule.PER_OPTION) == 0
