"""How the learner stands: the numbers of the pages Today and Progress, read from counters, and the plan for today.

Mastery of an objective is the share of the questions seen whose last answer was right. No number is shown for what was
not measured: below `LEAST_SEEN` questions an objective has no share.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.form import blueprint_counts, blueprint_keys
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import attempts, mastery, settings
from pingtopass_desktop.learner import progress as counters
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.mastery import ObjectiveCount
from pingtopass_desktop.learner.progress import DayRule, Totals
from pingtopass_desktop.library.catalogue import ListedExam
from pingtopass_desktop.study import placement, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.placement import owners_of
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.study.preferences import StudyPreferences

LEAST_SEEN = 3
"""With fewer questions of an objective seen, its share says nothing."""

WEAK_SHARE = 0.8
"""An objective known at least this well is no weak spot."""

LEAST_WEIGHT_PERCENT = 5
"""An objective of less of the exam is no weak spot either: there is little to gain."""

AT_ONCE = 50
"""As many due questions as one item of the plan asks for; the rest follows with the next session."""

WEEKS = 26
AHEAD_DAYS = 14
PACE_DAYS = 28
LEAST_PACE_ANSWERS = 20
"""The learner's own pace counts from so many answers in the last `PACE_DAYS` on; before, the exam's even pace does."""


class PlanKind(StrEnum):
    RESUME = "resume"
    DUE = "due"
    WEAK = "weak"
    NEW = "new"
    EXAM = "exam"


class PlanItem(Struct, frozen=True):
    """One thing to do today. `count` in questions. A practice item has a `selection` and, for one objective, its id;
    `attempt` is what RESUME goes on with."""

    kind: PlanKind
    count: int
    minutes: int
    title: str
    detail: str
    objective_id: str | None = None
    selection: Selection | None = None
    attempt: AttemptSummary | None = None


class ObjectiveMastery(Struct, frozen=True):
    """One objective of the blueprint with all below it. `weight_percent` is its share of the exam, None without a
    blueprint; `known` are those of the questions seen whose last answer was right."""

    objective_id: str
    name: str
    weight_percent: float | None
    questions: int
    seen: int
    known: int

    @property
    def share(self) -> float | None:
        """Known of seen, 0 to 1; None where too few were seen to say."""
        return self.known / self.seen if self.seen >= LEAST_SEEN else None


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
    objectives = _mastery(listed, counts)
    plan = _Plan(exam, now_ms, rule, pace, wishes)
    is_servable = _is_servable(listed, counts)
    return Today(
        exam=exam,
        today=day,
        exam_date=exam_date,
        days_left=(exam_date - day).days if exam_date else None,
        streak_days=_streak(days, day),
        answers_today=days.get(day, (0, 0))[0],
        daily_goal=wishes.daily_goal,
        totals=totals,
        plan=plan.items(objectives, counts, waiting, last_exams, is_servable=is_servable),
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
        objectives=_mastery(listed, counts),
        activity=tuple(days),
        totals=totals,
        calibration=tuple(ConfidenceShare(level.confidence, level.answers, level.correct) for level in levels),
        overdue=sum(count.due for count in counts) - due.get(day, 0),
        ahead=tuple(DueDay(each, due.get(each, 0)) for each in ahead),
    )


class _Plan:
    """Puts the plan for today together: what waits, what is due, where it is weak or new, a timed exam."""

    def __init__(self, exam: Exam, now_ms: int, rule: DayRule, pace: tuple[int, int], wishes: StudyPreferences) -> None:
        self._exam = exam
        self._rule = rule
        self._today = rule.date_of(now_ms)
        self._wishes = wishes
        answers, elapsed_ms = pace
        even_ms = exam.time_limit_s * 1000 / max(1, exam.question_count)
        self._pace_ms = elapsed_ms / answers if answers >= LEAST_PACE_ANSWERS else even_ms

    def items(
        self,
        objectives: Sequence[ObjectiveMastery],
        counts: Sequence[ObjectiveCount],
        waiting: Sequence[AttemptSummary],
        last_exams: Sequence[AttemptSummary],
        *,
        is_servable: bool,
    ) -> tuple[PlanItem, ...]:
        budget = max(0, self._wishes.new_per_day - sum(count.new_today for count in counts))
        unseen = sum(count.questions - count.seen for count in counts)
        is_sitting = any(attempt.mode is Mode.EXAM for attempt in waiting)
        weak = self._weak(objectives, budget)
        items = [
            *self._resume(waiting),
            self._due(sum(count.due for count in counts)),
            weak,
            None if weak is not None else self._new(min(budget, unseen)),
            self._timed_exam(last_exams) if is_servable and not is_sitting else None,
        ]
        return tuple(item for item in items if item is not None)

    def _minutes(self, questions: int) -> int:
        return max(1, round(questions * self._pace_ms / 60_000))

    def _resume(self, waiting: Sequence[AttemptSummary]) -> list[PlanItem]:
        """The latest timed exam and the latest practice session that wait."""
        items: list[PlanItem] = []
        for mode, name in ((Mode.EXAM, "Timed exam"), (Mode.PRACTICE, "Practice")):
            attempt = next((each for each in waiting if each.mode is mode), None)
            if attempt is None:
                continue
            left = attempt.question_count - attempt.answered_count
            minutes = self._minutes(left)
            if attempt.limit_ms is not None:
                minutes = max(1, round((attempt.limit_ms - attempt.elapsed_ms) / 60_000))
            title = f"Continue: {attempt.label or name}"
            detail = f"{attempt.answered_count} of {attempt.question_count} answered · {minutes} min left"
            items.append(PlanItem(PlanKind.RESUME, max(0, left), minutes, title, detail, attempt=attempt))
        return items

    def _due(self, due: int) -> PlanItem | None:
        if not due:
            return None
        count = min(due, AT_ONCE)
        minutes = self._minutes(count)
        more = f"{count} of {due:,} due · " if due > count else ""
        detail = f"Spaced repetition · {more}{minutes} min"
        return PlanItem(PlanKind.DUE, count, minutes, "Review what is due", detail, selection=Selection.DUE)

    def _weak(self, objectives: Sequence[ObjectiveMastery], budget: int) -> PlanItem | None:
        """New questions of the weakest objective; those missed last where there are no new ones or no more today."""
        shares = [
            (objective.share, -(objective.weight_percent or 0), objective)
            for objective in objectives
            if objective.share is not None and objective.share < WEAK_SHARE
            and (objective.weight_percent is None or objective.weight_percent >= LEAST_WEIGHT_PERCENT)
        ]  # fmt: skip
        if not shares:
            return None
        weakest = min(shares, key=lambda each: each[:2])[2]
        count, what = min(budget, weakest.questions - weakest.seen), "New questions"
        selection = Selection.UNSEEN
        if not count:
            count, what, selection = (
                min(weakest.seen - weakest.known, AT_ONCE),
                "Questions you missed",
                Selection.MISSED,
            )
        minutes = self._minutes(count)
        return PlanItem(
            PlanKind.WEAK, count, minutes, f"Weak spot: {weakest.name}", f"{what} · {minutes} min",
            objective_id=weakest.objective_id, selection=selection,
        )  # fmt: skip

    def _new(self, count: int) -> PlanItem | None:
        if not count:
            return None
        minutes = self._minutes(count)
        detail = f"From every part of the exam · {minutes} min"
        return PlanItem(PlanKind.NEW, count, minutes, "New questions", detail, selection=Selection.UNSEEN)

    def _timed_exam(self, last_exams: Sequence[AttemptSummary]) -> PlanItem:
        minutes = round(self._exam.time_limit_s * self._wishes.time_percent / 6000)
        detail = f"None finished yet · {minutes} min"
        last = last_exams[0] if last_exams else None
        if last is not None and last.finished_at is not None:
            score = "" if last.scaled is None else f", {last.scaled} of {self._exam.scale_max}"
            detail = f"Last one {self._ago(last.finished_at)}{score} · {minutes} min"
        return PlanItem(PlanKind.EXAM, self._exam.question_count, minutes, "Timed exam", detail)

    def _ago(self, at_ms: int) -> str:
        days = (self._today - self._rule.date_of(at_ms)).days
        return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def _mastery(listed: ListedExam, counts: Sequence[ObjectiveCount]) -> tuple[ObjectiveMastery, ...]:
    """The objectives of the blueprint in its order; of an exam without one, those at the top."""
    objectives = listed.pack.objectives(listed.exam.id)
    owners = owners_of(objectives)
    weights = _weights(listed.exam, objectives)
    found: dict[str, list[int]] = {}
    for count in counts:
        sums = found.setdefault(owners.get(count.objective_id, count.objective_id), [0, 0, 0])
        for number, value in enumerate((count.questions, count.seen, count.known)):
            sums[number] += value
    return tuple(
        ObjectiveMastery(objective.id, objective.name, weights.get(objective.id), *found[objective.id])
        for objective in objectives
        if objective.id in found and found[objective.id][0]
    )


def _weights(exam: Exam, objectives: Sequence[Objective]) -> dict[str, float]:
    """The share of the exam in percent by objective: as its publisher states it, or from the number of questions."""
    total = sum(blueprint_counts(exam, objectives).values())
    stated = {objective.id: objective.weight for objective in objectives if objective.weight is not None}
    drawn = {o.id: 100 * o.draw_count / total for o in objectives if o.draw_count is not None and total}
    return {**drawn, **stated}


def _is_servable(listed: ListedExam, counts: Sequence[ObjectiveCount]) -> bool:
    """True where the bank can serve a timed exam by its blueprint."""
    objectives = listed.pack.objectives(listed.exam.id)
    owners = blueprint_keys(objectives)
    points: dict[str, int] = {}
    for count in counts:
        owner = owners.get(count.objective_id)
        if owner is not None:
            points[owner] = points.get(owner, 0) + count.points
    needed = blueprint_counts(listed.exam, objectives)
    return all(points.get(objective_id, 0) >= number for objective_id, number in needed.items())


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
