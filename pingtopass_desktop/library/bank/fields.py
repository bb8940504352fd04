"""One question from plain fields, as every reader of bank text, CSV or JSON hands them over.

The field names are the columns of the content schema: id, type, objective (a code), text, answers, difficulty,
explanation, reference, source_quote, sibling_group, shuffle_options, is_active, ai_generated, revision.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field, to_builtins

from pingtopass_desktop.domain.question import Option, Question, QuestionType
from pingtopass_desktop.library.bank.model import Problem, imported_id, is_uuid, objective_id
from pingtopass_desktop.library.bank.usual import (
    LONE_SURROGATE,
    MAX_OPTIONS,
    MAX_TEXT,
    OPTION_ID,
    UsualFields,
    fields_of_mapping,
    usual_question,
)

_IMAGE = re.compile(r"(!\[[^\]]*\]\()\s*<?([^)>\s]+)>?((?:\s+\"[^\"]*\")?\s*\))")

_FIELDS = frozenset(
    [
        "id",
        "source_id",
        "type",
        "objective",
        "text",
        "answers",
        "difficulty",
        "explanation",
        "reference",
        "source_quote",
        "sibling_group",
        "shuffle_options",
        "is_active",
        "ai_generated",
        "preview_of",
        "revision",
    ]
)
_OPTION_FIELDS = frozenset(["id", "text", "is_correct", "rationale", "misconception", "position", "match"])


class RawQuestion(Struct, frozen=True):
    """Fields as read, and where: `where_of` gives file and line of a field such as ``answers[2].text``."""

    fields: Mapping[str, Any] | UsualFields
    where_of: Callable[[str], str]

    @property
    def id(self) -> object:
        """As it is written."""
        return self.fields.id if isinstance(self.fields, UsualFields) else self.fields.get("id")


class QuestionReader(Struct):
    """Turns raw fields into questions of one exam. `resolve_media` maps a path in an image to its SHA-256 or None."""

    bank_id: str
    exam_id: str
    objective_codes: frozenset[str]
    resolve_media: Callable[[str], str | None]
    warnings: list[Problem] = field(default_factory=list)

    def read(self, raw: RawQuestion) -> Question | list[Problem]:
        """A question, or everything that is wrong with it."""
        fields = raw.fields if isinstance(raw.fields, UsualFields) else fields_of_mapping(raw.fields)
        usual = usual_question(fields, self.bank_id, self.exam_id, self.objective_codes) if fields else None
        if usual is not None:
            return usual
        reading = _Reading(self, raw)
        question = reading.question()
        if reading.problems:
            return reading.problems
        self.warnings += reading.warnings
        return question


class _Reading:
    def __init__(self, reader: QuestionReader, raw: RawQuestion) -> None:
        self._reader = reader
        self._fields: Mapping[str, Any] = to_builtins(raw.fields) if isinstance(raw.fields, UsualFields) else raw.fields
        self._where_of = raw.where_of
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def question(self) -> Question:
        fields = self._fields
        for name in () if fields.keys() <= _FIELDS else sorted(set(fields) - _FIELDS):
            self._warn(name, "is not a field of a question and is ignored")
        question_type = self._type()
        source_id = self._text("id") or self._text("source_id")
        if not source_id:
            self._problem("id", "is missing")
        exam_id = self._reader.exam_id
        code = self._text("objective")
        if code not in self._reader.objective_codes:
            known = ", ".join(sorted(self._reader.objective_codes)[:12]) or "none"
            self._problem("objective", f"{code!r} is not an objective of the exam (known: {known})")
        text = self._markdown("text")
        if not text.strip():
            self._problem("text", "is empty")
        return Question(
            id=source_id.lower() if is_uuid(source_id) else imported_id(self._reader.bank_id, source_id),
            source_id=self._text("source_id") or ("" if is_uuid(source_id) else source_id),
            exam_id=exam_id,
            objective_id=objective_id(exam_id, code),
            type=question_type,
            text=text,
            options=self._options(question_type),
            difficulty=self._whole("difficulty", 1, 5, default=3),
            explanation=self._markdown("explanation"),
            reference=self._text("reference"),
            source_quote=self._text("source_quote"),
            sibling_group=self._text("sibling_group") or None,
            shuffle_options=self._flag("shuffle_options", default=True),
            is_active=self._flag("is_active", default=True),
            ai_generated=self._flag("ai_generated", default=False),
            preview_of=self._text("preview_of") or None,
            revision=self._whole("revision", 1, 2**31, default=1),
        )

    def _type(self) -> QuestionType:
        value = self._fields.get("type")
        try:
            return QuestionType(value)
        except ValueError:
            self._problem("type", f"{value!r} is not one of {', '.join(QuestionType)}")
            return QuestionType.MULTIPLE_CHOICE

    def _options(self, question_type: QuestionType) -> tuple[Option, ...]:
        answers = self._fields.get("answers")
        if not isinstance(answers, (list, tuple)) or not all(isinstance(answer, dict) for answer in answers):
            self._problem("answers", "must be a list of options, each with an id and a text")
            return ()
        if not 2 <= len(answers) <= MAX_OPTIONS:
            self._problem("answers", f"has {len(answers)} options; 2 to {MAX_OPTIONS} are possible")
            return ()
        options = tuple(self._option(number, answer, question_type) for number, answer in enumerate(answers))
        self._check_unique(options)
        if not self.problems:
            self._check_key(question_type, options)
        return options

    def _option(self, number: int, answer: dict[str, Any], question_type: QuestionType) -> Option:
        at = f"answers[{number}]"
        for name in () if answer.keys() <= _OPTION_FIELDS else sorted(set(answer) - _OPTION_FIELDS):
            self._warn(f"{at}.{name}", "is not a field of an option and is ignored")
        option_id = answer.get("id")
        if not isinstance(option_id, str) or not OPTION_ID.fullmatch(option_id):
            self._problem(f"{at}.id", f"{option_id!r} is not a short id such as 'a'")
            option_id = str(number)
        text = self._markdown("text", answer, at)
        if not text.strip():
            self._problem(f"{at}.text", "is empty")
        match = answer.get("match")
        position = answer.get("position")
        if question_type is QuestionType.MATCHING and (not isinstance(match, str) or not match.strip()):
            self._problem(f"{at}.match", "a matching question needs the text of the partner")
        if question_type is QuestionType.ORDERING and (isinstance(position, bool) or not isinstance(position, int)):
            self._problem(f"{at}.position", "an ordering question needs a position from 1 for each step")
        return Option(
            id=option_id,
            text=text,
            is_correct=self._flag("is_correct", answer, at, default=False) and question_type.is_choice,
            rationale=self._markdown("rationale", answer, at),
            misconception=self._text("misconception", answer, at),
            position=position if question_type is QuestionType.ORDERING else None,
            match=self._markdown("match", answer, at) if question_type is QuestionType.MATCHING else None,
        )

    def _check_unique(self, options: tuple[Option, ...]) -> None:
        ids: dict[str, int] = {}
        texts: dict[str, int] = {}
        for number, option in enumerate(options):
            if option.id in ids:
                self._problem(f"answers[{number}].id", f"{option.id!r} stands twice")
            if option.text in texts:
                self._problem(
                    f"answers[{number}].text",
                    f"is the same as that of option {options[texts[option.text]].id!r}",
                )
            ids.setdefault(option.id, number)
            texts.setdefault(option.text, number)

    def _check_key(self, question_type: QuestionType, options: tuple[Option, ...]) -> None:
        if question_type is QuestionType.ORDERING:
            if sorted(option.position or 0 for option in options) != list(range(1, len(options) + 1)):
                self._problem("answers", f"positions must be 1 to {len(options)}, each once")
            return
        if question_type is QuestionType.MATCHING:
            return
        keys = sum(option.is_correct for option in options)
        if keys == 0:
            self._problem("answers", "no option is marked as correct")
        elif question_type.has_one_key and keys > 1:
            self._problem("answers", f"{keys} options are marked as correct; {question_type} has exactly one")
        if question_type is QuestionType.TRUE_FALSE and len(options) != 2:
            self._problem("answers", f"true_false has two options, not {len(options)}")

    def _text(self, name: str, table: Mapping[str, Any] | None = None, at: str = "") -> str:
        value = (self._fields if table is None else table).get(name)
        if value is None or (type(value) is str and value.isascii() and len(value) <= MAX_TEXT):
            return value or ""
        path = f"{at}.{name}" if at else name
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self._problem(path, f"{value!r} is not text")
            return ""
        if LONE_SURROGATE.search(value):
            self._problem(path, "holds half of a surrogate pair, which is no character")
            return ""
        if len(value) > MAX_TEXT:
            self._problem(path, f"has {len(value)} characters; {MAX_TEXT} are possible")
            return ""
        return value

    def _markdown(self, name: str, table: Mapping[str, Any] | None = None, at: str = "") -> str:
        """Text whose image paths become media references; an image that cannot be found stays and is reported."""
        text = self._text(name, table, at)
        return self._with_media(text, f"{at}.{name}" if at else name) if "![" in text else text

    def _with_media(self, text: str, at: str) -> str:
        def resolve(image: re.Match[str]) -> str:
            target = image.group(2)
            if target.startswith("media:"):
                digest = self._reader.resolve_media(target)
            elif re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", target):
                digest = None
            else:
                digest = self._reader.resolve_media(target)
            if digest is None:
                self._warn(at, f"image {target!r} is not in the bank and is not shown")
                return image.group(0)
            return f"{image.group(1)}media:{digest}{image.group(3)}"

        return _IMAGE.sub(resolve, text)

    def _whole(self, name: str, low: int, high: int, *, default: int) -> int:
        value = self._fields.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._problem(name, f"{value!r} is not a whole number from {low} to {high}")
            return default
        return value

    def _flag(self, name: str, table: Mapping[str, Any] | None = None, at: str = "", *, default: bool) -> bool:
        value = (self._fields if table is None else table).get(name, default)
        if not isinstance(value, bool):
            self._problem(f"{at}.{name}" if at else name, f"{value!r} is not true or false")
            return default
        return value

    def _problem(self, at: str, message: str) -> None:
        self.problems.append(Problem(self._where_of(at), at, message))

    def _warn(self, at: str, message: str) -> None:
        self.warnings.append(Problem(self._where_of(at), at, message))
