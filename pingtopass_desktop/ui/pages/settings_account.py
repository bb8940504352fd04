"""The section about the account: signing in, who is signed in and where, export, deletion. Study needs none of it.

It shows a `WindowAccount` and asks it; it waits for nothing itself.
"""

from datetime import datetime
from pathlib import Path

import shiboken6
from PySide6.QtCore import QDir, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from pingtopass_desktop.ui import account_words as words
from pingtopass_desktop.ui.pages.settings_backup import size_text
from pingtopass_desktop.ui.pages.settings_places import open_folder
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.widgets.account_rows import AccountRows
from pingtopass_desktop.ui.widgets.announcing import announce
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, label
from pingtopass_desktop.ui.widgets.job_strip import JobStrip
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.setting_row import Section
from pingtopass_desktop.ui.widgets.sign_in_panel import SignInPanel
from pingtopass_desktop.ui.window_account import Said, Stage, WindowAccount

SLOW_MS = 300
"""What takes longer is shown to be under way; what does not would only flicker."""


class AccountSection(Section):
    """Signals: `revealed` with what came into view."""

    revealed = Signal(QWidget)

    def __init__(self, account: WindowAccount, preferences: Preferences) -> None:
        super().__init__()
        self._account = account
        self._preferences = preferences
        self._said: Said | None = None
        self._stage: Stage | None = None
        self._last: QWidget | None = None
        self._has_parked = False
        self._is_slow = False
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._build()
        self._lay_out()
        self._connect()
        self._show()

    def refresh(self) -> None:
        """Called each time the section comes to the front."""
        self._account.look()

    def export_to(self, target: Path) -> None:
        self._account.export_to(target)

    def take_keyboard(self) -> None:
        """To what matters now."""
        if self.main is not None:
            self.main.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the list of devices; it never stops a sign-in."""
        if event.key() == Qt.Key.Key_Escape and self.account_rows.devices.isVisible():
            self.account_rows.manage.setFocus(Qt.FocusReason.OtherFocusReason)
            self.account_rows.close_panels()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.notice = Notice()
        self.not_remembered = Notice()
        self.strip = JobStrip(counts=False)
        self.sign_in = Button("Sign in with Google", "primary")
        self.panel = SignInPanel()
        self.account_rows = AccountRows(self._account)
        self._heading = label("Account", "section")
        self._was = label(kind="strong", wraps=True)
        self._bodies = {
            Stage.LOOKING: _body(label(words.LOOKING, "secondary", wraps=True)),
            Stage.NO_SERVICE: _body(*(label(each, "secondary", wraps=True) for each in words.NO_SERVICE)),
            Stage.SIGNED_OUT: _body(
                self._was, label(words.WHAT_FOR, "secondary", wraps=True), Flow(self.sign_in), spacing=12
            ),
            Stage.SIGNING_IN: self.panel,
            Stage.SIGNED_IN: self.account_rows,
            Stage.DELETING: self.account_rows,
        }

    def _lay_out(self) -> None:
        card = Card(spacing=12)
        for part in (
            self._heading,
            self.notice,
            self.not_remembered,
            self.strip,
            *dict.fromkeys(self._bodies.values()),
        ):
            card.column.addWidget(part)
        self.set_cards(card)
        self.setAccessibleName("Account")

    def _connect(self) -> None:
        self._account.changed.connect(self._show)
        self._account.progressed.connect(self._show_export)
        self._slow.timeout.connect(self._show_slow)
        self.sign_in.clicked.connect(self._account.sign_in)
        self.panel.cancelled.connect(self._account.cancel_sign_in)
        self.panel.open_asked.connect(self._account.open_page_again)
        self.strip.cancel.clicked.connect(self._cancel_export)
        self.notice.action.clicked.connect(self._act)
        self.account_rows.export_asked.connect(self._ask_where)
        self.account_rows.revealed.connect(self.revealed)
        self._preferences.changed.connect(self._show)

    @property
    def main(self) -> QWidget | None:
        """What the keyboard comes to where what it was on is gone."""
        if self.strip.is_running:
            return self.strip.cancel if self._account.export is not None else None
        if self.notice.isVisible() and self.notice.action.isVisible():
            return self.notice.action
        places = {Stage.SIGNED_OUT: self.sign_in, Stage.SIGNING_IN: self.panel.cancel}
        return places.get(self._account.stage, self.account_rows.main if self.account_rows.isVisible() else None)

    def _show(self) -> None:
        self._note_keyboard()
        stage = self._account.stage
        self._show_busy()
        self._show_said()
        self._was.setText(words.was_signed_in(words.breakable(self._account.email)))
        self._was.setVisible(bool(self._account.email))
        self.sign_in.setEnabled(not self.strip.is_running)
        self.panel.show_progress(self._account.progress, moves=not self._preferences.settings.reduces_motion)
        if self._account.is_signed_in:
            self._last = self.account_rows.show_account(is_enabled=not self.strip.is_running) or self._last
        else:
            self.account_rows.close_panels()
        for each in self._bodies.values():
            each.setVisible(each is self._bodies[stage])
        if stage is not self._stage:
            self._stage = stage
            self.revealed.emit(self._heading)
        self._place_keyboard()

    def _note_keyboard(self) -> None:
        """Remember where the keyboard is, where that is here. In this window: it may not be the one in front."""
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._last = focused if focused is not self.strip.cancel else self._last or focused
        elif not (self._has_parked and focused is self._page()):
            self._last = None  # it is elsewhere and stays there

    def _place_keyboard(self) -> None:
        """Back to where it was; else to what matters now; else to the page, until there is something again."""
        if self._last is None or not self.isVisible():
            return
        for wanted in (self._last, self.main, self._page()):
            if wanted is not None and shiboken6.isValid(wanted) and wanted.isVisible() and wanted.isEnabled():
                if wanted is not self.window().focusWidget():
                    wanted.setFocus(Qt.FocusReason.OtherFocusReason)
                self._has_parked = wanted is self._page()
                return

    def _page(self) -> QWidget | None:
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, Page):
            parent = parent.parentWidget()
        return parent

    def _show_busy(self) -> None:
        account = self._account
        if not account.is_busy:
            self._slow.stop()
            self._is_slow = False
            self.strip.finish()
        elif account.export is not None:
            self._show_export()
        elif not self._is_slow:
            self._slow.start()
        elif not self.strip.is_running:
            self.strip.start(account.doing)
            self.strip.cancel.hide()

    def _show_slow(self) -> None:
        self._is_slow = True
        self._show()

    def _show_export(self) -> None:
        export = self._account.export
        if export is None:
            return
        name = f"Exporting to {export.target.name}"
        there = f"{size_text(export.done)} of {size_text(export.total)}" if export.total else size_text(export.done)
        if not self.strip.is_running:
            self.strip.start(name)
            self.strip.cancel.show()
        if export.done:
            share = (1000 * export.done // export.total, 1000) if export.total else (0, 0)
            self.strip.tell(f"{name} · {there}", *share)

    def _cancel_export(self) -> None:
        self._account.cancel_export()
        self._place_keyboard()  # a button that is disabled loses it

    def _show_said(self) -> None:
        said, standing = self._account.said, self._account.standing
        if said is None:
            self.notice.hide()
        elif said is not self._said:
            action = "Show in folder" if said.file is not None else "Try again" if said.again is not None else ""
            self.notice.show_text(said.text, said.kind, action)
            if self.isVisible():
                announce(self.notice, said.text)
                self.revealed.emit(self._heading)
        self._said = said
        why = standing.why_not_remembered if standing is not None else ""
        if why and self._account.is_signed_in:
            self.not_remembered.show_text(why, "notice-warn")
        else:
            self.not_remembered.hide()

    def _act(self) -> None:
        said = self._said
        if said is not None and said.file is not None:
            if not open_folder(said.file.parent):
                where = QDir.toNativeSeparators(str(said.file.parent))
                self.notice.show_text(f"The system opens no window for {where}.", "notice-warn")
        elif said is not None and said.again is not None:
            said.again()

    def _ask_where(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = f"PingToPass my data {datetime.now().astimezone().date().isoformat()}.zip"
        path, _ = QFileDialog.getSaveFileName(self, "Export my data", str(Path(folder) / name), "Zip files (*.zip)")
        if path:
            self.export_to(Path(path))


def _body(*parts: QWidget, spacing: int = 8) -> QWidget:
    body = QWidget()
    box = QVBoxLayout(body)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(spacing)
    for part in parts:
        box.addWidget(part)
    return body
