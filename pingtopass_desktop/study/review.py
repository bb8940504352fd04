"""After an attempt: the score report, every answer beside its key, the history of attempts."""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Answer, Attempt, Mode
from pingtopass_desktop.domain.exam import Exam, blueprint_objectives
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.domain.scoring import scaled_cut
from pingtopass_desktop.learner import attempts
from pingtopass_desktop.learner.attempts import AttemptSummary, ItemResult
from pingtopass_desktop.learner.events import AttemptDeleted
from pingtopass_desktop.library.catalogue import ListedExam
from pingtopass_desktop.study.context import ShownQuestion, Study, shown_questions

SLOW_FACTOR = 1.5
"""An answer is slow when it took this many times the even pace."""


class UnknownAttempt(Exception):
    """There is no finished attempt of that id."""


class ReviewFilter(StrEnum):
    ALL = "all"
    WRONG = "wrong"
    FLAGGED = "flagged"
    GUESSED = "guessed"
    SLOW = "slow"
    CHANGED = "changed"


class ObjectiveResult(Struct, frozen=True):
    """One objective of a report. `share` is right answers over questions; `change` in points of percent."""

    objective_id: str
    name: str
    questions: int
    right: int
    change: int | None

    @property
    def share(self) -> float:
        return self.right / self.questions


class HistoryRow(Struct, frozen=True):
    """One finished attempt for a table. `right` of `counted` questions: all of an exam's, the answered ones of a
    practice session. `weakest` is the objective with the smallest share of right answers; None where none was missed
    or where the library no longer has the exam (`exam` is None then)."""

    summary: AttemptSummary
    exam: Exam | None
    right: int
    counted: int
    weakest: ObjectiveResult | None

    @property
    def share(self) -> float | None:
        return self.right / self.counted if self.counted else None


class PaceBar(Struct, frozen=True):
    """One question of the pace chart, in the order of the form."""

    number: int
    seconds: int
    is_right: bool
    is_answered: bool


class ReviewedAnswer(Struct, frozen=True):
    """One question of a finished attempt. `shown` is None where the library no longer has it; `is_revised` where the
    library has a later revision than the one that was answered."""

    index: int
    question_id: str
    order: tuple[str, ...]
    answer: Answer | None
    shown: ShownQuestion | None
    is_revised: bool
    is_flagged: bool
    struck: frozenset[str]
    seconds: int

    @property
    def is_right(self) -> bool:
        return self.answer is not None and bool(self.answer.choice) and self.answer.is_correct


class ScoreReport(Struct, frozen=True):
    """Everything the report page shows. Times in milliseconds; `even_pace_s` is the limit shared by all questions."""

    summary: AttemptSummary
    exam: Exam | None
    exam_name: str
    question_count: int
    right: int
    raw: Fraction
    cut: int | None
    objectives: tuple[ObjectiveResult, ...]
    pace: tuple[PaceBar, ...]
    even_pace_s: int | None
    changes: int
    right_to_wrong: int
    wrong_to_right: int
    missed_ids: tuple[str, ...]
    next_steps: tuple[str, ...]
    answers: tuple[ReviewedAnswer, ...]


def history_rows(
    study: Study, exam_id: str | None = None, mode: Mode | None = None, limit: int = 50, offset: int = 0
) -> list[HistoryRow]:
    """Finished attempts with what a table shows of each, the latest first. Raises: StoreError, PackError.

    Reads no text of a question: fifty exams of 65 questions take a few milliseconds.
    """
    with study.store.database.translated():
        db = study.store.db
        found = attempts.summaries(db, is_finished=True, mode=mode, exam_id=exam_id, limit=limit, offset=offset)
        results = attempts.results(db, [summary.id for summary in found])
    listed = {entry.exam.id: entry for entry in study.catalogue.exams()}
    rows: list[HistoryRow] = []
    for exam in dict.fromkeys(summary.exam_id for summary in found):
        of_exam = [summary for summary in found if summary.exam_id == exam]
        rows += _rows_of_exam(of_exam, results, listed.get(exam))
    places = {summary.id: place for place, summary in enumerate(found)}
    return sorted(rows, key=lambda row: places[row.summary.id])


def history_count(study: Study, exam_id: str | None = None, mode: Mode | None = None) -> int:
    """How many rows `history_rows` has in all. Raises: StoreError."""
    with study.store.database.translated():
        return attempts.count_finished(study.store.db, mode, exam_id)


def gone_exams(study: Study) -> list[str]:
    """The ids of exams with finished attempts that the library no longer has. No more is kept of them than their id.

    Raises: StoreError.
    """
    listed = {entry.exam.id for entry in study.catalogue.exams()}
    with study.store.database.translated():
        return [exam_id for exam_id in attempts.finished_exams(study.store.db) if exam_id not in listed]


def delete_attempt(study: Study, attempt_id: str) -> None:
    """Take an attempt out of every list, finished or not. Its answers keep counting for reviews and days, and what
    this device knows of an unfinished one stays, so that `restore_attempt` brings it back whole.

    Raises: UnknownAttempt, StoreError.
    """
    with study.store.database.translated():
        known = attempts.summary(study.store.db, attempt_id)
    if known is None:
        raise UnknownAttempt("This session is not here any more. It may have been deleted already.")
    study.store.record(AttemptDeleted(attempt_id, True))


def restore_attempt(study: Study, attempt_id: str) -> None:
    """Take a deletion back. Raises: StoreError."""
    study.store.record(AttemptDeleted(attempt_id, False))


def report(study: Study, attempt_id: str) -> ScoreReport:
    """The report on a finished attempt. Raises: UnknownAttempt, StoreError, PackError."""
    with study.store.database.translated():
        loaded = attempts.load_attempt(study.store.db, attempt_id)
        summary = attempts.summary(study.store.db, attempt_id)
        is_deleted = attempts.is_deleted(study.store.db, attempt_id)
    if is_deleted:
        raise UnknownAttempt("This session was deleted. Its answers still count for reviews.")
    if loaded is None or summary is None or summary.finished_at is None:
        raise UnknownAttempt(f"There is no finished attempt {attempt_id!r}.")
    attempt = loaded[0]
    listed = next((entry for entry in study.catalogue.exams() if entry.exam.id == attempt.exam_id), None)
    answers = _reviewed(attempt, listed)
    exam = listed.exam if listed else None
    pace = tuple(
        PaceBar(a.index + 1, a.seconds, a.is_right, a.answer is not None and bool(a.answer.choice)) for a in answers
    )
    limit_ms = attempt.rules.limit_ms
    even_pace_s = round(limit_ms / 1000 / len(answers)) if limit_ms else None
    changed = [a for a in answers if a.answer is not None and a.answer.changes]
    counted = answers if attempt.rules.mode is Mode.EXAM else tuple(a for a in answers if a.answer is not None)
    objectives = _objectives(study, attempt, counted, listed)
    missed = tuple(a.question_id for a in counted if not a.is_right)
    right_to_wrong = sum(a.answer.first_correct and not a.answer.is_correct for a in changed if a.answer)
    wrong_to_right = sum(not a.answer.first_correct and a.answer.is_correct for a in changed if a.answer)
    return ScoreReport(
        summary=summary,
        exam=exam,
        exam_name=exam.name if exam else attempt.exam_id,
        question_count=len(answers),
        right=sum(a.is_right for a in answers),
        raw=summary.raw or Fraction(0),
        cut=scaled_cut(len(answers), exam) if exam else None,
        objectives=objectives,
        pace=pace,
        even_pace_s=even_pace_s,
        changes=len(changed),
        right_to_wrong=right_to_wrong,
        wrong_to_right=wrong_to_right,
        missed_ids=missed,
        next_steps=_next_steps(objectives, counted, even_pace_s, len(changed), right_to_wrong, wrong_to_right),
        answers=answers,
    )


def filtered(answers: Sequence[ReviewedAnswer], chosen: ReviewFilter, even_pace_s: int | None) -> list[ReviewedAnswer]:
    """The answers that a filter of the review shows."""
    if chosen is ReviewFilter.WRONG:
        return [a for a in answers if not a.is_right]
    if chosen is ReviewFilter.FLAGGED:
        return [a for a in answers if a.is_flagged]
    if chosen is ReviewFilter.GUESSED:
        return [a for a in answers if a.answer is not None and a.answer.confidence is Confidence.GUESS]
    if chosen is ReviewFilter.CHANGED:
        return [a for a in answers if a.answer is not None and a.answer.changes]
    if chosen is ReviewFilter.SLOW:
        pace = even_pace_s or (sum(a.seconds for a in answers) / max(1, len(answers)))
        return [a for a in answers if a.seconds > SLOW_FACTOR * pace]
    return list(answers)


def _reviewed(attempt: Attempt, listed: ListedExam | None) -> tuple[ReviewedAnswer, ...]:
    ids = [item.question_id for item in attempt.items]
    shown = shown_questions(listed.pack, attempt.exam_id, ids) if listed else {}
    reviewed: list[ReviewedAnswer] = []
    for index, item in enumerate(attempt.items):
        found = shown.get(item.question_id)
        reviewed.append(
            ReviewedAnswer(
                index=index,
                question_id=item.question_id,
                order=item.order,
                answer=attempt.answers.get(index),
                shown=found,
                is_revised=found is not None and found.question.revision != item.revision,
                is_flagged=index in attempt.flagged,
                struck=attempt.struck.get(index, frozenset()),
                seconds=round(attempt.item_ms.get(index, 0) / 1000),
            )
        )
    return tuple(reviewed)


def _objectives(
    study: Study, attempt: Attempt, answers: Sequence[ReviewedAnswer], listed: ListedExam | None
) -> tuple[ObjectiveResult, ...]:
    if listed is None:
        return ()
    objectives = listed.pack.objectives(attempt.exam_id)
    owners = blueprint_objectives(objectives)
    with study.store.database.translated():
        earlier = _previous_shares(study, attempt, listed, owners)
    results: list[ObjectiveResult] = []
    for objective in objectives:
        own = [
            a
            for a in answers
            if a.shown and (owners.get(a.shown.question.objective_id) or a.shown.question.objective_id) == objective.id
        ]
        if own:
            right = sum(a.is_right for a in own)
            before = earlier.get(objective.id)
            change = None if before is None else round(100 * right / len(own)) - round(100 * before)
            results.append(ObjectiveResult(objective.id, objective.name, len(own), right, change))
    return tuple(results)


def _previous_shares(
    study: Study, attempt: Attempt, listed: ListedExam, owners: dict[str, str | None]
) -> dict[str, float]:
    """The share of right answers by objective in the exam finished before this one."""
    if attempt.rules.mode is not Mode.EXAM:
        return {}
    earlier = attempts.earlier_exam(study.store.db, attempt.id)
    if earlier is None:
        return {}
    results = attempts.results(study.store.db, [earlier])[earlier]
    objective_of = listed.pack.objectives_of(result.question_id for result in results)
    counts = _count_by_objective(results, objective_of, owners)
    return {objective_id: right / questions for objective_id, (questions, right) in counts.items()}


def _rows_of_exam(
    found: Sequence[AttemptSummary], results: dict[str, list[ItemResult]], listed: ListedExam | None
) -> list[HistoryRow]:
    objectives = listed.pack.objectives(found[0].exam_id) if listed else []
    owners = blueprint_objectives(objectives)
    wanted = {result.question_id for summary in found for result in results.get(summary.id, ())}
    objective_of = listed.pack.objectives_of(wanted) if listed else {}
    rows: list[HistoryRow] = []
    for summary in found:
        counted = [r for r in results.get(summary.id, ()) if summary.mode is Mode.EXAM or r.is_answered]
        counts = _count_by_objective(counted, objective_of, owners)
        by_objective = [
            ObjectiveResult(objective.id, objective.name, *counts[objective.id], None)
            for objective in objectives
            if objective.id in counts
        ]
        right = sum(result.is_right for result in counted)
        rows.append(HistoryRow(summary, listed.exam if listed else None, right, len(counted), weakest_of(by_objective)))
    return rows


def weakest_of(objectives: Sequence[ObjectiveResult]) -> ObjectiveResult | None:
    """The objective with the smallest share, of equal ones that with most missed; None where nothing was missed."""
    weak = [objective for objective in objectives if objective.right < objective.questions]
    return min(weak, key=lambda o: (o.share, o.right - o.questions), default=None)


def _count_by_objective(
    results: Sequence[ItemResult], objective_of: dict[str, str], owners: dict[str, str | None]
) -> dict[str, tuple[int, int]]:
    """Questions and right answers by blueprint objective; a question that left the library counts nowhere."""
    counts: dict[str, tuple[int, int]] = {}
    for result in results:
        own = objective_of.get(result.question_id)
        if own is not None:
            questions, right = counts.get(owners.get(own) or own, (0, 0))
            counts[owners.get(own) or own] = (questions + 1, right + result.is_right)
    return counts


def _next_steps(
    objectives: Sequence[ObjectiveResult],
    answers: Sequence[ReviewedAnswer],
    even_pace_s: int | None,
    changed: int,
    right_to_wrong: int,
    wrong_to_right: int,
) -> tuple[str, ...]:
    """Up to four plain sentences, only about what these answers show."""
    steps: list[str] = []
    weakest = weakest_of(objectives)
    if weakest is not None:
        missed = weakest.questions - weakest.right
        steps.append(f"Drill {weakest.name}: {missed} of {weakest.questions} missed")
    unanswered = sum(answer.answer is None or not answer.answer.choice for answer in answers)
    if unanswered:
        steps.append(f"{unanswered} left unanswered: a guess costs nothing")
    if changed:
        words = [f"{right_to_wrong} from right to wrong"] if right_to_wrong else []
        words += [f"{wrong_to_right} from wrong to right"] if wrong_to_right else []
        noun = "answer" if changed == 1 else "answers"
        outcome = ": " + ", ".join(words) if words else ", none to or from right"
        steps.append(f"You changed {changed} {noun}{outcome}")
    slowest = _slowest_objective(answers)
    if slowest and even_pace_s and slowest[1] > SLOW_FACTOR * even_pace_s:
        steps.append(f"Slowest: {slowest[0]}, {slowest[1]} s against {even_pace_s} s")
    return tuple(steps[:4])


def _slowest_objective(answers: Sequence[ReviewedAnswer]) -> tuple[str, int] | None:
    """The objective with the longest mean time over at least two questions, and that mean in seconds."""
    seconds: dict[str, list[int]] = {}
    for answer in answers:
        if answer.shown:
            seconds.setdefault(answer.shown.objective_name, []).append(answer.seconds)
    means = {name: round(sum(values) / len(values)) for name, values in seconds.items() if len(values) > 1}
    return max(means.items(), key=lambda entry: entry[1]) if means else None
