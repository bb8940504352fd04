"""What an attempt at an exam and a practice session have in common: how they begin, and how they are taken up again."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Attempt, Item, Rules
from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.domain.question import presented_order
from pingtopass_desktop.learner import attempts
from pingtopass_desktop.learner.events import new_id
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.study.context import ShownQuestion, Study, shown_questions


class QuestionsMissing(Exception):
    """Questions of an attempt are no longer in the library. The message says which bank to bring back."""


class Sitting(Struct, frozen=True):
    """An attempt as it stands, and all that is needed to show it: its exam and its questions, from one release."""

    id: str
    attempt: Attempt
    label: str
    exam: Exam
    pack: Pack
    shown: dict[str, ShownQuestion]


def begin(
    study: Study,
    exam: Exam,
    pack: Pack,
    question_ids: Sequence[str],
    shown: dict[str, ShownQuestion],
    rules: Rules,
    random: Random,
    label: str = "",
) -> Sitting:
    """Begin an attempt at these questions, in this order, with options in a random one. Raises: StoreError."""
    questions = [shown[question_id].question for question_id in question_ids]
    items = tuple(Item(q.id, q.revision, presented_order(q, random)) for q in questions)
    now = study.now_ms()
    attempt = Attempt(new_id(now), exam.id, rules, items)
    sitting = Sitting(new_id(now), attempt, label, exam, pack, shown)
    study.store.record(
        attempts.started_payload(attempt, sitting.id, label),
        lambda db: attempts.save_local(db, attempt, pack.path.name),
    )
    return sitting


def take_up(study: Study, attempt_id: str) -> Sitting:
    """An unfinished attempt as it was left, not resumed yet.

    Raises: KeyError for an unknown, deleted or finished attempt, QuestionsMissing, PackError, StoreError.
    """
    with study.store.database.translated():
        loaded = attempts.load_attempt(study.store.db, attempt_id)
        local = attempts.load_local(study.store.db, attempt_id)
        summary = attempts.summary(study.store.db, attempt_id)
    if loaded is None or summary is None or loaded[0].is_finished:
        raise KeyError(attempt_id)
    attempt, sitting_id = loaded
    pack = _pack_of(study, local.pack if local else "", attempt.exam_id)
    ids = [item.question_id for item in attempt.items]
    shown = shown_questions(pack, attempt.exam_id, ids)
    missing = sum(question_id not in shown for question_id in ids)
    if missing:
        raise QuestionsMissing(
            f"{missing} of {len(ids)} questions of this {attempt.rules.mode} are no longer in the library. "
            "Import the bank again, then resume; your answers are kept."
        )
    exam = next(exam for exam in pack.exams() if exam.id == attempt.exam_id)
    return Sitting(sitting_id, attempt, summary.label, exam, pack, shown)


def _pack_of(study: Study, pack_name: str, exam_id: str) -> Pack:
    """The release that an attempt started with, or the one in force where that is gone. Raises: QuestionsMissing."""
    try:
        return study.catalogue.pack_file(pack_name)
    except PackError:
        for entry in study.catalogue.exams():
            if entry.exam.id == exam_id:
                return entry.pack
    raise QuestionsMissing(f"The questions of {exam_id!r} are not in the library any more. Import the bank again.")
