"""The plan for today: what waits, what is due, where it is weak or new, a timed exam. Each with its minutes."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.form import blueprint_counts, blueprint_keys
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.mastery import ObjectiveCount
from pingtopass_desktop.learner.progress import DayRule
from pingtopass_desktop.library.catalogue import ListedExam
from pingtopass_desktop.study.objectives import ObjectiveMastery
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.study.preferences import StudyPreferences

WEAK_SHARE = 0.8
"""An objective known at least this well is no weak spot."""

LEAST_WEIGHT_PERCENT = 5
"""An objective of less of the exam is no weak spot either: there is little to gain."""

AT_ONCE = 50
"""As many due questions as one item of the plan asks for; the rest follows with the next session."""

PACE_DAYS = 28
"""The answers of so many days say how fast the learner is."""

LEAST_PACE_ANSWERS = 20
"""The learner's own pace counts from so many answers on; before, the exam's even pace does."""


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


class DayPlan:
    """Puts the plan for today together, for one exam."""

    def __init__(
        self, listed: ListedExam, now_ms: int, rule: DayRule, pace: tuple[int, int], wishes: StudyPreferences
    ) -> None:
        """`pace` are the answers of the last `PACE_DAYS` days and their time in milliseconds."""
        self._listed = listed
        self._exam = exam = listed.exam
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
    ) -> tuple[PlanItem, ...]:
        """What to do, the most urgent first; `waiting` are unfinished attempts, the latest first. Raises: PackError."""
        budget = max(0, self._wishes.new_per_day - sum(count.new_today for count in counts))
        unseen = sum(count.questions - count.seen for count in counts)
        is_sitting = any(attempt.mode is Mode.EXAM for attempt in waiting)
        weak = self._weak(objectives, budget)
        items = [
            *self._resume(waiting),
            self._due(sum(count.due for count in counts)),
            weak,
            None if weak is not None else self._new(min(budget, unseen)),
            self._timed_exam(last_exams) if not is_sitting and _is_servable(self._listed, counts) else None,
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
