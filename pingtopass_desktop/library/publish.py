"""Writing packs: a bank becomes an immutable file, and a pointer file makes it the current one.

A pack is written beside its place, checked, synced to disk and then renamed; readers see the old release or the new
one and never half of either. ``<bank>.current`` names the pack in force.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pingtopass_desktop.disk import put_in_place, sync_file
from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.library.bank.model import (
    MEDIA_REFERENCE,
    Bank,
    Row,
    exam_row,
    frame_rows,
    objective_row,
    question_digest,
    question_row,
    release_digest,
    seal,
)
from pingtopass_desktop.library.index import SUFFIX as INDEX_SUFFIX
from pingtopass_desktop.library.lock import locked
from pingtopass_desktop.library.pack import APPLICATION_ID, FORMAT, Pack, PackError

POINTER_SUFFIX = ".current"

_SCHEMA = Path(__file__).with_name("schema.sql")

_STEP = 1000
_PAGE_SIZE = 8192
"""Holds the text of most questions whole; with the usual 4096 bytes half of them need a page more."""

Stamps = Mapping[str, tuple[str, str]]
Progress = Callable[[int, int], None]


class Pointer(Struct, frozen=True):
    """Which pack of a bank is in force. `fingerprint` is that of the text it was built from, where that matters."""

    pack: str
    fingerprint: str = ""


def read_pointer(path: Path) -> Pointer | None:
    """The pointer in a file, or None where it is missing or unreadable."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        return Pointer(str(fields["pack"]), str(fields.get("fingerprint", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def pointer_file(folder: Path, bank_id: str) -> Path:
    return folder / f"{bank_id}{POINTER_SUFFIX}"


def current_pack(folder: Path, bank_id: str) -> Pack | None:
    """The pack in force, opened; None where there is none. Raises: PackError where it cannot be used."""
    pointer = read_pointer(pointer_file(folder, bank_id))
    return Pack(folder / pointer.pack) if pointer else None


def merge(current: Bank, incoming: Bank) -> Bank:
    """The current bank with what came in: questions are added or updated by id, none is removed.

    A question whose content changed gets the next revision; an unchanged one keeps its own. Exams and objectives
    are those that came in. Objectives that only old questions use are kept for practice, behind the others and out of
    the blueprint, which is that of the exam that came in.
    """
    known = {question.id: question for question in current.questions}
    questions = dict(known)
    for question in incoming.questions:
        questions[question.id] = _revised(known.get(question.id), question)
    exams = {exam.id: exam for exam in (*current.exams, *incoming.exams)}
    objectives = {objective.id: objective for objective in (*current.objectives, *incoming.objectives)}
    replaced = {exam.id for exam in incoming.exams}
    used = {question.objective_id for question in questions.values()}
    arrived = {objective.id for objective in incoming.objectives}
    for objective in current.objectives:
        if objective.exam_id in replaced and objective.id not in arrived:
            del objectives[objective.id]
            if objective.id in used:
                parent_id = objective.parent_id if objective.parent_id in arrived else None
                position = sum(other.exam_id == objective.exam_id for other in objectives.values())
                objectives[objective.id] = replace(
                    objective, parent_id=parent_id, weight=None, draw_count=None, position=position
                )
    media = {file.sha256: file for file in (*current.media, *incoming.media)}
    return replace(
        incoming,
        exams=tuple(exams.values()),
        objectives=tuple(objectives.values()),
        questions=tuple(questions.values()),
        media=tuple(file for sha256, file in media.items() if sha256 in media_used(questions.values())),
    )


def media_used(questions: Collection[Question]) -> frozenset[str]:
    """Digests of all media that texts of the questions refer to."""
    used: set[str] = set()
    for question in questions:
        texts = [question.text, question.explanation]
        texts += [text for o in question.options for text in (o.text, o.rationale, o.match or "")]
        for text in texts:
            if "media:" in text:
                used.update(MEDIA_REFERENCE.findall(text))
    return frozenset(used)


def publish(
    bank: Bank,
    folder: Path,
    *,
    source: str,
    now: datetime,
    fingerprint: str = "",
    progress: Progress | None = None,
) -> Path:
    """Make a bank the current release of its id and return the pack. Its search index comes later: `library.index`.

    The same content as the current pack publishes nothing new. `now` is aware. `progress` gets questions written and
    questions in all; it may raise, and then the release before stays in force and nothing is left.

    Raises: OSError where the folder cannot be written or the disk is full; the current pack stays in force.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_digested(question) for question in bank.questions]
    questions = [("questions", row["id"], row["row_digest"]) for row in rows]
    digest = release_digest([*frame_rows(bank), *questions])
    published_at = now.astimezone(UTC).isoformat(timespec="seconds")
    with locked(folder / "publish.lock"):
        same, release_id, stamps = _before(folder, bank.id, digest)
        if same is not None:
            point(folder, bank.id, Pointer(same.name, fingerprint))
            return same
        _stamp(rows, stamps, published_at)
        path = folder / f"{bank.id}-{release_id}-{digest[:8]}.pack"
        partial = path.with_suffix(".part")
        try:
            _write(bank, rows, partial, release_id, digest, source, published_at, progress)
            os.replace(partial, path)
        except sqlite3.OperationalError as error:
            raise OSError(f"{path.parent} cannot take the pack ({error}). Free some space and try again.") from error
        finally:
            partial.unlink(missing_ok=True)
        point(folder, bank.id, Pointer(path.name, fingerprint))
    return path


def _before(folder: Path, bank_id: str, digest: str) -> tuple[Path | None, int, Stamps]:
    """The pack in force where it already has this content, soundly; the next release id; the stamps of questions.

    A damaged pack counts as none, so that the same bank can be published again to repair it.
    """
    try:
        current = current_pack(folder, bank_id)
        if current is None:
            return None, 1, {}
        try:
            if current.release.digest == digest:
                current.verify()
                return current.path, current.release.id, {}
            return None, current.release.id + 1, current.stamps()
        finally:
            current.close()
    except PackError:
        return None, 1 + _highest_release(folder, bank_id), {}


def collect(folder: Path, in_use: Collection[str]) -> list[Path]:
    """Remove packs that no pointer names and no attempt uses; `in_use` holds file names. Returns what went.

    What a killed publication left half-written goes too. All packs of a bank stay while its pointer cannot be read or
    names a file that is not there: one of them is what the learner imported.
    """
    if not folder.is_dir():
        return []
    with locked(folder / "publish.lock"):
        keep = set(in_use)
        for path in folder.glob(f"*{POINTER_SUFFIX}"):
            pointer = read_pointer(path)
            if pointer is not None and (folder / pointer.pack).is_file():
                keep.add(pointer.pack)
            else:
                bank_id = path.name.removesuffix(POINTER_SUFFIX)
                keep |= {pack.name for pack in folder.glob("*.pack") if pack.name.startswith(f"{bank_id}-")}
        gone = [path for path in folder.glob("*.pack") if path.name not in keep]
        gone += folder.glob("*.part")
        gone += [path for path in folder.glob(f"*{INDEX_SUFFIX}") if not path.with_suffix(".pack").is_file()]
        gone += [path.with_suffix(INDEX_SUFFIX) for path in gone if path.with_suffix(INDEX_SUFFIX).is_file()]
        for path in gone:
            path.unlink(missing_ok=True)
    return gone


def _revised(known: Question | None, question: Question) -> Question:
    if known is None:
        return question
    if replace(question, revision=known.revision) == known:
        return known
    return replace(question, revision=max(known.revision + 1, question.revision))


def _write(
    bank: Bank,
    rows: Sequence[Row],
    path: Path,
    release_id: int,
    digest: str,
    source: str,
    published_at: str,
    progress: Progress | None,
) -> None:
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.executescript(_SCHEMA.read_text("utf-8"))
        db.execute("BEGIN")
        version = bank.version or str(release_id)
        release = (release_id, "ready", version, len(bank.questions), digest, published_at)
        db.execute("INSERT INTO release VALUES (?, ?, ?, ?, ?, ?)", release)
        head = (bank.id, bank.name, source)
        sealed = seal([*head, release_id, *release[2:]], bank.exams, bank.objectives)
        db.execute("INSERT INTO bank VALUES (?, ?, ?, ?)", (*head, sealed))
        _insert(db, "exams", [exam_row(exam) for exam in bank.exams])
        _insert(db, "objectives", [objective_row(objective) for objective in bank.objectives])
        for start in range(0, len(rows), _STEP):
            if progress is not None:
                progress(start, len(rows))
            _insert(db, "questions", rows[start : start + _STEP])
        _insert(db, "media", [{"sha256": m.sha256, "mime": m.mime, "bytes": m.content} for m in bank.media])
        db.execute("COMMIT")
        db.execute("ANALYZE")
        if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise OSError(f"{path} was not written correctly. Check the disk and try again.")
    finally:
        db.close()
    sync_file(path)
    if progress is not None:
        progress(len(rows), len(rows))


def _digested(question: Question) -> Row:
    row = question_row(question)
    row["row_digest"] = question_digest(row)
    return row


def _stamp(rows: Sequence[Row], stamps: Stamps, now: str) -> None:
    """Say of each question when it came and when it changed last."""
    for row in rows:
        created, updated = stamps.get(row["id"], (now, now))
        row["created_at"] = created
        row["updated_at"] = updated if row["revision"] == 1 else now


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """All rows name the same columns in the same order; values are bound faster by place than by name."""
    if rows:
        columns = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO {table}({columns}) VALUES ({marks})", [tuple(row.values()) for row in rows])


def point(folder: Path, bank_id: str, pointer: Pointer) -> None:
    """Put a pack in force, durably; the caller holds the folder's lock."""
    path = pointer_file(folder, bank_id)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps({"pack": pointer.pack, "fingerprint": pointer.fingerprint}), encoding="utf-8")
    sync_file(partial)
    put_in_place(partial, path)


def _highest_release(folder: Path, bank_id: str) -> int:
    releases = [0]
    for path in folder.glob(f"{bank_id}-*-????????.pack"):
        middle = path.stem.removeprefix(f"{bank_id}-").split("-")[0]
        releases.append(int(middle) if middle.isdigit() else 0)
    return max(releases)
