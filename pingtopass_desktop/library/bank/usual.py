"""The usual question, read in a third of the time: no pictures, no unknown fields, nothing wrong.

Whatever is not usual is left to `library.bank.fields`, which says what is wrong and where. For what is read here both
give the same question; a test compares them.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder

from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import imported_id, is_uuid, objective_id

MAX_OPTIONS = 26
MAX_TEXT = 50_000

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
OPTION_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class UsualFields(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Fields of the right types, all texts together no longer than one may be, none with a picture."""

    id: str
    type: QuestionType
    objective: str
    text: str
    answers: Annotated[tuple[Option, ...], Meta(min_length=2, max_length=MAX_OPTIONS)]
    source_id: str = ""
    difficulty: Annotated[int, Meta(ge=1, le=5)] = 3
    explanation: str = ""
    reference: str = ""
    source_quote: str = ""
    sibling_group: str = ""
    shuffle_options: bool = True
    is_active: bool = True
    ai_generated: bool = False
    preview_of: str = ""
    revision: Annotated[int, Meta(ge=1, le=2**31)] = 1


_decode = Decoder(UsualFields).decode


def fields_of_line(line: str) -> UsualFields | None:
    """The usual fields of one line of JSON; None too where something in it is escaped by its number."""
    if len(line) > MAX_TEXT or ("!" in line and "![" in line) or ("\\" in line and "\\u" in line):
        return None  # one character is found ten times as fast as two
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def fields_of_mapping(fields: Mapping[str, Any]) -> UsualFields | None:
    try:
        usual = msgspec.convert(fields, UsualFields)
    except (msgspec.ValidationError, ValueError, TypeError, OverflowError):
        return None
    return usual if _is_plain(usual) else None


def usual_question(
    fields: UsualFields, bank_id: str, exam_id: str, objective_codes: Collection[str]
) -> Question | None:
    """The question of usual fields, or None where something is wrong with them."""
    if not fields.id or fields.objective not in objective_codes or not fields.text.strip() or not _is_sound(fields):
        return None
    is_own_id = is_uuid(fields.id)
    return Question(
        id=fields.id.lower() if is_own_id else imported_id(bank_id, fields.id),
        source_id=fields.source_id or ("" if is_own_id else fields.id),
        exam_id=exam_id,
        objective_id=objective_id(exam_id, fields.objective),
        type=fields.type,
        text=fields.text,
        options=fields.answers,
        difficulty=fields.difficulty,
        explanation=fields.explanation,
        reference=fields.reference,
        source_quote=fields.source_quote,
        sibling_group=fields.sibling_group or None,
        shuffle_options=fields.shuffle_options,
        is_active=fields.is_active,
        ai_generated=fields.ai_generated,
        preview_of=fields.preview_of or None,
        revision=fields.revision,
    )


def _is_plain(fields: UsualFields) -> bool:
    """True where no text holds a picture or half a character and none can be too long."""
    texts = [fields.id, fields.source_id, fields.objective, fields.text, fields.explanation, fields.reference]
    texts += [fields.source_quote, fields.sibling_group, fields.preview_of]
    for option in fields.answers:
        texts += (option.id, option.text, option.rationale, option.misconception, option.match or "")
    whole = "\n".join(texts)
    return len(whole) <= MAX_TEXT and "![" not in whole and (whole.isascii() or LONE_SURROGATE.search(whole) is None)


def _is_sound(fields: UsualFields) -> bool:
    """True where options have ids and texts that differ, a key of their type, and nothing of another type."""
    ids: set[str] = set()
    texts: set[str] = set()
    keys = 0
    is_plain_choice = True
    for option in fields.answers:
        if not option.text.strip() or not _is_option_id(option.id):
            return False
        ids.add(option.id)
        texts.add(option.text)
        keys += option.is_correct
        if option.position is not None or option.match is not None:
            is_plain_choice = False
    size = len(fields.answers)
    if len(ids) < size or len(texts) < size:
        return False
    if not is_plain_choice:
        return keys == 0 and _is_sequence_or_pairs(fields)
    if fields.type is QuestionType.MULTI_SELECT:
        return keys > 0
    if fields.type is QuestionType.MULTIPLE_CHOICE:
        return keys == 1
    return fields.type is QuestionType.TRUE_FALSE and keys == 1 and size == 2


def _is_sequence_or_pairs(fields: UsualFields) -> bool:
    positions = {option.position for option in fields.answers}
    matches = {option.match for option in fields.answers}
    if fields.type is QuestionType.ORDERING:
        return positions == set(range(1, len(fields.answers) + 1)) and matches == {None}
    return fields.type is QuestionType.MATCHING and positions == {None} and all(m and m.strip() for m in matches)


@lru_cache(maxsize=256)
def _is_option_id(text: str) -> bool:
    return OPTION_ID.fullmatch(text) is not None
