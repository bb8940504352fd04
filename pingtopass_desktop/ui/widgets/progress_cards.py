"""The cards of the page Progress: what each shows in a chart, in a table and in one sentence."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.study.insights import WEEKS, ConfidenceShare, DayCount, MasteryPoint, Progress
from pingtopass_desktop.study.objectives import LEAST_SEEN
from pingtopass_desktop.ui.widgets.activity import ActivitySquares, day_words
from pingtopass_desktop.ui.widgets.basics import Bar, column, duration, label, plural, row
from pingtopass_desktop.ui.widgets.chart_card import ChartCard, ChartValues, LegendLine
from pingtopass_desktop.ui.widgets.layouts import Columns, Flow
from pingtopass_desktop.ui.words import day_text, short_day_text

if TYPE_CHECKING:
    from pingtopass_desktop.ui.charts.drawn import MasteryChart, ReviewsChart

MOST_DAYS = 180
"""Longer histories are shown week by week."""

LEAST_FOR_PERCENT = 10
"""With fewer answers, a share is said as a count."""

_WEEK = 7
_LEVELS = {
    Confidence.SURE: ("Sure", "good"),
    Confidence.THINK_SO: ("Think so", "primary"),
    Confidence.GUESS: ("Guess", "warn"),
}


class MasteryCard(ChartCard):
    """How much of the exam was known, day by day, or week by week where there are many."""

    def __init__(self) -> None:
        super().__init__("Mastery over time", least_height=190)
        self._plot: MasteryChart | None = None
        self._steps: list[_Step] = []
        self._gist = ""
        self._of_all = LegendLine("primary")
        self._of_seen = LegendLine("ink_3", is_dashed=True)
        self._caption = label(kind="hint", wraps=True)
        self.area.addWidget(Flow(self._of_all, self._of_seen, spacing=16))
        self.area.addWidget(self._caption)

    def show_progress(self, progress: Progress) -> None:
        if not progress.mastery:
            self.show_empty(
                "Here you will see how much of this exam you know, day by day. It begins with your first answer.",
                "Practise",
            )
            return
        self._steps = _steps(progress.mastery, progress.questions)
        last, first = self._steps[-1], progress.mastery[0]
        seen = f" of the {last.seen:,} seen"
        self._of_all.set_words(f"Known of all {plural(progress.questions, 'question')}: {last.of_all:.0%}")
        self._of_seen.set_words(f"Known{seen}: {_percent(last.of_seen)}")
        self._of_seen.setVisible(last.of_seen is not None)
        from_to = f"{last.of_all:.0%} of all questions known today"
        if first.day < last.day:
            start = _of_all(first, progress.questions)
            from_to = f"From {start:.0%} of all questions on {day_text(first.day, last.day)} to {last.of_all:.0%} today"
        else:
            from_to += "; the line begins with your second day"
        self._caption.setText(f"{from_to}. Known means right at your last answer.")
        self._gist = f"Mastery over time: {from_to[:1].lower()}{from_to[1:]}"
        if last.of_seen is not None:
            self._gist += f", {last.of_seen:.0%}{seen}"
        self.show_values(self._table(last.day))

    def draw(self) -> None:
        """Draw what was shown last; call it after `charts.load`."""
        if self._plot is None:
            from pingtopass_desktop.ui.charts.drawn import MasteryChart

            self._plot = MasteryChart()
            self.put_chart(self._plot)
        today = self._steps[-1].day
        words = [f"{short_day_text(step.day, today)}: {step.of_all:.0%} of all known" for step in self._steps]
        for number, step in enumerate(self._steps):
            words[number] += f", {step.of_seen:.0%} of seen" if step.of_seen is not None else ""
        self._plot.show_shares(
            [step.day for step in self._steps],
            [step.of_all for step in self._steps],
            [step.of_seen for step in self._steps],
            words,
        )
        self._plot.setAccessibleName(self._gist)

    def _table(self, today: date) -> ChartValues:
        """The latest first, without days on which nothing changed."""
        changed = [
            step
            for before, step in zip([None, *self._steps], self._steps, strict=False)
            if before is None or (step.seen, step.known) != (before.seen, before.known) or step.day == today
        ]
        rows = tuple(
            (
                short_day_text(step.day, today),
                f"{step.known:,} of {step.questions:,} ({step.of_all:.0%})",
                f"{step.known:,} of {step.seen:,} ({_percent(step.of_seen)})",
            )
            for step in reversed(changed)
        )
        return ChartValues("Mastery over time", ("Day", "Known of all", "Known of seen"), rows)


class CalibrationCard(ChartCard):
    """Whether the learner was as right as they said to be sure."""

    def __init__(self) -> None:
        super().__init__("Calibration")
        self._sentence = label(kind="secondary", wraps=True)
        self._parts: dict[Confidence, tuple[QLabel, QLabel, Bar]] = {}
        self._caption = label("All exams together.", "hint", wraps=True)
        bars = QWidget()
        grid = QGridLayout(bars)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        for number, (level, (word, token)) in enumerate(_LEVELS.items()):
            count, share, bar = label(kind="hint"), label(kind="strong"), Bar(token=token)
            self._parts[level] = (count, share, bar)
            grid.addLayout(row(label(word), count, None, share), 3 * number, 0)
            grid.addWidget(bar, 3 * number + 1, 0)
            grid.setRowMinimumHeight(3 * number + 2, 6)
        self.put_chart(bars)
        self.area.insertWidget(0, self._sentence)
        self.area.addWidget(self._caption)
        self.area.addStretch(1)
        self.area.setStretchFactor(bars, 0)

    def show_progress(self, progress: Progress, *, has_more_exams: bool) -> None:
        rated = [level for level in progress.calibration if level.answers]
        if not rated:
            self.show_empty(
                "Here you will see whether your feeling is right: how often you were right when you were sure, and "
                "when you guessed. Say how sure you are before you check an answer."
            )
            return
        self._sentence.setText(_calibration_sentence(rated[0]))
        self._caption.setVisible(has_more_exams)
        for level in progress.calibration:
            count, share, bar = self._parts[level.confidence]
            count.setText(plural(level.answers, "answer") if level.answers else "no answers yet")
            share.setText(_percent(level.share))
            bar.set_share(level.share or 0.0)
            bar.setAccessibleName(f"{_LEVELS[level.confidence][0]}: {_right_of(level)}")
        rows = tuple(
            (_LEVELS[each.confidence][0], f"{each.answers:,}", f"{each.right:,}", _percent(each.share))
            for each in progress.calibration
        )
        if self.chart is not None:
            self.chart.setAccessibleName(f"Calibration: {self._sentence.text()}")
        self.show_values(ChartValues("Calibration", ("You said", "Answers", "Right", "Share"), rows))


class ReviewsCard(ChartCard):
    """How many questions fall due in the next two weeks."""

    def __init__(self) -> None:
        super().__init__("Reviews ahead", least_height=120)
        self._plot: ReviewsChart | None = None
        self._progress: Progress | None = None
        self._caption = label(kind="hint", wraps=True)
        self.area.addWidget(self._caption)

    def show_progress(self, progress: Progress) -> None:
        self._progress = progress
        if not progress.mastery:
            self.show_empty(
                "Each question you answer comes back when you are about to forget it. Here you will see when."
            )
            return
        self._caption.setText(self._words())
        today = progress.ahead[0].day
        rows = [(short_day_text(due.day, today), f"{due.questions:,}") for due in progress.ahead]
        rows[0] = ("Today", rows[0][1])
        if progress.overdue:
            rows.insert(0, ("Overdue", f"{progress.overdue:,}"))
        self.show_values(ChartValues("Reviews ahead", ("Day", "Questions due"), tuple(rows)))

    def draw(self) -> None:
        """Draw what was shown last; call it after `charts.load`."""
        if self._progress is None:
            return
        if self._plot is None:
            from pingtopass_desktop.ui.charts.drawn import ReviewsChart

            self._plot = ReviewsChart()
            self.put_chart(self._plot)
        counts = self._counts()
        days = [due.day for due in self._progress.ahead]
        words = [f"{short_day_text(day, days[0])}: {count:,} due" for day, count in zip(days, counts, strict=True)]
        words[0] = self._today_words()
        self._plot.show_counts(days, counts, self._progress.overdue, words)
        self._plot.setAccessibleName(f"Reviews ahead: {self._words()}")

    def _counts(self) -> list[int]:
        """What is due by day; today's holds what is overdue as well."""
        assert self._progress is not None, "cards come after show_progress"
        counts = [due.questions for due in self._progress.ahead]
        return [counts[0] + self._progress.overdue, *counts[1:]]

    def _today_words(self) -> str:
        counts, overdue = self._counts(), self._progress.overdue if self._progress else 0
        return f"{counts[0]:,} today" + (f", {overdue:,} of them overdue" if overdue else "")

    def _words(self) -> str:
        return f"{self._today_words()} · {sum(self._counts()):,} in two weeks"


class ActivityCard(ChartCard):
    """The last 26 weeks as squares, and all answers ever in numbers."""

    def __init__(self) -> None:
        super().__init__("Activity")
        self._facts = {words: label(kind="big") for words in ("answers", "right", "time", "days with an answer")}
        self._gist = ""
        self._last = DayCount(date.min, 0, 0)
        self._caption = label(kind="hint", wraps=True)
        self.squares = ActivitySquares()
        facts = Flow(spacing=28)
        for words, number in self._facts.items():
            fact = QWidget()
            fact.setLayout(column(number, label(words, "hint"), spacing=0))
            facts.items.addWidget(fact)
        both = Columns(least_px=300, spacing=28)
        both.add(self.squares, 45)
        both.add(facts, 55)
        self.put_chart(both)
        self.area.addWidget(self._caption)
        self.squares.day_pointed_at.connect(self._point_at)

    def show_progress(self, progress: Progress, daily_goal: int, *, has_more_exams: bool) -> None:
        if not progress.activity:
            self.show_empty("Every day with at least one answer fills a square.")
            return
        first = progress.today - timedelta(days=_WEEK * WEEKS - 1)
        recent = [day for day in progress.activity if first <= day.day <= progress.today]
        found = {day.day: day for day in recent}
        self._last = found.get(progress.today) or DayCount(progress.today, 0, 0)
        days = (first + timedelta(days=number) for number in range(_WEEK * WEEKS))
        self.squares.show_days([found.get(day) or DayCount(day, 0, 0) for day in days], daily_goal)
        totals = progress.totals
        right = f"{totals.correct / totals.answers:.0%}" if totals.answers else "–"
        facts = (f"{totals.answers:,}", right, duration(totals.elapsed_ms), f"{len(progress.activity):,}")
        for number, text in zip(self._facts.values(), facts, strict=True):
            number.setText(text)
        everything = ", all exams together" if has_more_exams else ""
        self._gist = f"The last {WEEKS} weeks, a column for each{everything}. The numbers are of all time."
        self._caption.setText(self._gist)
        rows = tuple(
            (
                "Today" if day.day == progress.today else short_day_text(day.day, progress.today),
                f"{day.answers:,}",
                f"{day.correct:,} ({day.correct / day.answers:.0%})",
            )
            for day in reversed(recent)
        )
        self.show_values(ChartValues(f"Activity of the last {WEEKS} weeks", ("Day", "Answers", "Right"), rows))

    def _point_at(self, day: DayCount | None) -> None:
        self._caption.setText(day_words(day, self._last) if day else self._gist)


class _Step(Struct, frozen=True):
    """How the learner stood at the end of a day."""

    day: date
    questions: int
    seen: int
    known: int

    @property
    def of_all(self) -> float:
        return min(1.0, self.known / max(1, self.questions))

    @property
    def of_seen(self) -> float | None:
        return self.known / self.seen if self.seen >= LEAST_SEEN else None


def _of_all(point: MasteryPoint, questions: int) -> float:
    return _Step(point.day, questions, point.seen, point.known).of_all


def _steps(points: Sequence[MasteryPoint], questions: int) -> list[_Step]:
    """Every day from the first point to the last, or every seventh up to the last where that is more than `MOST_DAYS`.
    Between two points everything stays as it was."""
    first, last = points[0].day, points[-1].day
    between = _WEEK if (last - first).days >= MOST_DAYS else 1
    days = [last - timedelta(days=number) for number in range(0, (last - first).days + 1, between)]
    steps: list[_Step] = []
    reached = 0
    for day in reversed(days):
        while reached + 1 < len(points) and points[reached + 1].day <= day:
            reached += 1
        steps.append(_Step(day, questions, points[reached].seen, points[reached].known))
    return steps


def _calibration_sentence(level: ConfidenceShare) -> str:
    said = {Confidence.SURE: "said “sure”", Confidence.THINK_SO: "said “think so”", Confidence.GUESS: "guessed"}
    words = f"{level.share:.0%} of the time" if level.answers >= LEAST_FOR_PERCENT else _right_of(level)
    return f"When you {said[level.confidence]}, you were right {words.removeprefix('right ')}."


def _right_of(level: ConfidenceShare) -> str:
    return f"right {level.right:,} of {plural(level.answers, 'time')}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
