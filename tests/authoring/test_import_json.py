"""JSON and JSON lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pingtopass_desktop.authoring.importing import ImportFailed
from pingtopass_desktop.domain.question import QuestionType
from tests.authoring.conftest import Desk
from tests.fakes.ham import HAM_EXAM


@pytest.mark.parametrize(
    "question",
    [
        {"question": "One?", "options": ["x", "y", "z"], "answer": "B"},
        {"text": "One?", "choices": ["x", "y", "z"], "correct_answer": "y"},
        {"prompt": "One?", "answers": ["x", "y", "z"], "correct": [1], "correct_letter": "B"},
        {"stem": "One?", "options": ["x", "y", "z"], "answer": [False, True, False]},
        {"Question Text": "One?", "options": {"A": "x", "B": "y", "C": "z"}, "Correct-Option": "b"},
        {"question": "One?", "options": {"1": "x", "2": "y", "3": "z"}, "answer": 2},
        {"question": "One?", "option1": "x", "option2": "y", "option3": "z", "answer": "option2"},
        {"question": "One?", "a": "x", "b": "y", "c": "z", "key": "(b)"},
        {"question": "One?", "options": ["x", "y", "z"], "answer": "B. y"},
        {
            "question": {"stem": "One?", "choices": [{"label": w, "text": w.lower()} for w in "XYZ"]},
            "answerKey": "Y",
        },
        {"question": "One?", "options": [{"option": "x"}, {"option": "y", "is_correct": True}, {"option": "z"}]},
        {"stem": "One?", "options": [{"text": w, "correct": w == "y"} for w in "xyz"]},
        {"stem": "One?", "answers": [{"answer": w, "right": w == "y"} for w in "xyz"]},
    ],
)
def test_every_common_shape_of_a_question_is_read(desk: Desk, question: dict[str, Any]) -> None:
    report = desk.bring_text("net.json", json.dumps([{"id": 7, **question}]))
    assert report.skipped == ()
    (read,) = desk.questions("net")
    assert (read.text, [o.text for o in read.options], read.key) == ("One?", ["x", "y", "z"], ("b",))
    assert (read.type, read.source_id) == (QuestionType.MULTIPLE_CHOICE, "7")


QUESTION = {"question": "One?", "options": ["x", "y"], "answer": "B"}


@pytest.mark.parametrize(
    "document",
    [
        [QUESTION],
        {"title": "A quiz", "questions": [QUESTION]},
        {"data": {"items": [QUESTION]}},
        {"q-1": QUESTION},
        QUESTION,
        {"sections": [{"name": "Routing", "questions": [QUESTION]}]},
    ],
)
def test_questions_are_found_in_every_common_document(desk: Desk, document: Any) -> None:
    desk.bring_text("net.json", json.dumps(document))
    assert desk.keys("net") == {"One?": "b"}


def test_several_keys_make_a_question_with_several_answers(desk: Desk) -> None:
    questions = [
        {"question": "One?", "options": ["x", "y", "z"], "answer": [0, 2]},
        {"question": "Two?", "options": ["x", "y", "z"], "answer": ["A", "B"]},
        {"question": "Three?", "options": ["x", "y", "z"], "answer": ["y", "z"]},
        {"question": "Four?", "options": ["x", "y", "z"], "answer": [True, True, False]},
    ]
    desk.bring_text("net.json", json.dumps(questions))
    assert desk.keys("net") == {"One?": "ac", "Two?": "ab", "Three?": "bc", "Four?": "ab"}
    assert {question.type for question in desk.questions("net")} == {QuestionType.MULTI_SELECT}


def test_a_true_or_false_answer_needs_no_options(desk: Desk) -> None:
    questions = [{"question": "One?", "answer": True}, {"question": "Two?", "type": "tf", "answer": "F"}]
    desk.bring_text("net.json", json.dumps(questions))
    assert desk.keys("net") == {"One?": "a", "Two?": "b"}
    assert {question.type for question in desk.questions("net")} == {QuestionType.TRUE_FALSE}


def test_wrong_answers_beside_the_right_one_are_options(desk: Desk) -> None:
    question = {"type": "multiple", "question": "One?", "correct_answer": "r", "incorrect_answers": ["w", "v"]}
    desk.bring_text("net.json", json.dumps({"results": [question]}))
    (read,) = desk.questions("net")
    assert ([o.text for o in read.options], read.key, str(read.type)) == (["r", "w", "v"], ("a",), "multiple_choice")


def test_headings_become_objectives_where_there_are_several(desk: Desk) -> None:
    document = {"Routing": [QUESTION], "Security": [{**QUESTION, "question": "Two?"}]}
    desk.bring_text("net.json", json.dumps(document))
    assert [objective.code for objective in desk.bank("net").objectives] == ["Routing", "Security"]


def test_ordering_and_matching_come_by_our_own_field_names(desk: Desk) -> None:
    steps = [{"id": "s1", "text": "first", "position": 1}, {"id": "s2", "text": "second", "position": 2}]
    pairs = [{"id": "p1", "text": "left", "match": "right"}, {"id": "p2", "text": "up", "match": "down"}]
    questions = [
        {"id": "o", "type": "ordering", "text": "Order?", "answers": steps},
        {"id": "m", "type": "matching", "text": "Match?", "answers": pairs},
    ]
    desk.bring_text("net.json", json.dumps(questions))
    ordering, matching = desk.questions("net")
    assert (ordering.type, ordering.key) == (QuestionType.ORDERING, ("s1", "s2"))
    assert [option.match for option in matching.options] == ["right", "down"]


def test_a_skipped_question_is_named_by_index_and_line(desk: Desk) -> None:
    broken = {"question": "Two?", "options": ["x", "y"], "answer": "K"}
    report = desk.bring_text("net.json", json.dumps({"questions": [QUESTION, broken]}, indent=1))
    assert report.skipped[0].where == "net.json:11 questions[1]"


def test_lines_that_are_no_objects_are_skipped(desk: Desk) -> None:
    report = desk.bring_text("net.jsonl", f"{json.dumps(QUESTION)}\r\n\r\n{{bad\n[1]\n")
    assert desk.keys("net") == {"One?": "b"}
    assert [problem.where for problem in report.skipped] == ["net.jsonl:3", "net.jsonl:4"]


def test_lines_of_objects_are_read_from_a_json_file_too(desk: Desk) -> None:
    desk.bring_text("net.json", f"{json.dumps(QUESTION)}\n{json.dumps({**QUESTION, 'question': 'Two?'})}\n")
    assert desk.keys("net") == {"One?": "b", "Two?": "b"}


def test_a_syntax_error_names_line_column_and_what_was_expected(desk: Desk) -> None:
    with pytest.raises(ImportFailed, match=r"net\.json:3.*line 3, column 5: expecting ',' delimiter"):
        desk.bring_text("net.json", '[\n "a"\n    "b"]')


def test_the_published_example_of_another_program_fails_with_place_and_reason(
    desk: Desk, fixtures_folder: Path
) -> None:
    text = (fixtures_folder / "exam-simulator" / "schema-example.json.txt").read_bytes()
    with pytest.raises(ImportFailed, match=r"example\.json:\d+: is not valid JSON at line \d+, column \d+: expecting"):
        desk.bring_text("example.json", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[]", "holds no questions"),
        ('["a", "b"]', "holds no questions"),
        ("null", "holds no questions"),
        ('{"a": ' + "9" * 5000 + "}", "is not valid JSON"),
        ('[{"question": "One?"}]', "has no options"),
        ('[{"question": "One \\ud800?", "options": ["x", "y"], "answer": "A"}]', "surrogate"),
        ('[{"question": "One \\u0000?", "options": ["x", "y"], "answer": "A"}]', "NUL"),
    ],
)
def test_a_text_that_holds_no_question_fails_with_the_reason(desk: Desk, text: str, message: str) -> None:
    with pytest.raises(ImportFailed, match=message):
        desk.bring_text("net.json", text)
    assert not desk.packs.exists()


def test_the_same_exam_from_csv_and_json_has_the_same_rows(desk: Desk, new_desk: Callable[[], Desk]) -> None:
    exam = '[exam]\nid = "net"\nname = "Net"\nquestions = 1\npass = { count = 1 }\n'
    desk.bring_text("net.csv", "id,question,a,b,answer\n1,One?,x,y,1\n2,Two?,x,y,2\n,Three?,x,y,1\n", exam=exam)
    questions = [
        {"id": 1, "question": "One?", "options": ["x", "y"], "answer": 0},
        {"id": 2, "question": "Two?", "options": ["x", "y"], "answer": 1},
        {"question": "Three?", "options": ["x", "y"], "answer": 0},
    ]
    other = new_desk()
    other.bring_text("net.json", json.dumps(questions), exam=exam)
    assert other.digest("net") == desk.digest("net")


@pytest.mark.parametrize("further", ["", 'options = "answers"\nkey = "correct"\n', 'key = "correct_letter"\n'])
def test_a_real_pool_is_the_same_from_json_as_from_csv(
    desk: Desk, new_desk: Callable[[], Desk], fixtures_folder: Path, further: str
) -> None:
    ham = fixtures_folder / "ham-general"
    desk.bring(ham / "general-2023-2027.csv", exam=HAM_EXAM)
    other = new_desk()
    report = other.bring(ham / "general-2023-2027.json", exam=HAM_EXAM + further)
    assert (report.imported, report.skipped, report.warnings) == (423, (), ())
    assert other.digest("ham-general") == desk.digest("ham-general")


@pytest.mark.parametrize("name", ["naughty.csv", "naughty.json", "naughty.jsonl"])
def test_naughty_strings_round_trip_exactly(desk: Desk, fixtures_folder: Path, name: str) -> None:
    import csv
    import io

    strings = json.loads((fixtures_folder / "hostile" / "blns.json").read_text("utf-8"))
    usable = [text for text in strings if text.strip()]
    rows = [
        {"id": f"n{n}", "question": text, "a": text, "b": f"other {n}", "answer": "A", "explanation": text}
        for n, text in enumerate(usable)
    ]
    if name.endswith(".csv"):
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        content = stream.getvalue()
    elif name.endswith(".jsonl"):
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    else:
        content = json.dumps(rows)
    report = desk.bring_text(name, content)
    assert report.skipped == ()
    questions = {question.source_id: question for question in desk.questions("naughty")}
    for number, text in enumerate(usable):
        question = questions[f"n{number}"]
        assert (question.text, question.options[0].text, question.explanation) == (text, text, text)
    assert len(questions) == len(usable) == 481
