"""Practice in the window: selections, marks, notes, resume, import, look."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from pingtopass_desktop.learner import marks
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window, wrong_choice

CSV = "id,question,a,b,c,d,correct,explanation\n" + "\n".join(
    f"q{n},What is {n} + 1?,{n},{n + 1},{n + 2},{n + 3},B,Counting on from {n}." for n in range(1, 13)
)


def test_an_empty_selection_says_why(window: Window) -> None:
    page = window.shell.practice_setup
    page.selection_buttons[Selection.BOOKMARKED].click()
    window.settle()
    assert "No bookmarks here yet" in window.texts()
    assert not page.start.isEnabled()


def test_a_session_goes_on_where_it_was_left(open_window: OpenWindow) -> None:
    first = open_window()
    first.press("Return")
    for _ in range(3):
        question = first.shell.practice.view.question
        assert question is not None
        first.answer(first.shell.practice.view, question.key)
        first.press("Return", "Return")
    first.close()
    second = open_window()
    assert "All objectives · 3 of 10 questions answered" in second.texts()
    second.shell.practice_setup.resume_first()
    second.settle()
    assert "4 of 10" in second.texts()


def test_the_keyboard_stays_with_the_page_from_question_to_question(window: Window) -> None:
    """Rows and lists that had it are gone with their question; Qt would hand it to the note."""
    window.shell.practice_setup.count_buttons[40].click()
    window.press("Return")
    page = window.shell.practice
    for _ in range(40):
        question = page.view.question
        assert question is not None
        window.answer(page.view, question.key)
        window.press("Return")
        assert page.hasFocus(), question.type
        window.press("Return")
    assert window.shell.report.isVisible()


def test_bookmark_note_and_report_are_kept_and_shown_again(open_window: OpenWindow) -> None:
    first = open_window()
    first.press("Return")
    page = first.shell.practice
    question = page.view.question
    assert question is not None
    first.press("K", "N")
    assert page.panel.edit.note.hasFocus()
    page.panel.edit.note.setPlainText("Count the bits.")
    first.press("Escape")
    assert not page.panel.edit.note.hasFocus()
    page.panel.edit.report.click()
    page.panel.edit.form.send.click()
    first.settle()
    assert "It reaches the authors" in first.texts()
    first.close()
    second = open_window()
    with second.opened.study.store.database.translated():
        db = second.opened.study.store.db
        assert marks.is_bookmarked(db, question.id)
        assert marks.note(db, question.id) == "Count the bits."
        assert marks.report_count(db, question.id) == 1
    page = second.shell.practice_setup
    assert page.selection_buttons[Selection.BOOKMARKED].text() == "Bookmarked 1"
    page.resume_first()
    second.settle()
    assert second.shell.practice.panel.edit.note.toPlainText() == "Count the bits."
    assert second.shell.practice.panel.edit.bookmark.text() == "Bookmarked"


def test_a_click_on_the_key_beside_the_word_presses_the_button(window: Window) -> None:
    window.press("Return")
    bookmark = window.shell.practice.panel.edit.bookmark
    assert bookmark.key == "K"
    QTest.mouseClick(
        bookmark, Qt.MouseButton.LeftButton, pos=bookmark.rect().center() + QPoint(bookmark.width() // 2 - 12, 0)
    )
    window.settle()
    assert bookmark.isChecked()


def test_a_struck_option_stays_struck_and_can_be_taken_back(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    while page.view.question is not None and not page.view.question.type.is_choice:
        window.press("Right")
    window.press("S", "B")
    assert page.view.options.rows[1].look.is_struck
    assert "struck out" in page.view.options.rows[1].accessibleName()
    window.press("S", "B")
    assert not page.view.options.rows[1].look.is_struck


def test_an_unanswered_question_cannot_be_checked(window: Window) -> None:
    window.press("Return", "Return")
    assert window.shell.practice.attempt is not None
    assert not window.shell.practice.attempt.answers
    texts = window.texts()
    assert "nothing is chosen yet" in texts or "matched" in texts or "order" in texts


def test_missed_questions_can_be_drilled_from_the_result(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    for _ in range(2):
        question = page.view.question
        assert question is not None
        window.answer(page.view, wrong_choice(question))
        page.setFocus()
        window.press("Return", "Return")
    page.end_session()
    window.settle()
    window.shell.report.drill.click()
    window.settle()
    assert "Practice · Missed questions" in window.texts()
    assert "1 of 2" in window.texts()


def test_a_file_imported_in_the_library_can_be_practised(window: Window, tmp_path: Path) -> None:
    file = tmp_path / "Sums.csv"
    file.write_text(CSV, "utf-8")
    window.go("library")
    window.shell.library.import_files([file])
    window.settle()
    assert "12 questions imported" in window.texts()
    window.go("practice")
    picker = window.shell.practice_setup.picker.box
    assert "sums" in [picker.itemData(index) for index in range(picker.count())]


def test_nothing_is_wider_than_the_window_at_any_zoom(open_window: OpenWindow) -> None:
    for zoom in (100, 150, 200):
        window = open_window(WindowSettings(ThemeName.DARK, zoom))
        window.shell.resize(1024, 700)
        window.settle()
        for page in ("practice", "exams", "library"):
            window.go(page)
            _assert_fits(window.shell.centralWidget())
        window.go("practice")
        window.press("Return")
        _assert_fits(window.shell.practice)
        window.close()


def _assert_fits(page: QWidget | None) -> None:
    assert page is not None
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and widget.objectName() == "scrolled":
            parent = widget.parentWidget()
            assert parent is not None
            assert widget.width() <= parent.width(), widget


def test_tab_visits_options_before_confidence_note_and_buttons(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    while page.view.question is None or not page.view.question.type.is_choice:
        window.press("Right")
    page.setFocus()
    visited: list[QWidget | None] = []
    for _ in range(len(page.view.options.rows) + 7):  # one more where there is a previous question
        window.press("Tab")
        visited.append(QApplication.focusWidget())
    assert visited[1 : len(page.view.options.rows) + 1] == page.view.options.rows
    assert visited.index(page.panel.edit.note) < visited.index(page.panel.edit.bookmark) < visited.index(page.main)


def test_the_verdict_comes_into_sight_after_a_check(open_window: OpenWindow) -> None:
    """The texts of an answered question get their heights one after the other, after the page scrolled."""
    window = open_window(WindowSettings(ThemeName.LIGHT, 150))
    window.shell.resize(1024, 700)
    window.press("Return")
    page = window.shell.practice
    for _ in range(5):
        question = page.view.question
        assert question is not None
        window.answer(page.view, wrong_choice(question))
        window.press("Return")
        verdict = next(each for each in page.feedback.findChildren(QLabel) if each.text().startswith("Not quite"))

        def is_in_sight(verdict: QLabel = verdict) -> bool:
            return not verdict.visibleRegion().isEmpty()

        window.qtbot.waitUntil(is_in_sight)
        window.press("Return")


def test_a_session_that_was_deleted_meanwhile_can_be_left(open_window: OpenWindow) -> None:
    """Delete and Resume pressed one after the other: the session opens, and its deletion comes after it."""
    first = open_window()
    first.press("Return")
    first.close()
    second = open_window()
    setup = second.shell.practice_setup
    delete = next(button for button in setup.findChildren(Button) if button.text() == "Delete")
    setup.resume_first()
    delete.click()
    second.settle()
    page = second.shell.practice
    assert second.shell.shown_page is page
    page.end_session()
    second.settle()
    assert "This session was deleted. Its answers still count for reviews." in second.texts()
    assert second.shell.shown_page is second.shell.history
    second.go("today")
    assert second.shell.shown_page is second.shell.today
