"""The CSV of a report: a row for each question, readable by any spreadsheet and harmless in it."""

import csv
import io

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.question import Confidence, Option, QuestionType
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import exam, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.report_table import HEADINGS, answer_text, plain_text, report_csv
from tests.fakes.banks import make_bank, make_question
from tests.fakes.laptop import Laptop, wrong_choice

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", '  =HYPERLINK("http://x")', "＝1+1"]


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sit(laptop: Laptop, study: Study) -> review.ScoreReport:
    """Ten questions: right and sure, wrong after right, flagged and wrong, none, right from there on."""
    sitting = exam.start(study, "golden", seed=1)
    for index in range(10):
        sitting.visit(index)
        laptop.advance(4000)
        sitting.tick()
        question = sitting.current.question
        if index == 3:
            continue
        if index == 2:
            sitting.flag(True)
        first = wrong_choice(question) if index == 2 else question.key
        sitting.answer(first, Confidence.SURE if index == 0 else None)
        if index == 1:
            sitting.answer(wrong_choice(question))
    sitting.submit()
    return review.report(study, sitting.attempt.id)


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    bare_laptop.publish(make_bank(10, weights=(60, 40), question_count=10, time_limit_s=100))
    return bare_laptop


def test_each_question_is_a_row_with_all_that_is_known_of_it(laptop: Laptop) -> None:
    report = sit(laptop, laptop.open())
    content = report_csv(report)
    rows = rows_of(content)
    assert content.decode("utf-8-sig").split("\r\n")[0] == ",".join(f'"{heading}"' for heading in HEADINGS)
    assert [row["Number"] for row in rows] == [str(number) for number in range(1, 11)]
    assert [row["Question ID"] for row in rows] == [answer.question_id for answer in report.answers]
    assert [row["Result"] for row in rows[:5]] == ["right", "wrong", "wrong", "not answered", "right"]
    assert [row["Seconds"] for row in rows] == ["4"] * 10
    assert [row["Flagged"] for row in rows[:4]] == ["no", "no", "yes", "no"]
    assert [row["Changes"] for row in rows[:3]] == ["0", "1", "0"]
    assert [row["Confidence"] for row in rows[:2]] == ["sure", ""]
    for row, answer in zip(rows, report.answers, strict=True):
        assert answer.shown is not None
        assert (row["Objective"], row["Question"]) == (answer.shown.objective_name, answer.shown.question.text)
        assert row["Objective code"] == answer.shown.objective_title.split()[0]
        assert (row["Your answer"] == row["Right answer"]) == answer.is_right
    assert rows[3]["Your answer"] == ""


def test_numbers_are_numbers_and_everything_else_is_quoted(laptop: Laptop) -> None:
    line = report_csv(sit(laptop, laptop.open())).decode("utf-8-sig").split("\r\n")[1]
    assert line.startswith('1,"')
    assert ',4,"no",0,"sure"' in line


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_is_kept_from_it(laptop: Laptop, text: str) -> None:
    report = sit(laptop, laptop.open())
    answer = report.answers[0]
    assert answer.shown is not None
    shown = replace(answer.shown, question=replace(answer.shown.question, text=f"`{text}`"), objective_name=text)
    (row,) = rows_of(report_csv(replace(report, answers=(replace(answer, shown=shown),))))
    assert row["Objective"] == f"'{text}"
    assert row["Question"].startswith("'")


def test_quotes_commas_and_line_ends_stay_in_their_cell(laptop: Laptop) -> None:
    report = sit(laptop, laptop.open())
    answer = report.answers[0]
    assert answer.shown is not None
    text = 'Which "one", or; which?\n\nSecond line'
    shown = replace(answer.shown, question=replace(answer.shown.question, text=text))
    (row,) = rows_of(report_csv(replace(report, answers=(replace(answer, shown=shown),))))
    assert row["Question"] == 'Which "one", or; which?\nSecond line'


def test_a_question_that_left_the_library_keeps_its_row(laptop: Laptop) -> None:
    study = laptop.open()
    report = sit(laptop, study)
    pointer_file(laptop.packs, "golden").unlink()
    study.catalogue.refresh()
    rows = rows_of(report_csv(review.report(study, report.summary.id)))
    assert {row["Question"] for row in rows} == {"(no longer in the library)"}
    assert [row["Result"] for row in rows[:4]] == ["right", "wrong", "wrong", "not answered"]


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("Which of `ls -l` **bold** ~~not~~ does?", "Which of ls -l bold not does?"),
        ("one\ntwo\n\nthree", "one two\nthree"),
        ("- a\n- b", "a\nb"),
        ("```sh\n$ ip a\n```", "$ ip a"),
        ("![a figure](media:abc) &amp; <b>x</b>", "[a figure] & <b>x</b>"),
        ("| a | b |\n|--|--|\n| 1 | 2 |", "a\nb\n1\n2"),
    ],
)
def test_markdown_is_written_as_it_reads(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain


def test_answers_are_the_texts_of_their_options() -> None:
    multi = make_question(1, QuestionType.MULTI_SELECT, keys=(0, 2))
    assert answer_text(multi, ("a", "c")) == "option a; option c"
    assert answer_text(make_question(2, QuestionType.ORDERING, size=3), ("c", "b", "a")) == "step c → step b → step a"
    matching = make_question(3, QuestionType.MATCHING, size=2)
    assert answer_text(matching, ("a=b", "b=a")) == "left a → right b; left b → right a"
    assert answer_text(multi, ()) == ""
    changed = replace(multi, options=(Option("a", "*only* this"),))
    assert answer_text(changed, ("a", "z")) == "only this; z"
