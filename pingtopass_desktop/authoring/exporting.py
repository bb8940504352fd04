"""Exporting: one exam of a pack becomes a bank folder or zip that can be read, changed and imported again.

ExportFailed       nothing was written; the message says why and what to do
  ExportCancelled  the learner stopped it
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.library.bank.export import write_bank
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.library.bank.tables import write_lines, write_table
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import media_used

_STEP = 500


class ExportFailed(Exception):
    """An export that did not happen. The message says why and what to do; nothing is left half-written."""


class ExportCancelled(ExportFailed):
    pass


class ExportStage(StrEnum):
    """What an export is about, in words for the learner."""

    READING = "Reading"
    WRITING = "Writing"


Progress = Callable[[ExportStage, int, int], bool]
"""Gets the stage, questions done and questions in all; False cancels."""


class ExportReport(Struct, frozen=True):
    """What was written. `left_out` counts questions that the format cannot hold."""

    target: Path
    questions: int
    left_out: int = 0


def export_exam(pack: Pack, exam_id: str, target: Path) -> int:
    """Write one exam with its objectives, questions and images to a new folder, or to a zip by the suffix ``.zip``.

    Returns the number of questions. Raises: ExportFailed.
    """
    return _Export(pack, exam_id, None).write(target, replaces=False).questions


def export_file(path: Path, exam_id: str, target: Path, *, progress: Progress) -> ExportReport:
    """Write one exam of the pack in a file to a zip, a CSV table or JSON lines, by the suffix of the target.

    A file with that name is replaced when the new one is complete: who calls has asked. Raises: ExportFailed.
    """
    try:
        pack = Pack(path)
    except PackError as error:
        raise ExportFailed(str(error)) from error
    try:
        return _Export(pack, exam_id, progress).write(target, replaces=True)
    finally:
        pack.close()


class _Export:
    def __init__(self, pack: Pack, exam_id: str, progress: Progress | None) -> None:
        self._pack = pack
        self._exam_id = exam_id
        self._progress = progress

    def write(self, target: Path, *, replaces: bool) -> ExportReport:
        try:
            bank = self._part()
            suffix = target.suffix.lower()
            if suffix == ".csv":
                count = write_table(bank, target, replaces=replaces, progress=self._written)
            elif suffix in (".jsonl", ".ndjson"):
                count = write_lines(bank, target, replaces=replaces, progress=self._written)
            else:
                write_bank(bank, target, replaces=replaces, progress=self._written)
                count = len(bank.questions)
        except PackError as error:
            raise ExportFailed(str(error)) from error
        except FileExistsError as error:
            raise ExportFailed(f"{target} exists already. Choose another name.") from error
        except OSError as error:
            raise ExportFailed(f"{target} cannot be written: {error.strerror or error}.") from error
        return ExportReport(target, count, len(bank.questions) - count)

    def _part(self) -> Bank:
        pack, exam_id = self._pack, self._exam_id
        exams = tuple(exam for exam in pack.exams() if exam.id == exam_id)
        if not exams:
            known = ", ".join(exam.id for exam in pack.exams())
            raise ExportFailed(f"{pack.path.name} holds no exam {exam_id!r}. It has: {known}.")
        questions = []
        for number, question in enumerate(pack.all_questions()):
            if number % _STEP == 0:
                self._report(ExportStage.READING, number, pack.release.question_count)
            if question.exam_id == exam_id:
                questions.append(question)
        media = pack.media(sorted(media_used(questions)))
        objectives = tuple(pack.objectives(exam_id))
        whole = Bank(pack.bank_id, pack.name, pack.release.version, exams, objectives, tuple(questions))
        return replace(whole, media=tuple(media.values()))

    def _written(self, done: int, total: int) -> None:
        self._report(ExportStage.WRITING, done, total)

    def _report(self, stage: ExportStage, done: int, total: int) -> None:
        if self._progress is not None and not self._progress(stage, done, total):
            raise ExportCancelled("The export was cancelled. Nothing was written.")
