"""Importing: files that a learner or author has become a pack of the library. The one use case of command and page.

ImportFailed      nothing was written; the message says what is wrong and what to do
  ImportCancelled the learner stopped it; nothing was written
"""

import csv
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.authoring.blueprint import Blueprint, exam_id_of
from pingtopass_desktop.authoring.foreign import (
    DATA_SUFFIXES,
    ForeignError,
    ForeignText,
    Source,
    exam_source,
    read_foreign,
)
from pingtopass_desktop.authoring.importers.mapping import RulesError
from pingtopass_desktop.authoring.importers.record import Unreadable
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.model import Bank, BankError, Problem
from pingtopass_desktop.library.bank.text import BankText, read_bank
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.index import build_index
from pingtopass_desktop.library.lock import LockHeld
from pingtopass_desktop.library.pack import PackDamaged, PackError
from pingtopass_desktop.library.publish import current_pack, merge, publish
from pingtopass_desktop.library.releases import Change, in_force

SOURCE = "imported"
"""What the pack of an import names as its source; packs of any other source are never replaced by an import."""

SUPPORTED = "a bank folder or .zip with an exam.toml, .csv, .tsv, .json or .jsonl"

_SHOWN = 3


class Stage(StrEnum):
    """What an import is about, in words for the learner."""

    READING = "Reading"
    CHECKING = "Checking"
    WRITING = "Writing"
    INDEXING = "Preparing the search"


Progress = Callable[[Stage, int, int], bool]
"""Gets the stage, questions done and questions in all (0 where that is not known yet); False cancels."""


class ImportFailed(Exception):
    """An import that did not happen. Nothing was written."""


class ImportCancelled(ImportFailed):
    pass


class ImportReport(Struct, frozen=True):
    """What an import did. `updated` counts questions that the library had, `unchanged` the identical ones of them.

    `pack` is the pack now in force and `change` what that replaced; None for a dry run. `exam_id` is the bank's id
    where it has several exams.
    """

    exam_id: str
    exam_ids: tuple[str, ...]
    name: str
    imported: int
    updated: int
    unchanged: int
    skipped: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    pack: Path | None
    change: Change | None = None

    def as_json(self) -> dict[str, Any]:
        """The stable shape of ``import --json``."""
        return {
            "imported": self.imported,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": [{"where": problem.where, "why": _why(problem)} for problem in self.skipped],
            "warnings": [str(problem) for problem in self.warnings],
            "exam": self.exam_id,
        }


def import_files(
    paths: Sequence[Path],
    *,
    exam_file: Path | None,
    packs: Path,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    is_indexed: bool = True,
) -> ImportReport:
    """Import one bank, or the data files of one exam, and make the result the current pack of its bank.

    Questions that the library has and the files do not stay. A dry run reports the same and writes nothing. Where
    `is_indexed` is off the caller builds the search index afterwards.

    Raises: ImportFailed.
    """
    try:
        report = _Import(packs, now, dry_run, progress).run([Path(path) for path in paths], exam_file)
        return _indexed(report) if is_indexed else report
    except (Unreadable, RulesError, ForeignError, PackError) as error:
        raise ImportFailed(str(error)) from error
    except BankError as error:
        raise ImportFailed(_first(error.problems)) from error
    except LockHeld as error:
        raise ImportFailed("Another import is being written. Try again when it is done.") from error
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise ImportFailed(f"{name}{error.strerror or error}. Nothing was imported.") from error
    except RecursionError as error:
        raise ImportFailed("The file is nested too deeply to hold questions. Nothing was imported.") from error
    except (UnicodeError, json.JSONDecodeError, csv.Error) as error:
        raise ImportFailed(f"The file cannot be read as text ({error}). Save it as UTF-8 and try again.") from error


class _Import:
    """One run. It reads everything first and writes last."""

    def __init__(self, packs: Path, now: datetime, dry_run: bool, progress: Progress | None) -> None:
        self._packs = packs
        self._now = now
        self._dry_run = dry_run
        self._progress = progress

    def run(self, paths: Sequence[Path], exam_file: Path | None) -> ImportReport:
        if not paths:
            raise ImportFailed(f"No file was given. Supported: {SUPPORTED}.")
        for path in paths:
            _check_kind(path)
        paths = [path.parent if path.name == "exam.toml" else path for path in paths]
        banks = [path for path in paths if path.suffix.lower() not in DATA_SUFFIXES or path.is_dir()]
        if not banks:
            return self._data(paths, exam_file)
        if len(paths) > 1:
            raise ImportFailed(f"{banks[0].name} is a bank of its own. Import it alone.")
        if exam_file is not None:
            raise ImportFailed(f"{banks[0].name} has an exam.toml of its own. Leave the exam file out.")
        read = _whole_bank(banks[0], partial(self._report, Stage.READING))
        return self._published(read.bank, self._current(read.bank.id), read.skipped, read.warnings, paths)

    def _data(self, paths: Sequence[Path], exam_file: Path | None) -> ImportReport:
        self._report(Stage.READING, 0, 0)
        source = exam_source(paths, exam_file)
        current = self._current(source.exam_id)
        bank = current.bank
        if source.blueprint is None and bank is not None:
            source = _kept(source, bank)
        codes = {o.id: o.code for o in bank.objectives} if bank else {}
        read: ForeignText = read_foreign(
            paths,
            source,
            known_objectives={q.id: codes.get(q.objective_id, "") for q in bank.questions} if bank else {},
            known_media=bank.media if bank else (),
            progress=partial(self._report, Stage.CHECKING),
        )
        return self._published(read.bank, current, read.skipped, read.warnings, paths)

    def _published(
        self,
        bank: Bank,
        current: "_Current",
        skipped: Sequence[Problem],
        warnings: Sequence[Problem],
        paths: Sequence[Path],
    ) -> ImportReport:
        if not bank.questions:
            names = ", ".join(path.name or str(path) for path in paths)
            reasons = f"{len(skipped)} skipped. {_first(skipped)}" if skipped else "it holds none."
            raise ImportFailed(f"No question of {names} could be imported: {reasons}")
        self._check_owner(bank)
        known = {question.id: question for question in current.bank.questions} if current.bank else {}
        matched = [question for question in bank.questions if question.id in known]
        unchanged = sum(_is_same(question, known[question.id]) for question in matched)
        self._report(Stage.CHECKING, len(bank.questions), len(bank.questions))
        pack, change = None, None
        if not self._dry_run:
            merged = merge(current.bank, bank) if current.bank else bank
            before = in_force(self._packs, bank.id)
            written = partial(self._report, Stage.WRITING)
            pack = publish(merged, self._packs, source=SOURCE, now=self._now, progress=written)
            change = Change(bank.id, before, in_force(self._packs, bank.id))
        return ImportReport(
            exam_id=bank.exams[0].id if len(bank.exams) == 1 else bank.id,
            exam_ids=tuple(exam.id for exam in bank.exams),
            name=bank.name,
            imported=len(bank.questions) - len(matched),
            updated=len(matched),
            unchanged=unchanged,
            skipped=tuple(skipped),
            warnings=(*current.warnings, *warnings),
            pack=pack,
            change=change,
        )

    def _current(self, bank_id: str) -> "_Current":
        """What the library holds of a bank. A damaged pack is replaced by the import, which repairs it."""
        try:
            pack = current_pack(self._packs, bank_id)
            if pack is None:
                self._check_free(bank_id)
                return _Current(None)
            try:
                if pack.source != SOURCE:
                    _refuse_owner(bank_id, bank_id)
                return _Current(pack.bank())
            finally:
                pack.close()
        except PackDamaged as error:
            message = f"{error} The questions of this import replace it."
            return _Current(None, (Problem(error.path.name, "", message),))

    def _check_free(self, exam_id: str) -> None:
        """Refuse an id early, before a large file is read."""
        catalogue = Catalogue(self._packs)
        try:
            owner = catalogue.bank_of(exam_id)
        finally:
            catalogue.close()
        if owner is not None and owner != exam_id:
            _refuse_owner(exam_id, owner)

    def _check_owner(self, bank: Bank) -> None:
        catalogue = Catalogue(self._packs)
        try:
            owners = {exam.id: catalogue.bank_of(exam.id) for exam in bank.exams}
        finally:
            catalogue.close()
        for exam_id, owner in owners.items():
            if owner is not None and owner != bank.id:
                _refuse_owner(exam_id, owner)

    def _report(self, stage: Stage, done: int, total: int) -> None:
        if self._progress is not None and not self._progress(stage, done, total):
            raise ImportCancelled("The import was cancelled. Nothing was written.")


class _Current(Struct, frozen=True):
    bank: Bank | None
    warnings: tuple[Problem, ...] = ()


def _kept(source: Source, bank: Bank) -> Source:
    """The rules of an exam that the library has already, where no exam file says otherwise."""
    exam = next((exam for exam in bank.exams if exam.id == source.exam_id), None)
    if exam is None:
        return source
    objectives = tuple(objective for objective in bank.objectives if objective.exam_id == exam.id)
    version = "" if bank.version.isdecimal() else bank.version  # a number is that of the release
    return replace(source, blueprint=Blueprint(exam, objectives), version=version, is_kept=True)


def _check_kind(path: Path) -> None:
    if not path.exists():
        raise ImportFailed(f"{path} does not exist. Check the name and the folder.")
    if path.is_dir():
        if not (path / "exam.toml").is_file() and not any(path.glob("*/exam.toml")):
            raise ImportFailed(
                f"{path} is a folder without an exam.toml. Give a bank folder, or the files in it one by one."
            )
        return
    if not path.is_file():
        raise ImportFailed(f"{path} is not a file.")
    if path.stat().st_size == 0:
        raise ImportFailed(f"{path.name} is empty.")
    if path.suffix.lower() not in DATA_SUFFIXES | {".zip"} and path.name != "exam.toml":
        kind = f"{path.suffix} files" if path.suffix else "files without a suffix"
        raise ImportFailed(f"{path.name}: {kind} cannot be imported. Supported: {SUPPORTED}.")


def _indexed(report: ImportReport) -> ImportReport:
    """Build the search index too. Without one the search makes its own, so a full disk is a warning."""
    if report.pack is None:
        return report
    try:
        build_index(report.pack)
    except OSError as error:
        problem = Problem(report.pack.name, "", f"the search index was not written: {error.strerror or error}")
        return replace(report, warnings=(*report.warnings, problem))
    return report


def _whole_bank(path: Path, progress: Callable[[int, int], None]) -> BankText:
    """A bank folder or zip. The id of one with several exams is made from its name, as it names files too."""
    path = path.resolve()
    read = read_bank(path, progress=progress)
    if len(read.bank.exams) == 1 or read.bank.id == exam_id_of(read.bank.id):
        return read
    return read_bank(path, exam_id_of(read.bank.id), progress=progress)


def _refuse_owner(exam_id: str, owner: str) -> NoReturn:
    raise ImportFailed(
        f"The id {exam_id!r} belongs to the bank {owner!r} of the library already. "
        "Give the exam another id in its exam.toml, or rename the file."
    )


def _is_same(question: Question, known: Question) -> bool:
    """True where nothing but the number of the revision differs."""
    if question.revision != known.revision:
        question = replace(question, revision=known.revision)
    return question == known


def _why(problem: Problem) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message


def _first(problems: Sequence[Problem]) -> str:
    shown = "; ".join(str(problem) for problem in problems[:_SHOWN])
    return f"{shown}; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else shown
