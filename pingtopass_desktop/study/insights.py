"""How the learner stands: the numbers of the pages Today and Progress, read from counters.

What mastery of an objective is, `study.objectives` says; what the plan for today holds, `study.plan`.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import attempts, mastery, settings
from pingtopass_desktop.learner import progress as counters
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.progress import Totals
from pingtopass_desktop.study import placement, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.objectives import ObjectiveMastery, mastery_of
from pingtopass_desktop.study.plan import PACE_DAYS, DayPlan, PlanItem, PlanKind

WEEKS = 26
AHEAD_DAYS = 14


class DayCount(Struct, frozen=True):
    """One day of the learner."""

    day: date
    answers: int
    correct: int


class Today(Struct, frozen=True):
    """Everything the page Today shows of one exam. `totals`, `activity`, the streak and the answers of today are of all
    exams together. `activity` has every day of the last 26 weeks, today last. `first_answers` counts questions of this
    exam that were answered at least once."""

    exam: Exam
    today: date
    exam_date: date | None
    days_left: int | None
    streak_days: int
    answers_today: int
    daily_goal: int
    totals: Totals
    plan: tuple[PlanItem, ...]
    mastery: tuple[ObjectiveMastery, ...]
    activity: tuple[DayCount, ...]
    unfinished: tuple[AttemptSummary, ...]
    first_answers: int

    @property
    def plan_minutes(self) -> int:
        """Of all items but those that wait and the timed exam, which is offered and not asked for."""
        return sum(item.minutes for item in self.plan if item.kind not in (PlanKind.EXAM, PlanKind.RESUME))


class MasteryPoint(Struct, frozen=True):
    """How many questions of the exam were seen, and known, at the end of a day."""

    day: date
    seen: int
    known: int


class ConfidenceShare(Struct, frozen=True):
    """How often the learner was right when so sure."""

    confidence: Confidence
    answers: int
    right: int

    @property
    def share(self) -> float | None:
        return self.right / self.answers if self.answers else None


class DueDay(Struct, frozen=True):
    """How many questions fall due on a day."""

    day: date
    questions: int


class Progress(Struct, frozen=True):
    """Everything the page Progress shows of one exam besides its exams, which are `study.review.history_rows`.

    `mastery` has a point for every day on which it changed, for every week once the history is longer than 100 days,
    and one for today. `activity` (every day with an answer) and `calibration` (sure, think so, guess) are of all exams
    together. `ahead` has 14 days, today first; `overdue` waits since earlier days. `questions` are those of the exam in
    the library.
    """

    exam: Exam
    today: date
    questions: int
    mastery: tuple[MasteryPoint, ...]
    objectives: tuple[ObjectiveMastery, ...]
    activity: tuple[DayCount, ...]
    totals: Totals
    calibration: tuple[ConfidenceShare, ...]
    overdue: int
    ahead: tuple[DueDay, ...]


def today(study: Study, exam_id: str) -> Today:
    """How the learner stands with an exam and what to do today. Raises: UnknownExam, PackError, StoreError."""
    listed = study.catalogue.exam(exam_id)
    exam = listed.exam
    placement.follow_library(study)
    wishes = preferences.load(study)
    with study.store.database.translated():
        db = study.store.db
        rule, now_ms = counters.day_rule(db), study.now_ms()
        day = rule.date_of(now_ms)
        counts = mastery.counts(db, exam.id, day)
        days = {date.fromisoformat(each): (answers, right) for each, answers, right in counters.days(db)}
        totals = counters.totals(db)
        pace = counters.recent_pace_ms(db, (day - timedelta(days=PACE_DAYS)).isoformat())
        exam_date = settings.exam_date(db, exam.id)
        waiting = attempts.summaries(db, is_finished=False, exam_id=exam.id, limit=10)
        last_exams = attempts.summaries(db, is_finished=True, mode=Mode.EXAM, exam_id=exam.id, limit=1)
    objectives = mastery_of(listed, counts)
    plan = DayPlan(listed, now_ms, rule, pace, wishes)
    return Today(
        exam=exam,
        today=day,
        exam_date=exam_date,
        days_left=(exam_date - day).days if exam_date else None,
        streak_days=_streak(days, day),
        answers_today=days.get(day, (0, 0))[0],
        daily_goal=wishes.daily_goal,
        totals=totals,
        plan=plan.items(objectives, counts, waiting, last_exams),
        mastery=objectives,
        activity=_activity(days, day),
        unfinished=tuple(waiting),
        first_answers=sum(count.seen for count in counts),
    )


def progress(study: Study, exam_id: str) -> Progress:
    """How the learner came to stand where they stand. Raises: UnknownExam, PackError, StoreError."""
    listed = study.catalogue.exam(exam_id)
    placement.follow_library(study)
    with study.store.database.translated():
        db = study.store.db
        day = counters.day_rule(db).date_of(study.now_ms())
        counts = mastery.counts(db, listed.exam.id, day)
        steps = mastery.changes(db, listed.exam.id, day)
        days = [DayCount(date.fromisoformat(each), answers, right) for each, answers, right in counters.days(db)]
        totals = counters.totals(db)
        levels = counters.calibration(db)
        due = mastery.reviews(db, listed.exam.id, day, day + timedelta(days=AHEAD_DAYS - 1))
    ahead = (day + timedelta(days=number) for number in range(AHEAD_DAYS))
    return Progress(
        exam=listed.exam,
        today=day,
        questions=sum(count.questions for count in counts),
        mastery=_points(steps, day),
        objectives=mastery_of(listed, counts),
        activity=tuple(days),
        totals=totals,
        calibration=tuple(ConfidenceShare(level.confidence, level.answers, level.correct) for level in levels),
        overdue=sum(count.due for count in counts) - due.get(day, 0),
        ahead=tuple(DueDay(each, due.get(each, 0)) for each in ahead),
    )


def _streak(days: dict[date, tuple[int, int]], today: date) -> int:
    """Days in a row with an answer up to today, or up to yesterday while today has none yet."""
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length += 1
        day -= timedelta(days=1)
    return length


def _activity(days: dict[date, tuple[int, int]], today: date) -> tuple[DayCount, ...]:
    first = today - timedelta(days=7 * WEEKS - 1)
    each = (first + timedelta(days=number) for number in range(7 * WEEKS))
    return tuple(DayCount(day, *days.get(day, (0, 0))) for day in each)


def _points(steps: Sequence[tuple[date, int, int]], today: date) -> tuple[MasteryPoint, ...]:
    """Sums from the first day on; today closes the line."""
    points: list[MasteryPoint] = []
    seen = known = 0
    for day, new, change in steps:
        seen, known = seen + new, known + change
        points.append(MasteryPoint(day, seen, known))
    if points and points[-1].day < today:
        points.append(MasteryPoint(today, seen, known))
    return tuple(points)
