"""The last resort: an error that nobody handled is logged and shown once, with a log bundle to send."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6 import QtCore, QtWidgets
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.ui import sheets

_log = logging.getLogger(__name__)

WriteBundle = Callable[[Path], Path]


class CrashHandler:
    """Installed as `sys.excepthook`: slots and callbacks end here. Shows one dialog at a time."""

    def __init__(self, write_bundle: WriteBundle) -> None:
        self._write_bundle = write_bundle
        self._dialog: QtWidgets.QMessageBox | None = None

    def install(self) -> None:
        sys.excepthook = self.handle

    def handle(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        _log.critical("unhandled error", exc_info=(kind, error, trace))
        if QApplication.instance() is None or self._dialog is not None:
            return
        dialog = QtWidgets.QMessageBox()
        sheets.wear(dialog, "dialog")
        dialog.setIcon(QtWidgets.QMessageBox.Icon.Warning)
        dialog.setWindowTitle("PingToPass")
        dialog.setText("Something went wrong.")
        dialog.setInformativeText(
            "Every answer that was shown as saved is on disk. You can go on; if it happens again, save a log bundle "
            "and send it to us. It holds program messages and no questions, answers or notes."
        )
        save = dialog.addButton("Save log bundle…", QtWidgets.QMessageBox.ButtonRole.ActionRole)
        dialog.addButton("Go on", QtWidgets.QMessageBox.ButtonRole.AcceptRole)
        save.clicked.connect(self._save)
        dialog.finished.connect(self._closed)
        dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()

    def _closed(self) -> None:
        self._dialog = None

    def _save(self) -> None:
        path, _ = QtWidgets.QFileDialog.getSaveFileName(
            None, "Save the log bundle", "pingtopass-log.zip", "Zip files (*.zip)"
        )
        if path:
            try:
                self._write_bundle(Path(path))
            except OSError as error:
                _log.error("the log bundle was not written: %s", error)
                QtWidgets.QMessageBox.warning(None, "PingToPass", f"The log bundle was not written: {error.strerror}")
