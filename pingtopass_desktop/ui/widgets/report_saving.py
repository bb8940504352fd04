"""Saving a report as a PDF or a table: asking where, making the file in the background, and opening it."""

import re
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QDir, QLocale, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog

from pingtopass_desktop.study.review import ScoreReport
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.report_words import title_words
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Notice

if TYPE_CHECKING:
    from pingtopass_desktop.ui.report_document import DocumentLook

_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
"""What some system does not take in the name of a file."""


class _Kind(Struct, frozen=True):
    suffix: str
    word: str
    filter: str


class SaveAs(Enum):
    """What a report is saved as."""

    PDF = _Kind(".pdf", "PDF", "PDF (*.pdf)")
    CSV = _Kind(".csv", "CSV", "Table (*.csv)")


class ReportSaving(Notice):
    """The line about a report that is being saved or was saved, with buttons that open it. Hidden until then."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self._folder = ""
        self._saved: Path | None = None
        self.open_folder = Button("Open folder", "link")
        self.open_file = self.action
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.open_folder)
        self.open_folder.hide()
        self.open_file.clicked.connect(self._open_file)
        self.open_folder.clicked.connect(self._open_folder)

    def ask(self, report: ScoreReport, kind: SaveAs) -> QFileDialog:
        """Ask where to save; the dialog asks before a file is replaced."""
        dialog = QFileDialog(self.window(), f"Save as {kind.value.word}")
        sheets.wear(dialog, "dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(kind.value.filter)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        folder = self._folder or (documents if Path(documents).is_dir() else QDir.homePath())
        dialog.setDirectory(folder)
        dialog.selectFile(suggested_name(report, kind))
        dialog.fileSelected.connect(partial(self._chosen, report, kind))
        dialog.finished.connect(self.window().activateWindow)  # not every platform gives the focus back
        dialog.open()
        return dialog

    def save(self, report: ScoreReport, kind: SaveAs, path: Path, *, may_replace: bool) -> None:
        """Make the file in the background and say where it is. Without its suffix, a name gets it."""
        if path.suffix.lower() != kind.value.suffix:
            path, may_replace = path.with_name(path.name + kind.value.suffix), False
        self._folder = str(path.parent)
        self._show(f"Saving {path.name}…")
        make = partial(_pdf, report, _look()) if kind is SaveAs.PDF else partial(_csv, report)
        work = partial(_save, make, path, may_replace)
        self._tasks.run_job(work, owner=self, done=partial(self._done, path), failed=self._failed)

    def _chosen(self, report: ScoreReport, kind: SaveAs, path: str) -> None:
        self.save(report, kind, Path(path), may_replace=True)

    def _done(self, path: Path, _: object) -> None:
        self._saved = path
        self._show(f"Saved as {QDir.toNativeSeparators(str(path))}", is_saved=True)

    def _failed(self, error: Exception) -> None:
        self._show(f"Not saved. {error}", "notice-bad")

    def _show(self, words: str, kind: str = "notice", *, is_saved: bool = False) -> None:
        self.show_text(words, kind, "Open" if is_saved else "")
        self.open_folder.setVisible(is_saved)

    def _open_file(self) -> None:
        if self._saved is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved))):
            self._show(f"No program here opens {self._saved.name}. It is in {self._saved.parent}.", "notice-warn")

    def _open_folder(self) -> None:
        if self._saved is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved.parent))):
            self._show(f"No program here shows folders. The file is {self._saved}.", "notice-warn")


def suggested_name(report: ScoreReport, kind: SaveAs) -> str:
    """``Score report NET-101 2026-11-22.pdf``"""
    exam = report.exam.code or report.exam.name if report.exam else report.exam_name
    day = datetime.fromtimestamp((report.summary.finished_at or 0) / 1000).astimezone().date()
    words = f"{title_words(report)} {exam[:60]} {day.isoformat()}"
    return _NO_FILE_NAME.sub(" ", words).strip(" .") + kind.value.suffix


def _look() -> "DocumentLook":
    from pingtopass_desktop import __version__
    from pingtopass_desktop.ui.report_document import DocumentLook, is_letter

    families = tuple(QApplication.font().families())
    return DocumentLook(families, is_letter(QLocale.system()), f"PingToPass {__version__}")


def _pdf(report: ScoreReport, look: "DocumentLook") -> bytes:
    from pingtopass_desktop.ui.report_document import report_pdf

    return report_pdf(report, look)


def _csv(report: ScoreReport) -> bytes:
    from pingtopass_desktop.study.report_table import report_csv

    return report_csv(report)


def _save(make: Callable[[], bytes], path: Path, may_replace: bool) -> None:
    from pingtopass_desktop.study.saving import save_document

    save_document(path, make(), may_replace=may_replace)
