"""A bank as values; its content rows; the digest that names its content.

The digest is a contract with every pack and server: row digest = SHA-256 of the canonical JSON (sorted keys, UTF-8,
no whitespace) of all columns but timestamps and the digest itself; release digest = SHA-256 over the sorted lines
``table id row_digest``.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.json import Encoder

from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.question import Option, Question, QuestionType

if TYPE_CHECKING:
    from uuid import UUID

Row = dict[str, Any]

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_FAST = Encoder(order="sorted")
"""The same bytes several times faster for all that holds no fractions, which it writes in another way."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
MEDIA_REFERENCE = re.compile(r"media:([0-9a-f]{64})")


class Media(Struct, frozen=True):
    """One file that questions show, addressed by the SHA-256 of its bytes."""

    sha256: str
    mime: str
    content: bytes


class Bank(Struct, frozen=True):
    """Everything of one bank. `version` is what its publisher calls the release."""

    id: str
    name: str
    version: str
    exams: tuple[Exam, ...]
    objectives: tuple[Objective, ...]
    questions: tuple[Question, ...]
    media: tuple[Media, ...] = ()


class Problem(Struct, frozen=True):
    """What is wrong with a bank's text, and where: ``questions/1.toml:34``, field ``answers[2].text``."""

    where: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.field}: {self.message}" if self.field else f"{self.where}: {self.message}"


class BankError(Exception):
    """A bank that cannot be read as a whole. `problems` has at least one entry; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def imported_id(bank_id: str, source_id: str) -> str:
    """The id of an imported question: the same for the same bank and source id, so that a re-import updates."""
    from uuid import uuid5  # imports `platform`: not at the start of the window

    return str(uuid5(_bank_namespace(bank_id), source_id))


@lru_cache(maxsize=8)
def _bank_namespace(bank_id: str) -> "UUID":
    from uuid import NAMESPACE_URL, uuid5

    return uuid5(NAMESPACE_URL, f"pingtopass:bank:{bank_id}")


def is_uuid(text: str) -> bool:
    """True for the usual way to write one, with hyphens."""
    return _UUID.fullmatch(text) is not None


def objective_id(exam_id: str, code: str) -> str:
    return f"{exam_id}:{code}"


def exam_row(exam: Exam) -> Row:
    return {
        "id": exam.id,
        "code": exam.code,
        "name": exam.name,
        "vendor": exam.vendor,
        "description": exam.description,
        "language": exam.language,
        "tier": str(exam.tier),
        "question_count": exam.question_count,
        "time_limit_s": exam.time_limit_s,
        "scale_min": exam.scale_min,
        "scale_max": exam.scale_max,
        "pass_scaled": exam.pass_scaled,
        "cut_count": exam.cut_count,
        "multiple_response_rule": str(exam.multiple_response_rule),
        "navigation": str(exam.navigation),
        "is_active": int(exam.is_active),
    }


def objective_row(objective: Objective) -> Row:
    return {
        "id": objective.id,
        "exam_id": objective.exam_id,
        "parent_id": objective.parent_id,
        "code": objective.code,
        "name": objective.name,
        "description": objective.description,
        "weight": None if objective.weight is None else float(objective.weight),
        "draw_count": objective.draw_count,
        "position": objective.position,
    }


QUESTION_COLUMNS = (
    "id", "source_id", "exam_id", "objective_id", "type", "text", "difficulty", "answers", "explanation", "reference",
    "source_quote", "sibling_group", "shuffle_options", "is_active", "ai_generated", "preview_of", "revision",
)  # fmt: skip
"""The columns of `questions` that its digest covers: all but number, timestamps and the digest itself."""


def question_row(question: Question) -> Row:
    """The `QUESTION_COLUMNS` of a question."""
    return {
        "id": question.id,
        "source_id": question.source_id,
        "exam_id": question.exam_id,
        "objective_id": question.objective_id,
        "type": str(question.type),
        "text": question.text,
        "difficulty": question.difficulty,
        "answers": _FAST.encode(answer_fields(question.options)).decode(),
        "explanation": question.explanation,
        "reference": question.reference,
        "source_quote": question.source_quote,
        "sibling_group": question.sibling_group,
        "shuffle_options": int(question.shuffle_options),
        "is_active": int(question.is_active),
        "ai_generated": int(question.ai_generated),
        "preview_of": question.preview_of,
        "revision": question.revision,
    }


def question_from_row(row: Row) -> Question:
    """The inverse of `question_row`; further columns are ignored."""
    options = tuple(
        Option(
            id=answer["id"],
            text=answer["text"],
            is_correct=answer.get("is_correct", False),
            rationale=answer.get("rationale", ""),
            misconception=answer.get("misconception", ""),
            position=answer.get("position"),
            match=answer.get("match"),
        )
        for answer in json.loads(row["answers"])
    )
    return Question(
        id=row["id"],
        source_id=row["source_id"],
        exam_id=row["exam_id"],
        objective_id=row["objective_id"],
        type=QuestionType(row["type"]),
        text=row["text"],
        difficulty=row["difficulty"],
        options=options,
        explanation=row["explanation"],
        reference=row["reference"],
        source_quote=row["source_quote"],
        sibling_group=row["sibling_group"],
        shuffle_options=bool(row["shuffle_options"]),
        is_active=bool(row["is_active"]),
        ai_generated=bool(row["ai_generated"]),
        preview_of=row["preview_of"],
        revision=row["revision"],
    )


def answer_fields(options: tuple[Option, ...]) -> list[Row]:
    """The entries of the `answers` column; empty optional fields are left out.

    Which of the type's fields is set tells the type, so it is no argument.
    """
    is_ordering = bool(options) and options[0].position is not None
    is_matching = bool(options) and options[0].match is not None
    answers: list[Row] = []
    for option in options:
        fields: Row = {"id": option.id, "text": option.text}
        if is_ordering:
            fields["position"] = option.position
        elif is_matching:
            fields["match"] = option.match
        else:
            fields["is_correct"] = option.is_correct
        if option.rationale:
            fields["rationale"] = option.rationale
        if option.misconception:
            fields["misconception"] = option.misconception
        answers.append(fields)
    return answers


def canonical_json(value: Any) -> str:
    return _CANONICAL.encode(value)


def row_digest(row: Row) -> str:
    has_fraction = any(type(value) is float for value in row.values())
    return hashlib.sha256(canonical_json(row).encode() if has_fraction else _FAST.encode(row)).hexdigest()


def question_digest(row: Row) -> str:
    """The row digest of `QUESTION_COLUMNS`, none of which holds fractions."""
    return hashlib.sha256(_FAST.encode(row)).hexdigest()


def content_rows(bank: Bank) -> Iterator[tuple[str, str, str]]:
    """(table, id, row digest) of every content row of a bank."""
    yield from frame_rows(bank)
    for question in bank.questions:
        yield "questions", question.id, question_digest(question_row(question))


def frame_rows(bank: Bank) -> Iterator[tuple[str, str, str]]:
    """Those of all that is not a question."""
    for exam in bank.exams:
        yield "exams", exam.id, row_digest(exam_row(exam))
    for objective in bank.objectives:
        yield "objectives", objective.id, row_digest(objective_row(objective))
    for media in bank.media:
        yield "media", media.sha256, row_digest({"sha256": media.sha256, "mime": media.mime})


def seal(head: Iterable[object], exams: Iterable[Exam], objectives: Iterable[Objective]) -> str:
    """The digest of all that stands in front of the questions of a pack; `head` is its bank and release columns."""
    rows = [row_digest(exam_row(exam)) for exam in exams]
    rows += [row_digest(objective_row(objective)) for objective in objectives]
    return row_digest({"head": list(head), "rows": sorted(rows)})


def release_digest(rows: Iterable[tuple[str, str, str]]) -> str:
    """The digest of a release over (table, id, row digest), in any order."""
    lines = sorted(f"{table} {row_id} {digest}" for table, row_id, digest in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
