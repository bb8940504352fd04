"""The commands about questions: import, export, packs, exams, form, search. None of them changes a learner's file."""

from argparse import Namespace
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from pingtopass_desktop.app.commands.output import (
    BadInput,
    EnvironmentFault,
    complain,
    ensure_starter,
    folder_of,
    number,
    opened_library,
    print_json,
    print_table,
    utc_now,
    warn,
    with_below,
)
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.exam import Exam, Objective, blueprint_objectives
from pingtopass_desktop.domain.form import Form, blueprint_counts, draw_form
from pingtopass_desktop.library.catalogue import Catalogue, ListedExam, UnknownExam
from pingtopass_desktop.library.lock import LockHeld
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import POINTER_SUFFIX, read_pointer
from pingtopass_desktop.library.search import MARK_END, MARK_START, search


def import_command(options: Namespace) -> int:
    from pingtopass_desktop.authoring.importing import ImportFailed, import_files

    folder = folder_of(options)
    if not options.dry_run:
        ensure_starter(folder)
    try:
        report = import_files(
            [Path(file) for file in options.files],
            exam_file=Path(options.exam) if options.exam else None,
            packs=folder.packs,
            now=utc_now(),
            dry_run=options.dry_run,
        )
    except ImportFailed as error:
        if isinstance(error.__cause__, (OSError, LockHeld)):
            raise EnvironmentFault(str(error)) from error
        raise BadInput(str(error)) from error
    fields = report.as_json()
    if options.json:
        print_json(fields)
        return 0
    verb = "Would import" if options.dry_run else "Imported"
    print(
        f"{verb} into {fields['exam']}: {fields['imported']} new, {fields['updated']} known "
        f"({fields['unchanged']} of them unchanged), {len(fields['skipped'])} skipped."
    )
    for skipped in fields["skipped"]:
        print(f"skipped  {skipped['where']}: {skipped['why']}")
    for warning in fields["warnings"]:
        print(f"warning  {warning}")
    return 0


def export_command(options: Namespace) -> int:
    from pingtopass_desktop.authoring.exporting import ExportFailed, export_exam

    target = Path(options.target)
    with opened_library(folder_of(options)) as catalogue:
        listed = _exam(catalogue, options.exam)
        try:
            count = export_exam(listed.pack, listed.exam.id, target)
        except ExportFailed as error:
            cause = error.__cause__
            if isinstance(cause, PackError) or (isinstance(cause, OSError) and not isinstance(cause, FileExistsError)):
                raise EnvironmentFault(str(error)) from error
            raise BadInput(str(error)) from error
    if options.json:
        print_json({"exam": listed.exam.id, "target": str(target), "questions": count})
    else:
        print(f"Wrote {count} questions of {listed.exam.title} to {target}.")
    return 0


def packs_command(options: Namespace) -> int:
    folder = folder_of(options)
    ensure_starter(folder)
    rows = list(_packs(folder))
    if options.json:
        print_json(rows)
        return 0
    columns = ("bank", "name", "release", "version", "questions", "size_bytes", "source", "state", "problem")
    print_table([column.replace("_", " ") for column in columns], [[row[column] for column in columns] for row in rows])
    return 0


def exams_command(options: Namespace) -> int:
    with opened_library(folder_of(options)) as catalogue:
        rows = list(_exam_rows(catalogue))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        print(
            f"{row['id']}  {row['name']} ({row['code']}), bank {row['bank']}: {row['questions']} questions; "
            f"an exam has {row['question_count']} in {row['minutes']} minutes"
        )
        objectives = [[o["code"], o["name"], o["weight"], o["draw"], o["stock"]] for o in row["objectives"]]
        print_table(["  code", "name", "weight", "draw", "stock"], [[f"  {code}", *rest] for code, *rest in objectives])
        print()
    return 0


def form_command(options: Namespace) -> int:
    from pingtopass_desktop.study.exam import CannotDrawForm

    folder = folder_of(options)
    with opened_library(folder) as catalogue:
        listed = _exam(catalogue, options.exam)
        exam, pack = listed.exam, listed.pack
        try:
            objectives = pack.objectives(exam.id)
            form, doubt = _drawn(folder, exam, pack, objectives, options.seed)
            questions = pack.questions(form.question_ids)
            if len(questions) != len(form.question_ids):
                raise pack.damaged("questions are missing")
        except PackError as error:
            raise EnvironmentFault(str(error)) from error
    codes = {objective.id: objective.code for objective in objectives}
    owners = blueprint_objectives(objectives)
    drawn = [questions[question_id] for question_id in form.question_ids]
    rows = [
        {
            "id": question.id,
            "source_id": question.source_id,
            "objective": codes[owners.get(question.objective_id) or question.objective_id],
            "type": str(question.type),
        }
        for question in drawn
    ]
    shortfall = [
        {"objective": codes.get(short.objective_id, ""), "needed": short.needed, "available": short.available}
        for short in form.shortfall
    ]
    if options.json:
        print_json({"exam": exam.id, "seed": options.seed, "questions": rows, "shortfall": shortfall})
    elif rows:
        headings = ("", "objective", "type", "source id", "id")
        print_table(
            headings, [(n, r["objective"], r["type"], r["source_id"], r["id"]) for n, r in enumerate(rows, start=1)]
        )
    if form.shortfall:  # does not depend on what was answered
        complain(str(CannotDrawForm(exam, objectives, form.shortfall)))
        return 2
    if doubt:
        warn(doubt)
    return 0


def search_command(options: Namespace) -> int:
    with opened_library(folder_of(options)) as catalogue:
        wanted = _exam(catalogue, options.exam) if options.exam else None
        listed = [wanted] if wanted else catalogue.exams()
        found = [list(_hits(catalogue, entry, options.text, options.limit)) for entry in listed]
    merged = [row for row in chain.from_iterable(zip_longest(*found)) if row is not None][: options.limit]
    if options.json:
        print_json(merged)
        return 0
    for row in merged:
        print(f"{row['exam']} {row['objective']}  {row['type']}  {row['id']}")
        print(f"    {row['snippet']}")
    if not merged:
        print("Nothing found.")
    return 0


def _exam(catalogue: Catalogue, name: str) -> ListedExam:
    try:
        return catalogue.exam(name)
    except UnknownExam as error:
        raise BadInput(str(error)) from error


def _packs(folder: DataFolder) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.packs.glob(f"*{POINTER_SUFFIX}")):
        pointer = read_pointer(path)
        row: dict[str, Any] = {
            "bank": path.name.removesuffix(POINTER_SUFFIX),
            "name": None,
            "file": pointer.pack if pointer else None,
            "release": None,
            "version": None,
            "questions": None,
            "size_bytes": None,
            "source": None,
            "published_at": None,
            "state": "damaged",
            "problem": f"{path.name} cannot be read. Import the bank again.",
        }
        if pointer is not None:
            try:
                row |= _pack_row(folder.packs / pointer.pack)
            except PackError as error:
                row["problem"] = str(error)
        yield row


def _pack_row(path: Path) -> dict[str, Any]:
    pack = Pack(path)
    try:
        for exam in pack.exams():
            pack.counts(exam.id)
        return {
            "name": pack.name,
            "release": pack.release.id,
            "version": pack.release.version,
            "questions": pack.release.question_count,
            "size_bytes": pack.size_bytes,
            "source": pack.source,
            "published_at": pack.release.published_at,
            "state": "ok",
            "problem": None,
        }
    finally:
        pack.close()


def _exam_rows(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for listed in catalogue.exams():
        try:
            yield _exam_row(listed)
        except PackError as error:
            warn(str(error))


def _exam_row(listed: ListedExam) -> dict[str, Any]:
    exam, pack = listed.exam, listed.pack
    objectives = pack.objectives(exam.id)
    own: dict[str, int] = {}
    for (objective_id, _), count in pack.counts(exam.id).items():
        own[objective_id] = own.get(objective_id, 0) + count
    below = with_below(objectives)
    pool = pack.pool(exam.id)
    return {
        "id": exam.id,
        "code": exam.code,
        "name": exam.name,
        "bank": pack.bank_id,
        "questions": sum(own.values()),
        "question_count": exam.question_count,
        "minutes": number(exam.time_limit_s / 60),
        "objectives": [
            {
                "code": objective.code,
                "name": objective.name,
                "weight": number(objective.weight),
                "draw": objective.draw_count,
                "stock": len(pool.get(objective.id, ()))
                if objective.is_drawn
                else sum(own.get(objective_id, 0) for objective_id in below[objective.id]),
            }
            for objective in objectives
        ],
    }


def _drawn(folder: DataFolder, exam: Exam, pack: Pack, objectives: list[Objective], seed: int) -> tuple[Form, str]:
    """The form, and why the learner's history could not be heeded; empty where it was."""
    from pingtopass_desktop.learner import memory, snapshot
    from pingtopass_desktop.learner.database import StoreError
    from pingtopass_desktop.study.context import wall_ms

    counts, pool, now_ms = blueprint_counts(exam, objectives), pack.pool(exam.id), wall_ms()
    try:
        with snapshot.reading(folder.learner) as db:
            return draw_form(counts, pool, seed, now_ms, lambda ids: memory.exposures(db, ids)), ""
    except StoreError as error:
        doubt = f"{error} The form is drawn as if no question was answered before."
    return draw_form(counts, pool, seed, now_ms, lambda ids: {}), doubt


def _hits(catalogue: Catalogue, listed: ListedExam, text: str, limit: int) -> Iterator[dict[str, Any]]:
    """The best matches of one exam; a pack that is damaged where the search reads is a warning."""
    try:
        codes = {objective.id: objective.code for objective in listed.pack.objectives(listed.exam.id)}
        hits = search(listed.pack, text, exam_id=listed.exam.id, limit=limit)
    except PackError as error:
        warn(str(error))
        return
    for hit in hits:
        snippet = hit.snippet.replace(MARK_START, "**").replace(MARK_END, "**")
        yield {
            "id": hit.question_id,
            "exam": hit.exam_id,
            "objective": codes.get(hit.objective_id, ""),
            "type": hit.type,
            "snippet": " ".join(snippet.split()),
        }
