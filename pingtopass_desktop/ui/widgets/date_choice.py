"""The day of an exam: chosen from cards in the first run, edited in a field in the settings. Never one that is past."""

from datetime import date

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import QCalendarWidget, QDateEdit, QTableView, QVBoxLayout, QWidget

from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.widgets.basics import Button, label, plural, row
from pingtopass_desktop.ui.widgets.choice_card import CardGrid, ChoiceCard

_MONTHS = (1, 2, 3)


def day_text(day: date) -> str:
    """``Friday, 22 January 2027``, as the system's locale writes it."""
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)


def days_text(day: date, today: date) -> str:
    """How far away a day is: ``in 61 days``, ``today``, ``2 days ago``."""
    days = (day - today).days
    if days == 0:
        return "today"
    return f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


def this_day() -> date:
    return _python(QDate.currentDate())


class DayEdit(QDateEdit):
    """A day, typed or taken from a calendar. Signals: `left` on Esc."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        sheets.wear(self, "date")
        pattern = QLocale().dateFormat(QLocale.FormatType.ShortFormat)
        self.setDisplayFormat(pattern if "yyyy" in pattern else pattern.replace("yy", "yyyy"))
        self.setCalendarPopup(True)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Exam date")
        calendar = self.calendarWidget()
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setAccessibleName("Exam date")
        for view in calendar.findChildren(QTableView):
            view.verticalHeader().setMinimumSectionSize(1)  # else the last week does not fit
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, QTextCharFormat())  # else red, in every theme

    @property
    def day(self) -> date:
        return _python(self.date())

    def show_day(self, day: date) -> None:
        """Show a day; one that is past can be left as it is, but not be chosen."""
        self.blockSignals(True)
        self.setMinimumDate(QDate(day.year, day.month, day.day) if day < this_day() else QDate.currentDate())
        self.setDate(QDate(day.year, day.month, day.day))
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class DateField(QWidget):
    """The day of an exam or none. Signals: `chosen` with a day or None when the learner changes it."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._kept: date | None = None
        self.start = Button("Set a date")
        self.edit = DayEdit()
        self.clear = Button("No date", "link", name="Remove the exam date")
        self.setLayout(row(self.start, self.edit, self.clear))
        self.start.clicked.connect(self._begin)
        self.edit.dateChanged.connect(self._changed)
        self.edit.lineEdit().returnPressed.connect(self._changed)
        self.edit.left.connect(self._leave)
        self.clear.clicked.connect(self._clear)
        self.show_day(None)

    def show_day(self, day: date | None) -> None:
        """Show what is kept."""
        self._kept = day
        self._show(is_editing=day is not None)
        if day is not None:
            self.edit.show_day(day)

    def _show(self, *, is_editing: bool) -> None:
        """A field of a date keeps the focus when it is hidden: it takes leaving it for going to its next part."""
        had_focus = self.edit.hasFocus() or self.clear.hasFocus() or self.start.hasFocus()
        target = self.edit if is_editing else self.start
        self.start.setVisible(not is_editing)
        self.edit.setVisible(is_editing)
        self.clear.setVisible(is_editing)
        if had_focus and not target.hasFocus():
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self) -> None:
        """Nothing is kept before a day is chosen or Enter is pressed."""
        self.edit.show_day(_python(QDate.currentDate().addMonths(2)))
        self._show(is_editing=True)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self, *_: object) -> None:
        if self.edit.day != self._kept and self.edit.day >= this_day():
            self._kept = self.edit.day
            self.chosen.emit(self.edit.day)

    def _leave(self) -> None:
        self.show_day(self._kept)

    def _clear(self) -> None:
        was_kept = self._kept is not None
        self.show_day(None)
        if was_kept:
            self.chosen.emit(None)


class DateChoice(QWidget):
    """Some usual days as cards, and a field for any other; none is chosen at first."""

    def __init__(self) -> None:
        super().__init__()
        self._days: list[date | None] = [None]
        cards = [ChoiceCard("No date yet", "Set one whenever you book", letter="A")]
        for months, letter in zip(_MONTHS, "BCD", strict=True):
            day = _python(QDate.currentDate().addMonths(months))
            self._days.append(day)
            cards.append(ChoiceCard(f"In {plural(months, 'month')}", day_text(day), letter=letter))
        cards.append(ChoiceCard("On another day", "Type it or take it from a calendar", letter="E"))
        self.cards = CardGrid(cards)
        self.cards.setAccessibleName("Exam date")
        self.cards.show_chosen(0)
        self.edit = DayEdit()
        self.edit.show_day(_python(QDate.currentDate().addDays(14)))
        self._words = label(kind="secondary")
        self._field = QWidget()
        self._field.setLayout(row(None, self.edit, self._words, None, spacing=12))
        self._field.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(20)
        box.addWidget(self.cards)
        box.addWidget(self._field)
        self.cards.chosen.connect(self._follow)
        self.edit.dateChanged.connect(self._show_words)
        self.edit.left.connect(self._leave)
        self._show_words()

    @property
    def day(self) -> date | None:
        """The day chosen."""
        index = self.cards.chosen_index
        return self._days[index] if index < len(self._days) else self.edit.day

    def _follow(self, index: int) -> None:
        is_other = index == len(self._days)
        self._field.setVisible(is_other)
        if is_other:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_words(self, *_: object) -> None:
        self._words.setText(f"{day_text(self.edit.day)}, {days_text(self.edit.day, this_day())}")

    def _leave(self) -> None:
        self.cards.cards[-1].setFocus(Qt.FocusReason.OtherFocusReason)


def _python(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
