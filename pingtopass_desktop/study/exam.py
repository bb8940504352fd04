"""Sit a timed exam: what is offered, start, every command while it runs, the end. Each command is on disk first."""

from fractions import Fraction
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Attempt, Mode, Phase, Rules
from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.form import Form, Shortfall, blueprint_counts, blueprint_keys, draw_form
from pingtopass_desktop.domain.question import Choice, Confidence, canonical_choice
from pingtopass_desktop.domain.scoring import credit, is_right, scaled_cut, scaled_score
from pingtopass_desktop.learner import attempts, memory
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.clock_file import ClockFile
from pingtopass_desktop.learner.events import AttemptFinished, Flagged, Payload, Struck
from pingtopass_desktop.learner.memory import CONFIDENCE_LETTERS
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.study import placement, preferences, sitting
from pingtopass_desktop.study.context import ShownQuestion, Study, shown_questions
from pingtopass_desktop.study.sitting import Sitting

SLEEP_MS = 5000
"""A gap between ticks longer than this is a suspension of the machine or the program and does not count."""

DURABLE_TICK_MS = 5000
"""How often the side file is brought to the disk: a power loss costs at most this much time."""


class CannotDrawForm(Exception):
    """The bank cannot serve the blueprint. The message names every objective and how many questions are missing."""

    def __init__(self, exam: Exam, objectives: list[Objective], shortfall: tuple[Shortfall, ...]) -> None:
        self.shortfall = shortfall
        names = {objective.id: f"{objective.code} {objective.name}" for objective in objectives}
        missing = "; ".join(
            f"{names.get(s.objective_id, 'the whole bank')}: {s.missing} missing (needs {s.needed}, has {s.available})"
            for s in shortfall
        )
        super().__init__(f"{exam.title} cannot be drawn yet. {missing}. Import more questions for these objectives.")


class BlueprintLine(Struct, frozen=True):
    """One objective as an exam draws it: how many questions, and how many of its stock the learner has not seen."""

    objective_id: str
    code: str
    name: str
    weight: float | None
    questions: int
    stock: int
    unseen: int


class ExamOffer(Struct, frozen=True):
    """What the set-up page states before an exam begins."""

    exam: Exam
    blueprint: tuple[BlueprintLine, ...]
    shortfall: tuple[Shortfall, ...]
    unfinished: tuple[AttemptSummary, ...]
    has_multi_select: bool
    time_percent: int
    asks_confidence: bool


def offer(study: Study, exam_id: str) -> ExamOffer:
    """What an exam would be like now. Raises: UnknownExam, PackError, StoreError."""
    listed = study.catalogue.exam(exam_id)
    exam, pack = listed.exam, listed.pack
    objectives = pack.objectives(exam.id)
    by_id = {objective.id: objective for objective in objectives}
    counts = blueprint_counts(exam, objectives)
    points = pack.points(exam.id)
    placed = placement.counts(study, exam.id)
    with study.store.database.translated():
        waiting = attempts.summaries(study.store.db, is_finished=False, mode=Mode.EXAM, exam_id=exam.id)
    owners = blueprint_keys(objectives)
    lines: list[BlueprintLine] = []
    shortfall: list[Shortfall] = []
    for objective_id, needed in counts.items():
        objective = by_id.get(objective_id)
        own = [count for count in placed if owners.get(count.objective_id) == objective_id]
        if points.get(objective_id, 0) < needed:
            shortfall.append(Shortfall(objective_id, needed, points.get(objective_id, 0)))
        lines.append(
            BlueprintLine(
                objective_id=objective_id,
                code=objective.code if objective else "",
                name=objective.name if objective else "All questions",
                weight=objective.weight if objective else None,
                questions=needed,
                stock=sum(count.questions for count in own),
                unseen=sum(count.questions - count.seen for count in own),
            )
        )
    multi = any(kind == "multi_select" for _, kind in pack.counts(exam.id))
    wishes = preferences.load(study)
    return ExamOffer(
        exam, tuple(lines), tuple(shortfall), tuple(waiting), multi, wishes.time_percent, wishes.rates_in_exam
    )


def draw(study: Study, exam: Exam, pack: Pack, seed: int) -> Form:
    """Draw a form by blueprint for this learner; see `domain.form.draw_form`. Raises: PackError, StoreError."""
    counts = blueprint_counts(exam, pack.objectives(exam.id))
    with study.store.database.translated():
        db = study.store.db
        return draw_form(counts, pack.pool(exam.id), seed, study.now_ms(), lambda ids: memory.exposures(db, ids))


def start(
    study: Study, exam_id: str, *, seed: int, time_percent: int = 100, asks_confidence: bool = False
) -> "ExamSitting":
    """Draw a form and begin. Raises: UnknownExam, CannotDrawForm, PackError, StoreError, OSError."""
    listed = study.catalogue.exam(exam_id)
    exam, pack = listed.exam, listed.pack
    form = draw(study, exam, pack, seed)
    if form.shortfall:
        raise CannotDrawForm(exam, pack.objectives(exam.id), form.shortfall)
    shown = shown_questions(pack, exam.id, form.question_ids)
    if len(shown) != len(form.question_ids):
        raise pack.damaged("questions are missing")
    rules = Rules(
        mode=Mode.EXAM,
        limit_ms=exam.time_limit_s * 1000 * time_percent // 100,
        navigation=exam.navigation,
        multiple_response_rule=exam.multiple_response_rule,
        time_percent=time_percent,
        asks_confidence=asks_confidence,
    )
    random = Random(f"{seed}:options")
    return ExamSitting(study, sitting.begin(study, exam, pack, form.question_ids, shown, rules, random))


def resume(study: Study, attempt_id: str) -> "ExamSitting":
    """Go on with an exam that was closed or crashed, with the time it had.

    Raises: KeyError for an unknown, deleted or finished attempt, QuestionsMissing, PackError, StoreError, OSError.
    """
    left = sitting.take_up(study, attempt_id)
    attempt = left.attempt
    with study.store.database.translated():
        clock = ClockFile(clock_path(study, attempt_id))
    gone = max(clock.elapsed_ms - attempt.elapsed_ms, 0)
    if clock.index == attempt.position:
        on_item = max(clock.item_ms, attempt.item_ms.get(attempt.position, 0))
        attempt = replace(attempt, item_ms={**attempt.item_ms, attempt.position: on_item})
    clock.close()
    attempt = replace(attempt, elapsed_ms=attempt.elapsed_ms + gone).resume()
    _save(study, attempt, left.pack.path.name)
    return ExamSitting(study, replace(left, attempt=attempt))


def tidy_clocks(study: Study) -> None:
    """Remove the clock files of exams that were deleted, and of finished ones whose end a crash cut short.

    The store takes their time over first: a deletion that is taken back later costs no time. The file of an exam that
    the store does not know stays; it may be known again after a backup is put back. Raises: StoreError, OSError.
    """
    for path in study.clocks.glob("*.clock"):
        with study.store.database.translated():
            is_over = attempts.is_over(study.store.db, path.stem)
        if is_over:
            clock = ClockFile(path)
            clock.close()
            with study.store.database.transaction() as db:
                attempts.keep_clock(db, path.stem, clock.elapsed_ms, clock.index, clock.item_ms)
            path.unlink(missing_ok=True)


def clock_path(study: Study, attempt_id: str) -> Path:
    return study.clocks / f"{attempt_id}.clock"


class ExamSitting:
    """A running exam. Every method returns the attempt as it then stands; a finished one when the time ran out.

    Raises `StoreError` or `OSError` where the disk does not take a command: the attempt is then unchanged.
    """

    def __init__(self, study: Study, sitting: Sitting) -> None:
        self.exam = sitting.exam
        self.shown = sitting.shown
        self.attempt = sitting.attempt
        self._study = study
        self._sitting_id = sitting.id
        self._pack = sitting.pack
        with study.store.database.translated():
            self._clock = ClockFile(clock_path(study, self.attempt.id))
        self._ticked_at = study.monotonic_ms()
        self._durable_at = self._ticked_at

    @property
    def current(self) -> ShownQuestion:
        return self.shown[self.attempt.item.question_id]

    def begin(self) -> None:
        """The exam is on the screen: its clock runs from here, not from when the program began to draw it."""
        self._ticked_at = self._study.monotonic_ms()

    def answer(self, choice: Choice, confidence: Confidence | None = None) -> Attempt:
        """Give, change or take back the answer to the question shown. Raises: IllegalCommand, ValueError."""
        attempt = self._pass_time()
        if attempt.is_finished:
            return attempt
        question = self.current.question
        choice = canonical_choice(question, choice)
        given = attempt.answer(choice, is_correct=is_right(question, choice), confidence=confidence)
        return self._record(given, attempts.answered_payload(given, self._sitting_id))

    def flag(self, is_flagged: bool) -> Attempt:
        """Mark the question shown for review, or not. Raises: IllegalCommand."""
        attempt = self._pass_time()
        if attempt.is_finished:
            return attempt
        given = attempt.flag(is_flagged)
        question_id = given.item.question_id
        return self._record(given, Flagged(given.id, self._sitting_id, question_id, is_flagged, given.elapsed_ms))

    def strike(self, option_id: str, is_struck: bool) -> Attempt:
        """Strike an option out, or take it back. Raises: IllegalCommand."""
        attempt = self._pass_time()
        if attempt.is_finished:
            return attempt
        given = attempt.strike(option_id, is_struck)
        question_id = given.item.question_id
        payload = Struck(given.id, self._sitting_id, question_id, option_id, is_struck, given.elapsed_ms)
        return self._record(given, payload)

    def visit(self, index: int) -> Attempt:
        """Show another question. Raises: IllegalCommand."""
        attempt = self._pass_time()
        if attempt.is_finished:
            return attempt
        given = attempt.visit(index)
        _save(self._study, given, self._pack.path.name)
        self.attempt = given
        self._write_clock(is_durable=False)
        return given

    def tick(self) -> Attempt:
        """Let the clock run; called twice a second. Submits by itself when the time is up."""
        attempt = self._pass_time()
        if attempt.phase is Phase.RUNNING:
            now = self._study.monotonic_ms()
            is_durable = now - self._durable_at >= DURABLE_TICK_MS
            self._write_clock(is_durable=is_durable)
            if is_durable:
                self._durable_at = now
        return attempt

    def submit(self) -> Attempt:
        """End the exam with what was answered and score it."""
        attempt = self._pass_time()
        return attempt if attempt.is_finished else self._finish(attempt.submit(), "submitted")

    def suspend(self) -> Attempt:
        """Keep everything for later because the program closes."""
        if self.attempt.phase is not Phase.RUNNING:
            return self.attempt
        attempt = self._pass_time()
        if attempt.is_finished:
            return attempt
        _save(self._study, attempt, self._pack.path.name)
        self._write_clock(is_durable=True)
        self._clock.close()
        self.attempt = attempt.suspend()
        return self.attempt

    def _pass_time(self) -> Attempt:
        if self.attempt.phase is not Phase.RUNNING:
            return self.attempt
        now = self._study.monotonic_ms()
        gone = now - self._ticked_at
        self._ticked_at = now
        if gone > SLEEP_MS:
            attempt = self.attempt.interrupt()
            _save(self._study, attempt, self._pack.path.name)
        else:
            attempt = self.attempt.spend(max(0, gone))
        self.attempt = attempt
        if attempt.is_out_of_time:
            return self._finish(attempt.expire(), "expired")
        return attempt

    def _record(self, attempt: Attempt, payload: Payload) -> Attempt:
        self._study.store.record(payload)
        self.attempt = attempt
        return attempt

    def _write_clock(self, *, is_durable: bool) -> None:
        attempt = self.attempt
        on_item = attempt.item_ms.get(attempt.position, 0)
        with self._study.store.database.translated():
            self._clock.write(attempt.elapsed_ms, attempt.position, on_item, is_durable=is_durable)

    def _finish(self, attempt: Attempt, reason: str) -> Attempt:
        questions = [self.shown[item.question_id].question for item in attempt.items]
        raw = Fraction(0)
        results, confidences = "", ""
        for index, question in enumerate(questions):
            answer = attempt.answers.get(index)
            if answer is None or not answer.choice:
                results, confidences = results + "-", confidences + "-"
                continue
            raw += credit(question, answer.choice, attempt.rules.multiple_response_rule)
            results += "1" if answer.is_correct else "0"
            confidences += CONFIDENCE_LETTERS[answer.confidence] if answer.confidence else "-"
        payload = AttemptFinished(
            attempt=attempt.id,
            sitting=self._sitting_id,
            mode=Mode.EXAM,
            reason=reason,
            questions=tuple(question.id for question in questions),
            results=results,
            confidences=confidences,
            seconds=tuple(round(attempt.item_ms.get(i, 0) / 1000) for i in range(len(questions))),
            raw=str(raw),
            scaled=scaled_score(raw, len(questions), self.exam),
            passed=raw >= scaled_cut(len(questions), self.exam),
            elapsed_ms=attempt.elapsed_ms,
            interruptions=attempt.interruptions,
        )
        self._study.store.record(payload, lambda db: attempts.drop_local(db, attempt.id))
        self.attempt = attempt
        self._clock.remove()
        return attempt


def _save(study: Study, attempt: Attempt, pack_name: str) -> None:
    with study.store.database.transaction() as db:
        attempts.save_local(db, attempt, pack_name)
