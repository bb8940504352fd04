"""Exams, questions and banks for tests: small ones by hand, random ones by Hypothesis."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from pingtopass_desktop.domain.exam import Exam, MultipleResponseRule, Navigation, Objective, Tier
from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import Bank, Media, objective_id
from pingtopass_desktop.library.publish import publish

PUBLISHED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
PNG_SHA256 = hashlib.sha256(PNG).hexdigest()


def make_exam(**changes: Any) -> Exam:
    """The exam of the golden table: 50 questions, 36 pass, 100 to 1000 with 720."""
    fields: dict[str, Any] = {
        "id": "golden",
        "code": "GLD-1",
        "name": "Golden",
        "vendor": "",
        "description": "",
        "language": "en",
        "tier": Tier.FREE,
        "question_count": 50,
        "time_limit_s": 3600,
        "scale_min": 100,
        "scale_max": 1000,
        "pass_scaled": 720,
        "cut_count": 36,
        "multiple_response_rule": MultipleResponseRule.ALL_OR_NOTHING,
        "navigation": Navigation.FREE,
    }
    return Exam(**{**fields, **changes})


def make_objective(code: str, *, exam_id: str = "golden", parent: str | None = None, **changes: Any) -> Objective:
    return Objective(
        id=objective_id(exam_id, code),
        exam_id=exam_id,
        parent_id=objective_id(exam_id, parent) if parent else None,
        code=code,
        name=f"Objective {code}",
        **changes,
    )


def make_options(kind: QuestionType, size: int = 4, keys: Sequence[int] = (0,)) -> tuple[Option, ...]:
    """Options a, b, c…; `keys` are the right ones. Ordering is solved from last to first."""
    options: list[Option] = []
    for number in range(size):
        letter = "abcdefghijklmnopqrstuvwxyz"[number]
        if kind is QuestionType.ORDERING:
            options.append(Option(letter, f"step {letter}", position=size - number))
        elif kind is QuestionType.MATCHING:
            options.append(Option(letter, f"left {letter}", match=f"right {letter}"))
        else:
            options.append(Option(letter, f"option {letter}", is_correct=number in keys, rationale=f"because {letter}"))
    return tuple(options)


def make_question(
    number: int = 1,
    kind: QuestionType = QuestionType.MULTIPLE_CHOICE,
    *,
    objective: str = "1",
    exam_id: str = "golden",
    size: int | None = None,
    keys: Sequence[int] = (0,),
    **changes: Any,
) -> Question:
    size = size or (2 if kind is QuestionType.TRUE_FALSE else 4)
    fields: dict[str, Any] = {
        "id": question_id(number),
        "exam_id": exam_id,
        "objective_id": objective_id(exam_id, objective),
        "type": kind,
        "text": f"Question {number} about topic {number % 7}?",
        "options": make_options(kind, size, keys),
        "explanation": f"Because of {number}.",
        "reference": f"RFC {number}",
    }
    return Question(**{**fields, **changes})


def question_id(number: int) -> str:
    return str(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number))


def make_bank(
    per_objective: int = 6,
    *,
    bank_id: str = "golden",
    weights: Sequence[float] = (50, 30, 20),
    question_count: int = 10,
    **exam_changes: Any,
) -> Bank:
    """A bank with objectives 1, 2, 3… of the given weights and questions of all five types in turn."""
    fields: dict[str, Any] = {"id": bank_id, "question_count": question_count, "cut_count": max(1, question_count // 2)}
    exam = make_exam(**{**fields, **exam_changes})
    objectives = tuple(
        make_objective(str(n), exam_id=exam.id, weight=float(weight), position=n - 1)
        for n, weight in enumerate(weights, start=1)
    )
    kinds = list(QuestionType)
    questions: list[Question] = []
    for objective in objectives:
        for _ in range(per_objective):
            number = len(questions) + 1
            kind = kinds[number % len(kinds)]
            keys = (0, 2) if kind is QuestionType.MULTI_SELECT else (1,)
            questions.append(make_question(number, kind, objective=objective.code, exam_id=exam.id, keys=keys))
    return Bank(bank_id, "Golden bank", "1", (exam,), objectives, tuple(questions))


def publish_bank(bank: Bank, folder: Path, now: datetime = PUBLISHED) -> Path:
    return publish(bank, folder, source="test", now=now)


TEXT = st.text(max_size=40)
"""Any Unicode but lone surrogates, control characters included."""

FULL_TEXT = TEXT.map(lambda text: text + "x").filter(lambda text: "![" not in text)
STRIPPED = TEXT.map(str.strip)
OPTION_IDS = st.text("ABCXYZabcxyz0189_-", min_size=1, max_size=4)


@st.composite
def options(draw: st.DrawFn, kind: QuestionType) -> tuple[Option, ...]:
    size = 2 if kind is QuestionType.TRUE_FALSE else draw(st.integers(2, 6))
    ids = draw(st.lists(OPTION_IDS, min_size=size, max_size=size, unique=True))
    texts = draw(st.lists(FULL_TEXT, min_size=size, max_size=size, unique=True))
    places = draw(st.permutations(range(1, size + 1)))
    keys = {draw(st.integers(0, size - 1))}
    if kind is QuestionType.MULTI_SELECT:
        keys |= draw(st.sets(st.integers(0, size - 1)))
    return tuple(
        Option(
            id=ids[n],
            text=texts[n],
            is_correct=kind.is_choice and n in keys,
            rationale=draw(FULL_TEXT | st.just("")),
            misconception=draw(TEXT),
            position=places[n] if kind is QuestionType.ORDERING else None,
            match=draw(FULL_TEXT) if kind is QuestionType.MATCHING else None,
        )
        for n in range(size)
    )


@st.composite
def questions(draw: st.DrawFn, exam_id: str, codes: Sequence[str]) -> Question:
    kind = draw(st.sampled_from(QuestionType))
    picture = draw(st.sampled_from(["", f" ![figure](media:{PNG_SHA256})"]))
    return Question(
        id=str(draw(st.uuids())),
        exam_id=exam_id,
        objective_id=objective_id(exam_id, draw(st.sampled_from(codes))),
        type=kind,
        text=draw(FULL_TEXT) + picture,
        options=draw(options(kind)),
        source_id=draw(TEXT),
        difficulty=draw(st.integers(1, 5)),
        explanation=draw(FULL_TEXT | st.just("")),
        reference=draw(TEXT),
        source_quote=draw(TEXT),
        sibling_group=draw(st.sampled_from([None, "s1", "s2 é\u2028"])),
        shuffle_options=draw(st.booleans()),
        is_active=draw(st.booleans()),
        ai_generated=draw(st.booleans()),
        preview_of=draw(st.none() | st.uuids().map(str)),
        revision=draw(st.integers(1, 9)),
    )


@st.composite
def exam_parts(draw: st.DrawFn, exam_id: str) -> tuple[Exam, tuple[Objective, ...], tuple[Question, ...]]:
    count = draw(st.integers(1, 200))
    low = draw(st.integers(-100, 100))
    passing = low + draw(st.integers(1, 500))
    codes = draw(st.lists(FULL_TEXT.map(str.strip), min_size=1, max_size=4, unique=True))
    objectives = tuple(
        Objective(
            id=objective_id(exam_id, code),
            exam_id=exam_id,
            parent_id=objective_id(exam_id, codes[n - 1]) if n and draw(st.booleans()) else None,
            code=code,
            name=draw(STRIPPED) or code,
            description=draw(STRIPPED),
            weight=draw(st.floats(0.25, 100, allow_nan=False)) if draw(st.booleans()) else None,
            position=n,
        )
        for n, code in enumerate(codes)
    )
    exam = Exam(
        id=exam_id,
        code=draw(STRIPPED) or exam_id.upper(),
        name=draw(FULL_TEXT).strip(),
        vendor=draw(STRIPPED),
        description=draw(STRIPPED),
        language=draw(STRIPPED) or "en",
        tier=draw(st.sampled_from(Tier)),
        question_count=count,
        time_limit_s=draw(st.integers(1, 86_400)),
        scale_min=low,
        scale_max=passing + draw(st.integers(0, 500)),
        pass_scaled=passing,
        cut_count=draw(st.integers(1, count)),
        multiple_response_rule=draw(st.sampled_from(MultipleResponseRule)),
        navigation=draw(st.sampled_from(Navigation)),
    )
    of_exam = draw(st.lists(questions(exam_id, codes), max_size=5, unique_by=lambda q: q.id))
    return exam, objectives, tuple(of_exam)


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    """A bank as bank text can state it: one to three exams, any Unicode, all five types, a picture now and then."""
    ids = draw(st.lists(st.sampled_from(["net-1", "a", "z.9_x"]), min_size=1, max_size=3, unique=True))
    parts = [draw(exam_parts(exam_id)) for exam_id in sorted(ids)]
    everything = tuple({q.id: q for _, _, of_exam in parts for q in of_exam}.values())
    media = (Media(PNG_SHA256, "image/png", PNG),) if any(PNG_SHA256 in q.text for q in everything) else ()
    return Bank(
        id=draw(st.sampled_from(["bank", "b-2"])),
        name=draw(STRIPPED),
        version=draw(STRIPPED),
        exams=tuple(exam for exam, _, _ in parts),
        objectives=tuple(objective for _, objectives, _ in parts for objective in objectives),
        questions=everything,
        media=media,
    )
