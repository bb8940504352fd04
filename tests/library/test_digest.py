"""The digest of rows and releases: a contract with every pack and server."""

import hashlib
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation, Tier
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.bank.model import (
    Bank,
    Media,
    canonical_json,
    content_rows,
    exam_row,
    objective_row,
    question_from_row,
    question_row,
    release_digest,
    row_digest,
)
from tests.fakes.banks import PNG, PNG_SHA256, banks, make_bank, make_exam, make_objective, make_options, make_question


def digest(bank: Bank) -> str:
    return release_digest(content_rows(bank))


def test_canonical_json_has_sorted_keys_no_whitespace_and_plain_utf8() -> None:
    assert canonical_json({"b": [1, 2.5, None], "a": "é\u2028\x00"}) == '{"a":"é\u2028\\u0000","b":[1,2.5,null]}'


def test_a_row_digest_is_the_sha256_of_its_canonical_json() -> None:
    row = objective_row(make_objective("1", weight=50.0))
    text = (
        '{"code":"1","description":"","draw_count":null,"exam_id":"golden","id":"golden:1","name":"Objective 1",'
        '"parent_id":null,"position":0,"weight":50.0}'
    )
    assert row_digest(row) == hashlib.sha256(text.encode()).hexdigest()


def test_a_release_digest_is_the_sha256_of_its_sorted_lines() -> None:
    rows = [("questions", "q2", "bb"), ("exams", "e", "cc"), ("questions", "q1", "aa")]
    expected = hashlib.sha256(b"exams e cc\nquestions q1 aa\nquestions q2 bb").hexdigest()
    assert release_digest(rows) == expected


def test_the_golden_bank_has_its_pinned_digest() -> None:
    """Every pack ever published depends on this value; a change here is a new pack format."""
    bank = make_bank(2)
    with_media = structs.replace(bank, media=(Media(PNG_SHA256, "image/png", PNG),))
    assert digest(bank) == "d72df4bc795a81962f81e8124f7d33949c9fb80f67e65f57c2c73af5c009857f"
    assert digest(with_media) == "622d3ece660befef934373c9cd2a607a794f0c2ba16858450e56308f37607b5e"


@given(banks(), st.integers())
def test_the_digest_does_not_depend_on_the_order_of_rows(bank: Bank, seed: int) -> None:
    rows = list(content_rows(bank))
    shuffled = list(rows)
    Random(seed).shuffle(shuffled)
    assert release_digest(rows) == release_digest(shuffled)


def other(value: Any) -> Any:
    """A value of the same kind that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, tuple):
        return make_options(QuestionType.MULTIPLE_CHOICE, 5)
    swaps = {
        Tier.FREE: Tier.PREMIUM,
        Navigation.FREE: Navigation.FORWARD_ONLY,
        MultipleResponseRule.ALL_OR_NOTHING: MultipleResponseRule.PER_OPTION,
        QuestionType.MULTIPLE_CHOICE: QuestionType.MULTI_SELECT,
        None: 1,
    }
    return swaps[value] if value in swaps and type(value) is not str else f"{value}!"


@pytest.mark.parametrize("column", [field.name for field in structs.fields(make_exam())])
def test_every_column_of_an_exam_changes_the_digest(column: str) -> None:
    exam = make_exam()
    changed = structs.replace(exam, **{column: other(getattr(exam, column))})
    assert row_digest(exam_row(changed)) != row_digest(exam_row(exam))


@pytest.mark.parametrize("column", [field.name for field in structs.fields(make_objective("1"))])
def test_every_column_of_an_objective_changes_the_digest(column: str) -> None:
    objective = make_objective("1")
    changed = structs.replace(objective, **{column: other(getattr(objective, column))})
    assert row_digest(objective_row(changed)) != row_digest(objective_row(objective))


@pytest.mark.parametrize("column", [field.name for field in structs.fields(make_question())])
def test_every_column_of_a_question_changes_the_digest(column: str) -> None:
    question = make_question()
    value = getattr(question, column)
    changed = structs.replace(question, **{column: "x" if value is None else other(value)})
    assert row_digest(question_row(changed)) != row_digest(question_row(question))


@pytest.mark.parametrize("column", ["id", "text", "is_correct", "rationale", "misconception"])
def test_every_field_of_an_option_changes_the_digest(column: str) -> None:
    question = make_question()
    first = question.options[0]
    changed = structs.replace(first, **{column: other(getattr(first, column))})
    revised = structs.replace(question, options=(changed, *question.options[1:]))
    assert row_digest(question_row(revised)) != row_digest(question_row(question))


def test_the_order_of_options_is_content() -> None:
    question = make_question()
    turned = structs.replace(question, options=question.options[::-1])
    assert row_digest(question_row(turned)) != row_digest(question_row(question))


def test_a_weight_is_the_same_as_a_whole_number_and_as_a_float() -> None:
    assert objective_row(make_objective("1", weight=23)) == objective_row(make_objective("1", weight=23.0))
    assert canonical_json(objective_row(make_objective("1", weight=23))["weight"]) == "23.0"


@given(banks())
def test_a_question_becomes_a_row_and_back_without_loss(bank: Bank) -> None:
    for question in bank.questions:
        row = question_row(question)
        assert question_from_row(row) == question
        assert json.loads(row["answers"])
