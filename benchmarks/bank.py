"""A synthetic bank of any size: the same seed gives the same bank. Words follow Zipf's law, as in real texts."""

import time
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from random import Random
from uuid import UUID

from msgspec import Struct

from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule, Navigation, Objective, Tier
from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import Bank, objective_id
from pingtopass_desktop.library.index import build_index
from pingtopass_desktop.library.publish import pointer_file, publish, read_pointer

EXAM_ID = "bench"
FORM_SIZE = 65
WEIGHTS = (30.0, 25.0, 20.0, 15.0, 10.0)

_WORDS = 6000
_GENERATION = "1"
"""Part of the folder's name; another number forgets the banks that earlier versions of this file made."""

_CONSONANTS, _VOWELS = "bcdfghklmnprstvz", "aeiou"
_KINDS = (
    (QuestionType.MULTIPLE_CHOICE, 70),
    (QuestionType.MULTI_SELECT, 15),
    (QuestionType.TRUE_FALSE, 5),
    (QuestionType.ORDERING, 5),
    (QuestionType.MATCHING, 5),
)


class PublishedBank(Struct, frozen=True):
    """A folder with one published bank. `publish_s` is None where it was there from an earlier run."""

    packs: Path
    pack: Path
    generate_s: float | None = None
    publish_s: float | None = None


def vocabulary() -> list[str]:
    """The words from the most to the least frequent one. No word begins with another."""
    random = Random("vocabulary")
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        syllables = random.choices((2, 3, 4), (50, 40, 10))[0]
        word = "".join(random.choice(_CONSONANTS) + random.choice(_VOWELS) for _ in range(syllables))
        words.setdefault(word + "xwqj"[syllables - 1])
    return list(words)


def published(count: int, cache: Path) -> PublishedBank:
    """The bank of `count` questions as a pack in a folder below `cache`; made once and kept."""
    packs = cache / f"bank-{_GENERATION}-{count}"
    pointer = read_pointer(pointer_file(packs, EXAM_ID))
    if pointer is not None and (packs / pointer.pack).is_file():
        return PublishedBank(packs, packs / pointer.pack)
    started = time.perf_counter()
    bank = make_bank(count)
    generated = time.perf_counter()
    pack = publish(bank, packs, source="benchmark", now=datetime(2026, 11, 22, tzinfo=UTC))
    written = time.perf_counter()
    build_index(pack)
    return PublishedBank(packs, pack, generated - started, written - generated)


def make_bank(count: int) -> Bank:
    """A bank with one exam of 65 questions and five objectives by weight."""
    exam = Exam(
        id=EXAM_ID, code="BEN-100", name="Benchmark", vendor="", description="", language="en", tier=Tier.FREE,
        question_count=FORM_SIZE, time_limit_s=5400, scale_min=100, scale_max=1000, pass_scaled=720, cut_count=47,
        multiple_response_rule=MultipleResponseRule.ALL_OR_NOTHING, navigation=Navigation.FREE,
    )  # fmt: skip
    objectives = tuple(
        Objective(objective_id(EXAM_ID, f"{n}"), EXAM_ID, None, f"{n}", f"Objective {n}", weight=weight, position=n - 1)
        for n, weight in enumerate(WEIGHTS, start=1)
    )
    write = _Writer()
    questions = tuple(_question(number, count, write) for number in range(count))
    return Bank(EXAM_ID, "Benchmark", "", (exam,), objectives, questions)


class _Writer:
    """Random text of given lengths in words."""

    def __init__(self) -> None:
        self.random = Random("texts")
        self._vocabulary = vocabulary()
        self._weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))

    def text(self, shortest: int, longest: int) -> str:
        words = self.random.choices(
            self._vocabulary, cum_weights=self._weights, k=self.random.randint(shortest, longest)
        )
        return " ".join(words).capitalize() + "."


def _question(number: int, count: int, write: _Writer) -> Question:
    random = write.random
    objective = random.choices(range(1, len(WEIGHTS) + 1), WEIGHTS)[0]
    kind = random.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])[0]
    return Question(
        id=str(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + random.getrandbits(60))),
        exam_id=EXAM_ID,
        objective_id=objective_id(EXAM_ID, str(objective)),
        type=kind,
        text=write.text(15, 60),
        options=_options(kind, write),
        source_id=f"B{number:06}",
        difficulty=random.randint(1, 5),
        explanation=write.text(20, 60),
        reference="RFC 1918",
        sibling_group=f"g{random.randrange(count // 10 + 1)}" if random.random() < 0.1 else None,
    )


def _options(kind: QuestionType, write: _Writer) -> tuple[Option, ...]:
    if kind is QuestionType.TRUE_FALSE:
        return (Option("a", "True", is_correct=True), Option("b", "False"))
    texts = [write.text(3, 15) for _ in range(5 if kind is QuestionType.MULTI_SELECT else 4)]
    if kind is QuestionType.ORDERING:
        return tuple(Option("abcde"[n], text, position=4 - n) for n, text in enumerate(texts))
    if kind is QuestionType.MATCHING:
        return tuple(Option("abcde"[n], text, match=write.text(2, 6)) for n, text in enumerate(texts))
    keys = {0, 2} if kind is QuestionType.MULTI_SELECT else {1}
    return tuple(
        Option("abcde"[n], text, is_correct=n in keys, rationale=write.text(5, 15)) for n, text in enumerate(texts)
    )
