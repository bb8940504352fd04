"""Reading a bank folder or zip: exam.toml, questions/*.toml or *.jsonl, media/.

A bank with one exam has exam.toml at its root; a bank with several has one folder for each. Questions that fail
validation are left out and reported; an exam.toml that fails refuses the bank.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import DecodeError, Struct, field
from msgspec.json import decode

from pingtopass_desktop.domain.exam import blueprint_objectives
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.exam_text import ExamSpec, parse_exam
from pingtopass_desktop.library.bank.fields import QuestionReader, RawQuestion
from pingtopass_desktop.library.bank.lines import TomlLines
from pingtopass_desktop.library.bank.media import MediaShelf
from pingtopass_desktop.library.bank.model import Bank, BankError, Media, Problem
from pingtopass_desktop.library.bank.source import BankFiles, open_files
from pingtopass_desktop.library.bank.usual import UsualFields, fields_of_line

_STEP = 200

Progress = Callable[[int, int], None]


class BankText(Struct):
    """What was read: the bank of all valid questions, what was left out and why, what is odd."""

    bank: Bank
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    specs: tuple[ExamSpec, ...] = ()


def read_bank(path: Path, bank_id: str | None = None, *, progress: Progress | None = None) -> BankText:
    """Read a whole bank.

    `bank_id` defaults to the exam's id, or to the folder's name where the bank holds several exams. `progress` gets
    questions read so far, and 0 because nobody knows how many there are; it may raise.

    Raises: BankError where the bank as a whole is unusable.
    """
    with open_files(path) as files:
        exam_files = _exam_files(files)
        if not exam_files:
            raise BankError([Problem(files.name, "", "holds no exam.toml")])
        specs = [(PurePosixPath(name).parent, parse_exam(files.read(name), name)) for name in exam_files]
        _refuse_repeated_exams(exam_files, [spec.exam.id for _, spec in specs])
        name = bank_id or (specs[0][1].exam.id if len(specs) == 1 else files.name)
        result = BankText(Bank(name, "", "", (), (), ()), specs=tuple(spec for _, spec in specs))
        questions: list[Question] = []
        places: dict[str, str] = {}
        media: dict[str, Media] = {}
        for folder, spec in specs:
            shelf = MediaShelf(_reader(files, folder), _known_media(files, folder))
            questions += _read_exam(files, folder, name, spec, shelf, places, result, progress)
            media |= {file.sha256: file for file in shelf.used}
            result.warnings += spec.warnings
    _check_siblings(questions, result)
    result.bank = Bank(
        id=name,
        name=specs[0][1].exam.name if len(specs) == 1 else name,
        version=next((spec.version for _, spec in specs if spec.version), ""),
        exams=tuple(spec.exam for _, spec in specs),
        objectives=tuple(objective for _, spec in specs for objective in spec.objectives),
        questions=tuple(questions),
        media=tuple(media.values()),
    )
    return result


def _exam_files(files: BankFiles) -> list[str]:
    paths = files.paths()
    if "exam.toml" in paths:
        return ["exam.toml"]
    return [path for path in paths if PurePosixPath(path).name == "exam.toml" and path.count("/") == 1]


def _reader(files: BankFiles, folder: PurePosixPath) -> Any:
    paths = set(files.paths())

    def read(target: str) -> bytes | None:
        for path in (folder / target, folder / "media" / target):
            if str(path) in paths:
                return files.read(str(path))
        return None

    return read


def _known_media(files: BankFiles, folder: PurePosixPath) -> Iterator[Media]:
    """Exported banks refer to media by digest: ``media/<sha256>.png``."""
    shelf = MediaShelf(lambda path: files.read(path))
    for path in files.paths():
        stem = PurePosixPath(path).stem
        if PurePosixPath(path).parent == folder / "media" and len(stem) == 64:
            shelf.resolve(path)
    return iter(shelf.used)


def _read_exam(
    files: BankFiles,
    folder: PurePosixPath,
    bank_id: str,
    spec: ExamSpec,
    shelf: MediaShelf,
    places: dict[str, str],
    result: BankText,
    progress: Progress | None,
) -> list[Question]:
    """The valid questions of one exam. `places` says where each id of the bank was first used, and grows."""
    if progress is not None:
        progress(len(places), 0)
    codes = frozenset(objective.code for objective in spec.objectives)
    reader = QuestionReader(bank_id, spec.exam.id, codes, shelf.resolve)
    questions: list[Question] = []
    for path in files.paths():
        if PurePosixPath(path).parent != folder / "questions":
            continue
        for raw in _raw_questions(files, path, result):
            read = reader.read(raw)
            if not isinstance(read, Question):
                result.skipped += read
            elif read.id in places:
                message = f"{raw.id!r} is the id of an earlier question too ({places[read.id]})"
                result.skipped.append(Problem(raw.where_of("id"), "id", message))
            else:
                places[read.id] = raw.where_of("id")
                questions.append(read)
                if progress is not None and len(places) % _STEP == 0:
                    progress(len(places), 0)
    result.warnings += reader.warnings
    return questions


def _raw_questions(files: BankFiles, path: str, result: BankText) -> Iterator[RawQuestion]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in (".toml", ".jsonl"):
        result.warnings.append(Problem(path, "", "is neither .toml nor .jsonl and is ignored"))
        return
    try:
        text = files.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        result.skipped.append(Problem(path, "", f"is not UTF-8 text ({error.reason} at byte {error.start})"))
        return
    yield from (_toml_questions(text, path, result) if suffix == ".toml" else _jsonl_questions(text, path, result))


def _toml_questions(text: str, path: str, result: BankText) -> Iterator[RawQuestion]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        result.skipped.append(Problem(path, "", f"is not valid TOML: {error}"))
        return
    lines = TomlLines(text)
    tables = document.get("question", [])
    if not isinstance(tables, list) or any(not isinstance(table, dict) for table in tables):
        result.skipped.append(Problem(lines.where(path, "question"), "question", "must be [[question]] tables"))
        return
    for key in sorted(set(document) - {"question", "objective"}):
        result.warnings.append(Problem(lines.where(path, key), key, "is not known here and is ignored"))
    for number, table in enumerate(tables):
        fields = {"objective": document["objective"], **table} if "objective" in document else table
        yield RawQuestion(fields, _toml_where(lines, path, number))


def _toml_where(lines: TomlLines, path: str, number: int) -> Any:
    return lambda at: lines.where(path, f"question[{number}].{at}")


def _jsonl_questions(text: str, path: str, result: BankText) -> Iterator[RawQuestion]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        where = f"{path}:{number}"
        try:
            fields = fields_of_line(line) or _decoded(line)
        except (ValueError, RecursionError) as error:
            result.skipped.append(Problem(where, "", f"is not valid JSON: {error}"))
            continue
        if not isinstance(fields, (UsualFields, dict)):
            result.skipped.append(Problem(where, "", "is not a JSON object"))
            continue
        yield RawQuestion(fields, lambda at, where=where: where)


def _decoded(line: str) -> Any:
    """What a line of JSON says. Where msgspec refuses it, the slower `json` may take it, or says what is wrong."""
    try:
        return decode(line)
    except (DecodeError, UnicodeError, RecursionError):
        return json.loads(line)


def _refuse_repeated_exams(exam_files: list[str], exam_ids: list[str]) -> None:
    first: dict[str, str] = {}
    for file, exam_id in zip(exam_files, exam_ids, strict=True):
        if exam_id in first:
            raise BankError([Problem(file, "exam.id", f"{exam_id!r} is the id of {first[exam_id]} too")])
        first[exam_id] = file


def _check_siblings(questions: list[Question], result: BankText) -> None:
    """Siblings test one point, so they belong to one objective of the blueprint."""
    objectives = [objective for spec in result.specs for objective in spec.objectives]
    owners = blueprint_objectives(objectives)
    groups: dict[tuple[str, str], set[str | None]] = {}
    for question in questions:
        if question.sibling_group:
            owner = owners.get(question.objective_id)
            groups.setdefault((question.exam_id, question.sibling_group), set()).add(owner)
    for (exam_id, group), owner_ids in groups.items():
        if len(owner_ids) > 1:
            message = f"sibling group {group!r} spans objectives; its questions may meet in one form"
            result.warnings.append(Problem(exam_id, "sibling_group", message))
