"""Practise: choose questions, answer one at a time, see at once what was right and why."""

import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Attempt, Mode, Phase, Rules
from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.question import Choice, Confidence, canonical_choice
from pingtopass_desktop.domain.scoring import is_right
from pingtopass_desktop.learner import attempts, marks, mastery, memory
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.events import AttemptFinished, Struck
from pingtopass_desktop.learner.mastery import ObjectiveCount
from pingtopass_desktop.learner.memory import CONFIDENCE_LETTERS
from pingtopass_desktop.study import placement, preferences, sitting
from pingtopass_desktop.study.context import ShownQuestion, Study, shown_questions
from pingtopass_desktop.study.sitting import Sitting

MAX_QUESTIONS = 200
MAX_ELAPSED_MS = 5 * 60 * 1000
"""Time on one practice question beyond this is taken for a break."""


class Selection(StrEnum):
    """Which questions to practise."""

    ALL = "all"
    UNSEEN = "unseen"
    MISSED = "missed"
    DUE = "due"
    BOOKMARKED = "bookmarked"
    GUESSED = "guessed"


_WHY_EMPTY = {
    Selection.ALL: "There are no questions in these objectives. Choose other objectives or import more questions.",
    Selection.UNSEEN: "You have answered every question here at least once. Practise the missed or the due ones.",
    Selection.MISSED: "Nothing missed: your last answer to every question here was right, or none was given yet.",
    Selection.DUE: "No review is due here today. Questions come back on the day that they are due.",
    Selection.BOOKMARKED: "No bookmarks here yet. K keeps the question shown as a bookmark.",
    Selection.GUESSED: "No guesses here. Say “guess” before checking an answer, and the question is collected here.",
}


class NothingToPractise(Exception):
    """The selection is empty; the message says why and what to do."""

    def __init__(self, selection: Selection) -> None:
        super().__init__(_WHY_EMPTY[selection])


class PracticeOffer(Struct, frozen=True):
    """What the set-up page shows: objectives with their stock, and how many questions each selection has."""

    exam: Exam
    objectives: tuple[Objective, ...]
    stock: dict[str, int]
    counts: dict[Selection, int]
    unfinished: tuple[AttemptSummary, ...]
    asks_confidence: bool


def why_empty(selection: Selection) -> str:
    return _WHY_EMPTY[selection]


def offer(study: Study, exam_id: str, objective_ids: Sequence[str] | None = None) -> PracticeOffer:
    """What can be practised, for all objectives or some. Raises: UnknownExam, PackError, StoreError."""
    listed = study.catalogue.exam(exam_id)
    pack = listed.pack
    objectives = tuple(pack.objectives(exam_id))
    chosen = with_descendants(objectives, objective_ids)
    placed = placement.counts(study, exam_id)
    with study.store.database.translated():
        db = study.store.db
        counts = _counts(db, exam_id, placed, chosen)
        waiting = attempts.summaries(db, is_finished=False, mode=Mode.PRACTICE, exam_id=exam_id, limit=5)
    stock = {count.objective_id: count.questions for count in placed}
    return PracticeOffer(
        listed.exam, objectives, stock, counts, tuple(waiting), preferences.load(study).asks_confidence
    )


def with_descendants(objectives: Sequence[Objective], chosen: Sequence[str] | None) -> list[str] | None:
    """The chosen objectives and everything below them; None stays "all"."""
    if chosen is None:
        return None
    wanted = set(chosen)
    for _ in objectives:
        below = {objective.id for objective in objectives if objective.parent_id in wanted} - wanted
        if not below:
            break
        wanted |= below
    return [objective.id for objective in objectives if objective.id in wanted]


def start(
    study: Study,
    exam_id: str,
    *,
    seed: int,
    count: int,
    selection: Selection = Selection.ALL,
    objective_ids: Sequence[str] | None = None,
    question_ids: Sequence[str] | None = None,
    label: str = "",
    asks_confidence: bool = True,
) -> "PracticeSitting":
    """Begin a session of up to `count` questions; `question_ids` names them instead of a selection.

    The questions are shuffled; under `ALL` unseen ones come first, then those answered longest ago.

    Raises: NothingToPractise, UnknownExam, PackError, StoreError.
    """
    listed = study.catalogue.exam(exam_id)
    pack = listed.pack
    random = Random(seed)
    if question_ids is None:
        ids = pack.question_ids(exam_id, with_descendants(pack.objectives(exam_id), objective_ids))
        ids = _select(study, ids, selection)
        random.shuffle(ids)
        if selection is Selection.ALL:
            with study.store.database.translated():
                seen = memory.exposures(study.store.db, ids)
            ids.sort(key=lambda question_id: seen.get(question_id, 0))
    else:
        ids = list(question_ids)
    ids = ids[: min(count, MAX_QUESTIONS)]
    shown = shown_questions(pack, exam_id, ids)
    ids = [question_id for question_id in ids if question_id in shown]
    if not ids:
        raise NothingToPractise(selection)
    rules = Rules(Mode.PRACTICE, None, asks_confidence=asks_confidence)
    return PracticeSitting(study, sitting.begin(study, listed.exam, pack, ids, shown, rules, random, label[:80]))


def resume(study: Study, attempt_id: str) -> "PracticeSitting":
    """Go on with an unfinished session at its first unanswered question.

    Raises: KeyError for an unknown, deleted or finished attempt, QuestionsMissing, PackError, StoreError.
    """
    left = sitting.take_up(study, attempt_id)
    attempt = left.attempt.resume()
    position = attempt.unanswered[0] if attempt.unanswered else len(attempt.items) - 1
    return PracticeSitting(study, replace(left, attempt=replace(attempt, position=position)))


class PracticeSitting:
    """A running practice session. Every method returns the attempt as it then stands, on disk already.

    Raises `StoreError` where the disk does not take a command: the attempt is then unchanged.
    """

    def __init__(self, study: Study, sitting: Sitting) -> None:
        self.exam = sitting.exam
        self.shown = sitting.shown
        self.attempt = sitting.attempt
        self.label = sitting.label
        self._study = study
        self._sitting_id = sitting.id
        self._shown_at = study.monotonic_ms()

    @property
    def current(self) -> ShownQuestion:
        return self.shown[self.attempt.item.question_id]

    def check(self, choice: Choice, confidence: Confidence | None = None) -> Attempt:
        """Answer the question shown for good; the solution may be shown then. Raises: IllegalCommand, ValueError."""
        question = self.current.question
        choice = canonical_choice(question, choice)
        now = self._study.monotonic_ms()
        spent = self.attempt.spend(min(max(0, now - self._shown_at), MAX_ELAPSED_MS))
        given = spent.answer(choice, is_correct=is_right(question, choice), confidence=confidence)
        self._study.store.record(attempts.answered_payload(given, self._sitting_id))
        self.attempt = given
        return given

    def strike(self, option_id: str, is_struck: bool) -> Attempt:
        """Strike an option out, or take it back. Raises: IllegalCommand."""
        given = self.attempt.strike(option_id, is_struck)
        question_id = given.item.question_id
        payload = Struck(given.id, self._sitting_id, question_id, option_id, is_struck, given.elapsed_ms)
        self._study.store.record(payload)
        self.attempt = given
        return given

    def visit(self, index: int) -> Attempt:
        """Show another question. Raises: IllegalCommand."""
        self.attempt = self.attempt.visit(index)
        self._shown_at = self._study.monotonic_ms()
        return self.attempt

    def finish(self) -> Attempt:
        """End the session; what was answered counts, the rest stays unseen."""
        if self.attempt.phase is Phase.FINISHED:
            return self.attempt
        finished = self.attempt.submit()
        answers = [finished.answers.get(index) for index in range(len(finished.items))]
        payload = AttemptFinished(
            attempt=finished.id,
            sitting=self._sitting_id,
            mode=Mode.PRACTICE,
            reason="ended",
            questions=tuple(item.question_id for item in finished.items),
            results="".join("-" if answer is None else "01"[answer.is_correct] for answer in answers),
            confidences="".join(
                CONFIDENCE_LETTERS[answer.confidence] if answer and answer.confidence else "-" for answer in answers
            ),
            seconds=tuple(round(finished.item_ms.get(index, 0) / 1000) for index in range(len(finished.items))),
            raw=str(Fraction(sum(answer.is_correct for answer in answers if answer))),
            scaled=None,
            passed=None,
            elapsed_ms=finished.elapsed_ms,
            interruptions=finished.interruptions,
        )
        self._study.store.record(payload, lambda db: attempts.drop_local(db, finished.id))
        self.attempt = finished
        return finished


def _counts(
    db: sqlite3.Connection, exam_id: str, placed: Sequence[ObjectiveCount], chosen: Sequence[str] | None
) -> dict[Selection, int]:
    """How many questions of the chosen objectives each selection has, without reading which."""
    own = [count for count in placed if chosen is None or count.objective_id in chosen]
    total, seen = sum(count.questions for count in own), sum(count.seen for count in own)
    return {
        Selection.ALL: total,
        Selection.UNSEEN: total - seen,
        Selection.MISSED: seen - sum(count.known for count in own),
        Selection.DUE: sum(count.due for count in own),
        Selection.BOOKMARKED: mastery.bookmarked(db, exam_id, chosen),
        Selection.GUESSED: mastery.guessed(db, exam_id, chosen),
    }


def _select(study: Study, ids: list[str], selection: Selection) -> list[str]:
    with study.store.database.translated():
        db = study.store.db
        if selection is Selection.ALL:
            return ids
        if selection is Selection.UNSEEN:
            seen = memory.seen(db)
            return [question_id for question_id in ids if question_id not in seen]
        chosen = {
            Selection.MISSED: memory.missed,
            Selection.BOOKMARKED: marks.bookmarked,
            Selection.GUESSED: memory.guessed,
        }
        wanted = memory.due(db, study.now_ms()) if selection is Selection.DUE else chosen[selection](db)
    return [question_id for question_id in ids if question_id in wanted]
