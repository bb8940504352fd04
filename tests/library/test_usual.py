"""The fast way to read a question gives what the careful way gives, or leaves the question to it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.question import Question, QuestionType
from pingtopass_desktop.library.bank.export import question_line
from pingtopass_desktop.library.bank.fields import QuestionReader, RawQuestion, _Reading
from pingtopass_desktop.library.bank.usual import UsualFields, fields_of_line, fields_of_mapping, usual_question
from tests.fakes.banks import make_question, questions

CODES = ("1", "2 é")
ODD: list[Any] = [
    *(None, True, False, 0, 1, 3, 5.0, 2.5, 2**40, 10**30, "", " ", "x", "\u00a0", "\ud800", "a\nb", "![p](p.png)"),
    *([], {}, [None], ["a"], {"a": 1}, "multi_select", "ordering", "A" * 33, "a b", "true", "y" * 50_001),
]


def careful(fields: dict[str, Any]) -> tuple[Question, bool]:
    """The question of the careful way, and whether it had nothing to say."""
    reading = _Reading(reader(), RawQuestion(fields, lambda at: ""))
    question = reading.question()
    return question, not reading.problems and not reading.warnings


def reader() -> QuestionReader:
    return QuestionReader("bank", "net-1", frozenset(CODES), lambda path: None)


def quick(fields: UsualFields | None) -> Question | None:
    return usual_question(fields, "bank", "net-1", frozenset(CODES)) if fields else None


def fields_of(question: Question) -> dict[str, Any]:
    codes = {f"net-1:{code}": code for code in CODES}
    return json.loads(question_line(question, codes))


@st.composite
def odd_fields(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a sound question of which up to three were spoilt."""
    fields = fields_of(draw(questions("net-1", CODES)))
    for _ in range(draw(st.integers(0, 3))):
        target = fields
        answers = fields.get("answers")
        if isinstance(answers, list) and answers and draw(st.booleans()):
            chosen = draw(st.sampled_from(answers))
            target = chosen if isinstance(chosen, dict) else fields
        name = draw(st.sampled_from([*target, "id", "text", "extra", "revision", "position", "match", "is_correct"]))
        if draw(st.integers(0, 3)) == 0:
            target.pop(name, None)
        else:
            target[name] = draw(st.sampled_from(ODD))
    return fields


@given(odd_fields())
def test_both_ways_give_the_same_question(fields: dict[str, Any]) -> None:
    found = quick(fields_of_mapping(fields))
    if found is not None:
        assert careful(fields) == (found, True)


@given(odd_fields(), st.booleans())
def test_a_line_gives_the_same_question_and_the_same_problems_as_its_fields(
    fields: dict[str, Any], is_ascii: bool
) -> None:
    usual = fields_of_line(json.dumps(fields, ensure_ascii=is_ascii))
    if usual is not None:
        of_line, of_fields = reader(), reader()
        where = str.upper
        assert of_line.read(RawQuestion(usual, where)) == of_fields.read(RawQuestion(fields, where))
        assert of_line.warnings == of_fields.warnings
        assert RawQuestion(usual, where).id == RawQuestion(fields, where).id


@given(questions("net-1", CODES))
def test_a_sound_question_without_a_picture_is_read_the_fast_way(question: Question) -> None:
    fields = fields_of(question)
    has_picture = "![" in json.dumps(fields)
    assert (quick(fields_of_mapping(fields)) is None) == has_picture
    line = json.dumps(fields, ensure_ascii=False)
    if "\\u" not in line:
        assert (quick(fields_of_line(line)) is None) == has_picture


def test_every_type_is_read_the_fast_way() -> None:
    for kind in QuestionType:
        question = make_question(1, kind, exam_id="net-1")
        assert quick(fields_of_mapping(fields_of(question))) == question
        assert quick(fields_of_line(json.dumps(fields_of(question)))) == question
