"""The commands about what the learner did: stats, backup, restore. Only restore changes the learner file."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from pingtopass_desktop.app.commands.output import (
    BadInput,
    EnvironmentFault,
    folder_of,
    opened_library,
    print_json,
    print_table,
    utc_now,
    warn,
    with_below,
)
from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner import attempts, memory, progress, snapshot
from pingtopass_desktop.learner.backup import BackupError, BackupRefused
from pingtopass_desktop.learner.database import StoreError
from pingtopass_desktop.library.catalogue import Catalogue, ListedExam
from pingtopass_desktop.library.lock import FileLock, LockHeld
from pingtopass_desktop.library.pack import PackError
from pingtopass_desktop.study.backup import back_up, restore
from pingtopass_desktop.study.context import wall_ms

_ALL = 1_000_000


def stats_command(options: Namespace) -> int:
    folder = folder_of(options)
    try:
        with snapshot.reading(folder.learner) as db, opened_library(folder) as catalogue:
            totals = progress.totals(db)
            days = [{"day": d, "answers": answers, "correct": right} for d, answers, right in progress.days(db)]
            exams = list(_exams(db, catalogue))
    except StoreError as error:
        raise EnvironmentFault(str(error)) from error
    elapsed_s = totals.elapsed_ms // 1000
    if options.json:
        totals_row = {"answers": totals.answers, "correct": totals.correct, "elapsed_s": elapsed_s}
        print_json({**totals_row, "days": days, "exams": exams})
        return 0
    print(f"{totals.answers} answers, {totals.correct} right, {elapsed_s // 3600} h {elapsed_s // 60 % 60} min")
    if days:
        print()
        print_table(("day", "answers", "right"), [(day["day"], day["answers"], day["correct"]) for day in days])
    for exam in exams:
        print(
            f"\n{exam['code']}: {exam['seen']} of {exam['questions']} questions seen, {exam['missed']} missed, "
            f"{exam['due']} due, {exam['attempts']} exams finished"
        )
        rows = [(f"  {o['code']}", o["name"], o["questions"], o["seen"], o["right_last"]) for o in exam["objectives"]]
        print_table(("  code", "name", "questions", "seen", "right last"), rows)
    return 0


def backup_command(options: Namespace) -> int:
    folder, target = folder_of(options), Path(options.target)
    if not target.absolute().parent.is_dir():
        raise BadInput(f"The folder {target.absolute().parent} does not exist.")
    with _faults():
        info = back_up(folder.learner, folder.packs, target, utc_now())
    for bank_id in info.left_out:
        warn(f"The bank {bank_id!r} is not in the backup: its pack cannot be read.")
    fields = {
        "file": str(info.path),
        "created_at": info.created_at.isoformat(timespec="seconds"),
        "events": info.events,
        "packs": list(info.packs),
        "left_out": list(info.left_out),
        "size_bytes": info.size_bytes,
    }
    if options.json:
        print_json(fields)
    else:
        banks = ", ".join(info.packs) or "no imported banks"
        print(f"Wrote {info.path}: {info.events} events, {banks}; {info.size_bytes:,} bytes.")
    return 0


def restore_command(options: Namespace) -> int:
    folder = folder_of(options)
    with _faults():
        try:
            folder.root.mkdir(parents=True, exist_ok=True)
            lock = FileLock(folder.window_lock)
        except LockHeld as error:
            raise EnvironmentFault("PingToPass is running. Close its window, then restore again.") from error
        except OSError as error:
            raise EnvironmentFault(f"{folder.root} cannot be written: {error.strerror or error}.") from error
        try:
            info = restore(Path(options.source), folder.learner, folder.packs, utc_now())
        finally:
            lock.close()
    fields = {
        "file": str(info.path),
        "created_at": info.created_at.isoformat(timespec="seconds"),
        "events": info.events,
        "packs_restored": list(info.restored_packs),
        "packs_kept": list(info.kept_packs),
        "set_aside": str(info.set_aside) if info.set_aside else None,
    }
    if options.json:
        print_json(fields)
        return 0
    print(f"Restored {info.events} events of {fields['created_at']}.")
    if info.restored_packs:
        print(f"Banks put in force: {', '.join(info.restored_packs)}.")
    if info.kept_packs:
        print(f"Banks kept as they are: {', '.join(info.kept_packs)}.")
    if info.set_aside:
        print(f"What was there before is kept in {info.set_aside}.")
    return 0


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except BackupRefused as error:
        raise BadInput(str(error)) from error
    except BackupError as error:
        raise EnvironmentFault(str(error)) from error


def _exams(db: Connection, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    seen, missed, due = memory.seen(db), memory.missed(db), memory.due(db, wall_ms())
    for listed in catalogue.exams():
        try:
            yield _exam(db, listed, seen, missed, due)
        except PackError as error:
            warn(str(error))


def _exam(db: Connection, listed: ListedExam, seen: set[str], missed: set[str], due: set[str]) -> dict[str, Any]:
    exam, pack = listed.exam, listed.pack
    objectives = pack.objectives(exam.id)
    own = {objective.id: set(pack.question_ids(exam.id, [objective.id])) for objective in objectives}
    below = with_below(objectives)
    rows: list[dict[str, Any]] = []
    for objective in objectives:
        ids = {question_id for each in below[objective.id] for question_id in own[each]}
        row = {"code": objective.code, "name": objective.name, "questions": len(ids), "seen": len(ids & seen)}
        rows.append({**row, "right_last": len((ids & seen) - missed)})
    questions = set(pack.question_ids(exam.id))
    finished = attempts.summaries(db, is_finished=True, mode=Mode.EXAM, exam_id=exam.id, limit=_ALL)
    return {
        "id": exam.id,
        "code": exam.code,
        "questions": len(questions),
        "seen": len(questions & seen),
        "missed": len(questions & missed),
        "due": len(questions & due),
        "attempts": len(finished),
        "objectives": rows,
    }
