"""The options of one record, in whatever shape they come: columns, a list, objects, or one cell. No key is judged."""

import ast
import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from pingtopass_desktop.authoring.importers.columns import normalised
from pingtopass_desktop.authoring.importers.mapping import Mapping
from pingtopass_desktop.authoring.importers.record import Record, is_blank, text_of

_TEXTS = ("text", "answertext", "optiontext", "choicetext", "answer", "option", "choice", "value", "content", "body")
_TEXTS_LAST = ("title", "name", "label")
_LABELS = ("label", "letter", "key", "id", "identifier", "name")
_FLAGS = ("iscorrect", "correct", "right", "isright", "isanswer", "iscorrectanswer", "istrue", "answer")
_RATIONALES = ("rationale", "explanation", "feedback", "comment", "reason", "why", "justification")
_TRUE = frozenset(["true", "yes", "y", "1", "x", "t", "correct", "right"])
_FALSE = frozenset(["false", "no", "n", "0", "", "f", "incorrect", "wrong"])


class FieldProblem(Exception):
    """One part of a record cannot be used. `part` names it as `library.bank.fields` does."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        super().__init__(message)


class OptionSet(Struct):
    """Options in the order of the source. `labels` are normalised; `flags` is None where nothing is marked.

    `positions` and `matches` are set for ordering and matching questions only.
    """

    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    rationales: list[str] = field(default_factory=list)
    misconceptions: list[str] = field(default_factory=list)
    flags: list[bool] | None = None
    positions: list[Any] | None = None
    matches: list[Any] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def is_true_false(self) -> bool:
        return len(self.texts) == 2 and {text.strip().casefold() for text in self.texts} == {"true", "false"}


def read_options(record: Record, mapping: Mapping) -> OptionSet:
    """The options of a record; none where it has none. Raises: FieldProblem for a gap between options."""
    options = OptionSet()
    if mapping.options:
        for number, column in enumerate(mapping.options):
            value = record.fields.get(column)
            rationale = record.fields.get(mapping.rationales.get(number, ""))
            if isinstance(value, dict):
                _add_object(options, value, normalised(column))
            else:
                _add(options, text_of(value), normalised(column), text_of(rationale))
    else:
        value = next((v for name in mapping.option_lists if not is_blank(v := record.fields.get(name))), None)
        _add_all(options, value)
        for number, column in mapping.rationales.items():
            if number < len(options) and not options.rationales[number]:
                options.rationales[number] = text_of(record.fields.get(column))
    if not len(options) and mapping.distractors:
        _add_distractors(options, record, mapping)
    return _without_trailing_blanks(options)


def parsed_cell(cell: str) -> Any:
    """A cell that holds a JSON or Python list or object, as that; any other cell as it is."""
    text = cell.strip()
    if not (text.startswith("[") and text.endswith("]")) and not (text.startswith("{") and text.endswith("}")):
        return cell
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return cell
    return value if isinstance(value, (list, dict)) else cell


def flag_of(value: Any) -> bool | None:
    """True or false as data write it; None for what is neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        word = value.strip().casefold()
        return True if word in _TRUE else False if word in _FALSE else None
    return None


def _add_all(options: OptionSet, value: Any) -> None:
    if isinstance(value, str):
        value = parsed_cell(value)
    if isinstance(value, str):
        separator = "|" if "|" in value else "\n"
        for part in value.replace("\r\n", "\n").split(separator):
            _add(options, part.strip())
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                _add_object(options, item)
            else:
                _add(options, text_of(item))
    elif isinstance(value, dict):
        for label, item in _labelled(value):
            if isinstance(item, dict):
                _add_object(options, item, normalised(label))
            elif item is not None:
                _add(options, text_of(item), normalised(label))


def _labelled(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """``{"A": "…"}``, or the parallel lists ``{"text": […], "label": […]}``."""
    texts, labels = value.get("text"), value.get("label")
    if isinstance(texts, list) and (labels is None or (isinstance(labels, list) and len(labels) == len(texts))):
        names = labels if labels is not None else [""] * len(texts)
        yield from ((text_of(name), text) for name, text in zip(names, texts, strict=True))
    else:
        yield from value.items()


def _add(options: OptionSet, text: str, label: str = "", rationale: str = "") -> None:
    options.texts.append(text)
    options.labels.append(label)
    options.ids.append("")
    options.rationales.append(rationale)
    options.misconceptions.append("")
    if options.flags is not None:
        options.flags.append(False)
    for extra in (options.positions, options.matches):
        if extra is not None:
            extra.append(None)


def _add_object(options: OptionSet, item: dict[str, Any], label: str = "") -> None:
    fields = {normalised(name): value for name, value in item.items()}
    names = [n for n in (*_TEXTS, *_TEXTS_LAST) if n in fields and not isinstance(fields[n], bool)]
    text_name = next((name for name in names if not is_blank(fields[name])), names[0] if names else "")
    marks = [name for name in _FLAGS if name != text_name and flag_of(fields.get(name)) is not None]
    labels = [text_of(fields[name]) for name in _LABELS if name != text_name and name in fields]
    rationale = next((text_of(fields[name]) for name in _RATIONALES if name in fields), "")
    count = len(options)
    _add(options, text_of(fields.get(text_name)), label or (normalised(labels[0]) if labels else ""), rationale)
    options.ids[-1] = fields["id"].strip() if isinstance(fields.get("id"), str) else ""
    options.misconceptions[-1] = text_of(fields.get("misconception"))
    if marks:
        options.flags = options.flags or [False] * (count + 1)
        options.flags[-1] = flag_of(fields[marks[0]]) is True
    if "position" in fields:
        options.positions = options.positions or [None] * (count + 1)
        options.positions[-1] = _whole(fields["position"])
    if "match" in fields:
        options.matches = options.matches or [None] * (count + 1)
        options.matches[-1] = text_of(fields["match"])


def _whole(value: Any) -> Any:
    """A number written as text is one; anything else stays for the validation to name."""
    return int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 4 else value


def _add_distractors(options: OptionSet, record: Record, mapping: Mapping) -> None:
    """``correct_answer`` beside ``incorrect_answers``: the right one first, as forms shuffle them anyway."""
    key = next((v for name in mapping.keys if not is_blank(v := record.fields.get(name))), None)
    if key is None:
        return
    _add_all(options, key if isinstance(key, list) else [key])
    right = len(options)
    for name in mapping.distractors:
        value = record.fields.get(name)
        if isinstance(value, str):
            value = parsed_cell(value)
        if not is_blank(value):
            _add_all(options, value if isinstance(value, list) else [value])
    options.flags = [number < right for number in range(len(options))]


def _without_trailing_blanks(options: OptionSet) -> OptionSet:
    """Options that a record leaves out at the end are none; a gap between two is an error."""
    count = len(options)
    while count and not options.texts[count - 1].strip():
        count -= 1
    for number in range(count):
        if not options.texts[number].strip():
            raise FieldProblem(f"answers[{number}].text", "is empty, though later options are not")
    if any((options.flags or [])[count:]):
        raise FieldProblem("answers", "an empty option is marked as correct")
    parts = (options.texts, options.labels, options.ids, options.rationales, options.misconceptions)
    for part in (*parts, options.flags, options.positions, options.matches):
        if part is not None:
            del part[count:]
    return options
