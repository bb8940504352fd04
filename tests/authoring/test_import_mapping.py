"""The [import] table, the exam that foreign questions belong to, and what is guessed."""

import json
from pathlib import Path

import pytest

from pingtopass_desktop.authoring.importers.columns import normalised, option_columns
from pingtopass_desktop.authoring.importing import ImportFailed
from tests.authoring.conftest import Desk

EXAM = '[exam]\nid = "net"\nname = "Networks"\nquestions = 2\nminutes = 3\npass = { count = 1 }\n'


def _messages(report: object) -> str:
    return "\n".join(map(str, getattr(report, "warnings", ())))


def test_columns_of_any_name_can_be_stated(desk: Desk) -> None:
    mapping = 'id = "Nr."\nstem = "Frage"\noptions = ["eins", "zwei"]\nkey = "Loesung"\nkey_base = 1\n'
    text = "Nr.,Frage,eins,zwei,Loesung,Grund,Quelle\n7,Was?,x,y,2,darum,RFC\n"
    more = 'explanation = "Grund"\nreference = "Quelle"\n'
    desk.bring_text("data.csv", text, exam=f"{EXAM}[import]\n{mapping}{more}")
    (question,) = desk.questions("net")
    assert (question.source_id, question.text, question.key) == ("7", "Was?", ("b",))
    assert (question.explanation, question.reference) == ("darum", "RFC")


def test_a_stated_separator_parts_the_keys(desk: Desk) -> None:
    text = "question,a,b,c,answer\nOne?,x,y,z,A#C\n"
    desk.bring_text("data.csv", text, exam=f'{EXAM}[import]\nkey_separator = "#"\n')
    assert desk.keys("net") == {"One?": "ac"}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ('key = "nope"', "no column 'nope'. It has: question, a, b, answer"),
        ('options = ["a", "z"]', "no column 'z'"),
        ('objective = { from = "nope", first = 2 }', "no column 'nope'"),
        ('objective = { from = "a" }', "either first or pattern"),
        ('objective = { from = "a", pattern = "(" }', "is no pattern"),
        ('objective = { from = "a", pattern = "a" }', "exactly one group"),
        ("key_base = 2", "neither 0 nor 1"),
        ('add_objectives = "all"', "add_objectives"),
        ("stem = 3", "is not a text"),
    ],
)
def test_what_the_table_cannot_mean_is_an_error(desk: Desk, mapping: str, message: str) -> None:
    with pytest.raises(ImportFailed) as failed:
        desk.bring_text("data.csv", "question,a,b,answer\nOne?,x,y,A\n", exam=f"{EXAM}[import]\n{mapping}\n")
    assert message in str(failed.value)
    assert not desk.packs.exists()


def test_an_unknown_entry_is_a_warning(desk: Desk) -> None:
    text = "question,a,b,answer\nOne?,x,y,A\n"
    report = desk.bring_text("data.csv", text, exam=f"{EXAM}[import]\nfoo = 1\n")
    assert "import.foo" in _messages(report)


@pytest.mark.parametrize(
    ("keys", "expected", "guessed"),
    [
        (["0", "1", "2"], "abc", False),
        (["1", "2", "3"], "abc", False),
        (["1", "2", "1"], "aba", True),
    ],
)
def test_the_base_of_numbers_follows_from_the_whole_table(
    desk: Desk, keys: list[str], expected: str, guessed: bool
) -> None:
    rows = [f"Q{n},x{n},y{n},z{n},{key}" for n, key in enumerate(keys)]
    report = desk.bring_text("net.csv", "\n".join(["question,a,b,c,answer", *rows]))
    assert "".join(desk.keys("net").values()) == expected
    assert ("key_base = 0" in _messages(report)) == guessed


def test_numbers_in_json_begin_at_0_where_nothing_tells(desk: Desk) -> None:
    report = desk.bring_text("net.json", json.dumps([{"question": "One?", "options": ["x", "y", "z"], "answer": 1}]))
    assert desk.keys("net") == {"One?": "b"}
    assert "key_base = 1" in _messages(report)


def test_a_column_of_letters_tells_the_base_of_numbers(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,a,b,c,correct,correct_letter\nOne?,x,y,z,1,B\nTwo?,x,y,z,2,C\n")
    assert desk.keys("net") == {"One?": "b", "Two?": "c"}
    assert "key_base" not in _messages(report)


def test_a_row_that_contradicts_itself_is_skipped(desk: Desk) -> None:
    rows = ["One?,x,y,z,1,B", "Two?,x,y,z,2,C", "Three?,x,y,z,1,A", "Four?,x,y,z,7,A"]
    report = desk.bring_text("net.csv", "\n".join(["question,a,b,c,correct,correct_letter", *rows]))
    assert list(desk.keys("net")) == ["One?", "Two?"]
    assert [problem.where for problem in report.skipped] == ["net.csv:4", "net.csv:5"]
    assert "correct = '1' means B, but correct_letter = 'A' means A" in report.skipped[0].message


def test_a_row_beyond_the_base_of_the_others_is_skipped(desk: Desk) -> None:
    rows = ["One?,x,y,z,0", "Two?,x,y,z,0", "Three?,x,y,z,3"]
    report = desk.bring_text("net.csv", "\n".join(["question,a,b,c,answer", *rows]))
    assert list(desk.keys("net").values()) == ["a", "a"]
    assert report.skipped[0].where == "net.csv:4"
    assert "both 0" in _messages(report)


def test_options_that_are_numbers_are_matched_as_texts(desk: Desk) -> None:
    desk.bring_text("net.csv", "question,a,b,c,answer\nOne?,2,3,4,4\nTwo?,7,8,9,7\n")
    assert desk.keys("net") == {"One?": "c", "Two?": "a"}


def test_a_stated_base_makes_keys_numbers(desk: Desk) -> None:
    text = "question,a,b,c,answer\nOne?,2,3,4,2\n"
    desk.bring_text("data.csv", text, exam=f"{EXAM}[import]\nkey_base = 0\n")
    assert desk.keys("net") == {"One?": "c"}


def test_a_column_with_a_solution_in_words_is_no_key(desk: Desk) -> None:
    rows = ["One?,x,y,B,Because y is it", "Two?,x,y,A,Because x is it"]
    desk.bring_text("net.csv", "\n".join(["question,a,b,answer,solution", *rows]))
    assert desk.keys("net") == {"One?": "b", "Two?": "a"}


def test_column_names_are_recognised_without_case_and_punctuation() -> None:
    assert normalised("Correct_Answer ") == normalised("correct-answer") == "correctanswer"
    assert option_columns(["Q", "Option A", "Option B", "Answer"]) == ("Option A", "Option B")
    assert option_columns(["option0", "option1", "option3"]) == ("option0", "option1")
    assert option_columns(["a", "c"]) == ()


OBJECTIVES = """
[[objective]]
code = "1.0"
name = "Routing"
weight = 60
[[objective]]
code = "2.0"
name = "Security"
weight = 40
"""


def test_objectives_are_found_by_code_and_by_name(desk: Desk) -> None:
    rows = ["One?,x,y,A,1.0", "Two?,x,y,A,security", "Three?,x,y,A,2.0 Security in depth"]
    desk.bring_text("data.csv", "\n".join(["question,a,b,answer,domain", *rows]), exam=EXAM + OBJECTIVES)
    objectives = [question.objective_id for question in desk.questions("net")]
    assert objectives == ["net:1.0", "net:2.0", "net:2.0"]


def test_questions_of_an_unknown_objective_are_skipped_and_counted(desk: Desk) -> None:
    rows = ["One?,x,y,A,1.0", "Two?,x,y,A,9.9", "Three?,x,y,A,9.9", "Four?,x,y,A,"]
    report = desk.bring_text("data.csv", "\n".join(["question,a,b,answer,domain", *rows]), exam=EXAM + OBJECTIVES)
    assert report.imported == 1
    assert [problem.where for problem in report.skipped] == ["data.csv:3", "data.csv:4", "data.csv:5"]
    assert "'9.9' is not in the exam: 2 questions skipped" in _messages(report)


def test_objectives_of_the_data_are_added_with_equal_weight(desk: Desk) -> None:
    rows = ["One?,x,y,A,red", "Two?,x,y,A,blue", "Three?,x,y,A,red"]
    exam = f'{EXAM}[import]\nadd_objectives = "weight:equal"\n'
    desk.bring_text("data.csv", "\n".join(["question,a,b,answer,topic", *rows]), exam=exam)
    assert [(o.code, o.weight) for o in desk.bank("net").objectives] == [("red", 50.0), ("blue", 50.0)]


def test_draws_that_do_not_sum_to_the_exam_are_a_warning_with_both_numbers(desk: Desk) -> None:
    rows = ["One?,x,y,A,red", "Two?,x,y,A,blue", "Three?,x,y,A,green"]
    exam = f'{EXAM}[import]\nadd_objectives = "draw:1"\n'
    report = desk.bring_text("data.csv", "\n".join(["question,a,b,answer,topic", *rows]), exam=exam)
    assert [o.draw_count for o in desk.bank("net").objectives] == [1, 1, 1]
    assert "draw 3 questions in all, but the exam has 2" in _messages(report)


def test_an_objective_may_be_the_group_of_a_pattern(desk: Desk) -> None:
    mapping = 'objective = { from = "id", pattern = "^([A-Z]+)" }\nadd_objectives = "draw:1"\n'
    text = "id,question,a,b,answer\nNET1,One?,x,y,A\nSEC1,Two?,x,y,A\n77,Three?,x,y,A\n"
    report = desk.bring_text("data.csv", text, exam=f"{EXAM}[import]\n{mapping}")
    assert [o.code for o in desk.bank("net").objectives] == ["NET", "SEC"]
    assert [problem.where for problem in report.skipped] == ["data.csv:4"]


def test_without_an_exam_file_the_rules_are_assumed_with_a_warning(desk: Desk) -> None:
    rows = [f"Q{n}?,x,y,A,{'red' if n % 4 else 'blue'}" for n in range(100)]
    report = desk.bring_text("My Net_quiz 1.csv", "\n".join(["question,a,b,answer,topic", *rows]))
    bank = desk.bank("my-net_quiz-1")
    (exam,) = bank.exams
    assert (exam.id, exam.name, exam.code) == ("my-net_quiz-1", "My Net quiz 1", "MY-NET_QUIZ-1")
    assert (exam.question_count, exam.time_limit_s, exam.cut_count) == (65, 98 * 60, 46)
    assert {o.code: o.weight for o in bank.objectives} == {"blue": 25.0, "red": 75.0}
    assert "rules are assumed" in _messages(report)


def test_without_objectives_all_questions_share_one(desk: Desk) -> None:
    desk.bring_text("net.csv", "question,a,b,answer\nOne?,x,y,A\n")
    assert [(o.code, o.name, o.weight) for o in desk.bank("net").objectives] == [("1", "All questions", 100.0)]


def test_a_name_without_latin_letters_still_makes_an_id(desk: Desk) -> None:
    report = desk.bring_text("試験.csv", "question,a,b,answer\nOne?,x,y,A\n")
    assert report.exam_id.startswith("exam-")
    assert desk.bank(report.exam_id).exams[0].name == "試験"


@pytest.mark.parametrize("name", ["exam.toml", "data.toml"])
def test_an_exam_file_beside_the_data_is_used(desk: Desk, name: str) -> None:
    desk.write(name, EXAM)
    report = desk.bring_text("data.csv", "question,a,b,answer\nOne?,x,y,A\n")
    assert report.exam_id == "net"
    assert f"{name}: lies beside data.csv" in _messages(report)


def test_a_further_import_keeps_the_rules_of_an_exam_that_is_there(desk: Desk) -> None:
    header = "id,question,a,b,answer"
    mapping = 'objective = { from = "id", first = 1 }\nadd_objectives = "weight:equal"\n'
    desk.bring_text("first.csv", f"{header}\nA1,One?,x,y,A\nB1,Two?,x,y,A\n", exam=f"{EXAM}[import]\n{mapping}")
    report = desk.bring_text("net.csv", f"{header}\nA1,One changed?,x,y,A\n")
    bank = desk.bank("net")
    assert (report.imported, report.updated, report.unchanged) == (0, 1, 0)
    assert (bank.exams[0].name, bank.exams[0].question_count) == ("Networks", 2)
    assert {q.text: q.objective_id for q in bank.questions} == {"One changed?": "net:A", "Two?": "net:B"}


def test_a_further_import_adds_its_new_objectives_in_proportion(desk: Desk) -> None:
    header = "id,question,a,b,answer,topic"
    desk.bring_text("net.csv", f"{header}\n1,One?,x,y,A,red\n2,Two?,x,y,A,blue\n")
    desk.bring_text("net.csv", f"{header}\n1,One?,x,y,A,red\n2,Two?,x,y,A,blue\n3,Three?,x,y,A,green\n")
    assert {o.code: o.weight for o in desk.bank("net").objectives} == {"red": 50, "blue": 50, "green": 50}


def test_several_files_make_one_exam(desk: Desk) -> None:
    table = desk.write("one.csv", "id,question,a,b,answer\n1,One?,x,y,A\n")
    objects = json.dumps([{"id": n, "question": f"Q{n}?", "options": ["x", "y"], "answer": "A"} for n in (1, 2)])
    report = desk.bring(table, desk.write("two.json", objects), exam=EXAM)
    assert desk.keys("net") == {"One?": "a", "Q2?": "a"}
    assert report.skipped[0].where == "two.json:1 questions[0]"


def test_the_exam_file_given_is_named_where_it_is_wrong(desk: Desk) -> None:
    with pytest.raises(ImportFailed, match=r"rules\.toml.*exam\.name: is missing"):
        desk.bring_text("data.csv", "question,a,b,answer\nOne?,x,y,A\n", exam='[exam]\nid = "net"\n')


def test_the_bank_of_the_data_is_never_outside_the_given_folder(desk: Desk) -> None:
    desk.bring_text("net.csv", "question,a,b,answer\nOne?,x,y,A\n")
    assert {path.name for path in desk.packs.parent.iterdir()} == {"files", "packs"}
    assert {Path(path).suffix for path in desk.packs.iterdir()} == {".pack", ".search", ".current", ".lock"}
