"""The library: banks that are installed, search over all questions, import of a file with its report."""

from functools import partial
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.search import MARK_END, MARK_START, Hit, search
from pingtopass_desktop.study.context import Study, now_utc
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, Scroller, label, plural, row

_FILES = "Question banks (*.zip *.csv *.tsv *.json *.jsonl exam.toml);;All files (*)"
_SEARCH_AFTER_MS = 120
_MAX_HITS_PX = 360
_SHOWN_PROBLEMS = 12


class _Line(Struct, frozen=True):
    """One installed bank or one that cannot be read."""

    name: str
    version: str
    questions: str
    size: str
    source: str
    state: str


class LibraryPage(QWidget):
    """Signals: `exams_changed` with the exams after an import."""

    exams_changed = Signal(list)

    def __init__(self, study: Study, tasks: Tasks, packs: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self._study = study
        self._tasks = tasks
        self._packs = packs
        self.importing = Button("Import file…")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search questions, options and explanations")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search questions")
        self._found = label(kind="hint")
        self.hits = QListWidget()
        self.hits.setWordWrap(True)
        self.hits.setAccessibleName("Questions found")
        self.hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hits_card = Card(spacing=8)
        self.notice = Notice()
        self._problems = label(kind="secondary", wraps=True)
        self.table = QTableWidget(0, 6)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._lay_out()
        self.importing.clicked.connect(self._ask_for_file)
        self.search.textChanged.connect(self._timer.start)
        self._timer.timeout.connect(self._search)

    def refresh(self) -> None:
        """Read the library again."""
        self._tasks.run(self._load, owner=self, done=self._show, failed=self._failed)

    def import_file(self, path: Path) -> None:
        """Import a bank in the background and show the report."""
        self.importing.setEnabled(False)
        self.notice.show_text(f"Importing {path.name}…")
        self._problems.hide()
        target = path.parent if path.name == "exam.toml" else path
        self._tasks.run_job(
            partial(_import, target, self._packs), owner=self, done=self._imported, failed=self._import_failed
        )

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(["Bank", "Version", "Questions", "Size", "Source", "State"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Installed banks")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        card = Card("Installed banks", spacing=8)
        card.column.addWidget(self.table)
        scroller = Scroller()
        page = scroller.column
        page.addLayout(row(label("Library", "title"), None, self.importing))
        page.addWidget(self.notice)
        page.addWidget(self._problems)
        page.addLayout(row(self.search, self._found, spacing=12))
        self._hits_card.column.addWidget(self.hits)
        page.addWidget(self._hits_card)
        page.addWidget(card)
        page.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(scroller)
        self._hits_card.hide()
        self._problems.hide()

    def _load(self) -> tuple[list[Exam], list[_Line]]:
        catalogue = self._study.catalogue
        catalogue.refresh()
        exams = [entry.exam for entry in catalogue.exams()]
        lines = [_line(pack) for pack in catalogue.packs]
        lines += [_Line(error.path.name, "", "", "", "", str(error)) for error in catalogue.problems]
        return exams, lines

    def _show(self, loaded: tuple[list[Exam], list[_Line]]) -> None:
        exams, lines = loaded
        self.exams_changed.emit(exams)
        self.table.setRowCount(len(lines))
        for number, line in enumerate(lines):
            for place, text in enumerate((line.name, line.version, line.questions, line.size, line.source, line.state)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(number, place, item)
        self.table.resizeRowsToContents()
        height = self.table.horizontalHeader().height() + sum(self.table.rowHeight(n) for n in range(len(lines))) + 4
        self.table.setFixedHeight(height)

    def _search(self) -> None:
        text = self.search.text()
        self._tasks.run(partial(_search, self._study, text), owner=self, done=self._show_hits, failed=self._failed)

    def _show_hits(self, found: tuple[str, list[tuple[str, Hit]]]) -> None:
        text, hits = found
        if text != self.search.text():
            return
        self.hits.clear()
        for exam_name, hit in hits:
            snippet = " ".join(hit.snippet.replace(MARK_START, "").replace(MARK_END, "").split())
            self.hits.addItem(QListWidgetItem(f"{snippet}\n{exam_name} · {hit.objective_id.rpartition(':')[2]}"))
        self._hits_card.setVisible(bool(hits))
        self.hits.setFixedHeight(min(_MAX_HITS_PX, max(1, self.hits.sizeHintForRow(0)) * len(hits) + 8))
        self._found.setText("" if not text.strip() else plural(len(hits), "question") if hits else "Nothing found")

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import a question bank", "", _FILES)
        if path:
            self.import_file(Path(path))

    def _imported(self, report: object) -> None:
        from pingtopass_desktop.authoring.importing import ImportReport

        self.importing.setEnabled(True)
        if not isinstance(report, ImportReport):
            return
        words = f"{plural(report.imported, 'question')} imported, {report.updated:,} updated"
        if report.skipped:
            words += f", {len(report.skipped):,} skipped"
        self.notice.show_text(words + ".", "notice-warn" if report.skipped else "notice")
        problems = [f"Skipped {problem}" for problem in report.skipped] + [str(w) for w in report.warnings]
        more = len(problems) - _SHOWN_PROBLEMS
        lines = problems[:_SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
        self._problems.setText("\n".join(lines))
        self._problems.setVisible(bool(lines))
        self.refresh()

    def _import_failed(self, error: Exception) -> None:
        self.importing.setEnabled(True)
        self.notice.show_text(f"Not imported, nothing was changed. {error}", "notice-bad")

    def _failed(self, error: Exception) -> None:
        self.notice.show_text(str(error), "notice-bad")


def _line(pack: Pack) -> _Line:
    source = {"bundled": "comes with PingToPass", "imported": "imported file"}.get(pack.source, pack.source)
    size = f"{pack.size_bytes / 2**20:.1f} MB"
    return _Line(pack.name, pack.release.version, f"{pack.release.question_count:,}", size, source, "ready")


def _search(study: Study, text: str) -> tuple[str, list[tuple[str, Hit]]]:
    names = {entry.exam.id: entry.exam.name for entry in study.catalogue.exams()}
    hits = [hit for pack in study.catalogue.packs for hit in search(pack, text)]
    return text, [(names.get(hit.exam_id, hit.exam_id), hit) for hit in hits[:50]]


def _import(path: Path, packs: Path) -> object:
    from pingtopass_desktop.authoring.importing import import_files

    return import_files([path], exam_file=None, packs=packs, now=now_utc())
