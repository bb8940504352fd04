"""What the settings know of this installation: where it keeps its files, and what can be asked of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from pingtopass_desktop.ui.notifications import can_notify


class LicenceText(Protocol):
    """The licence of one library, as `app.licences.Licence` is; this layer does not import that one."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def text(self) -> str: ...


class Places(Struct, frozen=True):
    """`data` is the folder of everything; `write_bundle` writes the log bundle to a file and returns its path."""

    data: Path
    learner: Path
    backups: Path
    packs: Path
    version: str
    write_bundle: Callable[[Path], Path]
    licences: Callable[[], Sequence[LicenceText]]
    can_notify: Callable[[], bool] = can_notify


def open_folder(folder: Path) -> bool:
    """Show a folder in the system's own window. False where the system has none for it."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder if folder.is_dir() else folder.parent)))
