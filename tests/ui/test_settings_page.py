"""The settings in the real window: what is changed is kept without a button, seen to be kept, and in force."""

from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.learner.backup import event_count
from pingtopass_desktop.study import preferences
from pingtopass_desktop.study.context import now_utc
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.pages.settings import SECTIONS, SettingsPage
from pingtopass_desktop.ui.pages.settings_about import AboutSection, LicencesDialog
from pingtopass_desktop.ui.pages.settings_backup import BackupSection
from pingtopass_desktop.ui.pages.settings_look import AppearanceSection, KeyboardSection
from pingtopass_desktop.ui.pages.settings_study import ExamRulesSection
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button
from pingtopass_desktop.ui.widgets.setting_row import SettingRow
from tests.fakes.banks import make_bank, publish_bank
from tests.ui.conftest import OpenWindow
from tests.ui.settings_driver import kept, settings, study_section, type_number
from tests.ui.window import Window

TODAY = datetime.now().astimezone().date()


@pytest.fixture
def page(window: Window) -> SettingsPage:
    return settings(window)


def keyboard(page: SettingsPage, window: Window) -> KeyboardSection:
    section = page.show_section("keyboard")
    window.settle()
    assert isinstance(section, KeyboardSection)
    return section


def test_sections_are_shown_one_at_a_time(page: SettingsPage, window: Window) -> None:
    for name, words in SECTIONS:
        page.section_buttons[name].click()
        window.settle()
        assert page.section == name
        shown = [section for section in page._sections.values() if section.isVisible()]
        assert len(shown) == 1, words
    assert [words for _, words in SECTIONS] == [
        "Study",
        "Exam rules",
        "Appearance",
        "Keyboard",
        "Account",
        "Backup",
        "About",
    ]


def test_a_number_typed_is_kept_at_once_and_said_to_be_kept(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    type_number(window, section.goal, 25)
    assert kept(window).daily_goal == 25
    assert [name for name, row in section.rows.items() if row.is_kept] == ["daily_goal"]
    type_number(window, section.retention, 85)
    assert kept(window).retention == 0.85
    assert [name for name, row in section.rows.items() if row.is_kept] == ["retention"]
    section.new.setFocus(Qt.FocusReason.TabFocusReason)
    window.press("7")
    section.goal.setFocus()
    window.settle()
    assert kept(window).new_per_day == 7, "leaving the field keeps it too"


def test_every_value_of_study_comes_back_at_the_next_start(open_window: OpenWindow) -> None:
    first = open_window()
    section = study_section(settings(first), first)
    type_number(first, section.new, 1)
    section.day_start.setFocus()
    first.press("Down", "Down")
    section.confidence.click()
    first.settle()
    first.close()
    second = open_window()
    section = study_section(settings(second), second)
    assert section.new.text() == "1 question"
    assert section.day_start.currentData() == 6
    assert section.confidence.text() == "Off"
    assert kept(second).asks_confidence is False


def test_a_write_that_fails_says_so_and_shows_the_old_value(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    db = window.opened.study.store.db
    db.execute("PRAGMA query_only = 1")
    type_number(window, section.goal, 90)
    section.confidence.click()
    window.settle()
    assert page.notice.isVisible()
    assert "Not kept; the earlier value holds." in page.notice.text
    assert section.goal.value() == 20
    assert section.confidence.text() == "On"
    db.execute("PRAGMA query_only = 0")
    type_number(window, section.goal, 90)
    assert not page.notice.isVisible()
    assert kept(window).daily_goal == 90


def test_scrolling_over_a_number_changes_nothing(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    page.setFocus()
    for control in (section.goal, section.day_start):
        wheel(control)
    window.settle()
    assert section.goal.value() == 20
    assert section.day_start.currentData() == 4


def wheel(widget: QWidget) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    place = QPointF(widget.rect().center())
    event = QWheelEvent(
        place, QPointF(widget.mapToGlobal(place.toPoint())), QPoint(0, 120), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_day_of_the_exam_is_set_changed_and_removed(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    study, exam_id = window.opened.study, window.shell.exam_id
    assert "None set" in section.rows["exam_date"].hint
    section.date.start.click()
    window.settle()
    assert section.date.edit.hasFocus()
    assert preferences.exam_date(study, exam_id) is None, "nothing is kept before a day is chosen"
    window.press("Return")
    first = preferences.exam_date(study, exam_id)
    assert first is not None
    assert first > TODAY + timedelta(days=50)
    section.date.edit.setDate(section.date.edit.date().addDays(1))
    window.settle()
    assert preferences.exam_date(study, exam_id) == first + timedelta(days=1)
    assert "in 6" in section.rows["exam_date"].hint
    section.date.clear.click()
    window.settle()
    assert preferences.exam_date(study, exam_id) is None
    assert section.date.start.isVisible()


def test_escape_in_the_date_keeps_what_was(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    section.date.start.click()
    window.press("Escape")
    assert section.date.start.isVisible()
    assert preferences.exam_date(window.opened.study, window.shell.exam_id) is None


def test_a_day_that_is_past_is_shown_and_cannot_be_chosen(page: SettingsPage, window: Window) -> None:
    study, exam_id = window.opened.study, window.shell.exam_id
    yesterday = TODAY - timedelta(days=1)
    preferences.set_exam_date(study, exam_id, yesterday)
    page.refresh()
    section = study_section(page, window)
    assert section.date.edit.day == yesterday
    assert "1 day ago" in section.rows["exam_date"].hint
    section.date.edit.setDate(section.date.edit.date().addDays(-5))
    window.settle()
    assert preferences.exam_date(study, exam_id) == yesterday


def test_another_exam_is_studied_everywhere(open_window: OpenWindow, tmp_path: Path) -> None:
    publish_bank(make_bank(bank_id="alpha", id="exam-alpha", name="Alpha"), DataFolder(tmp_path / "data").packs)
    window = open_window()
    page = settings(window)
    section = study_section(page, window)
    other = "exam-alpha" if window.shell.exam_id != "exam-alpha" else "net-101"
    page.picker.box.setCurrentIndex(page.picker.box.findData(other))
    page.picker.box.activated.emit(page.picker.box.currentIndex())
    window.settle()
    assert kept(window).exam_id == other == window.shell.exam_id
    assert section.rows["exam_id"].is_kept
    rules = page.show_section("exam_rules")
    assert isinstance(rules, ExamRulesSection)
    assert ("Alpha" in window.texts()) is (other == "exam-alpha")


def test_extra_time_is_a_setting_with_its_minutes(page: SettingsPage, window: Window) -> None:
    section = page.show_section("exam_rules")
    assert isinstance(section, ExamRulesSection)
    assert "Off" in section.time.buttons[100].text()
    assert "90 min" in section.rows["time_percent"].hint
    section.time.buttons[150].click()
    section.rates.click()
    window.settle()
    assert kept(window).time_percent == 150
    assert kept(window).rates_in_exam is True
    assert "135 min" in section.rows["time_percent"].hint
    assert "You may go back and change answers until you end the exam." in window.texts()


def test_theme_and_text_size_hold_at_once_and_at_the_next_start(open_window: OpenWindow) -> None:
    first = open_window(keeps_settings=True)
    section = settings(first).show_section("appearance")
    assert isinstance(section, AppearanceSection)
    section.themes.choose(2)
    section.zoom.buttons[150].click()
    section.motion.click()
    first.settle()
    assert theme.current() == theme.Theme(theme.DARK, 150)
    first.close()
    second = open_window(keeps_settings=True)
    assert second.application.preferences.settings.theme is ThemeName.DARK
    assert second.application.preferences.settings.reduces_motion
    section = settings(second).show_section("appearance")
    assert section.zoom.value == 150
    assert section.themes.chosen_index == 2
    second.press("Ctrl+0")
    assert section.zoom.value == 100, "the key is seen here too"


def test_a_key_is_changed_and_works_in_the_exam(page: SettingsPage, window: Window) -> None:
    section = keyboard(page, window)
    section.editor.rows["mark"].buttons[0].click()
    assert section.editor.capture is not None
    assert section.editor.capture.hasFocus()
    window.press("Z")
    assert section.editor.capture is None
    assert [button.text() for button in section.editor.rows["mark"].buttons] == ["Z"]
    assert "Comes with M" in section.editor.rows["mark"].hint
    window.go("exams")
    window.press("Return")
    exam = window.shell.exam
    assert exam.attempt is not None, "no exam began"
    window.press("M")
    assert not exam.attempt.flagged
    window.press("Z")
    assert exam.attempt.flagged == {0}


def test_a_key_of_the_window_is_changed(page: SettingsPage, window: Window) -> None:
    section = keyboard(page, window)
    section.editor.rows["library"].buttons[0].click()
    window.press("Ctrl+L")
    window.press("Ctrl+5")
    assert window.shell.shown_page is page
    window.press("Ctrl+L")
    assert window.shell.rail.checked == "library"


def test_pressing_a_key_of_the_window_is_caught_and_offered(page: SettingsPage, window: Window) -> None:
    """Ctrl 2 would go to Practice anywhere else."""
    editor = keyboard(page, window).editor
    editor.rows["library"].buttons[0].click()
    window.press("Ctrl+2")
    assert window.shell.shown_page is page
    assert editor.capture is not None
    assert editor.capture.text == "Ctrl 2 does already “Practice”."
    window.press("Space")  # the offer has the focus
    assert window.application.preferences.settings.keys == {"library": ("Ctrl+2",), "practice": ()}
    window.press("Ctrl+2")
    assert window.shell.rail.checked == "library"


def test_an_offer_can_be_left(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.rows["library"].buttons[0].click()
    window.press("Ctrl+2", "Escape")
    assert editor.capture is None
    assert editor.rows["library"].buttons[0].hasFocus()
    assert window.application.preferences.settings.keys == {}


@pytest.mark.parametrize("key", ["B", "Return", "Space", "7", "Up"])
def test_keys_of_answering_cannot_be_taken(page: SettingsPage, window: Window, key: str) -> None:
    editor = keyboard(page, window).editor
    editor.rows["mark"].buttons[0].click()
    window.press(key)
    assert editor.capture is not None
    assert "is fixed" in editor.capture.text
    assert not editor.capture.replace.isVisible()


def test_a_key_of_another_place_may_be_used_twice(page: SettingsPage, window: Window) -> None:
    """K keeps a question in practice, where no exam is on the screen."""
    editor = keyboard(page, window).editor
    editor.rows["mark"].buttons[0].click()
    window.press("K")
    assert editor.capture is None
    assert window.application.preferences.settings.keys == {"mark": ("K",)}


def test_a_key_is_added_and_removed(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.rows["mark"].add.click()
    window.press("Z")
    assert [button.text() for button in editor.rows["mark"].buttons] == ["M", "Z"]
    editor.rows["mark"].buttons[0].click()
    assert editor.capture is not None
    editor.capture.remove.click()
    assert [button.text() for button in editor.rows["mark"].buttons] == ["Z"]
    reset = editor.rows["mark"].reset
    assert reset is not None
    reset.click()
    assert [button.text() for button in editor.rows["mark"].buttons] == ["M"]
    assert window.application.preferences.settings.keys == {}


def test_resetting_a_command_takes_its_key_back(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.rows["library"].buttons[0].click()
    window.press("Ctrl+2", "Space")
    reset = editor.rows["practice"].reset
    assert reset is not None
    reset.click()
    assert [button.text() for button in editor.rows["practice"].buttons] == ["Ctrl 2"]
    assert editor.rows["library"].buttons == []


def test_all_keys_are_reset_and_that_is_undone(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    assert not editor.reset_all.isEnabled()
    editor.rows["mark"].buttons[0].click()
    window.press("Z")
    editor.reset_all.click()
    window.settle()
    assert window.application.preferences.settings.keys == {}
    page.setFocus()
    window.press("Ctrl+Z")
    assert window.application.preferences.settings.keys == {"mark": ("Z",)}
    assert [button.text() for button in editor.rows["mark"].buttons] == ["Z"]


def test_single_letters_off_needs_alt(page: SettingsPage, window: Window) -> None:
    section = keyboard(page, window)
    section.letters.click()
    assert section.letters.text() == "Off"
    assert [button.text() for button in section.editor.rows["mark"].buttons] == ["Alt M"]
    section.editor.rows["mark"].buttons[0].click()
    window.press("Alt+Z")
    assert window.application.preferences.settings.keys == {"mark": ("Z",)}
    window.go("exams")
    window.press("Return")
    exam = window.shell.exam
    window.press("Z")
    assert exam.attempt is not None
    assert not exam.attempt.flagged
    window.press("Alt+Z")
    assert exam.attempt.flagged == {0}


def test_alt_with_a_letter_is_kept_free(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.rows["mark"].buttons[0].click()
    window.press("Alt+Z")
    assert editor.capture is not None
    assert "kept free" in editor.capture.text


def test_commands_are_searched_by_words_and_by_keys(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.search.setText("review")
    shown = {name for name, row in editor.rows.items() if row.isVisible()}
    assert {"mark", "review"} <= shown
    assert "library" not in shown
    editor.search.setText("ctrl k")
    assert [name for name, row in editor.rows.items() if row.isVisible()] == ["palette"]
    editor.search.setText("xyzzy")
    assert "No command of these words." in window.texts()


def test_keys_are_changed_by_the_keyboard_alone(page: SettingsPage, window: Window) -> None:
    editor = keyboard(page, window).editor
    editor.search.setFocus()
    editor.search.setText("end the exam")
    window.press("Tab", "Space")
    assert editor.capture is not None, "Tab goes from the search to the first row"
    window.press("Z")
    assert window.application.preferences.settings.keys == {"end_exam": ("Z",)}


def test_a_backup_is_written_with_what_is_in_it(page: SettingsPage, window: Window, tmp_path: Path) -> None:
    section = page.show_section("backup")
    assert isinstance(section, BackupSection)
    target = tmp_path / "mine.zip"
    section.back_up_to(target)
    assert not section.write.isEnabled()
    window.settle()
    assert section.write.isEnabled()
    assert f"Backup written: {target}" in section.notice.text
    assert "learner.db" in ZipFile(target).namelist()
    section.back_up_to(target)
    window.settle()
    assert "No backup was written" in section.notice.text
    assert "exists already" in section.notice.text


def test_a_backup_is_explained_before_it_is_restored(
    page: SettingsPage, window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    section = page.show_section("backup")
    section.back_up_to(tmp_path / "mine.zip")
    window.settle()
    type_number(window, study_section(page, window).goal, 77)
    section = page.show_section("backup")
    before = event_count(window.folder.learner)
    section.look_into(tmp_path / "mine.zip")
    window.settle()
    assert section.found.isVisible()
    assert f"Now there are {before} entries" in window.texts()
    assert f"It holds {before - 1} entries" in window.texts()
    section.leave.click()
    assert not section.found.isVisible()
    assert kept(window).daily_goal == 77
    section.look_into(tmp_path / "mine.zip")
    window.settle()
    section.restore.click()
    window.settle()
    assert kept(window).daily_goal == 20, "the window works on what was restored"


def test_what_gave_way_to_a_backup_is_put_back(page: SettingsPage, window: Window, tmp_path: Path) -> None:
    section = page.show_section("backup")
    section.back_up_to(tmp_path / "mine.zip")
    window.settle()
    type_number(window, study_section(page, window).goal, 77)
    section = page.show_section("backup")
    section.look_into(tmp_path / "mine.zip")
    window.settle()
    section.restore.click()
    window.settle()
    section = settings(window).show_section("backup")
    window.settle()
    aside = [row for row in section.findChildren(SettingRow) if row.hint.startswith("Put aside by a restore")]
    assert len(aside) == 1
    assert isinstance(aside[0].control, Button)
    aside[0].control.click()
    window.settle()
    section.restore.click()
    window.settle()
    assert kept(window).daily_goal == 77


def test_a_file_that_is_no_backup_changes_nothing(page: SettingsPage, window: Window, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_bytes(b"not a zip")
    section = page.show_section("backup")
    section.look_into(tmp_path / "notes.zip")
    window.settle()
    assert "Nothing was changed. notes.zip is no backup" in section.notice.text
    assert not section.found.isVisible()


def test_copies_of_the_day_are_listed(page: SettingsPage, window: Window) -> None:
    from pingtopass_desktop.learner.backup import daily_backup

    type_number(window, study_section(page, window).goal, 50)
    for path in window.folder.backups.glob("*"):
        path.unlink()
    section = page.show_section("backup")
    window.settle()
    assert "None yet" in window.texts()
    daily_backup(window.folder.learner, window.folder.backups, now_utc())
    page.refresh()
    window.settle()
    assert len(section.copy_buttons) == 1
    assert "Copy of the day" in window.texts()


class Opener(QObject):
    """Stands for the system's window of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[QUrl] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.urls.append(url)


def test_the_data_folder_is_opened_and_its_path_copied(page: SettingsPage, window: Window) -> None:
    section = page.show_section("about")
    assert isinstance(section, AboutSection)
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")  # type: ignore[arg-type]
    try:
        section.open_data.click()
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert [Path(url.toLocalFile()) for url in opener.urls] == [window.folder.root]
    section.copy_data.click()
    assert QApplication.clipboard().text() == str(window.folder.root)


def test_about_says_versions_and_licences(page: SettingsPage, window: Window) -> None:
    section = page.show_section("about")
    assert "PingToPass 0.1.0" in window.texts()
    assert "Qt 6." in window.texts()
    section.show_licences.click()
    window.settle()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, LicencesDialog)
    names = [dialog.list.itemText(index) for index in range(dialog.list.count())]
    assert any(name.startswith("PySide6") for name in names)
    dialog.list.setCurrentIndex(next(n for n, name in enumerate(names) if name.startswith("msgspec")))
    assert "Redistribution" in dialog.text.toPlainText()
    assert isinstance(dialog, QDialog)
    dialog.accept()


def test_the_log_bundle_is_written_or_said_not_to_be(page: SettingsPage, window: Window, tmp_path: Path) -> None:
    section = page.show_section("about")
    section.write_bundle_to(tmp_path / "log.zip")
    window.settle()
    assert "about.json" in ZipFile(tmp_path / "log.zip").namelist()
    assert "Nothing was sent to anyone." in section.notice.text
    section.write_bundle_to(tmp_path / "no folder" / "log.zip")
    window.settle()
    assert "No log bundle was written" in section.notice.text


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_no_section_is_wider_than_the_window(page: SettingsPage, window: Window, zoom: int) -> None:
    window.shell.resize(1024, 700)
    window.application.preferences.change(zoom=zoom)
    for name, _ in SECTIONS:
        section = page.show_section(name)
        window.settle()
        for widget in section.findChildren(QWidget):
            if widget.isVisible():
                right = widget.mapTo(page, widget.rect().bottomRight()).x()
                assert right <= page.width(), (name, widget)
    assert page.section_buttons["study"].kind == ("rail" if zoom == 100 else "pill")


def test_every_control_has_a_name_and_is_large_enough(page: SettingsPage, window: Window) -> None:
    for name, _ in SECTIONS:
        section = page.show_section(name)
        window.settle()
        for control in section.findChildren(Button):
            if control.isVisible():
                assert control.accessibleName(), (name, control.text())
                assert control.height() >= 24, (name, control.text())
    study = study_section(page, window)
    assert study.goal.accessibleName() == "Daily goal"
    assert "answer on a day" in study.goal.accessibleDescription()


def test_the_switch_of_notifications_is_off_where_the_system_shows_none(page: SettingsPage, window: Window) -> None:
    section = study_section(page, window)
    assert section.notifies.text() == "Off"
    assert section.notifies.isEnabled() is section.has_tray
    if not section.has_tray:
        assert "shows no notifications" in section.rows["notifies"].hint


def test_the_keys_of_other_pages_hold_in_the_settings(page: SettingsPage, window: Window) -> None:
    assert keys.current().words("settings") == "Ctrl ,"
    window.press("Ctrl+2")
    assert window.shell.rail.checked == "practice"


def test_a_setting_is_said_to_be_kept_also_after_a_look_at_the_account(page: SettingsPage, window: Window) -> None:
    page.show_section("account")
    section = page.show_section("exam_rules")
    assert isinstance(section, ExamRulesSection)
    section.time.buttons[150].click()
    window.settle()
    assert [name for name, row in section.rows.items() if row.is_kept] == ["time_percent"]
