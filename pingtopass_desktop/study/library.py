"""What the library page shows besides lists of questions: the banks, and one question with all that belongs to it."""

from pathlib import Path

from msgspec import Struct

from pingtopass_desktop.domain.exam import Exam, Objective
from pingtopass_desktop.learner import attempts
from pingtopass_desktop.library import releases
from pingtopass_desktop.library.index import has_index
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.releases import Change
from pingtopass_desktop.library.starter import BANK_ID as STARTER
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.context import ShownQuestion, Study, shown_questions
from pingtopass_desktop.study.marks import QuestionMarks


class BankLine(Struct, frozen=True):
    """A bank of the library. `problem` says why it cannot be used, and then most of the rest is empty."""

    bank_id: str
    name: str
    version: str
    questions: int
    size_bytes: int
    source: str
    exams: tuple[Exam, ...]
    pack: Path | None
    is_in_use: bool
    problem: str = ""

    @property
    def can_be_removed(self) -> bool:
        """The bank that comes with the program would be built again."""
        return self.bank_id != STARTER


class LibraryView(Struct, frozen=True):
    """The library as it is. `has_changed` since it was read before; `unindexed` packs have no search index."""

    has_changed: bool
    exams: tuple[Exam, ...]
    objectives: dict[str, tuple[Objective, ...]]
    banks: tuple[BankLine, ...]
    unindexed: tuple[Path, ...]


class QuestionDetail(Struct, frozen=True):
    """One question with its pictures, and what the learner has with it."""

    shown: ShownQuestion
    marks: QuestionMarks


class QuestionGone(Exception):
    """The question is not in the library any more."""


def load(study: Study) -> LibraryView:
    """Read the library anew. Raises: StoreError."""
    catalogue = study.catalogue
    has_changed = catalogue.refresh()
    listed = catalogue.exams()
    with study.store.database.translated():
        in_use = attempts.packs_in_use(study.store.db)
    banks = [_line(pack, in_use) for pack in catalogue.packs]
    banks += [_broken(bank_id, str(error)) for bank_id, error in catalogue.broken.items()]
    return LibraryView(
        has_changed=has_changed,
        exams=tuple(entry.exam for entry in listed),
        objectives={entry.exam.id: tuple(entry.pack.objectives(entry.exam.id)) for entry in listed},
        banks=tuple(banks),
        unindexed=tuple(pack.path for pack in catalogue.packs if not has_index(pack)),
    )


def detail(study: Study, exam_id: str, question_id: str) -> QuestionDetail:
    """Raises: QuestionGone, PackError, StoreError."""
    for entry in study.catalogue.exams():
        if entry.exam.id == exam_id:
            shown = shown_questions(entry.pack, exam_id, [question_id]).get(question_id)
            if shown is not None:
                return QuestionDetail(shown, marks.load_marks(study, question_id))
    raise QuestionGone("This question is not in the library any more. Your answers and marks are kept.")


def remove_bank(packs: Path, bank_id: str) -> Change:
    """Take a bank out of the library; its file and all that the learner did stay. Raises: OSError, LockHeld."""
    return releases.withdraw(packs, bank_id)


def take_back(packs: Path, changes: tuple[Change, ...]) -> None:
    """Bring back what was in force before imports or a removal, the last change first.

    Raises: NotInPlace, OSError, LockHeld.
    """
    for change in reversed(changes):
        releases.take_back(packs, change)


def _line(pack: Pack, in_use: set[str]) -> BankLine:
    return BankLine(
        bank_id=pack.bank_id,
        name=pack.name,
        version=pack.release.version,
        questions=pack.release.question_count,
        size_bytes=pack.size_bytes,
        source=pack.source,
        exams=tuple(exam for exam in pack.exams() if exam.is_active),
        pack=pack.path,
        is_in_use=pack.path.name in in_use,
    )


def _broken(bank_id: str, problem: str) -> BankLine:
    return BankLine(bank_id, bank_id, "", 0, 0, "", (), None, False, problem)
