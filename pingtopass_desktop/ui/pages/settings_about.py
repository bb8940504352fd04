"""The section about the program: version, licences, where the data is, the log bundle, where help is."""

import platform
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, qVersion
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.ui import keys, sheets, theme
from pingtopass_desktop.ui.pages.settings_places import LicenceText, Places, open_folder
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, label, row
from pingtopass_desktop.ui.widgets.page import Dialog
from pingtopass_desktop.ui.widgets.setting_row import Line, RowsCard, Section, SettingRow


class LicencesDialog(Dialog):
    """The libraries in a list, and the licence of the one chosen. Esc or the button closes it."""

    def __init__(self, parent: QWidget, licences: Sequence[LicenceText]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Licences")
        self._licences = tuple(licences)
        self.list = QComboBox()
        sheets.wear(self.list, "combo")
        self.list.setAccessibleName("Library")
        for each in self._licences:
            words = f"{each.name} {each.version}"
            self.list.addItem(f"{words} · {each.licence}" if each.licence else words)
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.text = QPlainTextEdit()
        sheets.wear(self.text, "text")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Licence")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        close = Button("Close")
        close.clicked.connect(self.accept)
        self.list.currentIndexChanged.connect(self._show)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 16)
        box.setSpacing(12)
        box.addWidget(self.list)
        box.addWidget(self.text, 1)
        box.addLayout(row(None, close))
        px, window = theme.current().px, parent.window()
        self.resize(min(px(640), window.width() - 40), min(px(560), window.height() - 40))
        self._show(0)

    def _show(self, index: int) -> None:
        if index < len(self._licences):
            text = self._licences[index].text
            self.text.setPlainText(text or "This library came without the text of its licence.")


class AboutSection(Section):
    """It changes nothing."""

    def __init__(self, tasks: Tasks, preferences: Preferences, places: Places) -> None:
        super().__init__()
        self._tasks = tasks
        self._preferences = preferences
        self._places = places
        self.copy_versions = Button("Copy", name="Copy the versions")
        self.show_licences = Button("Show licences")
        self.open_data = Button("Open folder", name="Open the data folder")
        self.copy_data = Button("Copy path", name="Copy the path of the data folder")
        self.save_log = Button("Save log bundle…")
        self.notice = Notice()
        self.progress = QProgressBar()
        sheets.wear(self.progress, "progress")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Reading licences")
        self.progress.hide()
        self._keys = label(kind="secondary", wraps=True)
        self._lay_out()
        self._connect()
        self._show_keys()

    @property
    def versions(self) -> tuple[str, str]:
        """The version of the program, and what it is built with."""
        parts = (f"Qt {qVersion()}", f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}")
        return f"PingToPass {self._places.version}", " · ".join(parts)

    def write_bundle_to(self, target: Path) -> None:
        """Write the log bundle in the background."""
        self.save_log.setEnabled(False)
        work = partial(self._places.write_bundle, target)
        self._tasks.run_job(work, owner=self, done=self._bundle_written, failed=self._bundle_failed)

    def _lay_out(self) -> None:
        program, parts = self.versions
        path = str(self._places.data)
        log = "Versions, names and sizes of files, and what the program did. No question, no answer, no note, no name."
        rows = RowsCard(
            "About",
            SettingRow(program, parts, self.copy_versions),
            SettingRow("Licences", "Of the libraries that PingToPass is made of", self.show_licences),
        )
        data = RowsCard(
            "Data",
            SettingRow("Data folder", path, Line(self.open_data, self.copy_data)),
            SettingRow("Log bundle", log, self.save_log),
        )
        help_card = Card("Help", spacing=8)
        help_card.column.addWidget(self._keys)
        guide = "The user guide is the file docs/user-guide.md in the source of PingToPass."
        help_card.column.addWidget(label(guide, "secondary", wraps=True))
        self.set_cards(rows, self.notice, self.progress, data, help_card)

    def _connect(self) -> None:
        self.copy_versions.clicked.connect(self._copy_versions)
        self.show_licences.clicked.connect(self._read_licences)
        self.open_data.clicked.connect(self._open_data)
        self.copy_data.clicked.connect(self._copy_data)
        self.save_log.clicked.connect(self._ask_where)
        self._preferences.changed.connect(self._show_keys)

    def _show_keys(self) -> None:
        ways = (("keys", "shows all keys"), ("palette", "finds every command"))
        said = [f"{key} {words}" for command, words in ways if (key := keys.current().words(command))]
        self._keys.setText(f"{' and '.join(said)}." if said else "Keyboard has all commands and their keys.")

    def _copy_versions(self) -> None:
        QApplication.clipboard().setText("\n".join((*self.versions, platform.platform())))
        self.notice.show_text("Versions copied.")

    def _copy_data(self) -> None:
        QApplication.clipboard().setText(str(self._places.data))
        self.notice.show_text("Path copied.")

    def _open_data(self) -> None:
        if not open_folder(self._places.data):
            self.notice.show_text("The system opens no window for the folder. Copy its path instead.", "notice-warn")

    def _read_licences(self) -> None:
        self.show_licences.setEnabled(False)
        self.progress.setVisible(not self._preferences.settings.reduces_motion)
        self._tasks.run_job(self._places.licences, owner=self, done=self._open_licences, failed=self._licences_failed)

    def _open_licences(self, licences: Sequence[LicenceText]) -> None:
        self._licences_read()
        dialog = LicencesDialog(self, licences)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self.window().activateWindow)  # not every platform gives the focus back
        dialog.open()

    def _licences_failed(self, error: Exception) -> None:
        self._licences_read()
        self.notice.show_text(f"The licences cannot be read. {error}", "notice-bad")

    def _licences_read(self) -> None:
        self.progress.hide()
        self.show_licences.setEnabled(True)
        self.show_licences.setFocus()  # a button that is disabled loses the keyboard

    def _ask_where(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = f"PingToPass log {datetime.now().astimezone().date().isoformat()}.zip"
        path, _ = QFileDialog.getSaveFileName(self, "Save log bundle", str(Path(folder) / name), "Zip files (*.zip)")
        if path:
            self.write_bundle_to(Path(path))

    def _bundle_written(self, path: Path) -> None:
        self._log_saved()
        self.notice.show_text(f"Log bundle written: {path}. Nothing was sent to anyone.")

    def _log_saved(self) -> None:
        self.save_log.setEnabled(True)
        self.save_log.setFocus()

    def _bundle_failed(self, error: Exception) -> None:
        self._log_saved()
        reason = getattr(error, "strerror", None) or error
        self.notice.show_text(f"No log bundle was written: {reason}. Choose another folder.", "notice-bad")
