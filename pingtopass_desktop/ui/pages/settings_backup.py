"""The section about backups: write one, look into one and ask for its restore, the copies on this computer.

The restore itself needs the learner's file closed, so it is asked for by a signal and done where the file was opened.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from pingtopass_desktop.learner.backup import event_count
from pingtopass_desktop.learner.snapshot import NoLearnerFile
from pingtopass_desktop.study.backup import BackupInfo, Copy, back_up, copies, describe
from pingtopass_desktop.study.context import now_utc
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.pages.settings_places import Places, open_folder
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, clear_layout, label, plural, rule
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.setting_row import RowsCard, Section, SettingRow
from pingtopass_desktop.ui.words import full_moment_text

_FILES = "Backups (*.zip *.db);;All files (*)"


class _Found(Struct, frozen=True):
    """A backup that was looked into, and how many entries there are now."""

    info: BackupInfo
    present: int


class BackupSection(Section):
    """Signals: `restore_asked` with the path of a backup, after what it holds was shown; `revealed` with what came into
    view."""

    restore_asked = Signal(object)
    revealed = Signal(QWidget)

    def __init__(self, tasks: Tasks, preferences: Preferences, places: Places) -> None:
        super().__init__()
        self._tasks = tasks
        self._preferences = preferences
        self._places = places
        self._source: Path | None = None
        self._aside: Path | None = None
        self._build()
        self._lay_out()
        self._connect()

    def refresh(self) -> None:
        """Read which copies there are."""
        work = partial(copies, self._places.learner, self._places.backups)
        self._tasks.run_job(work, owner=self, done=self._list_copies, failed=self._copies_failed)

    def back_up_to(self, target: Path) -> None:
        """Write a backup in the background and say what is in it."""
        self._set_busy(f"Writing {target.name}…")
        work = partial(back_up, self._places.learner, self._places.packs, target, now_utc())
        self._tasks.run_job(work, owner=self, done=self._backed_up, failed=self._backup_failed)

    def look_into(self, source: Path) -> None:
        """Read what a backup holds and explain what restoring it does."""
        self._set_busy(f"Reading {source.name}…")
        work = partial(_look, source, self._places.learner)
        self._tasks.run_job(work, owner=self, done=self._explain, failed=self._look_failed)

    def show_restored(self, info: BackupInfo) -> None:
        """Say that a backup is in place, and offer to put back what gave way to it."""
        self._aside = info.set_aside
        text = f"Restored {plural(info.events, 'entry', 'entries')} of {_moment(info.created_at)}."
        if info.restored_packs:
            text += f" Banks put in force: {', '.join(info.restored_packs)}."
        if info.kept_packs:
            text += f" Banks kept, as new already: {', '.join(info.kept_packs)}."
        if info.set_aside is not None:
            text += " What was there before is kept below."
        self.notice.show_text(text, "notice", "Put it back" if info.set_aside is not None else "")
        self.refresh()

    def _build(self) -> None:
        self.write = Button("Back up now…")
        self.read = Button("Restore from a file…")
        self.open = Button("Open folder", name="Open the folder of the copies")
        self.notice = Notice()
        self.progress = QProgressBar()
        sheets.wear(self.progress, "progress")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Working")
        self.progress.hide()
        self.found = Card(spacing=10)
        self._found_words = QVBoxLayout()
        self._found_words.setSpacing(8)
        self.restore = Button("Restore this backup", "primary")
        self.leave = Button("Leave everything as it is")
        self._copies = Card("Copies on this computer", spacing=8)
        self._copy_rows = QVBoxLayout()
        self._copy_rows.setSpacing(8)
        self.copy_buttons: list[Button] = []

    def _lay_out(self) -> None:
        rows = RowsCard(
            "Backup",
            SettingRow("Back up now", "One file with your answers, notes, settings and imported banks", self.write),
            SettingRow(
                "Restore", "Puts a backup in place of what is here, which is kept and can be put back", self.read
            ),
        )
        self.found.column.addLayout(self._found_words)
        self.found.column.addWidget(Flow(self.restore, self.leave))
        self.found.hide()
        hint = "One is made each day that you study; the last seven are kept"
        self._copies.column.addWidget(SettingRow("Copies of the day", hint, self.open))
        self._copies.column.addLayout(self._copy_rows)
        self.set_cards(rows, self.notice, self.progress, self.found, self._copies)

    def _connect(self) -> None:
        self.write.clicked.connect(self._ask_where)
        self.read.clicked.connect(self._ask_which)
        self.open.clicked.connect(self._open_folder)
        self.restore.clicked.connect(self._ask_to_restore)
        self.leave.clicked.connect(self._leave)
        self.notice.action.clicked.connect(self._put_back)

    def _ask_where(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = f"PingToPass {now_utc().astimezone().date().isoformat()}.zip"
        options = QFileDialog.Option.DontConfirmOverwrite  # a backup replaces no file, whatever the answer would be
        path, _ = QFileDialog.getSaveFileName(
            self, "Back up", str(Path(folder) / name), "Backups (*.zip)", options=options
        )
        if path:
            self.back_up_to(Path(path))

    def _ask_which(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Restore from a file", "", _FILES)
        if path:
            self.look_into(Path(path))

    def _open_folder(self) -> None:
        if not open_folder(self._places.backups):
            self.notice.show_text(f"The system opens no window for {self._places.backups}.", "notice-warn")

    def _backed_up(self, info: BackupInfo) -> None:
        self._set_idle()
        self.write.setFocus()  # a button that is disabled loses the keyboard
        banks = ", ".join(info.packs)
        text = f"Backup written: {info.path}. {plural(info.events, 'entry', 'entries')}, {size_text(info.size_bytes)}"
        text += f", banks: {banks}." if banks else "; no bank was imported."
        if info.left_out:
            text += f" Left out, for their files cannot be read: {', '.join(info.left_out)}."
        self.notice.show_text(text, "notice-warn" if info.left_out else "notice")

    def _backup_failed(self, error: Exception) -> None:
        self._set_idle()
        self.notice.show_text(f"No backup was written. {error}", "notice-bad")
        self.write.setFocus()

    def _explain(self, found: _Found) -> None:
        self._set_idle()
        self.notice.hide()
        info = found.info
        self._source = info.path
        clear_layout(self._found_words)
        banks = f", and the banks {', '.join(info.packs)}" if info.packs else ""
        sentences = (
            f"It holds {plural(info.events, 'entry', 'entries')}, which are answers, notes and settings{banks}.",
            f"Now there are {plural(found.present, 'entry', 'entries')}. They give way to those of the backup and are "
            "kept as a copy in the list below, from where they can be put back.",
        )
        self._found_words.addWidget(label(f"Backup of {_moment(info.created_at)}", "section", wraps=True))
        for sentence in sentences[: 2 if found.present else 1]:
            self._found_words.addWidget(label(sentence, "secondary", wraps=True))
        self.found.show()
        self.restore.setFocus()
        self.revealed.emit(self.found)

    def _look_failed(self, error: Exception) -> None:
        self._set_idle()
        self.notice.show_text(f"Nothing was changed. {error}", "notice-bad")
        self.read.setFocus()

    def _ask_to_restore(self) -> None:
        if self._source is not None:
            source, self._source = self._source, None
            self.found.hide()
            self.restore_asked.emit(source)

    def _leave(self) -> None:
        self._source = None
        self.found.hide()
        self.read.setFocus()

    def _put_back(self) -> None:
        if self._aside is not None:
            aside, self._aside = self._aside, None
            self.notice.hide()
            self.restore_asked.emit(aside)

    def _list_copies(self, found: Sequence[Copy]) -> None:
        clear_layout(self._copy_rows)
        self.copy_buttons = []
        if not found:
            self._copy_rows.addWidget(rule())
            text = "None yet: the first is made once there is something to keep."
            self._copy_rows.addWidget(label(text, "secondary", wraps=True))
        for copy in found:
            moment = _moment(copy.made_at)
            button = Button("Restore…", "small", name=f"Restore the copy of {moment}")
            button.clicked.connect(partial(self.look_into, copy.path))
            kind = "Copy of the day" if copy.is_daily else "Put aside by a restore"
            self._copy_rows.addWidget(rule())
            self._copy_rows.addWidget(SettingRow(moment, f"{kind} · {size_text(copy.size_bytes)}", button))
            self.copy_buttons.append(button)

    def _copies_failed(self, error: Exception) -> None:
        self.notice.show_text(f"The copies cannot be listed; they are where they were. {error}", "notice-warn")

    def _set_busy(self, words: str) -> None:
        self.found.hide()
        self._source = self._aside = None
        self.notice.show_text(words)
        self.revealed.emit(self.notice)
        self.progress.setVisible(not self._preferences.settings.reduces_motion)
        for button in (self.write, self.read, *self.copy_buttons):
            button.setEnabled(False)

    def _set_idle(self) -> None:
        self.progress.hide()
        for button in (self.write, self.read, *self.copy_buttons):
            button.setEnabled(True)


def size_text(size_bytes: int) -> str:
    """``120 kB``, ``3.4 MB``."""
    return f"{size_bytes / 1000:,.0f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:,.1f} MB"


def _look(source: Path, learner: Path) -> _Found:
    info = describe(source)
    try:
        present = event_count(learner)
    except NoLearnerFile:
        present = 0
    return _Found(info, present)


def _moment(at: datetime) -> str:
    return full_moment_text(round(at.timestamp() * 1000))
