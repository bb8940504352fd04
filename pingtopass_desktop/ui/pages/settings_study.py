"""The sections about study: what, until when, how much a day; and the rules of exams. They show and ask, no more."""

from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QLocale, QTime, Signal
from PySide6.QtWidgets import QVBoxLayout

from pingtopass_desktop.domain.attempt import EXTRA_TIME_PERCENT
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.domain.memory import MAX_RETENTION, MIN_RETENTION
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import preferences as study_preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.preferences import MAX_A_DAY, StudyPreferences
from pingtopass_desktop.ui.pages.exam_setup import rules_in_words
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.widgets.basics import Card, clear_layout, label
from pingtopass_desktop.ui.widgets.date_choice import DateField, day_text, days_text, this_day
from pingtopass_desktop.ui.widgets.exam_picker import ExamPicker
from pingtopass_desktop.ui.widgets.setting_row import Choice, Number, Pills, RowsCard, Section, SettingRow, Switch


class Studied(Struct, frozen=True):
    """What the sections show: what is kept, and about one exam its day and its rules in words."""

    preferences: StudyPreferences
    exams: tuple[Exam, ...]
    exam: Exam | None
    exam_date: date | None
    rules: tuple[str, ...]


def load(study: Study, exam_id: str) -> Studied:
    """Read what is kept; an unknown exam is the first of the library. Raises: PackError, StoreError."""
    kept = study_preferences.load(study)
    listed = tuple(entry.exam for entry in study.catalogue.exams())
    wanted = exam_id or kept.exam_id
    exam = next((each for each in listed if each.id == wanted), listed[0] if listed else None)
    if exam is None:
        return Studied(kept, listed, None, None, ())
    offer = exams.offer(study, exam.id)
    rules = tuple(rules_in_words(exam, has_multi_select=offer.has_multi_select))
    return Studied(kept, listed, exam, study_preferences.exam_date(study, exam.id), rules)


class StudySection(Section):
    """Signals: `changed` with the name of a field of `StudyPreferences` and its value; `date_chosen` with a day or
    None; `notifies_changed`."""

    changed = Signal(str, object)
    date_chosen = Signal(object)
    notifies_changed = Signal(bool)

    def __init__(self, picker: ExamPicker, can_notify: Callable[[], bool]) -> None:
        super().__init__()
        self._picker = picker
        self.date = DateField()
        self.goal = Number(1, MAX_A_DAY, 5, " answer", " answers")
        self.new = Number(0, MAX_A_DAY, 5, " question", " questions")
        self.retention = Number(round(MIN_RETENTION * 100), round(MAX_RETENTION * 100), 1, "%", "%")
        self.day_start = Choice([(hour, _clock(hour)) for hour in range(24)])
        self._stepped = (self.goal, self.new, self.retention, self.day_start)
        self.confidence = Switch("Ask how sure I am")
        self.notifies = Switch("Remind me of due reviews")
        self.has_tray = can_notify()
        self.rows = _study_rows(self)
        self._lay_out()
        self._connect()

    def show_studied(self, studied: Studied) -> None:
        kept = studied.preferences
        self._picker.set_exams(list(studied.exams))
        if studied.exam is not None:
            self._picker.select(studied.exam.id)
        self.rows["exam_id"].show_hint(
            "Every page starts with it" if studied.exams else "The library has no exam yet. Library imports one."
        )
        self.date.setEnabled(studied.exam is not None)
        self.date.show_day(studied.exam_date)
        self.rows["exam_date"].show_hint(_date_hint(studied.exam_date))
        values = (kept.daily_goal, kept.new_per_day, round(kept.retention * 100), kept.rollover_hour)
        for control, value in zip(self._stepped, values, strict=True):
            if not control.is_waiting:  # else it shows what the learner set since, and that is kept next
                control.show_value(value)
        self.confidence.show_value(kept.asks_confidence)

    def finish(self) -> None:
        """Have at once kept what waits for a further step."""
        for control in self._stepped:
            control.finish()

    def show_preferences(self, preferences: Preferences) -> None:
        self.notifies.show_value(preferences.settings.notifies and self.has_tray)
        self.notifies.setEnabled(self.has_tray)

    def _lay_out(self) -> None:
        names = ("exam_id", "exam_date", "daily_goal", "new_per_day", "retention", "rollover_hour")
        study = RowsCard("Study", *(self.rows[name] for name in names))
        self.set_cards(study, RowsCard("While you study", self.rows["asks_confidence"], self.rows["notifies"]))

    def _connect(self) -> None:
        self.date.chosen.connect(self.date_chosen)
        self.goal.entered.connect(self._goal_entered)
        self.new.entered.connect(self._new_entered)
        self.retention.entered.connect(self._retention_entered)
        self.day_start.chosen.connect(self._day_start_chosen)
        self.confidence.switched.connect(self._confidence_switched)
        self.notifies.switched.connect(self.notifies_changed)

    def _goal_entered(self, count: int) -> None:
        self.changed.emit("daily_goal", count)

    def _new_entered(self, count: int) -> None:
        self.changed.emit("new_per_day", count)

    def _retention_entered(self, percent: int) -> None:
        self.changed.emit("retention", percent / 100)

    def _day_start_chosen(self, hour: int) -> None:
        self.changed.emit("rollover_hour", hour)

    def _confidence_switched(self, is_on: bool) -> None:
        self.changed.emit("asks_confidence", is_on)


class ExamRulesSection(Section):
    """Signals: `changed` as that of `StudySection`."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        choices = [
            (percent, "Off" if percent == 100 else f"× {percent / 100:g}", _spoken(percent))
            for percent in EXTRA_TIME_PERCENT
        ]
        self.time = Pills("Extra time", choices)
        self.rates = Switch("Rate how sure I am")
        self.rows = {
            "time_percent": SettingRow("Extra time", "", self.time),
            "rates_in_exam": SettingRow(
                "Rate how sure I am", "In exams, beside each answer. It never counts towards the score.", self.rates
            ),
        }
        self._rules = Card(spacing=10)
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(8)
        self._rules.column.addLayout(self._sentences)
        self.set_cards(RowsCard("Timed exams", *self.rows.values()), self._rules)
        self.time.chosen.connect(self._time_chosen)
        self.rates.switched.connect(self._rates_switched)

    def show_studied(self, studied: Studied) -> None:
        self.time.show_value(studied.preferences.time_percent)
        self.rates.show_value(studied.preferences.rates_in_exam)
        self.rows["time_percent"].show_hint(_time_hint(studied))
        clear_layout(self._sentences)
        self._rules.setVisible(studied.exam is not None)
        if studied.exam is not None:
            self._sentences.addWidget(label(f"Rules of {studied.exam.title}", "section", wraps=True))
            for sentence in studied.rules:
                self._sentences.addWidget(label(f"• {sentence}", "secondary", wraps=True))

    def _time_chosen(self, percent: int) -> None:
        self.changed.emit("time_percent", percent)

    def _rates_switched(self, is_on: bool) -> None:
        self.changed.emit("rates_in_exam", is_on)


def _study_rows(section: StudySection) -> dict[str, SettingRow]:
    tray = "Once a day at most, while PingToPass runs and another window is in front"
    no_tray = "This system shows no notifications of programs, so there is nothing to switch on."
    rows: dict[str, Any] = {
        "exam_id": ("Exam", "", section._picker),
        "exam_date": ("Exam date", "", section.date),
        "daily_goal": ("Daily goal", "How many questions to answer on a day", section.goal),
        "new_per_day": ("New questions a day", "The plan of a day suggests no more", section.new),
        "retention": (
            "Desired retention",
            "A question comes back when your chance to still know it falls to this. Higher means more reviews.",
            section.retention,
        ),
        "rollover_hour": ("A day starts at", "An answer before that counts for the day before", section.day_start),
        "asks_confidence": ("Ask how sure I am", "In practice, before an answer is checked", section.confidence),
        "notifies": ("Remind me of due reviews", tray if section.has_tray else no_tray, section.notifies),
    }
    return {name: SettingRow(*parts) for name, parts in rows.items()}


def _date_hint(day: date | None) -> str:
    return f"{day_text(day)}, {days_text(day, this_day())}" if day else "None set. With one, Today counts the days."


def _time_hint(studied: Studied) -> str:
    percent = studied.preferences.time_percent
    words = "The time that the exam states" if percent == 100 else f"{percent / 100:g} times the time the exam states"
    if studied.exam is None:
        return f"{words}. It holds from the next exam on."
    minutes = studied.exam.time_limit_s * percent / 100 / 60
    return f"{words}: {minutes:g} min for {studied.exam.title}. It holds from the next exam on."


def _spoken(percent: int) -> str:
    return "off" if percent == 100 else f"{percent / 100:g} times the time"


def _clock(hour: int) -> str:
    return QLocale().toString(QTime(hour, 0), QLocale.FormatType.ShortFormat)
