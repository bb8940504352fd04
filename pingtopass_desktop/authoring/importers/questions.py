"""From records to the fields that `library.bank.fields` validates. It decides on keys for a whole file at once."""

import hashlib
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from pingtopass_desktop.authoring.importers.keycells import KeyedRow
from pingtopass_desktop.authoring.importers.keys import KeyReader
from pingtopass_desktop.authoring.importers.mapping import ImportRules, Mapping
from pingtopass_desktop.authoring.importers.options import (
    FieldProblem,
    OptionSet,
    flag_of,
    read_options,
)
from pingtopass_desktop.authoring.importers.record import Record, RecordFile, is_blank, text_of
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.bank.model import Problem

_CHOICE_TYPES = frozenset(
    [
        *("multiplechoice", "mc", "mcq", "choice", "choices", "quiz", "question", "multichoice", "standard"),
        *("multiplechoicequestion", "radio", "pickone"),
    ]
)
_TYPES: dict[str, QuestionType] = {
    **dict.fromkeys(
        ("single", "singlechoice", "singleanswer", "singleselect", "oneanswer", "singleresponse"),
        QuestionType.MULTIPLE_CHOICE,
    ),
    **dict.fromkeys(
        (
            *("multiselect", "multi", "multiple", "multipleanswer", "multipleanswers", "multipleresponse"),
            *("multianswer", "multiresponse", "multipleselect", "checkbox", "checkboxes", "selectall", "ma", "mr"),
            *("multipleselection", "multipleanswersquestion", "selectallthatapply"),
        ),
        QuestionType.MULTI_SELECT,
    ),
    **dict.fromkeys(("truefalse", "tf", "boolean", "bool", "truefalsequestion", "yesno"), QuestionType.TRUE_FALSE),
    **dict.fromkeys(("ordering", "order", "sequence", "sequencing", "sorting", "ranking"), QuestionType.ORDERING),
    **dict.fromkeys(("matching", "match", "pairs", "pairing", "matchingquestion"), QuestionType.MATCHING),
}
_DIFFICULTIES = {
    **dict.fromkeys(("veryeasy", "trivial", "beginner"), 1),
    **dict.fromkeys(("easy", "low", "simple", "basic"), 2),
    **dict.fromkeys(("medium", "moderate", "normal", "intermediate", "average"), 3),
    **dict.fromkeys(("hard", "difficult", "high", "advanced"), 4),
    **dict.fromkeys(("veryhard", "expert", "verydifficult"), 5),
}
_PLAIN = re.compile(r"[\W_]+")
_OPTION_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Draft(Struct):
    """One question on its way in: fields for the validation, and what the data say of its objective."""

    record: Record
    fields: dict[str, Any]
    objective: str
    group: str
    warnings: list[Problem] = field(default_factory=list)

    @property
    def where(self) -> str:
        return self.record.where()


class Drafts(Struct):
    """All questions of one file, what was left out and why, what was assumed."""

    drafts: list[Draft]
    skipped: list[Problem]
    warnings: list[Problem]
    has_objectives: bool


def read_drafts(file: RecordFile, mapping: Mapping, rules: ImportRules) -> Drafts:
    """Read every record of a file by its mapping; the order is that of the file."""
    result = Drafts([], list(file.skipped), list(file.warnings), False)
    if mapping.unused:
        message = f"columns that no part of a question is read from: {', '.join(mapping.unused[:20])}"
        result.warnings.append(Problem(file.name, "", message))
    rows: list[tuple[Record, KeyedRow]] = []
    for record in file.records:
        try:
            rows.append((record, _keyed_row(record, mapping)))
        except FieldProblem as problem:
            result.skipped.append(Problem(record.where(), problem.part, str(problem)))
    reader = KeyReader(
        mapping.keys,
        [row for _, row in rows],
        is_stated=rules.key is not None,
        base=rules.key_base,
        separator=rules.key_separator,
        default_base=1 if file.is_table else 0,
    )
    result.warnings += [Problem(file.name, "key", message) for message in reader.warnings]
    unnamed = 0
    for record, row in rows:
        try:
            draft = _draft(record, row, mapping, reader)
        except FieldProblem as problem:
            result.skipped.append(Problem(record.where(), problem.part, str(problem)))
            continue
        if not draft.fields["id"]:
            draft.fields["id"] = _content_id(draft.fields["text"], row.options)
            unnamed += 1
        result.drafts.append(draft)
    if unnamed:
        message = f"questions without an id: {unnamed}; one is made from their text, so a changed text counts as new"
        result.warnings.append(Problem(file.name, "id", message))
    result.has_objectives = any(draft.objective for draft in result.drafts)
    if not result.has_objectives:
        _use_groups(result)
    return result


def _keyed_row(record: Record, mapping: Mapping) -> KeyedRow:
    options = read_options(record, mapping)
    raw = {name: record.fields.get(name) for name in mapping.keys}
    if not len(options):
        words = [raw[name] for name in mapping.keys if not is_blank(raw[name])]
        declared = _PLAIN.sub("", text_of(record.fields.get(mapping.others.get("type", ""))).casefold())
        said = text_of(words[0]).strip().casefold() if words else ""
        if said in ("true", "false") or (_TYPES.get(declared) is QuestionType.TRUE_FALSE and said in ("t", "f")):
            options = OptionSet(["True", "False"], ["true", "false"], ["", ""], ["", ""], ["", ""])
    return KeyedRow(options, raw)


def _draft(record: Record, row: KeyedRow, mapping: Mapping, reader: KeyReader) -> Draft:
    values = record.fields
    draft = Draft(record, {}, "", record.group.strip())
    fields = draft.fields
    fields["id"] = text_of(values.get(mapping.id)).strip() if mapping.id else ""
    fields["text"] = _with_images(_first_text(values, mapping.stem), values.get(mapping.others.get("image", "")))
    fields["explanation"] = _first_text(values, mapping.explanation)
    if any("\0" in text for text in (fields["text"], fields["explanation"], *row.options.texts)):
        raise FieldProblem("text", "holds a NUL character, which is no text")
    if not len(row.options):
        raise FieldProblem("answers", "has no options")
    declared = _declared_type(values.get(mapping.others.get("type", "")), mapping)
    question_type = declared or QuestionType.MULTIPLE_CHOICE
    if declared in (None, QuestionType.ORDERING) and row.options.positions is not None:
        question_type = QuestionType.ORDERING
    elif declared in (None, QuestionType.MATCHING) and row.options.matches is not None:
        question_type = QuestionType.MATCHING
    keys: frozenset[int] = frozenset()
    if question_type.is_choice:
        found = reader.key(row)
        if not found:
            raise FieldProblem("key", "no option is named as the right one")
        keys = found
        if declared is None:
            question_type = _choice_type(row.options, keys)
    fields["type"] = str(question_type)
    fields["answers"] = _answers(row.options, keys, question_type)
    _add_others(draft, mapping)
    if record.remark:
        draft.warnings.append(Problem(record.where(), "", record.remark))
    if mapping.objective is not None:
        value = values.get(mapping.objective.column)
        if isinstance(value, list):
            value = value[0] if value else ""
        draft.objective = mapping.objective.code(text_of(value))
    return draft


def _first_text(values: dict[str, Any], columns: tuple[str, ...]) -> str:
    return next((text_of(v) for name in columns if not is_blank(v := values.get(name))), "")


def _with_images(text: str, image: Any) -> str:
    """The stem with its figures as Markdown images at the end; names are quoted, so that spaces do no harm."""
    if is_blank(image):
        return text
    for item in image if isinstance(image, list) else [image]:
        name = text_of(item).strip()
        if not name:
            continue
        path = name.replace("\\", "/")
        is_address = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:", path) is not None
        target = quote(path, safe="/:?&=%#+,;@~" if is_address else "/+,;@~")
        if f"]({path})" in text or f"]({target})" in text:
            continue
        title = re.sub(r"[\[\]\\\r\n]", " ", PurePosixPath(path).stem)
        text += f"\n\n![Figure {title}]({target})"
    return text


def _declared_type(value: Any, mapping: Mapping) -> QuestionType | None:
    """The type that a record states; None where it states none, or only that there are options to choose from."""
    text = text_of(value).strip()
    if not text:
        return None
    plain = _PLAIN.sub("", text.casefold())
    if plain in _CHOICE_TYPES or (plain == "multiple" and mapping.distractors):
        return None
    if plain not in _TYPES:
        raise FieldProblem("type", f"{text!r} is not supported; known are {', '.join(QuestionType)}")
    return _TYPES[plain]


def _choice_type(options: OptionSet, keys: frozenset[int]) -> QuestionType:
    if len(keys) > 1:
        return QuestionType.MULTI_SELECT
    return QuestionType.TRUE_FALSE if options.is_true_false else QuestionType.MULTIPLE_CHOICE


def _answers(options: OptionSet, keys: frozenset[int], question_type: QuestionType) -> list[dict[str, Any]]:
    ids = options.ids
    if len(set(ids)) < len(ids) or not all(_OPTION_ID.fullmatch(option_id) for option_id in ids):
        ids = [chr(ord("a") + n) if n < 26 else f"o{n}" for n in range(len(options))]
    answers: list[dict[str, Any]] = []
    for number, text in enumerate(options.texts):
        answer: dict[str, Any] = {"id": ids[number], "text": text}
        if question_type is QuestionType.ORDERING:
            answer["position"] = options.positions[number] if options.positions else None
        elif question_type is QuestionType.MATCHING:
            answer["match"] = options.matches[number] if options.matches else None
        else:
            answer["is_correct"] = number in keys
        if options.rationales[number]:
            answer["rationale"] = options.rationales[number]
        if options.misconceptions[number]:
            answer["misconception"] = options.misconceptions[number]
        answers.append(answer)
    return answers


def _add_others(draft: Draft, mapping: Mapping) -> None:
    values, fields = draft.record.fields, draft.fields
    for part, column in mapping.others.items():
        value = values.get(column)
        if is_blank(value) or part in ("type", "image"):
            continue
        if part == "difficulty":
            level = _difficulty(value)
            if level is None:
                message = f"{text_of(value)[:40]!r} is neither 1 to 5 nor easy, medium or hard; 3 is used"
                draft.warnings.append(Problem(draft.where, part, message))
            else:
                fields[part] = level
        elif part == "reference":
            fields[part] = ", ".join(map(text_of, value)) if isinstance(value, list) else text_of(value)
        elif part in ("shuffle_options", "is_active", "ai_generated"):
            flag = flag_of(value)
            if flag is None:
                raise FieldProblem(part, f"{text_of(value)[:40]!r} is neither true nor false")
            fields[part] = flag
        elif part == "revision":
            text = text_of(value).strip()
            fields[part] = int(text) if text.isdecimal() and len(text) < 10 else value
        else:
            fields[part] = text_of(value) if part == "source_quote" else text_of(value).strip()


def _difficulty(value: Any) -> int | None:
    text = text_of(value).strip()
    if re.fullmatch(r"[1-5](\.0+)?", text):
        return int(text[0])
    return _DIFFICULTIES.get(_PLAIN.sub("", text.casefold()))


def _content_id(text: str, options: OptionSet) -> str:
    content = "\x1f".join([text, *options.texts]).encode("utf-8", "surrogatepass")
    return f"text-{hashlib.sha256(content).hexdigest()[:20]}"


def _use_groups(result: Drafts) -> None:
    """The headings of a JSON text are objectives where it names none itself and there are several headings."""
    groups = Counter(draft.group for draft in result.drafts)
    if len(groups) > 1:
        for draft in result.drafts:
            draft.objective = draft.group
        result.has_objectives = True
