"""The library: questions found and narrowed, one of them in detail, the installed banks, import and export."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from pingtopass_desktop.study import library
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.finding import Found, FoundQuestion, Query, QuestionFinder
from pingtopass_desktop.study.library import LibraryView, QuestionDetail
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.banks_card import BanksCard
from pingtopass_desktop.ui.keys import Place
from pingtopass_desktop.ui.library_jobs import LibraryJobs
from pingtopass_desktop.ui.library_words import empty_words, found_words, practice_label, practice_words
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Button, Card, Notice, Scroller, label, set_tab_order
from pingtopass_desktop.ui.widgets.filter_bar import FilterBar
from pingtopass_desktop.ui.widgets.hit_list import HitList
from pingtopass_desktop.ui.widgets.layouts import Columns, Flow
from pingtopass_desktop.ui.widgets.page import Page
from pingtopass_desktop.ui.widgets.page_head import PageHead
from pingtopass_desktop.ui.widgets.question_detail import DetailCard
from pingtopass_desktop.ui.widgets.search_field import SearchField

_SEARCH_AFTER_MS = 60
MAX_PRACTISED = 200

_NO_BANKS = (
    "No questions yet. Import a bank as a .zip or a folder, or questions as .csv, .tsv, .json or .jsonl; or drop "
)
_NO_BANKS += "the files on this window."


class LibraryPage(Page):
    """Signals: `exams_changed` with the exams after banks came or went; `practise_asked` with an exam's id, ids of
    questions and a label; `undoable` with a step."""

    exams_changed = Signal(list)
    practise_asked = Signal(str, list, str)
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks, packs: Path) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._study = study
        self._tasks = tasks
        self._packs = packs
        self._finder = QuestionFinder(study)
        self._view: LibraryView | None = None
        self._query = Query()
        self._shown_query: Query | None = None
        self._is_finding = False  # one search at a time; what is asked for meanwhile comes afterwards
        self._is_stale = False
        self._waits_for_index = True
        self._detail_wanted: FoundQuestion | None = None
        self._is_reading_detail = False
        self._build()
        self._lay_out()
        self._connect()

    def refresh(self) -> None:
        """Read the library again."""
        self._tasks.run(partial(library.load, self._study), owner=self, done=self._show, failed=self._load_failed)

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def import_files(self, paths: list[Path]) -> None:
        """Import files and folders in the background and report about it."""
        self.jobs.import_files(paths)
        self._scroller.ensureWidgetVisible(self.jobs)

    def ask_for_files(self) -> QFileDialog:
        return self.jobs.ask_for_files()

    def leave(self) -> None:
        """Keep a note that is being written before the page goes."""
        self.detail.marks.edit.close_note()

    def open_exam(self, exam_id: str) -> None:
        """List the questions of an exam."""
        self.search.clear()
        self._narrow(Query(exam_id=exam_id))
        self._focus_list()

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        return self.detail.commands()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = "" if keys.belongs_to_field(event) else keys.current().command(event, Place.PRACTICE)
        action = self.commands().get(command) if command else None
        if action is not None:
            action()
        elif event.key() == Qt.Key.Key_Escape:
            self._clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not self.list.hasFocus():
            self._focus_list()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.importing = Button("Import file…", command="import")
        self.importing_folder = Button("Import folder…")
        self.exporting = Button("Export…")
        self._head = PageHead("Library", self.importing, self.importing_folder, self.exporting)
        self._head.subtitle.hide()
        self.notice = Notice()
        self.jobs = LibraryJobs(self._tasks, self._packs)
        self.search = SearchField("Search questions, options and explanations", "Search questions")
        self.filters = FilterBar()
        self.list = HitList()
        self._empty = label("Reading the library…", "secondary", wraps=True)
        self.widen = Button("Clear the filters", "link")
        self.detail = DetailCard(self._study, self._tasks)
        self.banks = BanksCard(self._tasks, self._packs, self.jobs)
        self._first = Card(spacing=16)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)

    def _lay_out(self) -> None:
        listed = Card(spacing=8)
        listed.column.setContentsMargins(10, 10, 10, 10)
        self._empty.setMargin(10)
        self._when_empty = Flow(self.widen)
        for widget in (self._empty, self._when_empty):
            listed.column.addWidget(widget)
        listed.column.addWidget(self.list, 1)
        listed.column.addStretch(0)
        self._columns = Columns(least_px=250)
        self._columns.add(listed, 6)
        self._columns.add(self.detail, 4)
        first_import = Button("Import file…", "primary")
        first_import.clicked.connect(self.ask_for_files)
        self._first.column.addWidget(label(_NO_BANKS, wraps=True))
        self._first.column.addWidget(Flow(first_import))
        self._scroller = Scroller()
        self.scroll_by_keys(self._scroller)
        page = self._scroller.column
        for widget in (self._head, self.notice, self.jobs, self._first, self.search, self.filters):
            page.addWidget(widget)
        page.addWidget(self._columns, 1)
        page.addWidget(self.banks)
        page.addStretch(0)  # for when there is nothing to list
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._scroller)
        self.list.hide()
        self._when_empty.hide()
        self._first.hide()
        self._order_tabs()

    def _connect(self) -> None:
        self.importing.clicked.connect(self.ask_for_files)
        self.importing_folder.clicked.connect(self.jobs.ask_for_folder)
        self.exporting.clicked.connect(self._export)
        self.notice.action.clicked.connect(self._try_again)
        self.jobs.library_changed.connect(self.refresh)
        self.jobs.indexed.connect(self._indexed)
        self.jobs.busy_changed.connect(self._show_busy)
        self.jobs.exam_asked.connect(self.open_exam)
        self.jobs.undoable.connect(self.undoable)
        self.search.textChanged.connect(self._timer.start)
        self.search.left_down.connect(self._focus_list)
        self.search.escaped.connect(self._clear)
        self._timer.timeout.connect(self._search)
        self.filters.changed.connect(self._narrow)
        self.widen.clicked.connect(self._clear_filters)
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(self._open_detail)
        self.list.more_asked.connect(self._find_more)
        self.detail.view.rebuilt.connect(self._order_tabs)
        self.detail.practise_asked.connect(self._practise)
        self.detail.marks.edit.undoable.connect(self.undoable)
        self.detail.marks.edit.failed.connect(self._mark_failed)
        self.detail.marks.edit.escaped.connect(self._focus_list)
        self.banks.library_changed.connect(self.refresh)
        self.banks.undoable.connect(self.undoable)

    def _order_tabs(self) -> None:
        head = (self.importing, self.importing_folder, self.exporting, self.jobs.strip.cancel, self.jobs.notice.action)
        set_tab_order((*head, self.search, *self.filters.pills, self.widen, self.list, *self.detail.controls))

    # The library

    def _show(self, view: LibraryView) -> None:
        self._view = view
        self.notice.hide()
        has_exams = bool(view.exams)
        self._first.setVisible(not has_exams)
        for widget in (self.search, self.filters, self._columns):
            widget.setVisible(has_exams)
        self.banks.setVisible(bool(view.banks))
        self.banks.show_banks(view.banks)
        self._show_busy(self.jobs.is_busy)
        self.filters.set_library(view.exams, view.objectives)
        self._query = self._known(self._query, view)
        self.filters.show_query(self._query)
        self.jobs.index(view.unindexed)
        if view.has_changed:
            self.exams_changed.emit(list(view.exams))
        if has_exams:
            self._find()
        else:
            self.list.hits.show_rows([], 0)
            self.detail.show_nothing("")

    def _known(self, query: Query, view: LibraryView) -> Query:
        """The query without an exam or objective that is not there any more."""
        if query.exam_id is not None and query.exam_id not in view.objectives:
            query = replace(query, exam_id=None, objective_id=None)
        known = {objective.id for listed in view.objectives.values() for objective in listed}
        return query if query.objective_id in known else replace(query, objective_id=None)

    def _load_failed(self, error: Exception) -> None:
        self.notice.show_text(f"The library cannot be read. {error}", "notice-bad", "Try again")

    def _try_again(self) -> None:
        self.notice.hide()
        self.refresh()

    def _show_busy(self, is_busy: bool) -> None:
        for button in (self.importing, self.importing_folder):
            button.setEnabled(not is_busy)
        self.exporting.setEnabled(not is_busy and self._view is not None and bool(self._view.exams))
        self.banks.setEnabled(not is_busy)

    def _indexed(self, is_done: bool) -> None:
        self._waits_for_index = is_done  # where none can be written, the search makes one in memory
        self._find()

    def _export(self) -> None:
        """Export the chosen exam; where none is chosen, ask which."""
        self.banks.export(self._query.exam_id, beside=self.exporting)

    # Finding

    def _search(self) -> None:
        self._narrow(replace(self._query, text=self.search.text()))

    def _narrow(self, query: Query) -> None:
        query = replace(query, text=self.search.text())
        self.filters.show_query(query)
        if query != self._query:
            self._query = query
            self._find()

    def _find(self) -> None:
        if self._view is None or not self._view.exams:
            return
        self._is_stale = self._is_finding
        if self._is_finding:
            return
        self._is_finding = True
        work = partial(self._finder.find, self._query, waits_for_index=self._waits_for_index)
        self._tasks.run(work, owner=self, done=self._show_found, failed=self._find_failed)

    def _show_found(self, found: Found) -> None:
        self._is_finding = False
        if self._is_stale:
            self._find()
            return
        if found.problems:
            self.notice.show_text(" ".join(found.problems), "notice-bad", "Try again")
        shown = self.detail.question if found.query == self._shown_query else None
        self._shown_query = found.query
        self.list.hits.show_rows(found.questions, found.total)
        self.search.show_found(found_words(found))
        is_empty = not found.questions
        self._empty.setVisible(is_empty)
        self._empty.setText(empty_words(found))
        self._when_empty.setVisible(is_empty and found.query.is_narrowed)
        if is_empty and self.isAncestorOf(self.focusWidget()) and not self.search.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # Qt would give it to whatever comes next
        self.list.setVisible(not is_empty)
        self.detail.setVisible(not is_empty)
        if is_empty:
            self.detail.show_nothing("")
            self.detail.show_practice("")
            return
        ids = [row.question_id for row in found.questions]
        self.list.choose(ids.index(shown.id) if shown is not None and shown.id in ids else 0)

    def _find_failed(self, error: Exception) -> None:
        self._is_finding = False
        self.notice.show_text(f"The questions cannot be listed. {error}", "notice-bad", "Try again")

    def _find_more(self) -> None:
        work = partial(self._finder.find, self._query, len(self.list.hits.rows), waits_for_index=self._waits_for_index)
        self._tasks.run(work, owner=self, done=self._add_found, failed=self._find_failed)

    def _add_found(self, found: Found) -> None:
        if found.query == self._query and found.offset == len(self.list.hits.rows):
            self.list.hits.add_rows(found.questions)
            self._show_practice()

    def _clear(self) -> None:
        """Esc: the words go first, then the filters, then the keyboard goes to the list."""
        if self.search.text():
            self.search.clear()
        elif self._query.is_narrowed:
            self._clear_filters()
        else:
            self._focus_list()

    def _clear_filters(self) -> None:
        self._narrow(Query(exam_id=self._query.exam_id))

    def _focus_list(self) -> None:
        if self.list.isVisible():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # The question shown

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.list.hits.rows):
            self._show_practice()
            self._detail_wanted = self.list.hits.rows[row]
            self._read_detail()

    def _show_practice(self) -> None:
        """Say how many questions the button at the chosen one practises."""
        if self.list.row >= 0:
            exam_id = self.list.hits.rows[self.list.row].exam_id
            self.detail.show_practice(practice_words(exam_id, self._listed(exam_id), self.list.hits))

    def _read_detail(self) -> None:
        """One at a time: a key that is held down passes over what nobody sees."""
        wanted = self._detail_wanted
        if wanted is not None and not self._is_reading_detail:
            self._is_reading_detail = True
            work = partial(library.detail, self._study, wanted.exam_id, wanted.question_id)
            done = partial(self._show_detail, wanted)
            self._tasks.run(work, owner=self, done=done, failed=partial(self._detail_failed, wanted))

    def _show_detail(self, read: FoundQuestion, detail: QuestionDetail) -> None:
        self._is_reading_detail = False
        if read is self._detail_wanted:
            self._detail_wanted = None
            self.detail.show_detail(detail)
        self._read_detail()

    def _detail_failed(self, read: FoundQuestion, error: Exception) -> None:
        self._is_reading_detail = False
        if read is self._detail_wanted:
            self._detail_wanted = None
            self.detail.show_nothing(str(error))
        self._read_detail()

    def _open_detail(self) -> None:
        self._scroller.ensureWidgetVisible(self.detail)
        self.detail.practise.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark_failed(self, message: str) -> None:
        self.jobs.say(f"Not saved. {message}", "notice-bad")

    def _listed(self, exam_id: str) -> list[str]:
        """The ids of the questions of an exam in the list, as many as are practised at once."""
        return [row.question_id for row in self.list.hits.rows if row.exam_id == exam_id][:MAX_PRACTISED]

    def _practise(self) -> None:
        question = self.detail.question
        if question is not None:
            label_text = practice_label(self._query)
            self.practise_asked.emit(question.exam_id, self._listed(question.exam_id), label_text)
