"""Import and export from the window: asking for files, the job with its progress, the report about it, the way back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDir, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from pingtopass_desktop.library.index import build_index
from pingtopass_desktop.library.releases import Change
from pingtopass_desktop.study.context import now_utc
from pingtopass_desktop.study.library import take_back
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Notice, label, plural
from pingtopass_desktop.ui.widgets.job_strip import JobStrip, Steering

if TYPE_CHECKING:
    from pingtopass_desktop.authoring.batch import Batch
    from pingtopass_desktop.authoring.exporting import ExportReport

_FILES = "Question banks (*.zip *.csv *.tsv *.tab *.psv *.json *.jsonl *.ndjson exam.toml);;All files (*)"
_TARGETS = {
    "Bank with everything (*.zip)": "zip",
    "Table for spreadsheets (*.csv)": "csv",
    "JSON lines (*.jsonl)": "jsonl",
}
_SHOWN_PROBLEMS = 12


class LibraryJobs(QWidget):
    """One import or export at a time, and search indexes beside it.

    Signals: `library_changed` after an import or its undo; `indexed` after search indexes were built, with False where
    that failed; `busy_changed`; `exam_asked` with the exam to open; `undoable` with a step.
    """

    library_changed = Signal()
    indexed = Signal(bool)
    busy_changed = Signal(bool)
    exam_asked = Signal(str)
    undoable = Signal(object)

    def __init__(self, tasks: Tasks, packs: Path) -> None:
        super().__init__()
        self._tasks = tasks
        self._packs = packs
        self._exam_id = ""
        self._indexing: Steering | None = None
        self.strip = JobStrip()
        self.notice = Notice()
        self.problems = label(kind="secondary", wraps=True)
        self.problems.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        for widget in (self.strip, self.notice, self.problems):
            box.addWidget(widget)
        self.problems.hide()
        self.hide()
        self.notice.action.clicked.connect(self._open_exam)
        application = QCoreApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self.stop)

    @property
    def is_busy(self) -> bool:
        return self.strip.is_running

    def ask_for_files(self) -> QFileDialog:
        dialog = self._dialog("Import question files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(_FILES)
        dialog.filesSelected.connect(self._files_chosen)
        dialog.open()
        return dialog

    def ask_for_folder(self) -> QFileDialog:
        dialog = self._dialog("Import the folder of a bank")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(self._files_chosen)
        dialog.open()
        return dialog

    def ask_for_target(self, pack: Path, exam_id: str, name: str) -> QFileDialog:
        """Ask where an exam is to be exported to; the dialog asks before a file is replaced."""
        dialog = self._dialog(f"Export {name}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(_TARGETS))
        dialog.setDefaultSuffix("zip")
        dialog.filterSelected.connect(partial(_use_suffix, dialog))
        dialog.selectFile(f"{exam_id}.zip")
        dialog.fileSelected.connect(partial(self._target_chosen, pack, exam_id))
        dialog.open()
        return dialog

    def import_files(self, paths: Sequence[Path]) -> None:
        """Import files and folders in the background and report about it. While a job runs, nothing happens."""
        if self.is_busy or not paths:
            return
        name = paths[0].name if len(paths) == 1 else plural(len(paths), "file")
        steering = self._start(f"Importing {name}")
        work = partial(_import, list(paths), self._packs, steering)
        self._tasks.run_job(work, owner=self, done=self._imported, failed=self._import_failed)

    def export(self, pack: Path, exam_id: str, target: Path) -> None:
        """Export an exam in the background; a file with that name gives way to a complete new one."""
        if self.is_busy:
            return
        steering = self._start(f"Exporting to {target.name}")
        work = partial(_export, pack, exam_id, target, steering)
        self._tasks.run_job(work, owner=self, done=self._exported, failed=self._export_failed)

    def index(self, packs: Sequence[Path]) -> None:
        """Build search indexes in the background."""
        if self._indexing is None and packs:
            self._indexing = Steering(self)
            work = partial(_index, list(packs), self._indexing)
            self._tasks.run_job(work, owner=self, done=self._index_done, failed=self._index_failed)

    def stop(self) -> None:
        """Stop what is going on: the program ends."""
        self.strip.stop()
        if self._indexing is not None:
            self._indexing.stop()

    def say(self, words: str, kind: str = "notice") -> None:
        """Show a line about something that happened."""
        self.notice.show_text(words, kind)
        self.problems.hide()
        self.show()

    def _start(self, words: str) -> Steering:
        self.notice.hide()
        self.problems.hide()
        steering = self.strip.start(words)
        self.show()
        self.busy_changed.emit(True)
        return steering

    def _finish(self) -> None:
        self.strip.finish()
        self.busy_changed.emit(False)

    def _imported(self, batch: "Batch") -> None:
        self._finish()
        self._exam_id = next((exam_id for report in batch.reports for exam_id in report.exam_ids), "")
        skipped = sum(len(report.skipped) for report in batch.reports)
        is_fine = not skipped and not batch.failures
        kind = "notice" if is_fine else "notice-warn" if batch.reports else "notice-bad"
        self.notice.show_text(_import_words(batch), kind, "Open the exam" if batch.reports else "")
        self._show_problems(batch)
        changes = tuple(r.change for r in batch.reports if r.change is not None and r.change.is_one)
        if changes:
            names = ", ".join(report.name for report in batch.reports)
            self.undoable.emit(self._way_back(f"Imported {names}", changes))
        if batch.reports:
            self.library_changed.emit()

    def _show_problems(self, batch: "Batch") -> None:
        lines = [f"{failure.name}: not imported. {failure.message}" for failure in batch.failures if batch.reports]
        for report in batch.reports:
            lines += [f"Skipped {problem}" for problem in report.skipped]
            lines += [str(problem) for problem in report.warnings]
        more = len(lines) - _SHOWN_PROBLEMS
        shown = lines[:_SHOWN_PROBLEMS] + ([f"and {more:,} more"] if more > 0 else [])
        self.problems.setText("\n".join(shown))
        self.problems.setVisible(bool(shown))

    def _way_back(self, words: str, changes: tuple[Change, ...]) -> Undoable:
        return Undoable(words, partial(take_back, self._packs, changes), self._taken_back)

    def _taken_back(self) -> None:
        self.notice.hide()
        self.problems.hide()
        self.library_changed.emit()

    def _import_failed(self, error: Exception) -> None:
        from pingtopass_desktop.authoring.importing import ImportCancelled, ImportFailed

        self._finish()
        if isinstance(error, ImportCancelled):
            self.say("Import cancelled. Nothing was changed.")
        elif isinstance(error, ImportFailed):
            self.say(str(error), "notice-bad")
            self.library_changed.emit()
        else:
            raise error

    def _exported(self, report: "ExportReport") -> None:
        self._finish()
        where = QDir.toNativeSeparators(str(report.target))
        words = f"{plural(report.questions, 'question')} exported to {where}."
        if report.left_out:
            left = plural(report.left_out, "ordering or matching question", "ordering and matching questions")
            words += f" {left} cannot stand in a table; a .zip holds them too."
        self.say(words, "notice-warn" if report.left_out else "notice")

    def _export_failed(self, error: Exception) -> None:
        from pingtopass_desktop.authoring.exporting import ExportCancelled, ExportFailed

        self._finish()
        if isinstance(error, ExportCancelled):
            self.say("Export cancelled. Nothing was written.")
        elif isinstance(error, ExportFailed):
            self.say(f"Not exported. {error}", "notice-bad")
        else:
            raise error

    def _index_done(self, _: object) -> None:
        self._indexing = None
        self.indexed.emit(True)

    def _index_failed(self, _: Exception) -> None:
        self._indexing = None
        self.indexed.emit(False)

    def _open_exam(self) -> None:
        self.exam_asked.emit(self._exam_id)

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self.window(), title)
        sheets.wear(dialog, "dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self.window().activateWindow)  # not every platform gives the focus back
        return dialog

    def _files_chosen(self, names: list[str]) -> None:
        self.import_files([Path(name) for name in names])

    def _target_chosen(self, pack: Path, exam_id: str, name: str) -> None:
        self.export(pack, exam_id, Path(name))


def _use_suffix(dialog: QFileDialog, name_filter: str) -> None:
    """The suffix that belongs to the kind of file, also in the name that stands there."""
    suffix = _TARGETS.get(name_filter, "zip")
    dialog.setDefaultSuffix(suffix)
    chosen = [Path(name) for name in dialog.selectedFiles()]
    if chosen and chosen[0].suffix.lstrip(".") in _TARGETS.values():
        dialog.selectFile(chosen[0].with_suffix(f".{suffix}").name)


def _import_words(batch: "Batch") -> str:
    """``423 questions imported, 2 updated, 1 skipped.``"""
    if not batch.reports:
        failures = " ".join(failure.message for failure in batch.failures)
        return f"Not imported, nothing was changed. {failures}"
    imported = sum(report.imported for report in batch.reports)
    changed = sum(report.updated - report.unchanged for report in batch.reports)
    unchanged = sum(report.unchanged for report in batch.reports)
    skipped = sum(len(report.skipped) for report in batch.reports)
    words = f"{plural(imported, 'question')} imported"
    words += f", {changed:,} updated" if changed else ""
    words += f", {unchanged:,} unchanged" if unchanged else ""
    words += f", {skipped:,} skipped" if skipped else ""
    words += f"; {plural(len(batch.failures), 'file')} not imported" if batch.failures else ""
    return words + "."


def _import(paths: list[Path], packs: Path, steering: Steering) -> "Batch":
    from pingtopass_desktop.authoring.batch import import_all
    from pingtopass_desktop.authoring.importing import Stage

    def progress(name: str, stage: Stage, done: int, total: int) -> bool:
        return steering.tell(f"{stage} {name}", done, total)

    return import_all(paths, packs=packs, now=now_utc(), progress=progress)


def _export(pack: Path, exam_id: str, target: Path, steering: Steering) -> "ExportReport":
    from pingtopass_desktop.authoring.exporting import ExportStage, export_file

    def progress(stage: ExportStage, done: int, total: int) -> bool:
        return steering.tell(f"{stage} {target.name}", done, total)

    return export_file(pack, exam_id, target, progress=progress)


class _Stopped(Exception):
    pass


def _index(packs: list[Path], steering: Steering) -> None:
    def progress(done: int, total: int) -> None:
        if not steering.tell("", done, total):
            raise _Stopped

    for pack in packs:
        build_index(pack, progress)
