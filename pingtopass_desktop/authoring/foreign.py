"""Foreign data files become a bank of one exam. It reads and never publishes; see `authoring.importing`.

ForeignError   the files as a whole cannot become an exam
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct, field
from msgspec.structs import replace

from pingtopass_desktop.authoring.blueprint import Blueprint, assumed, assumed_code, exam_id_of, extended
from pingtopass_desktop.authoring.importers.encoding import decode
from pingtopass_desktop.authoring.importers.jsonfile import read_json, read_json_lines
from pingtopass_desktop.authoring.importers.mapping import ImportRules, parse_rules, resolve
from pingtopass_desktop.authoring.importers.questions import Draft, Drafts, read_drafts
from pingtopass_desktop.authoring.importers.record import RecordFile
from pingtopass_desktop.authoring.importers.table import read_table
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.exam_text import ExamSpec, parse_exam
from pingtopass_desktop.library.bank.fields import QuestionReader, RawQuestion
from pingtopass_desktop.library.bank.media import MediaShelf
from pingtopass_desktop.library.bank.model import Bank, Media, Problem, objective_id
from pingtopass_desktop.library.bank.source import MAX_FILE_BYTES

TABLE_SUFFIXES = frozenset([".csv", ".tsv", ".tab", ".psv"])
JSON_SUFFIXES = frozenset([".json"])
JSON_LINES_SUFFIXES = frozenset([".jsonl", ".ndjson"])
DATA_SUFFIXES = TABLE_SUFFIXES | JSON_SUFFIXES | JSON_LINES_SUFFIXES

_STEP = 200
_NO_OBJECTIVE = "-"


class ForeignError(Exception):
    """What is wrong with the files and what to do."""


class Source(Struct, frozen=True):
    """The exam that the files are for: from an exam file, or from the library, or yet to be made up."""

    exam_id: str
    stem: str
    rules: ImportRules
    blueprint: Blueprint | None
    version: str = ""
    folder: Path | None = None
    is_kept: bool = False
    warnings: tuple[Problem, ...] = ()


class ForeignText(Struct):
    """What was read: the bank of all valid questions, what was left out and why, what is odd."""

    bank: Bank
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class _Valid(Struct, frozen=True):
    question: Question
    draft: Draft


def exam_source(paths: Sequence[Path], exam_file: Path | None) -> Source:
    """The exam file that goes with data files: the one given, or the one beside the first of them.

    Without one the exam's id comes from the name of the first file.

    Raises: BankError, RulesError, ForeignError, OSError.
    """
    first = paths[0]
    beside = (first.with_suffix(".toml"), first.with_name("exam.toml"))
    file = exam_file or next((path for path in beside if path.is_file()), None)
    if file is None:
        return Source(exam_id_of(first.stem), first.stem, ImportRules(), None)
    spec: ExamSpec = parse_exam(read_bytes(file), file.name)
    rules, warnings = parse_rules(spec.mapping, file.name)
    if exam_file is None:
        warnings.append(Problem(file.name, "", f"lies beside {first.name} and its rules are used"))
    return Source(
        exam_id=spec.exam.id,
        stem=first.stem,
        rules=rules,
        blueprint=Blueprint(spec.exam, spec.objectives),
        version=spec.version,
        folder=file.parent,
        warnings=(*spec.warnings, *warnings),
    )


def read_foreign(
    paths: Sequence[Path],
    source: Source,
    *,
    known_objectives: Mapping[str, str],
    known_media: Sequence[Media],
    progress: Callable[[int, int], None],
) -> ForeignText:
    """Read data files into a bank of one exam.

    `known_objectives` gives the objective's code of questions that the library has already, by id: it holds where
    the data say nothing. `progress` is called with records done and records in all, and may raise.

    Raises: Unreadable, RulesError, ForeignError, OSError.
    """
    result = ForeignText(Bank(source.exam_id, "", source.version, (), (), ()))
    result.warnings += source.warnings
    read: list[tuple[Path, Drafts]] = []
    for path in paths:
        file = _record_file(path, source.rules, result)
        read.append((path, read_drafts(file, resolve(source.rules, file), source.rules)))
    total = sum(len(drafts.drafts) for _, drafts in read)
    progress(0, total)
    valid: list[_Valid] = []
    media: dict[str, Media] = {}
    places: dict[str, Draft] = {}
    done = 0
    for path, drafts in read:
        result.skipped += drafts.skipped
        result.warnings += drafts.warnings
        shelf = MediaShelf(_image_reader(path, source), known_media)
        reader = _reader(source.exam_id, drafts, shelf)
        for draft in drafts.drafts:
            question = _validated(reader, draft, places, result)
            if question is not None:
                valid.append(_Valid(question, draft))
                result.warnings += draft.warnings
            done += 1
            if done % _STEP == 0:
                progress(done, total)
        result.warnings += reader.warnings
        media |= {item.sha256: item for item in shelf.used}
    if valid:
        _settle(valid, source, known_objectives, result)
        result.bank = replace(result.bank, media=tuple(media.values()))
    return result


def read_bytes(path: Path) -> bytes:
    """A whole file within the limit of size. Raises: ForeignError, OSError."""
    if not path.exists():
        raise ForeignError(f"{path} does not exist. Check the name and the folder.")
    if not path.is_file():
        raise ForeignError(f"{path} is not a file.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ForeignError(
            f"{path.name} is larger than {MAX_FILE_BYTES // 2**20} MiB. Split it and import the parts one by one."
        )
    return path.read_bytes()


def _record_file(path: Path, rules: ImportRules, result: ForeignText) -> RecordFile:
    text, warnings = decode(read_bytes(path), path.name)
    result.warnings += warnings
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        return read_table(text, path.name, rules.named)
    stem = [rules.columns["stem"]] if "stem" in rules.columns else []
    read = read_json if suffix in JSON_SUFFIXES else read_json_lines
    return read(text, path.name, stem)


def _reader(exam_id: str, drafts: Drafts, shelf: MediaShelf) -> QuestionReader:
    """A reader that takes every objective that the data name; which of them the exam has is settled later."""
    codes = {draft.objective for draft in drafts.drafts}
    return QuestionReader(exam_id, exam_id, frozenset([*codes, _NO_OBJECTIVE]), shelf.resolve)


def _validated(reader: QuestionReader, draft: Draft, places: dict[str, Draft], result: ForeignText) -> Question | None:
    fields = {**draft.fields, "objective": draft.objective or _NO_OBJECTIVE}
    read = reader.read(RawQuestion(fields, lambda at: draft.where))
    if not isinstance(read, Question):
        parts = [f"{p.field}: {p.message}" if n else p.message for n, p in enumerate(read)]
        result.skipped.append(Problem(draft.where, read[0].field, "; ".join(parts)))
        return None
    if read.id in places:
        said = str(draft.fields["id"])[:80]
        message = f"{said!r} is the id of an earlier question too ({places[read.id].where}); the first one is used"
        result.skipped.append(Problem(draft.where, "id", message))
        return None
    places[read.id] = draft
    return read


def _settle(valid: Sequence[_Valid], source: Source, known_objectives: Mapping[str, str], result: ForeignText) -> None:
    """Give every question its objective, and the exam its blueprint."""
    said = [item.draft.objective or known_objectives.get(item.question.id, "") for item in valid]
    has_objectives = any(said)
    if source.blueprint is None:
        blueprint = assumed(source.stem, said)
        said = [assumed_code(code, has_objectives) for code in said]
    else:
        blueprint = extended(source.blueprint, source.rules, said, is_kept=source.is_kept)
    finder = blueprint.finder()
    questions: list[Question] = []
    unknown: Counter[str] = Counter()
    for item, name in zip(valid, said, strict=True):
        code = finder.code(name)
        if code is None:
            unknown[name] += 1
            message = f"{name!r} is not an objective of the exam" if name else "no objective is named"
            result.skipped.append(Problem(item.draft.where, "objective", message))
            continue
        is_final = code == item.draft.objective
        settled = objective_id(source.exam_id, code)
        questions.append(item.question if is_final else replace(item.question, objective_id=settled))
    for name, count in unknown.items():
        what = f"objective {name!r} is not in the exam" if name else "no objective is named"
        message = f"{what}: {count} questions skipped. {_ADVICE if name else _ADVICE_UNNAMED}"
        result.warnings.append(Problem(source.exam_id, "objective", message))
    result.warnings += blueprint.warnings
    result.bank = replace(
        result.bank,
        name=blueprint.exam.name,
        exams=(blueprint.exam,),
        objectives=blueprint.objectives,
        questions=tuple(questions),
    )


def _image_reader(path: Path, source: Source) -> Callable[[str], bytes | None]:
    """Reads images beside the data file, in `media_dir` and in a folder ``media``, never outside these."""
    roots = [path.parent, path.parent / "media"]
    if source.rules.media_dir is not None:
        stated = Path(source.rules.media_dir)
        roots = [path.parent / stated, *([source.folder / stated] if source.folder else []), *roots]
    if source.folder is not None:
        roots.append(source.folder)

    def read(target: str) -> bytes | None:
        for root in roots:
            for name in dict.fromkeys((target, unquote(target))):
                try:
                    folder = root.resolve()
                    file = (folder / name).resolve()
                    if file.is_relative_to(folder) and file.is_file() and file.stat().st_size <= MAX_FILE_BYTES:
                        return file.read_bytes()
                except (OSError, ValueError):
                    continue
        return None

    return read


_ADVICE = 'Add it to the exam file, or set add_objectives = "draw:1" or "weight:equal" in its [import] table'
_ADVICE_UNNAMED = 'Name the column in the [import] table of the exam file: objective = "…"'
