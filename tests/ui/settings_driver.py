"""The settings of a real window, as a learner comes to them and changes a number."""

from PySide6.QtCore import Qt

from pingtopass_desktop.study import preferences
from pingtopass_desktop.ui.pages.settings import SettingsPage
from pingtopass_desktop.ui.pages.settings_study import StudySection
from pingtopass_desktop.ui.widgets.setting_row import Number
from tests.ui.window import Window


def settings(window: Window) -> SettingsPage:
    """The settings, brought to the front by their key."""
    window.press("Ctrl+Comma")
    page = window.shell.settings
    assert window.shell.shown_page is page
    return page


def study_section(page: SettingsPage, window: Window) -> StudySection:
    section = page.show_section("study")
    window.settle()
    assert isinstance(section, StudySection)
    return section


def type_number(window: Window, number: Number, value: int) -> None:
    """Type a number over the one that is there, and Enter."""
    number.setFocus(Qt.FocusReason.TabFocusReason)
    window.press(*str(value), "Return")


def kept(window: Window) -> preferences.StudyPreferences:
    return preferences.load(window.opened.study)
