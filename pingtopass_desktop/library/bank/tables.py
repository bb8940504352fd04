"""One exam's questions as a single file for other programs: JSON lines with everything, or a CSV table.

A table has one row a question and holds what a row can say: no ordering or matching, no reasons, no
pictures.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.export import new_target, question_line
from pingtopass_desktop.library.bank.model import Bank

Progress = Callable[[int, int], None]

_STEP = 500
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_lines(bank: Bank, target: Path, *, replaces: bool, progress: Progress) -> int:
    """Write one JSON object a line. Returns the number of questions.

    Raises: FileExistsError, OSError; nothing is left half-written. So does `write_table`.
    """
    codes = {objective.id: objective.code for objective in bank.objectives}
    with new_target(target, replaces=replaces) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for number, question in enumerate(bank.questions):
            if number % _STEP == 0:
                progress(number, len(bank.questions))
            file.write(question_line(question, codes) + "\n")
    return len(bank.questions)


def write_table(bank: Bank, target: Path, *, replaces: bool, progress: Progress) -> int:
    """Write a CSV table with a heading. Returns the number of questions in it."""
    codes = {objective.id: objective.code for objective in bank.objectives}
    questions = [question for question in bank.questions if question.type.is_choice]
    width = max((len(question.options) for question in questions), default=2)
    letters = _LETTERS[:width]
    with (
        new_target(target, replaces=replaces) as partial,
        partial.open("w", encoding="utf-8-sig", newline="") as file,  # spreadsheets take the mark for UTF-8
    ):
        table = csv.writer(file)
        heading = ("id", "type", "objective", "difficulty", "question")
        table.writerow([*heading, *(f"option_{letter}" for letter in letters), "answer", "explanation", "reference"])
        for number, question in enumerate(questions):
            if number % _STEP == 0:
                progress(number, len(questions))
            table.writerow(_row(question, codes, letters))
    return len(questions)


def _row(question: Question, codes: dict[str, str], letters: str) -> Sequence[object]:
    texts = [option.text for option in question.options] + [""] * (len(letters) - len(question.options))
    key = ",".join(letters[n].upper() for n, option in enumerate(question.options) if option.is_correct)
    head = (question.id, str(question.type), codes[question.objective_id], question.difficulty, question.text)
    return [*head, *texts, key, question.explanation, question.reference]
