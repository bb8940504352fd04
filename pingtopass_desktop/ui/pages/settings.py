"""The settings: a list of sections and the cards of one of them. Every change is kept at once, without a button for it.

A section is built when it is first asked for. What belongs to the learner is kept in the learner's file on the store
lane; what belongs to this screen by `Preferences`.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QVBoxLayout, QWidget

from pingtopass_desktop.study import preferences as study_preferences
from pingtopass_desktop.study.backup import BackupInfo
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.preferences import StudyPreferences
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.pages.settings_about import AboutSection
from pingtopass_desktop.ui.pages.settings_account import AccountSection
from pingtopass_desktop.ui.pages.settings_backup import BackupSection
from pingtopass_desktop.ui.pages.settings_look import AppearanceSection, KeyboardSection
from pingtopass_desktop.ui.pages.settings_places import Places
from pingtopass_desktop.ui.pages.settings_study import ExamRulesSection, Studied, StudySection, load
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Notice, Scroller, label, row
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.setting_row import SettingRow
from pingtopass_desktop.ui.window_account import WindowAccount

__all__ = ["SECTIONS", "Places", "SettingsPage"]

SECTIONS = (
    ("study", "Study"),
    ("exam_rules", "Exam rules"),
    ("appearance", "Appearance"),
    ("keyboard", "Keyboard"),
    ("account", "Account"),
    ("backup", "Backup"),
    ("about", "About"),
)

_LIST_PX = 170
_BESIDE_FROM_PX = 720
"""Width of the page, in pixels at 100 % text, from which the list stands beside the cards."""


class SettingsPage(Page):
    """Signals: `studied_changed` after a study preference or an exam's date was kept; `exam_chosen` with an exam's id;
    `undoable` with a step that can be taken back; `restore_asked` with the path of a backup."""

    undoable = Signal(object)
    studied_changed = Signal()
    exam_chosen = Signal(str)
    restore_asked = Signal(object)

    def __init__(
        self, study: Study, tasks: Tasks, preferences: Preferences, places: Places, account: WindowAccount
    ) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._preferences = preferences
        self._places = places
        self._account = account
        self._exam_id = ""
        self._studied: Studied | None = None
        self._saving = 0
        self._kept_row: SettingRow | None = None
        self._sections: dict[str, QWidget] = {}
        self._build()
        self._lay_out()
        self._connect()
        self.show_section("study")

    @property
    def section(self) -> str:
        """The name of the section shown."""
        return next(name for name, button in self.section_buttons.items() if button.isChecked())

    def show_exam(self, exam_id: str) -> None:
        """Show the settings, those about an exam for this one."""
        self._exam_id = exam_id
        self.refresh()

    def refresh(self) -> None:
        """Read everything again; called each time the page comes to the front."""
        self._mark_kept(None)
        self._load()
        if isinstance(section := self._sections.get(self.section), BackupSection | AccountSection):
            section.refresh()

    def leave(self) -> None:
        """Keep what waits for a further step, before another page reads it; the window may be closing."""
        section = self._sections["study"]
        assert isinstance(section, StudySection)
        section.finish()

    def show_section(self, name: str) -> Any:
        """Bring a section to the front and return it."""
        shown = self._built(name)
        self.section_buttons[name].setChecked(True)
        theme.paint_apart(self._cards)
        for other, section in self._sections.items():
            section.setVisible(other == name)
        self._mark_kept(None)
        self.notice.hide()
        self._cards.verticalScrollBar().setValue(0)
        if isinstance(shown, BackupSection | AccountSection):
            shown.refresh()
        return shown

    def act_on_account(self, act: Callable[[], object]) -> None:
        """Do something with the account where what comes of it is seen."""
        section = self.show_section("account")
        act()
        section.take_keyboard()

    def preparations(self) -> list[Callable[[], object]]:
        """What builds each section that was not asked for yet."""
        return [partial(self._built, name) for name, _ in SECTIONS]

    def _built(self, name: str) -> QWidget:
        if name not in self._sections:
            self._sections[name] = section = self._builders[name]()
            section.hide()
            self._cards.column.insertWidget(self._cards.column.count() - 1, section)
            self._show_study()
        return self._sections[name]

    def show_restored(self, info: BackupInfo) -> None:
        """Say, after the restore that this page asked for, what is in place now."""
        self.show_section("backup").show_restored(info)

    def _build(self) -> None:
        self.picker = ExamPicker()
        self.notice = Notice()
        self._title = label("Settings", "title")
        self._builders: dict[str, Callable[[], QWidget]] = {
            "study": self._study_section,
            "exam_rules": self._exam_rules_section,
            "appearance": partial(AppearanceSection, self._preferences),
            "keyboard": self._keyboard_section,
            "account": self._account_section,
            "backup": self._backup_section,
            "about": partial(AboutSection, self._tasks, self._preferences, self._places),
        }
        self._group = QButtonGroup(self)
        self.section_buttons: dict[str, Button] = {}
        for number, (name, words) in enumerate(SECTIONS):
            button = Button(words, "rail")
            button.setCheckable(True)
            self._group.addButton(button, number)
            self.section_buttons[name] = button
        self._list = Flow(*self.section_buttons.values(), spacing=8)
        self._list.setAccessibleName("Sections of the settings")
        self._cards = Scroller(margins=(0, 0, 0, 20))
        self._cards.column.addStretch(1)
        self.scroll_by_keys(self._cards)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.notice)
        right.addWidget(self._cards, 1)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(16)
        self._body.addWidget(self._list, 0, Qt.AlignmentFlag.AlignTop)
        self._body.addLayout(right, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(36, 28, 24, 0)  # the scroll bar has the rest at the right
        box.setSpacing(18)
        box.addLayout(row(self._title, None))
        box.addLayout(self._body, 1)
        self.restyle()

    def _connect(self) -> None:
        self._group.idClicked.connect(self._section_clicked)
        self.picker.exam_chosen.connect(self._choose_exam)
        self.notice.action.clicked.connect(self.notice.hide)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and keys.is_writing():
            self.setFocus()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.restyle()

    def restyle(self) -> None:
        """The list beside the cards; where that is too narrow, as a line of pills above them."""
        px = theme.current().px
        is_beside = self.width() >= px(_BESIDE_FROM_PX)
        width = px(_LIST_PX)
        for button in self.section_buttons.values():
            button.set_kind("rail" if is_beside else "pill")
            button.setMinimumWidth(width if is_beside else 0)
        self._list.setMinimumWidth(width if is_beside else 0)
        self._list.setMaximumWidth(width if is_beside else 16_777_215)
        self._list.items.setSpacing(4 if is_beside else 8)
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        self._body.setDirection(direction)
        self._body.setAlignment(self._list, Qt.AlignmentFlag.AlignTop if is_beside else Qt.AlignmentFlag(0))

    def _study_section(self) -> StudySection:
        section = StudySection(self.picker, self._places.can_notify)
        section.changed.connect(self._keep)
        section.date_chosen.connect(self._keep_date)
        section.notifies_changed.connect(self._keep_notifies)
        section.show_preferences(self._preferences)
        return section

    def _exam_rules_section(self) -> ExamRulesSection:
        section = ExamRulesSection()
        section.changed.connect(self._keep)
        return section

    def _keyboard_section(self) -> KeyboardSection:
        section = KeyboardSection(self._preferences)
        section.undoable.connect(self.undoable)
        section.revealed.connect(self._reveal)
        return section

    def _account_section(self) -> AccountSection:
        section = AccountSection(self._account, self._preferences)
        section.revealed.connect(self._reveal)
        return section

    def _backup_section(self) -> BackupSection:
        section = BackupSection(self._tasks, self._preferences, self._places)
        section.restore_asked.connect(self.restore_asked)
        section.revealed.connect(self._reveal)
        return section

    def _reveal(self, widget: QWidget) -> None:
        """Scroll to what came into view, once it has its place."""
        QTimer.singleShot(0, widget, partial(self._cards.ensureWidgetVisible, widget))

    def _section_clicked(self, number: int) -> None:
        self.show_section(SECTIONS[number][0])

    def _load(self) -> None:
        self._tasks.run(partial(load, self._study, self._exam_id), owner=self, done=self._show, failed=self._failed)

    def _show(self, studied: Studied) -> None:
        self._studied = studied
        if not self._saving:  # else a further change is on its way, and everything is read again after it
            self._show_study()

    def _show_study(self) -> None:
        for section in self._sections.values():
            if isinstance(section, StudySection | ExamRulesSection):
                section.setEnabled(self._studied is not None)
                if self._studied is not None:
                    section.show_studied(self._studied)

    def _choose_exam(self, exam_id: str) -> None:
        self._keep("exam_id", exam_id)

    def _keep(self, field: str, value: object) -> None:
        self._saving += 1
        work = partial(_save, self._study, field, value)
        done = partial(self._kept, field)
        self._tasks.run(work, owner=self, done=done, failed=self._not_kept)

    def _kept(self, field: str, preferences: StudyPreferences) -> None:
        if field == "exam_id":
            self._exam_id = preferences.exam_id
            self.exam_chosen.emit(preferences.exam_id)
        self._was_kept(field)

    def _keep_date(self, day: date | None) -> None:
        exam = self._studied.exam if self._studied is not None else None
        if exam is not None:
            self._saving += 1
            work = partial(study_preferences.set_exam_date, self._study, exam.id, day)
            self._tasks.run(work, owner=self, done=self._date_kept, failed=self._not_kept)

    def _date_kept(self, nothing: None) -> None:
        self._was_kept("exam_date")

    def _was_kept(self, field: str) -> None:
        self._saving -= 1
        self.notice.hide()
        self._mark_kept(field)
        self.studied_changed.emit()
        self._load()

    def _not_kept(self, error: Exception) -> None:
        """The value that is kept is shown again."""
        self._saving -= 1
        self._mark_kept(None)
        self._show_study()
        self.notice.show_text(f"Not kept; the earlier value holds. {error}", "notice-bad", "Close")

    def _keep_notifies(self, is_on: bool) -> None:
        self._preferences.change(notifies=is_on)
        self._mark_kept("notifies")

    def _mark_kept(self, field: str | None) -> None:
        """Say at the row of a field, and at no other, that it is kept."""
        if self._kept_row is not None:
            self._kept_row.show_kept(False)
        found: list[dict[str, SettingRow]] = [getattr(each, "rows", {}) for each in self._sections.values()]
        self._kept_row = next((rows[field] for rows in found if field in rows), None) if field else None
        if self._kept_row is not None:
            self._kept_row.show_kept(True)

    def _failed(self, error: Exception) -> None:
        text = f"The settings of study cannot be read; nothing was changed. {error}"
        self.notice.show_text(text, "notice-bad", "Close")


def _save(study: Study, field: str, value: object) -> StudyPreferences:
    return study_preferences.save(study, replace(study_preferences.load(study), **{field: value}))
