"""Reading bank text: what is valid becomes a bank, what is not is named by file, line and field."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation, Tier
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.bank.exam_text import parse_exam
from pingtopass_desktop.library.bank.model import BankError, content_rows, imported_id, release_digest
from pingtopass_desktop.library.bank.text import BankText, read_bank
from tests.fakes.banks import PNG, PNG_SHA256, question_id

EXAM = """\
[exam]
id = "net-1"
code = "NET-1"
name = "Networks"
questions = 2
minutes = 10
pass = { count = 1 }
[[objective]]
code = "1"
name = "First"
weight = 60
[[objective]]
code = "2"
name = "Second"
weight = 40
"""

QUESTION = """\
[[question]]
id = "q-1"
type = "multiple_choice"
objective = "1"
text = "Which?"
answers = [
  { id = "a", text = "This", is_correct = true },
  { id = "b", text = "That" },
]
"""


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def read(folder: Path, questions: str | bytes = QUESTION, exam: str | bytes = EXAM, **others: str | bytes) -> BankText:
    """Read a bank of one exam with questions/1.toml and other files, given as ``questions__2_jsonl``."""
    named = {name.replace("__", "/").replace("_", "."): content for name, content in others.items()}
    return read_bank(write(folder, {"exam.toml": exam, "questions/1.toml": questions, **named}))


def problem(result: BankText) -> tuple[str, str]:
    """Where and in which field the one problem is."""
    assert len(result.skipped) == 1, [str(p) for p in result.skipped]
    return result.skipped[0].where, result.skipped[0].field


def fields(**changes: Any) -> dict[str, Any]:
    question = {
        "id": question_id(1),
        "type": "multiple_choice",
        "objective": "1",
        "text": "Which?",
        "answers": [{"id": "a", "text": "This", "is_correct": True}, {"id": "b", "text": "That"}],
    }
    return {**question, **changes}


def lines(*questions: dict[str, Any]) -> str:
    return "".join(json.dumps(question) + "\n" for question in questions)


def test_a_whole_bank_is_read(tmp_path: Path) -> None:
    result = read(tmp_path / "some folder")
    assert (result.skipped, result.warnings) == ([], [])
    bank = result.bank
    assert (bank.id, bank.name, bank.version) == ("net-1", "Networks", "")
    exam = bank.exams[0]
    assert (exam.question_count, exam.time_limit_s, exam.cut_count, exam.code) == (2, 600, 1, "NET-1")
    assert [(o.id, o.weight) for o in bank.objectives] == [("net-1:1", 60.0), ("net-1:2", 40.0)]
    question = bank.questions[0]
    assert question.id == imported_id("net-1", "q-1")
    assert (question.source_id, question.objective_id, question.key) == ("q-1", "net-1:1", ("a",))


def test_a_uuid_is_kept_as_the_id_and_other_ids_are_derived_from_the_bank(tmp_path: Path) -> None:
    own = question_id(7)
    path = write(tmp_path, {"exam.toml": EXAM, "questions/1.jsonl": lines(fields(id=own.upper()), fields(id="Q2"))})
    first, second = read_bank(path).bank.questions
    assert (first.id, first.source_id) == (own, "")
    assert (second.id, second.source_id) == (imported_id("net-1", "Q2"), "Q2")
    assert read_bank(path, "other").bank.questions[1].id == imported_id("other", "Q2") != second.id


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[exam]\nid = "x\n', "line 2"),
        ("[exam\n", "line 1"),
        (b"[exam]\nid = '\xff'\n", "UTF-8"),
        ("", "[exam] table is missing"),
        ("exam = 3\n", "[exam] table is missing"),
        ("[exam]\nquestions = " + "9" * 5000 + "\n", "not valid TOML"),
        ("[exam]\nid = " + "[" * 5000 + "]" * 5000 + "\n", "not valid TOML"),
    ],
)
def test_a_broken_exam_file_refuses_the_bank_and_says_where(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(BankError) as caught:
        read(tmp_path, exam=content)
    assert message in str(caught.value)
    assert caught.value.problems[0].where.startswith("exam.toml")


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ('id = "net-1"', 'id = "Net 1"', 2, "exam.id"),
        ('id = "net-1"', "", 1, "exam.id"),
        ('name = "Networks"', 'name = "  "', 4, "exam.name"),
        ('name = "Networks"', "name = [1]", 4, "exam.name"),
        ("questions = 2", "questions = 0", 5, "exam.questions"),
        ("questions = 2", 'questions = "2"', 5, "exam.questions"),
        ("minutes = 10", "minutes = 0", 6, "exam.minutes"),
        ("minutes = 10", "minutes = nan", 6, "exam.minutes"),
        ("minutes = 10", "minutes = inf", 6, "exam.minutes"),
        ("minutes = 10", "minutes = 0.001", 6, "exam.minutes"),
        ("pass = { count = 1 }", "pass = { count = 3 }", 7, "exam.pass.count"),
        ("pass = { count = 1 }", "pass = { percent = 101 }", 7, "exam.pass.percent"),
        ("pass = { count = 1 }", "pass = 1", 7, "exam.pass"),
        ("pass = { count = 1 }", "scale = { min = 5, pass = 5, max = 9 }", 7, "exam.scale"),
        ("pass = { count = 1 }", 'navigation = "sideways"', 7, "exam.navigation"),
        ("pass = { count = 1 }", 'tier = "gold"', 7, "exam.tier"),
        ("pass = { count = 1 }", 'multiple_response = "some"', 7, "exam.multiple_response"),
        ('code = "2"', "", 12, "objective[1].code"),
        ('code = "2"', 'code = "1"', 13, "objective[1].code"),
        ('code = "2"', 'code = "2"\nparent = "9"', 14, "objective[1].parent"),
        ('code = "2"', 'code = "2"\nparent = "2"', 14, "objective[1].parent"),
        ("weight = 40", "weight = 0", 15, "objective[1].weight"),
        ("weight = 40", "weight = -1", 15, "objective[1].weight"),
        ("weight = 40", "weight = 40\ndraw = 1", 16, "objective[1].draw"),
        ("weight = 40", "draw = -1", 15, "objective[1].draw"),
    ],
)
def test_a_wrong_value_in_the_exam_file_is_named_by_line_and_field(
    tmp_path: Path, before: str, after: str, line: int, field: str
) -> None:
    with pytest.raises(BankError) as caught:
        read(tmp_path, exam=EXAM.replace(before, after, 1))
    found = [(p.where, p.field) for p in caught.value.problems]
    assert (f"exam.toml:{line}", field) in found


def test_everything_that_is_wrong_with_an_exam_file_is_reported_at_once(tmp_path: Path) -> None:
    broken = EXAM.replace('id = "net-1"', 'id = "?"').replace("questions = 2", "questions = -5")
    with pytest.raises(BankError) as caught:
        read(tmp_path, exam=broken)
    assert {p.field for p in caught.value.problems} >= {"exam.id", "exam.questions"}


def test_exact_draws_must_add_up_to_the_questions_of_the_exam(tmp_path: Path) -> None:
    draws = EXAM.replace("weight = 60", "draw = 1").replace("weight = 40", "draw = 2")
    with pytest.raises(BankError, match="draws sum to 3, but the exam has 2"):
        read(tmp_path, exam=draws)


def test_draws_and_weights_may_be_mixed(tmp_path: Path) -> None:
    result = read(tmp_path, exam=EXAM.replace("weight = 60", "draw = 1"))
    assert [(o.draw_count, o.weight) for o in result.bank.objectives] == [(1, None), (None, 40.0)]


def test_line_numbers_count_lines_and_not_odd_characters_inside_a_text(tmp_path: Path) -> None:
    odd = EXAM.replace('code = "NET-1"', 'vendor = "a\u2028b\x85c"').replace("questions = 2", "questions = 0")
    with pytest.raises(BankError) as caught:
        read(tmp_path, exam=odd)
    assert caught.value.problems[0].where == "exam.toml:5"


def test_weights_that_miss_a_hundred_percent_are_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, exam=EXAM.replace("weight = 40", "weight = 30"))
    assert [w.field for w in result.warnings] == ["objective"]
    assert "90 percent" in result.warnings[0].message


def test_a_missing_pass_mark_is_seventy_percent_and_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, exam=EXAM.replace("pass = { count = 1 }", "").replace("questions = 2", "questions = 10"))
    assert result.bank.exams[0].cut_count == 7
    assert [w.field for w in result.warnings] == ["exam.pass"]


def test_the_options_of_an_exam_are_read(tmp_path: Path) -> None:
    extra = 'tier = "premium"\nnavigation = "forward_only"\nmultiple_response = "per_option"\nminutes = 1.5'
    exam = read(tmp_path, exam=EXAM.replace("minutes = 10", extra)).bank.exams[0]
    assert (exam.tier, exam.navigation) == (Tier.PREMIUM, Navigation.FORWARD_ONLY)
    assert (exam.multiple_response_rule, exam.time_limit_s) == (MultipleResponseRule.PER_OPTION, 90)


def test_the_longest_exam_that_is_accepted_has_three_hundred_questions() -> None:
    """More would not fit into one event of 16 KiB: ids, revisions and option orders of the whole form."""
    spec = parse_exam(EXAM.replace("questions = 2", "questions = 300").encode(), "exam.toml")
    assert spec.exam.question_count == 300
    with pytest.raises(BankError, match="not between 1 and 300"):
        parse_exam(EXAM.replace("questions = 2", "questions = 301").encode(), "exam.toml")


@pytest.mark.parametrize(
    ("before", "after", "line", "field"),
    [
        ('id = "q-1"', "", 1, "id"),
        ('type = "multiple_choice"', 'type = "essay"', 3, "type"),
        ('type = "multiple_choice"', "", 1, "type"),
        ('objective = "1"', 'objective = "9"', 4, "objective"),
        ('text = "Which?"', 'text = " "', 5, "text"),
        ('text = "Which?"', 'text = "Which?"\ndifficulty = 6', 6, "difficulty"),
        ('text = "Which?"', 'text = "Which?"\nrevision = 0', 6, "revision"),
        ('text = "Which?"', 'text = "Which?"\nis_active = 1', 6, "is_active"),
        (", is_correct = true", "", 6, "answers"),
        ('text = "That"', 'text = "That", is_correct = true', 6, "answers"),
        ('text = "That"', 'text = "This"', 8, "answers[1].text"),
        ('text = "That"', 'text = ""', 8, "answers[1].text"),
        ('id = "b"', 'id = "a"', 8, "answers[1].id"),
        ('id = "b"', 'id = "two words"', 8, "answers[1].id"),
        ('  { id = "b", text = "That" },\n', "", 6, "answers"),
    ],
)
def test_a_wrong_question_is_left_out_and_named_by_file_line_and_field(
    tmp_path: Path, before: str, after: str, line: int, field: str
) -> None:
    broken = QUESTION.replace(before, after, 1)
    sound = QUESTION.replace("q-1", "q-2")
    result = read(tmp_path, questions=broken + sound)
    assert problem(result) == (f"questions/1.toml:{line}", field)
    assert [q.source_id for q in result.bank.questions] == ["q-2"]


@pytest.mark.parametrize(
    ("kind", "answers", "message"),
    [
        ("multiple_choice", "ab", "no option is marked"),
        ("multiple_choice", "AB", "exactly one"),
        ("multi_select", "ab", "no option is marked"),
        ("true_false", "AB", "exactly one"),
        ("true_false", "Abc", "two options, not 3"),
    ],
)
def test_the_number_of_keys_must_fit_the_type(tmp_path: Path, kind: str, answers: str, message: str) -> None:
    """A capital letter stands for a right option."""
    options = [{"id": a.lower(), "text": a.lower(), "is_correct": a.isupper()} for a in answers]
    result = read(tmp_path, questions="", questions__2_jsonl=lines(fields(type=kind, answers=options)))
    assert problem(result) == ("questions/2.jsonl:1", "answers")
    assert message in result.skipped[0].message


@pytest.mark.parametrize("positions", [(1, 1), (0, 1), (1, 3), (2, 3)])
def test_positions_of_steps_must_be_one_to_n(tmp_path: Path, positions: tuple[int, int]) -> None:
    steps = [{"id": "ab"[n], "text": f"step {n}", "position": p} for n, p in enumerate(positions)]
    result = read(tmp_path, questions="", questions__2_jsonl=lines(fields(type="ordering", answers=steps)))
    assert problem(result) == ("questions/2.jsonl:1", "answers")
    assert "1 to 2" in result.skipped[0].message


@pytest.mark.parametrize("position", [None, "1", True, 1.0])
def test_a_position_must_be_a_whole_number(tmp_path: Path, position: object) -> None:
    steps = [{"id": "a", "text": "x", "position": position}, {"id": "b", "text": "y", "position": 2}]
    result = read(tmp_path, questions="", questions__2_jsonl=lines(fields(type="ordering", answers=steps)))
    assert problem(result) == ("questions/2.jsonl:1", "answers[0].position")


def test_a_matching_question_needs_a_partner_for_each_option(tmp_path: Path) -> None:
    pairs = [{"id": "a", "text": "x", "match": "y"}, {"id": "b", "text": "z"}]
    result = read(tmp_path, questions="", questions__2_jsonl=lines(fields(type="matching", answers=pairs)))
    assert problem(result) == ("questions/2.jsonl:1", "answers[1].match")


def test_a_half_surrogate_is_no_character(tmp_path: Path) -> None:
    text = json.dumps(fields(text="bad \ud800 text"))
    result = read(tmp_path, questions="", questions__2_jsonl=text)
    assert (result.skipped[0].where, result.skipped[0].field) == ("questions/2.jsonl:1", "text")
    assert "half of a surrogate pair" in result.skipped[0].message


def test_json_lines_are_counted_with_the_empty_ones(tmp_path: Path) -> None:
    good = json.dumps(fields(text="with a line separator \u2028 inside"), ensure_ascii=False)
    content = "\n".join([good, "", "{broken", "[1]", "9" * 5000, "[" * 100_000, json.dumps(fields(id="x", text=""))])
    result = read(tmp_path, questions="", questions__2_jsonl=content)
    found = [(p.where, p.field) for p in result.skipped]
    assert found == [
        ("questions/2.jsonl:3", ""),
        ("questions/2.jsonl:4", ""),
        ("questions/2.jsonl:5", ""),
        ("questions/2.jsonl:6", ""),
        ("questions/2.jsonl:7", "text"),
    ]
    assert len(result.bank.questions) == 1


@pytest.mark.parametrize(
    "content",
    ["[[question]]\nid = \n", b"\xff\xfe", "n = " + "1" * 5000, "n = " + "[" * 5000 + "]" * 5000, "question = 3\n"],
)
def test_a_broken_question_file_is_reported_and_the_others_are_read(tmp_path: Path, content: str | bytes) -> None:
    result = read(tmp_path, questions=content, questions__2_toml=QUESTION)
    assert problem(result)[0].startswith("questions/1.toml")
    assert len(result.bank.questions) == 1


def test_a_repeated_id_is_left_out_and_named_by_file_and_line(tmp_path: Path) -> None:
    second = QUESTION.replace("Which?", "Another?")
    result = read(tmp_path, questions=QUESTION + second)
    assert problem(result) == ("questions/1.toml:11", "id")
    assert "q-1" in str(result.skipped[0])
    assert [q.text for q in result.bank.questions] == ["Which?"]


def test_unknown_fields_are_warnings_that_name_them(tmp_path: Path) -> None:
    odd = QUESTION.replace('text = "Which?"', 'text = "Which?"\npoints = 3').replace(
        'text = "That"', 'text = "That", colour = "red"'
    )
    result = read(tmp_path, questions='note = "mine"\n' + odd)
    assert [(w.where, w.field) for w in result.warnings] == [
        ("questions/1.toml:1", "note"),
        ("questions/1.toml:7", "points"),
        ("questions/1.toml:10", "answers[1].colour"),
    ]
    assert len(result.bank.questions) == 1


def test_a_file_of_another_kind_is_ignored_with_a_warning(tmp_path: Path) -> None:
    result = read(tmp_path, questions__notes_txt="hello")
    assert [(w.where, len(result.bank.questions)) for w in result.warnings] == [("questions/notes.txt", 1)]


def test_an_objective_for_the_whole_file_stands_at_its_top(tmp_path: Path) -> None:
    headless = QUESTION.replace('objective = "1"\n', "")
    result = read(tmp_path, questions='objective = "2"\n' + headless)
    assert [q.objective_id for q in result.bank.questions] == ["net-1:2"]


def test_options_that_begin_on_the_line_of_their_key_are_found_too(tmp_path: Path) -> None:
    table = """\
[[question]]
id = "q-1"
type = "multiple_choice"
objective = "1"
text = "Which?"
answers = [{ id = "a", text = "This", is_correct = true },
  { id = "b", text = "" }]
"""
    assert problem(read(tmp_path, questions=table)) == ("questions/1.toml:7", "answers[1].text")


def test_lines_are_found_after_texts_of_several_lines(tmp_path: Path) -> None:
    long = QUESTION.replace('"Which?"', "'''\n[[question]]\nid = \"no\"\n'''")
    result = read(tmp_path, questions=long + QUESTION.replace("q-1", "q-2").replace('objective = "1"', "objective = 9"))
    assert problem(result) == ("questions/1.toml:16", "objective")


@pytest.mark.parametrize("path", ["figure.png", "media/figure.png"])
def test_images_become_references_to_their_content(tmp_path: Path, path: str) -> None:
    text = QUESTION.replace("Which?", f"See ![the figure]({path}) now")
    folder = write(tmp_path, {"exam.toml": EXAM, "questions/1.toml": text, "media/figure.png": PNG})
    bank = read_bank(folder).bank
    assert bank.questions[0].text == f"See ![the figure](media:{PNG_SHA256}) now"
    assert [(m.sha256, m.mime, m.content) for m in bank.media] == [(PNG_SHA256, "image/png", PNG)]


@pytest.mark.parametrize(
    ("target", "content"),
    [
        ("missing.png", PNG),
        ("fake.png", b"this is no image"),
        ("https://example.com/x.png", PNG),
        ("../exam.toml", PNG),
        ("media:" + "0" * 64, PNG),
    ],
)
def test_an_image_that_the_bank_does_not_hold_is_a_warning(tmp_path: Path, target: str, content: bytes) -> None:
    text = QUESTION.replace("Which?", f"![figure]({target})")
    folder = write(tmp_path, {"exam.toml": EXAM, "questions/1.toml": text, "media/fake.png": content})
    result = read_bank(folder)
    assert [(w.where, w.field) for w in result.warnings] == [("questions/1.toml:5", "text")]
    assert target in result.warnings[0].message
    assert result.bank.media == ()


def test_images_that_no_question_shows_are_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path, {"exam.toml": EXAM, "questions/1.toml": QUESTION, "media/figure.png": PNG})
    assert read_bank(folder).bank.media == ()


def two_exams(folder: Path, second_id: str = "net-2") -> Path:
    return write(
        folder,
        {
            "one/exam.toml": EXAM,
            "one/questions/1.toml": QUESTION,
            "two/exam.toml": EXAM.replace("net-1", second_id).replace("Networks", "More"),
            "two/questions/1.toml": QUESTION.replace("q-1", "q-2"),
        },
    )


def test_a_bank_may_hold_several_exams_in_folders(tmp_path: Path) -> None:
    bank = read_bank(two_exams(tmp_path / "shelf")).bank
    assert (bank.id, bank.name) == ("shelf", "shelf")
    assert [exam.id for exam in bank.exams] == ["net-1", "net-2"]
    assert [question.exam_id for question in bank.questions] == ["net-1", "net-2"]


def test_two_exams_of_one_id_are_refused_by_the_second_file(tmp_path: Path) -> None:
    with pytest.raises(BankError) as caught:
        read_bank(two_exams(tmp_path / "shelf", "net-1"))
    assert [(p.where, p.field) for p in caught.value.problems] == [("two/exam.toml", "exam.id")]


def test_a_folder_without_an_exam_is_no_bank(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"holds no exam\.toml"):
        read_bank(tmp_path)


@pytest.mark.parametrize("prefix", ["", "top/"])
def test_a_zip_reads_like_its_folder(tmp_path: Path, prefix: str) -> None:
    text = QUESTION.replace("Which?", "![figure](figure.png)")
    folder = write(
        tmp_path / "folder",
        {"exam.toml": EXAM, "questions/1.toml": text, "questions/2.jsonl": "{", "media/figure.png": PNG},
    )
    with zipfile.ZipFile(tmp_path / "bank.zip", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    from_folder, from_zip = read_bank(folder), read_bank(tmp_path / "bank.zip")
    assert from_folder.bank == from_zip.bank
    assert from_folder.skipped == from_zip.skipped
    assert release_digest(content_rows(from_folder.bank)) == release_digest(content_rows(from_zip.bank))


def test_the_starter_bank_reads_alike_as_folder_and_zip(tmp_path: Path) -> None:
    starter = Path(__file__).resolve().parents[2] / "resources" / "starter"
    archive = shutil.make_archive(str(tmp_path / "starter"), "zip", starter)
    assert read_bank(starter, "starter").bank == read_bank(Path(archive), "starter").bank


def test_a_damaged_zip_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "bank.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(BankError, match="not a readable zip file"):
        read_bank(tmp_path / "bank.zip")


def test_all_five_types_are_read(tmp_path: Path) -> None:
    choices = [{"id": "a", "text": "x", "is_correct": True}, {"id": "b", "text": "y"}]
    content = lines(
        fields(id="1", answers=choices),
        fields(id="2", type="multi_select", answers=[*choices, {"id": "c", "text": "z", "is_correct": True}]),
        fields(id="3", type="true_false", answers=choices),
        fields(id="4", type="ordering", answers=[{"id": i, "text": i, "position": p} for i, p in (("a", 2), ("b", 1))]),
        fields(
            id="5", type="matching", answers=[{"id": i, "text": i, "match": m} for i, m in (("a", "x"), ("b", "x"))]
        ),
    )
    result = read(tmp_path, questions="", questions__2_jsonl=content)
    assert result.skipped == []
    assert [q.type for q in result.bank.questions] == list(QuestionType)
    assert [q.key for q in result.bank.questions] == [("a",), ("a", "c"), ("a",), ("b", "a"), ("a=a", "b=b")]


def test_siblings_in_two_objectives_are_a_warning(tmp_path: Path) -> None:
    first = QUESTION + 'sibling_group = "s"\n'
    second = first.replace("q-1", "q-2").replace('objective = "1"', 'objective = "2"')
    result = read(tmp_path, questions=first + second)
    assert [w.field for w in result.warnings] == ["sibling_group"]
