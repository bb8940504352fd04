"""The library page as a learner uses it: searching, narrowing, reading a question, importing, exporting, removing."""

import shutil
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.learner.events import Answered
from pingtopass_desktop.library.index import build_index, index_file
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.finding import QuestionState
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.hit_list import results_in_words
from tests.fakes.banks import make_bank, make_exam, make_objective, make_question, question_id
from tests.fakes.laptop import Laptop
from tests.ui.library_driver import Desk

CSV = "id,question,a,b,answer\n1,Which port has DNS?,53,80,A\n2,Which port has HTTP?,53,80,B\n"
SIZES = [(1070, 800, 100), (814, 700, 150), (724, 700, 200)]


@pytest.fixture
def desk(qtbot: QtBot, bare_laptop: Laptop) -> Iterator[Desk]:
    """A library with 240 questions of one exam, the first five of all types, and two of another; both indexed."""
    kinds = list(QuestionType)
    objectives = (make_objective("1"), make_objective("2"), make_objective("3"))
    questions = [
        make_question(n, kinds[n % 5], objective=str(n % 3 + 1), text=f"Question {n} on ether frames?")
        for n in range(1, 241)
    ]
    questions[9] = replace(questions[9], text="Which cable carries light?", explanation="Glass fibre carries it.")
    build_index(bare_laptop.publish(replace(make_bank(1), objectives=objectives, questions=tuple(questions))))
    second = replace(
        make_bank(1),
        id="second",
        name="Second bank",
        exams=(make_exam(id="second", code="SEC", name="Second"),),
        objectives=(make_objective("1", exam_id="second"),),
        questions=tuple(make_question(900 + n, exam_id="second", text=f"Second {n}: ether?") for n in range(2)),
    )
    build_index(bare_laptop.publish(second))
    made = Desk(qtbot, bare_laptop)
    yield made
    made.close()


@pytest.fixture
def empty_desk(qtbot: QtBot, bare_laptop: Laptop) -> Iterator[Desk]:
    bare_laptop.packs.mkdir(parents=True)
    made = Desk(qtbot, bare_laptop)
    yield made
    made.close()


def answer(desk: Desk, number: int, *results: bool) -> None:
    for is_right in results:
        desk.study.store.record(
            Answered("a", "s", "practice", question_id(number), 1, ("a",), is_right, 900, 900, "sure")
        )


# Finding


def test_the_questions_are_listed_before_anything_is_typed(desk: Desk) -> None:
    assert desk.stems()[:2] == ["Question 1 on ether frames?", "Question 2 on ether frames?"]
    assert desk.page.search.found_text == "first 200 of 242 questions"
    assert desk.page.detail.question is not None


def test_typing_searches_and_says_how_many_in_what_time(desk: Desk) -> None:
    desk.type("cable light")
    assert desk.stems() == ["Which cable carries light?"]
    assert desk.page.search.found_text.startswith("1 question · ")
    assert desk.page.search.found_text.endswith(" ms")
    assert "Which cable carries light?" in desk.page.detail.view.stem.toPlainText()


def test_words_of_the_explanation_are_found_too(desk: Desk) -> None:
    desk.type("glass")
    assert desk.stems() == ["Which cable carries light? … Glass fibre carries it."]


def test_only_what_was_typed_last_is_shown(desk: Desk) -> None:
    """The store lane is busy while a word is typed: one search for its end comes of it, none for what lies between."""
    gate = threading.Event()
    desk.tasks.searches.clear()
    desk.tasks.run(partial(gate.wait, 10), owner=desk.page)
    for end in range(1, 6):
        desk.page.search.setText("cable"[:end])
        desk.page._search()
    gate.set()
    desk.settle()
    assert desk.tasks.searches == ["c", "cable"]
    assert desk.stems() == ["Which cable carries light?"]


def test_more_rows_come_when_the_end_is_reached(desk: Desk) -> None:
    assert desk.page.list.hits.rowCount() == 200
    desk.page.list.scrollToBottom()
    desk.settle()
    assert desk.page.list.hits.rowCount() == 242


def test_nothing_found_says_what_to_try(desk: Desk) -> None:
    desk.type("zebra")
    assert "No question has “zebra”" in desk.texts()
    assert not desk.page.detail.isVisible()
    desk.page.filters.bookmarked.click()
    desk.settle()
    assert "No question with “zebra” fits these filters" in desk.texts()
    desk.page.widen.click()
    desk.press("Escape")
    assert desk.page.search.text() == ""
    assert len(desk.stems()) == 200


def test_filters_combine_with_the_words(desk: Desk) -> None:
    answer(desk, 230, False)
    answer(desk, 10, False)
    answer(desk, 11, True)
    desk.page.filters.state.value_chosen.emit(QuestionState.MISSED)
    desk.settle()
    assert desk.stems() == ["Which cable carries light?", "Question 230 on ether frames?"]
    desk.type("ether")
    assert desk.stems() == ["Question 230 on ether frames?"]
    desk.page.filters.type.value_chosen.emit(QuestionType.MATCHING)
    desk.settle()
    assert desk.stems() == []


@pytest.mark.qt_log_ignore("This plugin does not support")  # a menu takes the keyboard, which offscreen cannot
def test_a_pill_offers_its_values_by_keyboard(desk: Desk) -> None:
    pill = desk.page.filters.exam
    pill.setFocus()
    desk.press("Down")
    assert [action.text() for action in pill.menu_actions] == ["All exams", "Golden (GLD-1)", "Second (SEC)"]
    pill.menu_actions[2].trigger()
    desk.settle()
    assert desk.stems() == ["Second 0: ether?", "Second 1: ether?"]
    assert pill.isChecked()
    assert pill.accessibleName() == "Exam: Second (SEC). Opens a list."
    assert [words for words, _ in desk.page.filters.objective._entries] == ["1 Objective 1"]


def test_what_came_of_a_question_is_said_in_words_too(desk: Desk) -> None:
    answer(desk, 1, True, False)
    desk.page.refresh()
    desk.settle()
    model = desk.page.list.hits
    assert model.data(model.index(0, 2), Qt.ItemDataRole.AccessibleTextRole) == "right, then wrong"
    assert model.data(model.index(1, 2), Qt.ItemDataRole.AccessibleTextRole) == "new"
    assert results_in_words((True,)) == "right"


@pytest.mark.parametrize("name", [ThemeName.LIGHT, ThemeName.DARK, ThemeName.HIGH_CONTRAST])
@pytest.mark.parametrize("zoom", [100, 200])
def test_matched_words_stand_on_their_own_colour(desk: Desk, name: ThemeName, zoom: int) -> None:
    theme.apply(theme.resolve(name, zoom))
    try:
        desk.type("ether")
        desk.page.list.choose(1)
        desk.settle()
        ground = QColor(theme.current().tokens.warn_soft)
        view = desk.page.list
        image = view.viewport().grab().toImage()
        for row in (0, 1):
            area: QRect = view.visualRect(view.hits.index(row, 0))
            ratio = image.devicePixelRatio()
            colours = {
                image.pixelColor(int(x * ratio), int(y * ratio)).rgb()
                for x in range(area.left(), min(area.right(), view.viewport().width()))
                for y in range(area.top(), area.bottom(), 3)
            }
            assert ground.rgb() in colours, f"row {row}"
    finally:
        theme.apply(theme.resolve(ThemeName.LIGHT, 100))


@pytest.mark.parametrize(("width", "height", "zoom"), SIZES)
def test_nothing_is_wider_than_the_page(desk: Desk, width: int, height: int, zoom: int) -> None:
    theme.apply(theme.resolve(ThemeName.LIGHT, zoom))
    try:
        desk.page.resize(width, height)
        desk.type("ether")
        desk.settle()
        inner = desk.page._scroller.widget()
        assert inner is not None
        assert inner.width() <= desk.page._scroller.viewport().width()
        assert inner.minimumSizeHint().width() <= desk.page._scroller.viewport().width()
        assert desk.page.list.horizontalScrollBar().maximum() == 0
        assert desk.page.list.height() > 3 * desk.page.list.rowHeight(0)
    finally:
        theme.apply(theme.resolve(ThemeName.LIGHT, 100))


def test_the_chosen_question_stays_chosen_unless_something_else_is_looked_for(desk: Desk) -> None:
    desk.page.list.choose(7)
    desk.settle()
    desk.page.refresh()
    desk.settle()
    assert desk.page.list.row == 7
    desk.type("ether")
    assert desk.page.list.row == 0
    assert desk.page.list.verticalScrollBar().value() == 0


# One question


def test_the_answer_is_hidden_until_it_is_asked_for(desk: Desk) -> None:
    desk.type("cable")
    desk.page.list.setFocus()
    assert "Answer hidden · X shows it" in desk.texts()
    assert "because a" not in desk.texts()
    desk.press("X")
    assert "Correct" in desk.texts(desk.page.detail)
    assert (
        "because a"
        in "\n".join(v.toPlainText() for v in desk.page.detail.findChildren(type(desk.page.detail.view.stem)))
        or "because a" in desk.texts()
    )
    assert "Reference: RFC 10" in desk.texts()
    desk.press("X")
    assert "Answer hidden" in desk.texts()


@pytest.mark.parametrize("row", range(5))
def test_every_type_shows_and_hides_its_answer(desk: Desk, row: int) -> None:
    desk.page.list.choose(row)
    desk.settle()
    question = desk.page.detail.question
    assert question is not None
    desk.page.detail.answer.click()
    desk.settle()
    assert desk.page.detail.shows_answer
    told = {QuestionType.ORDERING: "In place", QuestionType.MATCHING: "Fits"}.get(question.type, "Correct")
    assert desk.texts(desk.page.detail).count(told) == len(question.key)
    desk.page.detail.answer.click()
    desk.settle()
    assert told not in desk.texts(desk.page.detail)


def test_another_question_comes_with_its_answer_hidden(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("X", "Down")
    assert desk.page.list.row == 1
    assert not desk.page.detail.shows_answer
    assert "Question 2" in desk.page.detail.view.stem.toPlainText()


def test_the_history_is_a_sentence(desk: Desk) -> None:
    assert "Not seen before" in desk.texts()
    answer(desk, 1, True, True, False)
    desk.page.refresh()
    desk.settle()
    assert "Seen 3 times, last " in desk.texts()
    assert "· next review tomorrow" in desk.texts()


def test_k_sets_a_bookmark_that_can_be_taken_back(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("K")
    assert marks.load_marks(desk.study, question_id(1)).is_bookmarked
    assert desk.page.detail.marks.edit.bookmark.isChecked()
    desk.take_back()
    assert not marks.load_marks(desk.study, question_id(1)).is_bookmarked
    assert not desk.page.detail.marks.edit.bookmark.isChecked()


def test_a_note_is_kept_when_the_keyboard_leaves_it_or_the_page_goes(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("N")
    desk.qtbot.keyClicks(desk.page.detail.marks.edit.note, "x marks it")
    desk.press("Escape")
    assert desk.page.list.hasFocus()
    assert marks.load_marks(desk.study, question_id(1)).note == "x marks it"
    desk.press("N")
    desk.qtbot.keyClicks(desk.page.detail.marks.edit.note, " twice")
    desk.page.leave()
    desk.settle()
    assert len(marks.load_marks(desk.study, question_id(1)).note) == len("x marks it twice")
    desk.take_back()
    assert desk.page.detail.marks.edit.note.toPlainText() == "x marks it"


def test_a_note_that_is_asked_for_comes_into_sight(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("X", "N")
    note = desk.page.detail.marks.edit.note
    assert note.hasFocus()
    assert not note.visibleRegion().isEmpty()


def test_a_note_that_is_being_written_stays_when_the_library_is_read_again(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("N")
    desk.qtbot.keyClicks(desk.page.detail.marks.edit.note, "half a")
    desk.page.refresh()
    desk.settle()
    desk.qtbot.keyClicks(desk.page.detail.marks.edit.note, " word")
    assert desk.page.detail.marks.edit.note.toPlainText() == "half a word"
    desk.press("Escape")
    assert marks.load_marks(desk.study, question_id(1)).note == "half a word"


def test_a_note_goes_with_its_own_question(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("N")
    desk.qtbot.keyClicks(desk.page.detail.marks.edit.note, "first")
    desk.page.list.choose(1)
    desk.settle()
    assert marks.load_marks(desk.study, question_id(1)).note == "first"
    assert marks.load_marks(desk.study, question_id(2)).note == ""
    assert desk.page.detail.marks.edit.note.toPlainText() == ""


def test_a_problem_is_reported(desk: Desk) -> None:
    desk.page.list.setFocus()
    desk.press("P")
    assert desk.page.detail.marks.edit.form.isVisible()
    desk.page.detail.marks.edit.form.send.click()
    desk.settle()
    assert marks.load_marks(desk.study, question_id(1)).reports == 1
    assert "Kept. It reaches the authors" in desk.texts()


def test_enter_in_the_list_goes_to_the_button_that_practises(desk: Desk) -> None:
    desk.type("cable")
    desk.press("Return", "Return")
    assert desk.page.detail.practise.text() == "Practise this one"
    desk.press("Return")
    assert desk.practised == [("golden", [question_id(10)], "“cable”")]


def test_at_most_200_questions_of_one_exam_are_practised(desk: Desk) -> None:
    desk.page.list.scrollToBottom()
    desk.settle()
    assert desk.page.detail.practise.text() == "Practise 200 of this exam"
    desk.page.detail.practise.click()
    exam_id, ids, words = desk.practised[0]
    assert (exam_id, len(ids), words) == ("golden", 200, "From the library")
    assert ids[0] == question_id(1)


# Banks


def test_the_installed_banks_are_listed(desk: Desk) -> None:
    shown = desk.texts(desk.page.banks)
    assert "Golden bank" in shown
    assert "240" in shown
    assert shown.count("ready") == 2


def test_a_removed_bank_comes_back_by_undo(desk: Desk) -> None:
    button = desk.page.banks.table.button("remove", "second")
    assert button is not None
    button.click()
    desk.settle()
    assert desk.exams == [["golden"]]
    assert "Second bank" not in desk.texts(desk.page.banks)
    assert desk.page.search.found_text == "first 200 of 240 questions"
    assert desk.steps[-1].words.startswith("Second bank removed")
    desk.take_back()
    assert desk.exams == [["golden"], ["golden", "second"]]
    assert "Second bank" in desk.texts(desk.page.banks)


def test_a_bank_that_cannot_be_used_says_why(desk: Desk) -> None:
    pointer_file(desk.laptop.packs, "second").write_text("{broken")
    desk.page.refresh()
    desk.settle()
    assert "cannot be read. Import the bank 'second' again." in desk.texts(desk.page.banks)
    assert len(desk.stems()) == 200


def test_an_empty_library_offers_an_import(empty_desk: Desk) -> None:
    assert "No questions yet." in empty_desk.texts()
    assert empty_desk.page._head.y() < 40
    assert not empty_desk.page.search.isVisible()
    assert not empty_desk.page.exporting.isEnabled()


# Import


def test_an_import_is_reported_listed_and_can_be_opened(empty_desk: Desk, tmp_path: Path) -> None:
    desk = empty_desk
    path = tmp_path / "ports.csv"
    path.write_text(CSV + "3,,x,y,A\n")
    desk.page.import_files([path])
    desk.settle()
    assert "2 questions imported, 1 skipped." in desk.texts()
    assert "Skipped ports.csv:4" in desk.texts()
    assert desk.exams == [["ports"]]
    desk.page.jobs.notice.action.click()
    desk.settle()
    assert desk.stems() == ["Which port has DNS?", "Which port has HTTP?"]
    assert index_file(next(desk.laptop.packs.glob("ports-*.pack"))).is_file()
    desk.type("http")
    assert desk.stems() == ["Which port has HTTP?"]


def test_an_import_is_taken_back_by_undo(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_text(CSV)
    desk.page.import_files([path])
    desk.settle()
    path.write_text(CSV.replace("DNS", "DHCP"))
    desk.page.import_files([path])
    desk.settle()
    assert "1 updated, 1 unchanged" in desk.texts()
    desk.type("dhcp")
    assert len(desk.stems()) == 1
    desk.take_back()
    assert desk.stems() == []
    desk.take_back()
    assert desk.exams[-1] == ["golden", "second"]


def test_a_file_that_cannot_be_imported_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    before = set(desk.laptop.packs.iterdir())
    path = tmp_path / "broken.json"
    path.write_text("{")
    desk.page.import_files([path])
    desk.settle()
    assert "Not imported, nothing was changed. broken.json:1" in desk.texts()
    assert set(desk.laptop.packs.iterdir()) == before
    assert desk.steps == []


def test_several_files_are_reported_together(desk: Desk, tmp_path: Path) -> None:
    paths = [tmp_path / "ports.csv", tmp_path / "broken.json"]
    paths[0].write_text(CSV)
    paths[1].write_text("{")
    desk.page.import_files(paths)
    desk.settle()
    assert "2 questions imported; 1 file not imported." in desk.texts()
    assert "broken.json: not imported. broken.json:1" in desk.texts()


def test_a_cancelled_import_stops_and_leaves_everything_as_it_was(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    rows = [f"{n},Which number is {n}?,{n},{n + 1},A" for n in range(20_000)]
    path.write_text("\n".join(["id,question,a,b,answer", *rows]))
    before = {file.name: file.read_bytes() for file in desk.laptop.packs.iterdir()}
    desk.page.import_files([path])
    desk.qtbot.waitUntil(lambda: "Checking large.csv · " in desk.page.jobs.strip.text, timeout=20_000)
    assert desk.page.jobs.strip.isVisible()
    assert not desk.page.importing.isEnabled()
    desk.page.jobs.strip.cancel.click()
    desk.settle()
    assert "Import cancelled. Nothing was changed." in desk.texts()
    assert not desk.page.jobs.strip.isVisible()
    assert desk.page.importing.isEnabled()
    assert {file.name: file.read_bytes() for file in desk.laptop.packs.iterdir()} == before


def test_search_goes_on_without_an_index_where_none_can_be_written(desk: Desk) -> None:
    path = next(desk.laptop.packs.glob("second-*.pack"))
    index_file(path).unlink()
    blocker = index_file(path).with_name(f"{index_file(path).name}.part")
    blocker.mkdir()
    desk.page.refresh()
    desk.settle()
    desk.type("second")
    assert desk.stems() == ["Second 0: ether?", "Second 1: ether?"]


# Export


def test_the_exam_shown_is_exported_as_a_bank(desk: Desk, tmp_path: Path) -> None:
    desk.page.open_exam("second")
    desk.settle()
    desk.page.exporting.click()
    dialog = desk.page.window().findChild(QFileDialog)
    assert dialog is not None
    assert dialog.selectedFiles()[0].endswith("second.zip")
    target = tmp_path / "second.zip"
    dialog.fileSelected.emit(str(target))
    dialog.close()
    desk.settle()
    assert f"2 questions exported to {target}." in desk.texts()
    with zipfile.ZipFile(target) as archive:
        assert "exam.toml" in archive.namelist()


def test_a_table_says_what_it_cannot_hold(desk: Desk, tmp_path: Path) -> None:
    pack = next(desk.laptop.packs.glob("golden-*.pack"))
    desk.page.jobs.export(pack, "golden", tmp_path / "out.csv")
    desk.settle()
    assert "144 questions exported" in desk.texts()
    assert "96 ordering and matching questions cannot stand in a table" in desk.texts()


def test_an_export_that_fails_says_why_and_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    pack = next(desk.laptop.packs.glob("golden-*.pack"))
    desk.page.jobs.export(pack, "golden", tmp_path / "nowhere" / "out.zip")
    desk.settle()
    assert "Not exported." in desk.texts()
    assert not (tmp_path / "nowhere").exists()


def test_a_library_that_cannot_be_read_can_be_tried_again(desk: Desk) -> None:
    path = next(desk.laptop.packs.glob("golden-*.pack"))
    kept = path.with_name("kept")
    shutil.copyfile(path, kept)
    path.write_bytes(b"no pack")
    desk.page.refresh()
    desk.settle()
    assert "is damaged" in desk.texts(desk.page.banks)
    assert desk.stems() == ["Second 0: ether?", "Second 1: ether?"]
    kept.replace(path)
    desk.page.refresh()
    desk.settle()
    assert len(desk.stems()) == 200
