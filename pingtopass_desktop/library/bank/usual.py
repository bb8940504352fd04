"""The usual question, read in a fifth of the time: no pictures, no unknown fields, nothing wrong.

Whatever is not usual is left to `library.bank.fields`, which says what is wrong and where. For what is read here both
give the same question; a test compares them.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import imported_id, is_uuid, objective_id

MAX_OPTIONS = 26
MAX_TEXT = 50_000

LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_Text = Annotated[str, Meta(max_length=MAX_TEXT)]
_Filled = Annotated[str, Meta(max_length=MAX_TEXT, pattern=r"\S")]


class _Option(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}\Z")]
    text: _Filled
    is_correct: bool = False
    rationale: _Text = ""
    misconception: _Text = ""
    position: int | None = None
    match: _Text | None = None


class _Question(Struct, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    type: QuestionType
    objective: _Text
    text: _Filled
    answers: Annotated[tuple[_Option, ...], Meta(min_length=2, max_length=MAX_OPTIONS)]
    source_id: _Text = ""
    difficulty: Annotated[int, Meta(ge=1, le=5)] = 3
    explanation: _Text = ""
    reference: _Text = ""
    source_quote: _Text = ""
    sibling_group: _Text = ""
    shuffle_options: bool = True
    is_active: bool = True
    ai_generated: bool = False
    preview_of: _Text = ""
    revision: Annotated[int, Meta(ge=1, le=2**31)] = 1


def usual_question(
    fields: Mapping[str, Any], bank_id: str, exam_id: str, objective_codes: Collection[str]
) -> Question | None:
    """The question of raw fields, or None where anything about them is not usual."""
    try:
        raw = msgspec.convert(fields, _Question)
    except (msgspec.ValidationError, ValueError, TypeError, OverflowError):
        return None
    if raw.objective not in objective_codes or type(fields.get("difficulty", 3)) is float:
        return None
    if not _is_plain(raw) or not _fits_type(raw):
        return None
    is_own_id = is_uuid(raw.id)
    return Question(
        id=raw.id.lower() if is_own_id else imported_id(bank_id, raw.id),
        source_id=raw.source_id or ("" if is_own_id else raw.id),
        exam_id=exam_id,
        objective_id=objective_id(exam_id, raw.objective),
        type=raw.type,
        text=raw.text,
        options=_options(raw),
        difficulty=raw.difficulty,
        explanation=raw.explanation,
        reference=raw.reference,
        source_quote=raw.source_quote,
        sibling_group=raw.sibling_group or None,
        shuffle_options=raw.shuffle_options,
        is_active=raw.is_active,
        ai_generated=raw.ai_generated,
        preview_of=raw.preview_of or None,
        revision=raw.revision,
    )


def _options(raw: _Question) -> tuple[Option, ...]:
    if raw.type is QuestionType.ORDERING:
        return tuple(
            Option(o.id, o.text, False, o.rationale, o.misconception, position=o.position) for o in raw.answers
        )
    if raw.type is QuestionType.MATCHING:
        return tuple(Option(o.id, o.text, False, o.rationale, o.misconception, match=o.match) for o in raw.answers)
    return tuple(Option(o.id, o.text, o.is_correct, o.rationale, o.misconception) for o in raw.answers)


def _is_plain(raw: _Question) -> bool:
    """True where no text holds a picture or half a character."""
    texts = [raw.id, raw.source_id, raw.objective, raw.text, raw.explanation, raw.reference, raw.source_quote]
    texts += [raw.sibling_group, raw.preview_of]
    for option in raw.answers:
        texts += (option.text, option.rationale, option.misconception, option.match or "")
    whole = "\n".join(texts)
    return "![" not in whole and (whole.isascii() or LONE_SURROGATE.search(whole) is None)


def _fits_type(raw: _Question) -> bool:
    """True where ids and texts of options differ and the key is one of its type."""
    answers = raw.answers
    size = len(answers)
    if len({option.id for option in answers}) < size or len({option.text for option in answers}) < size:
        return False
    if raw.type is QuestionType.ORDERING:
        return sorted(option.position or 0 for option in answers) == list(range(1, size + 1))
    if raw.type is QuestionType.MATCHING:
        return all(option.match is not None and option.match.strip() for option in answers)
    keys = sum(option.is_correct for option in answers)
    if raw.type is QuestionType.TRUE_FALSE and size != 2:
        return False
    return keys == 1 if raw.type.has_one_key else keys > 0
