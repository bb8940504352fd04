"""Finding questions: words, exam, objective, type, and what the learner has with a question, all at once.

The learner's sets of questions are read from the learner's file and handed to the library as ids; what is wished is
worked out before hits are counted and cut off.
"""

import time
from collections.abc import Sequence
from enum import StrEnum
from itertools import chain, zip_longest

from msgspec import Struct

from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.learner import marks, memory
from pingtopass_desktop.library import listing
from pingtopass_desktop.library.index import has_index
from pingtopass_desktop.library.listing import Hit, Wish
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.practice import with_descendants

PAGE = 200
"""Hits that are read at once; more when they are asked for."""

_MINUTE_MS = 60_000
_SHOWN_RESULTS = 2


class QuestionState(StrEnum):
    """What came of a question so far."""

    NEW = "new"
    RIGHT = "right"
    MISSED = "missed"
    DUE = "due"
    GUESSED = "guessed"


class Query(Struct, frozen=True):
    """What is looked for; None and False are any. An objective stands for those below it too."""

    text: str = ""
    exam_id: str | None = None
    objective_id: str | None = None
    type: QuestionType | None = None
    state: QuestionState | None = None
    is_bookmarked: bool = False
    has_note: bool = False

    @property
    def is_narrowed(self) -> bool:
        """True where more than words and exam are stated."""
        return any((self.objective_id, self.type, self.state, self.is_bookmarked, self.has_note))


class FoundQuestion(Struct, frozen=True):
    """A question of a list. `results` are the last ones, oldest first; empty for a question never answered."""

    question_id: str
    exam_id: str
    objective: str
    type: QuestionType
    snippet: str
    results: tuple[bool, ...]


class Found(Struct, frozen=True):
    """Questions of a query from `offset` on. `unsearched` names banks that words cannot be looked for in yet;
    `problems` says which banks cannot be read."""

    query: Query
    offset: int
    total: int
    questions: tuple[FoundQuestion, ...]
    elapsed_ms: int
    unsearched: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class QuestionFinder:
    """Used on the store lane. It keeps the learner's sets of questions until something is recorded."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._changes = -1
        self._sets: dict[object, _Sets] = {}
        self._wishes: dict[str, Wish] = {}

    def find(self, query: Query, offset: int = 0, *, waits_for_index: bool = True) -> Found:
        """A page of what the query finds. Without words these are all questions, in the order of the bank.

        Where words are given and `waits_for_index`, banks without a search index are left out; else an index is made in
        memory, which takes seconds for a large bank. A bank that cannot be read leaves the others. Raises: StoreError.
        """
        started = time.perf_counter_ns()
        sets = self._learners(query)
        mixes = bool(query.text.strip()) and query.exam_id is None
        total, pages, unsearched, problems = 0, [], [], []
        for pack, exam_ids in self._packs(query.exam_id):
            if query.text.strip() and waits_for_index and not pack.has_search and not has_index(pack):
                unsearched.append(pack.name)
                continue
            begin, limit = (0, offset + PAGE) if mixes else (max(0, offset - total), PAGE)
            try:
                listing.narrow(pack, self._wish(pack, exam_ids, query, sets))
                count, hits = _page(pack, query.text, begin, limit)
            except PackError as error:
                problems.append(str(error))
                continue
            total += count
            pages.append(hits)
        hits = _mixed(pages)[offset:] if mixes else list(chain.from_iterable(pages))
        questions = self._described(hits[:PAGE])
        elapsed_ms = round((time.perf_counter_ns() - started) / 1e6)
        return Found(query, offset, total, questions, elapsed_ms, tuple(unsearched), tuple(problems))

    def _packs(self, exam_id: str | None) -> list[tuple[Pack, tuple[str, ...]]]:
        """The packs to look in, each with its exams in question."""
        found: dict[str, tuple[Pack, tuple[str, ...]]] = {}
        for entry in self._study.catalogue.exams():
            if exam_id in (None, entry.exam.id):
                _, before = found.get(entry.pack.bank_id, (entry.pack, ()))
                found[entry.pack.bank_id] = (entry.pack, (*before, entry.exam.id))
        return list(found.values())

    def _wish(self, pack: Pack, exam_ids: tuple[str, ...], query: Query, sets: "_Sets") -> Wish:
        """The same object for the same wish, so that the pack sees at once that it is the same."""
        objective_ids = None
        if query.objective_id is not None:
            objectives = [objective for exam_id in exam_ids for objective in pack.objectives(exam_id)]
            below = with_descendants(objectives, [query.objective_id])
            objective_ids = tuple(below or ())
        question_type = str(query.type) if query.type else None
        wish = Wish(exam_ids, objective_ids, question_type, sets.only, sets.without)
        known = self._wishes.get(pack.bank_id)
        if known is not None and known.only is wish.only and known.without is wish.without and known == wish:
            return known
        self._wishes[pack.bank_id] = wish
        return wish

    def _learners(self, query: Query) -> "_Sets":
        """The sets of ids that state, bookmark and note come down to."""
        study = self._study
        with study.store.database.translated():
            db = study.store.db
            if db.total_changes != self._changes:
                self._sets.clear()
                self._changes = db.total_changes
            now_ms = study.now_ms()
            minute = now_ms // _MINUTE_MS if query.state is QuestionState.DUE else 0
            key = (query.state, query.is_bookmarked, query.has_note, minute)
            if key not in self._sets:
                self._sets[key] = _sets(study, query, now_ms)
            return self._sets[key]

    def _described(self, hits: Sequence[Hit]) -> tuple[FoundQuestion, ...]:
        titles = {
            objective.id: objective.title
            for entry in self._study.catalogue.exams()
            for objective in entry.pack.objectives(entry.exam.id)
        }
        with self._study.store.database.translated():
            results = memory.results(self._study.store.db, [hit.question_id for hit in hits])
        return tuple(
            FoundQuestion(
                question_id=hit.question_id,
                exam_id=hit.exam_id,
                objective=titles.get(hit.objective_id, ""),
                type=QuestionType(hit.type),
                snippet=hit.snippet,
                results=tuple(mark == "1" for mark in results.get(hit.question_id, "")[-_SHOWN_RESULTS:]),
            )
            for hit in hits
        )


class _Sets(Struct, frozen=True):
    only: frozenset[str] | None
    without: frozenset[str] = frozenset()


def _sets(study: Study, query: Query, now_ms: int) -> _Sets:
    db = study.store.db
    wanted: list[set[str]] = []
    without: set[str] = set()
    if query.state is QuestionState.NEW:
        without = memory.seen(db)
    elif query.state is QuestionState.RIGHT:
        wanted.append(memory.seen(db) - memory.missed(db))
    elif query.state is QuestionState.MISSED:
        wanted.append(memory.missed(db))
    elif query.state is QuestionState.DUE:
        wanted.append(memory.due(db, now_ms))
    elif query.state is QuestionState.GUESSED:
        wanted.append(memory.guessed(db))
    if query.is_bookmarked:
        wanted.append(marks.bookmarked(db))
    if query.has_note:
        wanted.append(marks.noted(db))
    only = frozenset(set.intersection(*wanted)) if wanted else None
    return _Sets(only, frozenset(without))


def _page(pack: Pack, text: str, begin: int, limit: int) -> tuple[int, list[Hit]]:
    if text.strip():
        return listing.matches(pack, text, begin, limit)
    count = listing.count(pack)
    return count, listing.page(pack, begin, limit) if begin < count else []


def _mixed(pages: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The best of each bank in turn: how well a question matches can be compared within a bank only."""
    return [hit for hit in chain.from_iterable(zip_longest(*pages)) if hit is not None]
