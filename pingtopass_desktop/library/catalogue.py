"""The library on disk: which packs are in force, which exams they hold, which cannot be read and why."""

from pathlib import Path

from msgspec import Struct

from pingtopass_desktop.domain.exam import Exam
from pingtopass_desktop.library.pack import Pack, PackDamaged, PackError
from pingtopass_desktop.library.publish import POINTER_SUFFIX, read_pointer


class UnknownExam(Exception):
    """No pack in force holds the exam. The message lists those that there are."""


class ListedExam(Struct, frozen=True):
    """An exam with the pack that serves it."""

    exam: Exam
    pack: Pack


class Catalogue:
    """The packs in force, opened. Used by one thread at a time; `refresh` follows changed pointers.

    `problems` lists the packs that cannot be used, `broken` has them by the id of their bank; the others go on serving.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packs: dict[str, Pack] = {}
        self._others: dict[str, Pack] = {}
        self.problems: list[PackError] = []
        self.broken: dict[str, PackError] = {}
        self.refresh()

    @property
    def packs(self) -> list[Pack]:
        return sorted(self._packs.values(), key=lambda pack: pack.name.casefold())

    def refresh(self) -> bool:
        """Read the pointers again. True when a pack came, went or was replaced."""
        self.problems, self.broken = [], {}
        packs: dict[str, Pack] = {}
        for path in sorted(self._folder.glob(f"*{POINTER_SUFFIX}")):
            bank_id = path.name.removesuffix(POINTER_SUFFIX)
            try:
                packs[bank_id] = self._open(path, bank_id)
            except PackError as error:
                self.problems.append(error)
                self.broken[bank_id] = error
        changed = {b: p.path for b, p in packs.items()} != {b: p.path for b, p in self._packs.items()}
        kept = {id(pack) for pack in packs.values()}
        for pack in self._packs.values():
            if id(pack) not in kept:
                self._others[pack.path.name] = pack
        self._packs = packs
        return changed

    def exams(self) -> list[ListedExam]:
        """All active exams, by name."""
        listed = [ListedExam(exam, pack) for pack in self._packs.values() for exam in pack.exams() if exam.is_active]
        return sorted(listed, key=lambda entry: (entry.exam.name.casefold(), entry.exam.id))

    def exam(self, name: str) -> ListedExam:
        """An exam by its id or, without regard to case, its code. Raises: UnknownExam."""
        listed = self.exams()
        by_id = [entry for entry in listed if entry.exam.id == name]
        by_code = [entry for entry in listed if entry.exam.code.casefold() == name.casefold()]
        for entry in by_id or by_code:
            return entry
        known = ", ".join(entry.exam.id for entry in listed) or "none yet; import a bank first"
        raise UnknownExam(f"There is no exam {name!r}. Known exams: {known}.")

    def bank_of(self, exam_id: str) -> str | None:
        """The id of the bank that holds an exam."""
        return next((entry.pack.bank_id for entry in self.exams() if entry.exam.id == exam_id), None)

    def pack_file(self, name: str) -> Pack:
        """A pack by file name, in force or not: an attempt keeps the release that it started with.

        Raises: PackError where the file is gone or unusable.
        """
        for pack in (*self._packs.values(), *self._others.values()):
            if pack.path.name == name:
                return pack
        self._others[name] = Pack(self._folder / name)
        return self._others[name]

    def close(self) -> None:
        for pack in (*self._packs.values(), *self._others.values()):
            pack.close()
        self._packs, self._others = {}, {}

    def _open(self, path: Path, bank_id: str) -> Pack:
        pointer = read_pointer(path)
        if pointer is None:
            raise PackDamaged(path, f"{path.name} cannot be read. Import the bank {bank_id!r} again.")
        current = self._packs.get(bank_id) or self._others.get(pointer.pack)
        if current is not None and current.path.name == pointer.pack and current.is_in_place:
            return current
        return Pack(self._folder / pointer.pack)
