"""CSV and its relatives."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pingtopass_desktop.authoring.importing import ImportFailed
from pingtopass_desktop.domain.question import QuestionType
from tests.authoring.conftest import Desk
from tests.fakes.ham import HAM_EXAM


def test_a_table_with_letters_as_keys_is_imported(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "id,question,a,b,c,answer\n1,One?,x,y,z,B\n2,Two?,x,y,z,c\n")
    assert (report.imported, report.updated, report.skipped) == (2, 0, ())
    assert desk.keys("net") == {"One?": "b", "Two?": "c"}


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(desk: Desk, delimiter: str) -> None:
    rows = [["question", "option_a", "option_b", "answer"], ["One?", "x", "y", "A"]]
    desk.bring_text("net.csv", "\n".join(delimiter.join(row) for row in rows))
    assert desk.keys("net") == {"One?": "a"}


def test_a_line_that_states_the_delimiter_is_obeyed(desk: Desk) -> None:
    desk.bring_text("net.csv", "sep=;\nquestion;a;b;answer\nOne, two, three?;x;y;A\n")
    assert desk.keys("net") == {"One, two, three?": "a"}


def test_quoted_fields_keep_newlines_quotes_and_spaces(desk: Desk) -> None:
    desk.bring_text("net.csv", 'question,a,b,answer\n"  One\r\n ""two""? ", x ,"y\n",A\n')
    (question,) = desk.questions("net")
    assert question.text == '  One\r\n "two"? '
    assert [option.text for option in question.options] == [" x ", "y\n"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_newline_parts_rows(desk: Desk, newline: str) -> None:
    lines = ["question,a,b,answer", "One?,x,y,A", '"Two', 'lines?",x,y,B', "", "Three?,x,y,Z"]
    report = desk.bring_text("net.csv", newline.join(lines))
    assert desk.keys("net") == {"One?": "a", f"Two{newline}lines?": "b"}
    assert [problem.where for problem in report.skipped] == ["net.csv:6"]


@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-8-sig", b""), ("utf-16", b""), ("utf-16-be", b"\xfe\xff"), ("utf-32", b"")]
)
def test_a_byte_order_mark_decides_the_encoding(desk: Desk, codec: str, mark: bytes) -> None:
    report = desk.bring_text("net.csv", mark + "question,a,b,answer\nCafé – naïve?,x,y,A\n".encode(codec))
    assert desk.keys("net") == {"Café – naïve?": "a"}
    assert not any("1252" in str(warning) for warning in report.warnings)


def test_windows_text_is_read_with_a_warning_that_names_the_encoding(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,a,b,answer\nCafé – “naïve”?,x,y,A\n".encode("cp1252"))
    assert desk.keys("net") == {"Café – “naïve”?": "a"}
    assert any("CP1252" in str(warning) for warning in report.warnings)


def test_a_broken_quote_costs_its_row_only(desk: Desk) -> None:
    text = 'question,a,b,answer\n"He said "hi"",x,y,A\nGood?,x,y,B\n"Open,x,y,A\nAlso good?,x,y,A\n'
    report = desk.bring_text("net.csv", text)
    assert desk.keys("net") == {"Good?": "b", "Also good?": "a"}
    assert [problem.where for problem in report.skipped] == ["net.csv:2", "net.csv:4"]


def test_a_row_with_too_many_fields_is_skipped(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,a,b,answer\nOne, two?,x,y,A\nGood?,x,y,B\n")
    assert [problem.where for problem in report.skipped] == ["net.csv:2"]
    assert "5 fields where the header has 4" in report.skipped[0].message


def test_a_short_row_is_used_with_a_warning_where_what_it_lacks_is_optional(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,answer,a,b,c\nOne?,A,x,y\n")
    assert report.imported == 1
    assert any("net.csv:2: has 4 fields" in str(warning) for warning in report.warnings)


def test_options_may_stand_in_one_cell(desk: Desk) -> None:
    text = 'question,options,answer\nOne?,x | y | z,y\nTwo?,"x\ny",x\nThree?,"[""x"", ""y""]",B\n'
    desk.bring_text("net.csv", text)
    assert desk.keys("net") == {"One?": "b", "Two?": "a", "Three?": "b"}
    assert [o.text for o in desk.questions("net")[0].options] == ["x", "y", "z"]


def test_the_columns_of_a_course_template_are_recognised(desk: Desk) -> None:
    header = "Question,Question Type,Answer Option 1,Explanation 1,Answer Option 2,Explanation 2,Correct Answers"
    text = f"{header},Overall Explanation,Domain\nOne?,multiple-choice,x,why x,y,why y,2,Because,Routing\n"
    desk.bring_text("net.csv", text)
    (question,) = desk.questions("net")
    assert question.key == ("b",)
    assert [option.rationale for option in question.options] == ["why x", "why y"]
    assert (question.explanation, question.objective_id) == ("Because", "net:Routing")


def test_all_parts_of_a_question_are_read(desk: Desk) -> None:
    header = "id,question,a,b,answer,topic,difficulty,explanation,refs,sibling_group,rationale_a,rationale_b"
    desk.bring_text("net.csv", f"{header}\nQ1,One?,x,y,B,Routing,hard,Why,RFC 1,g1,no,yes\n")
    (question,) = desk.questions("net")
    assert (question.source_id, question.objective_id, question.difficulty) == ("Q1", "net:Routing", 4)
    assert (question.explanation, question.reference, question.sibling_group) == ("Why", "RFC 1", "g1")
    assert [option.rationale for option in question.options] == ["no", "yes"]


def test_several_keys_make_a_question_with_several_answers(desk: Desk) -> None:
    rows = ["One?,w,x,y,z,AC", 'Two?,w,x,y,z,"A, D"', "Three?,w,x,y,z,B;C", "Four?,w,x,y,z,A"]
    desk.bring_text("net.csv", "\n".join(["question,a,b,c,d,answer", *rows]))
    assert desk.keys("net") == {"One?": "ac", "Two?": "ad", "Three?": "bc", "Four?": "a"}
    types = [question.type for question in desk.questions("net")]
    assert types == [QuestionType.MULTI_SELECT] * 3 + [QuestionType.MULTIPLE_CHOICE]


def test_true_and_false_make_a_true_false_question(desk: Desk) -> None:
    desk.bring_text("net.csv", "question,a,b,answer\nOne?,True,False,FALSE\nTwo?,TRUE,FALSE,T\n")
    assert [question.type for question in desk.questions("net")] == [QuestionType.TRUE_FALSE] * 2
    assert desk.keys("net") == {"One?": "b", "Two?": "a"}


def test_a_type_that_is_not_supported_is_skipped_by_name(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,type,a,b,answer\nOne?,essay,x,y,A\nTwo?,mcq,x,y,A\n")
    assert report.imported == 1
    assert "'essay' is not supported" in report.skipped[0].message


def test_a_gap_between_options_is_skipped_and_trailing_ones_are_none(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "question,a,b,c,d,answer\nGap?,w,,y,z,A\nShort?,w,x,,,B\n")
    assert desk.keys("net") == {"Short?": "b"}
    assert report.skipped[0].where == "net.csv:2"


def test_a_figure_beside_the_file_becomes_media(desk: Desk) -> None:
    desk.write("pic one.png", b"\x89PNG\r\n\x1a\nfirst")
    desk.write("media/two.png", b"\x89PNG\r\n\x1a\nsecond")
    rows = ["One?,x,y,A,pic one.png", "Two?,x,y,A,two.png", "Three?,x,y,A,../../escape.png"]
    report = desk.bring_text("net.csv", "\n".join(["question,a,b,answer,figure", *rows]))
    bank = desk.bank("net")
    assert len(bank.media) == 2
    assert ["media:" in question.text for question in bank.questions] == [True, True, False]
    assert bank.questions[0].text.startswith("One?\n\n![Figure pic one](media:")
    assert any("escape.png" in str(warning) for warning in report.warnings)


def test_a_repeated_id_is_skipped_with_the_place_of_the_first(desk: Desk) -> None:
    report = desk.bring_text("net.csv", "id,question,a,b,answer\n7,One?,x,y,A\n7,Two?,x,y,B\n")
    assert desk.keys("net") == {"One?": "a"}
    assert report.skipped[0].where == "net.csv:3"
    assert "net.csv:2" in report.skipped[0].message


def test_questions_without_an_id_keep_theirs_by_content(desk: Desk) -> None:
    first = desk.bring_text("net.csv", "question,a,b,answer\nOne?,x,y,A\n")
    again = desk.bring_text("net.csv", "question,a,b,answer\nNew?,x,y,A\nOne?,x,y,B\n")
    assert sum("without an id" in str(warning) for warning in first.warnings) == 1
    assert (again.imported, again.updated, again.unchanged) == (1, 1, 0)
    assert desk.keys("net") == {"One?": "b", "New?": "a"}


def _assert_is_the_general_pool(desk: Desk) -> None:
    bank = desk.bank("ham-general")
    assert len(bank.questions) == 423
    assert [objective.draw_count for objective in bank.objectives] == [1] * 35
    keys = Counter("".join(question.key) for question in bank.questions)
    assert keys == {"a": 105, "b": 108, "c": 105, "d": 105}
    assert all(len(question.options) == 4 for question in bank.questions)
    assert sum("media:" in question.text for question in bank.questions) == 5
    assert len(bank.media) == 1
    assert sum(bool(question.reference) for question in bank.questions) == 60
    (exam,) = bank.exams
    assert (exam.question_count, exam.cut_count, exam.time_limit_s) == (35, 26, 3600)


EXPLICIT = """\
id = "id"
stem = "question"
options = ["a", "b", "c", "d"]
key = "correct"
key_base = 0
key_separator = ","
reference = "refs"
image = "figure"
media_dir = "."
"""


@pytest.mark.parametrize("further", ["", EXPLICIT, 'key = "correct_letter"\n', 'key = "correct"\n'])
def test_a_real_pool_is_imported_whole(desk: Desk, fixtures_folder: Path, further: str) -> None:
    file = fixtures_folder / "ham-general" / "general-2023-2027.csv"
    report = desk.bring(file, exam=HAM_EXAM + further)
    assert (report.imported, report.skipped, report.warnings) == (423, (), ())
    _assert_is_the_general_pool(desk)


@pytest.mark.parametrize("encoding", ["cp1252", "cr-only", "utf16be-bom", "utf16le-bom", "utf8bom"])
def test_a_real_pool_is_the_same_in_every_encoding(
    desk: Desk, new_desk: Callable[[], Desk], fixtures_folder: Path, encoding: str
) -> None:
    ham = fixtures_folder / "ham-general"
    desk.bring(ham / "general-2023-2027.csv", exam=HAM_EXAM)
    other = new_desk()
    exam = f"{HAM_EXAM}media_dir = '{ham}'\n"
    report = other.bring(fixtures_folder / "encodings" / f"general-2023-2027.{encoding}.csv", exam=exam)
    assert report.imported == 423
    assert any("CP1252" in str(warning) for warning in report.warnings) == (encoding == "cp1252")
    assert other.digest("ham-general") == desk.digest("ham-general")


def test_a_real_pool_is_imported_without_an_exam_file(desk: Desk, fixtures_folder: Path) -> None:
    report = desk.bring(fixtures_folder / "ham-general" / "general-2023-2027.csv")
    (exam,) = desk.bank("general-2023-2027").exams
    assert (report.imported, report.exam_id) == (423, "general-2023-2027")
    assert (exam.question_count, exam.time_limit_s, exam.cut_count) == (65, 98 * 60, 46)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just one column\nfoo\n", "one column only"),
        ("x,y\n1,2\n", "no column holds the text of the question"),
        ("question,a,b,answer\n", "it holds none"),
        ("question,a,b,answer\nOne?,x,y,\n", "No question of net.csv could be imported"),
        ("question,a,b,answer\nOne?,x,y\0,A\n", "NUL"),
        ("", "is empty"),
        (" \n ", "is empty"),
    ],
)
def test_a_table_that_holds_no_question_fails_with_the_reason(desk: Desk, text: str, message: str) -> None:
    with pytest.raises(ImportFailed, match=message):
        desk.bring_text("net.csv", text)
    assert not desk.packs.exists()
