"""Weeks of study for the tour, made by the use cases themselves on clocks that can be sent ahead. No Qt."""

from datetime import timedelta
from random import Random

from msgspec.structs import replace

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.question import Choice, Confidence, Question
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import exam, marks, practice, preferences
from pingtopass_desktop.study.context import Study, now_utc, wall_ms
from pingtopass_desktop.study.practice import PracticeSitting

EXAM = "net-101"
_DAYS = 54
_EXAM_DAYS = (33, 19, 6)
_DAY_MS = 24 * 3600 * 1000


class _Clock:
    """A clock in milliseconds that goes as it is told."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def live_through(folder: DataFolder) -> None:
    """Study for eight weeks up to today, getting better, with three exams; the starter bank is installed."""
    random = Random(11)
    clock = _Clock(wall_ms() - _DAYS * _DAY_MS)
    start_ms = clock.now_ms
    store = LearnerStore(folder.learner, clock)
    study = Study(store, Catalogue(folder.packs), folder.clocks, clock, clock)
    try:
        for day in range(_DAYS):
            clock.now_ms = max(clock.now_ms, start_ms + day * _DAY_MS)
            share = 0.52 + 0.36 * day / _DAYS
            left = _DAYS - day
            if left in _EXAM_DAYS:
                _sit(study, clock, random, share + 0.06)
            elif left <= 6 or random.random() < 0.62:
                _practise(study, clock, random, share, random.choice((8, 12, 16)), seed=day)
        preferences.set_exam_date(study, EXAM, now_utc().date() + timedelta(days=23))
        preferences.save(study, replace(preferences.load(study), exam_id=EXAM))
    finally:
        study.catalogue.close()
        store.close()


def half_right(question: Question) -> Choice:
    """A complete answer that is wrong in one place."""
    if not question.type.is_choice:
        return (*question.key[1:], question.key[0]) if question.type == "ordering" else _swapped(question)
    wrong = [option.id for option in question.options if not option.is_correct]
    return tuple(sorted((*question.key[1:], *wrong[:1])))


def _practise(study: Study, clock: _Clock, random: Random, share: float, count: int, seed: int) -> None:
    sitting = practice.start(study, EXAM, seed=seed, count=count, label="All objectives")
    for index in range(len(sitting.attempt.items)):
        sitting.visit(index)
        clock.now_ms += round(random.triangular(8, 90, 25) * 1000)
        _check(study, sitting, random, share)
    sitting.finish()


def _check(study: Study, sitting: PracticeSitting, random: Random, share: float) -> None:
    question = sitting.current.question
    is_known = random.random() < share - 0.05 * (question.difficulty - 3)
    certain = 0.75 if is_known else 0.3
    confidence = random.choices(list(Confidence), (certain, 0.9 - certain, 0.35 - certain / 4))[0]
    sitting.check(question.key if is_known else half_right(question), confidence)
    if random.random() < 0.06:
        marks.set_bookmark(study, question.id, True)


def _sit(study: Study, clock: _Clock, random: Random, share: float) -> None:
    sitting = exam.start(study, EXAM, seed=random.randrange(1000), asks_confidence=True)
    sitting.begin()
    for index in range(len(sitting.attempt.items)):
        if index:
            sitting.visit(index)
        for _ in range(round(random.triangular(3, 28, 14))):
            clock.now_ms += 4000
            sitting.tick()
        question = sitting.current.question
        is_known = random.random() < share
        sitting.answer(question.key if is_known else half_right(question), Confidence.SURE if is_known else None)
    sitting.submit()


def _swapped(question: Question) -> Choice:
    ids = [option.id for option in question.options]
    partners = [ids[1], ids[0], *ids[2:]]
    return tuple(sorted(f"{left}={right}" for left, right in zip(ids, partners, strict=True)))
