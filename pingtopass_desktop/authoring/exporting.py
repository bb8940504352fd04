"""Exporting: one exam of a pack becomes a bank folder or zip that can be read, changed and imported again."""

from pathlib import Path

from msgspec.structs import replace

from pingtopass_desktop.library.bank.export import write_bank
from pingtopass_desktop.library.pack import Pack, PackError
from pingtopass_desktop.library.publish import media_used


class ExportFailed(Exception):
    """An export that did not happen. The message says why and what to do; nothing is left half-written."""


def export_exam(pack: Pack, exam_id: str, target: Path) -> int:
    """Write one exam with its objectives, questions and images to a new folder, or to a zip by the suffix ``.zip``.

    Returns the number of questions. Raises: ExportFailed.
    """
    try:
        bank = pack.bank()
        exams = tuple(exam for exam in bank.exams if exam.id == exam_id)
        if not exams:
            known = ", ".join(exam.id for exam in bank.exams)
            raise ExportFailed(f"{pack.path.name} holds no exam {exam_id!r}. It has: {known}.")
        questions = tuple(question for question in bank.questions if question.exam_id == exam_id)
        used = media_used(questions)
        part = replace(
            bank,
            exams=exams,
            objectives=tuple(objective for objective in bank.objectives if objective.exam_id == exam_id),
            questions=questions,
            media=tuple(media for media in bank.media if media.sha256 in used),
        )
        write_bank(part, target)
    except PackError as error:
        raise ExportFailed(str(error)) from error
    except FileExistsError as error:
        raise ExportFailed(f"{target} exists already. Choose another name.") from error
    except OSError as error:
        raise ExportFailed(f"{target} cannot be written: {error.strerror or error}.") from error
    return len(questions)
