"""The learner's store: appending events and keeping every read model a pure fold of them.

An action is one transaction: its event, the rows folded from it, and this device's own state. A new event of this
device sorts after all it holds, so it is applied on top; events from elsewhere fold their groups again from nothing.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from pingtopass_desktop.learner import attempts, marks, mastery, memory, progress, settings
from pingtopass_desktop.learner.database import Database
from pingtopass_desktop.learner.events import (
    EVENT_COLUMNS,
    PAYLOADS,
    Event,
    EventIds,
    Payload,
    SettingSet,
    new_id,
    payload_of,
)

PROJECTION_VERSION = "2"
_PROJECTION, _GROUPED, _LATEST_AT = "projection", "grouped", "latest_at"
"""Keys of `local`: the version that the read models were folded by; the number up to which `event_groups` is complete;
the highest `at` of events with a `seq`, which whoever gives one to an event keeps up."""


class Fold(Protocol):
    """A module that folds groups of one kind. `apply` gets the events of a group in canonical order; that of questions
    returns what the counters need."""

    @property
    def KIND(self) -> str: ...

    @property
    def PAYLOADS(self) -> tuple[type[Payload], ...]:
        """The types of payload that `keys` may find a key in."""
        ...

    def keys(self, payload: Payload) -> Iterable[str]: ...

    def clear(self, db: sqlite3.Connection, key: str) -> None: ...

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> memory.Change | None: ...


_ALL_FOLDS: tuple[Fold, ...] = (
    attempts.FOLD,
    memory.FOLD,
    marks.BOOKMARKS,
    marks.NOTES,
    marks.REPORTS,
    settings.FOLD,
    settings.EXAM_DATES,
)
_FOLDS = {fold.KIND: fold for fold in _ALL_FOLDS}
_FOLDS_OF = {kind: tuple(fold for fold in _ALL_FOLDS if kind in fold.PAYLOADS) for kind in PAYLOADS.values()}
_READ_MODELS = (
    "attempts", "attempt_items", "attempts_deleted", "question_memory", "bookmarks", "notes", "reports", "settings",
    "exam_dates", "days", "objective_days",
)  # fmt: skip


class Ingested(Struct, frozen=True):
    """What a batch of foreign events did: how many were new, and which groups changed."""

    new: int
    groups: frozenset[str]


class LearnerStore:
    """The store of one learner on this device. Used by one thread.

    `now_ms` is the device's clock in milliseconds since 1970. Every method raises `StoreError`.
    """

    def __init__(self, path: Path, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._rule: memory.ReviewRule | None = None  # read once, and again after a setting changed it
        self.database = Database(path)
        try:
            self._open()
        except BaseException:
            self.database.close()
            raise

    @property
    def path(self) -> Path:
        return self.database.path

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the reading functions of the sibling modules."""
        return self.database.connection

    def close(self) -> None:
        self.database.close()

    def record(self, payload: Payload, local: Callable[[sqlite3.Connection], None] | None = None) -> Event:
        """Append one action of this device and fold it; `local` changes device state in the same transaction.

        Raises: PayloadTooLarge, StoreError. Nothing is written then.
        """
        text = payload.to_json()
        now = self._now_ms()
        event_id, at = self._ids.new(now)
        event = Event(event_id, self.device, payload.type, payload.version, now, at, text)
        with self.database.transaction() as db:
            self._insert(db, event)
            changes = self._apply(db, event, payload)
            self._count(db, [(event, payload)], changes)
            if local is not None:
                local(db)
        return event

    def ingest(self, events: Iterable[Event]) -> Ingested:
        """Take events from elsewhere, in any order; known ids are skipped. Touched groups are folded again."""
        groups: set[str] = set()
        usable: list[tuple[Event, Payload]] = []
        new = 0
        with self.database.transaction() as db:
            for event in events:
                if db.execute("SELECT 1 FROM events WHERE id = ?", (event.id,)).fetchone():
                    continue
                self._insert(db, event)
                self._ids.observe(event.at)
                new += 1
                payload = payload_of(event)
                if payload is not None:
                    usable.append((event, payload))
                    groups.update(_groups(payload))
            if new:
                _set_local(db, _LATEST_AT, self._ids.latest_at)
                self._complete_groups(db)
                questions = {question for _, payload in usable for question in memory.FOLD.keys(payload)}
                before = {question: memory.counted(db, question) for question in questions}
                for group in groups:
                    self._fold(db, group)
                changes = [memory.Change(each, old, memory.counted(db, each)) for each, old in before.items()]
                self._count(db, usable, changes)
        return Ingested(new, frozenset(groups))

    def rebuild(self) -> None:
        """Fold every read model again from all events, in one transaction."""
        with self.database.transaction() as db:
            self._rebuild(db)

    def place(
        self,
        packs: Sequence[str],
        objectives: Iterable[mastery.PlacedObjective],
        questions: Mapping[str, tuple[str, str]],
    ) -> None:
        """Take over to which exam and objective every question belongs, after the packs in force changed."""
        with self.database.transaction() as db:
            mastery.place(db, packs, objectives, questions, self._rule_of_reviews(db))

    def local(self, key: str) -> str | None:
        """A value of this device's own state."""
        with self.database.translated():
            row = self.db.execute("SELECT value FROM local WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def pending(self) -> int:
        """How many events no server has acknowledged yet."""
        with self.database.translated():
            return self.db.execute("SELECT count(*) FROM events WHERE seq IS NULL").fetchone()[0]

    def _open(self) -> None:
        device = self.local("device")
        if device is None:
            device = new_id(self._now_ms())
            with self.database.transaction() as db:
                _set_local(db, "device", device)
                _set_local(db, _PROJECTION, PROJECTION_VERSION)
        self.device = device
        with self.database.translated():
            latest = self.db.execute("SELECT max(at) FROM events WHERE seq IS NULL").fetchone()[0] or 0
        self._ids = EventIds(max(latest, int(self.local(_LATEST_AT) or 0)))
        if self.local(_PROJECTION) != PROJECTION_VERSION:
            with self.database.transaction() as db:
                self._rebuild(db)
                _set_local(db, _PROJECTION, PROJECTION_VERSION)

    def _insert(self, db: sqlite3.Connection, event: Event) -> None:
        db.execute(
            "INSERT INTO events(id, at, seq, device, type, version, occurred_at, payload) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (event.id, event.at, event.seq, event.device, event.type, event.version, event.occurred_at, event.payload),
        )

    def _apply(self, db: sqlite3.Connection, event: Event, payload: Payload) -> list[memory.Change]:
        """Fold an event that sorts after all that its groups hold; returns which questions count anew."""
        changes: list[memory.Change] = []
        for fold in _FOLDS_OF[type(payload)]:
            for key in fold.keys(payload):
                change = fold.apply(db, key, event, payload)
                if change is not None:
                    changes.append(change)
        return changes

    def _count(
        self, db: sqlite3.Connection, new: list[tuple[Event, Payload]], questions: Iterable[memory.Change]
    ) -> None:
        """Count new events that are folded already; all of them again where one moves the days or the reviews."""
        changes = [payload for _, payload in new if isinstance(payload, SettingSet)]
        if any(map(settings.moves_reviews, changes)):
            self._rule = None
            rule = memory.review_rule(db)  # not kept: the transaction may yet be taken back
            mastery.recount(db, rule)
        else:
            rule = self._rule_of_reviews(db)
            mastery.move(db, questions, rule)
        if any(map(settings.moves_days, changes)):
            progress.rebuild_days(db)
        else:
            for event, payload in new:
                progress.count(db, event, payload, rule.days)

    def _rule_of_reviews(self, db: sqlite3.Connection) -> memory.ReviewRule:
        if self._rule is None:
            self._rule = memory.review_rule(db)
        return self._rule

    def _complete_groups(self, db: sqlite3.Connection) -> None:
        """Sort into groups what `record` left for later: most events are this device's own, applied on top."""
        last = db.execute("SELECT max(number) FROM events").fetchone()[0] or 0
        grouped = int(self.local(_GROUPED) or 0)
        rows = db.execute(f"SELECT number, {EVENT_COLUMNS} FROM events WHERE number > ?", (grouped,))
        groups = ((group, number) for number, *row in rows for group in _groups(payload_of(Event(*row))))
        db.executemany("INSERT INTO event_groups VALUES (?, ?)", groups)
        _set_local(db, _GROUPED, last)

    def _fold(self, db: sqlite3.Connection, group: str) -> None:
        kind, key = group.split(":", 1)
        fold = _FOLDS[kind]
        fold.clear(db, key)
        rows = db.execute(
            f"SELECT {EVENT_COLUMNS} FROM event_groups JOIN events USING (number) WHERE grp = ? ORDER BY at, id",
            (group,),
        )
        for row in rows.fetchall():
            event = Event(*row)
            payload = payload_of(event)
            if payload is not None:
                fold.apply(db, key, event, payload)

    def _rebuild(self, db: sqlite3.Connection) -> None:
        for table in (*_READ_MODELS, "event_groups"):
            db.execute(f"DELETE FROM {table}")
        for event in all_events(db):
            payload = payload_of(event)
            if payload is not None:
                self._apply(db, event, payload)
        _set_local(db, _GROUPED, 0)
        self._complete_groups(db)
        self._rule = None
        progress.rebuild_days(db)
        mastery.recount(db, memory.review_rule(db))


def all_events(db: sqlite3.Connection) -> list[Event]:
    """Every event in canonical order."""
    return [Event(*row) for row in db.execute(f"SELECT {EVENT_COLUMNS} FROM events ORDER BY at, id").fetchall()]


def _groups(payload: Payload | None) -> list[str]:
    if payload is None:
        return []
    return [f"{fold.KIND}:{key}" for fold in _FOLDS_OF[type(payload)] for key in fold.keys(payload)]


def _set_local(db: sqlite3.Connection, key: str, value: object) -> None:
    db.execute("INSERT OR REPLACE INTO local VALUES (?, ?)", (key, str(value)))
