"""The devices on which an account is signed in: each by name, to be renamed in place or signed out."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.account_words import breakable, device_hint, in_order
from pingtopass_desktop.ui.widgets.basics import Button, clear_layout, row, rule, set_tab_order
from pingtopass_desktop.ui.widgets.setting_row import Line, SettingRow

if TYPE_CHECKING:
    from sync.wire import Device

MAX_NAME = 80


class NameEdit(QWidget):
    """A field for a name. Enter or Save takes it, Esc or Cancel leaves it. Signals: `entered` with the name; `left`."""

    entered = Signal(str)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = QLineEdit(name)
        sheets.wear(self.field, "field")
        self.field.setMaxLength(MAX_NAME)
        self.field.setAccessibleName(f"New name of {name}")
        self.save = Button("Save", name=f"Save the name of {name}")
        self.cancel = Button("Cancel", name="Keep the name")
        line = row(self.field, self.save, self.cancel)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.field.textChanged.connect(self._follow)
        self.field.returnPressed.connect(self._enter)
        self.save.clicked.connect(self._enter)
        self.cancel.clicked.connect(self.left)

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading."""
        return [self.field, self.save, self.cancel]

    def start(self) -> None:
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        self.save.setEnabled(bool(self.field.text().strip()))

    def _enter(self) -> None:
        if name := self.field.text().strip():
            self.entered.emit(name)


class DeviceRow(SettingRow):
    """Signals: `renamed` with another name; `end_asked`; `revealed` with what came into view."""

    renamed = Signal(str)
    end_asked = Signal()
    revealed = Signal(QWidget)

    def __init__(self, device: "Device", now: datetime) -> None:
        self.device = device
        self.rename = Button("Rename", "small", name=f"Rename {device.name}")
        self.end = None if device.is_this else Button("Sign out", "small", name=f"Sign out {device.name}")
        super().__init__(breakable(device.name), device_hint(device, now), Line(*filter(None, (self.rename, self.end))))
        self.edit: NameEdit | None = None
        self.rename.clicked.connect(self._begin)
        if self.end is not None:
            self.end.clicked.connect(self.end_asked)

    def _begin(self) -> None:
        if self.edit is None:
            self.edit = NameEdit(self.device.name)
            self.edit.entered.connect(self._entered)
            self.edit.left.connect(self._finish)
            self.add_below(self.edit)
            self.edit.show()  # now: what is not shown takes no focus
            set_tab_order([self.end or self.rename, *self.edit.controls])
        self.edit.start()
        self.revealed.emit(self.edit)

    def _entered(self, name: str) -> None:
        self._finish()
        if name != self.device.name:
            self.renamed.emit(name)

    def _finish(self) -> None:
        if self.edit is not None:
            self.edit.hide()
            self.edit.deleteLater()
            self.edit = None
            self.rename.setFocus(Qt.FocusReason.OtherFocusReason)


class DeviceList(QWidget):
    """Signals: `rename_asked` with the id of a device and a name; `end_asked` with an id; `revealed`."""

    rename_asked = Signal(str, str)
    end_asked = Signal(str)
    revealed = Signal(QWidget)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[DeviceRow] = []
        self._shown: tuple[list[Device], object] | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self.setAccessibleName("Devices")

    @property
    def controls(self) -> list[Button]:
        """In the order of reading."""
        return [each for row in self.rows for each in (row.rename, row.end) if each is not None]

    def show_devices(self, devices: "Sequence[Device]", now: datetime) -> QWidget | None:
        """Show them in order. A name that is being written stays; then the list is shown at the next time.

        Returns what has the keyboard in place of a button that is gone.
        """
        wanted = in_order(devices)
        if self._shown == (wanted, now.date()) or any(each.edit is not None for each in self.rows):
            return None
        self._shown = (wanted, now.date())
        before = self.controls
        focused = next((each for each in before if each is self.window().focusWidget()), None)
        clear_layout(self._box)
        self.rows = [DeviceRow(each, now) for each in wanted]
        for each in self.rows:
            self._box.addWidget(rule())
            self._box.addWidget(each)
            each.show()  # now: what is not shown takes no focus
            each.renamed.connect(partial(self.rename_asked.emit, each.device.id))
            each.end_asked.connect(partial(self.end_asked.emit, each.device.id))
            each.revealed.connect(self.revealed)
        if focused is None or not self.controls:
            return None
        same = [each for each in self.controls if each.accessibleName() == focused.accessibleName()]
        return same[0] if same else self.controls[min(before.index(focused), len(self.controls) - 1)]
