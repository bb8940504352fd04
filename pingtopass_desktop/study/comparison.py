"""Two exams side by side: what changed in score, pace and objectives, and which questions were missed again."""

from fractions import Fraction

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study import review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import ObjectiveResult, ScoreReport, UnknownAttempt


class ObjectiveChange(Struct, frozen=True):
    """One objective in both exams; None where an exam had no question of it."""

    name: str
    before: ObjectiveResult | None
    after: ObjectiveResult | None

    @property
    def change(self) -> int | None:
        """In points of percent, of the rounded shares that are shown; None where one side is missing."""
        if self.before is None or self.after is None:
            return None
        return round(100 * self.after.share) - round(100 * self.before.share)


class Comparison(Struct, frozen=True):
    """`earlier` was finished before `later`. The ids are of questions that were in both exams; an unanswered question
    counts as missed. `fixed` were missed and then right, `newly_missed` right and then missed."""

    earlier: ScoreReport
    later: ScoreReport
    objectives: tuple[ObjectiveChange, ...]
    in_both: int
    missed_in_both: tuple[str, ...]
    fixed: tuple[str, ...]
    newly_missed: tuple[str, ...]

    @property
    def points(self) -> Fraction:
        return self.later.raw - self.earlier.raw

    @property
    def scaled(self) -> int | None:
        """The change of the scaled score."""
        before, after = self.earlier.summary.scaled, self.later.summary.scaled
        return None if before is None or after is None else after - before


def compare(study: Study, one_id: str, other_id: str) -> Comparison:
    """Compare two finished exams of the same kind, in whichever order they are given.

    Raises: UnknownAttempt where one is gone or they cannot be compared, StoreError, PackError.
    """
    reports = [review.report(study, attempt_id) for attempt_id in (one_id, other_id)]
    earlier, later = sorted(reports, key=lambda report: (report.summary.finished_at or 0, report.summary.id))
    if earlier.summary.exam_id != later.summary.exam_id or one_id == other_id:
        raise UnknownAttempt("Choose two different attempts of the same exam to compare.")
    if any(report.summary.mode is not Mode.EXAM for report in reports):
        raise UnknownAttempt("Only timed exams can be compared: practice sessions differ in what they ask.")
    before = {answer.question_id: answer.is_right for answer in earlier.answers}
    both = [(a.question_id, before[a.question_id], a.is_right) for a in later.answers if a.question_id in before]
    return Comparison(
        earlier=earlier,
        later=later,
        objectives=_objectives(earlier, later),
        in_both=len(both),
        missed_in_both=tuple(question_id for question_id, was, is_now in both if not was and not is_now),
        fixed=tuple(question_id for question_id, was, is_now in both if not was and is_now),
        newly_missed=tuple(question_id for question_id, was, is_now in both if was and not is_now),
    )


def mean_pace_s(report: ScoreReport) -> int:
    """Seconds per question, the unanswered ones included."""
    return round(sum(bar.seconds for bar in report.pace) / len(report.pace))


def unanswered(report: ScoreReport) -> int:
    return sum(not bar.is_answered for bar in report.pace)


def _objectives(earlier: ScoreReport, later: ScoreReport) -> tuple[ObjectiveChange, ...]:
    """In the order of the later exam; one that only the earlier exam had comes last."""
    before = {result.objective_id: result for result in earlier.objectives}
    after = {result.objective_id: result for result in later.objectives}
    names = {**{key: result.name for key, result in after.items()}}
    names.update({key: result.name for key, result in before.items() if key not in names})
    return tuple(ObjectiveChange(name, before.get(key), after.get(key)) for key, name in names.items())
