"""JSON and JSON lines: finding the objects that are questions. It never decides what their fields mean.

Known shapes: a list of questions; an object with such a list at any name, also below ``data`` or ``quiz``; lists by
topic (the name becomes the group of its questions); an object of questions by id; one question a line.
"""

import json
import re
from collections.abc import Collection
from typing import Any

from pingtopass_desktop.authoring.importers.columns import ALIASES, normalised, option_columns
from pingtopass_desktop.authoring.importers.jsonlines import ObjectLines
from pingtopass_desktop.authoring.importers.record import Record, RecordFile, Unreadable
from pingtopass_desktop.library.bank.model import Problem

_MAX_DEPTH = 6
_NEWLINE = re.compile(r"\r\n|\n|\r")
_STEMS = frozenset(ALIASES["stem"])
_MARKS = frozenset([*ALIASES["options"], *ALIASES["key"], "incorrectanswers", "incorrectanswer", "distractors"])
_PLAIN_LISTS = frozenset(
    [
        *("questions", "items", "data", "results", "quiz", "quizzes", "exam", "test", "entries", "content", "pool"),
        *("questionbank", "bank", "records", "rows", "list", "sections", "categories", "topics", "domains", "chapters"),
        *("objectives", "modules", "response", "body"),
    ]
)
_TITLES = ("objective", "domain", "category", "topic", "section", "chapter", "name", "title", "code")


def read_json(text: str, name: str, wanted: Collection[str] = ()) -> RecordFile:
    """The questions of a JSON text. `wanted` holds field names that are known to be there.

    Raises: Unreadable where it is no JSON, with line and column, or holds no questions.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data") and _is_object(text[: error.pos]):
            return read_json_lines(text, name, wanted)
        raise Unreadable(f"{name}:{error.lineno}: {_complaint(error)}") from error
    except RecursionError as error:
        raise Unreadable(f"{name} is nested too deeply to hold questions.") from error
    except ValueError as error:
        raise Unreadable(f"{name} is not valid JSON: {error}.") from error
    finder = _Finder(name, ObjectLines(text, document), frozenset(normalised(field) for field in wanted))
    finder.search(document, "", "", 0)
    if not finder.file.records and isinstance(document, list):
        finder.take_all(document, "questions", "")
    if not finder.file.records:
        raise Unreadable(
            f"{name} holds no questions that can be recognised. A list of objects with fields such as "
            '"question", "options" and "answer" is expected.'
        )
    return _with_columns(finder.file)


def read_json_lines(text: str, name: str, wanted: Collection[str] = ()) -> RecordFile:
    """The questions of a text with one JSON object a line; lines that are none are skipped and reported.

    Raises: Unreadable where no line is an object.
    """
    file = RecordFile(name, is_table=False)
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            file.skipped.append(Problem(where, "", _complaint(error, number)))
            continue
        except RecursionError:
            file.skipped.append(Problem(where, "", "is nested too deeply to be a question"))
            continue
        except ValueError as error:
            file.skipped.append(Problem(where, "", f"is not valid JSON: {error}"))
            continue
        if isinstance(item, dict):
            file.records.append(Record(_flat(item), lambda where=where: where))
        else:
            file.skipped.append(Problem(where, "", "is not a JSON object"))
    if not file.records:
        first = f" First: {file.skipped[0]}." if file.skipped else ""
        raise Unreadable(f"{name} holds no JSON object on any line.{first}")
    return _with_columns(file)


class _Finder:
    """Collects the questions of one document."""

    def __init__(self, name: str, lines: ObjectLines, wanted: frozenset[str]) -> None:
        self.file = RecordFile(name, is_table=False)
        self._lines = lines
        self._wanted = wanted

    def search(self, value: Any, path: str, group: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            return
        if isinstance(value, list):
            if any(self._is_question(item) for item in value):
                self.take_all(value, path or "questions", group)
            else:
                for number, item in enumerate(value):
                    self.search(item, f"{path}[{number}]", group, depth + 1)
        elif isinstance(value, dict):
            self._search_object(value, path, group, depth)

    def take_all(self, items: list[Any], path: str, group: str) -> None:
        for number, item in enumerate(items):
            at = f"{path}[{number}]"
            if isinstance(item, dict):
                self._take(item, at, group)
            else:
                self.file.skipped.append(Problem(f"{self.file.name} {at}", "", "is not a JSON object"))

    def _search_object(self, value: dict[str, Any], path: str, group: str, depth: int) -> None:
        if self._is_question(value):
            self._take(value, path or "question", group)
            return
        title = next((value[name] for name in _TITLES if isinstance(value.get(name), str)), "")
        by_id = value and all(self._is_question(item) for item in value.values())
        for name, item in value.items():
            at = f"{path}.{name}" if path else name
            if by_id:
                self._take({"id": name, **item}, at, group, found=item)
            elif isinstance(item, (list, dict)):
                own = "" if normalised(name) in _PLAIN_LISTS else name
                self.search(item, at, own or (title if depth else "") or group, depth + 1)

    def _take(self, item: dict[str, Any], at: str, group: str, found: dict[str, Any] | None = None) -> None:
        self.file.records.append(Record(_flat(item), lambda: self._where(found or item, at), group))

    def _where(self, item: dict[str, Any], at: str) -> str:
        line = self._lines.line(item)
        return f"{self.file.name}:{line} {at}" if line is not None else f"{self.file.name} {at}"

    def _is_question(self, value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        flat = _flat(value)
        names = {normalised(name): item for name, item in flat.items()}
        if self._wanted & set(names):
            return True
        has_stem = any(name in _STEMS and not isinstance(item, bool) for name, item in names.items())
        return has_stem and (bool(_MARKS & set(names)) or bool(option_columns(flat)))


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """``{"question": {"stem": …, "choices": …}, "answerKey": …}`` as one level."""
    for name, inner in item.items():
        if isinstance(inner, dict) and normalised(name) == "question":
            names = {normalised(field) for field in inner}
            if names & _STEMS and names & _MARKS:
                return {**inner, **{field: value for field, value in item.items() if field != name}}
    return item


def _with_columns(file: RecordFile) -> RecordFile:
    file.columns = list(dict.fromkeys(name for record in file.records for name in record.fields))
    return file


def _is_object(text: str) -> bool:
    return text.lstrip().startswith("{")


def _complaint(error: json.JSONDecodeError, line: int | None = None) -> str:
    found = error.doc[error.pos : error.pos + 20].split("\n")[0].strip()
    at = f"line {line or error.lineno}, column {error.colno}"
    there = f"but {found!r} stands there" if found else "but the text ends there"
    message = error.msg[0].lower() + error.msg[1:]
    return f"is not valid JSON at {at}: {message}, {there}"
