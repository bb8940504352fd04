"""Writing a bank as text: the folder or zip that `library.bank.text` reads back to the same content."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.media import SUFFIXES
from pingtopass_desktop.library.bank.model import MEDIA_REFERENCE, Bank, answer_fields

Progress = Callable[[int, int], None]


def write_bank(bank: Bank, target: Path, *, replaces: bool = False, progress: Progress | None = None) -> None:
    """Write a bank to a new folder, or to a zip where the target ends in ``.zip``.

    `replaces` lets a zip take the place of a file. `progress` gets questions written and all questions and may raise.

    Raises: FileExistsError where the target exists, OSError where it cannot be written; nothing is left half-written.
    """
    is_zip = target.suffix.lower() == ".zip"
    done = 0
    with new_target(target, replaces=replaces and is_zip) as partial:
        archive = zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) if is_zip else None
        try:
            for path, content in bank_files(bank):
                if progress is not None:
                    progress(done, len(bank.questions))
                if archive is not None:
                    archive.writestr(path, content)
                else:
                    file = partial / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(content)
                done += content.count(b"\n") if path.endswith(".jsonl") else 0
        finally:
            if archive is not None:
                archive.close()


@contextmanager
def new_target(target: Path, *, replaces: bool) -> Iterator[Path]:
    """A place beside the target to write to; it becomes the target at the end, or nothing is left of it.

    Raises: FileExistsError, OSError.
    """
    if target.exists() and not (replaces and target.is_file()):
        raise FileExistsError(f"{target} exists already; choose another name")
    partial = target.with_name(target.name + ".part")
    try:
        yield partial
        os.replace(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True) if partial.is_dir() else partial.unlink(missing_ok=True)
        raise


def bank_files(bank: Bank) -> Iterator[tuple[str, bytes]]:
    """Every file of the bank's text as (path, content)."""
    codes = {objective.id: objective.code for objective in bank.objectives}
    for exam in bank.exams:
        folder = f"{exam.id}/" if len(bank.exams) > 1 else ""
        objectives = [objective for objective in bank.objectives if objective.exam_id == exam.id]
        yield f"{folder}exam.toml", _exam_toml(exam, objectives, bank.version).encode()
        questions = [question for question in bank.questions if question.exam_id == exam.id]
        for number, objective in enumerate(objectives, start=1):
            lines = [question_line(q, codes) for q in questions if q.objective_id == objective.id]
            if lines:
                yield f"{folder}questions/{number:03d}.jsonl", ("\n".join(lines) + "\n").encode()
        used = set(MEDIA_REFERENCE.findall("".join(question_line(q, codes) for q in questions)))
        for media in bank.media:
            if media.sha256 in used:
                yield f"{folder}media/{media.sha256}{SUFFIXES.get(media.mime, '')}", media.content


def _exam_toml(exam: Exam, objectives: list[Objective], version: str) -> str:
    import tomli_w  # only exports need it

    table: dict[str, Any] = {
        "id": exam.id,
        "code": exam.code,
        "name": exam.name,
        "vendor": exam.vendor,
        "version": version,
        "description": exam.description,
        "language": exam.language,
        "tier": str(exam.tier),
        "questions": exam.question_count,
        "minutes": exam.time_limit_s / 60 if exam.time_limit_s % 60 else exam.time_limit_s // 60,
        "navigation": str(exam.navigation),
        "multiple_response": str(exam.multiple_response_rule),
        "scale": {"min": exam.scale_min, "max": exam.scale_max, "pass": exam.pass_scaled},
        "pass": {"count": exam.cut_count},
    }
    codes = {objective.id: objective.code for objective in objectives}
    return tomli_w.dumps({"exam": table, "objective": [_objective(o, codes) for o in objectives]})


def _objective(objective: Objective, codes: dict[str, str]) -> dict[str, Any]:
    table: dict[str, Any] = {"code": objective.code, "name": objective.name}
    if objective.parent_id:
        table["parent"] = codes[objective.parent_id]
    if objective.description:
        table["description"] = objective.description
    if objective.weight is not None:
        table["weight"] = objective.weight
    if objective.draw_count is not None:
        table["draw"] = objective.draw_count
    return table


def question_line(question: Question, codes: dict[str, str]) -> str:
    """A question as one line of JSON; `codes` gives the code of each objective."""
    fields: dict[str, Any] = {
        "id": question.id,
        "type": str(question.type),
        "objective": codes[question.objective_id],
        "difficulty": question.difficulty,
        "text": question.text,
        "answers": answer_fields(question.options),
    }
    optional = {
        "source_id": question.source_id,
        "explanation": question.explanation,
        "reference": question.reference,
        "source_quote": question.source_quote,
        "sibling_group": question.sibling_group,
        "preview_of": question.preview_of,
    }
    fields |= {name: value for name, value in optional.items() if value}
    if not question.shuffle_options:
        fields["shuffle_options"] = False
    if not question.is_active:
        fields["is_active"] = False
    if question.ai_generated:
        fields["ai_generated"] = True
    if question.revision > 1:
        fields["revision"] = question.revision
    return json.dumps(fields, ensure_ascii=False)
