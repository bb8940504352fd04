"""The first run: what is studied, when the exam is, light or dark. Three screens, each of which may be passed over.

It is the first page at the very first start, so it does without the namespace `Qt`, and the second and the third screen
are imported and built when they are shown; see `ui.widgets.basics`.
"""

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6 import QtCore
from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.study import preferences as study_preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import (
    Button,
    Dot,
    Notice,
    Scroller,
    column,
    label,
    plural,
    row,
    set_tab_order,
)
from pingtopass_desktop.ui.widgets.choice_card import CardGrid, ChoiceCard
from pingtopass_desktop.ui.widgets.page import Page

if TYPE_CHECKING:
    from pingtopass_desktop.ui.widgets.date_choice import DateChoice
    from pingtopass_desktop.ui.widgets.theme_cards import ThemeCards

_STEPS = 3
_LETTERS = "ABCDEFGHI"
_WIDTH_PX = 812
_CENTRED = 0x0084
"""Qt.AlignmentFlag.AlignCenter."""

_HEADINGS = (
    ("What are you studying for?", "You can change this at any time. No account is needed."),
    ("When is the exam?", "Today then counts the days. You can change this at any time."),
    ("Light or dark?", "Choose one to see it. Settings has it too, with the size of the text."),
)


class FirstRunPage(Page):
    """Signals: `finished` with the exam's id and whether to practise now; `import_asked` for a question file."""

    finished = Signal(str, bool)
    import_asked = Signal()

    def __init__(self, study: Study, tasks: Tasks, preferences: Preferences, exams: list[Exam]) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._preferences = preferences
        self._exams: list[Exam] = []
        self._step = 0
        self._is_left = False
        self._has_failed = False
        self._build()
        self._lay_out()
        self._connect()
        self.set_exams(exams)
        self._show_step(0)

    @property
    def step(self) -> int:
        """The screen shown, from 1."""
        return self._step + 1

    @property
    def exam_id(self) -> str:
        """The exam chosen; empty where the library has none."""
        return self._exams[self.exams.chosen_index].id if self._exams else ""

    def set_exams(self, exams: list[Exam]) -> None:
        """Offer the exams of the library as it now is."""
        chosen = self.exam_id
        self._exams = list(exams)
        cards = [
            ChoiceCard(exam.name, exam.code, _rules(exam), letter=_LETTERS[number : number + 1])
            for number, exam in enumerate(self._exams)
        ]
        self.exams.set_cards(cards)
        ids = [exam.id for exam in self._exams]
        self.exams.show_chosen(ids.index(chosen) if chosen in ids else 0)
        self._empty.setVisible(not self._exams)
        self._tasks.run(self._count, owner=self, done=self._show_counts, failed=self._show_failure)

    def _build(self) -> None:
        self._title = label(kind="welcome", wraps=True)
        self._words = label(kind="secondary", wraps=True)
        for text in (self._title, self._words):
            text.setProperty("alignment", _CENTRED)
        self.exams = CardGrid()
        self.exams.setAccessibleName("Exam")
        self._empty = label(
            "The library has no exam yet. Open a question file, or skip and do it later.", "secondary", wraps=True
        )
        self.importing = Button("Open a question file…")
        self._exam_screen = QWidget()
        self._screens: list[QWidget] = [self._exam_screen]
        self.dates: DateChoice | None = None
        self.themes: ThemeCards | None = None
        self._notice = Notice()
        self._place = label(kind="hint")
        self.back = Button("Back")
        self.skip = Button("Skip", key="Esc")
        self.go_on = Button("Continue", "primary", key="⏎")
        self.look_around = Button("Look around first", key="Esc")
        self.practise = Button("Start with 10 questions", "primary", key="⏎")

    def _lay_out(self) -> None:
        cards = row(None, self.exams, None)
        cards.setStretch(1, 1000)
        box = column(spacing=22)
        box.addLayout(cards)
        box.addWidget(self._empty)
        box.addLayout(row(None, self.importing, None))
        self._exam_screen.setLayout(box)
        self._scroller = _Screens()
        self.scroll_by_keys(self._scroller)
        self._screen_column = self._scroller.column
        brand = row(None, Dot(), label("PingToPass", "section"), None, spacing=6)
        self._screen_column.addLayout(brand)
        self._screen_column.addLayout(column(self._title, self._words, spacing=16))
        self._screen_column.addWidget(self._exam_screen)
        self._foot = row(
            None, self._place, self.back, self.skip, self.look_around, self.go_on, self.practise, None, spacing=12
        )
        self._middle = QWidget()
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(32)
        middle.addStretch(1)
        middle.addWidget(self._scroller, 1000)
        middle.addWidget(self._notice)
        middle.addLayout(self._foot)
        middle.addStretch(1)
        outer = row(None, self._middle, None, margins=(24, 20, 24, 20))
        outer.setStretch(1, 1000)
        self.setLayout(outer)

    def _connect(self) -> None:
        self.importing.clicked.connect(self.import_asked)
        self.exams.chosen.connect(self._show_card)
        self.back.clicked.connect(self._go_back)
        self.go_on.clicked.connect(self._go_on)
        self.skip.clicked.connect(self._skip)
        self.look_around.clicked.connect(self._skip)
        self.practise.clicked.connect(self._practise)
        self._notice.action.clicked.connect(self._notice.hide)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = None if keys.is_writing() else keys.current().option_index(event)
        grid = self._grid_of(self._step)
        if keys.is_enter(event):
            self._go_on() if self._step < _STEPS - 1 else self._practise()
        elif event.key() == QtCore.Qt.Key.Key_Escape:
            self._skip()
        elif index is not None and grid is not None:
            grid.choose(index)
        elif event.key() in (QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Right) and grid is not None:
            grid.choose(min(grid.chosen_index + 1, len(grid.cards) - 1))
        elif event.key() in (QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Left) and grid is not None:
            grid.choose(max(grid.chosen_index - 1, 0))
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._order_tabs()  # the window, which the page has only now, would begin with the foot

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.restyle()

    def restyle(self) -> None:
        """As wide as the cards want; the rest of the width is at both sides."""
        self._middle.setMaximumWidth(theme.current().px(_WIDTH_PX))
        self._scroller.fit()

    def _grid_of(self, step: int) -> CardGrid | None:
        """The cards of a screen that was shown."""
        return (self.exams, self.dates.cards if self.dates else None, self.themes)[step]

    def _show_card(self, index: int) -> None:
        grid = self._grid_of(self._step)
        if grid is not None:
            self._scroller.ensureWidgetVisible(grid.cards[index])

    def _show_step(self, step: int) -> None:
        if step == len(self._screens):
            self._add_screen(step)
        self._step = step
        for number, screen in enumerate(self._screens):
            screen.setVisible(number == step)
        heading, words = _HEADINGS[step]
        self._title.setText(heading)
        self._words.setText(words)
        self._place.setText(f"Step {step + 1} of {_STEPS}")
        is_last = step == _STEPS - 1
        can_practise = is_last and bool(self._exams)
        self.back.setVisible(step > 0)
        self.skip.setVisible(not is_last)
        self.go_on.setVisible(not is_last)
        self.look_around.setVisible(is_last)
        self.practise.setVisible(can_practise)
        self._order_tabs()
        self.setAccessibleName(f"{heading} Step {step + 1} of {_STEPS}")
        self._scroller.verticalScrollBar().setValue(0)
        self.restyle()
        self.setFocus()

    def _order_tabs(self) -> None:
        """The foot stands in the window before any card does."""
        grid = self._grid_of(self._step)
        cards = grid.cards if grid is not None else []
        other = (self.dates.edit,) if self._step == 1 and self.dates is not None else ()
        foot = (self._notice.action, self.back, self.skip, self.look_around, self.go_on, self.practise)
        set_tab_order((*cards, *other, self.importing, *foot))

    def _add_screen(self, step: int) -> None:
        if step == 1:
            from pingtopass_desktop.ui.widgets.date_choice import DateChoice

            screen = self.dates = DateChoice()
        else:
            from pingtopass_desktop.ui.widgets.theme_cards import ThemeCards

            screen = self.themes = ThemeCards(self._preferences, has_letters=True)
        grid = self._grid_of(step)
        if grid is not None:
            grid.chosen.connect(self._show_card)
        self._screens.append(screen)
        self._screen_column.addWidget(screen)

    def _go_back(self) -> None:
        self._show_step(self._step - 1)

    def _go_on(self) -> None:
        if self._step == 0:
            self._keep(partial(_choose_exam, self._study, self.exam_id))
        elif self.dates is not None and self.exam_id:
            work = partial(study_preferences.set_exam_date, self._study, self.exam_id, self.dates.day)
            self._keep(work)
        self._show_step(self._step + 1)

    def _skip(self) -> None:
        self._leave(False)

    def _practise(self) -> None:
        self._leave(bool(self._exams))

    def _leave(self, practises: bool) -> None:
        """Keep the exam, whatever was skipped, so that nothing is asked twice; then go."""
        if not self._is_left:
            self._is_left = True
            work = partial(_choose_exam, self._study, self.exam_id)
            self._tasks.run(work, owner=self, done=partial(self._left, practises), failed=partial(self._go, practises))

    def _left(self, practises: bool, kept: object) -> None:
        self._go(practises)

    def _go(self, practises: bool, error: Exception | None = None) -> None:
        """A disk that takes nothing is told by the next page, which reads and writes the same file."""
        self.finished.emit(self.exam_id, practises)

    def _keep(self, work: "partial[None]") -> None:
        self._tasks.run(work, owner=self, failed=self._show_failure)

    def _show_failure(self, error: Exception) -> None:
        self._notice.show_text(f"Your choice was not kept: {error} Settings has it too.", "notice-bad", "Close")

    def _count(self) -> dict[str, int]:
        return {exam.id: sum(self._study.catalogue.exam(exam.id).pack.stock(exam.id).values()) for exam in self._exams}

    def _show_counts(self, counts: dict[str, int]) -> None:
        for exam, card in zip(self._exams, self.exams.cards, strict=True):
            if exam.id in counts:
                card.describe(f"{exam.code} · {plural(counts[exam.id], 'question')}", _rules(exam))


class _Screens(Scroller):
    """No higher than what is shown in it; the rest of the height is above and below."""

    def __init__(self) -> None:
        super().__init__(margins=(0, 0, 0, 0), spacing=24)

    def fit(self) -> None:
        height = max(self.column.heightForWidth(self.width()), self.column.minimumSize().height())
        self.setMaximumHeight(height + 1)

    def event(self, event: QEvent) -> bool:
        is_done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return is_done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def _rules(exam: Exam) -> str:
    passing = f"pass at {exam.pass_scaled} of {exam.scale_max}"
    return f"{plural(exam.question_count, 'question')} in {exam.time_limit_s / 60:g} min, {passing}"


def _choose_exam(study: Study, exam_id: str) -> None:
    if exam_id:
        study_preferences.save(study, replace(study_preferences.load(study), exam_id=exam_id))
