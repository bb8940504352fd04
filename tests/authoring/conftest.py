"""What the tests of importing share: real files from elsewhere, a library folder, and a short way to import."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct

from pingtopass_desktop.authoring.importing import ImportReport, import_files
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.library.publish import current_pack

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Desk(Struct, frozen=True):
    """A folder for files to import and a library to import them into."""

    folder: Path
    packs: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def bring(self, *paths: Path, exam: str | None = None, dry_run: bool = False) -> ImportReport:
        """Import files; `exam` is the text of an exam file that is given with them."""
        exam_file = self.write("given/rules.toml", exam) if exam is not None else None
        return import_files(paths, exam_file=exam_file, packs=self.packs, now=NOW, dry_run=dry_run)

    def bring_text(self, name: str, content: str | bytes, *, exam: str | None = None) -> ImportReport:
        return self.bring(self.write(name, content), exam=exam)

    def bank(self, bank_id: str) -> Bank:
        pack = current_pack(self.packs, bank_id)
        assert pack is not None
        try:
            return pack.bank()
        finally:
            pack.close()

    def digest(self, bank_id: str) -> str:
        pack = current_pack(self.packs, bank_id)
        assert pack is not None
        try:
            pack.verify()
            return pack.release.digest
        finally:
            pack.close()

    def questions(self, bank_id: str) -> tuple[Question, ...]:
        return self.bank(bank_id).questions

    def keys(self, bank_id: str) -> dict[str, str]:
        """The key of each question as letters, by stem."""
        return {question.text: "".join(question.key) for question in self.questions(bank_id)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "files").mkdir()
    return Desk(tmp_path / "files", tmp_path / "packs")


@pytest.fixture
def new_desk(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Desk]:
    """Makes further desks, each with a library of its own."""

    def make() -> Desk:
        folder = tmp_path_factory.mktemp("desk")
        (folder / "files").mkdir()
        return Desk(folder / "files", folder / "packs")

    return make
