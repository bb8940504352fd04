"""What can be done by who is signed in: sign out, devices, export, deletion; and taking a deletion back."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.ui import account_words as words
from pingtopass_desktop.ui.widgets.asking import Asking
from pingtopass_desktop.ui.widgets.basics import Button, Surface, label, rule, set_tab_order
from pingtopass_desktop.ui.widgets.device_list import DeviceList
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.setting_row import SettingRow
from pingtopass_desktop.ui.window_account import Stage, WindowAccount


class AccountRows(QWidget):
    """Shows the account and asks it. Signals: `export_asked`; `revealed` with what came into view."""

    export_asked = Signal()
    revealed = Signal(QWidget)

    def __init__(self, account: WindowAccount) -> None:
        super().__init__()
        self._account = account
        self.sign_out = Button("Sign out")
        self.everywhere = Button("Sign out…", name="Sign out everywhere")
        self.manage = Button("Manage", name="Manage devices")
        self.export = Button("Export…", name="Export my data")
        self.delete = Button("Delete…", "danger", name="Delete account")
        self.keep = Button("Keep my account", "primary")
        self.ask_everywhere = Asking(words.EVERYWHERE, "Stay signed in", "Sign out everywhere")
        self.ask_delete = Asking(words.DELETION, "Leave everything as it is", "Delete my account")
        self.devices = DeviceList()
        self.devices.hide()
        self._again = Button("Try again", "small", name="Read the devices again")
        self._due = label(kind="strong", wraps=True)
        self.pending = _pending(self._due, self.keep)
        self.rows = {
            "who": SettingRow("", "Signed in with Google", self.sign_out),
            "everywhere": SettingRow(
                "Sign out everywhere", "On all devices at once, for example when one was lost", self.everywhere
            ),
            "devices": SettingRow("Devices", "", self.manage),
            "data": SettingRow(
                "My data", "Everything that the service holds, as JSON and CSV in one file", self.export
            ),
            "delete": SettingRow(
                "Delete account", "Removes what the service holds after 14 days; this laptop keeps its own", self.delete
            ),
        }
        self._rules = {name: rule() for name in self.rows}
        self._lay_out()
        self._connect()

    @property
    def main(self) -> Button:
        """What the keyboard comes to where it has no other place: nothing that a stray Enter would regret."""
        return self.manage if self._account.stage is Stage.SIGNED_IN else self.keep

    def show_account(self, *, is_enabled: bool) -> QWidget | None:
        """Returns what has the keyboard in place of something that is gone."""
        account = self._account
        is_pending = account.stage is Stage.DELETING
        self.pending.setVisible(is_pending)
        if account.deletion_due_at is not None:
            self._due.setText(words.deletion_heading(account.deletion_due_at))
        self.rows["who"].show_words(words.breakable(account.email))
        for name in ("everywhere", "devices", "delete"):
            self.rows[name].setVisible(not is_pending)
            self._rules[name].setVisible(not is_pending)
        self._rules["who"].setVisible(False)
        if is_pending:
            self.close_panels()
        moved_to = self._show_devices()
        self.setEnabled(is_enabled)
        return moved_to

    def close_panels(self) -> None:
        """The state that they asked about is over."""
        self.ask_everywhere.hide()
        self.ask_delete.hide()
        self._show_list(False)

    def _show_devices(self) -> QWidget | None:
        moved_to = None
        found, now = self._account.devices, datetime.now().astimezone()
        problem = self._account.devices_problem
        if found is not None:
            moved_to = self.devices.show_devices(found, now)
            set_tab_order([self._again, *self.devices.controls])
            hint = words.devices_text(found, now)
        else:
            hint = f"The list cannot be read now. {problem}" if problem else "Where this account is signed in"
        self.rows["devices"].show_hint(hint)
        self._again.setVisible(found is None and bool(problem))
        return moved_to

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.pending)
        for name, each in self.rows.items():
            box.addWidget(self._rules[name])
            box.addWidget(each)
        self.rows["everywhere"].add_below(self.ask_everywhere)
        self.rows["devices"].add_below(self._again)
        self.rows["devices"].add_below(self.devices)
        self.devices.setContentsMargins(16, 0, 0, 0)
        self.rows["delete"].add_below(self.ask_delete)
        set_tab_order([
            self.keep, self.sign_out, self.everywhere, *self.ask_everywhere.controls, self.manage, self._again,
            self.export, self.delete, *self.ask_delete.controls,
        ])  # fmt: skip

    def _connect(self) -> None:
        self.sign_out.clicked.connect(self._sign_out)
        self.everywhere.clicked.connect(partial(self._ask, self.ask_everywhere))
        self.delete.clicked.connect(partial(self._ask, self.ask_delete))
        self.ask_everywhere.agreed.connect(self._sign_out_everywhere)
        self.ask_delete.agreed.connect(self._delete)
        self.ask_everywhere.left.connect(self._back_to_everywhere)
        self.ask_delete.left.connect(self._back_to_delete)
        self.manage.clicked.connect(self._toggle_devices)
        self._again.clicked.connect(self._account.read)
        self.devices.rename_asked.connect(self._account.rename_device)
        self.devices.end_asked.connect(self._account.end_device)
        self.devices.revealed.connect(self.revealed)
        self.export.clicked.connect(self.export_asked)
        self.keep.clicked.connect(self._account.keep_account)

    def _ask(self, asking: Asking) -> None:
        asking.ask()
        self.revealed.emit(asking)

    def _sign_out(self) -> None:
        self._account.sign_out()

    def _sign_out_everywhere(self) -> None:
        self._back_to_everywhere()
        self._account.sign_out(everywhere=True)

    def _delete(self) -> None:
        self._back_to_delete()
        self._account.request_deletion()

    def _back_to_everywhere(self) -> None:
        self.everywhere.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back_to_delete(self) -> None:
        self.delete.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_devices(self) -> None:
        self._show_list(self.devices.isHidden())
        if not self.devices.isHidden():
            self._account.read()
            for part in (self.devices, self.manage):  # where there is no room for both, the button that closes it
                self.revealed.emit(part)

    def _show_list(self, is_open: bool) -> None:
        self.devices.setVisible(is_open)
        self.manage.set_label(*(("Close", "Close the list of devices") if is_open else ("Manage", "Manage devices")))


def _pending(due: QWidget, keep: Button) -> Surface:
    surface = Surface("notice-warn")
    box = QVBoxLayout(surface)
    box.setContentsMargins(12, 10, 12, 12)
    box.setSpacing(10)
    box.addWidget(due)
    box.addWidget(label(words.DELETION_PENDING, wraps=True))
    box.addWidget(Flow(keep))
    return surface
