"""The fast way to read a question gives what the careful way gives, or leaves the question to it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.question import Question, QuestionType
from pingtopass_desktop.library.bank.export import question_line
from pingtopass_desktop.library.bank.fields import QuestionReader, RawQuestion, _Reading
from pingtopass_desktop.library.bank.usual import usual_question
from tests.fakes.banks import make_question, questions

CODES = ("1", "2 é")
ODD: list[Any] = [
    *(None, True, False, 0, 1, 3, 5.0, 2.5, 2**40, 10**30, "", " ", "x", "\u00a0", "\ud800", "a\nb", "![p](p.png)"),
    *([], {}, [None], ["a"], {"a": 1}, "multi_select", "ordering", "A" * 33, "a b", "true", "y" * 50_001),
]


def careful(fields: dict[str, Any]) -> tuple[Question, bool]:
    """The question of the careful way, and whether it had nothing to say."""
    reader = QuestionReader("bank", "net-1", frozenset(CODES), lambda path: None)
    reading = _Reading(reader, RawQuestion(fields, lambda at: ""))
    question = reading.question()
    return question, not reading.problems and not reading.warnings


def quick(fields: dict[str, Any]) -> Question | None:
    return usual_question(fields, "bank", "net-1", frozenset(CODES))


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
    found = quick(fields)
    if found is not None:
        assert careful(fields) == (found, True)


@given(questions("net-1", CODES))
def test_a_sound_question_without_a_picture_is_read_the_fast_way(question: Question) -> None:
    fields = fields_of(question)
    assert (quick(fields) is None) == ("![" in json.dumps(fields))


def test_every_type_is_read_the_fast_way() -> None:
    for kind in QuestionType:
        question = make_question(1, kind, exam_id="net-1")
        assert quick(fields_of(question)) == question
