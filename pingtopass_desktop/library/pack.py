"""A pack: one immutable release of a bank as a read-only SQLite file. Reading never writes, not even a journal.

PackError
  PackDamaged   the file is not what was published; import or fetch it again
  PackTooNew    written by a newer program
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from pingtopass_desktop.domain.exam import (
    Exam,
    MultipleResponseRule,
    Navigation,
    Objective,
    Tier,
)
from pingtopass_desktop.domain.form import Candidate, Pool, blueprint_keys
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.model import (
    QUESTION_COLUMNS,
    Bank,
    Media,
    content_rows,
    question_digest,
    question_from_row,
    release_digest,
    seal,
)
from pingtopass_desktop.sql import json_list

APPLICATION_ID = 0x50325050  # "P2PP"
FORMAT = 2
"""Packs of format 1 hold their search index; since 2 it stands beside them, see `library.index`."""


class PackError(Exception):
    """A pack that cannot be used. `path` is its file, which stays untouched."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(message)


class PackDamaged(PackError):
    pass


class PackTooNew(PackError):
    pass


class Release(Struct, frozen=True):
    """The release row. `published_at` is ISO 8601 in UTC."""

    id: int
    version: str
    question_count: int
    digest: str
    published_at: str


class Pack:
    """An open pack. One connection, used by one thread at a time. Every method raises `PackDamaged` on bad bytes."""

    def __init__(self, path: Path) -> None:
        """Raises: PackError where the file is missing, damaged, no pack, or written by a newer program."""
        self.path = path
        self.narrowed_by: object = None
        """What the temporary table of `library.listing` holds."""
        self.has_search = False
        """True once `library.index` has made the table `search` of this connection."""
        self._pools: dict[str, Pool] = {}
        self._points: dict[str, dict[str, int]] = {}
        self._counts: dict[str, dict[tuple[str, str], int]] = {}
        with self._reading():
            uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
            self._file = _identity(path)
            self._db.row_factory = sqlite3.Row
        try:
            with self._reading():
                self._check_format()
                bank = self._db.execute("SELECT id, name, source, seal FROM bank").fetchone()
                release = self._db.execute(
                    "SELECT id, version, question_count, digest, published_at FROM release WHERE state = 'ready'"
                ).fetchone()
                exams = self._db.execute("SELECT * FROM exams ORDER BY code, id").fetchall()
                objectives = self._db.execute("SELECT * FROM objectives ORDER BY position").fetchall()
            if bank is None or release is None:
                raise PackDamaged(path, f"{path.name} has no finished release. Import the bank again.")
            try:
                self._exams = [_exam(row) for row in exams]
                self._objectives = [Objective(**dict(row)) for row in objectives]
                is_sealed = seal([*bank[:3], *release], self._exams, self._objectives) == bank["seal"]
            except (ValueError, LookupError, TypeError) as error:
                raise self.damaged(f"its exams cannot be read: {error}") from error
            if not is_sealed:
                raise self.damaged("its exams differ from what was published")
        except PackError:
            self._db.close()
            raise
        self.bank_id: str = bank["id"]
        self.name: str = bank["name"]
        self.source: str = bank["source"]
        self.release = Release(*release)

    def close(self) -> None:
        self._db.close()

    @property
    def is_in_place(self) -> bool:
        """True while the file that was opened is still there and no other has taken its place."""
        return self._file is not None and self._file == _identity(self.path)

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def exams(self) -> list[Exam]:
        return list(self._exams)

    def objectives(self, exam_id: str) -> list[Objective]:
        """All objectives of an exam in the order of the blueprint."""
        return [objective for objective in self._objectives if objective.exam_id == exam_id]

    def pool(self, exam_id: str) -> Pool:
        """The active questions by blueprint objective; read once and kept, ids only."""
        if exam_id not in self._pools:
            owners = blueprint_keys(self.objectives(exam_id))
            pool: dict[str, list[Candidate]] = {}
            with self._reading():
                rows = self._db.execute(
                    "SELECT objective_id, id, sibling_group FROM questions WHERE exam_id = ? AND is_active = 1 "
                    "ORDER BY objective_id, id",
                    (exam_id,),
                )
                for objective, question_id, sibling_group in rows:
                    owner = owners.get(objective)
                    if owner is not None:
                        pool.setdefault(owner, []).append(Candidate(question_id, sibling_group))
            self._pools[exam_id] = pool
        return self._pools[exam_id]

    def points(self, exam_id: str) -> dict[str, int]:
        """By blueprint objective: of how many questions of the pool no two are of one sibling group; kept."""
        if exam_id not in self._points:
            self._points[exam_id] = {
                objective_id: len({each.sibling_group or each.id for each in candidates})
                for objective_id, candidates in self.pool(exam_id).items()
            }
        return self._points[exam_id]

    def question_ids(self, exam_id: str, objective_ids: Sequence[str] | None = None) -> list[str]:
        """Ids of the active questions, of all objectives or of the given ones, in the order of the bank."""
        where = "exam_id = ? AND is_active = 1"
        arguments: list[str] = [exam_id]
        if objective_ids is not None:
            where += " AND objective_id IN (SELECT value FROM json_each(?))"
            arguments.append(json_list(objective_ids))
        with self._reading():
            rows = self._db.execute(f"SELECT id FROM questions WHERE {where} ORDER BY +number", arguments)
            return [row[0] for row in rows]

    def objectives_of(self, ids: Iterable[str]) -> dict[str, str]:
        """The objective of each of those questions that the pack has, retired ones too; reads no text."""
        with self._reading():
            rows = self._db.execute(
                "SELECT q.id, q.objective_id FROM json_each(?) AS wanted JOIN questions AS q ON q.id = wanted.value",
                (json_list(ids),),
            )
            return {row[0]: row[1] for row in rows}

    def questions(self, ids: Iterable[str]) -> dict[str, Question]:
        """The questions of those ids that the pack has, each checked against its digest."""
        with self._reading():
            rows = self._db.execute(
                "SELECT q.* FROM json_each(?) AS wanted JOIN questions AS q ON q.id = wanted.value",
                (json_list(ids),),
            ).fetchall()
            return {question.id: question for question in map(self._checked, rows)}

    def all_questions(self) -> Iterator[Question]:
        """Every question, retired ones too, in the order of the bank."""
        with self._reading():
            for row in self._db.execute("SELECT * FROM questions ORDER BY number"):
                yield self._checked(row)

    def stamps(self) -> dict[str, tuple[str, str]]:
        """(created, updated) of every question, ISO 8601 in UTC."""
        with self._reading():
            rows = self._db.execute("SELECT id, created_at, updated_at FROM questions")
            return {row[0]: (row[1], row[2]) for row in rows}

    def media(self, sha256s: Iterable[str]) -> dict[str, Media]:
        """The media files of those digests that the pack has."""
        with self._reading():
            rows = self._db.execute(
                "SELECT m.* FROM json_each(?) AS wanted JOIN media AS m ON m.sha256 = wanted.value",
                (json_list(sha256s),),
            )
            return {media.sha256: media for media in map(self._media, rows)}

    def stock(self, exam_id: str) -> dict[str, int]:
        """Number of active questions by objective; a fraction of the time of `counts`."""
        with self._reading():
            rows = self._db.execute(
                "SELECT objective_id, count(*) FROM questions WHERE exam_id = ? AND is_active = 1 GROUP BY 1",
                (exam_id,),
            )
            return {row[0]: row[1] for row in rows}

    def counts(self, exam_id: str) -> dict[tuple[str, str], int]:
        """Number of active questions by (objective id, type); read once and kept."""
        if exam_id not in self._counts:
            sql = "SELECT objective_id, type, count(*) FROM questions WHERE exam_id = ? AND is_active = 1 GROUP BY 1, 2"
            with self._reading():
                self._counts[exam_id] = {(row[0], row[1]): row[2] for row in self._db.execute(sql, (exam_id,))}
        return self._counts[exam_id]

    def execute(self, sql: str, arguments: Sequence[object]) -> list[sqlite3.Row]:
        """A statement for `library.listing` and `library.index`: it reads, or writes to memory only."""
        with self._reading():
            return self._db.execute(sql, arguments).fetchall()

    def bank(self) -> Bank:
        """The whole content, for export and for merging an import."""
        exams = tuple(self.exams())
        with self._reading():
            media = tuple(map(self._media, self._db.execute("SELECT * FROM media")))
        return Bank(
            id=self.bank_id,
            name=self.name,
            version=self.release.version,
            exams=exams,
            objectives=tuple(objective for exam in exams for objective in self.objectives(exam.id)),
            questions=tuple(self.all_questions()),
            media=media,
        )

    def verify(self) -> None:
        """Read everything and compare it with the release row. Raises: PackDamaged."""
        with self._reading():
            result = self._db.execute("PRAGMA integrity_check").fetchone()[0]
        if result != "ok":
            raise self.damaged(result)
        bank = self.bank()
        if len(bank.questions) != self.release.question_count:
            raise self.damaged("questions are missing")
        if release_digest(content_rows(bank)) != self.release.digest:
            raise self.damaged("the content differs from what was published")

    def _checked(self, row: sqlite3.Row) -> Question:
        try:
            fields = dict(row)
            question = question_from_row(fields)
            is_sound = question_digest({name: fields[name] for name in QUESTION_COLUMNS}) == row["row_digest"]
        except (ValueError, LookupError, TypeError) as error:
            raise self.damaged(f"a question cannot be read: {error}") from error
        if not is_sound:
            raise self.damaged(f"question {question.id} differs from what was published")
        return question

    def _media(self, row: sqlite3.Row) -> Media:
        try:
            media = Media(row["sha256"], row["mime"], row["bytes"])
        except LookupError as error:
            raise self.damaged("its pictures cannot be read") from error
        if not isinstance(media.content, bytes) or hashlib.sha256(media.content).hexdigest() != media.sha256:
            raise self.damaged("a picture differs from what was published")
        return media

    def _check_format(self) -> None:
        self._db.execute("PRAGMA temp_store = MEMORY")
        application_id = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if application_id != APPLICATION_ID:
            raise self.damaged("it is not a pack")
        if version > FORMAT:
            raise PackTooNew(
                self.path, f"{self.path.name} was written by a newer version. Update PingToPass to use it."
            )

    def damaged(self, detail: str) -> PackDamaged:
        """The error for a pack whose content does not hold together."""
        return PackDamaged(self.path, f"{self.path.name} is damaged ({detail}). Import the bank again to repair it.")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if not self.path.is_file():
                raise PackDamaged(self.path, f"{self.path.name} is missing. Import the bank again.") from error
            raise self.damaged(str(error)) from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise self.damaged(str(error)) from error


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _exam(row: sqlite3.Row) -> Exam:
    fields = dict(row)
    fields["tier"] = Tier(fields["tier"])
    fields["multiple_response_rule"] = MultipleResponseRule(fields["multiple_response_rule"])
    fields["navigation"] = Navigation(fields["navigation"])
    fields["is_active"] = bool(fields["is_active"])
    return Exam(**fields)
